"""Who may sign which step of a route. Separation of duties: an author signs no other, a person one a round."""

from collections.abc import Collection
from dataclasses import dataclass

from sop_library.domain.signature import Meaning

DEFAULT_ROUTE = (Meaning.REVIEWED, Meaning.APPROVED)
LONGEST_ROUTE = 6


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a round, as the rule needs it: people are membership ids, `assignee` None means any approver."""

    position: int
    meaning: Meaning
    assignee: int | None
    signed_by: int | None


def next_step(steps: Collection[Step]) -> Step | None:
    """Return the first step without a signature, or None when all are signed."""
    return next((step for step in sorted(steps, key=lambda step: step.position) if step.signed_by is None), None)


def refusal(steps: Collection[Step], *, person: int) -> str:
    """Return why this person cannot sign the next step, or "" when they can."""
    step = next_step(steps)
    if step is None:
        return "Every step is signed. There is nothing left to sign."
    if any(other.signed_by == person and other.meaning is Meaning.PREPARED for other in steps):
        return "You prepared this version, so somebody else has to check and approve it."
    if any(other.signed_by == person for other in steps):
        return "You have signed a step of this round already. Somebody else has to sign the next one."
    if step.assignee is not None and step.assignee != person:
        return "This step waits for somebody else. You can read the version; they sign it."
    if any(later.assignee == person and later.position > step.position for later in steps):
        return "A later step names you, and a person signs once. Somebody else has to sign this one."
    return ""
