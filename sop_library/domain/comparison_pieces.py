"""What a merged document is made of: each block of either side once, and what happened to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from sop_library.domain.comparison_tree import HEADINGS, LEAVES, Node
from sop_library.domain.comparison_words import Hunk


class State(StrEnum):
    """What happened to a block.

    REPLACED holds two blocks, the old and the new one; FILLER is an empty cell that keeps a table's rows equally long.
    """

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    REPLACED = "replaced"
    FILLER = "filler"


@dataclass(eq=False, slots=True)
class Column:
    """A column that was added or removed: its cells are one change together."""

    number: int = 0


@dataclass(eq=False, slots=True)
class Piece:
    """One block of the merged document. `inside` holds the blocks, `hunks` the words of one that changed.

    A row that was added or removed as a whole has its cells inside when the table's columns changed too.
    """

    state: State
    old: Node | None = None
    new: Node | None = None
    inside: list[Piece] = field(default_factory=list)
    hunks: list[Hunk] = field(default_factory=list)
    column: Column | None = None
    number: int = 0
    numbers: list[int] = field(default_factory=list)  # of the hunks that differ, in order

    @property
    def node(self) -> Node:
        """The block as it is now, or as it was when it is gone."""
        found = self.new or self.old
        assert found is not None
        return found

    @property
    def is_heading(self) -> bool:
        """Whether the block is a heading."""
        return self.node.tag in HEADINGS

    @property
    def is_leaf(self) -> bool:
        """Whether the block holds words and no blocks."""
        return self.node.tag in LEAVES or not self.node.tag
