"""One-time codes from setting up to the first and second signature of a session, in a real browser."""

import time

import pyotp
import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PASSWORD, Opens

pytestmark = pytest.mark.journey


def fresh_code(secret: str, used: set[str]) -> str:
    """Return a code that was not used yet; the one of the next half minute counts too."""
    totp = pyotp.TOTP(secret)
    while True:
        for code in (totp.now(), totp.at(time.time() + 30)):
            if code not in used:
                used.add(code)
                return code
        time.sleep(1)


def test_codes_are_set_up_asked_at_sign_in_and_at_the_first_signature(opens: Opens) -> None:
    tom = opens("tom")
    page, used = tom.page, set[str]()
    page.get_by_role("link", name="Tom Adeyemi").click()
    expect(page.locator("h1")).to_have_text("Sign-in and signing")
    tom.finds_no_barrier()
    page.get_by_role("button", name="Set up one-time codes").click()
    tom.finds_no_barrier()
    expect(page.locator("svg.qr")).to_be_visible()
    secret = page.locator("[data-secret]").inner_text().replace(" ", "")
    page.get_by_label("One-time code").fill("000000")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Turn on one-time codes").click()
    expect(page.locator(".error-summary")).to_contain_text("That code does not fit.")
    tom.finds_no_barrier()
    page.get_by_label("One-time code").fill(fresh_code(secret, used))
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Turn on one-time codes").click()
    expect(page.locator(".recovery li")).to_have_count(10)
    tom.finds_no_barrier()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as text").click()
    first = page.locator(".recovery li").first.inner_text()
    assert first in download.value.path().read_text(encoding="utf-8")

    # Out, and in again with the code.
    page.get_by_role("link", name="I have kept them").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("E-mail").fill("tom@northwind.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("h1")).to_have_text("One-time code")
    tom.finds_no_barrier()
    page.get_by_label("One-time code").fill(fresh_code(secret, used))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/o/**")

    # The first signature of the session asks both components and a code, in the dialog of the reading page.
    tom.go("sops/SOP-CS-001/")
    page.locator("a[data-dialog]").first.click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("Your e-mail").fill("tom@northwind.example")
    dialog.get_by_label("Your password").fill(PASSWORD)
    dialog.get_by_label("One-time code").fill(first)
    tom.finds_no_barrier()
    dialog.locator("form button[type=submit]").click()
    expect(page.locator(".messages")).to_contain_text("You signed")

    # The second one asks the password alone.
    tom.go("sops/SOP-CS-002/v1.0/sign-off/")
    expect(page.locator("main")).to_contain_text("the password alone")
    expect(page.get_by_label("Your e-mail")).to_have_count(0)
    expect(page.get_by_label("One-time code")).to_have_count(0)
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Sign as read and understood").click()
    expect(page.locator(".messages")).to_contain_text("You signed")


def test_somebody_new_signs_the_statement_first_and_comes_back(opens: Opens) -> None:
    mia = opens("mia", phone=True, dark=True)
    page = mia.go("people/add/")
    page.get_by_label("E-mail").fill("nora@northwind.example")
    page.get_by_label("Name").fill("Nora Lind")
    page.get_by_label("Agent").check()
    page.get_by_role("button", name="Add").click()
    link = page.locator("p.number").inner_text()
    nora = opens(phone=True, dark=True)
    page = nora.page
    page.goto(link)
    page.get_by_label("New password", exact=True).fill("violet-engine-harbour-7")
    page.get_by_label("New password again").fill("violet-engine-harbour-7")
    page.get_by_role("button", name="Set password").click()
    nora.sign_in("nora", "violet-engine-harbour-7")
    nora.go("sops/SOP-CS-001/")
    page.locator("a[data-dialog]").first.click()
    expect(page.locator("h1")).to_have_text("Before your first signature")
    nora.finds_no_barrier()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_label("Your e-mail").fill("nora@northwind.example")
    page.get_by_label("Your password").fill("violet-engine-harbour-7")
    page.get_by_role("button", name="Sign the statement").click()
    expect(page.locator("h1")).to_contain_text("Sign SOP-CS-001")
    page.get_by_label("Your password").fill("violet-engine-harbour-7")
    page.get_by_role("button", name="Sign as read and understood").click()
    expect(page.locator(".messages")).to_contain_text("You signed")

    mia.go("people/")
    mia.page.get_by_role("link", name="Nora Lind").click()
    expect(mia.page.locator("main")).to_contain_text("Signed the statement about their signature")
    mia.finds_no_barrier()
    mia.page.get_by_label("How the identity was verified").fill("Passport seen in person.")
    mia.page.get_by_role("button", name="Record the verification").click()
    expect(mia.page.locator("main")).to_contain_text("Passport seen in person.")
