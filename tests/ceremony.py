"""Signing in and signing on pages, for any test that needs it."""

from datetime import timedelta

import pyotp
from django.test import Client
from django.utils import timezone

from accounts import codes
from accounts.models import Membership
from tests.world import PASSWORD


def signed_in(email: str, code: str = "") -> Client:
    """Return a browser in which this person signed in on the pages, with a code where they use them."""
    browser = Client()
    browser.post("/sign-in/", {"username": email, "password": PASSWORD})
    if code:
        browser.post("/sign-in/code/", {"code": code})
    return browser


def enrolled(member: Membership) -> str:
    """Give the member one-time codes through the action and return the secret; its present code is used up."""
    kept = codes.new_secret()
    secret = codes.shown(kept)
    codes.set_up(user=member.user, kept=kept, code=code_of(secret, -1), by=member.user, at=timezone.now())
    return secret


def code_of(secret: str, later: int = 0) -> str:
    """Return the code that the authenticator shows now, or some steps of 30 seconds later."""
    return pyotp.TOTP(secret).at(timezone.now() + timedelta(seconds=30 * later))
