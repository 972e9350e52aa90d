"""A version in force is looked at again: signed as still right, with the next review, and reminders by its dates."""

from datetime import date, timedelta

import pytest

from accounts.refusals import BadInput, NotAllowed, Stale, WrongState
from audit.models import Entry
from sop_library import verifying
from sop_library.actions import confirming
from sop_library.domain.reviews import (
    Reminder,
    Review,
    review_reminders_due,
    review_state,
    training_reminders_due,
)
from sop_library.models import Confirmation, Publication, Version
from tests.database import open_protected_tables
from tests.sop_library import makers
from tests.sop_library.makers import TODAY, moment
from tests.world import World

pytestmark = pytest.mark.usefixtures("no_pdf_engine")
NEXT = date(2027, 11, 1)
DUE = date(2026, 6, 1)


def day(after: int) -> date:
    return DUE + timedelta(days=after)


def confirmed(
    version: Version, by: object, *, turn: int = 1, on: date = NEXT, minutes: int = 20, **more: str
) -> Confirmation:
    """Return a confirmation of the version."""
    return confirming.confirm_review(
        version=version,
        shown_digest=more.pop("digest", version.digest),
        turn=turn,
        next_review_on=on,
        by=by,  # type: ignore[arg-type]
        at=moment(minutes),
        **more,
    )


def next_review(version: Version) -> date | None:
    found: date | None = Version.objects.with_review().get(pk=version.pk).next_review_on
    return found


def test_a_confirmation_is_signed_and_sets_the_review_that_counts(world: World) -> None:
    version = makers.published(world)
    page = Publication.objects.get(version=version).page_sha256
    assert next_review(version) == version.review_on
    made = confirmed(version, world.ana, note=" Numbers checked. ")
    assert made.statement == "I checked this version. It is still right, and I set its next review for 1 November 2027."
    assert (made.printed_name, made.role, made.digest, made.note) == (
        "Ana Silva", "Support Manager", version.digest, "Numbers checked."
    )  # fmt: skip
    assert next_review(version) == NEXT
    again = confirmed(version, world.ben, turn=2, on=date(2028, 2, 1), minutes=30)
    now = Version.objects.with_review().get(pk=version.pk)
    assert (now.next_review_on, now.confirmed_by, now.confirmed_at) == (date(2028, 2, 1), "Ben Okafor", again.signed_at)
    # What was approved and published stays as it is.
    assert (now.review_on, Publication.objects.get(version=version).page_sha256) == (version.review_on, page)
    entry = Entry.objects.about(version).filter(action="version.confirmed").first()
    assert (entry.data["next_review_on"], entry.data["note"]) == ("2027-11-01", "Numbers checked.")
    assert list(verifying.faults()) == []


def test_a_second_click_gives_the_same_confirmation(world: World) -> None:
    version = makers.published(world)
    assert confirmed(version, world.ana) == confirmed(version, world.ana, minutes=21)
    assert Confirmation.objects.count() == 1


def test_who_comes_second_with_the_same_page_is_told(world: World) -> None:
    version = makers.published(world)
    confirmed(version, world.ana)
    with pytest.raises(Stale, match="Somebody confirmed"):
        confirmed(version, world.ben, minutes=21)
    with pytest.raises(Stale, match="another text"):
        confirmed(version, world.ben, turn=2, digest="0" * 64)
    assert Confirmation.objects.count() == 1


def test_managers_and_approvers_confirm_what_is_in_force(world: World) -> None:
    version = makers.published(world)
    for name in ("rui", "mia", "zoe", "sol"):
        with pytest.raises(NotAllowed):
            confirmed(version, world.everybody[name])
    with pytest.raises(WrongState):
        confirmed(makers.approved(world), world.ana)
    later = makers.published(world, on=TODAY + timedelta(days=7))
    with pytest.raises(WrongState, match="scheduled now"):
        confirmed(later, world.ana)
    for on in (TODAY, TODAY - timedelta(days=1), date(2099, 1, 1)):
        with pytest.raises(BadInput) as refused:
            confirmed(version, world.ana, on=on)
        assert refused.value.field == "next_review_on"
    assert not Confirmation.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"next_review_on": date(2030, 1, 1)}, "sets another review than was signed"),
        ({"note": "Nothing was checked."}, "differs from what audit entry"),
        ({"printed_name": "Ben Okafor"}, "was changed after it was signed"),
        ({"digest": "0" * 64}, "covers another text"),
        ({"turn": 4}, "differs from what audit entry"),
    ],
)
def test_verifying_finds_a_changed_confirmation(world: World, changes: dict[str, object], words: str) -> None:
    confirmed(makers.published(world), world.ana, note="Numbers checked.")
    open_protected_tables()
    Confirmation.objects.update(**changes)
    assert [fault for fault in verifying.faults() if words in fault]


def test_verifying_finds_a_confirmation_that_is_gone_and_one_nobody_signed(world: World) -> None:
    version = makers.published(world)
    made = confirmed(version, world.ana)
    open_protected_tables()
    made.pk, made.turn = None, 2
    made.save(force_insert=True)
    assert [fault for fault in verifying.faults() if "has no entry in the audit trail" in fault]
    Confirmation.objects.all().delete()
    assert [fault for fault in verifying.faults() if "the confirmation that audit entry" in fault]


def test_a_review_is_due_a_month_before_and_overdue_from_the_day_after() -> None:
    states = {after: review_state(DUE, day(after)) for after in (-31, -30, 0, 1)}
    assert states == {-31: Review.NOT_DUE, -30: Review.DUE, 0: Review.DUE, 1: Review.OVERDUE}
    assert review_state(None, DUE) is Review.NOT_DUE


def test_reminders_of_a_review_come_before_it_and_go_on_after() -> None:
    sent: list[int] = []
    last = None
    for after in range(-60, 100):
        due = review_reminders_due(DUE, day(after), last)
        if due is not None:
            sent, last = [*sent, after], due.on
            assert due.days_left == -after
    assert sent == [-30, -7, 0, 1, 14, 44, 74]


def test_a_reminder_whose_day_passed_while_nothing_ran_comes_once() -> None:
    assert review_reminders_due(DUE, day(5)) == Reminder(day(1), -1)
    assert review_reminders_due(DUE, day(5), day(1)) is None
    assert review_reminders_due(DUE, day(-20)) == Reminder(day(-30), 30)
    # The date moved on: what was sent for the old one does not silence the new one's.
    assert review_reminders_due(day(365), day(365), day(74)) == Reminder(day(365), 0)


def test_reminders_of_training_start_with_its_publishing_and_go_on_after_its_date() -> None:
    sent: list[int] = []
    last = None
    for after in range(-40, 20):
        due = training_reminders_due(day(-30), DUE, day(after), last)
        if due is not None:
            sent, last = [*sent, after], due.on
    assert sent == [-30, -7, -2, 0, 7, 14]
    assert training_reminders_due(DUE, DUE, DUE) == Reminder(DUE, 0)
    # Published later than the day it was approved for: weekly from there.
    assert training_reminders_due(day(5), DUE, day(11), day(5)) is None
    assert training_reminders_due(day(5), DUE, day(12), day(5)) == Reminder(day(12), -12)
