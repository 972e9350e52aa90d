"""`sop_verify` finds an editorial note that is none: it changes more than it may, or is a version without its route."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from sop_library import verifying
from sop_library.actions.signing import parts
from sop_library.domain.evidence import Noted, note_faults
from sop_library.domain.signature import Meaning, frozen_digest
from sop_library.models import Approval, FrozenText, Signature, Version
from sop_library.noting import TERM
from tests.database import open_protected_tables
from tests.sop_library import makers, reaching
from tests.world import World

pytestmark = pytest.mark.usefixtures("no_pdf_engine")


@pytest.fixture
def note(world: World) -> Iterator[Version]:
    """A version that Ana issued by note, and an attacker who has removed the triggers."""
    with time_machine.travel(reaching.AT, tick=False):
        before = reaching.published(world)
        item = reaching.carried_out(reaching.started(world.ana, CRMSystem="Freshdesk"))[before.sop.number]
        assert list(verifying.faults()) == []
        open_protected_tables()
        yield Version.objects.select_related("sop", "organisation").get(rollout_items=item)


def found() -> list[str]:
    return [fault for fault in verifying.faults() if "triggers" not in fault]


def forge(note: Version, **changes: Any) -> None:
    """Change the frozen text of the note, and everything that says what it was: digest, signature, version."""
    row = FrozenText.objects.get(version=note)
    for column, value in changes.items():
        setattr(row, column, value)
    columns = ("number", "title", "source", "values", "body", "terms")
    digest = frozen_digest(sop=note.sop.number, **{name: getattr(row, name) for name in columns})
    FrozenText.objects.filter(pk=row.pk).update(digest=digest, **changes)
    Version.objects.filter(pk=note.pk).update(digest=digest, title=row.title, source=row.source)
    signature = Signature.objects.get(version=note)
    made = parts(
        note,
        Meaning.PREPARED,
        digest=digest,
        by=signature.person,
        at=signature.signed_at,
        statement=signature.statement,
    )
    Signature.objects.filter(pk=signature.pk).update(**made)


def told(words: str) -> bool:
    return any(words in fault for fault in found())


def test_a_note_that_changes_a_value_which_is_not_editorial_is_a_fault(note: Version) -> None:
    row = FrozenText.objects.get(version=note)
    forge(note, values={**row.values, "RefundLimit": 5_000})
    assert told("version 1.1: it is an editorial note, yet it changes RefundLimit, which is no editorial value.")


def test_a_note_with_another_wording_is_a_fault(note: Version) -> None:
    forge(note, source=note.source.replace("At most", "Not less than"))
    assert told("yet its wording is not that of the version before.")


def test_a_note_whose_body_says_something_else_is_a_fault(note: Version) -> None:
    row = FrozenText.objects.get(version=note)
    forge(note, body=row.body.replace("At most", "Not less than"))
    assert told("yet its text is not the one before with its own values.")


NUMBERS = reaching.SOURCE.replace("change: major", "change: editorial").replace("TEST-2", "TEST-N")


@pytest.mark.parametrize("limit", [50, 4_000])
def test_a_note_is_held_to_its_body_after_the_locale_changed(world: World, limit: int) -> None:
    with time_machine.travel(reaching.AT, tick=False):
        draft = makers.draft(world, values={**reaching.VALUES, "RefundLimit": limit}, source=NUMBERS)
        makers.published(world, makers.approved(world, makers.submitted(world, draft)))
        (item,) = reaching.carried_out(reaching.started(world.ana, RefundLimit=5_000)).values()
    world.northwind.locale = "de-DE"
    world.northwind.save(update_fields=["locale"])
    assert list(verifying.faults()) == []
    open_protected_tables()
    made = Version.objects.select_related("sop", "organisation").get(rollout_items=item)
    forge(made, body=FrozenText.objects.get(version=made).body.replace("5,000 euros", "5,000,000 euros"))
    assert told("yet its text is not the one before with its own values.")


def test_a_note_of_a_major_change_is_a_fault(note: Version) -> None:
    row = FrozenText.objects.get(version=note)
    forge(note, terms={**row.terms, "change_size": "major"})
    assert told("yet its size is “major”.")
    Version.objects.filter(pk=note.pk).update(change_size="major")
    assert told("yet its size is “major”.")


def test_a_version_of_the_route_that_lost_its_approvals_is_no_note(world: World, note: Version) -> None:
    before = Version.objects.get(sop=note.sop, minor=0)
    steps = Approval.objects.filter(version=before).exclude(meaning=Meaning.PREPARED)
    Signature.objects.filter(approval__in=steps).delete()
    steps.delete()
    assert told("version 1.0: it has no step “approved”.")
    Version.objects.filter(pk=before.pk).update(is_note=True)
    assert told("version 1.0: whether it is an editorial note is not what its signed text says.")
    row = FrozenText.objects.get(version=before)
    FrozenText.objects.filter(pk=row.pk).update(terms={**row.terms, TERM: "editorial note"})
    assert told("version 1.0: it is an editorial note, yet no published version stands before it.")


def test_a_note_that_is_kept_as_an_ordinary_version_is_a_fault(note: Version) -> None:
    Version.objects.filter(pk=note.pk).update(is_note=False)
    assert told("version 1.1: it has no step “approved”.")
    assert told("version 1.1: whether it is an editorial note is not what its signed text says.")


def test_a_note_without_its_signature_is_a_fault(note: Version) -> None:
    Signature.objects.filter(version=note).delete()
    assert told("version 1.1: nobody has signed its step “prepared”.")


def test_the_rule_lets_editorial_values_differ_and_nothing_else() -> None:
    before = Noted("Calls", "text", {"CRM": "Zendesk", "Limit": 50}, "major", "2027-05-04")
    after = Noted("Calls", "text", {"CRM": "Freshdesk", "Limit": 50}, "editorial", "2027-05-04")
    assert list(note_faults(before, after, {"CRM"})) == []
    assert len(list(note_faults(before, after, set()))) == 1
    same = Noted("Calls", "text", before.values, "editorial", "2027-05-04")
    assert list(note_faults(before, same, {"CRM"})) == ["it is an editorial note, yet it changes no value."]
    later = Noted("Calls", "text", after.values, "editorial", "2037-05-04")
    assert next(note_faults(before, later, {"CRM"})).endswith("another review date than the version before.")


def test_ordinary_versions_are_asked_for_their_route_as_before(world: World) -> None:
    makers.published(world)
    assert list(verifying.faults()) == []
