"""People sign before a version comes into force: a share of them, and until then the version before stays in force."""

from datetime import date, timedelta

import pytest

from accounts import actions as people
from accounts.domain.roles import Role
from accounts.models import Membership
from accounts.refusals import BadInput, NotAllowed, Stale, WrongState
from audit.models import Entry
from sop_library import rolls, verifying
from sop_library.actions import beginning, publishing, training
from sop_library.document import file_name
from sop_library.domain.lifecycle import Phase, Status
from sop_library.domain.numbering import ChangeSize
from sop_library.domain.training import Progress
from sop_library.models import Publication, Version
from tests import world as cast
from tests.sop_library import makers
from tests.sop_library.makers import TODAY, moment
from tests.world import World

pytestmark = pytest.mark.usefixtures("no_pdf_engine")
LATER = date(2026, 5, 11)
LATER_BEGINS = moment(days=6) + timedelta(hours=14)  # midnight in Lisbon, an hour ahead of UTC in May


@pytest.fixture
def readers(world: World) -> list[Membership]:
    """Rui and three more agents, in two departments."""
    named = (("Nia Roy", "Support"), ("Tom Lind", "Sales"), ("Uma Das", "Sales"))
    more = [cast.person(world.northwind, name, Role.AGENT, title="Agent", department=where) for name, where in named]
    return [world.rui, *more]


def fresh(version: Version) -> Version:
    return Version.objects.select_related("sop", "organisation").get(pk=version.pk)


def in_force(version: Version, at: object) -> list[str]:
    return [str(row.number) for row in Version.objects.filter(sop=version.sop).in_force(at)]


def approved_next(world: World, before: Version, *, size: ChangeSize = ChangeSize.MAJOR, minutes: int = 7) -> Version:
    """Return the next version, approved for use from today."""
    draft = makers.revision(world, before)
    version = makers.submitted(world, draft, size=size, at=moment(minutes))
    return makers.approved(world, version)


def in_training(world: World, *, share: int = 75, on: date = TODAY, before: Version | None = None) -> Version:
    """Return version 2.0 in training beside 1.0 in force."""
    first = before or makers.published(world)
    return publishing.publish(
        version=approved_next(world, first), effective_on=on, training_share=share, by=world.ana, at=moment(12)
    )


def test_the_share_of_a_person_is_a_person() -> None:
    assert [Progress(0, 20, share).needed for share in (1, 80, 81, 100)] == [1, 16, 17, 20]
    assert [Progress(2, 3, share).is_reached for share in (66, 67)] == [True, False]
    assert Progress(0, 0, 100).is_reached


def test_the_version_before_stays_in_force_until_enough_have_signed(world: World, readers: list[Membership]) -> None:
    version = in_training(world)
    first = version.sop.versions.get(major=1)
    assert (version.phase_at(moment(13)), version.in_force_from) == (Phase.TRAINING, None)
    assert in_force(version, moment(days=90)) == ["1.0"]
    for minutes, reader in enumerate(readers[:2], 20):
        makers.understood(version, reader, moment(minutes))
    assert fresh(version).phase_at(moment(30)) is Phase.TRAINING
    makers.understood(version, readers[2], moment(40))
    assert in_force(version, moment(40) - timedelta(microseconds=1)) == ["1.0"]
    assert in_force(version, moment(40)) == ["2.0"]
    assert fresh(first).phase_at(moment(40)) is Phase.SUPERSEDED
    entry = Entry.objects.about(version).get(action="version.trained")
    assert (entry.person_id, entry.data["signed"], entry.data["asked"]) == (readers[2].user_id, 3, 4)
    assert list(verifying.faults()) == []


def test_a_share_that_is_reached_early_waits_for_the_date(world: World, readers: list[Membership]) -> None:
    version = in_training(world, on=LATER)
    for minutes, reader in enumerate(readers[:3], 20):
        makers.understood(version, reader, moment(minutes))
    now = fresh(version)
    assert (now.phase_at(moment(30)), now.in_force_from) == (Phase.SCHEDULED, LATER_BEGINS)
    assert in_force(version, LATER_BEGINS - timedelta(seconds=1)) == ["1.0"]
    assert in_force(version, LATER_BEGINS) == ["2.0"]
    # The fourth still owes it and signs ahead.
    assert [person.pk for person in rolls.owing_of(now)] == [readers[3].pk]
    assert Version.objects.asked_ahead(moment(30)).get() == version
    makers.understood(version, readers[3], moment(50))


def test_where_nobody_is_asked_nobody_is_waited_for(world: World) -> None:
    people.suspend_member(member=world.rui, by=world.mia, at=moment(1))
    version = in_training(world, share=100)
    assert version.phase_at(moment(12)) is Phase.EFFECTIVE
    assert in_force(version, moment(12)) == ["2.0"]
    assert list(verifying.faults()) == []


def test_who_does_not_owe_it_does_not_count(world: World, readers: list[Membership]) -> None:
    version = in_training(world, share=25)
    makers.understood(version, world.priya, moment(20))
    assert fresh(version).phase_at(moment(21)) is Phase.TRAINING
    assert rolls.progress_of(version) == Progress(0, 4, 25)


def test_a_manager_ends_the_training_once_people_left(world: World, readers: list[Membership]) -> None:
    version = in_training(world, share=100)
    for minutes, reader in enumerate(readers[:3], 20):
        makers.understood(version, reader, moment(minutes))
    people.suspend_member(member=readers[3], by=world.mia, at=moment(30))
    assert fresh(version).phase_at(moment(31)) is Phase.TRAINING
    done = beginning.put_in_force(version=version, reason="", by=world.ana, at=moment(32))
    assert (done.in_force_from, done.phase_at(moment(32))) == (moment(32), Phase.EFFECTIVE)
    assert Entry.objects.about(version).get(action="version.trained").data["signed"] == 3
    assert list(verifying.faults()) == []


def test_putting_it_in_force_before_takes_a_reason_a_role_and_the_right_state(
    world: World, readers: list[Membership]
) -> None:
    version = in_training(world)
    with pytest.raises(BadInput) as refused:
        beginning.put_in_force(version=version, reason=" ", by=world.ana, at=moment(20))
    assert refused.value.field == "reason"
    for name in ("rui", "priya", "zoe"):
        with pytest.raises(NotAllowed):
            beginning.put_in_force(version=version, reason="Law.", by=world.everybody[name], at=moment(20))
    done = beginning.put_in_force(version=version, reason="The law holds from today.", by=world.mia, at=moment(20))
    assert in_force(version, moment(20)) == ["2.0"]
    entry = Entry.objects.about(version).get(action="version.training_waived")
    assert (entry.data["reason"], entry.data["share"], entry.data["signed"]) == ("The law holds from today.", 75, 0)
    with pytest.raises(WrongState, match="effective now"):
        beginning.put_in_force(version=done, reason="Again.", by=world.ana, at=moment(21))
    assert list(verifying.faults()) == []


def test_withdrawing_in_training_leaves_the_version_before_in_force(world: World, readers: list[Membership]) -> None:
    version = in_training(world)
    gone = publishing.withdraw(version=version, reason="Not needed.", by=world.ana, at=moment(20))
    assert (gone.status, gone.in_force_from) == (Status.WITHDRAWN, None)
    assert in_force(version, moment(days=400)) == ["1.0"]
    with pytest.raises(WrongState, match="withdrawn"):
        makers.understood(gone, world.rui, moment(21))
    with pytest.raises(WrongState):
        beginning.put_in_force(version=gone, reason="Yet.", by=world.ana, at=moment(21))
    assert list(verifying.faults()) == []


def test_a_withdrawal_that_meets_the_last_sign_off_is_stale(world: World, readers: list[Membership]) -> None:
    version = in_training(world, share=25)
    held = fresh(version)
    makers.understood(version, world.rui, moment(20))
    with pytest.raises(Stale):
        publishing.withdraw(version=held, reason="Not needed.", by=world.ana, at=moment(21))


def test_a_smaller_change_takes_the_training_over(world: World, readers: list[Membership]) -> None:
    two = in_training(world)
    makers.understood(two, readers[0], moment(20))
    makers.understood(two, readers[1], moment(21))
    small = approved_next(world, two, size=ChangeSize.MINOR, minutes=22)
    with_it = publishing.publish(version=small, effective_on=TODAY, by=world.ana, at=moment(30))
    assert (str(with_it.number), with_it.training_share) == ("2.1", 75)
    assert with_it.phase_at(moment(31)) is Phase.TRAINING
    assert rolls.progress_of(with_it).words == "2 of 4"
    makers.understood(with_it, readers[2], moment(40))
    assert in_force(two, moment(40)) == ["2.1"]
    assert fresh(two).phase_at(moment(41)) is Phase.SUPERSEDED
    assert list(verifying.faults()) == []


def test_a_newer_major_version_ends_the_training(world: World, readers: list[Membership]) -> None:
    two = in_training(world)
    three = publishing.publish(
        version=approved_next(world, two, minutes=22), effective_on=TODAY, by=world.ana, at=moment(30)
    )
    assert in_force(two, moment(30)) == ["3.0"]
    assert fresh(two).phase_at(moment(30)) is Phase.SUPERSEDED
    with pytest.raises(WrongState, match="superseded"):
        makers.understood(fresh(two), world.rui, moment(31))
    assert three.training_share is None
    assert list(verifying.faults()) == []


def test_training_that_ends_before_a_scheduled_version_begins_comes_into_force(
    world: World, readers: list[Membership]
) -> None:
    two = in_training(world, share=25)
    draft = makers.revision(world, two)
    three = makers.approved(world, makers.submitted(world, draft, effective_on=LATER, at=moment(22)))
    publishing.publish(version=three, effective_on=LATER, by=world.ana, at=moment(30))
    assert fresh(two).phase_at(moment(31)) is Phase.TRAINING
    makers.understood(two, world.rui, moment(40))
    assert (in_force(two, moment(40)), in_force(two, LATER_BEGINS)) == (["2.0"], ["3.0"])
    assert list(verifying.faults()) == []


def test_training_that_ends_after_a_newer_version_began_changes_nothing(
    world: World, readers: list[Membership]
) -> None:
    two = in_training(world)
    draft = makers.revision(world, two)
    three = makers.approved(world, makers.submitted(world, draft, effective_on=LATER, at=moment(22)))
    three = publishing.publish(version=three, effective_on=LATER, by=world.ana, at=moment(30))
    assert fresh(two).phase_at(LATER_BEGINS) is Phase.SUPERSEDED
    with pytest.raises(WrongState):
        beginning.put_in_force(version=fresh(two), reason="Late.", by=world.ana, at=LATER_BEGINS)
    # Withdrawn before it begins, the newer one gives the training its open end back.
    publishing.withdraw(version=three, reason="Not now.", by=world.ana, at=moment(40))
    assert fresh(two).phase_at(LATER_BEGINS) is Phase.TRAINING
    assert in_force(two, LATER_BEGINS) == ["1.0"]
    assert list(verifying.faults()) == []


def test_it_refuses_shares_that_cannot_be_and_training_for_small_changes(world: World) -> None:
    first = makers.published(world)
    small = approved_next(world, first, size=ChangeSize.MINOR)
    with pytest.raises(BadInput) as refused:
        publishing.publish(version=small, effective_on=TODAY, training_share=50, by=world.ana, at=moment(12))
    assert refused.value.field == "training_share"
    for share in (0, 101, -5):
        with pytest.raises(BadInput):
            publishing.publish(
                version=makers.approved(world), effective_on=TODAY, training_share=share, by=world.ana, at=moment(12)
            )


def test_it_refuses_a_day_that_is_not_after_the_one_in_training(world: World) -> None:
    two = in_training(world, on=LATER)
    three = approved_next(world, two, minutes=22)
    with pytest.raises(BadInput, match=r"Version 2\.0 is in training for 11 May 2026"):
        publishing.publish(version=three, effective_on=LATER, by=world.ana, at=moment(30))


def test_the_first_version_of_a_procedure_can_be_trained_too(world: World) -> None:
    version = publishing.publish(
        version=makers.approved(world), effective_on=TODAY, training_share=100, by=world.ana, at=moment(6)
    )
    assert in_force(version, moment(days=9)) == []
    makers.understood(version, world.rui, moment(20))
    assert in_force(version, moment(20)) == ["1.0"]


def test_what_is_printed_is_true_before_and_after(world: World) -> None:
    version = in_training(world, share=80, on=LATER)
    page = Publication.objects.get(version=version).page
    assert "11 May 2026 or later, once 80 % of its readers have signed or a manager ends the training" in page
    assert "rings from 11 May 2026 on" in page
    assert file_name(version) == f"{version.sop.number}_v2.0_2026-05-11.pdf"


def test_signing_twice_counts_once(world: World, readers: list[Membership]) -> None:
    version = in_training(world, share=50)
    one = makers.understood(version, world.rui, moment(20))
    assert training.sign_off(version=version, shown_digest=version.digest, by=world.rui, at=moment(21)) == one
    assert rolls.progress_of(version).words == "1 of 4"


def test_people_are_counted_by_department(world: World, readers: list[Membership]) -> None:
    version = in_training(world)
    makers.understood(version, world.rui, moment(20))
    told = [
        (row.name, row.asked, row.per_cent, [str(each.person) for each in row.missing])
        for row in rolls.departments_of(version, {})
    ]
    assert told == [("Sales", 2, 0, ["Tom Lind", "Uma Das"]), ("Support", 2, 50, ["Nia Roy"])]
