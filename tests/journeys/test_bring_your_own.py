"""A Word file becomes a template, in a real browser: bring in, mend two guesses, make it a template."""

import io
import re
import zipfile

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Opens, Person

pytestmark = pytest.mark.journey

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TYPES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/word/document.xml"
 ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>
</Types>"""
RELATIONS = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Target="word/document.xml"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/>
</Relationships>"""
PARAGRAPHS = (
    ("Title", "Handling returns"),
    ("Heading1", "Purpose"),
    ("", "Every return that reaches {CompanyName} is answered within {ResponseTime}."),
    ("Heading1", "Steps"),
    ("", "1. Ask for the order number and look it up in {OrderSystem}."),
    ("", "2. Tell the customer: send it to [Returns Manager] at {CompanyName}."),
    ("", "3. Close the return in {OrderSystem}."),
    ("Heading1", "How to use this template"),
    ("", "Replace each {{variable}} with your own information."),
)


def word_file() -> bytes:
    """Return a Word file of the paragraphs, written by hand."""
    rows = "".join(
        f'<w:p>{f"""<w:pPr><w:pStyle w:val="{style}"/></w:pPr>""" if style else ""}'
        f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'
        for style, text in PARAGRAPHS
    )
    document = (
        f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{WORD}"><w:body>{rows}</w:body></w:document>'
    )
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", RELATIONS)
        archive.writestr("word/document.xml", document)
    return held.getvalue()


def bring_in(person: Person, name: str, data: bytes) -> Page:
    """Bring one file in and return the page of its review."""
    page = person.go("import/")
    page.get_by_label("Files", exact=True).set_input_files({"name": name, "mimeType": "", "buffer": data})
    page.get_by_role("button", name="Read and find the blanks").click()
    page.wait_for_url(re.compile(r"/import/\d+/$"))
    return page


def row_of(page: Page, written: str) -> Locator:
    """Return the row of the blank that was written like this."""
    return page.locator("tr[data-blank]").filter(has=page.locator("th > .as-written", has_text=written))


def test_a_word_file_becomes_a_template(opens: Opens) -> None:
    ana = opens("ana")
    page = ana.go("templates/")
    page.get_by_role("link", name="Bring in your own").click()
    expect(page.locator("h1")).to_have_text("Bring in your own")
    ana.finds_no_barrier()

    page = bring_in(ana, "Returns.docx", word_file())
    expect(page.locator(".lead")).to_contain_text("lines is accounted for")
    expect(page.locator("#template")).to_contain_text("order number")
    for part in ("Template", "Set aside", "Template text", "Blanks"):
        page.locator(".import-made .tabs").get_by_role("link", name=re.compile(f"^{part}( \\d+)?$")).click()
        ana.finds_no_barrier()

    # A blank of the source leads to its row; two guesses are mended there.
    page.locator(".source-blank", has_text="{ResponseTime}").click()
    response = row_of(page, "{ResponseTime}")
    expect(response.locator("input").nth(1)).to_be_focused()
    response.get_by_label("Label of {ResponseTime}").fill("Time to answer")
    response.get_by_label("Kind of {ResponseTime}").select_option("duration")
    row_of(page, "{OrderSystem}").get_by_label("Who knows it").select_option("organisation")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".messages")).to_contain_text("Applied")
    expect(row_of(page, "{ResponseTime}").get_by_label("Label of")).to_have_value("Time to answer")
    expect(row_of(page, "{OrderSystem}").get_by_label("Who knows it")).to_have_value("organisation")

    # What is wrong is told beside its field, and nothing typed is lost.
    row_of(page, "{ResponseTime}").get_by_label("Name of").fill("response time")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".error-summary")).to_be_focused()
    ana.finds_no_barrier()
    page.locator(".error-summary a").first.click()
    expect(row_of(page, "{ResponseTime}").get_by_label("Name of")).to_be_focused()
    row_of(page, "{ResponseTime}").get_by_label("Name of").fill("ResponseTime")

    page.get_by_role("button", name="Make it a template").click()
    page.wait_for_url("**/templates/handling-returns/")
    expect(page.locator("main")).to_contain_text("This is a draft")
    expect(page.locator("main")).to_contain_text("Time to answer")
    ana.finds_no_barrier()
    publish_and_use(ana)


def publish_and_use(ana: Person) -> None:
    """Publish the draft of the template page that is open, and make a procedure from it."""
    page = ana.page
    page.get_by_role("link", name="Edit the draft").click()
    page.get_by_role("button", name="Save and publish").click()
    page.get_by_role("button", name="Publish version 1").click()
    page.wait_for_url("**/templates/handling-returns/")
    ana.go("templates/")
    expect(page.locator("main")).to_contain_text("Handling returns")
    ana.finds_no_barrier()
    ana.go("templates/handling-returns/")
    page.get_by_role("button", name="Use this template").click()
    page.wait_for_url("**/draft/**")
    expect(page.locator("h1")).to_contain_text("Handling returns")
    expect(page.locator("#preview")).to_contain_text("is answered within")
    ana.finds_no_barrier()


def test_by_keyboard_from_a_line_to_its_blank_and_back(opens: Opens) -> None:
    ana = opens("ana")
    page = bring_in(ana, "Returns.docx", word_file())
    blank = page.locator(".source-blank", has_text="{OrderSystem}").first
    blank.focus()
    page.keyboard.press("Enter")
    row = row_of(page, "{OrderSystem}")
    expect(row.get_by_label("Label of")).to_be_focused()
    row.locator(".where a").last.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".source-lines li.is-here")).to_contain_text("Close the return")
    page.get_by_role("button", name="Discard this file").click()
    expect(page.locator(".messages")).to_contain_text("was discarded")


def test_a_file_that_cannot_be_read_says_so_on_a_phone_in_the_dark(opens: Opens) -> None:
    ana = opens("ana", phone=True, dark=True)
    page = ana.go("import/")
    files = [("photo.docx", b"\x89PNG\r\n\x1a\n"), ("Returns.docx", word_file())]
    chosen = [{"name": name, "mimeType": "", "buffer": data} for name, data in files]
    page.get_by_label("Files", exact=True).set_input_files(chosen)
    page.get_by_role("button", name="Read and find the blanks").click()
    expect(page.locator(".error-summary")).to_contain_text("photo.docx")
    ana.finds_no_barrier()
    page.get_by_role("link", name="Returns.docx").first.click()
    for part in ("Your text", "Blanks", "Set aside", "Template"):
        page.locator(".fill-tabs").get_by_role("link", name=part, exact=True).click()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), part
        ana.finds_no_barrier()


def test_without_scripts_a_pasted_text_becomes_a_template(opens: Opens) -> None:
    ana = opens("ana", scripts=False)
    page = ana.go("import/")
    page.get_by_label("Pasted text").fill("## Purpose\n\nNight calls go to {NightTeam}.\n\n## Steps\n\n1. Call them.\n")
    page.get_by_label("Its title").fill("Night calls")
    page.get_by_role("button", name="Read and find the blanks").click()
    row_of(page, "{NightTeam}").get_by_label("Label of").fill("Team on duty at night")
    page.get_by_role("button", name="Make it a template").click()
    page.wait_for_url("**/templates/night-calls/")
    expect(page.locator("main")).to_contain_text("Team on duty at night")
