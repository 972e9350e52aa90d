"""The person's identification again, for acts that sign or change what signs (21 CFR 11.200(a)(1)).

The first signing of a session asks both components, e-mail and password, and a one-time code of those who use them;
each later one asks the password again. A new session starts over, and so do fifteen minutes without signing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth import authenticate, logout
from django.http import HttpRequest
from django.utils import timezone

from accounts import accountability, codes, limits
from accounts.domain.text import folded_email
from accounts.models import User
from accounts.refusals import LockedOut, NotAllowed, WrongPassword

LASTS = timedelta(minutes=15)
KEY = "signed_as"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a signing asks now: e-mail and code or the password alone; `statement` is the page to sign first, if any."""

    identity: bool = False
    code: bool = False
    statement: str = ""


def asked_of(request: HttpRequest) -> Asked:
    """Return what the person signed in has to type to sign now; every form of a signing page is made with it."""
    user = _person(request)
    first = not _is_going_on(request, user)
    member = getattr(request, "member", None)
    return Asked(
        identity=first,
        code=first and codes.has_codes(user),
        statement=accountability.address(member, request) if member else "",
    )


def confirm(request: HttpRequest, given: Mapping[str, Any]) -> None:
    """Return when `given`, the cleaned data of a form made with `asked_of`, is that of the person signed in.

    Call it before the act's transaction, not inside. WrongPassword otherwise; LockedOut at the last allowed try, which
    also ends the session and is on the record (21 CFR 11.300(d)). Wrong e-mail addresses, passwords and codes are
    counted together with those of the sign-in page.
    """
    user, asked = _person(request), asked_of(request)
    same = not asked.identity or folded_email(str(given.get("identity", ""))) == user.email
    if not _holds(request, user, given) or not same:
        _refuse(request, user, WrongPassword(_BOTH) if asked.identity else WrongPassword())
    if asked.code and not codes.use(user, str(given.get("code", "")), timezone.now()):
        _refuse(request, user, WrongPassword(WRONG_CODE, field="code"))
    limits.forgive(request, user.email)
    request.session[KEY] = {"user": user.pk, "at": timezone.now().timestamp()}


def confirm_secret(request: HttpRequest, password: str, code: str | None = None) -> None:
    """Return when the password, and a one-time code where one is given, is right: for acts on one's own account.

    It is no signing, so the next signing asks what it would have asked. Raises as `confirm`.
    """
    user = _person(request)
    if not _holds(request, user, {"password": password}):
        _refuse(request, user, WrongPassword())
    if code is not None and not codes.use(user, code, timezone.now()):
        _refuse(request, user, WrongPassword(WRONG_CODE, field="code"))
    limits.forgive(request, user.email)


def start_over(request: HttpRequest) -> None:
    """Ask both components at the next signing: a session begins, or what signs was changed."""
    request.session.pop(KEY, None)


_BOTH = "The e-mail address or the password is not right. Type both again."
WRONG_CODE = "That code is not right, or it was used already. Wait for the next one and type it."


def _person(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise NotAllowed("Sign in first.")
    return request.user


def _is_going_on(request: HttpRequest, user: User) -> bool:
    """Return whether the person signed in this session, less than fifteen minutes ago."""
    last = request.session.get(KEY)
    if not isinstance(last, dict) or last.get("user") != user.pk:
        return False
    age = timezone.now().timestamp() - float(last.get("at", 0))
    return 0 <= age < LASTS.total_seconds()


def _holds(request: HttpRequest, user: User, given: Mapping[str, Any]) -> bool:
    """Count a try and return whether the password is the person's."""
    found = authenticate(request, username=user.email, password=str(given.get("password", "")))
    return found is not None and found.pk == user.pk


def _refuse(request: HttpRequest, user: User, refusal: WrongPassword) -> None:
    limits.wrong(request, user.email)
    if not getattr(request, "axes_locked_out", False):
        raise refusal
    locked = LockedOut.of(request)
    logout(request)
    raise locked
