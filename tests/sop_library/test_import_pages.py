"""Bringing in procedures: what managers send, what they decide about it, and the template that comes of it."""

import hashlib
import io
import re
import zipfile
from collections.abc import Iterable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from lxml import html

from accounts import uploads
from accounts.refusals import NotAllowed, Stale, WrongState
from audit.models import Entry
from sop_library import import_review
from sop_library.views import import_desk
from templates_app import actions_bringing_in as acts
from templates_app import imported as port
from templates_app.actions_templates import discard_draft
from templates_app.child import TooComplex
from templates_app.importing.result import Choice, Choices, Guess, Imported, ReadFile, SetAside, Sort
from templates_app.models import ImportedFile, Template, TemplateVersion
from tests.conftest import ClientOf
from tests.sop_library.makers import OWN_TEXT, imported_file, moment
from tests.world import World

pytestmark = pytest.mark.django_db
REFUNDS = b"# Refunds\n\n## Purpose\n\nA refund is paid by {FinanceContact} within five days.\n"
NOT_TEXT = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def where(name: str, **kwargs: Any) -> str:
    return reverse(name, kwargs={"organisation": "northwind", **kwargs})


def sent(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def send(browser: Client, *files: SimpleUploadedFile, **fields: str) -> Any:
    return browser.post(where("bring_in"), {"uploads": list(files), "title": "", "text": "", **fields})


def zipped(files: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return held.getvalue()


def form_of(answer: Any) -> dict[str, list[str]]:
    """Return the review's form as a browser would send it."""
    found: dict[str, list[str]] = {}
    (form,) = tree_of(answer).xpath("//form[.//input[@name='row_version']]")
    for control in form.xpath(".//*[@name]"):
        kind = control.get("type", control.tag)
        if kind == "checkbox":
            values = [control.get("value", "on")] if control.get("checked") is not None else []
        elif kind == "select":
            values = control.xpath(".//option[@selected]/@value")
        else:
            values = [control.get("value", "")] if kind != "submit" else []
        if values:
            found.setdefault(control.get("name"), []).extend(values)
    return found


def tree_of(answer: Any) -> Any:
    return html.fromstring(answer.content.decode())


def words_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", tree_of(answer).xpath("string(//body)"))


def key_of(row: ImportedFile, written: str) -> str:
    return next(guess.key for guess in port.composed(row).guesses if guess.as_written == written)


# Bringing in


def test_a_manager_brings_in_two_files_and_a_zip(world: World, client_of: ClientOf) -> None:
    archive = zipped({"folder/refunds.md": REFUNDS, "deep/er/returns.txt": b"Returns\n\nSend it to {Warehouse}.\n"})
    answer = send(client_of(world.ana), sent("calls.md", OWN_TEXT), sent("r.txt", REFUNDS), sent("all.zip", archive))
    assert answer.status_code == 302
    names = set(ImportedFile.objects.visible_to(world.ana).to_review().values_list("file_name", flat=True))
    assert names == {"calls.md", "r.txt", "refunds.md", "returns.txt"}
    page = client_of(world.ana).get(where("bring_in"))
    assert all(name in page.content.decode() for name in names)
    assert Entry.objects.filter(organisation=world.northwind, action="file.brought_in").count() == 4


def test_the_trail_knows_a_file_of_a_zip_by_its_own_digest_and_by_that_of_the_zip(world: World) -> None:
    archive = zipped({"refunds.md": REFUNDS})
    files = port.files_in("all.zip", archive)
    (row,) = acts.bring_in(sent_as="all.zip", data=archive, files=files, by=world.ana, at=moment(1))
    assert (row.sha256, row.bytes) == (hashlib.sha256(REFUNDS).hexdigest(), len(REFUNDS))
    entry = Entry.objects.filter(action="file.brought_in").latest("sequence")
    assert (entry.data["sha256"], entry.data["inside"]) == (row.sha256, "all.zip")
    assert entry.data["inside_sha256"] == hashlib.sha256(archive).hexdigest()


def test_a_zip_that_climbs_out_of_its_folder_is_refused(world: World, client_of: ClientOf) -> None:
    answer = send(client_of(world.ana), sent("all.zip", zipped({"../../etc/calls.md": OWN_TEXT})))
    assert answer.status_code in {415, 422}
    assert not ImportedFile.objects.exists()


def test_what_cannot_be_read_inside_a_zip_is_told_by_its_own_name(world: World, client_of: ClientOf) -> None:
    archive = zipped({"calls.md": OWN_TEXT, "photo.png": NOT_TEXT, "empty.md": b""})
    told = words_of(send(client_of(world.ana), sent("all.zip", archive)))
    assert "2 files could not be read" in told
    assert "photo.png" in told
    assert [row.file_name for row in ImportedFile.objects.all()] == ["calls.md"]


def test_one_file_leads_to_its_review(world: World, client_of: ClientOf) -> None:
    answer = send(client_of(world.ana), sent("calls.md", OWN_TEXT))
    row = ImportedFile.objects.get()
    assert answer["Location"] == where("import_review", pk=row.pk)
    assert (row.sha256, row.bytes) == (hashlib.sha256(OWN_TEXT).hexdigest(), len(OWN_TEXT))
    assert row.imported_by == world.ana


def test_a_pasted_text_comes_in_under_its_title(world: World, client_of: ClientOf) -> None:
    send(client_of(world.ana), title="Night shift", text="## Purpose\r\n\r\nCalls at night go to {Team}.\r\n")
    row = ImportedFile.objects.get()
    assert row.file_name == "Night shift.md"
    assert "{Team}" in "".join(row.lines)


def test_a_file_that_cannot_be_read_is_told_of_and_the_others_go_on(world: World, client_of: ClientOf) -> None:
    answer = send(client_of(world.ana), sent("photo.docx", NOT_TEXT), sent("calls.md", OWN_TEXT), sent("no.md", b""))
    assert answer.status_code == 422
    told = words_of(answer)
    assert "2 files could not be read" in told
    assert "no.md" in told
    assert "photo.docx" in told
    assert [row.file_name for row in ImportedFile.objects.all()] == ["calls.md"]


def test_the_one_file_that_is_no_text_gives_its_own_status(world: World, client_of: ClientOf) -> None:
    answer = send(client_of(world.ana), sent("photo.txt", NOT_TEXT))
    assert answer.status_code == 415
    assert not ImportedFile.objects.exists()


def test_nothing_sent_is_told_beside_the_field(world: World, client_of: ClientOf) -> None:
    answer = send(client_of(world.ana))
    assert answer.status_code == 422
    assert "Choose a file, or paste a text below." in words_of(answer)


def test_more_than_twenty_megabytes_is_told_and_the_rest_goes_on(
    world: World, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES", 5_000)
    answer = send(client_of(world.ana), sent("big.md", b"x" * 6_000), sent("calls.md", OWN_TEXT), title="Kept title")
    assert answer.status_code == 413
    assert "big.md" in words_of(answer)
    assert "Kept title" in answer.content.decode()
    assert [row.file_name for row in ImportedFile.objects.all()] == ["calls.md"]


def test_a_flood_of_bytes_is_not_read_at_all(
    world: World, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "ENDLESS", 5_000)
    answer = send(client_of(world.ana), sent("big.md", b"x" * 6_000))
    assert answer.status_code == 413
    assert "Files are at most 20 MB together." in words_of(answer)


def test_more_than_fifty_files_are_told_how_many_may_come(world: World, client_of: ClientOf) -> None:
    answer = send(client_of(world.ana), *[sent(f"{number}.md", b"x") for number in range(51)])
    assert answer.status_code == 422
    assert "at most 50 files at once; these are 51" in words_of(answer)
    answer = send(client_of(world.ana), *[sent(f"{number}.md", b"x") for number in range(101)])
    assert answer.status_code == 413


def bombs() -> Iterable[tuple[str, bytes]]:
    yield "bomb.zip", zipped({"a.md": b"a" * 90_000_000})
    yield "bomb.docx", zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w>" + b" " * 90_000_000})
    yield "many.zip", zipped({f"{number}.md": b"x" for number in range(3_000)})
    yield "brackets.md", b"[" * 900_000
    yield "nested.html", b"<div>" * 100_000
    yield "doctype.html", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><p>&b;</p>'
    yield "marks.md", ("e" + "\u0301" * 200_000).encode()


def test_bombs_are_answered_in_a_sentence_while_the_server_lives(world: World, client_of: ClientOf) -> None:
    browser = client_of(world.ana)
    for name, data in bombs():
        answer = send(browser, sent(name, data))
        assert answer.status_code in {302, 413, 415, 422}, name
        if answer.status_code != 302:
            assert "." in words_of(answer), name
        assert browser.get(where("bring_in")).status_code == 200, name
    for row in ImportedFile.objects.all():
        assert browser.get(where("import_review", pk=row.pk)).status_code == 200, row


@pytest.mark.parametrize(
    "name", ["../../x.md", "C:\\x\\y.md", "a\u202ecod.md", "a\x00b.md", "x" * 400 + ".md", "CON.md", "מדריך.md"]
)
def test_a_file_s_name_is_words_and_never_a_path(name: str, world: World) -> None:
    row = imported_file(world, OWN_TEXT, name)
    assert not {"/", "\\", "\x00", "\u202e"} & set(row.file_name)
    assert 0 < len(row.file_name) <= 255


@pytest.mark.parametrize("who", ["rui", "priya", "mia", "zoe"])
def test_nobody_but_a_manager_brings_in_or_sees_what_was_brought_in(
    who: str, world: World, client_of: ClientOf
) -> None:
    row, browser = imported_file(world), client_of(world.everybody[who])
    expected = {404} if who == "zoe" else {403}
    pages = (where("bring_in"), where("import_review", pk=row.pk))
    assert {browser.get(page).status_code for page in pages} == expected
    posts = (*pages, where("import_discard", pk=row.pk))
    assert {browser.post(page, {"row_version": "1"}).status_code for page in posts} == expected
    assert not ImportedFile.objects.visible_to(world.everybody[who]).filter(pk=row.pk).exists()
    row.refresh_from_db()
    assert row.is_open


def test_the_actions_refuse_whoever_is_no_manager_here(world: World) -> None:
    row = imported_file(world)
    for by in (world.rui, world.ben, world.mia, world.zoe):
        with pytest.raises(NotAllowed):
            acts.save_choices(row=row, choices=Choices(), row_version=1, by=by, at=moment(2))
        with pytest.raises(NotAllowed):
            acts.discard(row=row, by=by, at=moment(2))
        with pytest.raises(NotAllowed):
            acts.make_template(row=row, by=by, at=moment(2))
    with pytest.raises(NotAllowed):
        acts.bring_in(sent_as="a.md", data=b"a", files=[ReadFile("a.md", ("a",))], by=world.rui, at=moment(2))


# Review


def test_the_review_shows_the_source_the_blanks_and_the_figures(world: World, client_of: ClientOf) -> None:
    row = imported_file(world)
    page = client_of(world.ana).get(where("import_review", pk=row.pk))
    told = words_of(page)
    found = port.composed(row)
    assert f"{len(found.guesses)} blanks found" in told
    assert f"Every one of {len(row.lines)} lines is accounted for." in told
    tree = tree_of(page)
    marked = tree.xpath("//*[@id='source']//a[@class='source-blank']/text()")
    assert marked == ["{CompanyName}", "{Department}", "{CompanyName}"]
    company = key_of(row, "{CompanyName}")
    assert tree.xpath(f"//tr[@id='blank-{company}']//a/@href") == ["#line-5", "#line-10"]
    assert "Answering calls" in tree.xpath("string(//h1)")
    assert "&lt;CompanyName&gt;" in page.content.decode()


def test_choices_are_saved_and_shown(world: World, client_of: ClientOf) -> None:
    row, ana = imported_file(world), client_of(world.ana)
    page = where("import_review", pk=row.pk)
    company, department = key_of(row, "{CompanyName}"), key_of(row, "{Department}")
    form = form_of(ana.get(page))
    form |= {f"b-{company}-name": ["Firm"], f"b-{company}-label": ["Name of the firm"], "title": ["How we answer"]}
    form |= {f"b-{department}-source": ["organisation"], f"b-{department}-kind": ["department"]}
    answer = ana.post(page, form)
    assert answer.status_code == 302
    assert answer["Location"] == f"{page}#blanks"
    row.refresh_from_db()
    assert row.row_version == 2
    made = port.composed(row)
    assert made.title == "How we answer"
    assert "<Firm>" in made.source
    shown = form_of(ana.get(page))
    assert shown[f"b-{company}-label"] == ["Name of the firm"]
    assert shown[f"b-{department}-source"] == ["organisation"]
    entry = Entry.objects.filter(action="file.choices_saved").latest("sequence")
    assert entry.data["file_name"] == "calls.md"
    assert entry.data["sha256"] == hashlib.sha256(OWN_TEXT).hexdigest()
    assert entry.data["choices"]["guesses"][company]["name"] == "Firm"


def test_applying_nothing_changes_nothing(world: World, client_of: ClientOf) -> None:
    row, ana = imported_file(world), client_of(world.ana)
    page = where("import_review", pk=row.pk)
    before = Entry.objects.count()
    assert ana.post(page, form_of(ana.get(page))).status_code == 302
    row.refresh_from_db()
    assert (row.row_version, row.choices) == (1, {})
    assert Entry.objects.count() == before


def test_a_blank_kept_as_text_keeps_its_row_and_can_be_taken_back(world: World, client_of: ClientOf) -> None:
    row, ana = imported_file(world), client_of(world.ana)
    page, key = where("import_review", pk=row.pk), key_of(row, "{Department}")
    ana.post(page, {**form_of(ana.get(page)), f"b-{key}-as_text": ["on"]})
    row.refresh_from_db()
    assert "<Department>" not in port.composed(row).source
    shown = form_of(ana.get(page))
    assert shown[f"b-{key}-as_text"] == ["on"]
    del shown[f"b-{key}-as_text"]
    assert ana.post(page, shown).status_code == 302
    row.refresh_from_db()
    assert "<Department>" in port.composed(row).source


WRONG = {
    "a name in lower case": ("name", "department name", "Begin with an upper-case letter"),
    "a name of another blank": ("name", "CompanyName", "CompanyName is the name of another blank too."),
    "a block of the record": ("name", "Approvals", "Approvals is a block of the record."),
    "a name of the record": ("name", "ApprovedBy", "The record gives this name."),
    "a source the record has not": ("source", "workflow", "The record knows only SOPNumber"),
    "a kind that is not there": ("kind", "poem", "Choose one of those listed."),
    "a kind without its options": ("kind", "choice", "Choose one of those listed."),
}


@pytest.mark.parametrize("title", WRONG)
def test_a_wrong_guess_is_told_beside_its_field_and_nothing_typed_is_lost(
    title: str, world: World, client_of: ClientOf
) -> None:
    field, typed, sentence = WRONG[title]
    row, ana = imported_file(world), client_of(world.ana)
    page = where("import_review", pk=row.pk)
    company, key = key_of(row, "{CompanyName}"), key_of(row, "{Department}")
    form = {**form_of(ana.get(page)), f"b-{key}-{field}": [typed], f"b-{company}-label": ["Typed before"]}
    answer = ana.post(page, form)
    assert answer.status_code == 422
    tree = tree_of(answer)
    assert sentence in tree.xpath(f"string(//tr[@id='blank-{key}'])")
    assert tree.xpath("//*[@role='alert']//a/@href")[0].startswith(f"#id_b-{key}-")
    assert tree.xpath(f"//*[@name='b-{company}-label']/@value") == ["Typed before"]
    row.refresh_from_db()
    assert row.choices == {}


def test_a_stale_save_changes_nothing_and_keeps_what_was_typed(world: World, client_of: ClientOf) -> None:
    row, ana = imported_file(world), client_of(world.ana)
    page, key = where("import_review", pk=row.pk), key_of(row, "{Department}")
    form = form_of(ana.get(page))
    acts.save_choices(row=row, choices=Choices(title="Theirs"), row_version=1, by=world.ana, at=moment(2))
    answer = ana.post(page, {**form, f"b-{key}-label": ["Mine"]})
    assert answer.status_code == 409
    assert "Keep yours or take what is saved." in words_of(answer)
    kept = form_of(answer)
    assert kept[f"b-{key}-label"] == ["Mine"]
    assert kept["row_version"] == ["2"]
    row.refresh_from_db()
    assert row.choices == {"title": "Theirs"}
    assert ana.post(page, kept).status_code == 302


def test_the_action_refuses_a_stale_row_version(world: World) -> None:
    row = imported_file(world)
    acts.save_choices(row=row, choices=Choices(title="One"), row_version=1, by=world.ana, at=moment(2))
    with pytest.raises(Stale):
        acts.save_choices(row=row, choices=Choices(title="Two"), row_version=1, by=world.ana, at=moment(3))


NIGHTS = b"""# Night desk

## Day

1. [Describe your process here]

## Night

1. [Describe your process here]

## How to use this template

Replace each {{variable}} with your own.
"""


def test_one_switch_makes_a_recurring_instruction_one_answer_and_back(world: World, client_of: ClientOf) -> None:
    row, ana = imported_file(world, NIGHTS), client_of(world.ana)
    page = where("import_review", pk=row.pk)
    shown = ana.get(page)
    (group,) = tree_of(shown).xpath("//input[@name='merged']/@value")
    assert len(port.composed(row).guesses) == 2
    ana.post(page, {**form_of(shown), "merged": [group]})
    row.refresh_from_db()
    (merged,) = port.composed(row).guesses
    assert (merged.occurrences, port.composed(row).source.count(f"<{merged.name}>")) == (2, 2)
    again = form_of(ana.get(page))
    assert again.pop("merged") == [group]
    assert ana.post(page, again).status_code == 302
    row.refresh_from_db()
    assert len(port.composed(row).guesses) == 2


def test_a_line_that_was_set_aside_is_kept_after_all_and_set_aside_again(world: World, client_of: ClientOf) -> None:
    row, ana = imported_file(world, NIGHTS), client_of(world.ana)
    page = where("import_review", pk=row.pk)
    line = next(each.line for each in port.composed(row).set_aside if "Replace each" in each.text)
    assert "Replace each" not in port.composed(row).source
    ana.post(page, {**form_of(ana.get(page)), "keep": [str(line)]})
    row.refresh_from_db()
    assert "Replace each" in port.composed(row).source
    again = form_of(ana.get(page))
    assert again.pop("keep") == [str(line)]
    ana.post(page, again)
    row.refresh_from_db()
    assert "Replace each" not in port.composed(row).source


def test_hostile_words_in_a_source_stay_words(world: World, client_of: ClientOf) -> None:
    hostile = (
        b"# <script>alert(1)</script>\n\n## A\n\n{{ 7*7 }} [x](javascript:alert(1)) <img src=x onerror=alert(1)>\n"
    )
    row = imported_file(world, hostile, "<b>x</b>.md")
    page = client_of(world.ana).get(where("import_review", pk=row.pk))
    assert page.status_code == 200
    tree = tree_of(page)
    assert not tree.xpath(
        "//script[not(@src)] | //img | //*[@onerror] | //a[starts-with(@href,'javascript')] | //b[.='x']"
    )


def test_discarding_takes_a_file_off_the_list_for_good(world: World, client_of: ClientOf) -> None:
    row, ana = imported_file(world), client_of(world.ana)
    assert ana.post(where("import_discard", pk=row.pk)).status_code == 302
    page = ana.get(where("bring_in"))
    assert where("import_review", pk=row.pk) not in page.content.decode()
    assert ana.get(where("import_review", pk=row.pk)).status_code == 409
    assert ana.post(where("import_discard", pk=row.pk)).status_code == 409
    with pytest.raises(WrongState):
        acts.make_template(row=row, by=world.ana, at=moment(5))
    assert Entry.objects.filter(action="file.discarded").count() == 1


# The template


def test_a_reviewed_file_becomes_a_template_and_the_trail_says_of_what(world: World, client_of: ClientOf) -> None:
    row, ana = imported_file(world), client_of(world.ana)
    page, key = where("import_review", pk=row.pk), key_of(row, "{Department}")
    answer = ana.post(page, {**form_of(ana.get(page)), f"b-{key}-label": ["Our department"], "make": "yes"})
    template = Template.objects.get(organisation=world.northwind)
    assert answer["Location"] == where("template", slug=template.slug)
    row.refresh_from_db()
    assert row.template == template
    draft = TemplateVersion.objects.get(template=template)
    assert draft.is_draft
    assert "Our department" in draft.source
    entry = Entry.objects.filter(subject_kind="template", subject_id=str(template.pk)).latest("sequence")
    assert entry.data["file_name"] == "calls.md"
    assert entry.data["sha256"] == hashlib.sha256(OWN_TEXT).hexdigest()
    assert ana.get(page)["Location"] == where("template", slug=template.slug)
    assert ana.post(where("import_discard", pk=row.pk)).status_code == 409


def test_the_pages_cope_with_a_template_that_is_not_published(world: World, client_of: ClientOf) -> None:
    template = acts.make_template(row=imported_file(world), by=world.ana, at=moment(2))
    for who in (world.ana, world.mia):
        page = client_of(who).get(where("template", slug=template.slug))
        assert page.status_code == 200
        told = words_of(page)
        assert "This is a draft." in told
        assert "Use this template" not in told
        assert template.title in words_of(client_of(who).get(where("templates")))
    assert client_of(world.ana).get(where("values")).status_code == 200
    assert client_of(world.ana).get(where("work")).status_code == 200
    assert (
        client_of(world.zoe)
        .get(reverse("template", kwargs={"organisation": "contoso", "slug": template.slug}))
        .status_code
        == 404
    )
    assert client_of(world.ana).post(where("use_template", slug=template.slug)).status_code == 409


def test_a_file_waits_for_review_again_when_its_unpublished_template_is_discarded(world: World) -> None:
    row = imported_file(world)
    draft = TemplateVersion.objects.get(template=acts.make_template(row=row, by=world.ana, at=moment(2)))
    discard_draft(version=draft, row_version=1, by=world.ana, at=moment(3))
    assert list(ImportedFile.objects.visible_to(world.ana).to_review()) == [row]


def test_two_files_of_one_title_become_two_templates(world: World) -> None:
    first = acts.make_template(row=imported_file(world), by=world.ana, at=moment(2))
    second = acts.make_template(row=imported_file(world), by=world.ana, at=moment(3))
    assert first.slug != second.slug


def test_the_templates_page_leads_managers_to_bringing_in(world: World, client_of: ClientOf) -> None:
    link = f'href="{where("bring_in")}"'
    assert link in client_of(world.ana).get(where("templates")).content.decode()
    assert link not in client_of(world.priya).get(where("templates")).content.decode()


def test_the_list_costs_the_same_however_many_files_wait(
    world: World, client_of: ClientOf, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        imported_file(world, OWN_TEXT, f"calls-{number}.md")
    ana = client_of(world.ana)
    ana.get(where("bring_in"))
    with django_assert_max_num_queries(8):
        assert ana.get(where("bring_in")).content.decode().count("Brought in by") == 12


# What composing may answer: recurring instructions, lines set aside, an outline, a text that is too complex


def guess(key: str, written: str, *lines: int, group: str = "") -> Guess:
    return Guess(key, group, key, key, "text", "document", written, (), len(lines), lines, Sort.INSTRUCTION, "Told so.")


SOURCE = (
    "---\ntitle: Plan\ncategory: C\nsummary: S\nvariables:\n  PlanA: {label: Plan, example: x}\n---\n## A\n\n<PlanA>\n"
)
LINES = ("# Plan", "", "[describe it]", "Replace each {{variable}}.", "[describe it]")


def composed_as(monkeypatch: pytest.MonkeyPatch, made: Imported) -> None:
    monkeypatch.setattr(port, "composed", lambda row, kept=None: made)


def waiting(world: World) -> ImportedFile:
    (row,) = acts.bring_in(sent_as="plan.md", data=b"x", files=[ReadFile("plan.md", LINES)], by=world.ana, at=moment(1))
    return row


RECURRING = Imported(
    "plan.md", "Plan", SOURCE,
    (guess("PlanA", "[describe it]", 3, group="G"), guess("PlanB", "[describe it]", 5, group="G")),
    (SetAside(4, "Replace each {{variable}}.", "About the template."), SetAside(0, "1.", "Numbers are written anew.")),
    True,
)  # fmt: skip


def test_a_recurring_instruction_has_one_switch_and_set_aside_lines_can_be_kept(
    world: World, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, ana = waiting(world), client_of(world.ana)
    composed_as(monkeypatch, RECURRING)
    page = where("import_review", pk=row.pk)
    shown = ana.get(page)
    told = words_of(shown)
    assert "This is an outline without steps. Nothing was invented" in told
    assert "2 blanks found, 2 pieces set aside. Every one of 5 lines is accounted for." in told
    assert "The same instruction stands in 2 places." in told
    assert tree_of(shown).xpath("//input[@name='keep']/@value") == ["4"]
    ana.post(page, {**form_of(shown), "merged": ["G", "X"], "keep": ["4", "0", "99"]})
    row.refresh_from_db()
    assert row.choices == {"merged": ["G"], "kept": [4]}
    again = form_of(ana.get(page))
    assert again["merged"] == ["G"]
    assert again["keep"] == ["4"]


def test_blanks_written_alike_on_one_line_lead_to_their_own_rows() -> None:
    first, second = guess("A", "[name]", 1), guess("B", "[name]", 1)
    pieces = import_review.pieces_of("From [name] to [name].", [first, second])
    assert [(piece.text, piece.guess and piece.guess.key) for piece in pieces] == [
        ("From ", None), ("[name]", "A"), (" to ", None), ("[name]", "B"), (".", None)
    ]  # fmt: skip


def test_a_text_that_takes_too_long_gets_a_sentence_and_is_kept(
    world: World, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, ana = imported_file(world), client_of(world.ana)
    page = where("import_review", pk=row.pk)
    form = form_of(ana.get(page))

    def too_long(row: ImportedFile, kept: Any = None) -> Imported:
        raise TooComplex("This text is too complex.")

    monkeypatch.setattr(import_desk.port, "composed", too_long)
    answer = ana.get(page)
    assert answer.status_code == 200
    assert "This text is too complex." in words_of(answer)
    assert "Every call to" in words_of(answer)
    assert ana.post(page, form).status_code == 422
    row.refresh_from_db()
    assert row.is_open


def test_choices_are_stored_and_read_back_the_same() -> None:
    choices = Choices({"A": Choice(name="B", as_text=True)}, frozenset({"G"}), frozenset({3, 1}), "T")
    assert port.choices_of(port.stored(choices)) == choices
