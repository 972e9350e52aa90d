"""Re-reads every organisation's chain. `manage.py sop_verify` prints what this finds."""

from collections.abc import Iterator

from audit import append_only
from audit.domain import chain
from audit.models import Entry, Head


def faults() -> Iterator[str]:
    """Yield one sentence per fault: broken chains, heads that do not match, tables without their triggers."""
    for table in append_only.unprotected():
        yield f"Table {table}: its append-only triggers are gone."
    heads = {head.organisation_id: head for head in Head.objects.all()}
    organisations = set(Entry.objects.order_by().values_list("organisation_id", flat=True).distinct()) | set(heads)
    for organisation in sorted(organisations):
        for sentence in _faults_of(organisation, heads.get(organisation)):
            yield f"Audit trail of organisation {organisation}: {sentence}"


def _faults_of(organisation: int, head: Head | None) -> Iterator[str]:
    entries = Entry.objects.filter(organisation_id=organisation).order_by("sequence", "pk")
    yield from map(str, chain.check(entry.link for entry in entries.iterator(chunk_size=1000)))
    last = entries.last()
    if head is None:
        yield "the head is missing."
    elif head.sequence != (last.sequence if last else 0):
        yield f"the head says {head.sequence} entries, the last one stored is {last.sequence if last else 0}."
    elif head.hash != (last.hash if last else chain.GENESIS):
        yield f"the head's hash is not that of entry {head.sequence}."
