"""A changed value from the form of values to new versions, in a real browser; each page is looked at by axe."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Opens

pytestmark = pytest.mark.journey


def test_a_new_crm_is_looked_at_signed_once_and_carried_into_every_procedure(opens: Opens) -> None:
    ana = opens("ana")
    page = ana.go("values/")
    ana.finds_no_barrier()
    page.get_by_label("Customer record system").fill("Freshdesk")
    page.get_by_role("button", name="Save").click()

    expect(page.locator("h1")).to_have_text("Reach of the change")
    ana.finds_no_barrier()
    note = page.locator("section[aria-labelledby=by-note]")
    expect(note).to_contain_text("SOP-CS-001")
    expect(note.locator("del").first).to_contain_text("Salesforce")
    expect(note.locator("ins").first).to_contain_text("Freshdesk")
    expect(page.locator("section[aria-labelledby=by-route]")).to_contain_text("SOP-CS-002")
    ana.confirm()
    page.get_by_role("button", name="Sign and start").click()

    page.wait_for_url("**/values/changes/*/")
    # The page asks for itself every two seconds until the worker is done.
    expect(page.get_by_text("Carried out", exact=True)).to_be_visible(timeout=60_000)
    progress = page.locator("progress")
    assert progress.get_attribute("value") == progress.get_attribute("max")
    expect(page.locator("main")).to_contain_text("is published by editorial note.")
    expect(page.locator("main")).to_contain_text("is started. Check it and submit it.")
    ana.finds_no_barrier()

    ana.go("sops/SOP-CS-001/record/")
    expect(page.locator("table")).to_contain_text(
        "Editorial note: Customer record system: Salesforce becomes Freshdesk."
    )
    ana.go("sops/SOP-CS-001/")
    expect(page.locator(".document")).to_contain_text("Freshdesk")
    ana.go("sops/SOP-CS-002/record/")
    expect(page.locator("main")).to_contain_text("For a change of values.")
    ana.finds_no_barrier()
    ana.go("work/")
    expect(page.locator("main")).to_contain_text("For a change of values.")
    ana.finds_no_barrier()


def test_the_reach_and_the_report_hold_on_a_phone_in_the_dark_and_without_scripts(opens: Opens) -> None:
    ana = opens("ana", phone=True, dark=True)
    page = ana.go("values/")
    page.get_by_label("Knowledge base").fill("Notion")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_have_text("Reach of the change")
    ana.finds_no_barrier()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    ana.go("values/conflicts/")
    expect(page.locator("main")).to_contain_text("Rings before a call must be answered")
    ana.finds_no_barrier()

    plain = opens("ana", scripts=False)
    page = plain.go("values/")
    page.get_by_label("Knowledge base").fill("Notion")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url("**/values/changes/*/")
    expect(page.locator("progress")).to_have_count(1)
    page.reload()
    expect(page.locator("main")).to_contain_text("procedure")
