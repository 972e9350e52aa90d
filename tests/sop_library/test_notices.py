"""E-mail to those whose turn it is."""

import re
from collections.abc import Callable
from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts import posting
from accounts.actions import change_roles, suspend_member
from accounts.domain.roles import Role
from accounts.refusals import NotAllowed
from sop_library import notices
from sop_library.actions import approving
from sop_library.models import Version
from tests.sop_library import makers
from tests.sop_library.makers import moment
from tests.world import World


def tell_signers(version: Version, *more: Any) -> int:
    told: int = notices.tell_signers.func(version.pk, version.round, *more)
    return told


def tell_author(version: Version, *more: Any) -> int:
    told: int = notices.tell_author.func(version.pk, *more)
    return told


def written_to() -> list[str]:
    """Return the first names of those who got a message, in order."""
    return sorted(message.to[0].partition("@")[0] for message in mail.outbox)


def waiting() -> list[tuple[str, list[Any]]]:
    """Return the tasks that are stored, oldest first, as (name, arguments)."""
    rows = DBTaskResult.objects.order_by("enqueued_at")
    return [(row.task_path.rpartition(".")[2], row.args_kwargs["args"]) for row in rows]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, Exception]], None]:
    """Return a function that makes the mail server raise for some people, by first name; "*" is everybody."""
    really = EmailMessage.send

    def spoil(faults: dict[str, Exception]) -> None:
        def send(message: EmailMessage, fail_silently: bool = False) -> int:
            first_name = message.to[0].partition("@")[0].capitalize()
            error = faults.get(first_name, faults.get("*"))
            if error:
                raise error
            return really(message, fail_silently)

        monkeypatch.setattr(EmailMessage, "send", send)

    return spoil


def test_every_approver_but_the_author_hears_of_a_step_that_is_anybody_s(world: World) -> None:
    change_roles(
        member=world.ana, roles=[Role.MANAGER, Role.APPROVER], title="Lead", department="", by=world.mia, at=moment(1)
    )
    version = makers.submitted(world)
    assert tell_signers(version) == 2
    assert written_to() == ["ben", "priya"]
    (message, _) = mail.outbox
    assert message.subject == f"{version.sop.number} version 1.0 waits for your signature"
    assert f"/o/northwind/sops/{version.sop.number}/review/" in message.body
    assert version.title in message.body


def test_only_the_named_signer_hears_of_their_step(world: World) -> None:
    version = makers.submitted(world, assignees={1: world.priya, 2: world.ben})
    assert tell_signers(version) == 1
    assert written_to() == ["priya"]


def test_who_signed_or_is_named_for_a_later_step_is_not_asked(world: World) -> None:
    named_later = makers.submitted(world, assignees={2: world.ben})
    assert tell_signers(named_later) == 1
    assert written_to() == ["priya"]
    mail.outbox.clear()
    assert tell_signers(makers.reviewed(world)) == 1
    assert written_to() == ["ben"]


def test_the_suspended_and_those_without_the_role_hear_nothing(world: World) -> None:
    version = makers.submitted(world)
    suspend_member(member=world.priya, by=world.mia, at=moment(4))
    change_roles(member=world.ben, roles=[Role.AGENT], title="Agent", department="", by=world.mia, at=moment(4))
    assert tell_signers(version) == 0
    back = approving.return_version(version=version, reason="Wait.", by=world.ana, at=moment(5))
    world.ana.suspended_at = moment(6)
    world.ana.save()
    assert tell_author(back) == 0
    assert not mail.outbox


def test_nobody_is_called_to_a_version_that_moved_on(world: World) -> None:
    first = makers.submitted(world)
    back = approving.return_version(version=first, reason="Wait.", by=world.priya, at=moment(4))
    assert tell_signers(first) == 0
    again = makers.submitted(world, back)
    assert tell_signers(first) == 0, "the round is over"
    assert tell_author(again) == 0, "it is in review again"
    published = makers.published(world)
    assert tell_signers(published) == 0
    assert tell_author(published) == 0
    assert not mail.outbox


def test_the_author_hears_the_reason_of_a_return_and_of_an_approval(world: World) -> None:
    version = makers.submitted(world)
    back = approving.return_version(version=version, reason="Name the team.", by=world.priya, at=moment(4))
    assert tell_author(back) == 1
    assert "Name the team." in mail.outbox[0].body
    assert "came back" in mail.outbox[0].subject
    makers.approved(world, makers.submitted(world, back))
    assert tell_author(version) == 1
    assert "is approved" in mail.outbox[1].subject
    assert re.search(r"/sops/\S+/publish/", str(mail.outbox[1].body))
    assert written_to() == ["ana", "ana"]


def test_each_act_stores_the_call_that_follows_it(world: World) -> None:
    version = makers.submitted(world)
    assert waiting() == [("tell_signers", [version.pk, 1])]
    reviewed = makers.reviewed(world, version)
    assert waiting()[1:] == [("tell_signers", [version.pk, 1])]
    makers.signed(reviewed, world.ben, moment(5))
    assert waiting()[2:] == [("tell_author", [version.pk])]
    approving.return_version(version=fresh(version), reason="Wait.", by=world.ana, at=moment(6))
    assert waiting()[3:] == [("tell_author", [version.pk])]


def fresh(version: Version) -> Version:
    return Version.objects.select_related("sop", "organisation", "author__user").get(pk=version.pk)


def test_a_second_click_on_sign_calls_nobody_again(world: World) -> None:
    version = makers.reviewed(world)
    before = waiting()
    makers.signed(version, world.priya, moment(6))
    assert waiting() == before


def test_the_call_is_stored_with_the_act_or_not_at_all(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotAllowed):
        makers.submitted(world, assignees={1: world.zoe})
    assert waiting() == []
    version = makers.submitted(world)
    before = waiting()
    acts = [
        lambda: approving.approve(version=version, shown_digest=version.digest, by=world.priya, at=moment(5)),
        lambda: approving.return_version(version=version, reason="Wait.", by=world.priya, at=moment(5)),
    ]
    for act in acts:
        # The act itself goes well and what surrounds it fails: both are taken back together.
        with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012 - what fails comes after the act
            act()
            assert len(waiting()) == len(before) + 1
            raise ZeroDivisionError
        assert waiting() == before
    monkeypatch.setattr(type(notices.tell_signers), "enqueue", _broken)
    with pytest.raises(RuntimeError):
        acts[0]()
    assert fresh(version).signatures.count() == 1, "without its call the signature is not stored"


def _broken(*_: object, **__: object) -> None:
    raise RuntimeError("the queue is full")


@pytest.mark.parametrize("error", [OSError("no answer"), TimeoutError(), SMTPRecipientsRefused({})])
def test_a_mail_server_that_is_down_is_tried_three_times(
    error: Exception, world: World, server: Callable[[dict[str, Exception]], None]
) -> None:
    version, before = makers.submitted(world), len(waiting())
    people = sorted([world.priya.pk, world.ben.pk])
    server({"*": error})
    now = timezone.now()
    for attempt in (1, 2, 3):
        assert tell_signers(version, attempt) == 0
    again = DBTaskResult.objects.order_by("enqueued_at")[before:]
    assert [(*row.args_kwargs["args"][:3], sorted(row.args_kwargs["args"][3])) for row in again] == [
        (version.pk, 1, 2, people),
        (version.pk, 1, 3, people),
    ]
    for row in again:
        assert row.run_after is not None
        assert posting.PAUSE <= row.run_after - now < posting.PAUSE + timedelta(minutes=1)


def test_a_message_to_the_author_is_tried_again_too(
    world: World, server: Callable[[dict[str, Exception]], None]
) -> None:
    version = makers.submitted(world)
    back = approving.return_version(version=version, reason="Wait.", by=world.priya, at=moment(4))
    before = len(waiting())
    server({"*": OSError()})
    for attempt in (1, 2, 3):
        assert tell_author(back, attempt) == 0
    assert waiting()[before:] == [("tell_author", [back.pk, 2]), ("tell_author", [back.pk, 3])]


def test_one_bad_address_keeps_nobody_waiting_and_nobody_is_written_to_twice(
    world: World, server: Callable[[dict[str, Exception]], None]
) -> None:
    version = makers.submitted(world)
    server({"Ben": SMTPRecipientsRefused({})})
    assert tell_signers(version) == 1
    assert written_to() == ["priya"]
    _, arguments = waiting()[-1]
    assert arguments == [version.pk, 1, 2, [world.ben.pk]]
    server({})
    assert notices.tell_signers.func(*arguments) == 1
    assert written_to() == ["ben", "priya"]
