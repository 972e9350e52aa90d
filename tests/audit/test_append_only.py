"""The triggers, asked in SQL. These run on SQLite and on PostgreSQL."""

import threading
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, connections, transaction

from audit import append_only, trail, verifying
from audit.models import Entry, Head
from tests.world import AT, World

pytestmark = pytest.mark.postgres


def refused(statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_row_cannot_be_changed(world: World):
    refused("UPDATE audit_entry SET person_name = 'Nobody' WHERE sequence = 1")


def test_a_row_cannot_be_deleted(world: World):
    refused("DELETE FROM audit_entry WHERE sequence = 1")


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no TRUNCATE")
def test_the_table_cannot_be_emptied(world: World):
    with connection.cursor() as cursor:
        # The cast's rows still wait for their foreign keys to be checked, and that alone would refuse the TRUNCATE.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    refused("TRUNCATE audit_entry CASCADE")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has INSERT OR REPLACE")
@pytest.mark.parametrize("key", ["id", "sequence", "previous"])
def test_a_row_cannot_be_replaced_even_without_recursive_triggers(world: World, key: str):
    columns = [str(field.column) for field in Entry._meta.concrete_fields]
    free = {"id": "999999", "sequence": "999999", "previous": "'elsewhere'"}
    values = [column if column == key else free.get(column, column) for column in columns]
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA recursive_triggers=OFF")
        try:
            refused(
                f"INSERT OR REPLACE INTO audit_entry ({', '.join(columns)})"  # noqa: S608
                f" SELECT {', '.join(values)} FROM audit_entry WHERE organisation_id = {world.northwind.pk} LIMIT 1"
            )
        finally:
            cursor.execute("PRAGMA recursive_triggers=ON")


@pytest.mark.skipif(connection.vendor == "sqlite", reason="PostgreSQL's form of an upsert")
def test_a_row_cannot_be_upserted(world: World):
    columns = ", ".join(str(field.column) for field in Entry._meta.concrete_fields)
    refused(
        f"INSERT INTO audit_entry ({columns}) SELECT {columns} FROM audit_entry LIMIT 1"  # noqa: S608
        " ON CONFLICT (id) DO UPDATE SET person_name = 'Nobody'"
    )


def test_the_triggers_can_be_taken_off_and_put_back(world: World):
    assert append_only.unprotected() == []
    operation: Any = append_only.protect("audit_entry")[0]
    editor: Any = SimpleNamespace(connection=connection)
    operation.reverse_code(apps, editor)
    assert "audit_entry" in append_only.unprotected()
    operation.code(apps, editor)
    assert append_only.unprotected() == []
    refused("DELETE FROM audit_entry WHERE sequence = 1")


@pytest.mark.parametrize("name", ["audit_entry; DROP TABLE x", "Audit", "", "a" * 60])
def test_a_name_that_is_no_table_name_is_refused(name: str):
    with pytest.raises(ValueError, match="plain table name"):
        append_only.protect(name)


def test_many_writers_make_one_chain(open_world: World):
    before = Head.objects.get(organisation=open_world.northwind).sequence

    def write() -> None:
        try:
            for _ in range(5):
                with transaction.atomic():
                    trail.record(
                        organisation=open_world.northwind,
                        by=open_world.ana,
                        action="test.written",
                        subject=open_world.rui,
                        at=AT,
                    )
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Head.objects.get(organisation=open_world.northwind).sequence == before + 30
    assert list(verifying.faults()) == []
