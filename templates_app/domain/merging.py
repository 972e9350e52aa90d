"""Three-way merge of a template's texts, piece by piece: where they come from, ours, and the template's newer one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from .keying import keys_of
from .ordering import Key, moves, order
from .pairing import plain
from .pieces import FRONT, Piece, Shape, cut, opened
from .placeholders import find

Path = tuple[Key, ...]  # the key of a part: those of the blocks around it, then its own
END: Path = ()  # what follows the last part

_WHEN = re.compile(r"^[ \t]*/{3,}[ \t]*when[ \t]*\|(.*)$", re.MULTILINE | re.IGNORECASE)
_ATTRIBUTE = re.compile(r"( +)([A-Za-z_]\w*)[ \t]*:(?=[ \t]|$)")


class State(StrEnum):
    """What became of a part."""

    SAME = "same"  # neither side changed it
    OURS = "ours"  # only we changed it
    THEIRS = "theirs"  # only the template changed it
    AGREED = "agreed"  # both changed it to the same
    COMBINED = "combined"  # both changed different details of one declaration
    CONFLICT = "conflict"  # both changed it differently: a person decides


class Take(StrEnum):
    """What a person takes where both changed the same part."""

    OURS = "ours"
    THEIRS = "theirs"
    BOTH = "both"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Choice:
    """A person's decision on one part; `text` is their own wording."""

    take: Take
    text: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """A part in one text: its words, the blank that follows it, and the key of the part that stands next there."""

    text: str
    gap: str
    next: Path


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the merged text. A side is None where the text has no such part; `key` is the part's own.

    `text` is what is taken without a person's choice, None when the part is left out; ours for a conflict.
    `moved` names who put it elsewhere: "ours", "theirs", or "lost" when both moved parts and our order is kept.
    """

    key: Path
    shape: Shape
    name: str
    base: Side | None
    ours: Side | None
    theirs: Side | None
    state: State
    text: str | None
    moved: str = ""

    @property
    def may_take_both(self) -> bool:
        """Whether both texts can stand one after the other."""
        return self.shape not in (*FRONT, Shape.FENCE) and self.ours is not None and self.theirs is not None


def merge(base: str, ours: str, theirs: str) -> tuple[Part, ...]:
    """Return the parts of the merged text in order; those that are in neither text any more are left out.

    merge(x, y, x) and merge(x, x, y) give y, byte for byte, whatever the texts are.
    """
    pieces = [cut(text) for text in (base, ours, theirs)]
    return _with_disputed_variables(_merged(pieces, END, [END, END, END]))


def _merged(pieces: list[list[Piece]], around: Path, ends: Sequence[Path]) -> list[Part]:
    """Return the parts of three lists of pieces that stand in the block `around`; `ends` follow the last of each."""
    keys = keys_of(*pieces)
    rows = list(zip(keys, pieces, strict=True))
    in_order = [
        *order(*([key for key, piece in zip(*row, strict=True) if piece.is_front] for row in rows)),
        *order(*([key for key, piece in zip(*row, strict=True) if not piece.is_front] for row in rows)),
    ]
    sides = [_sides(*row, around, end) for row, end in zip(rows, ends, strict=True)]
    moved = moves(*keys)
    parts: list[Part] = []
    for key in in_order:
        found = [side.get(key) for side in sides]
        piece = found[1] or found[2]
        if piece is not None:
            was, mine, new = (each[1] if each else None for each in found)
            state, text = _resolved(piece[0].shape, *(side.text if side else None for side in (was, mine, new)))
            path = (*around, key)
            part = Part(path, piece[0].shape, piece[0].name, was, mine, new, state, text, moved.get(key, ""))
            parts += _looked_into(part)
    return parts


def _sides(keys: list[Key], pieces: list[Piece], around: Path, end: Path) -> dict[Key, tuple[Piece, Side]]:
    following = [*((*around, key) for key in keys[1:]), end]
    rows = zip(keys, pieces, following, strict=False)
    return {key: (piece, Side(piece.text, piece.gap, after)) for key, piece, after in rows}


def _looked_into(part: Part) -> list[Part]:
    """Return the parts inside a block that both sides changed: only what both changed there is to be decided."""
    sides = (part.base, part.ours, part.theirs)
    if part.shape is not Shape.BLOCK or part.state is not State.CONFLICT or None in sides:
        return [part]
    inside = [opened(side.text, side.gap) for side in sides if side]
    if not all(inside):
        return [part]
    opening, *rest = _merged(inside, part.key, [side.next for side in sides if side])
    return [replace(opening, key=part.key, moved=part.moved), *rest]


def _resolved(shape: Shape, base: str | None, ours: str | None, theirs: str | None) -> tuple[State, str | None]:
    """Return what becomes of a part, and the text that is taken."""
    was, mine, new = (None if text is None else plain(text) for text in (base, ours, theirs))
    if mine == new:
        text = theirs if ours == base else ours
        return (State.SAME if mine == was else State.AGREED), text
    if ours == base or (mine == was and None not in (mine, new)):
        return State.THEIRS, theirs
    if theirs == base or (new == was and None not in (mine, new)):
        return State.OURS, ours
    if shape is Shape.VARIABLE and base is not None and ours is not None and theirs is not None:
        combined = _combined(base, ours, theirs)
        if combined is not None:
            return State.COMBINED, combined
    return State.CONFLICT, ours


def _combined(base: str, ours: str, theirs: str) -> str | None:
    """Return a declaration with the changes of both, None when both changed the same line of it."""
    sides = [_attributes(text) for text in (base, ours, theirs)]
    lines = []
    for name in dict.fromkeys([*sides[1], *sides[2]]):
        state, text = _resolved(Shape.KEY, *(side.get(name) for side in sides))
        if state is State.CONFLICT:
            return None
        if text is not None:
            lines.append(text)
    return "\n".join(lines)


def _attributes(declaration: str) -> dict[str, str]:
    """Return the lines of a declaration by attribute; "" is the line of its name."""
    found: dict[str, str] = {}
    name, indent = "", ""
    for line in declaration.split("\n"):
        match = _ATTRIBUTE.match(line) if found else None
        if match and match[1] == (indent or match[1]):
            name, indent = match[2], match[1]
        found[name] = f"{found[name]}\n{line}" if name in found else line
    return found


def uses(texts: Iterable[str]) -> set[str]:
    """Return the names of the placeholders in texts and of the words in their conditions."""
    text = "\n\n".join(texts)
    found = {placeholder.name for placeholder in find(text)}
    return found.union(*(match[1].split() for match in _WHEN.finditer(text)))


def _with_disputed_variables(parts: list[Part]) -> tuple[Part, ...]:
    """Return the parts; a declaration that one side dropped and the other uses in what it changed is a conflict."""
    body = [part for part in parts if part.shape not in FRONT]
    ours = uses(part.ours.text for part in body if part.ours and part.ours.text != (part.base and part.base.text))
    theirs = uses(
        part.theirs.text for part in body if part.theirs and part.theirs.text != (part.base and part.base.text)
    )
    return tuple(
        replace(part, state=State.CONFLICT, text=part.ours.text if part.ours else None)
        if part.shape is Shape.VARIABLE
        and (
            (part.theirs is None and part.state is State.THEIRS and part.name in ours)
            or (part.ours is None and part.state is State.OURS and part.name in theirs)
        )
        else part
        for part in parts
    )
