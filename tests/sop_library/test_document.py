"""A version rendered: what the record fills in, what is escaped, what each state is called on paper."""

from datetime import date, datetime

import pytest

from accounts.models import Membership
from sop_library import document
from sop_library.actions import approving, publishing
from sop_library.formats import pdf
from sop_library.models import FrozenText, Publication, Version
from sop_library.record import record_of
from templates_app.domain.rendering import Mode
from tests.sop_library import makers
from tests.sop_library.conftest import blank_page
from tests.sop_library.makers import moment
from tests.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_pdf_engine")]
ALL_BLOCKS = makers.SOURCE.replace(
    "<Approvals>\n", "<Approvals>\n\n## Record\n\n<DocumentControl>\n\n<RevisionHistory>\n\n<TrainingRecord>\n"
)


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the markup that goes to the PDF engine."""
    sent: list[str] = []

    def keep(html: str, **_: object) -> bytes:
        sent.append(html)
        return blank_page(html)

    monkeypatch.setattr(pdf, "render_pdf", keep)
    return sent


def paper(version: Version, by: Membership, printed: list[str], at: datetime | None = None) -> str:
    printed.clear()
    document.pdf_now(version, by=by, at=at or moment(30))
    return printed[0]


def test_the_record_fills_workflow_values_and_blocks(world: World) -> None:
    page = Publication.objects.get(version=makers.published(world)).page
    assert "from 4 May 2026 on" in page
    assert 'data-record="' not in page
    assert page.count('<table class="approvals">') == 1
    assert page.count('<table class="history">') == 1
    assert page.count('<table class="control">') == 1


def test_a_control_block_that_begins_the_text_is_on_paper_once(world: World, printed: list[str]) -> None:
    head, body = makers.SOURCE.split("---\n", 2)[1:]
    begins = f"---\n{head}---\n<DocumentControl>\n\n{body}"
    version = makers.draft(world, source=begins)
    assert paper(version, world.ana, printed).count('<table class="control">') == 1
    assert document.working_page(version).count('<table class="control">') == 1


def test_blocks_that_the_text_shows_are_not_added_again(world: World) -> None:
    submitted = makers.submitted(world, makers.draft(world, source=ALL_BLOCKS))
    version = makers.published(world, makers.approved(world, submitted))
    kept = Publication.objects.get(version=version)
    for kind in ("control", "history", "approvals"):
        assert kept.page.count(f'<table class="{kind}">') == 1
    assert kept.page.count('<section class="training">') == 1
    assert '<section class="back">' not in kept.page
    assert kept.outline == FrozenText.objects.get(version=version).outline


def test_the_training_record_has_lines_to_sign_on_paper_only(world: World, printed: list[str]) -> None:
    submitted = makers.submitted(world, makers.draft(world, source=ALL_BLOCKS))
    version = makers.published(world, makers.approved(world, submitted))
    assert printed[0].count('class="by-hand"') == 14
    page = Publication.objects.get(version=version).page
    assert "by-hand" not in page
    assert "Who has signed is kept with the procedure's record." in page.replace("&#39;", "'")


def test_the_outline_names_what_the_page_adds(world: World) -> None:
    kept = Publication.objects.get(version=makers.published(world))
    assert kept.outline[-2:] == [
        ["document-control", "", "Document control", 2],
        ["revision-history", "", "Revision history", 2],
    ]
    assert all(f'id="{row[0]}"' in kept.page for row in kept.outline)


def test_names_in_the_record_are_text(world: World) -> None:
    world.ana.user.name = '<img src=x onerror="alert(1)">'
    world.ana.user.save()
    page = Publication.objects.get(version=makers.published(world)).page
    assert "<img" not in page
    assert "&lt;img" in page


def test_a_stored_page_names_no_reader(world: World) -> None:
    page = Publication.objects.get(version=makers.published(world)).page
    assert '<span class="reader-blank" data-reader="AgentName">agent name</span>' in page
    assert "Rui Costa" not in page


@pytest.mark.parametrize("name", ["<i>Rui</i>", r"\1\g<0>", "a & b"])
def test_a_readers_name_never_becomes_markup_or_pattern(name: str) -> None:
    blank = '<p><span class="reader-blank" data-reader="AgentName">agent name</span></p>'
    filled = document.for_reader(blank, name)
    assert "<i>" not in filled
    assert filled.startswith('<p><span class="reader-blank known">')
    assert "agent name" not in filled


def test_a_template_says_where_the_record_will_stand(world: World) -> None:
    body, _ = document.body_of(makers.draft(world, source=ALL_BLOCKS))
    told = document.unrecorded(body)
    assert told.count("Filled in from the record") == 4
    assert '<div class="record"' not in told


def test_a_draft_shows_its_gaps_and_a_submitted_text_is_frozen(world: World) -> None:
    draft = makers.draft(world, values={"RingTimeLimit": 3})
    body, rendered = document.body_of(draft, Mode.DRAFT)
    assert '<span class="gap">Company name</span>' in body
    assert rendered is not None
    frozen, rendered = document.body_of(makers.submitted(world))
    assert rendered is None
    assert "Northwind" in frozen


def test_signatures_of_a_returned_round_are_not_shown(world: World) -> None:
    version = makers.reviewed(world)
    assert [row.printed_name for row in record_of(version).signatures] == ["Ana Silva", "Priya Nair"]
    returned = approving.return_version(version=version, reason="Change it.", by=world.ben, at=moment(9))
    assert record_of(returned).signatures == ()
    again = makers.submitted(world, returned, at=moment(10))
    assert [row.printed_name for row in record_of(again).signatures] == ["Ana Silva"]


def test_paper_says_in_words_what_each_state_is(world: World, printed: list[str]) -> None:
    draft = makers.draft(world)
    assert "DRAFT" in paper(draft, world.ana, printed)
    submitted = makers.submitted(world, draft)
    assert "DRAFT, in review" in paper(submitted, world.ana, printed)
    approved = makers.approved(world, submitted)
    assert "DRAFT, approved" in paper(approved, world.ana, printed)
    version = makers.published(world, approved)
    now = paper(version, world.rui, printed)
    assert "Effective 4 May 2026" in now
    assert "DRAFT" not in now
    withdrawn = publishing.withdraw(version=version, reason="Wrong.", by=world.ana, at=moment(9))
    assert "WITHDRAWN 4 May 2026" in paper(withdrawn, world.ana, printed)


def test_a_superseded_paper_says_since_when(world: World, printed: list[str]) -> None:
    first = makers.published(world)
    draft = makers.submitted(world, makers.revision(world, first), effective_on=date(2026, 6, 1))
    makers.published(world, makers.approved(world, draft), on=date(2026, 6, 1), at=moment(20))
    old = Version.objects.select_related("sop", "organisation").get(pk=first.pk)
    assert "Effective 4 May 2026" in paper(old, world.rui, printed)
    assert "SUPERSEDED 1 Jun 2026" in paper(old, world.rui, printed, moment(days=40))


def test_a_file_is_named_after_number_version_and_date(world: World) -> None:
    assert document.file_name(makers.draft(world)) == "SOP-CS-001_v1.0_draft.pdf"
    assert document.file_name(makers.published(world)) == "SOP-CS-002_v1.0_2026-05-04.pdf"
    coming = makers.published(world, makers.approved(world), on=date(2026, 6, 1))
    assert document.file_name(coming) == "SOP-CS-003_v1.0_2026-06-01.pdf"
