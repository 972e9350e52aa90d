"""Re-reads the statements that people signed before their first signature. `manage.py sop_verify` prints the faults."""

from collections import defaultdict
from collections.abc import Iterator

from accounts.domain.accountability import seal
from accounts.models import Promise
from audit.models import Entry


def faults() -> Iterator[str]:
    """Yield one sentence for each statement that is not what was signed, is not in the trail, or is gone."""
    told: dict[str, list[Entry]] = defaultdict(list)
    for entry in Entry.objects.filter(action="member.promised").order_by("organisation_id", "sequence"):
        told[str(entry.data.get("promise"))].append(entry)
    for row in Promise.objects.select_related("organisation", "person").order_by("pk").iterator(chunk_size=500):
        fault = _broken(row, told.pop(str(row.pk), []))
        if fault:
            yield f"The statement about signatures of {row.printed_name} {fault}."
    for entries in told.values():
        for entry in entries:
            yield f"The statement about signatures that audit entry {entry.sequence} tells of is gone."


def _broken(row: Promise, entries: list[Entry]) -> str:
    """Return the first thing wrong with a statement, or ""."""
    if row.organisation_id != row.person.organisation_id:
        return "crosses organisations"
    made = seal(
        organisation=row.organisation.slug,
        person=row.person_id,
        printed_name=row.printed_name,
        role=row.role,
        statement=row.statement,
        at=row.signed_at,
    )
    if row.seal != made:
        return "was changed after it was signed"
    if len(entries) != 1:
        return "has no entry in the audit trail" if not entries else f"has {len(entries)} entries in the audit trail"
    (entry,) = entries
    same = (entry.organisation_id, entry.person_id) == (row.organisation_id, row.person.user_id)
    return "" if same and entry.data.get("seal") == row.seal else f"differs from what audit entry {entry.sequence} says"
