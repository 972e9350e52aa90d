"""Template to superseded, in a real browser: every page of the way is looked at by axe."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PASSWORD, Opens, Person

pytestmark = pytest.mark.journey

ANSWERS = {
    "Department": "Customer Service",
    "RingTimeLimit": "3",
    "CustomerVerificationDetails": "Account number\nFull name",
    "CallCategories": "Billing\nDelivery",
    "EscalationContact": "Team leader on shift",
    "EscalationDepartment": "Second line",
    "EscalationProcedure": "Warm transfer: stay on the line until the call is taken.",
}


def take(person: Person, slug: str) -> str:
    """Make an SOP from a template and return its number."""
    page = person.go(f"templates/{slug}/")
    person.finds_no_barrier()
    page.get_by_role("button", name="Use this template").click()
    page.wait_for_url("**/draft/**")
    found = re.search(r"sops/(SOP-[A-Z]+-\d+)/", page.url)
    assert found
    return found[1]


def fill_all(page: Page, number: str, answers: dict[str, str], site_path: str) -> None:
    """Fill every answer, group by group, by typing; autosave keeps them."""
    for name, value in answers.items():
        page.goto(f"{site_path}?field={name}")
        type_into(page, name, value)
        expect(page.locator("[data-save-state]")).to_contain_text("Saved at", timeout=10_000)


def type_into(page: Page, name: str, value: str) -> None:
    """Type an answer; a list is typed into its rows, with Enter after each."""
    field = page.locator(f'[name="v-{name}"]')
    rows = page.locator(f"#field-v-{name} .rows-list input")
    if field.is_visible():
        field.fill(value)
        field.blur()
        return
    for place, line in enumerate(value.split("\n")):
        rows.nth(place).fill(line)
        rows.nth(place).press("Enter")
    page.keyboard.press("Enter")


def sign(person: Person, password: str = PASSWORD) -> None:
    """Open the sign dialog and sign in it."""
    person.page.locator("a[data-dialog]").first.click()
    dialog = person.page.locator("dialog[open]")
    person.confirm(dialog, password)
    dialog.locator("form button[type=submit], form button:not([type])").first.click()


def submit(person: Person, address: str, **fields: str) -> None:
    """Fill the submit page and send it."""
    page = person.page
    page.goto(address)
    for label, value in fields.items():
        page.locator(f'[name="{label}"]').fill(value)
    person.confirm()
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/review/**")


def test_from_a_template_to_a_superseded_version(opens: Opens) -> None:
    ana, priya, ben, rui = opens("ana"), opens("priya"), opens("ben"), opens("rui")
    number = take(ana, "customer-service-call-handling")
    here = ana.site.path(f"sops/{number}/")

    # Fill, with the preview beside it.
    ana.finds_no_barrier()
    fill_all(ana.page, number, ANSWERS, f"{here}draft/")
    expect(ana.page.locator("[data-filled]")).to_have_text("12")
    expect(ana.page.locator("#preview")).to_contain_text("Warm transfer: stay on the line")
    ana.finds_no_barrier()
    ana.page.goto(f"{here}draft/check/")
    expect(ana.page.locator("main")).to_contain_text("filled on each call")
    ana.finds_no_barrier()

    # Submit, return with a reason, fix, submit again.
    ana.page.goto(f"{here}draft/submit/")
    ana.finds_no_barrier()
    submit(ana, f"{here}draft/submit/")
    priya.page.goto(f"{here}review/")
    priya.finds_no_barrier()
    priya.page.get_by_role("link", name=re.compile("Request changes")).click()
    priya.finds_no_barrier()
    priya.page.get_by_label(re.compile("reason|change", re.IGNORECASE)).first.fill(
        "Answer within two rings, not three."
    )
    priya.page.locator("main form button[type=submit]").first.click()
    ana.page.goto(f"{here}draft/?field=RingTimeLimit")
    expect(ana.page.locator("main")).to_contain_text("Answer within two rings")
    fill_all(ana.page, number, {"RingTimeLimit": "2"}, f"{here}draft/")
    submit(ana, f"{here}draft/submit/")

    # Review and approve; a wrong password keeps the dialog.
    priya.page.goto(f"{here}review/")
    sign(priya, "not my password")
    expect(priya.page.locator("dialog[open]")).to_contain_text("The e-mail address or the password is not right.")
    priya.confirm(priya.page.locator("dialog[open]"))
    priya.page.locator("dialog[open] form button[type=submit]").first.click()
    priya.page.wait_for_url("**/signatures/**")
    expect(priya.page.locator("main")).to_contain_text("Priya Nair")
    priya.finds_no_barrier()
    for tab in ("values", "changes", "history"):
        ben.page.goto(f"{here}review/?tab={tab}")
        ben.finds_no_barrier()
    sign(ben)
    ben.page.wait_for_url("**/signatures/**")

    # Publish for training: one of the few agents reads and signs, and that puts it in force.
    publish(ana, here, share="20")
    ana.page.goto(f"{here}v1.0/missing/")
    expect(ana.page.locator("main")).to_contain_text(re.compile(r"as soon as 20 % have signed: 0 of \d"))
    ana.finds_no_barrier()
    ana.page.goto(f"{here}v1.0/put-in-force/")
    ana.finds_no_barrier()
    rui.page.goto(here)
    expect(rui.page.locator(".banner")).to_contain_text("Not in force yet")
    read_and_sign(rui, here)
    expect(rui.page.locator(".banner")).to_contain_text("Effective since")
    ana.page.goto(f"{here}sign-offs/")
    expect(ana.page.locator("main")).to_contain_text("Rui Costa")
    ana.finds_no_barrier()

    # A second version takes over; the first stays readable and says so.
    ana.page.goto(f"{here}record/")
    ana.finds_no_barrier()
    ana.page.get_by_role("button", name=re.compile("new version", re.IGNORECASE)).click()
    fill_all(ana.page, number, {"RingTimeLimit": "4"}, f"{here}draft/")
    submit(ana, f"{here}draft/submit/", change_summary="Calls are answered within four rings.")
    for person in (priya, ben):
        person.page.goto(f"{here}review/?tab=changes")
        expect(person.page.locator("main")).to_contain_text("Rings before a call must be answered")
        sign(person)
        person.page.wait_for_url("**/signatures/**")
    publish(ana, here)
    rui.page.goto(f"{here}v1.0/")
    expect(rui.page.locator(".banner.superseded")).to_contain_text("Do not use it on calls")
    rui.finds_no_barrier()
    rui.page.locator(".banner a").click()
    expect(rui.page.locator(".banner")).to_contain_text("v1.1")
    confirm_review(priya, here, "v1.1")
    rui.page.reload()
    expect(rui.page.locator(".banner")).to_contain_text("by Priya Nair")


def confirm_review(person: Person, here: str, version: str) -> None:
    """Sign that the version in force is still right: one click from its record, one signature."""
    person.page.goto(f"{here}record/")
    person.page.get_by_role("link", name=re.compile("Still right")).first.click()
    person.page.wait_for_url(f"**/{version}/still-right/")
    person.finds_no_barrier()
    person.confirm()
    person.page.get_by_role("button", name=re.compile("still right")).click()
    person.page.wait_for_url("**/confirmations/**")
    expect(person.page.locator("main")).to_contain_text("It is still right, and I set its next review for")
    person.finds_no_barrier()


def publish(person: Person, here: str, share: str = "") -> None:
    """Publish the approved version from today, or once a share of its readers has signed."""
    person.page.goto(f"{here}publish/")
    person.finds_no_barrier()
    if share:
        person.page.get_by_label("People sign before it comes into force").check()
        person.page.get_by_label("Per cent who must have signed").fill(share)
    person.page.locator("main form button[type=submit]").first.click()
    person.page.wait_for_url(re.compile(r"/(v\d+\.\d+|record)?/?$|/sops/[^/]+/$"), timeout=60_000)
    expect(person.page.locator(".messages")).to_contain_text("ublished")


def read_and_sign(person: Person, here: str) -> None:
    """Read the procedure in force as an agent during a call does, then sign it."""
    page = person.page
    page.goto(here)
    expect(page.locator(".document")).to_contain_text("Rui Costa")
    person.finds_no_barrier()
    expect(page.locator(".say button").first).to_be_visible()
    box = page.locator(".document input[type=checkbox]").first
    box.check()
    page.reload()
    expect(page.locator(".document input[type=checkbox]").first).to_be_checked()
    page.locator(".banner a[data-dialog]").click()
    person.confirm(page.locator("dialog[open]"))
    page.locator("dialog[open] form button[type=submit]").first.click()
    expect(page.locator(".messages")).to_contain_text("You signed")


def test_the_admin_takes_the_pdf_and_the_trail_and_everybody_s_pages_have_no_barrier(opens: Opens) -> None:
    mia = opens("mia")
    for rest in ("work/", "procedures", "sops/", "templates/", "trail/", "people/", "people/add/", "route/", "values/"):
        if rest != "procedures":
            mia.go(rest)
            mia.finds_no_barrier()
    mia.go("trail/")
    with mia.page.expect_download() as download:
        mia.page.get_by_role("link", name=re.compile("CSV")).click()
    assert "sequence" in Path(download.value.path()).read_text(encoding="utf-8")
    answer = mia.page.request.get(mia.site.path("sops/SOP-CS-001/v1.1/pdf/"))
    assert answer.body().startswith(b"%PDF-")


def test_an_agent_on_a_phone_reads_in_the_dark(opens: Opens) -> None:
    rui = opens("rui", phone=True, dark=True)
    expect(rui.page.locator("h1")).to_contain_text("Customer service call handling")
    rui.finds_no_barrier()
    assert rui.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    rui.page.get_by_role("link", name="This call").click()
    expect(rui.page.get_by_role("button", name="New call")).to_be_visible()
    rui.finds_no_barrier()


def test_a_manager_fills_on_a_phone_and_without_scripts(opens: Opens) -> None:
    ana = opens("ana", phone=True, scripts=False)
    ana.go("templates/customer-service-call-handling/")
    ana.page.get_by_role("button", name="Use this template").click()
    first = ana.page.locator('[name="v-Department"]')
    first.fill("Typed without a script")
    name = first.get_attribute("name")
    ana.page.locator("main form button[type=submit]").first.click()
    ana.page.goto(f"{ana.page.url.split('?')[0]}?field={(name or '')[2:]}")
    expect(ana.page.locator(f'[name="{name}"]')).to_have_value("Typed without a script")
    assert ana.page.locator("main").bounding_box()["width"] <= 390  # type: ignore[index]
