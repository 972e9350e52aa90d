"""What differs between two versions: the documents word by word, and the answers.

    found = compare(old_html, new_html)
    found.count, found.changes      # how many, and each with its section and its words
    found.inline                    # both in one: <ins>, <del>, anchors change-1, change-2 …
    found.rows                      # one beside the other, block by block

The documents are bodies as the renderer gives them; other sanitised HTML will do. `inline` is valid HTML that holds
both sides: `comparison_sides.old_side` and `new_side` read them back. Takes well under a second for thirty pages; texts
made to be slow are compared by sentence, or as a whole, instead of word by word.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sop_library.domain.comparison_merge import merge_all
from sop_library.domain.comparison_numbers import Change, changes_in
from sop_library.domain.comparison_pieces import Piece, State
from sop_library.domain.comparison_tree import parse
from sop_library.domain.comparison_words import Budget
from sop_library.domain.comparison_write import Writer

__all__ = ["Change", "ChangedValue", "Comparison", "Row", "changed_values", "compare"]


@dataclass(frozen=True, slots=True)
class Row:
    """One block on both sides, "" where a side has none; `is_same` when nothing in it changed."""

    old: str
    new: str
    is_same: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two documents compared."""

    inline: str
    rows: tuple[Row, ...]
    changes: tuple[Change, ...]

    @property
    def count(self) -> int:
        """How many changes there are."""
        return len(self.changes)

    @property
    def old(self) -> str:
        """The old document with what went marked."""
        return "".join(row.old for row in self.rows)

    @property
    def new(self) -> str:
        """The new document with what came marked."""
        return "".join(row.new for row in self.rows)


def compare(old_html: str, new_html: str) -> Comparison:
    """Return how the new document differs from the old one."""
    pieces = merge_all(parse(old_html).children, parse(new_html).children, Budget())
    changes = changes_in(pieces)
    return Comparison(Writer().all(pieces), _rows(pieces), changes)


def _rows(pieces: Iterable[Piece]) -> tuple[Row, ...]:
    """Return the blocks side by side; what came in the place of something stands beside it."""
    told: set[int] = set()
    left, right = Writer("old", told), Writer("new", told)
    rows: list[Row] = []
    gone: list[tuple[int, int]] = []  # the change and the row of what was removed, until something stands beside it
    for piece in pieces:
        if piece.state is State.ADDED and gone and gone[0][0] == piece.number:
            _, at = gone.pop(0)
            rows[at] = Row(rows[at].old, right.one(piece), is_same=False)
            continue
        if piece.state is State.REMOVED:
            gone.append((piece.number, len(rows)))
        elif piece.state is not State.ADDED:
            gone.clear()
        rows.append(Row(left.one(piece), right.one(piece), piece.state is State.SAME))
    return tuple(rows)


@dataclass(frozen=True, slots=True)
class ChangedValue:
    """One variable whose value differs, as people read it; "" where a side has none."""

    name: str
    label: str
    old: str
    new: str


def changed_values(
    old: Mapping[str, Any], new: Mapping[str, Any], names: Iterable[tuple[str, str]], show: Callable[[str, Any], str]
) -> tuple[ChangedValue, ...]:
    """Return the variables (name, label) whose values differ, in the given order; `show` writes a value for people."""
    return tuple(
        ChangedValue(name, label, show(name, old.get(name)), show(name, new.get(name)))
        for name, label in names
        if old.get(name) != new.get(name)
    )
