"""Between the right password and the right code: the session holds who it is about, for five minutes.

Whoever begins to sign in as somebody else in the same session replaces it, so that one person's half-done sign-in
never stands in for another's code.
"""

from datetime import timedelta

from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.models import User

LASTS = timedelta(minutes=5)
KEY = "waits_for_code"


def begin(request: HttpRequest, user: User) -> None:
    """Keep that this person gave the right password, under a new session key."""
    request.session.cycle_key()
    held = user.get_session_auth_hash()
    request.session[KEY] = {"user": user.pk, "at": timezone.now().timestamp(), "held": held}


def person_of(request: HttpRequest) -> User | None:
    """Return who still has to type a code, or None: nobody, too long ago, or the password was changed since."""
    kept = request.session.get(KEY)
    if not isinstance(kept, dict):
        return None
    age = timezone.now().timestamp() - float(kept.get("at", 0))
    user = User.objects.filter(pk=kept.get("user"), is_active=True).first()
    if user is None or not 0 <= age < LASTS.total_seconds():
        return None
    return user if constant_time_compare(str(kept.get("held")), user.get_session_auth_hash()) else None


def end(request: HttpRequest) -> None:
    """Forget it."""
    request.session.pop(KEY, None)
