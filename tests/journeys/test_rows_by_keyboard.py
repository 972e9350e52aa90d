"""Lists filled without a mouse: rows added, moved, removed and pasted, said aloud, and kept by the server."""

import os
import subprocess
import sys

import pytest
from playwright.sync_api import Locator, Page, expect

from sopsite.environment import ROOT
from tests.journeys.conftest import Opens, Person, Site
from tests.journeys.test_the_whole_loop import take

pytestmark = pytest.mark.journey

LIST = "CallCategories"
TABLE = """---
title: Limits
registry: TEST-9
category: Calls
summary: Who may decide how much.
minutes: 1
updated: 2026-05-01
prefix: LI
variables:
  Limits: {kind: table, columns: [Role, Limit], example: [[Lead, "100"]]}
---
## Limits

<Limits>
"""


def shelve(site: Site, slug: str, source: str) -> None:
    """Put a template into the running site's library."""
    code = f"from templates_app.actions import _load; _load({slug!r}, {source!r}, None)"
    theirs = {name: value for name, value in os.environ.items() if not name.startswith(("SOP_", "DJANGO_", "DATABASE"))}
    environment = theirs | {"SOP_DATA_DIR": str(site.folder)}
    subprocess.run([sys.executable, "manage.py", "shell", "-c", code], cwd=ROOT, env=environment, check=True)


def open_list(person: Person, number: str) -> Locator:
    """Open the group with the list and return its field."""
    person.go(f"sops/{number}/draft/?field={LIST}")
    return person.page.locator(f"#field-v-{LIST}")


def typed(field: Locator) -> list[str]:
    """Return what the rows hold."""
    return [row.input_value() for row in field.get_by_role("textbox").all()]


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def said(page: Page, words: str) -> None:
    """Wait until the list's status region says it."""
    expect(page.locator(f"#field-v-{LIST} [role=status]")).to_have_text(words)


def test_a_list_is_filled_and_ordered_by_keyboard(opens: Opens) -> None:
    ana = opens("ana")
    number = take(ana, "customer-service-call-handling")
    field, page = open_list(ana, number), ana.page
    expect(field.get_by_role("textbox", name="item 1")).to_be_focused()

    page.keyboard.type("Billing")
    press(page, "Enter")
    said(page, "Item 2 added")
    page.keyboard.type("Delivery")
    press(page, "Enter")
    page.keyboard.type("Access | Doors")
    assert typed(field) == ["Billing", "Delivery", "Access | Doors"]

    # Up to the top with the button after the text, then away with the second.
    press(page, "Tab", "Enter")
    said(page, "Moved to place 2 of 3")
    press(page, "Enter")
    said(page, "Moved to place 1 of 3")
    expect(field.get_by_role("button", name="Move item 1 up")).to_be_focused()
    assert typed(field) == ["Access | Doors", "Billing", "Delivery"]
    press(page, "Tab", "Tab", "Tab", "Tab", "Tab", "Tab", "Enter")
    said(page, "Item 2 removed, 2 left")
    assert typed(field) == ["Access | Doors", "Delivery"]
    expect(page.locator("[data-save-state]")).to_have_attribute("data-state", "saved")
    expect(page.locator("#preview")).to_contain_text("Access | Doors")
    ana.finds_no_barrier()

    assert typed(open_list(ana, number)) == ["Access | Doors", "Delivery"], "the server has the order"


def test_a_table_is_filled_by_keyboard(opens: Opens) -> None:
    ana = opens("ana")
    shelve(ana.site, "limits", TABLE)
    page = ana.go(f"sops/{take(ana, 'limits')}/draft/")
    field = page.locator("#field-v-Limits")
    field.get_by_role("textbox", name="Role, row 1").focus()
    page.keyboard.type("Agent")
    press(page, "Tab")
    page.keyboard.type("10 | 20")
    press(page, "Enter")
    page.keyboard.type("Lead")
    press(page, "Enter", "Shift+Tab", "Shift+Tab", "Shift+Tab")
    expect(field.get_by_role("button", name="Move row 2 up")).to_be_focused()
    press(page, "Enter")
    expect(field.get_by_role("textbox", name="Role, row 1")).to_have_value("Lead")
    expect(page.locator("#preview table")).to_contain_text("Agent")
    assert page.locator('[name="v-Limits"]').input_value() == "Lead | \nAgent | 10 \\| 20"
    ana.finds_no_barrier()
    expect(page.locator("[data-save-state]")).to_have_attribute("data-state", "saved")


def test_lines_pasted_into_a_list_are_as_many_items(opens: Opens) -> None:
    ana = opens("ana")
    field = open_list(ana, take(ana, "customer-service-call-handling"))
    field.get_by_role("textbox").first.evaluate(
        """(box) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text/plain", "- Billing\\n- Delivery\\n\\n3. Returns\\n");
          box.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
        }"""
    )
    assert typed(field) == ["Billing", "Delivery", "Returns"]
    assert ana.page.locator(f'[name="v-{LIST}"]').input_value() == "Billing\nDelivery\nReturns"


def test_a_phone_shows_every_control_of_a_row(opens: Opens) -> None:
    ana = opens("ana", phone=True)
    number = take(ana, "customer-service-call-handling")
    open_list(ana, number)
    assert ana.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    ana.finds_no_barrier()


def test_without_scripts_a_list_is_one_text(opens: Opens) -> None:
    ana = opens("ana", scripts=False)
    # Not by `take`: axe is a script.
    ana.go("templates/customer-service-call-handling/").get_by_role("button", name="Use this template").click()
    ana.page.wait_for_url("**/draft/**")
    number = ana.page.url.split("/sops/")[1].split("/")[0]
    open_list(ana, number).get_by_role("textbox").fill("Billing\nDelivery")
    ana.page.get_by_role("button", name="Save and continue").click()
    expect(open_list(ana, number).get_by_role("textbox")).to_have_value("Billing\nDelivery")
