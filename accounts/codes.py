"""One-time codes (TOTP, RFC 6238) and recovery codes: setting up, using, taking away. Each code works once.

The secret is encrypted at rest with a key made from SECRET_KEY; retired keys (SECRET_KEY_FALLBACKS) still open it.
"""

import base64
import hmac
from collections.abc import Iterable
from datetime import datetime

import pyotp
import segno
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from accounts import alerts
from accounts.administering import refuse_other_than_admin
from accounts.domain import codes as domain
from accounts.domain.roles import Role
from accounts.models import Codes, Membership, RecoveryCode, User
from accounts.refusals import BadInput, NotAllowed, WrongState
from accounts.sessions import end_sessions
from audit import trail

ISSUER = "SOPsite"
# Those whose codes an organisation can require.
OBLIGED = (Role.APPROVER, Role.ADMIN)


def has_codes(user: User) -> bool:
    """Return whether the person uses one-time codes."""
    return Codes.objects.filter(user=user.pk).exists()


def must_set_up(member: Membership) -> bool:
    """Return whether the organisation requires codes of this member and there are none yet."""
    return member.organisation.codes_required and member.holds(*OBLIGED) and not has_codes(member.user)


def new_secret() -> str:
    """Return a new secret, encrypted as it is kept in the session until a code confirms it."""
    return _box().encrypt(pyotp.random_base32().encode()).decode()


def shown(kept: str) -> str:
    """Return a kept secret as people type it into an authenticator; "" when no present key opens it."""
    try:
        return _box().decrypt(kept.encode()).decode()
    except InvalidToken:
        return ""


def address_of(user: User, kept: str) -> str:
    """Return the otpauth address that an authenticator reads from the square."""
    return pyotp.TOTP(shown(kept)).provisioning_uri(name=user.email, issuer_name=ISSUER)


def square(text: str) -> tuple[int, str]:
    """Return the side of a QR code in modules, and an SVG path of its dark ones."""
    rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix_iter(border=4)]
    dark = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, module in enumerate(row) if module)
    return len(rows), "".join(dark)


@transaction.atomic
def set_up(*, user: User, kept: str, code: str, by: User, at: datetime) -> list[str]:
    """Store the secret that `code` confirms, and return ten recovery codes, which are shown this once.

    NotAllowed for somebody else, WrongState for one who has codes, BadInput for a code that does not fit.
    """
    _refuse_other_than_owner(user, by)
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if has_codes(user):
        raise WrongState("You use one-time codes already. Remove them first.")
    step = _matching(shown(kept), domain.plain(code), at)
    if step is None:
        raise BadInput("That code does not fit. Wait for the next one and type it.", field="code")
    Codes.objects.create(user=user, secret=kept, last_step=step, set_up_at=at)
    made = _new_recovery_codes(user)
    _log_everywhere(user, "member.codes_set_up", at)
    return made


@transaction.atomic
def renew_recovery_codes(*, user: User, by: User, at: datetime) -> list[str]:
    """Replace all recovery codes and return the new ten. NotAllowed for somebody else, WrongState without codes."""
    _refuse_other_than_owner(user, by)
    _locked(user)
    made = _new_recovery_codes(user)
    _log_everywhere(user, "member.recovery_codes_made", at)
    return made


@transaction.atomic
def remove(*, user: User, by: User, at: datetime) -> None:
    """Take one's own codes away. NotAllowed for somebody else, WrongState without codes or where they are required."""
    _refuse_other_than_owner(user, by)
    _locked(user)
    for member in user.memberships.select_related("organisation"):
        if member.organisation.codes_required and member.holds(*OBLIGED):
            raise WrongState(f"{member.organisation.name} requires one-time codes of you, so they cannot be removed.")
    _delete(user)
    _log_everywhere(user, "member.codes_removed", at)


@transaction.atomic
def remove_for(*, member: Membership, reason: str, by: Membership, at: datetime) -> None:
    """Take a member's codes away after the administrator made sure who asks; ends their sessions and tells them.

    NotAllowed unless `by` administers the organisation, and for their own; BadInput without a reason; WrongState
    without codes, and for somebody another organisation relies on too.
    """
    stored = Membership.objects.select_related("user", "organisation").get(pk=member.pk)
    refuse_other_than_admin(by, stored.organisation)
    if by.pk == stored.pk:
        raise NotAllowed("Remove your own codes on your own page.")
    if not reason.strip():
        raise BadInput("Write how you made sure who asks for this.", field="reason")
    if stored.user.memberships.exclude(pk=stored.pk).exists():
        raise WrongState(f"{stored} also belongs to another organisation, so the codes cannot be removed here.")
    _locked(stored.user)
    _delete(stored.user)
    end_sessions(stored.user)
    data = {"reason": reason, "sessions": "ended"}
    trail.record(
        organisation=stored.organisation, by=by, action="member.codes_removed", subject=stored, at=at, data=data
    )
    alerts.codes_removed(stored, by=by, reason=reason)


def use(user: User, typed: str, at: datetime) -> bool:
    """Return whether this is a code of the person that was not used before, and use it up.

    Compared and set in one statement: of many tries with one code at the same moment one gets True.
    """
    code = domain.plain(typed)
    if not domain.is_one_time(code):
        return _use_recovery_code(user, code, at)
    row = Codes.objects.filter(user=user.pk).first()
    step = _matching(shown(row.secret), code, at) if row else None
    return step is not None and Codes.objects.filter(user=user.pk, last_step__lt=step).update(last_step=step) == 1


@transaction.atomic
def _use_recovery_code(user: User, code: str, at: datetime) -> bool:
    rows = RecoveryCode.objects.filter(user=user.pk, digest__in=_digests(code), used_at=None)
    if rows.update(used_at=at) != 1:
        return False
    left = RecoveryCode.objects.filter(user=user.pk, used_at=None).count()
    _log_everywhere(user, "member.recovery_code_used", at, {"left": left})
    return True


def _matching(secret: str, code: str, at: datetime) -> int | None:
    """Return the time step whose code this is, or None."""
    if not secret or not domain.is_one_time(code):
        return None
    counter = pyotp.HOTP(secret)
    steps = domain.steps_around(at.timestamp())
    return next((step for step in steps if hmac.compare_digest(counter.at(step), code)), None)


def _new_recovery_codes(user: User) -> list[str]:
    RecoveryCode.objects.filter(user=user).delete()
    made = [domain.new_recovery_code() for _ in range(domain.RECOVERY_CODES)]
    rows = [RecoveryCode(user=user, digest=_digests(domain.plain(code))[0]) for code in made]
    RecoveryCode.objects.bulk_create(rows)
    return made


def _digests(code: str) -> list[str]:
    """Return the digest of a recovery code with the present key, then with each retired one."""
    return [salted_hmac("accounts.codes.recovery", code, secret=key, algorithm="sha256").hexdigest() for key in _keys()]


def _keys() -> Iterable[str | bytes]:
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def _box() -> MultiFernet:
    made = (salted_hmac("accounts.codes.secret", "", secret=key, algorithm="sha256").digest() for key in _keys())
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in made])


def _locked(user: User) -> Codes:
    row = Codes.objects.select_for_update().filter(user=user.pk).first()
    if row is None:
        raise WrongState(f"{user.name} has no one-time codes.")
    return row


def _delete(user: User) -> None:
    RecoveryCode.objects.filter(user=user.pk).delete()
    Codes.objects.filter(user=user.pk).delete()


def _refuse_other_than_owner(user: User, by: User) -> None:
    if by.pk != user.pk:
        raise NotAllowed("Only the person themselves can do this.")


def _log_everywhere(user: User, action: str, at: datetime, data: dict[str, object] | None = None) -> None:
    """Tell every organisation of the person: each of them relies on how they sign in and sign."""
    for member in user.memberships.select_related("organisation", "user").order_by("organisation_id"):
        trail.record(organisation=member.organisation, by=member, action=action, subject=member, at=at, data=data)
