"""A route of three steps in the browser: two reviewers side by side, a return, a delegate, a stale text, own words."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Opens, Person
from tests.journeys.test_the_whole_loop import ANSWERS, fill_all, sign, submit, take

pytestmark = pytest.mark.journey


def lay_route(mia: Person) -> None:
    """Give the template three steps: all of two review, one approves, one releases; the second in own words."""
    page = mia.go("templates/customer-service-call-handling/route/")
    first, second, third = (f"step{place}-" for place in (1, 2, 3))
    page.locator(f"[name={first}quorum]").select_option("all")
    for who in ("Priya Nair", "Ben Okafor"):
        page.locator("fieldset.group").nth(0).get_by_label(re.compile(who)).first.check()
    page.locator(f"[name={first}due_days]").evaluate("field => field.closest('details').open = true")
    page.locator(f"[name={first}due_days]").fill("5")
    page.locator(f"[name={second}meaning]").select_option("other")
    page.locator(f"[name={second}own_title]").evaluate("field => field.closest('details').open = true")
    page.locator(f"[name={second}own_title]").fill("Checked by Systems")
    page.locator(f"[name={second}own_statement]").fill("I checked this version against our systems.")
    page.locator(f"[name={third}meaning]").select_option("released")
    page.get_by_label("One person signs one step only").uncheck()
    mia.finds_no_barrier()
    page.locator("main form button[type=submit]", has_text="Save the route").last.click()
    expect(page.locator(".messages")).to_contain_text("is saved")


def stand_in(priya: Person) -> None:
    """Let Ben sign for Priya from today."""
    page = priya.go("standing-in/")
    page.get_by_label("Who signs instead").select_option(label=_label(page))
    page.get_by_label("First day").fill(date.today().isoformat())
    page.get_by_label("Last day").fill((date.today() + timedelta(days=3)).isoformat())
    page.get_by_role("button", name="Name them").click()
    expect(page.locator(".messages")).to_contain_text("Ben Okafor signs for Priya Nair")
    priya.finds_no_barrier()


def _label(page: Page) -> str:
    return str(page.get_by_label("Who signs instead").locator("option", has_text="Ben Okafor").first.inner_text())


def test_three_steps_with_a_return_a_stale_text_and_a_delegate(opens: Opens) -> None:
    mia, ana, priya, ben = opens("mia"), opens("ana"), opens("priya"), opens("ben")
    lay_route(mia)
    number = take(ana, "customer-service-call-handling")
    here = ana.site.path(f"sops/{number}/")
    fill_all(ana.page, number, ANSWERS, f"{here}draft/")
    ana.page.goto(f"{here}draft/submit/")
    expect(ana.page.get_by_label(re.compile("Priya Nair")).first).to_be_checked()
    ana.finds_no_barrier()
    submit(ana, f"{here}draft/submit/")
    expect(ana.page.locator(".stepper")).to_contain_text("0 of 2 signed")

    # Ben's page is open while Priya returns the version and Ana submits another text.
    ben.page.goto(f"{here}review/sign/")
    priya.page.goto(f"{here}review/return/")
    priya.page.locator("textarea").first.fill("Answer within two rings, not three.")
    priya.page.locator("main form button[type=submit]").first.click()
    fill_all(ana.page, number, {"RingTimeLimit": "2"}, f"{here}draft/")
    submit(ana, f"{here}draft/submit/")
    ben.confirm()
    ben.page.locator("main form button[type=submit]").first.click()
    expect(ben.page.locator("h1")).to_have_text("The text changed")
    ben.page.get_by_role("link", name="Read the new text").click()

    # Both review, in any order; Priya goes away before the second step and names Ben for the rest.
    sign(ben)
    ben.page.wait_for_url("**/signatures/**")
    priya.page.goto(f"{here}review/")
    expect(priya.page.locator(".stepper")).to_contain_text("1 of 2 signed")
    expect(priya.page.locator(".stepper")).to_contain_text("Due")
    priya.finds_no_barrier()
    sign(priya)
    priya.page.wait_for_url("**/signatures/**")
    stand_in(priya)

    # The step in own words is given to Priya, so Ben signs it in her place.
    mia.page.goto(f"{here}review/people/")
    mia.finds_no_barrier()
    mia.page.locator("[name=step-meaning]").select_option("approved")
    mia.page.locator("fieldset.group").last.get_by_label(re.compile("Priya Nair")).check()
    mia.page.get_by_role("button", name="Add the step").click()
    expect(mia.page.locator(".stepper")).to_contain_text("Approved")
    sign_next(ben, here, "Checked by Systems: I checked this version against our systems.")
    ben.page.goto(f"{here}review/")
    expect(ben.page.locator(".decision-bar")).to_contain_text("yours to sign for Priya Nair, who is away")
    expect(ben.page.locator(".stepper")).to_contain_text("Ben Okafor for Priya Nair until")
    ben.finds_no_barrier()
    sign_next(ben, here, "(standing in for Priya Nair)")
    sign_next(ben, here, "Released: I release this version for use.")
    ana.page.goto(f"{here}review/?tab=history")
    expect(ana.page.locator("main")).to_contain_text("standing in for Priya Nair")
    expect(ana.page.locator(".decision-bar")).to_contain_text("Every step is signed.")

    # The other journeys take the same template by the route it had.
    page = mia.go("templates/customer-service-call-handling/route/")
    page.get_by_role("button", name="Follow the organisation's route again").click()
    expect(page.locator(".messages")).to_be_visible()


def sign_next(person: Person, here: str, words: str) -> None:
    """Sign the step that waits and read on the receipt what was signed."""
    person.page.goto(f"{here}review/")
    sign(person)
    person.page.wait_for_url("**/signatures/**")
    expect(person.page.locator(".receipt")).to_contain_text(words)
