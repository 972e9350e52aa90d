"""Which blocks of two sequences belong together: equal ones first, then those that are like each other, in order."""

from collections import Counter
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from typing import TypeVar

from sop_library.domain.comparison_tree import Node, Token
from sop_library.domain.comparison_words import Budget, common_start

T = TypeVar("T")
Pair = tuple[Node | None, Node | None]
Pairs = list[tuple[T | None, T | None]]

# From which share of common words on two blocks are the same block, changed: less for those that hold others.
ALIKE = 0.4
ALIKE_OUTSIDE = 0.2
_OUTSIDE = {"ul", "ol", "dl", "table", "div", "section", "blockquote"}


def align(old: Sequence[Node], new: Sequence[Node], budget: Budget) -> list[Pair]:
    """Return the blocks in one order, each with its partner or None; what went stands before what came in its place."""
    one, other = [node.key for node in old], [node.key for node in new]
    start = common_start(one, other)
    end = common_start(one[start:][::-1], other[start:][::-1])
    pairs: list[Pair] = list(zip(old[:start], new[:start], strict=True))
    pairs += _middle(old[start : len(old) - end], new[start : len(new) - end], budget)
    return [*pairs, *zip(old[len(old) - end :], new[len(new) - end :], strict=True)]


def _middle(old: Sequence[Node], new: Sequence[Node], budget: Budget) -> list[Pair]:
    one, other = [node.key for node in old], [node.key for node in new]
    if not budget.allows(one, other):
        return by_likeness(old, new, likeness, budget)
    pairs: list[Pair] = []
    for kind, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if kind == "equal":
            pairs += zip(old[a:b], new[c:d], strict=True)
        else:
            alike: Pairs[Node] = by_likeness(old[a:b], new[c:d], likeness, budget)
            pairs += alike
    return pairs


def by_likeness(old: Sequence[T], new: Sequence[T], alike: Callable[[T, T], float], budget: Budget) -> Pairs[T]:
    """Return the items paired in order so that the sum of `alike` (0 for no pair) is greatest.

    Where there are too many to try them all, each is compared with the one at its own place only.
    """
    if not old or not new:
        return [*((item, None) for item in old), *((None, item) for item in new)]
    if not budget.spend(10 * len(old) * len(new)):
        return _by_place(old, new, alike)
    worth = [[alike(one, other) for other in new] for one in old]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], (worth[i][j] and worth[i][j] + best[i + 1][j + 1]))
    pairs: Pairs[T] = []
    i = j = 0
    while i < len(old) and j < len(new):
        if worth[i][j] and best[i][j] == worth[i][j] + best[i + 1][j + 1]:
            pairs.append((old[i], new[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append((old[i], None))
            i += 1
        else:
            pairs.append((None, new[j]))
            j += 1
    return [*pairs, *((item, None) for item in old[i:]), *((None, item) for item in new[j:])]


def _by_place(old: Sequence[T], new: Sequence[T], alike: Callable[[T, T], float]) -> Pairs[T]:
    pairs: Pairs[T] = []
    shared = min(len(old), len(new))
    for one, other in zip(old, new, strict=False):
        pairs += [(one, other)] if alike(one, other) else [(one, None), (None, other)]
    return [*pairs, *((item, None) for item in old[shared:]), *((None, item) for item in new[shared:])]


def likeness(old: Node, new: Node) -> float:
    """Return how alike two blocks are, from 0 (not the same block) to 1 (equal)."""
    if not _compatible(old, new):
        return 0.0
    if old.key == new.key:
        return 1.0
    share = common(old.counts, new.counts)
    if old.tag == "tr" and old.children and new.children and old.children[0].key == new.children[0].key:
        share = max(share, 0.9) if old.children[0].words else share
    return share if share >= (ALIKE_OUTSIDE if old.tag in _OUTSIDE else ALIKE) else 0.0


def _compatible(old: Node, new: Node) -> bool:
    if old.tag != new.tag:
        return {old.tag, new.tag} == {"", "p"}
    if old.tag not in {"div", "section"} or old.attributes == new.attributes:
        return True
    # A note that became a warning is the same block: the word in its title says so.
    return all(dict(node.attributes).get("class", "").startswith("callout ") for node in (old, new))


def common(old: Counter[Token], new: Counter[Token]) -> float:
    """Return the share of words that two texts have in common, 0 to 1."""
    total = old.total() + new.total()
    return 2 * (old & new).total() / total if total else 0.0
