"""One key for the same piece of three texts."""

from __future__ import annotations

from collections.abc import Iterator

from .ordering import Key
from .pairing import pairs
from .pieces import Piece


def keys_of(base: list[Piece], ours: list[Piece], theirs: list[Piece]) -> tuple[list[Key], list[Key], list[Key]]:
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
    return (piece.shape, piece.name) if piece.name else ("base", place)


def _keyed(base: list[Piece], other: list[Piece], side: str) -> list[Key]:
    body = [place for place, piece in enumerate(base) if not piece.name]
    here = [place for place, piece in enumerate(other) if not piece.name]
    found = pairs([base[place] for place in body], [other[place] for place in here])
    froms = dict(zip(here, found, strict=True))
    return [
        (piece.shape, piece.name)
        if piece.name
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
