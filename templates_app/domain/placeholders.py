r"""Placeholders: `<Name>` in a template's text; `\<Name>` is literal."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

NAME = re.compile(r"[A-Z][A-Za-z0-9]*")
PATTERN = re.compile(r"<([A-Z][A-Za-z0-9]*)>")


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One `<Name>`: its name, offsets in the searched text, and its line and column from 1."""

    name: str
    start: int
    end: int
    line: int
    column: int


def is_escaped(text: str, position: int) -> bool:
    """Return whether an odd number of backslashes stands before `position`."""
    before = position
    while before > 0 and text[before - 1] == "\\":
        before -= 1
    return (position - before) % 2 == 1


def find(text: str, first_line: int = 1) -> list[Placeholder]:
    """Return every placeholder of `text` in order; the text's first line counts as `first_line`."""
    starts = [0] + [match.end() for match in re.finditer("\n", text)]
    found: list[Placeholder] = []
    for match in PATTERN.finditer(text):
        if is_escaped(text, match.start()):
            continue
        row = bisect_right(starts, match.start()) - 1
        column = match.start() - starts[row] + 1
        found.append(Placeholder(match[1], match.start(), match.end(), first_line + row, column))
    return found
