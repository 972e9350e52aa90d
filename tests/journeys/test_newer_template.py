"""A template gets a newer version; the manager sees both changes side by side and merges them, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Opens, Person

pytestmark = pytest.mark.journey

OPENING, ENDING = "The newer template says this first.", "\n\n## Afterwards\n\nLook back on the call."


def own_template(ana: Person, built_in: str) -> str:
    """Copy a built-in template, publish the copy as it is, and return its slug."""
    ana.go(f"templates/{built_in}/").get_by_role("button", name="Copy to change it").click()
    ana.page.wait_for_url("**/edit/")
    ana.page.get_by_role("button", name="Save and publish").click()
    ana.page.get_by_role("button", name="Publish version 1").click()
    ana.page.wait_for_url(lambda address: "publish" not in address)
    return ana.page.url.rstrip("/").rpartition("/")[2]


def publish_newer(ana: Person, slug: str, *, scripts: bool) -> None:
    """Change the template in its editor and publish its second version, looking at what changes first."""
    page = ana.go(f"templates/{slug}/")
    page.get_by_role("button", name="Change it").click()
    page.wait_for_url("**/edit/")
    if scripts:
        page.get_by_role("button", name="Text", exact=True).click()
        page.keyboard.press("End")
        page.keyboard.type(" and what it is for")
        for key in ("ArrowDown", "ArrowDown", "Home"):
            page.keyboard.press(key)
        page.keyboard.type(f"{OPENING} ")
        page.keyboard.press("Control+End")
        page.keyboard.type(ENDING)
        expect(page.locator("[data-no-problem]")).to_contain_text("can be published")
    else:
        area = page.locator("#id_text")
        longer = re.sub(
            r"^(## .*)\n\n", rf"\1 and what it is for\n\n{OPENING} ", area.input_value(), count=1, flags=re.M
        )
        area.fill(longer + ENDING)
    page.get_by_role("button", name="Save and publish").click()
    page.wait_for_url("**/publish/")
    expect(page.locator("article.compared ins").first).to_contain_text("and what it is for")
    if scripts:
        page.get_by_role("link", name="Next change").click()
        expect(page.locator("[data-count]")).to_contain_text("Change 1 of")
        ana.finds_no_barrier()
    page.get_by_label("What has changed").fill("A new opening and a new ending.")
    page.get_by_role("button", name="Publish version 2").click()
    page.wait_for_url(lambda address: "publish" not in address)


def draft_behind(ana: Person, built_in: str, *, scripts: bool = True) -> str:
    """Make Ana's draft with a first heading of her own, then the newer template; return the SOP's address."""
    slug = own_template(ana, built_in)
    ana.go(f"templates/{slug}/").get_by_role("button", name="Use this template").click()
    ana.page.wait_for_url("**/draft/**")
    here = ana.page.url.partition("draft/")[0]
    ana.page.goto(f"{here}draft/text/")
    text = ana.page.locator('[name="body"]')
    text.fill(re.sub(r"^## .*", "## Our own opening", text.input_value(), count=1, flags=re.MULTILINE))
    ana.page.get_by_role("button", name="Save and preview").click()
    expect(ana.page.locator("#preview")).to_contain_text("Our own opening")
    publish_newer(ana, slug, scripts=scripts)
    return here


def is_merged(page: Page, heading: str) -> None:
    """Find the merged text on the fill page."""
    page.wait_for_url(re.compile(r"/draft/$"))
    expect(page.locator(".messages")).to_contain_text("Version 2 of the template is merged")
    expect(page.locator("#preview")).to_contain_text(heading)
    expect(page.locator("#preview")).to_contain_text("Look back on the call.")
    expect(page.locator("main")).not_to_contain_text("emplate has version 2")


def test_a_newer_template_is_merged_into_a_draft(opens: Opens) -> None:
    ana = opens("ana")
    page = ana.page
    here = draft_behind(ana, "call-handling-and-interaction-protocols")

    # She is told, and sees both changes side by side.
    for where in (ana.site.path("work/"), f"{here}draft/", f"{here}record/"):
        page.goto(where)
        expect(page.locator("main")).to_contain_text("emplate has version 2")
        ana.finds_no_barrier()
    page.get_by_role("link", name="See what changed").click()
    expect(page.locator("main")).to_contain_text("A new opening and a new ending.")
    expect(page.locator(".conflict")).to_have_count(1)
    expect(page.locator(".conflict ins").first).to_contain_text("and what it is for")
    ana.finds_no_barrier()

    # Merging without a decision is told; deciding by keyboard merges.
    page.get_by_role("button", name="Merge and go on filling").click()
    expect(page.locator(".error-summary")).to_contain_text("choose what shall stand here")
    ana.finds_no_barrier()
    page.get_by_label("Keep yours").focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    own = page.get_by_role("textbox", name="Your own words")
    expect(own).to_be_visible()
    own.fill("## Our opening, and what it is for")
    page.locator("details summary").first.click()
    ana.finds_no_barrier()

    # Not now is remembered, and taken back on the record.
    page.get_by_role("button", name="Not now").click()
    expect(page.locator(".messages")).to_contain_text("Version 2 of the template is put off")
    expect(page.locator("main")).not_to_contain_text("emplate has version 2")
    page.goto(f"{here}record/")
    ana.finds_no_barrier()
    page.get_by_role("button", name="Take it up again").click()

    # She looks at the merged document, then merges.
    page.get_by_label("Your own words, written below").check()
    page.get_by_role("textbox", name="Your own words").fill("## Our opening, and what it is for")
    page.get_by_role("button", name="Show the merged text").click()
    merged = page.locator("#merged")
    expect(merged).to_be_in_viewport()
    expect(merged.locator("article")).to_contain_text(OPENING)
    page.get_by_role("link", name="Next change").click()
    expect(page.locator("[data-count]")).to_contain_text("Change 1 of")
    ana.finds_no_barrier()
    page.get_by_role("button", name="Merge and go on filling").click()
    is_merged(page, "Our opening, and what it is for")


def test_it_is_merged_on_a_phone_in_the_dark_and_without_scripts(opens: Opens) -> None:
    ana = opens("ana", phone=True, dark=True, scripts=False)
    draft_behind(ana, "customer-service-standard", scripts=False)
    page = ana.go("work/")
    page.locator('[aria-labelledby="newer"] a').first.click()
    assert page.locator("main").bounding_box()["width"] <= 390  # type: ignore[index]
    sides = page.locator(".sides").first.locator("> div").all()
    tops = [side.bounding_box()["y"] for side in sides]  # type: ignore[index]
    assert tops[0] < tops[1], "one below the other"
    page.get_by_label("Take the template's").check()
    page.get_by_role("button", name="Merge and go on filling").click()
    is_merged(page, "and what it is for")
