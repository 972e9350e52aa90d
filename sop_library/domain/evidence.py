"""What must hold of an SOP's evidence, as rules over plain facts. `sop_verify` asks each of them of every SOP.

Source: security.md, invariants I5 (numbers without gap, one in force) and I6 (signed by the right people, before it was
published). Each rule yields sentences about what is broken, without the name of the record.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from sop_library.domain.approval import Step
from sop_library.domain.numbering import FIRST, ChangeSize, Number, successor
from sop_library.domain.signature import Meaning


@dataclass(frozen=True, slots=True)
class InForce:
    """When one version is in force: from a moment until another, or without end."""

    number: Number
    begins: datetime
    ends: datetime | None


@dataclass(frozen=True, slots=True)
class SignedStep:
    """One step of a round as the rule of routes takes it, with the places of its signatures in the audit trail.

    `orders` stands beside `rule.signed`; None where the trail does not tell of a signature.
    """

    rule: Step
    orders: tuple[int | None, ...] = ()

    @property
    def meaning(self) -> Meaning:
        """What is signed in it."""
        return self.rule.meaning


@dataclass(frozen=True, slots=True)
class Noted:
    """What an editorial note and the version before it must agree on, and what may differ."""

    title: str
    source: str
    values: Mapping[str, Any]
    size: str
    review_on: str


def numbering_faults(numbers: Iterable[Number]) -> Iterator[str]:
    """Yield what is wrong with the numbers of one SOP's versions: they count from 1.0 without gap or double."""
    before: Number | None = None
    for number in sorted(numbers):
        if before is None:
            if number != FIRST:
                yield f"the first version is {number} and not {FIRST}."
        elif number == before:
            yield f"version {number} is there twice."
        elif number not in {successor(before, ChangeSize.MINOR), successor(before, ChangeSize.MAJOR)}:
            yield f"version {number} follows {before}, so a version between them is missing."
        before = number


def overlaps(ranges: Iterable[InForce]) -> Iterator[str]:
    """Yield the versions that are in force at the same moment; a version that ended before it began counts for none."""
    real = [each for each in ranges if each.ends is None or each.ends > each.begins]
    last: InForce | None = None
    for each in sorted(real, key=lambda found: (found.begins, found.number)):
        if last is not None and (last.ends is None or last.ends > each.begins):
            day = f"{each.begins:%Y-%m-%d %H:%M} UTC"
            yield f"versions {last.number} and {each.number} are both in force from {day} on."
        if last is None or (last.ends is not None and (each.ends is None or each.ends > last.ends)):
            last = each


def signing_faults(
    steps: Sequence[SignedStep],
    *,
    published: int | None,
    meanings: Sequence[Meaning] = (Meaning.PREPARED, Meaning.APPROVED),
    one_step_each: bool = True,
) -> Iterator[str]:
    """Yield what is missing or wrong in a round whose steps must all be signed, and signed before it was published.

    `meanings` are the steps that it must have (released stands for approved): an editorial note is prepared and no
    more. `published` is the place of publishing in the audit trail; None leaves the order unasked. Places and not times
    are compared, because a clock can be set back (security.md I6, F5).
    """
    there = {Meaning.APPROVED if step.meaning is Meaning.RELEASED else step.meaning for step in steps}
    for meaning in meanings:
        if meaning not in there:
            yield f"it has no step “{meaning}”."
    for step in steps:
        if not step.rule.signed:
            yield f"nobody has signed its step “{step.meaning}”."
        elif not step.rule.is_done:
            yield f"its step “{step.meaning}” has {len(step.rule.signed)} of {step.rule.needed} signatures."
        if published is not None and any(order is not None and order > published for order in step.orders):
            yield f"its step “{step.meaning}” was signed after it was published."
    yield from _order_faults(steps)
    yield from _duty_faults([step.rule for step in steps], one_step_each=one_step_each)


def _order_faults(steps: Sequence[SignedStep]) -> Iterator[str]:
    """Yield the steps that were signed before the one in front of them was complete."""
    known = [(step, [order for order in step.orders if order is not None]) for step in steps]
    for (before, first), (after, then) in pairwise(known):
        if first and then and max(first) > min(then):
            yield f"its step “{after.meaning}” was signed before the step “{before.meaning}” was complete."


def _duty_faults(steps: Sequence[Step], *, one_step_each: bool) -> Iterator[str]:
    """Yield what breaks the separation of duties: whoever prepared signs no other step, nobody signs one twice."""
    authors = {person for step in steps if step.meaning is Meaning.PREPARED for person in step.signers}
    others = [step for step in steps if step.meaning is not Meaning.PREPARED]
    for step in others:
        if step.signers & authors:
            yield f"its author signed the step “{step.meaning}” too."
        if len(step.signers) < len(step.signed):
            yield f"one person signed its step “{step.meaning}” twice."
        elif len({signed.place for signed in step.signed}) < len(step.signed):
            yield f"its step “{step.meaning}” was signed twice in one person's place."
    signers = [person for step in others for person in step.signers]
    if one_step_each and len(set(signers)) < len(signers):
        yield "one person signed two of its steps."


def note_faults(before: Noted, after: Noted, editorial: Collection[str]) -> Iterator[str]:
    """Yield what an editorial note changes beyond its right: values of the variables named in `editorial`, no more."""
    if after.size != ChangeSize.EDITORIAL:
        yield f"it is an editorial note, yet its size is “{after.size}”."
    if (after.title, after.source) != (before.title, before.source):
        yield "it is an editorial note, yet its wording is not that of the version before."
    if after.review_on != before.review_on:
        yield "it is an editorial note, yet it has another review date than the version before."
    changed = [name for name in {**before.values, **after.values} if before.values.get(name) != after.values.get(name)]
    for name in changed:
        if name not in editorial:
            yield f"it is an editorial note, yet it changes {name}, which is no editorial value."
    if not changed:
        yield "it is an editorial note, yet it changes no value."
