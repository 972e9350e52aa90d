"""The text that the parts of a merge and a person's choices give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from .merging import END, Choice, Part, Side, Take, uses
from .pieces import CLOSING, FRONT, OPENING, Shape

NO_CHOICES: Mapping[int, Choice] = {}
Taken = list[tuple[int, str]]


def assemble(parts: Sequence[Part], choices: Mapping[int, Choice] = NO_CHOICES) -> str:
    """Return the merged text; `choices` go by the place of the part, and what nobody chose stays ours.

    A declaration whose placeholder is in no part that was taken is left out: it would be an error.
    """
    taken = [
        (place, text) for place, part in enumerate(parts) if (text := _taken(part, choices.get(place))) is not None
    ]
    idle = _idle(parts, taken)
    taken = [row for row in taken if row[0] not in idle]
    following = [*(parts[place] for place, _ in taken[1:]), None]
    rows = zip(taken, following, strict=False)
    return "".join(text + _gap(parts[place], after) for (place, text), after in rows)


def left_out(parts: Sequence[Part], choices: Mapping[int, Choice] = NO_CHOICES) -> list[str]:
    """Return the names of the declarations that `assemble` leaves out because nothing taken uses them."""
    taken = [
        (place, text) for place, part in enumerate(parts) if (text := _taken(part, choices.get(place))) is not None
    ]
    return [parts[place].name for place in sorted(_idle(parts, taken))]


def _taken(part: Part, choice: Choice | None) -> str | None:
    ours, theirs = (side.text if side else None for side in (part.ours, part.theirs))
    match choice.take if choice else None:
        case Take.OURS:
            return ours
        case Take.THEIRS:
            return theirs
        case Take.OWN if choice and choice.text.strip():
            return choice.text.strip("\n")
        case Take.BOTH if part.may_take_both:
            between = "\n" if part.shape in (Shape.ITEM, Shape.ROW) else "\n\n"
            return f"{ours}{between}{theirs}"
    return part.text


def _idle(parts: Sequence[Part], taken: Taken) -> set[int]:
    """Return the places of the declarations that were used by every text that has them, and now by none."""
    used = uses(text for place, text in taken if parts[place].shape not in FRONT)
    ours = uses(part.ours.text for part in parts if part.ours and part.shape not in FRONT)
    theirs = uses(part.theirs.text for part in parts if part.theirs and part.shape not in FRONT)
    return {
        place
        for place, _ in taken
        if (part := parts[place]).shape is Shape.VARIABLE
        and part.name not in used
        and (part.ours is None or part.name in ours)
        and (part.theirs is None or part.name in theirs)
    }


def _gap(part: Part, after: Part | None) -> str:
    """Return what stands between a part and the one after it; as it was where they stood side by side before."""
    gap = _merged_gap(part)
    following = after.key if after else END
    if any(side and side.gap == gap and side.next == following for side in (part.ours, part.theirs)):
        return gap
    if after is None:
        return gap[:1] if gap.startswith("\n") else gap
    return _enough(gap, part, after)


def _merged_gap(part: Part) -> str:
    sides: Iterator[Side] = (side for side in (part.ours, part.theirs) if side)
    if part.base and part.ours and part.theirs and part.ours.gap == part.base.gap:
        return part.theirs.gap
    return next(sides).gap


def _enough(gap: str, part: Part, after: Part) -> str:
    """Return a gap that keeps two parts apart which did not stand side by side before."""
    if part.shape in FRONT or (part.shape, part.name) == (Shape.FENCE, OPENING) or after.name == CLOSING:
        return gap if gap.endswith("\n") else f"{gap}\n"
    if after.shape is Shape.ROW and part.shape in (Shape.TABLE, Shape.ROW):
        return "\n"
    if part.shape is after.shape is Shape.ITEM:
        return "\n"
    return gap + "\n" * (2 - gap.count("\n"))
