"""A merged document written as HTML: both sides in one, or one beside the other.

Changed words stand in `<ins>` and `<del>`, always inside the block that holds them. A block that came or went as a
whole says so in `data-change`; what an element was on the old side is in `data-was`; a paragraph that only one side has
around the same words says which in `data-only`. `comparison_sides` reads these marks back.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from sop_library.domain.comparison_pieces import Piece, State
from sop_library.domain.comparison_tree import HEADINGS, Attributes, Node, Token, numbered, opening, tagged, written
from sop_library.domain.comparison_words import Hunk

Side = Literal["both", "old", "new"]
_WORDS = {State.ADDED: ("ins", "Added: "), State.REMOVED: ("del", "Removed: ")}
_HIDDEN = {"old": State.ADDED, "new": State.REMOVED, "both": None}
TAG, NUMBER = "#tag", "#number"  # in `data-was`, beside the names of attributes


@dataclass(slots=True)
class Writer:
    """Writes pieces for one page: an anchor is written once, headings keep their ids unless it is the old side."""

    side: Side = "both"
    told: set[int] = field(default_factory=set)

    def all(self, pieces: Iterable[Piece]) -> str:
        """Return the markup of pieces in order."""
        return "".join(self.one(piece) for piece in pieces)

    def one(self, piece: Piece) -> str:
        """Return the markup of one piece, "" when it is not on this side."""
        match piece.state:
            case state if state is _HIDDEN[self.side]:
                return ""
            case State.SAME:
                return piece.node.html if self.side != "old" else _without_ids(piece.old or piece.node)
            case State.FILLER:
                return '<td data-change="filler"></td>' if self.side == "both" else ""
            case State.REPLACED:
                return self.all(piece.inside)
            case State.CHANGED:
                return self._changed(piece)
            case _:
                return self._whole(piece)

    def _changed(self, piece: Piece) -> str:
        old, new = piece.old, piece.new
        assert old is not None
        assert new is not None
        inside = "".join(self._hunks(piece)) if piece.is_leaf else self.all(piece.inside)
        if self.side == "old":
            return tagged(old.tag, _no_id(old.attributes), numbered(old.number, inside))
        if self.side == "new":
            return tagged(new.tag, new.attributes, numbered(new.number, inside))
        if not new.tag or not old.tag:
            only = "old" if not new.tag else "new"
            attributes = (old if only == "old" else new).attributes
            return inside if old.tag == new.tag else tagged("p", (*attributes, ("data-only", only)), inside)
        return tagged(new.tag, (*new.attributes, *_was(old, new)), _number(old, new) + inside)

    def _hunks(self, piece: Piece) -> Iterator[str]:
        numbers = iter(piece.numbers)
        for hunk in piece.hunks:
            yield written(hunk.new) if hunk.same else self._hunk(hunk, next(numbers))

    def _hunk(self, hunk: Hunk, number: int) -> str:
        parts = ((State.REMOVED, hunk.old), (State.ADDED, hunk.new))
        return "".join(
            self._words(state, tokens, number) for state, tokens in parts if tokens and state is not _HIDDEN[self.side]
        )

    def _words(self, state: State, tokens: tuple[Token, ...], number: int, *, label: bool = True) -> str:
        tag, words = _WORDS[state]
        told = f'<span class="visually-hidden" data-change="note">{words}</span>' if label else ""
        return f"{opening(tag, self._anchor(number))}{told}{written(tokens)}</{tag}>"

    def _anchor(self, number: int) -> Attributes:
        mark = ("data-number", str(number))
        if number in self.told:
            return (mark,)
        self.told.add(number)
        return (("id", f"change-{number}"), mark)

    def _whole(self, piece: Piece) -> str:
        """Return a block that came or went: it is marked, and so are all words in it; the first ones say what it is."""
        node, mark = piece.node, ("data-change", str(piece.state))
        if not node.tag:
            return self._words(piece.state, node.tokens, piece.number)
        attributes: Attributes = (*_no_id(node.attributes), *self._id(node, piece.state), mark)
        if not node.words and node.tag not in HEADINGS:
            attributes = (*attributes, *self._anchor(piece.number))
        cells = self._cells(piece) if piece.inside else None
        return tagged(node.tag, attributes, self._inside(node, piece, [True]) if cells is None else cells)

    def _id(self, node: Node, state: State) -> Attributes:
        """Return a heading's own id; where the same id may be on the other side too, it is only remembered."""
        found = dict(node.attributes).get("id")
        if found is None or self.side == "old":
            return ()
        return (("id", found),) if state is State.ADDED else (("data-was", json.dumps(dict(node.attributes))),)

    def _cells(self, piece: Piece) -> str:
        """Return what is inside a row, or a part of a table, that came or went while columns changed too."""
        first = [True]
        parts = []
        for cell in piece.inside:
            cell.number = piece.number
            if cell.inside:
                parts.append(tagged(cell.node.tag, cell.node.attributes, self._cells(cell)))
            elif cell.state is State.FILLER:
                parts.append(self.one(cell))
            else:
                inside = self._inside(cell.node, cell, first)
                parts.append(tagged(cell.node.tag, cell.node.attributes, inside))
        return "".join(parts)

    def _inside(self, node: Node, piece: Piece, first: list[bool]) -> str:
        """Return what is inside a block with all its words marked; `first` says whether a label is still to be told."""
        parts = []
        for child in node.children:
            inside = self._inside(child, piece, first)
            attributes = (*_no_id(child.attributes), *self._id(child, piece.state))
            parts.append(tagged(child.tag, attributes, inside))
        if node.tokens or node.tag in HEADINGS:
            parts.append(numbered(node.number, self._words(piece.state, node.tokens, piece.number, label=first[0])))
            first[0] = False
        return "".join(parts)


def _number(old: Node, new: Node) -> str:
    """Return a heading's number with what it was: a number that moved on is shown, but is no change of the text."""
    if old.number == new.number or not new.number:
        return numbered(new.number, "")
    was = f"(was {old.number}) " if old.number else "(new) "
    return numbered(new.number, f'<span class="was" data-change="note">{was}</span>')


def _was(old: Node, new: Node) -> Attributes:
    was: dict[str, str] = {}
    if old.tag != new.tag:
        was[TAG] = old.tag
    if old.number != new.number:
        was[NUMBER] = old.number
    if was or old.attributes != new.attributes:
        return (("data-was", json.dumps(dict(old.attributes) | was)),)
    return ()


def _no_id(attributes: Attributes) -> Attributes:
    return tuple(pair for pair in attributes if pair[0] != "id")


def _without_ids(node: Node) -> str:
    inside = "".join(_without_ids(child) for child in node.children) + written(node.tokens)
    return tagged(node.tag, _no_id(node.attributes), numbered(node.number, inside))
