"""Which words of a text differ, and how much looking for that may cost."""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from sop_library.domain.comparison_tree import Token

MOST_FOR_ONE = 40_000
MOST_TOGETHER = 1_000_000
FEWEST_IN_COMMON = 0.2  # of the words: with less in common, a text is shown as replaced
_ENDS = {".", "!", "?", ":", ";"}


@dataclass(slots=True)
class Budget:
    """What one comparison may still spend: difflib takes time that grows with the pairs of equal items it meets."""

    left: int = MOST_TOGETHER

    def allows(self, old: Sequence[Hashable], new: Sequence[Hashable]) -> bool:
        """Spend what aligning two sequences costs; False, and nothing spent, when that is too much."""
        there = Counter(new)
        return self.spend(len(old) + len(new) + sum(there[item] for item in old))

    def spend(self, cost: int) -> bool:
        """Spend a cost; False, and nothing spent, when it is too much."""
        if cost > min(self.left, MOST_FOR_ONE):
            return False
        self.left -= cost
        return True


@dataclass(frozen=True, slots=True)
class Hunk:
    """A stretch of a text: the same on both sides, or what it was and what it is."""

    old: tuple[Token, ...]
    new: tuple[Token, ...]
    same: bool = False


@dataclass(slots=True)
class _Hunks:
    found: list[Hunk] = field(default_factory=list)

    def same(self, tokens: tuple[Token, ...]) -> None:
        if not tokens:
            return
        if self.found and self.found[-1].same:
            tokens = (*self.found.pop().new, *tokens)
        self.found.append(Hunk(tokens, tokens, same=True))

    def changed(self, old: tuple[Token, ...], new: tuple[Token, ...]) -> None:
        """Add what differs, its equal start and end told apart."""
        start = common_start(old, new)
        end = common_start(old[start:][::-1], new[start:][::-1])
        self.same(old[:start])
        gone, come = old[start : len(old) - end], new[start : len(new) - end]
        if gone or come:
            if self.found and not self.found[-1].same:
                before = self.found.pop()
                gone, come = (*before.old, *gone), (*before.new, *come)
            self.found.append(Hunk(gone, come))
        self.same(old[len(old) - end :])


def common_start(old: Sequence[object], new: Sequence[object]) -> int:
    """Return how many items two sequences have in common from their start."""
    count = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        count += 1
    return count


def hunks_of(old: tuple[Token, ...], new: tuple[Token, ...], budget: Budget) -> list[Hunk]:
    """Return the stretches of a text in order; the old sides together are the old text, the new sides the new one."""
    start = common_start(old, new)
    end = common_start(old[start:][::-1], new[start:][::-1])
    middle = old[start : len(old) - end], new[start : len(new) - end]
    made = _Hunks()
    made.same(old[:start])
    for hunk in _readable(_middle(*middle, budget)):
        made.same(hunk.new) if hunk.same else made.changed(hunk.old, hunk.new)
    made.same(old[len(old) - end :])
    if _too_little(made.found, old, new):
        return [Hunk(old, new)]
    return made.found


def _middle(old: tuple[Token, ...], new: tuple[Token, ...], budget: Budget) -> list[Hunk]:
    """Return the stretches by word; by sentence, or as one, where words would take too long."""
    for units in (_words, _sentences):
        before, after = units(old), units(new)
        one, other = [unit[1] for unit in before], [unit[1] for unit in after]
        if budget.allows(one, other):
            blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
            pairs = [(before[a + n][0], after[b + n][0]) for a, b, size in blocks for n in range(size)]
            return _between(old, new, pairs)
    return [Hunk(old, new)]


Unit = tuple[slice, tuple[Token, ...]]


def _words(tokens: tuple[Token, ...]) -> list[Unit]:
    return [(slice(at, at + 1), (token,)) for at, token in enumerate(tokens) if not token.is_space]


def _sentences(tokens: tuple[Token, ...]) -> list[Unit]:
    found, start = [], 0
    for at, token in enumerate(tokens, 1):
        if token.text in _ENDS or at == len(tokens):
            found.append((slice(start, at), tokens[start:at]))
            start = at
    return found


def _between(old: tuple[Token, ...], new: tuple[Token, ...], pairs: list[tuple[slice, slice]]) -> list[Hunk]:
    """Return the stretches, given the places that are equal; spaces go with what is around them."""
    made = _Hunks()
    left = right = 0
    for one, other in [*pairs, (slice(len(old), len(old)), slice(len(new), len(new)))]:
        made.changed(old[left : one.start], new[right : other.start])
        made.same(old[one])
        left, right = one.stop, other.stop
    return made.found


def _readable(hunks: list[Hunk]) -> list[Hunk]:
    """Join changes that only a few equal words keep apart: torn sentences are hard to read."""
    joined: list[Hunk] = []
    for at, hunk in enumerate(hunks):
        before = joined[-1] if joined else None
        if before is None or before.same:
            joined.append(hunk)
        elif not hunk.same or (
            at + 1 < len(hunks) and _count(hunk.new) * 2 <= min(_size(before), _size(hunks[at + 1]))
        ):
            joined[-1] = Hunk(before.old + hunk.old, before.new + hunk.new)
        else:
            joined.append(hunk)
    return joined


def _too_little(hunks: list[Hunk], old: tuple[Token, ...], new: tuple[Token, ...]) -> bool:
    kept = sum(_count(hunk.new) for hunk in hunks if hunk.same)
    return sum(not hunk.same for hunk in hunks) > 1 and kept < FEWEST_IN_COMMON * max(_count(old), _count(new))


def _size(hunk: Hunk) -> int:
    return max(_count(hunk.old), _count(hunk.new))


def _count(tokens: tuple[Token, ...]) -> int:
    return sum(token.is_word for token in tokens)
