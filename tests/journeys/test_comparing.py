"""An approver goes from change to change, in a real browser; each view is looked at by axe."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Opens

pytestmark = pytest.mark.journey

COMPARE = "sops/SOP-CS-001/compare/"


def test_from_change_to_change_by_key_and_by_button(opens: Opens) -> None:
    priya = opens("priya")
    page = priya.go(COMPARE)
    priya.finds_no_barrier()
    count = page.locator("[data-count]")
    total = int(re.findall(r"\d+", count.inner_text())[0])
    assert total > 1

    page.keyboard.press("n")
    expect(count).to_have_text(f"Change 1 of {total}")
    expect(page).to_have_url(re.compile(r"change=1#change-1$"))
    expect(page.locator("#change-1")).to_be_in_viewport()
    expect(page.locator("#change-1")).to_have_class(re.compile("is-current"))
    page.keyboard.press("n")
    expect(count).to_have_text(f"Change 2 of {total}")
    expect(page.locator("[role=status].visually-hidden")).to_contain_text(f"Change 2 of {total}.")
    page.keyboard.press("p")
    expect(count).to_have_text(f"Change 1 of {total}")
    page.get_by_role("link", name="Next change").click()
    expect(count).to_have_text(f"Change 2 of {total}")

    page.reload()
    expect(count).to_have_text(f"Change 2 of {total}")
    page.get_by_label("Single-key shortcuts").uncheck()
    page.keyboard.press("n")
    expect(count).to_have_text(f"Change 2 of {total}")

    page.get_by_role("link", name="Side by side").click()
    expect(page.locator(".sides")).to_be_visible()
    priya.finds_no_barrier()


def test_on_a_phone_in_the_dark_both_versions_are_in_one_text(opens: Opens) -> None:
    rui = opens("rui", phone=True, dark=True)
    page = rui.go(COMPARE)
    rui.finds_no_barrier()
    expect(page.get_by_role("link", name="Side by side")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_scripts_the_links_do_it(opens: Opens) -> None:
    priya = opens("priya", scripts=False)
    page = priya.go(COMPARE)
    page.get_by_role("link", name="Next change").click()
    page.get_by_role("link", name="Next change").click()
    expect(page.locator("[data-count]")).to_contain_text("Change 2 of")
    expect(page).to_have_url(re.compile(r"#change-2$"))
