"""A template gets a newer version; the manager sees both changes side by side and merges them, in a real browser."""

import os
import re
import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

from sopsite.environment import ROOT
from tests.journeys.conftest import Opens, Person, Site

pytestmark = pytest.mark.journey

PUBLISH = """
from templates_app.actions import _load
from templates_app.models import Template, TemplateVersion
template = Template.objects.built_in().get(slug="SLUG")
place = (template.pack, template.position) if template.pack else None
body = template.source.index("## ")
first, rest = template.source[:body], template.source[body:]
heading, _, rest = rest.partition("\\n")
changed = first + heading + " and what it is for\\n\\nThe newer template says this first." + rest
_load("SLUG", changed + "\\n## Afterwards\\n\\nLook back on the call.\\n", place)
TemplateVersion.objects.filter(template=template, number=2).update(change_summary="A new opening and a new ending.")
"""


def publish_newer(site: Site, slug: str) -> None:
    """Give the template its second version, as a changed file of the product does."""
    environment = {**os.environ, "SOP_DATA_DIR": str(site.folder), "DJANGO_SETTINGS_MODULE": "sopsite.settings"}
    environment.pop("DATABASE_URL", None)
    shell = [sys.executable, "manage.py", "shell", "--command", PUBLISH.replace("SLUG", slug)]
    subprocess.run(shell, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=60)


def draft_behind(ana: Person, slug: str) -> str:
    """Make Ana's draft with a first heading of her own, then the newer template; return the SOP's address."""
    ana.go(f"templates/{slug}/").get_by_role("button", name="Use this template").click()
    ana.page.wait_for_url("**/draft/**")
    here = ana.page.url.partition("draft/")[0]
    ana.page.goto(f"{here}draft/text/")
    text = ana.page.locator('[name="body"]')
    text.fill(re.sub(r"^## .*", "## Our own opening", text.input_value(), count=1, flags=re.MULTILINE))
    ana.page.get_by_role("button", name="Save and preview").click()
    expect(ana.page.locator("#preview")).to_contain_text("Our own opening")
    publish_newer(ana.site, slug)
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
    page.get_by_role("button", name="Merge and go on filling").click()
    is_merged(page, "Our opening, and what it is for")


def test_it_is_merged_on_a_phone_in_the_dark_and_without_scripts(opens: Opens) -> None:
    ana = opens("ana", phone=True, dark=True, scripts=False)
    draft_behind(ana, "customer-service-standard")
    page = ana.go("work/")
    page.locator('[aria-labelledby="newer"] a').first.click()
    assert page.locator("main").bounding_box()["width"] <= 390  # type: ignore[index]
    sides = page.locator(".sides").first.locator("> div").all()
    tops = [side.bounding_box()["y"] for side in sides]  # type: ignore[index]
    assert tops[0] < tops[1], "one below the other"
    page.get_by_label("Take the template's").check()
    page.get_by_role("button", name="Merge and go on filling").click()
    is_merged(page, "and what it is for")
