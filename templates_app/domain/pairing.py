"""Which piece of one text is which piece of another: the same, moved, or reworded."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Sequence

from .pieces import Piece

ALIKE = 0.5  # share of common words from which a piece counts as the other one reworded
LOOKS_AHEAD = 12  # pieces: what keeps the time in step with the length
SAME_PLACES = 3  # so many pieces in a row that share nothing but their place and shapes still count as reworded

_ORDINAL = re.compile(r" {0,3}[0-9]{1,9}(?=[.)][ \t])")
_WORD = re.compile(r"\w+")


def plain(text: str) -> str:
    """Return a piece's words without the number of a list item: an item put in before changes it, not the item."""
    return _ORDINAL.sub("", text, count=1)


def pairs(base: Sequence[Piece], other: Sequence[Piece]) -> list[int | None]:
    """Return for each piece of `other` the index of the piece of `base` that it comes from, None for a new one."""
    found = _Pairs(base, other)
    found.ends()
    found.moved()
    found.neighbours()
    found.alike()
    found.in_place()
    return found.to_base


class _Pairs:
    def __init__(self, base: Sequence[Piece], other: Sequence[Piece]) -> None:
        self.base, self.other = base, other
        self.left: list[Hashable] = [(piece.shape, plain(piece.text)) for piece in base]
        self.right: list[Hashable] = [(piece.shape, plain(piece.text)) for piece in other]
        self.to_base: list[int | None] = [None] * len(other)
        self.to_other: list[int | None] = [None] * len(base)
        self.words: dict[int, frozenset[str]] = {}

    def _join(self, here: int, there: int) -> None:
        self.to_other[here], self.to_base[there] = there, here

    def _joins(self, here: int, there: int) -> bool:
        """Join two pieces that are there, free and the same; return whether they were."""
        if not (0 <= here < len(self.base) and 0 <= there < len(self.other)):
            return False
        is_free = self.to_other[here] is None and self.to_base[there] is None
        if is_free and self.left[here] == self.right[there]:
            self._join(here, there)
            return True
        return False

    def ends(self) -> None:
        """Join what both texts begin and end with."""
        start = 0
        while self._joins(start, start):
            start += 1
        end = 1
        while self._joins(len(self.base) - end, len(self.other) - end):
            end += 1

    def moved(self) -> None:
        """Join pieces that stand once in either text, wherever they stand."""
        here = [place for place, there in enumerate(self.to_other) if there is None]
        there = [place for place, here_ in enumerate(self.to_base) if here_ is None]
        once = Counter(self.left[place] for place in here)
        places = {self.right[place]: place for place in there}
        counts = Counter(self.right[place] for place in there)
        for place in here:
            key = self.left[place]
            if once[key] == 1 and counts[key] == 1:
                self._join(place, places[key])

    def neighbours(self) -> None:
        """Join the same pieces next to joined ones, forward and backward."""
        for step, order in ((1, range(len(self.other))), (-1, range(len(self.other) - 1, -1, -1))):
            for there in order:
                beside = there - step
                here = self.to_base[beside] if 0 <= beside < len(self.other) else None
                if here is not None:
                    self._joins(here + step, there)

    def alike(self) -> None:
        """Join pieces between the same neighbours that have most of their words in common."""
        self._in_runs(self._reworded)

    def in_place(self) -> None:
        """Join the few pieces left between the same neighbours when their shapes are the same in order."""
        self._in_runs(self._placed)

    def _in_runs(self, act: Callable[[list[int], list[int]], None]) -> None:
        place = 0
        while place < len(self.base):
            start = place
            while place < len(self.base) and self.to_other[place] is None:
                place += 1
            if place > start:
                act(list(range(start, place)), self._facing(start, place))
            place += 1

    def _facing(self, start: int, end: int) -> list[int]:
        """Return the free pieces of the other text that follow the neighbour before, or precede the one after."""
        first = last = 1 + (-1 if start == 0 else self.to_other[start - 1] or 0)
        while last < len(self.other) and self.to_base[last] is None:
            last += 1
        if last == first:
            first = last = len(self.other) if end == len(self.base) else self.to_other[end] or 0
            while first > 0 and self.to_base[first - 1] is None:
                first -= 1
        return list(range(first, last))

    def _reworded(self, here: list[int], there: list[int]) -> None:
        start = 0
        for place in here:
            window = there[start : start + LOOKS_AHEAD]
            likes = [(self._likeness(place, other), -at) for at, other in enumerate(window)]
            best, at = max(likes, default=(0.0, 0))
            if best >= ALIKE:
                self._join(place, window[-at])
                start += 1 - at

    def _placed(self, here: list[int], there: list[int]) -> None:
        shapes = [self.base[place].shape for place in here]
        if len(here) <= SAME_PLACES and shapes == [self.other[place].shape for place in there]:
            for place, other in zip(here, there, strict=True):
                self._join(place, other)

    def _likeness(self, here: int, there: int) -> float:
        if self.base[here].shape is not self.other[there].shape:
            return 0.0
        if self.left[here] == self.right[there]:
            return 2.0
        mine, theirs = self._words(here, self.base[here]), self._words(-1 - there, self.other[there])
        return 2 * len(mine & theirs) / (len(mine) + len(theirs) or 1)

    def _words(self, number: int, piece: Piece) -> frozenset[str]:
        if number not in self.words:
            self.words[number] = frozenset(_WORD.findall(piece.text.lower()))
        return self.words[number]
