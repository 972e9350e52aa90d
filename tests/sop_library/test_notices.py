"""E-mail to those whose turn it is."""

import pytest
from django.core import mail
from django.db import transaction
from django_tasks_db.models import DBTaskResult

from accounts.refusals import NotAllowed
from sop_library import notices
from sop_library.actions import approving
from tests.sop_library import makers
from tests.sop_library.makers import moment
from tests.world import World


def test_every_approver_but_the_author_hears_of_a_step_that_is_anybody_s(world: World) -> None:
    version = makers.submitted(world)
    assert notices.tell_signers.func(version.pk, version.round) == 2
    assert {message.to[0] for message in mail.outbox} == {"priya@northwind.example", "ben@northwind.example"}
    assert f"/o/northwind/sops/{version.sop.number}/review/" in mail.outbox[0].body


def test_only_the_named_signer_hears_of_their_step(world: World) -> None:
    version = makers.submitted(world, assignees={1: world.priya, 2: world.ben})
    notices.tell_signers.func(version.pk, version.round)
    assert [message.to for message in mail.outbox] == [["priya@northwind.example"]]


def test_nobody_is_called_to_a_version_that_went_back(world: World) -> None:
    version = makers.submitted(world)
    approving.return_version(version=version, reason="Wait.", by=world.priya, at=moment(4))
    assert notices.tell_signers.func(version.pk, version.round) == 0
    assert not mail.outbox


def test_the_author_hears_the_reason_of_a_return_and_of_an_approval(world: World) -> None:
    version = makers.submitted(world)
    back = approving.return_version(version=version, reason="Name the team.", by=world.priya, at=moment(4))
    notices.tell_author.func(version.pk)
    assert "Name the team." in mail.outbox[0].body
    makers.approved(world, makers.submitted(world, back))
    notices.tell_author.func(version.pk)
    assert "is approved" in mail.outbox[1].subject


def test_a_mail_server_that_is_down_is_tried_three_times(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    version = makers.submitted(world)

    def down(*_: object) -> None:
        raise OSError("no answer")

    monkeypatch.setattr(notices, "_send", down)
    before = DBTaskResult.objects.count()
    for attempt in (1, 2, 3):
        notices.tell_signers.func(version.pk, version.round, attempt)
    again = DBTaskResult.objects.order_by("enqueued_at")[before:]
    assert [row.args_kwargs["args"][-1] for row in again] == [2, 3]
    assert all(row.run_after is not None for row in again)


def test_an_act_that_fails_calls_nobody(world: World) -> None:
    version = makers.draft(world)
    before = DBTaskResult.objects.count()
    with pytest.raises(NotAllowed), transaction.atomic():
        makers.submitted(world, version, assignees={1: world.zoe})
    assert DBTaskResult.objects.count() == before
