"""The checks of `part11` that look at how this installation runs: addresses, triggers, constraints, settings."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import get_hasher
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts import limits, reauth
from accounts.access import access_of, routes
from accounts.models import Organisation, User
from audit import append_only
from audit.models import Entry
from sop_library.domain.compliance import Answer, Result, judged
from sop_library.domain.lifecycle import TRANSITIONS, Status
from sop_library.models import Version

Home = Organisation | None
LONGEST_PAUSE = timedelta(minutes=15)
SHORTEST_PASSWORD = 12
MOST_TRIES = 10
STRONG = ("Argon2PasswordHasher", "ScryptPasswordHasher")
# What the database itself refuses of a version's life, whatever a program asks.
HELD_BY_DATABASE = {"version_status_known", "version_frozen_unless_draft", "version_dated_when_published"}


def access_is_declared(home: Home) -> Answer:
    """Return whether every address of the site says who may open it."""
    found = list(routes())
    wrong = [f"/{route} does not say who may open it." for route, each in found if access_of(each.callback) is None]
    return judged(wrong, f"Each of {len(found)} addresses says who may open it; everything else is refused.")


def trail_cannot_be_changed(home: Home) -> Answer:
    """Return whether the database refuses to change the trail: the triggers are there, and a try of each sort fails."""
    wrong = [f"The triggers of table {table} are gone." for table in append_only.unprotected()]
    rows = Entry.objects.filter(organisation=home) if home else Entry.objects.all()
    newest = rows.order_by("-pk").first()
    if newest is None:
        return judged([*wrong, "The trail holds no entry, so nothing could be tried."], "")
    one = Entry.objects.filter(pk=newest.pk)
    tries = {
        "A change": lambda: one.update(person_name="Somebody else"),
        "A deletion": lambda: one._raw_delete(one.db),
    }
    wrong += [f"{name} of an entry of the trail was not refused." for name, attempt in tries.items() if _goes(attempt)]
    return judged(wrong, "The triggers are there; a change and a deletion were tried and refused.")


def _goes(attempt: Any) -> bool:
    """Return whether the database lets something be done; it is undone either way."""
    try:
        with transaction.atomic():
            attempt()
            transaction.set_rollback(True)
    except DatabaseError:
        return False
    return True


def order_is_in_the_database(home: Home) -> Answer:
    """Return whether the constraints made from the lifecycle are in the database, and its table knows each status."""
    with connection.cursor() as cursor:
        there = set(connection.introspection.get_constraints(cursor, Version._meta.db_table))
    wrong = [f"The database lacks its constraint {name}." for name in sorted(HELD_BY_DATABASE - there)]
    reached = {Status.DRAFT} | {row.to for row in TRANSITIONS.values()}
    wrong += [f"No act leads to the status {status.value}." for status in Status if status not in reached]
    wrong += [f"Nobody may {verb.value}." for (_, verb), row in TRANSITIONS.items() if not row.who]
    return judged(wrong, f"{len(TRANSITIONS)} transitions, {len(HELD_BY_DATABASE)} constraints in the database.")


def signing_asks_again(home: Home) -> Answer:
    """Return whether a first signing asks both components, a later one the secret, and a pause starts over."""
    now = timezone.now().timestamp()
    fresh, later = {"at": now}, {"at": now - reauth.LASTS.total_seconds() - 1}
    wrong = []
    if not _asks_identity({}):
        wrong.append("The first signing of a session does not ask for both components.")
    if _asks_identity(fresh):
        wrong.append("A later signing asks what the first one asks, so the session is not kept.")
    if not _asks_identity(later) or reauth.LASTS > LONGEST_PAUSE:
        wrong.append("A session goes on signing after a pause of more than fifteen minutes.")
    if not settings.SESSION_COOKIE_HTTPONLY:
        wrong.append("Scripts can read the session cookie.")
    return judged(
        wrong, "E-mail and password at the first signing, the password at each later one; a pause starts over."
    )


def _asks_identity(session: dict[str, Any]) -> bool:
    kept = {reauth.KEY: {"user": None, **session}} if session else {}
    return reauth.asked_of(SimpleNamespace(user=User(), session=kept)).identity  # type: ignore[arg-type]


def passwords_are_guarded(home: Home) -> Answer:
    """Return whether wrong passwords lock, short and common ones are refused, and stored ones are slow to guess."""
    wrong = []
    if not 0 < settings.AXES_FAILURE_LIMIT <= MOST_TRIES or _path_of(limits.ExactHandler) != settings.AXES_HANDLER:
        wrong.append("Wrong passwords do not lock an account after a few tries.")
    rules: Any = settings.AUTH_PASSWORD_VALIDATORS
    named = {each["NAME"].rpartition(".")[2]: each.get("OPTIONS", {}) for each in rules}
    if named.get("MinimumLengthValidator", {}).get("min_length", 0) < SHORTEST_PASSWORD:
        wrong.append(f"Passwords of fewer than {SHORTEST_PASSWORD} characters are allowed.")
    if "CommonPasswordValidator" not in named:
        wrong.append("Common passwords are allowed.")
    hasher = type(get_hasher()).__name__
    if hasher not in STRONG:
        wrong.append(f"Passwords are stored with {hasher}, which is quick to guess.")
    return judged(wrong, f"Locked after {settings.AXES_FAILURE_LIMIT} tries; long and uncommon passwords; {hasher}.")


def _path_of(thing: type) -> str:
    return f"{thing.__module__}.{thing.__qualname__}"


def clock_is_utc(home: Home) -> Answer:
    """Return whether times are taken with their zone and kept in UTC."""
    fine = settings.USE_TZ and timezone.now().tzinfo is not None
    return judged([] if fine else ["Times are kept without their zone."], "Times come from the server's clock, in UTC.")


def people_are_trained(home: Home) -> Answer:
    """Return that whoever develops, runs and uses the system is to be trained by the organisation."""
    return Answer(
        Result.BY_PROCEDURE,
        "Keep records of the education and training of those who run the system. Readers' sign-offs are kept here.",
    )
