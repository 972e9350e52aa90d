"""A built-in template copied and changed in the editor: by keyboard, on a phone, without scripts."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Opens, Person

pytestmark = pytest.mark.journey
BUILT_IN = "customer-service-call-handling"


def copy(person: Person) -> str:
    """Copy the built-in template and return the slug of the copy."""
    page = person.go(f"templates/{BUILT_IN}/")
    page.get_by_role("button", name="Copy to change it").click()
    page.wait_for_url("**/edit/")
    found = re.search(r"/templates/([^/]+)/edit/", page.url)
    assert found
    return found[1]


def content(page: Page) -> Locator:
    """Return the text in the editor."""
    return page.get_by_role("textbox", name="Text of the template")


def text_of(page: Page) -> str:
    """Return what would be sent."""
    page.wait_for_timeout(500)
    return str(page.locator("#id_text").evaluate("area => area.value"))


def test_a_template_is_copied_changed_published_and_used(opens: Opens) -> None:
    ana = opens("ana")
    copy(ana)
    page = ana.page
    expect(page.locator("[data-no-problem]")).to_contain_text("can be published")
    before = text_of(page)
    ana.finds_no_barrier()

    # A placeholder by completion: typed by its label, put in by its name, shown as a chip.
    content(page).focus()
    page.keyboard.press("Control+End")
    page.keyboard.type("\n\n## Afterwards\n\nTell <escal")
    expect(page.get_by_role("listbox")).to_contain_text("Escalation contact")
    ana.finds_no_barrier()
    page.keyboard.press("Enter")
    page.keyboard.type(".")
    assert text_of(page).endswith("\n\n## Afterwards\n\nTell <EscalationContact>.")
    expect(page.locator(".cm-chip", has_text="Escalation contact").last).to_be_visible()
    expect(page.locator("#preview")).to_contain_text("Afterwards")

    # An error by line, from the list to the line, mended.
    page.keyboard.type("\n\nAsk <Nobodyy> first.")
    problem = page.locator("[data-problems] button")
    expect(problem).to_contain_text("<Nobodyy> is not declared")
    expect(page.locator(".cm-problem")).to_contain_text("<Nobodyy> is not declared")
    expect(page.locator(".cm-problem-sign")).to_be_visible()
    expect(page.locator("[data-preview-note]")).to_contain_text("when the problems are solved")
    ana.finds_no_barrier()
    problem.click()
    for _ in range(len("<Nobodyy>")):
        page.keyboard.press("Delete")
    page.keyboard.type("them")
    expect(page.locator("[data-no-problem]")).to_be_visible()
    assert text_of(page).endswith("Ask them first.")

    # A variable renamed everywhere, in the panel.
    page.get_by_role("link", name=re.compile("^Variables")).click()
    page.get_by_role("button", name="Change Escalation contact").click()
    dialog = page.locator("dialog[open]")
    ana.finds_no_barrier()
    dialog.get_by_label("Name in the text").fill("wrong name")
    dialog.get_by_role("button", name="Change the text").click()
    expect(dialog.locator(".field-error")).to_contain_text("upper-case letter")
    dialog.get_by_label("Name in the text").fill("WhoTakesOver")
    dialog.get_by_role("button", name="Change the text").click()
    expect(dialog).to_have_count(0)
    now = text_of(page)
    assert "EscalationContact" not in now
    assert now.startswith(before.replace("EscalationContact", "WhoTakesOver"))
    content(page).focus()
    page.keyboard.press("Control+z")
    assert "EscalationContact" in text_of(page)
    page.keyboard.press("Control+y")
    assert text_of(page) == now

    # Blocks by the menu button, and lines made optional.
    page.get_by_role("button", name="Insert", exact=True).press("ArrowDown")
    page.keyboard.press("c")
    expect(page.get_by_role("menuitem", name="Caution")).to_be_focused()
    ana.finds_no_barrier()
    page.keyboard.press("Enter")
    page.keyboard.type("Never promise a time.")
    assert text_of(page).endswith("\n\n/// caution\nNever promise a time.\n///")
    page.get_by_role("button", name="Make optional").click()
    page.locator("dialog[open]").get_by_label("Name in the text").fill("LateCalls")
    page.locator("dialog[open]").get_by_label("Label", exact=True).fill("Are there calls at night?")
    page.locator("dialog[open]").get_by_label("Group in the form").fill("Company")
    page.locator("dialog[open]").get_by_role("button", name="Change the text").click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert "  LateCalls: {label:" in text_of(page)
    page.keyboard.press("Control+z")  # the placeholder: the variable shall decide, not be shown
    expect(page.locator("[data-problems]")).to_contain_text("LateCalls is declared but not used")
    page.keyboard.press("Control+End")
    page.get_by_role("button", name="Make optional").click()
    page.locator("dialog[open]").get_by_label("Condition").select_option("not LateCalls")
    page.locator("dialog[open]").get_by_role("button", name="Make optional").click()
    expect(page.locator("[data-section-count]")).to_have_text("1")
    expect(page.locator("[data-no-problem]")).to_be_hidden()

    # The block inside got room around it; then saved by keyboard, left by keyboard.
    page.keyboard.press("Control+s")
    expect(page.locator("[data-save-state]")).to_contain_text("Saved at")
    ana.finds_no_barrier()


def test_the_keyboard_leaves_the_text_and_saving_is_byte_for_byte(opens: Opens) -> None:
    ana = opens("ana")
    slug = copy(ana)
    page = ana.page
    where = ana.site.path(f"templates/{slug}/export/")
    expect(page.locator("[data-no-problem]")).to_be_visible()
    stored = page.request.get(where).body()
    content(page).focus()
    page.keyboard.type("x")
    page.keyboard.press("Backspace")
    page.keyboard.press("Control+s")
    expect(page.locator("[data-save-state]")).to_contain_text("Saved at")
    assert page.request.get(where).body() == stored
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(content(page)).not_to_be_focused()

    # Publish, use.
    page.get_by_role("button", name="Save and publish").click()
    page.wait_for_url("**/publish/")
    ana.finds_no_barrier()
    page.get_by_role("button", name="Publish version 1").click()
    page.wait_for_url(f"**/templates/{slug}/")
    expect(page.locator(".messages")).to_contain_text("is published")
    ana.finds_no_barrier()
    page.get_by_role("link", name="Versions").click()
    ana.finds_no_barrier()
    ana.go(f"templates/{slug}/")
    page.get_by_role("button", name="Use this template").click()
    page.wait_for_url("**/draft/**")


def test_what_was_typed_survives_a_closed_tab(opens: Opens) -> None:
    ana = opens("ana")
    copy(ana)
    page = ana.page
    content(page).focus()
    page.keyboard.press("Control+End")
    page.keyboard.type("Kept words.")
    page.wait_for_timeout(1_200)
    page.on("dialog", lambda asked: asked.accept())
    page.reload()
    expect(page.locator(".notice")).to_contain_text("Text kept in this browser")
    page.get_by_role("button", name="Use the kept text").click()
    assert text_of(page).endswith("Kept words.")
    expect(page.locator(".cm-content")).to_contain_text("## Document information")


def test_the_editor_on_a_phone_in_the_dark_and_without_scripts(opens: Opens) -> None:
    phone = opens("ana", phone=True, dark=True)
    copy(phone)
    expect(phone.page.locator("[data-no-problem]")).to_be_visible()
    phone.finds_no_barrier()
    assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.page.get_by_role("link", name="Variables", exact=True).click()
    phone.page.get_by_role("button", name="Change Company name").click()
    phone.finds_no_barrier()

    plain = opens("ana", scripts=False)
    copy(plain)
    page = plain.page
    area = page.locator("#id_text")
    area.fill(area.input_value().replace("## Purpose", "## Aim"))
    page.get_by_role("button", name="Change Company name").click()
    page.wait_for_url("**/variables/CompanyName/")
    page.get_by_label("Name in the text").fill("Firm")
    page.get_by_role("button", name="Change the text").click()
    page.wait_for_url("**/edit/")
    text = page.locator("#id_text").input_value()
    assert "## Aim" in text
    assert "<Firm>" in text
    assert "<CompanyName>" not in text
    assert "can be published" in page.locator(".edit-problems").inner_text()
