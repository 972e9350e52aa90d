"""Whether each version began when the audit trail says, and every confirmation of a review is whole and known to it."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sop_library.domain.reviews import statement_of
from sop_library.domain.signature import Meaning
from sop_library.domain.training import Progress
from sop_library.models import Confirmation, Version
from sop_library.verifying_facts import TRAINED, Act, Facts
from sop_library.verifying_signatures import broken


def first_day_faults(facts: Facts, version: Version, published: Act) -> Iterator[str]:
    """Yield what is wrong with the first moment of a version: that of its publishing, or of the end of its training."""
    begun = facts.begun.get(version.pk, [])
    share = published.data.get("training_share")
    if share != version.training_share:
        yield f"the share that signs first is not the one that audit entry {published.sequence} recorded."
    if len(begun) > 1 or (begun and share is None):
        yield f"audit entry {begun[-1].sequence} ends a training that was over or never was."
    told = begun[0] if begun else published
    if moment_of(told.data.get("in_force_from")) != version.in_force_from:
        yield f"its first day is not the one that audit entry {told.sequence} recorded."
    if begun and told.action == TRAINED and not _is_reached(told.data):
        yield f"audit entry {told.sequence} ends its training, yet too few had signed."


def _is_reached(data: dict[str, Any]) -> bool:
    counted = [data.get(name) for name in ("signed", "asked", "share")]
    return all(isinstance(each, int) for each in counted) and Progress(*counted).is_reached  # type: ignore[arg-type]


def moment_of(text: object) -> datetime | None:
    """Return the moment that an audit entry names, None for anything else."""
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


def confirmation_faults(facts: Facts) -> Iterator[str]:
    """Yield one sentence for each confirmation of a review that is not what was signed, and for each that is gone."""
    for row in Confirmation.objects.select_related("person").order_by("pk").iterator(chunk_size=500):
        version = facts.versions.get(row.version_id)
        if version is None:
            yield f"A confirmation of {row.printed_name} belongs to a version that is gone."
            continue
        acts = facts.confirmed.pop(row.pk, [])
        frozen = facts.frozen.get((version.pk, version.round))
        fault = broken(row, version, frozen, acts) or _otherwise(row, acts[0]) or _out_of_force(row, version)
        if fault:
            yield f"{facts.name(version)}: the confirmation of {row.printed_name} {fault}."
    for acts in facts.confirmed.values():
        for act in acts:
            name = facts.name_of_key(act.version)
            yield f"{name}: the confirmation that audit entry {act.sequence} tells of is gone."


def _otherwise(row: Confirmation, act: Act) -> str:
    """Return "" when date, note and turn are those that were signed and recorded, else what they are."""
    if row.meaning != Meaning.CONFIRMED or row.statement != statement_of(row.next_review_on):
        return "sets another review than was signed"
    told = (act.data.get("turn"), act.data.get("next_review_on"), act.data.get("note", ""))
    if told != (row.turn, date.isoformat(row.next_review_on), row.note):
        return f"differs from what audit entry {act.sequence} recorded"
    return ""


def _out_of_force(row: Confirmation, version: Version) -> str:
    began = version.in_force_from is not None and version.in_force_from <= row.signed_at
    ended = version.in_force_until is not None and version.in_force_until < row.signed_at
    return "" if began and not ended else "is of a moment when the version was not in force"
