"""Tasks that a killed worker left behind."""

from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django_tasks_db.models import DBTaskResult

from sop_library.notices import tell_signers
from sopsite import unfinished
from sopsite.management.commands import sop_serve
from tests.sop_library import makers
from tests.world import World


@pytest.fixture
def task(world: World) -> DBTaskResult[..., Any]:
    """The e-mail to those who sign next, which waits for the worker."""
    makers.submitted(world)
    return DBTaskResult.objects.get(task_path=tell_signers.module_path)


def begun(task: DBTaskResult[..., Any], times: int = 1) -> None:
    """Let a worker begin the task and die, some times."""
    for number in range(times):
        task.claim(f"worker {number}")


def test_what_a_worker_left_running_is_done_after_the_next_start(task: DBTaskResult[..., Any]) -> None:
    begun(task)
    assert unfinished.take_up_again() == 1
    assert list(DBTaskResult.objects.ready()) == [task]
    task.refresh_from_db()
    task.task.call(*task.args_kwargs["args"])
    assert len(mail.outbox) == 2


def test_what_killed_its_worker_three_times_is_given_up_and_says_so(task: DBTaskResult[..., Any]) -> None:
    begun(task, unfinished.TRIES)
    assert unfinished.take_up_again() == 0
    task.refresh_from_db()
    assert (task.status, task.traceback) == ("FAILED", unfinished.STOPPED_ITS_WORKER)


def test_what_waits_or_is_done_stays_as_it_is(task: DBTaskResult[..., Any]) -> None:
    assert unfinished.take_up_again() == 0
    task.set_successful(2)
    assert unfinished.take_up_again() == 0
    task.refresh_from_db()
    assert task.status == "SUCCESSFUL"


def test_serving_takes_them_up_and_preparing_does_not(
    task: DBTaskResult[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(task)
    monkeypatch.setattr(sop_serve.Command, "prepare", lambda self: None)
    monkeypatch.setattr(sop_serve, "supervise", lambda commands: 0)
    monkeypatch.setattr(sop_serve.connection, "close", lambda: None)
    call_command("sop_serve", prepare_only=True)
    assert DBTaskResult.objects.filter(status="RUNNING").count() == 1
    with pytest.raises(SystemExit):
        call_command("sop_serve")
    assert DBTaskResult.objects.filter(status="RUNNING").count() == 0
