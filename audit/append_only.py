"""Triggers that refuse changes to a table's rows, on SQLite and PostgreSQL. Used by the migrations of every app.

    operations = append_only.protect("audit_entry")

SQLite's INSERT OR REPLACE deletes the row it replaces without firing a DELETE trigger, so a guard before each INSERT
refuses a row that would collide with one that is there (security.md, First 8). Django rebuilds a SQLite table for most
later changes and drops its triggers on the way: a migration that changes a protected table ends with `protect` again.
`audit.verifying` reports a table whose triggers are gone.
"""

import re
from collections.abc import Iterator

from django.apps import apps
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import RunPython
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import StateApps

SQLITE_EVENTS = ("update", "delete", "insert")
NAME = re.compile(r"[a-z_][a-z0-9_]{0,40}\Z")


def protect(table: str) -> list[Operation]:
    """Return the migration operations that close the table to UPDATE, DELETE, TRUNCATE and REPLACE; reversible.

    ValueError when the name is not a plain table name: it becomes part of SQL.
    """
    if not NAME.match(table):
        raise ValueError(f"{table!r} is not a plain table name of at most 41 characters.")

    def close(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        install(editor.connection, table)

    def reopen(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        remove(editor.connection, table)

    return [RunPython(close, reopen)]


def install(database: BaseDatabaseWrapper, table: str) -> None:
    """Create the table's triggers, replacing those that are there."""
    remove(database, table)
    with database.cursor() as cursor:
        for statement in _statements(database, table):
            cursor.execute(statement)


def remove(database: BaseDatabaseWrapper, table: str) -> None:
    """Drop the table's triggers where they are there."""
    if database.vendor == "sqlite":
        statements = [f"DROP TRIGGER IF EXISTS {table}_no_{event}" for event in SQLITE_EVENTS]
    else:
        statements = [
            f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}",
            f"DROP TRIGGER IF EXISTS {table}_no_truncate ON {table}",
            f"DROP FUNCTION IF EXISTS {table}_refuse()",
        ]
    with database.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def unprotected() -> list[str]:
    """Return the tables of models marked `append_only` whose triggers are not all there and enabled."""
    tables = sorted(model._meta.db_table for model in apps.get_models() if getattr(model, "append_only", False))
    return [table for table in tables if not _expected(table) <= _triggers(table)]


def _expected(table: str) -> set[str]:
    if connection.vendor == "sqlite":
        return {f"{table}_no_{event}" for event in SQLITE_EVENTS}
    return {f"{table}_no_change", f"{table}_no_truncate"}


def _triggers(table: str) -> set[str]:
    if connection.vendor == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s"
    else:
        query = "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled IN ('O', 'A')"
    with connection.cursor() as cursor:
        cursor.execute(query, [table])
        return {row[0] for row in cursor.fetchall()}


def _statements(database: BaseDatabaseWrapper, table: str) -> Iterator[str]:
    message = f"{table} is append-only"
    if database.vendor == "sqlite":
        for event in ("update", "delete"):
            yield (
                f"CREATE TRIGGER {table}_no_{event} BEFORE {event.upper()} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
        yield (
            f"CREATE TRIGGER {table}_no_insert BEFORE INSERT ON {table} WHEN {_collision(database, table)}"
            f" BEGIN SELECT RAISE(ABORT, '{message}: a row is in the way'); END"
        )
        return
    yield (
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    yield (
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {table}_refuse()"
    )
    yield (
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
    )


def _collision(database: BaseDatabaseWrapper, table: str) -> str:
    """Return the SQL condition that a new row collides with a stored one on the key or a unique constraint."""
    clashes = []
    with database.cursor() as cursor:
        for name, facts in database.introspection.get_constraints(cursor, table).items():
            if not (facts["unique"] or facts["primary_key"]):
                continue
            same = " AND ".join(f'"{column}" = NEW."{column}"' for column in facts["columns"])
            cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'index' AND name = %s", [name])
            row = cursor.fetchone()
            partial = re.search(r"\bWHERE\b(.*)", row[0], re.DOTALL | re.IGNORECASE) if row and row[0] else None
            if partial:
                # Django quotes each column of a condition, so the new row's side is the same text with NEW in front.
                here = partial.group(1).strip()
                same += f" AND ({here}) AND (" + re.sub(r'("\w+")', r"NEW.\1", here) + ")"
            clashes.append(f'EXISTS (SELECT 1 FROM "{table}" WHERE {same})')  # noqa: S608 (names of our own schema)
    return " OR ".join(clashes)
