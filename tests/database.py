"""What only a test may do to the database: empty tables that are append-only."""

from django.apps import apps
from django.db import connection

from audit import append_only


def protected_tables() -> list[str]:
    """Return the tables that are append-only."""
    return sorted(model._meta.db_table for model in apps.get_models() if getattr(model, "append_only", False))


def open_protected_tables() -> None:
    """Drop the triggers, so that the flush after a test can empty the tables."""
    for table in protected_tables():
        append_only.remove(connection, table)


def close_protected_tables() -> None:
    """Create the triggers again."""
    for table in protected_tables():
        append_only.install(connection, table)
