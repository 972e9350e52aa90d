"""Tables merged by row and cell: every row of the merged table has the columns of both sides."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from sop_library.domain.comparison_align import align, by_likeness, common
from sop_library.domain.comparison_pieces import Column, Piece, State
from sop_library.domain.comparison_tree import Node
from sop_library.domain.comparison_words import Budget

_PARTS = ("caption", "thead", "tbody")
_SPANS = {"colspan", "rowspan"}
_LIKE_A_COLUMN = 0.3
Merge = Callable[[Node | None, Node | None, Budget], Piece]
Places = Sequence[tuple[int | None, int | None]]
# One column of the merged table: its place in the old and in the new one, and the change when it has one place only.
Plan = list[tuple[int | None, int | None, Column | None]]


def merge_table(old: Node, new: Node, budget: Budget, merge: Merge) -> Piece:
    """Return two tables merged; those that are not plain grids of cells are shown whole, the old and the new one.

    `merge` merges what is in a cell.
    """
    grids = _grid(old), _grid(new)
    if not all(grids):
        return Piece(State.REPLACED, old, new, [Piece(State.REMOVED, old=old), Piece(State.ADDED, new=new)])
    merging = _Merging(_plan(*grids, budget), budget, merge)
    parts = [(_part(old, tag), _part(new, tag)) for tag in _PARTS]
    inside = [merging.part(one, other) for one, other in parts if one is not None or other is not None]
    return Piece(State.CHANGED, old, new, inside)


def _grid(table: Node) -> list[Node]:
    """Return the rows of a table that is a plain grid, and none of one that is not."""
    tags = [child.tag for child in table.children]
    if tags != [tag for tag in _PARTS if tag in tags]:
        return []
    rows = [row for child in table.children if child.tag != "caption" for row in child.children]
    cells = [cell for row in rows for cell in row.children]
    plain = (
        all(row.tag == "tr" for row in rows)
        and all(cell.tag in {"td", "th"} and not _SPANS & dict(cell.attributes).keys() for cell in cells)
        and len({len(row.children) for row in rows}) == 1
        and bool(cells)
    )
    return rows if plain else []


def _part(table: Node, tag: str) -> Node | None:
    return next((child for child in table.children if child.tag == tag), None)


def _plan(old: list[Node], new: list[Node], budget: Budget) -> Plan:
    """Return the columns of both tables in one order, paired by their first cell or by what they hold."""
    heads, others = [cell.key for cell in old[0].children], [cell.key for cell in new[0].children]
    places: list[tuple[int | None, int | None]] = []
    if not budget.allows(heads, others):
        places += [(at, None) for at in range(len(heads))]
        places += [(None, at) for at in range(len(others))]
    else:
        for kind, a, b, c, d in SequenceMatcher(None, heads, others, autojunk=False).get_opcodes():
            if kind == "equal" or b - a == d - c:
                places += zip(range(a, b), range(c, d), strict=True)
            else:
                places += _by_content(old, new, range(a, b), range(c, d), budget)
    return [(one, other, Column() if one is None or other is None else None) for one, other in places]


def _by_content(old: list[Node], new: list[Node], olds: range, news: range, budget: Budget) -> Places:
    def column(rows: list[Node], at: int) -> Node:
        return Node("tr", children=[row.children[at] for row in rows])

    before = {at: column(old, at) for at in olds}
    after = {at: column(new, at) for at in news}

    def alike(one: int, other: int) -> float:
        share = common(before[one].counts, after[other].counts)
        return share if share >= _LIKE_A_COLUMN else 0.0

    return by_likeness(olds, news, alike, budget)


@dataclass(frozen=True, slots=True)
class _Merging:
    plan: Plan
    budget: Budget
    merge: Merge

    def part(self, old: Node | None, new: Node | None) -> Piece:
        """Return a caption, or the rows of a head or a body."""
        if "caption" in {node.tag for node in (old, new) if node is not None}:
            return self.merge(old, new, self.budget)
        if old is not None and new is not None:
            rows = align(old.children, new.children, self.budget)
            return Piece(State.CHANGED, old, new, [self.row(one, other) for one, other in rows])
        if old is not None:
            return Piece(State.REMOVED, old=old, inside=[self.row(row, None) for row in old.children])
        made = Piece(State.ADDED, new=new)
        made.inside = [self.row(None, row) for row in made.node.children]
        return made

    def row(self, old: Node | None, new: Node | None) -> Piece:
        """Return a row with its cells, each column of either table in its place."""
        if old is not None and new is not None:
            if old.html == new.html and not any(column for _, _, column in self.plan):
                return Piece(State.SAME, old, new)
            return Piece(State.CHANGED, old, new, [self.cell(old, new, *entry) for entry in self.plan])
        made = Piece(State.REMOVED if new is None else State.ADDED, old, new)
        for one, other, _ in self.plan:
            at = one if new is None else other
            made.inside.append(Piece(State.FILLER) if at is None else self._lone(made, at))
        return made

    def cell(self, old: Node, new: Node, one: int | None, other: int | None, column: Column | None) -> Piece:
        """Return one cell of a row that both tables have."""
        before = None if one is None else old.children[one]
        after = None if other is None else new.children[other]
        made = self.merge(before, after, self.budget)
        made.column = column
        return made

    def _lone(self, row: Piece, at: int) -> Piece:
        cell = row.node.children[at]
        return Piece(State.REMOVED, old=cell) if row.new is None else Piece(State.ADDED, new=cell)
