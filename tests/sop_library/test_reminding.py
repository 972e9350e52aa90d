"""Reminders: who gets which on what day, once however often the clock asks, and what they say."""

import io
import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django_tasks_db.models import DBTaskResult

from accounts import posting
from accounts.actions import add_member, suspend_member
from accounts.actions_letters import stop_letters
from accounts.domain.kinds import Kind
from accounts.domain.roles import Role
from audit.models import Entry
from sop_library import notices, reminding
from sop_library.actions import approving, publishing
from sop_library.actions.routing import set_route
from sop_library.domain.signature import Meaning
from sop_library.models import Reminded, Version
from sop_library.reminding import Letter, letters_due, send_due
from tests.sop_library import makers
from tests.sop_library.makers import TODAY, moment
from tests.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_pdf_engine")]


def names(letters: list[Letter], kind: Kind) -> list[str]:
    return sorted(letter.person.printed_name.split()[0] for letter in letters if letter.kind is kind)


def days_with(find: Callable[[Any, Any], list[Letter]], world: World, kind: Kind, days: range, who: str) -> list[int]:
    """Return the days after 4 May on which the clock, asked each day, gives this person a letter of the kind."""
    return [day for day in days if who in names(find(world.northwind, moment(30, days=day)), kind)]


def deliver() -> list[Any]:
    """Do what the stored tasks of reminders say, and return the letters that went out."""
    mail.outbox.clear()
    for row in DBTaskResult.objects.filter(task_path="accounts.posting.post").order_by("enqueued_at"):
        posting.post.func(*row.args_kwargs["args"])
    return list(mail.outbox)


def posts() -> int:
    return DBTaskResult.objects.filter(task_path="accounts.posting.post").count()


@pytest.fixture
def version(world: World) -> Version:
    """A version in force since 4 May 2026, to be reviewed on 4 May 2027."""
    return makers.published(world)


def test_who_has_not_signed_is_reminded_until_they_have(world: World, version: Version) -> None:
    assert days_with(send_due, world, Kind.TRAINING, range(17), "Rui") == [0, 7, 14]
    makers.understood(version, world.rui, moment(days=17))
    assert days_with(send_due, world, Kind.TRAINING, range(17, 40), "Rui") == []


def test_a_coming_version_with_training_reminds_before_its_date(world: World) -> None:
    begins = TODAY + timedelta(days=20)
    waiting = makers.approved(world, makers.submitted(world, effective_on=begins))
    publishing.publish(version=waiting, effective_on=begins, training_share=100, by=world.ana, at=moment(6))
    assert days_with(send_due, world, Kind.TRAINING, range(30), "Rui") == [0, 13, 18, 20, 27]


def test_a_reader_who_joins_owes_at_once_and_a_suspended_one_never(world: World, version: Version) -> None:
    send_due(world.northwind, moment(30))
    suspend_member(member=world.rui, by=world.mia, at=moment(31))
    assert names(send_due(world.northwind, moment(days=8)), Kind.TRAINING) == []


def test_all_that_somebody_owes_is_one_letter(world: World, version: Version) -> None:
    other = makers.published(world)
    (letter,) = [letter for letter in letters_due(world.northwind, moment(30)) if letter.kind is Kind.TRAINING]
    assert letter.subject == "2 procedures wait for you to read and sign"
    for each in (version, other):
        assert f"{each.sop.number} version 1.0, Answering calls (in force now):\n" in letter.text
        assert f"http://127.0.0.1:8000/o/northwind/sops/{each.sop.number}/v1.0/" in letter.text


def test_owner_and_managers_are_reminded_of_a_review(world: World, version: Version) -> None:
    assert version.review_on == date(2027, 5, 4)
    sent = days_with(send_due, world, Kind.REVIEW, range(320, 400), "Ana")
    assert sent == [335, 358, 365, 366, 379]
    assert days_with(letters_due, world, Kind.REVIEW, range(320, 400), "Ben") == []


def test_a_review_letter_says_when_which_and_where(world: World, version: Version) -> None:
    (early,) = [row for row in letters_due(world.northwind, moment(days=335)) if row.kind is Kind.REVIEW]
    assert early.subject == f"{version.sop.number} version 1.0 is to be reviewed"
    assert "(review on 4 May 2027):\n" in early.text
    assert early.text.endswith(f"/o/northwind/sops/{version.sop.number}/record/")
    (late,) = [row for row in letters_due(world.northwind, moment(days=366)) if row.kind is Kind.REVIEW]
    assert "(review was due on 4 May 2027):\n" in late.text


def test_a_clock_that_stood_still_for_weeks_gives_one_letter(world: World, version: Version) -> None:
    assert names(send_due(world.northwind, moment(days=380)), Kind.REVIEW) == ["Ana"]
    assert names(send_due(world.northwind, moment(days=380, minutes=60)), Kind.REVIEW) == []


def test_the_clock_asked_twice_sends_once(world: World, version: Version) -> None:
    first = send_due(world.northwind, moment(30))
    assert first
    before = (posts(), Reminded.objects.count())
    assert send_due(world.northwind, moment(30)) == []
    assert letters_due(world.northwind, moment(30)) == []
    assert (posts(), Reminded.objects.count()) == before


def test_two_clocks_at_once_send_once(world: World, version: Version, monkeypatch: pytest.MonkeyPatch) -> None:
    found = letters_due(world.northwind, moment(30))
    assert send_due(world.northwind, moment(30)) == found
    before = posts()
    # The other one had worked out the same before the first one stored it.
    monkeypatch.setattr(reminding, "letters_due", lambda *_: found)
    assert send_due(world.northwind, moment(30)) == []
    assert posts() == before


def test_a_reminder_is_stored_with_its_task_or_not_at_all(
    world: World, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise RuntimeError("the queue is full")

    with monkeypatch.context() as broken:
        broken.setattr(type(posting.post), "enqueue", full)
        with pytest.raises(RuntimeError):
            send_due(world.northwind, moment(30))
    assert not Reminded.objects.exists()
    assert send_due(world.northwind, moment(30))


def test_what_was_stored_is_sent_with_the_same_message_id_each_time(world: World, version: Version) -> None:
    send_due(world.northwind, moment(30))
    (first,), (again,) = deliver(), deliver()
    assert first.to == ["rui@northwind.example"]
    assert first.extra_headers["Message-ID"] == again.extra_headers["Message-ID"]
    send_due(world.northwind, moment(days=7))
    assert len({message.extra_headers["Message-ID"] for message in deliver()}) == 2, "a week later is another letter"


def test_who_stopped_reminders_gets_none(world: World, version: Version) -> None:
    stop_letters(user=world.rui.user, kind=Kind.TRAINING, at=moment(20))
    send_due(world.northwind, moment(30))
    assert deliver() == []


def test_a_mail_server_that_is_down_is_asked_again_for_a_reminder(
    world: World, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: Any, **__: Any) -> None:
        raise ConnectionRefusedError

    send_due(world.northwind, moment(30))
    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", down)
        deliver()
    (row,) = DBTaskResult.objects.filter(task_path="accounts.posting.post", run_after__year__lt=9999)
    assert row.args_kwargs["args"][1] == [world.rui.pk]
    assert row.args_kwargs["args"][5] == 2


def test_nothing_crosses_organisations(world: World, version: Version) -> None:
    assert letters_due(world.contoso, moment(days=400)) == []
    people = {letter.person.organisation_id for letter in letters_due(world.northwind, moment(days=400))}
    assert people == {world.northwind.pk}


def test_reminders_add_nothing_to_the_trail(world: World, version: Version) -> None:
    before = Entry.objects.count()
    send_due(world.northwind, moment(days=400))
    assert Entry.objects.count() == before


def told(*options: str) -> str:
    out = io.StringIO()
    call_command("sop_remind", *options, stdout=out)
    return out.getvalue()


def test_the_command_names_what_it_would_send_and_then_sends_it(world: World, version: Version) -> None:
    with time_machine.travel(moment(30), tick=False):
        dry = told("--dry-run")
        assert "rui@northwind.example: " in dry
        assert "1 letter would be sent." in dry
        assert not Reminded.objects.exists()
        (facts,) = json.loads(told("--dry-run", "--json"))
        assert (facts["to"], facts["kind"], facts["organisation"]) == ("rui@northwind.example", "training", "northwind")
        assert facts["due"] == [{"what": f"training/{version.pk}", "on": "2026-05-04"}]
        assert "1 letter on the way." in told()
        assert "0 letters on the way." in told()


def test_the_hourly_run_sends_what_is_due(world: World, version: Version) -> None:
    out = io.StringIO()
    with time_machine.travel(moment(30), tick=False):
        call_command("sop_tick", stdout=out)
    assert "1 reminder on the way." in out.getvalue()
    assert posts() == 1


# Steps of a route


@pytest.fixture
def late(world: World) -> Version:
    """In review since 4 May; the first step is due in three days, reminded after two, escalated after five."""
    first = makers.step(
        Meaning.REVIEWED, world.priya, world.ben, due_days=3, remind_days=2, escalate_days=5, escalate_to=world.mia.pk
    )
    set_route(steps=[first, makers.step(Meaning.APPROVED)], one_step_each=False, by=world.mia, at=moment(1))
    return makers.submitted(world)


def stages(world: World, days: range, kind: Kind, who: str) -> list[int]:
    return days_with(send_due, world, kind, days, who)


def test_those_who_may_sign_are_reminded_before_the_last_day_and_once_after_it(world: World, late: Version) -> None:
    sent: dict[int, list[str]] = {
        day: names(send_due(world.northwind, moment(30, days=day)), Kind.REMINDER) for day in range(12)
    }
    assert {day: people for day, people in sent.items() if people} == {2: ["Ben", "Priya"], 4: ["Ben", "Priya"]}


def test_a_reminder_of_a_step_says_what_when_and_where(world: World, late: Version) -> None:
    (before, _) = letters_due(world.northwind, moment(30, days=2))
    assert before.subject == f"{late.sop.number} version 1.0 is due on 7 May 2026"
    assert "Prepared by Ana Silva\n" in before.text
    assert "waits for a signature since 4 May 2026 and is due on 7 May 2026. Read the text, then sign it" in before.text
    assert before.text.endswith(f"\nhttp://127.0.0.1:8000/o/northwind/sops/{late.sop.number}/review/")
    after = letters_due(world.northwind, moment(30, days=4))[0]
    assert after.subject == f"{late.sop.number} version 1.0 was due on 7 May 2026"


def test_who_has_signed_is_not_reminded(world: World, late: Version) -> None:
    makers.signed(late, world.priya, moment(20))
    reminded = letters_due(world.northwind, moment(30, days=4))
    assert {letter.person for letter in reminded if letter.kind is Kind.REMINDER} <= {world.ben}


def test_a_late_step_is_told_to_whom_the_route_names_and_it_is_on_record(world: World, late: Version) -> None:
    told = {day: names(send_due(world.northwind, moment(30, days=day)), Kind.ESCALATION) for day in range(12)}
    assert {day: people for day, people in told.items() if people} == {5: ["Mia"]}
    (entry,) = Entry.objects.filter(action="version.escalated")
    assert (entry.person_name, entry.subject) == ("The installation", f"{late}")
    assert entry.data["escalated_to"] == "Mia Keller"
    assert sorted(entry.data["waits_for"]) == ["Ben Okafor", "Priya Nair"]
    (letter,) = [letter for letter in deliver() if letter.to == ["mia@northwind.example"]]
    assert "Who may sign it now: Ben Okafor, Priya Nair. Ask them, or have the version returned:" in letter.body
    assert "because the route names you for steps that are late at Northwind Support." in letter.body


def test_a_version_that_moved_on_reminds_nobody(world: World, late: Version) -> None:
    approving.return_version(version=late, reason="Wait.", by=world.priya, at=moment(20))
    assert letters_due(world.northwind, moment(days=9)) == []


def test_a_later_round_is_reminded_anew(world: World, late: Version) -> None:
    assert stages(world, range(5), Kind.REMINDER, "Ben") == [2, 4]
    back = approving.return_version(version=late, reason="Wait.", by=world.priya, at=moment(days=5))
    makers.submitted(world, back, effective_on=TODAY, at=moment(days=6))
    assert stages(world, range(6, 12), Kind.REMINDER, "Ben") == [8, 10]


def test_a_clock_that_stood_still_tells_only_that_the_day_is_over(world: World, late: Version) -> None:
    sent = send_due(world.northwind, moment(30, days=9))
    assert names(sent, Kind.REMINDER) == ["Ben", "Priya"]
    assert names(sent, Kind.ESCALATION) == ["Mia"]
    assert all("was due on 7 May 2026" in letter.text for letter in sent)
    assert send_due(world.northwind, moment(31, days=9)) == []


def test_an_escalation_is_on_record_with_its_letter_or_not_at_all(
    world: World, late: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise RuntimeError("the queue is full")

    send_due(world.northwind, moment(30, days=4))
    monkeypatch.setattr(type(posting.post), "enqueue", full)
    with pytest.raises(RuntimeError):
        send_due(world.northwind, moment(30, days=5))
    assert not Entry.objects.filter(action="version.escalated").exists()


def test_nobody_suspended_is_told_of_a_late_step(world: World, late: Version) -> None:
    home = world.northwind
    other = add_member(organisation=home, email="o@n.example", name="Olga", roles=[Role.ADMIN], by=None, at=moment(2))
    suspend_member(member=world.mia, by=other.member, at=moment(21))
    assert names(letters_due(home, moment(30, days=5)), Kind.ESCALATION) == []


def test_the_first_letter_names_the_last_day(world: World, late: Version) -> None:
    with time_machine.travel(moment(30), tick=False):
        notices.tell_signers.func(late.pk, late.round)
    assert {message.to[0] for message in mail.outbox} == {"priya@northwind.example", "ben@northwind.example"}
    body = str(mail.outbox[0].body)
    assert "The step is “reviewed”. It is due on 7 May 2026. Read the text" in body
    assert "Prepared by Ana Silva" in body
