"""Publishing, superseding, withdrawing, and the landing procedure, as actions."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.refusals import BadInput, NotAllowed, Stale, WrongState
from audit.models import Entry
from sop_library import storage
from sop_library.actions import approving, publishing
from sop_library.domain.lifecycle import Phase, Status
from sop_library.domain.numbering import ChangeSize
from sop_library.domain.signature import sha256
from sop_library.formats import pdf
from sop_library.models import SOP, Publication, Version
from templates_app.child import TooComplex
from tests.sop_library import makers
from tests.sop_library.conftest import blank_page
from tests.sop_library.makers import TODAY, moment
from tests.world import World

LATER = date(2026, 5, 11)
# Midnight in Lisbon, which is an hour ahead of UTC in May.
LATER_BEGINS = datetime(2026, 5, 10, 23, 0, tzinfo=UTC)


@pytest.fixture
def fast_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in for the PDF engine where a test is about dates; the real one has tests of its own."""
    monkeypatch.setattr(pdf, "render_pdf", blank_page)


def fresh(version: Version) -> Version:
    return Version.objects.select_related("sop", "organisation").get(pk=version.pk)


def in_force(version: Version, at: datetime) -> list[str]:
    return [str(row.number) for row in Version.objects.filter(sop=version.sop).in_force(at)]


def second(world: World, first: Version, *, on: date = LATER, size: ChangeSize = ChangeSize.MINOR) -> Version:
    """Return a second version, approved for use from a day."""
    draft = makers.revision(world, first)
    version = makers.submitted(world, draft, size=size, effective_on=on, at=moment(9))
    return makers.signed(makers.signed(version, world.priya, moment(10)), world.ben, moment(11))


def test_publishing_stores_page_and_pdf_and_puts_the_version_in_force(world: World) -> None:
    version = makers.published(world)
    kept = Publication.objects.get(version=version)
    content = storage.get(kept.pdf_sha256)
    assert content.startswith(b"%PDF-")
    assert (sha256(content), len(content)) == (kept.pdf_sha256, kept.pdf_bytes)
    assert sha256(kept.page) == kept.page_sha256
    assert "Ana Silva" in kept.page
    assert "Ben Okafor" in kept.page
    assert version.phase_at(moment(6)) is Phase.EFFECTIVE
    entry = Entry.objects.about(version).get(action="version.published")
    assert (entry.data["pdf_sha256"], entry.data["page_sha256"]) == (kept.pdf_sha256, kept.page_sha256)


@pytest.mark.usefixtures("fast_pdf")
def test_the_first_procedure_becomes_the_landing_one(world: World) -> None:
    version = makers.published(world)
    assert SOP.objects.get(pk=version.sop_id).is_landing


@pytest.mark.usefixtures("fast_pdf")
def test_a_later_day_begins_at_midnight_of_the_organisation(world: World) -> None:
    version = makers.published(world, on=LATER)
    assert version.in_force_from == LATER_BEGINS
    assert version.phase_at(moment(7)) is Phase.SCHEDULED
    assert in_force(version, LATER_BEGINS - timedelta(seconds=1)) == []
    assert in_force(version, LATER_BEGINS) == ["1.0"]


@pytest.mark.usefixtures("fast_pdf")
def test_a_second_version_supersedes_the_first_from_its_date(world: World) -> None:
    first = makers.published(world)
    two = makers.published(world, second(world, first), on=LATER, at=moment(12))
    assert str(two.number) == "1.1"
    assert in_force(first, moment(13)) == ["1.0"]
    assert in_force(first, LATER_BEGINS - timedelta(microseconds=1)) == ["1.0"]
    assert in_force(first, LATER_BEGINS) == ["1.1"]
    assert fresh(first).phase_at(LATER_BEGINS) is Phase.SUPERSEDED
    assert Publication.objects.filter(version=first).exists()


@pytest.mark.usefixtures("fast_pdf")
def test_a_second_version_of_today_supersedes_at_once(world: World) -> None:
    first = makers.published(world)
    two = makers.published(world, second(world, first, on=TODAY, size=ChangeSize.MAJOR), at=moment(12))
    assert str(two.number) == "2.0"
    assert in_force(first, moment(11)) == ["1.0"]
    assert in_force(first, moment(12)) == ["2.0"]


@pytest.mark.usefixtures("fast_pdf")
def test_withdrawing_before_its_date_gives_the_earlier_one_its_open_end_back(world: World) -> None:
    first = makers.published(world)
    two = makers.published(world, second(world, first), on=LATER, at=moment(12))
    gone = publishing.withdraw(version=two, reason="The law was postponed.", by=world.mia, at=moment(13))
    assert (gone.status, gone.withdrawal_reason) == (Status.WITHDRAWN, "The law was postponed.")
    assert fresh(first).in_force_until is None
    assert in_force(first, LATER_BEGINS + timedelta(days=9)) == ["1.0"]
    entry = Entry.objects.about(two).get(action="version.withdrawn")
    assert entry.data["reason"] == "The law was postponed."


@pytest.mark.usefixtures("fast_pdf")
def test_withdrawing_what_is_in_force_leaves_nothing_in_force(world: World) -> None:
    version = makers.published(world)
    publishing.withdraw(version=version, reason="Wrong number.", by=world.ana, at=moment(9))
    assert in_force(version, moment(8)) == ["1.0"]
    assert in_force(version, moment(9)) == []


@pytest.mark.usefixtures("fast_pdf")
def test_withdrawing_needs_a_reason_a_role_and_the_right_state(world: World) -> None:
    version = makers.published(world)
    with pytest.raises(BadInput):
        publishing.withdraw(version=version, reason="  ", by=world.ana, at=moment(9))
    for name in ("rui", "priya", "zoe"):
        with pytest.raises(NotAllowed):
            publishing.withdraw(version=version, reason="No.", by=world.everybody[name], at=moment(9))
    gone = publishing.withdraw(version=version, reason="Wrong number.", by=world.ana, at=moment(9))
    with pytest.raises(WrongState):
        publishing.withdraw(version=gone, reason="Again.", by=world.ana, at=moment(9))


@pytest.mark.usefixtures("fast_pdf")
def test_a_withdrawal_that_meets_a_new_publication_is_refused(world: World) -> None:
    first = makers.published(world)
    held = fresh(first)
    makers.published(world, second(world, first), on=LATER, at=moment(12))
    with pytest.raises(Stale):
        publishing.withdraw(version=held, reason="Wrong number.", by=world.ana, at=moment(13))


def test_publishing_fails_whole_when_the_pdf_fails(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_complex(*args: object, **kwargs: object) -> bytes:
        raise TooComplex("This text is too complex. Split it in two.")

    monkeypatch.setattr(pdf, "render_pdf", too_complex)
    version = makers.approved(world)
    with pytest.raises(TooComplex):
        publishing.publish(version=version, effective_on=TODAY, by=world.ana, at=moment(6))
    now = fresh(version)
    assert (now.status, now.in_force_from) == (Status.APPROVED, None)
    assert not Publication.objects.exists()
    assert not Entry.objects.filter(action="version.published").exists()
    assert not SOP.objects.filter(is_landing=True).exists()


@pytest.mark.usefixtures("fast_pdf")
def test_it_refuses_dates_before_today_and_before_the_approved_day(world: World) -> None:
    version = makers.approved(world, makers.submitted(world, effective_on=LATER))
    for day in (TODAY - timedelta(days=1), TODAY, LATER - timedelta(days=1)):
        with pytest.raises(BadInput) as refused:
            publishing.publish(version=version, effective_on=day, by=world.ana, at=moment(6))
        assert refused.value.field == "effective_on"
    assert publishing.publish(version=version, effective_on=LATER, by=world.ana, at=moment(6)).effective_on == LATER


@pytest.mark.usefixtures("fast_pdf")
def test_it_refuses_a_day_before_a_version_that_is_scheduled(world: World) -> None:
    first = makers.published(world, on=LATER)
    with pytest.raises(BadInput, match=r"Version 1\.0 begins on 11 May 2026"):
        publishing.publish(version=second(world, first, on=TODAY), effective_on=TODAY, by=world.ana, at=moment(12))


@pytest.mark.usefixtures("fast_pdf")
def test_publishing_needs_every_signature_a_role_and_the_right_text(world: World) -> None:
    with pytest.raises(WrongState):
        publishing.publish(version=makers.reviewed(world), effective_on=TODAY, by=world.ana, at=moment(6))
    version = makers.approved(world)
    for name in ("rui", "priya", "zoe"):
        with pytest.raises(NotAllowed):
            publishing.publish(version=version, effective_on=TODAY, by=world.everybody[name], at=moment(6))
    approving.return_version(version=version, reason="Stop.", by=world.ben, at=moment(6))
    with pytest.raises(Stale):
        publishing.publish(version=version, effective_on=TODAY, by=world.ana, at=moment(7))
    assert not Publication.objects.exists()


@pytest.mark.usefixtures("fast_pdf")
def test_publishing_twice_at_once_publishes_once(world: World) -> None:
    version = makers.approved(world)
    makers.published(world, version)
    with pytest.raises(Stale):
        makers.published(world, version)
    assert Publication.objects.count() == 1


@pytest.mark.usefixtures("fast_pdf")
def test_choosing_the_landing_procedure_leaves_one(world: World) -> None:
    one, two = makers.published(world), makers.published(world)
    publishing.choose_landing(sop=two.sop, by=world.mia, at=moment(9))
    assert list(SOP.objects.filter(is_landing=True)) == [two.sop]
    assert Entry.objects.filter(action="sop.landing", subject_id=str(two.sop_id)).exists()
    for name in ("rui", "priya", "zoe"):
        with pytest.raises(NotAllowed):
            publishing.choose_landing(sop=one.sop, by=world.everybody[name], at=moment(9))
    with pytest.raises(WrongState, match="no published version"):
        publishing.choose_landing(sop=makers.draft(world).sop, by=world.ana, at=moment(9))
