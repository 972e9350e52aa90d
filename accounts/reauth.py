"""The password again, for acts that sign or change what signs."""

import logging

from django.contrib.auth import authenticate, logout
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import limits
from accounts.models import User
from accounts.refusals import LockedOut, NotAllowed, WrongPassword
from audit import trail

log = logging.getLogger("accounts.security")


def confirm(request: HttpRequest, password: str) -> None:
    """Return when the password is that of the person signed in. Call it before the act's transaction, not inside.

    WrongPassword otherwise; LockedOut at the last allowed try, which also ends the session and, for a member, is
    written to the audit trail (21 CFR 11.300(d)). Wrong tries are counted together with those of the sign-in page.
    """
    user = request.user
    if not isinstance(user, User):
        raise NotAllowed("Sign in first.")
    found = authenticate(request, username=user.email, password=password)
    if found is not None and found.pk == user.pk:
        limits.forgive(request, user.email)
        return
    if not getattr(request, "axes_locked_out", False):
        raise WrongPassword
    _tell_the_organisation(request)
    logout(request)
    raise LockedOut


def _tell_the_organisation(request: HttpRequest) -> None:
    member = getattr(request, "member", None)
    if member is None:
        return
    with transaction.atomic():
        trail.record(
            organisation=member.organisation,
            by=member,
            action="member.locked_out",
            subject=member,
            at=timezone.now(),
        )
