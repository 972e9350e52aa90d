"""Who may sign which step of a round now: the one home of order, quorum and separation of duties.

An author signs no other step, and nobody signs one step twice: always. That one person signs one step of a round only
is the route's choice. A delegate signs as themselves in the place of somebody who is away.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sop_library.domain.signature import Meaning


class Quorum(StrEnum):
    """How many of a step's people have to sign."""

    ONE = "one"
    ALL = "all"
    SOME = "some"


QUORUMS = {
    Quorum.ONE: "One of them",
    Quorum.ALL: "All of them",
    Quorum.SOME: "A number of them",
}


@dataclass(frozen=True, slots=True)
class Given:
    """One signature in a step: the person who signed, and the one in whose place they did."""

    person: int
    stood_in_for: int | None = None

    @property
    def place(self) -> int:
        """The person whose place the signature fills."""
        return self.person if self.stood_in_for is None else self.stood_in_for


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a round as the rule needs it: people are membership ids, none means any approver."""

    position: int
    meaning: Meaning
    people: frozenset[int] = frozenset()
    quorum: Quorum = Quorum.ONE
    count: int = 1
    signed: tuple[Given, ...] = ()

    @property
    def needed(self) -> int:
        """How many signatures the step needs."""
        match self.quorum:
            case Quorum.ONE:
                return 1
            case Quorum.ALL:
                return max(len(self.people), 1)
        return self.count

    @property
    def is_done(self) -> bool:
        """Whether the quorum is met; of all, each person's own place has to be filled."""
        if self.quorum is Quorum.ALL and self.people:
            return not self.open_places
        return len(self.signed) >= self.needed

    @property
    def open_places(self) -> frozenset[int]:
        """The named people in whose place nobody has signed."""
        return self.people - {signed.place for signed in self.signed}

    @property
    def signers(self) -> frozenset[int]:
        """The people who signed it with their own hand."""
        return frozenset(signed.person for signed in self.signed)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether somebody may sign the next step: `reason` is "" when they may; in whose place, None for their own."""

    reason: str = ""
    stands_in_for: int | None = None


def next_step(steps: Collection[Step]) -> Step | None:
    """Return the first step whose quorum is not met, or None when all are done."""
    return next((step for step in sorted(steps, key=lambda step: step.position) if not step.is_done), None)


def verdict(steps: Collection[Step], *, person: int, away: Collection[int] = (), one_step_each: bool = True) -> Verdict:
    """Return whether this person may sign the next step, and in whose place.

    `away` names the people who have made this person their delegate for now.
    """
    step = next_step(steps)
    if step is None:
        return Verdict("Every step is signed. There is nothing left to sign.")
    reason = _separation(steps, step, person, one_step_each=one_step_each)
    if reason:
        return Verdict(reason)
    if step.people and person not in step.people:
        absent = sorted(step.open_places & set(away))
        if not absent:
            return Verdict("This step waits for somebody else. You can read the version; they sign it.")
        place: int | None = absent[0]
    elif step.people and person not in step.open_places:
        return Verdict("Your delegate has signed this step in your place. There is nothing left for you to sign in it.")
    else:
        place = None
    after = [replace(each, signed=(*each.signed, Given(person, place))) if each is step else each for each in steps]
    if one_step_each and can_be_finished(steps) and not can_be_finished(after):
        return Verdict("A later step names you, and a person signs once. Somebody else has to sign this one.")
    return Verdict("", place)


def _separation(steps: Collection[Step], step: Step, person: int, *, one_step_each: bool) -> str:
    """Return why duties that must stay apart keep this person from the step, or ""."""
    if any(person in other.signers and other.meaning is Meaning.PREPARED for other in steps):
        return "You prepared this version, so somebody else has to check and approve it."
    if person in step.signers:
        return "You have signed this step already. It waits for somebody else."
    if one_step_each and any(person in other.signers for other in steps):
        return "You have signed a step of this round already. Somebody else has to sign the next one."
    return ""


def can_be_finished(steps: Collection[Step]) -> bool:
    """Return whether the named people are enough for the steps that are left when each of them signs one step only.

    Steps that any approver may sign are left out: whoever joins can sign those.
    """
    spent = frozenset[int]().union(*(step.signers for step in steps))
    places: list[frozenset[int]] = []
    for step in steps:
        if not step.people or step.is_done:
            continue
        if step.quorum is Quorum.ALL:
            places += [frozenset({person}) - spent for person in step.open_places]
        else:
            places += [step.open_places - spent] * (step.needed - len(step.signed))
    return _all_filled(places)


def _all_filled(places: Sequence[frozenset[int]]) -> bool:
    """Return whether each place can have a person of its own (the augmenting paths of bipartite matching)."""
    held: dict[int, int] = {}

    def seat(place: int, tried: set[int]) -> bool:
        for person in places[place] - tried:
            tried.add(person)
            if person not in held or seat(held[person], tried):
                held[person] = place
                return True
        return False

    return all(seat(place, set()) for place in range(len(places)))
