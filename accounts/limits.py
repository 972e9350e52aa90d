"""Counts wrong passwords exactly, also when many are tried at once. django-axes asks this handler before it hashes.

A try is counted before the password is looked at and given back when it was right, so that two hundred tries in the
same moment get no more answers than the limit (security.md R4). The account is counted together with the address it
is tried from: a stranger elsewhere cannot lock a member out. The address alone has a wider limit.
"""

import logging
from datetime import timedelta
from typing import Any

from axes.handlers.base import AbstractAxesHandler, AxesBaseHandler
from axes.helpers import get_cool_off
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts.domain.text import folded_email
from accounts.models import SignInTries, User

log = logging.getLogger("accounts.security")
MOST_PER_ADDRESS = 60


def client_address(request: HttpRequest) -> str:
    """Return the address the request came from; behind a proxy, the one the proxy itself wrote down last."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return forwarded.rsplit(",", 1)[-1].strip()[:64] or request.META.get("REMOTE_ADDR", "") or "unknown"


def forgive(request: HttpRequest, email: str) -> None:
    """Forget the wrong tries of this account from this address, after a right one."""
    address = client_address(request)
    with transaction.atomic():
        SignInTries.objects.filter(email=folded_email(email), address=address).delete()
        wide = SignInTries.objects.select_for_update().filter(email="", address=address).first()
        if wide and wide.failures:
            SignInTries.objects.filter(pk=wide.pk).update(failures=wide.failures - 1)


class ExactHandler(AbstractAxesHandler, AxesBaseHandler):
    """The handler that settings.AXES_HANDLER names."""

    def is_allowed(self, request: Any, credentials: dict[str, Any] | None = None) -> bool:
        """Count one try and return whether it may go on; a refused one is not counted and lengthens nothing."""
        email = _email(credentials)
        address = client_address(request)
        # durable: a caller whose own transaction is rolled back would take the count back with it.
        with transaction.atomic(durable=True):
            rows = [
                (_locked(email, address), settings.AXES_FAILURE_LIMIT),
                (_locked("", address), MOST_PER_ADDRESS),
            ]
            if any(row.failures >= most for row, most in rows):
                request.axes_locked_out = True
                return False
            for row, _most in rows:
                row.failures += 1
                row.last_at = timezone.now()
                row.save(update_fields=["failures", "last_at"])
        return True

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Return how many wrong tries of this account from this address count at present."""
        row = SignInTries.objects.filter(email=_email(credentials), address=client_address(request)).first()
        return 0 if row is None or _is_old(row) else row.failures

    def user_login_failed(
        self, sender: object, credentials: dict[str, Any], request: Any = None, **kwargs: object
    ) -> None:
        """Mark the request as locked out when this was the last try; the middleware then shows the page."""
        if request is None:
            return
        if self.get_failures(request, credentials) >= settings.AXES_FAILURE_LIMIT:
            request.axes_locked_out = True
        event = "locked_out" if request.axes_locked_out else "wrong_password"
        log.warning("A sign-in was refused.", extra={"event": event, "user": _email(credentials)})

    def user_logged_in(self, sender: object, request: HttpRequest, user: User, **kwargs: object) -> None:
        """Forget the wrong tries before this sign-in, and everybody's that no longer count."""
        forgive(request, user.email)
        SignInTries.objects.filter(last_at__lt=timezone.now() - timedelta(days=1)).delete()

    def user_logged_out(self, sender: object, request: HttpRequest, user: User | None, **kwargs: object) -> None:
        """Nothing to do: signing out says nothing about passwords."""

    def reset_attempts(
        self, *, ip_address: str | None = None, username: str | None = None, ip_or_username: bool = False
    ) -> int:
        """Forget wrong tries, for `manage.py axes_reset…`; return how many rows went."""
        rows = SignInTries.objects.all()
        if ip_address is not None:
            rows = rows.filter(address=ip_address)
        if username is not None:
            rows = rows.filter(email=folded_email(username))
        return rows.delete()[0]


def _email(credentials: dict[str, Any] | None) -> str:
    return folded_email(str((credentials or {}).get("username") or "-"))[:254]


def _locked(email: str, address: str) -> SignInTries:
    rows = SignInTries.objects.select_for_update().filter(email=email, address=address)
    row = rows.first()
    while row is None:
        # Not get_or_create: a right password at the same moment takes the row away between its two looks.
        SignInTries.objects.bulk_create([SignInTries(email=email, address=address)], ignore_conflicts=True)
        row = rows.first()
    if _is_old(row):
        row.failures = 0
    return row


def _is_old(row: SignInTries) -> bool:
    window = get_cool_off() or timedelta(minutes=15)
    return row.last_at is None or timezone.now() - row.last_at >= window
