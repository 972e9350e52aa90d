"""Who opened and who took what: the one thing that a GET adds. The record itself stays as it is.

Each adds one entry a person, thing and day, by the organisation's own day: agents have a procedure open all day long.
Reading never fails on it, because an agent on a call comes first; what leaves the house is refused without its entry.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, time
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import DatabaseError, connection, models, transaction

from accounts.models import Membership
from accounts.refusals import NotAllowed, Refusal
from audit import trail
from audit.models import Entry
from audit.querysets import may_read
from sop_library.models import Version
from templates_app.models import Template

log = logging.getLogger("sopsite.viewing")
MOST_KNOWN = 50_000
PATIENCE_MS = 2_000  # how long a reader waits for other writers
# What this process knows to be on the trail. It only saves looking: after a restart each is looked up once more.
_known: set[tuple[Any, ...]] = set()


class Opened(StrEnum):
    """How a version is read; the value is the action on the trail."""

    PAGE = "version.viewed"
    PDF = "version.pdf_opened"
    COMPARISON = "version.comparison_opened"


class NotOnRecord(Refusal):
    """Something could not be handed out, because that it was could not be written down."""

    status = 503


def opened(version: Version, how: Opened, *, by: Membership, at: datetime, old: str = "") -> bool:
    """Put on record that a member reads a version, and return whether this added an entry.

    `old` is the version that it is compared with. Nothing for the rest of the day once it is on record; a failure is
    logged and raised to nobody. NotAllowed for a member of another organisation.
    """
    if version.organisation_id != by.organisation_id:
        raise NotAllowed("This procedure belongs to another organisation.")
    begin = _day_begins(by, at)
    key = (by.organisation_id, by.pk, version.pk, how, old, begin)
    if key in _known:
        return False
    data = {"number": version.sop.number, "version": str(version.number)} | ({"compared_with": old} if old else {})
    try:
        with _briefly():
            entry = _once(how, version, data, by=by, at=at)
    except DatabaseError:
        log.exception("That a version was opened is not on record.", extra={"event": how, "user": by.user_id})
        return False
    if len(_known) >= MOST_KNOWN:
        _known.clear()
    _known.add(key)
    return entry is not None


def export_trail(*, asked: Mapping[str, str], by: Membership, at: datetime) -> None:
    """Put on record that the trail is taken as a table, with the filter; raises NotAllowed, NotOnRecord."""
    _refuse_agents(by)
    _taken("trail.exported", by.organisation, {"filter": dict(asked)}, by=by, at=at)


def export_template(*, template: Template, version: str, by: Membership, at: datetime) -> None:
    """Put on record that a template is taken as a file; `version` is "" for the text in use. Raises as `export_trail`.

    A built-in template is in every installation, and taking it tells nothing: no entry.
    """
    _refuse_agents(by)
    if template.organisation_id is None:
        return
    if template.organisation_id != by.organisation_id:
        raise NotAllowed("This template belongs to another organisation.")
    _taken("template.exported", template, {"version": version or "in use"}, by=by, at=at)


def export_templates(*, templates: Sequence[str], by: Membership, at: datetime) -> None:
    """Put on record that all own templates are taken as files; raises as `export_trail`."""
    _refuse_agents(by)
    _taken("templates.exported", by.organisation, {"files": list(templates)}, by=by, at=at)


def export_missing(*, version: Version, by: Membership, at: datetime) -> None:
    """Put on record that the list of those who have not signed a version is taken; raises as `export_trail`."""
    _refuse_agents(by)
    if version.organisation_id != by.organisation_id:
        raise NotAllowed("This procedure belongs to another organisation.")
    data = {"number": version.sop.number, "version": str(version.number)}
    _taken("version.missing_exported", version, data, by=by, at=at)


def forget() -> None:
    """Forget what this process knows to be on record; the trail itself is asked again."""
    _known.clear()


def _refuse_agents(by: Membership) -> None:
    if not may_read(by):
        raise NotAllowed("Only managers, approvers and admins take this.")


def _taken(action: str, subject: models.Model, data: Mapping[str, Any], *, by: Membership, at: datetime) -> None:
    try:
        _once(action, subject, data, by=by, at=at)
    except DatabaseError as error:
        log.exception("An export was refused: it could not be put on record.", extra={"event": action})
        raise NotOnRecord("This cannot be put on record now, so nothing is handed out. Try again later.") from error


def _once(action: str, subject: models.Model, data: Mapping[str, Any], *, by: Membership, at: datetime) -> Entry | None:
    since = _day_begins(by, at)
    return trail.record_once(
        organisation=by.organisation, by=by, action=action, subject=subject, at=at, since=since, data=data
    )


def _day_begins(by: Membership, at: datetime) -> datetime:
    zone = ZoneInfo(by.organisation.time_zone)
    return datetime.combine(at.astimezone(zone).date(), time(), zone)


@contextmanager
def _briefly() -> Iterator[None]:
    """Wait for other writers no longer than PATIENCE_MS inside."""
    is_sqlite = connection.vendor == "sqlite"
    if is_sqlite:
        _run(f"PRAGMA busy_timeout = {PATIENCE_MS}")
    try:
        with transaction.atomic():
            if not is_sqlite:
                _run(f"SET LOCAL lock_timeout = {PATIENCE_MS}")
            yield
    finally:
        if is_sqlite:
            _run(f"PRAGMA busy_timeout = {int(settings.DATABASES['default']['OPTIONS']['timeout']) * 1000}")


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
