"""Keeping a text byte for byte through a form: a browser sends every line end as CR LF, whatever was stored."""

from __future__ import annotations

import re
from collections import Counter
from itertools import zip_longest

BREAKS = re.compile("\r\n|\r|\n")


def with_line_ends_of(typed: str, stored: str) -> str:
    """Return what was typed with the line ends of the stored text.

    A text that nobody changed comes back as it was stored. In a text with several kinds of line end, the lines before
    and after the change keep theirs; new lines get the kind that is there most often.
    """
    new, old = BREAKS.split(typed), BREAKS.split(stored)
    ends = BREAKS.findall(stored)
    usual = main_break(stored)
    count = len(new) - 1
    before = _equal(new, old)
    after = min(_equal(new[::-1], old[::-1]), len(new) - before, len(old) - before)
    kept = {place: ends[place] for place in range(min(before, len(ends), count))}
    for back in range(1, min(after, len(ends), count) + 1):
        kept.setdefault(count - back, ends[-back])
    chosen = [kept.get(place, usual) for place in range(count)]
    for place in range(1, count):
        if chosen[place - 1] == "\r" and not new[place] and chosen[place] == "\n":
            chosen[place] = "\r"  # an empty line between these two would vanish: together they are one line end
    return "".join(line + end for line, end in zip_longest(new, chosen, fillvalue=""))


def main_break(text: str) -> str:
    r"""Return the line end that is there most often, `\n` in a text of one line."""
    ends: list[str] = BREAKS.findall(text)
    return Counter(ends or ["\n"]).most_common(1)[0][0]


def _equal(one: list[str], other: list[str]) -> int:
    """Return how many lines are equal from the start on."""
    for place, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return place
    return min(len(one), len(other))
