"""Re-reads every organisation's chain and checkpoints. `manage.py sop_verify` prints what this finds."""

from collections.abc import Iterable, Iterator, Sequence

from audit import append_only, keys
from audit.anchors import Kept
from audit.domain import chain, checkpoint, merkle
from audit.models import Checkpoint, Entry, Head


def faults(kept: Kept | None = None) -> Iterator[str]:
    """Yield one sentence per fault: broken chains, heads that do not match, tables without their triggers.

    `kept` are checkpoints that somebody held outside: every entry they stand for must still be there as it was.
    """
    for table in append_only.unprotected():
        yield f"Table {table}: its append-only triggers are gone."
    heads = {head.organisation_id: head for head in Head.objects.select_related("organisation")}
    held = dict(kept or {})
    organisations = set(Entry.objects.order_by().values_list("organisation_id", flat=True).distinct()) | set(heads)
    for organisation in sorted(organisations):
        head = heads.get(organisation)
        mine = held.pop(str(getattr(head.organisation, "slug", "")), []) if head else []
        for sentence in _faults_of(organisation, head, mine):
            yield f"Audit trail of organisation {organisation}: {sentence}"
    for slug in held:
        yield f"You hold checkpoints of {slug}, which has no audit trail here."


def _faults_of(organisation: int, head: Head | None, kept: Sequence[checkpoint.Checkpoint]) -> Iterator[str]:
    entries = Entry.objects.filter(organisation_id=organisation).order_by("sequence", "pk")
    wanted = {row.size: row for row in Checkpoint.objects.filter(organisation_id=organisation)}
    grown = _Grown(wanted, kept)
    yield from map(str, chain.check(grown.passing(entry.link for entry in entries.iterator(chunk_size=1000))))
    yield from grown.faults(head)
    last = entries.last()
    if head is None:
        yield "the head is missing."
    elif head.sequence != (last.sequence if last else 0):
        yield f"the head says {head.sequence} entries, the last one stored is {last.sequence if last else 0}."
    elif head.hash != (last.hash if last else chain.GENESIS):
        yield f"the head's hash is not that of entry {head.sequence}."
    elif head.at != (last.at if last else None):
        yield f"the head's time is not that of entry {head.sequence}."


class _Grown:
    """The Merkle tree over the entries as they pass, held against each checkpoint at its size."""

    def __init__(self, checkpoints: dict[int, Checkpoint], kept: Sequence[checkpoint.Checkpoint]) -> None:
        self.checkpoints = checkpoints
        self.kept = {each.size: each.root for each in kept}
        self.frontier: list[bytes] = []
        self.size = 0
        self.broken: list[str] = []
        self.ours = keys.known() if checkpoints else {}

    def passing(self, links: Iterable[chain.Link]) -> Iterator[chain.Link]:
        """Yield the links on, each one taken into the tree."""
        for link in links:
            self.frontier = merkle.grown(self.frontier, self.size, bytes.fromhex(link.hash))
            self.size += 1
            row = self.checkpoints.pop(self.size, None)
            if row is not None:
                self.broken.extend(self._held_against(row))
            self.broken.extend(self._held_against_kept(is_stored=row is not None))
            yield link

    def _held_against_kept(self, *, is_stored: bool) -> Iterator[str]:
        root = self.kept.pop(self.size, None)
        if root is None:
            return
        if merkle.root_of(self.frontier) != root:
            yield f"the entries up to {self.size} are not those of the checkpoint that you hold."
        if not is_stored:
            yield f"you hold checkpoint {self.size}, which is gone here."

    def _held_against(self, row: Checkpoint) -> Iterator[str]:
        if not keys.holds(row.note, self.ours):
            yield f"checkpoint {row.size} is not signed by a key of this installation."
        said = checkpoint.read(checkpoint.parts_of(row.note)[0])
        if (said.size, said.root.hex(), said.at) != (row.size, row.root, row.at):
            yield f"checkpoint {row.size} says another size, root or time than its row."
        if merkle.root_of(self.frontier) != said.root:
            yield f"the entries up to {row.size} are not those that checkpoint {row.size} stands for."

    def faults(self, head: Head | None) -> Iterator[str]:
        """Yield what is wrong, checkpoints beyond the last entry included."""
        yield from self.broken
        for size in sorted(self.checkpoints):
            yield f"checkpoint {size} stands for more entries than there are: the end of the trail is cut off."
        for size in sorted(self.kept):
            yield f"you hold a checkpoint of {size} entries, there are {self.size}: the end of the trail is cut off."
        if head is not None and head.nodes != self.frontier:
            yield "the head's Merkle tree is not that of the entries."
