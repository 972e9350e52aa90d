"""Two trees merged into one: every block of either side once, and for each what happened to it."""

from collections.abc import Sequence

from sop_library.domain.comparison_align import align
from sop_library.domain.comparison_pieces import Piece, State
from sop_library.domain.comparison_tables import merge_table
from sop_library.domain.comparison_tree import Node
from sop_library.domain.comparison_words import Budget, hunks_of


def merge_all(old: Sequence[Node], new: Sequence[Node], budget: Budget) -> list[Piece]:
    """Return two sequences of blocks merged."""
    return [merge(one, other, budget) for one, other in align(old, new, budget)]


def merge(old: Node | None, new: Node | None, budget: Budget) -> Piece:
    """Return one block merged with its partner; without a partner it is added or removed."""
    if old is None:
        return Piece(State.ADDED, new=new)
    if new is None:
        return Piece(State.REMOVED, old=old)
    if old.html == new.html:
        return Piece(State.SAME, old, new)
    if new.tag == "table":
        return merge_table(old, new, budget, merge)
    piece = Piece(State.CHANGED, old, new)
    if piece.is_leaf:
        piece.hunks = hunks_of(old.tokens, new.tokens, budget)
    else:
        piece.inside = merge_all(old.children, new.children, budget)
    return piece
