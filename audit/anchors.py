"""Checkpoints that somebody kept outside, and what none of them stands for yet.

Whoever can write to the database can rewrite a trail from some point on with every checkpoint in it (security.md 6.4).
A checkpoint that was kept elsewhere shows it; what came after the newest one cannot be shown by anybody.
"""

from collections import defaultdict
from collections.abc import Iterable

from audit import keys
from audit.domain import checkpoint
from audit.domain.checkpoint import NotANote
from audit.models import Checkpoint, Head

Kept = dict[str, list[checkpoint.Checkpoint]]


def kept_in(text: str) -> Kept:
    """Return the checkpoints of a text, as `checkpoints.txt` holds them, by the organisation's short name.

    Raises NotANote for anything else, and for one that no key of this installation has signed.
    """
    found: Kept = defaultdict(list)
    ours = keys.known()
    parts = [part for part in text.replace("\r\n", "\n").strip("\n").split("\n\n") if part]
    for said, lines in zip(parts[::2], [*parts[1::2], ""], strict=False):
        note = f"{said}\n\n{lines.strip(chr(10))}\n"
        made = checkpoint.read(checkpoint.parts_of(note)[0])
        if not keys.holds(note, ours):
            raise NotANote(f"The checkpoint of size {made.size} is not signed by a key of this installation.")
        found[slug_of(made.origin)].append(made)
    return dict(found)


def slug_of(origin: str) -> str:
    """Return the organisation's short name from the first line of a checkpoint, whatever the address was then."""
    return origin.rpartition("/o/")[2]


def not_anchored(kept: Kept | None = None) -> dict[str, int]:
    """Return how many of the newest entries no checkpoint stands for, by organisation: of those kept, when given."""
    found = {}
    for head in Head.objects.select_related("organisation").order_by("organisation__slug"):
        slug = str(getattr(head.organisation, "slug", head.organisation_id))
        sizes: Iterable[int]
        if kept is None:
            sizes = Checkpoint.objects.filter(organisation_id=head.organisation_id).values_list("size", flat=True)
        else:
            sizes = [each.size for each in kept.get(slug, [])]
        later = head.sequence - max(sizes, default=0)
        if later > 0:
            found[slug] = later
    return found
