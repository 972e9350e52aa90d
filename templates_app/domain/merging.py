"""Three-way merge of a template's texts, piece by piece: where they come from, ours, and the template's newer one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from .ordering import Key, moves, order
from .pairing import pairs, plain
from .pieces import FRONT, Piece, Shape, cut
from .placeholders import find

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
    """A part in one text: its words, the blank that follows it, and the part that stands next (-1: none)."""

    text: str
    gap: str
    next: int


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the merged text. A side is None where the text has no such part.

    `text` is what is taken without a person's choice, None when the part is left out; ours for a conflict.
    `moved` names who put it elsewhere: "ours", "theirs", or "lost" when both moved parts and our order is kept.
    """

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
        return self.shape not in FRONT and self.ours is not None and self.theirs is not None


def merge(base: str, ours: str, theirs: str) -> tuple[Part, ...]:
    """Return the parts of the merged text in order; those that are in neither text any more are left out.

    merge(x, y, x) and merge(x, x, y) give y, byte for byte, whatever the texts are.
    """
    pieces = [cut(text) for text in (base, ours, theirs)]
    keys = _keys(*pieces)
    rows = list(zip(keys, pieces, strict=True))
    in_front = order(*(_keys_of(*row, front=True) for row in rows))
    in_body = order(*(_keys_of(*row, front=False) for row in rows))
    sides = [_sides(*row) for row in rows]
    kept = [key for key in (*in_front, *in_body) if key in sides[1] or key in sides[2]]
    index = {key: place for place, key in enumerate(kept)}
    moved = moves(*keys)
    parts = []
    for key in kept:
        was, mine, new = (_side(side.get(key), index) for side in sides)
        piece = (sides[1].get(key) or sides[2][key])[0]
        state, text = _resolved(piece.shape, *(side.text if side else None for side in (was, mine, new)))
        parts.append(Part(piece.shape, piece.name, was, mine, new, state, text, moved.get(key, "")))
    return _with_disputed_variables(parts)


def _keys(base: list[Piece], ours: list[Piece], theirs: list[Piece]) -> tuple[list[Key], list[Key], list[Key]]:
    """Return a key for each piece of the three texts: pieces that are one another have the same key."""
    mine, others = _keyed(base, ours, "ours"), _keyed(base, theirs, "theirs")
    new: dict[tuple[Key, str], list[Key]] = {}
    for anchor, key, piece in _new(mine, ours):
        new.setdefault((anchor, piece.text), []).append(key)
    same = {
        key: waiting.pop(0) for anchor, key, piece in _new(others, theirs) if (waiting := new.get((anchor, piece.text)))
    }
    return [_own(place, piece) for place, piece in enumerate(base)], mine, [same.get(key, key) for key in others]


def _own(place: int, piece: Piece) -> Key:
    return (piece.shape, piece.name) if piece.is_front else ("base", place)


def _keyed(base: list[Piece], other: list[Piece], side: str) -> list[Key]:
    body = [place for place, piece in enumerate(base) if not piece.is_front]
    here = [place for place, piece in enumerate(other) if not piece.is_front]
    found = pairs([base[place] for place in body], [other[place] for place in here])
    froms = dict(zip(here, found, strict=True))
    return [
        (piece.shape, piece.name)
        if piece.is_front
        else (side, place)
        if (origin := froms[place]) is None
        else ("base", body[origin])
        for place, piece in enumerate(other)
    ]


def _new(keys: list[Key], pieces: list[Piece]) -> Iterator[tuple[Key, Key, Piece]]:
    """Yield the new pieces of a body, each with the key of the known piece it follows."""
    anchor: Key = ("", 0)
    for key, piece in zip(keys, pieces, strict=True):
        if key[0] in ("ours", "theirs"):
            yield anchor, key, piece
        else:
            anchor = key


def _keys_of(keys: list[Key], pieces: list[Piece], *, front: bool) -> list[Key]:
    return [key for key, piece in zip(keys, pieces, strict=True) if piece.is_front is front]


def _sides(keys: list[Key], pieces: list[Piece]) -> dict[Key, tuple[Piece, Key | None]]:
    following: list[Key | None] = [*keys[1:], None]
    return {key: (piece, after) for key, piece, after in zip(keys, pieces, following, strict=False)}


def _side(found: tuple[Piece, Key | None] | None, index: Mapping[Key, int]) -> Side | None:
    if found is None:
        return None
    piece, after = found
    return Side(piece.text, piece.gap, len(index) if after is None else index.get(after, -1))


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
