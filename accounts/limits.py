"""Counts wrong passwords and codes exactly, also when many are tried at once. django-axes asks before it hashes.

A try is counted before the password is looked at and given back when it was right, so that two hundred tries in the
same moment get no more answers than the limit (security.md R4). The account is counted together with the address it
is tried from: a stranger elsewhere cannot lock a member out. The address alone has a wider limit. Each lock in a row
lasts twice as long as the one before.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from axes.handlers.base import AbstractAxesHandler, AxesBaseHandler
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import alerts
from accounts.domain import locks
from accounts.domain.text import folded_email
from accounts.models import Membership, SignInTries, User
from audit import trail

log = logging.getLogger("accounts.security")
MOST_PER_ADDRESS = 60


def client_address(request: HttpRequest) -> str:
    """Return the address the request came from; behind a proxy, the one the proxy itself wrote down last."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return forwarded.rsplit(",", 1)[-1].strip()[:64] or request.META.get("REMOTE_ADDR", "") or "unknown"


def count(request: Any, email: str) -> bool:
    """Count one try and return whether it may go on; a refused one is not counted and lengthens nothing."""
    address, now = client_address(request), timezone.now()
    # durable: a caller whose own transaction is rolled back would take the count back with it.
    with transaction.atomic(durable=True):
        rows = [
            (_locked(email, address, now), settings.AXES_FAILURE_LIMIT),
            (_locked("", address, now), MOST_PER_ADDRESS),
        ]
        for row, most in rows:
            if row.failures >= most:
                _shut(request, row, now)
                return False
        for row, _most in rows:
            row.failures += 1
            row.last_at = now
            row.save(update_fields=["failures", "last_at", "locked_at", "locks"])
    return True


def wrong(request: Any, email: str) -> None:
    """Begin the lock when the try just counted was the last one allowed: on the record, and told to those concerned.

    The lock begins once, however many tries were wrong at the same moment.
    """
    address, now = client_address(request), timezone.now()
    with transaction.atomic(durable=True):
        row = SignInTries.objects.select_for_update().filter(email=email, address=address).first()
        if row is None or row.failures < settings.AXES_FAILURE_LIMIT:
            return
        if row.locked_at is None:
            row.locked_at, row.locks = now, row.locks + 1
            row.save(update_fields=["locked_at", "locks"])
            _tell(request, row, now)
        _shut(request, row, now)


def give_back(request: HttpRequest, email: str) -> None:
    """Take back one counted try that turned out right, without forgetting those before it."""
    address = client_address(request)
    with transaction.atomic(durable=True):
        rows = SignInTries.objects.select_for_update()
        for row in [rows.filter(email=each, address=address).first() for each in (email, "")]:
            if row and row.failures:
                SignInTries.objects.filter(pk=row.pk).update(failures=row.failures - 1)


def forgive(request: HttpRequest, email: str) -> None:
    """Forget the wrong tries and locks of this account from this address, after a right one."""
    address = client_address(request)
    with transaction.atomic():
        SignInTries.objects.filter(email=folded_email(email), address=address).delete()
        wide = SignInTries.objects.select_for_update().filter(email="", address=address).first()
        if wide and wide.failures:
            SignInTries.objects.filter(pk=wide.pk).update(failures=wide.failures - 1)


class ExactHandler(AbstractAxesHandler, AxesBaseHandler):
    """The handler that settings.AXES_HANDLER names."""

    def is_allowed(self, request: Any, credentials: dict[str, Any] | None = None) -> bool:
        """Count one try and return whether it may go on."""
        return count(request, _email(credentials))

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Return how many wrong tries of this account from this address count at present."""
        row = SignInTries.objects.filter(email=_email(credentials), address=client_address(request)).first()
        return 0 if row is None or _is_over(row, timezone.now()) else row.failures

    def user_login_failed(
        self, sender: object, credentials: dict[str, Any], request: Any = None, **kwargs: object
    ) -> None:
        """Mark the request as locked out when this was the last try; the middleware then shows the page."""
        if request is None:
            return
        wrong(request, _email(credentials))
        event = "locked_out" if getattr(request, "axes_locked_out", False) else "wrong_password"
        log.warning("A sign-in was refused.", extra={"event": event, "user": _email(credentials)})

    def user_logged_in(self, sender: object, request: HttpRequest, user: User, **kwargs: object) -> None:
        """Forget the wrong tries before this sign-in, and everybody's that no longer count."""
        forgive(request, user.email)
        SignInTries.objects.filter(last_at__lt=timezone.now() - locks.LONGEST - locks.FORGOTTEN).delete()

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


def _locked(email: str, address: str, now: datetime) -> SignInTries:
    rows = SignInTries.objects.select_for_update().filter(email=email, address=address)
    row = rows.first()
    while row is None:
        # Not get_or_create: a right password at the same moment takes the row away between its two looks.
        SignInTries.objects.bulk_create([SignInTries(email=email, address=address)], ignore_conflicts=True)
        row = rows.first()
    if _is_over(row, now):
        if row.last_at is None or now >= _end(row) + locks.FORGOTTEN:
            row.locks = 0
        row.failures, row.locked_at = 0, None
    return row


def _end(row: SignInTries) -> datetime:
    """Return when the wrong tries of a row stop counting: after 15 minutes, or at the end of its lock."""
    begun = row.locked_at or row.last_at or timezone.now()
    return begun + (locks.duration(row.locks) if row.locked_at else locks.FIRST)


def _is_over(row: SignInTries, now: datetime) -> bool:
    return row.last_at is None or now >= _end(row)


def _shut(request: Any, row: SignInTries, now: datetime) -> None:
    """Say on the request that nobody gets in, and for how long; the middleware shows the page."""
    request.axes_locked_out = True
    request.locked_for = locks.words(max(_end(row) - now, timedelta()))


def _tell(request: Any, row: SignInTries, now: datetime) -> None:
    """Write the lock into the trail of every organisation that relies on the account, and warn (21 CFR 11.300(d))."""
    of_account = Membership.objects.filter(user__email=row.email).active()
    members = list(of_account.select_related("organisation", "user").order_by("organisation_id"))
    wait = locks.words(locks.duration(row.locks))
    acting = getattr(request, "user", None)
    for member in members:
        trail.record(
            organisation=member.organisation,
            # Who typed at the sign-in page is not known; only a session says that it was the person's own browser.
            by=member if getattr(acting, "pk", None) == member.user_id else None,
            action="member.locked_out",
            subject=member,
            at=now,
            data={"address": row.address, "locked_for": wait, "in_a_row": row.locks},
        )
    alerts.locked_out(members, address=row.address, wait=wait)
