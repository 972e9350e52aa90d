"""What must hold before the site may serve. `manage.py check --deploy --database default` asks all of it."""

import os
import re
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from accounts.access import access_of, routes
from sopsite.sqlite import is_fixed

# security.md R14, V1, V6 and V20.
FLOORS = {"weasyprint": (70,), "lxml": (6, 1), "jinja2": (3, 1, 6), "nh3": (0, 3, 8)}
POSTGRESQL_FLOORS = {15: 14, 16: 10, 17: 6}
SAFE_COMMITS = ("synchronous_commit", "fsync", "full_page_writes")


@register(Tags.security)
def libraries_are_recent(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Return an error for each library below the version in which a hole known to us was closed."""
    found: list[CheckMessage] = []
    for name, floor in FLOORS.items():
        if _numbers(version(name)) < floor:
            wanted = ".".join(map(str, floor))
            found.append(
                Error(f"{name} {version(name)} has known holes. Install {wanted} or newer.", id="sopsite.E001")
            )
    return found


@register(Tags.security)
def data_folder_is_writable(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Return an error when the data folder cannot be written to."""
    if os.access(settings.DATA_DIR, os.W_OK):
        return []
    return [Error(f"SOP_DATA_DIR: {settings.DATA_DIR} cannot be written to by this user.", id="sopsite.E002")]


@register(Tags.security, Tags.urls)
def views_are_declared(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Return an error for each address whose view does not say who may open it: nothing is open by accident."""
    return [
        Error(
            f"/{route}: its view does not say who may open it.",
            hint="Declare it with member(…), signed_in or public of accounts.access.",
            id="sopsite.E003",
        )
        for route, pattern in routes()
        if access_of(pattern.callback) is None
    ]


@register(Tags.database)
def database_keeps_what_it_acknowledged(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Return an error for an engine version with data loss or leaks, and for settings that lose commits."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        faults = sqlite_faults(connection) if connection.vendor == "sqlite" else postgresql_faults(connection)
        found.extend(Error(sentence, id="sopsite.E004") for sentence in faults)
    return found


def sqlite_faults(connection: Any) -> Iterator[str]:
    """Yield a sentence for a SQLite with the WAL-reset bug and for each setting that loses commits."""
    numbers = connection.Database.sqlite_version_info
    if not is_fixed(numbers):
        printed = ".".join(map(str, numbers))
        yield f"SQLite {printed} can lose committed writes. Install pysqlite3 0.6.1 or SQLite 3.51.3."
    in_memory = connection.is_in_memory_db()
    wanted: dict[str, set[Any]] = {
        "journal_mode": {"memory" if in_memory else "wal"},
        "synchronous": {2, 3},
        "recursive_triggers": {1},
    }
    with connection.cursor() as cursor:
        for name, values in wanted.items():
            cursor.execute(f"PRAGMA {name}")
            value = cursor.fetchone()[0]
            if value not in values:
                yield f"SQLite runs with {name}={value}; {sorted(values)[0]} is needed."


def postgresql_faults(connection: Any) -> Iterator[str]:
    """Yield a sentence for a PostgreSQL that leaks past its rules and for each setting that loses commits."""
    major, minor = divmod(connection.pg_version, 10_000)
    if major < min(POSTGRESQL_FLOORS) or minor < POSTGRESQL_FLOORS.get(major, 0):
        floors = ", ".join(f"{first}.{second}" for first, second in POSTGRESQL_FLOORS.items())
        yield f"PostgreSQL {major}.{minor} has known holes. Install one of {floors} or newer."
    with connection.cursor() as cursor:
        for name in SAFE_COMMITS:
            cursor.execute(f"SHOW {name}")
            value = cursor.fetchone()[0]
            if value == "off":
                yield f"PostgreSQL runs with {name}=off: an acknowledged signature could be lost. Turn it on."


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text.split("+")[0])[:3])
