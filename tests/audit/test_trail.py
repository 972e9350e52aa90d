"""Writing entries, reading them, and what `audit.verifying` finds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from audit import trail, verifying
from audit.models import Entry, Head
from tests import database
from tests.world import AT, World


def record(world: World, **changes):
    call: dict[str, Any] = {
        "organisation": world.northwind,
        "by": world.ana,
        "action": "sop.created",
        "subject": world.rui,
        "at": AT,
    }
    return trail.record(**(call | changes))


def test_an_entry_says_who_did_what_to_what(world: World):
    entry = record(world, data={"number": "SOP-CS-001"})
    entry.refresh_from_db()
    assert (entry.person, entry.person_name, entry.action) == (world.ana.user, "Ana Silva", "sop.created")
    assert (entry.subject_kind, entry.subject_id, entry.subject) == ("membership", str(world.rui.pk), "Rui Costa")
    assert entry.data == {"number": "SOP-CS-001"}


def test_a_user_and_the_installation_may_write_too(world: World):
    assert record(world, by=world.ana.user).person_name == "Ana Silva"
    entry = record(world, by=None)
    assert (entry.person, entry.person_name) == (None, "The installation")


def test_each_organisation_has_its_own_chain(world: World):
    first = Entry.objects.filter(organisation=world.contoso).earliest("sequence")
    assert first.sequence == 1
    before = Head.objects.get(organisation=world.contoso).sequence
    record(world)
    assert Head.objects.get(organisation=world.contoso).sequence == before


def test_time_never_runs_backwards(world: World):
    later = record(world, at=AT + timedelta(hours=1))
    assert record(world, at=AT).at == later.at


def test_a_time_without_zone_is_refused(world: World):
    with pytest.raises(ValueError, match="zone"):
        record(world, at=datetime(2026, 5, 4))


def test_a_member_of_another_organisation_is_refused(world: World):
    with pytest.raises(ValueError, match="own organisation"):
        record(world, by=world.zoe)


def test_a_float_is_refused_and_nothing_is_written(world: World):
    before = Entry.objects.count()
    with pytest.raises(ValueError, match="float"):
        record(world, data={"share": 0.5})
    assert Entry.objects.count() == before


def test_it_refuses_to_write_outside_a_transaction(open_world: World):
    with pytest.raises(RuntimeError, match="transaction"):
        record(open_world)


def test_an_act_that_fails_leaves_no_entry(world: World):
    before = Head.objects.get(organisation=world.northwind)

    def act() -> None:
        with transaction.atomic():
            record(world)
            raise LookupError

    with pytest.raises(LookupError):
        act()
    after = Head.objects.get(organisation=world.northwind)
    assert (after.sequence, after.hash) == (before.sequence, before.hash)


def test_managers_approvers_and_administrators_read_their_own_trail(world: World):
    for member in (world.ana, world.priya, world.mia):
        read = Entry.objects.visible_to(member)
        assert read
        assert {entry.organisation_id for entry in read} == {world.northwind.pk}
    assert {entry.organisation_id for entry in Entry.objects.visible_to(world.zoe)} == {world.contoso.pk}


def test_agents_and_the_suspended_read_no_trail(world: World):
    assert not Entry.objects.visible_to(world.rui)
    world.mia.suspended_at = AT
    assert not Entry.objects.visible_to(world.mia)


def test_an_untouched_trail_has_no_fault(world: World):
    for number in range(5):
        record(world, at=AT + timedelta(microseconds=number), data={"é": [number, None, True]})
    assert list(verifying.faults()) == []


def test_a_changed_row_is_found(world: World):
    entry = record(world)
    database.open_protected_tables()
    Entry.objects.filter(pk=entry.pk).update(person_name="Ben Okafor")
    database.close_protected_tables()
    assert any(f"Entry {entry.sequence} was changed" in fault for fault in verifying.faults())


def test_a_deleted_row_is_found(world: World):
    entry = record(world)
    record(world)
    database.open_protected_tables()
    Entry.objects.filter(pk=entry.pk).delete()
    database.close_protected_tables()
    assert any(f"1 missing before entry {entry.sequence + 1}" in fault for fault in verifying.faults())


def test_a_cut_tail_is_found(world: World):
    entry = record(world)
    database.open_protected_tables()
    Entry.objects.filter(pk=entry.pk).delete()
    database.close_protected_tables()
    assert any("the head says" in fault for fault in verifying.faults())


def test_a_changed_head_is_found(world: World):
    record(world)
    Head.objects.filter(organisation=world.northwind).update(hash="f" * 64)
    assert any("the head's hash" in fault for fault in verifying.faults())


def test_a_missing_trigger_is_found(world: World):
    database.open_protected_tables()
    assert any("audit_entry: its append-only triggers are gone" in fault for fault in verifying.faults())
    database.close_protected_tables()


def test_times_are_stored_to_the_microsecond(world: World):
    at = datetime(2026, 5, 4, 9, 30, 15, 123457, tzinfo=UTC)
    assert Entry.objects.get(pk=record(world, at=at).pk).at == at
