"""Items of lists: bullets, numbers and check boxes, and how deep they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

DEEPEST = 6
BOXES = "☐□❏❑▢⬜"
TICKED = "☑☒✅✔✓"

_ITEM = re.compile(r"([ \t]*)(?:([-*+•◦▪▫‣⁃●○■–·\uf0b7\uf0a7])|\(?(\d{1,3})[.)])(?:[ \t\u00a0]+(.*)|$)")
_BOX = re.compile(rf"(?:\\?\[[ \u00a0]?\\?\]|[{BOXES}])(?![(\w])[ \t\u00a0]*(.*)")
_TICK = re.compile(r"\[[xX]\](?!\()[ \t]*(.*)")
_LOOSE_BOX = re.compile(rf"([ \t]*)([{BOXES}{TICKED}])[ \t\u00a0]*(\S.*)")
_BULLET_GLUED = re.compile(r"([ \t]*)[•◦▪●■](\S.*)")


@dataclass(frozen=True, slots=True)
class Mark:
    """The start of an item: its indentation, its number (0 for a bullet), whether it has a box, its words."""

    indent: int
    number: int
    box: bool
    words: str


def item_mark(line: str) -> Mark | None:
    """Return how a line starts an item, or None."""
    loose = _LOOSE_BOX.fullmatch(line)
    if loose:
        return Mark(_width(loose[1]), 0, True, loose[3] if loose[2] in BOXES else f"{loose[2]} {loose[3]}")
    glued = _BULLET_GLUED.fullmatch(line)
    if glued:
        return Mark(_width(glued[1]), 0, False, glued[2])
    found = _ITEM.fullmatch(line)
    if found is None or re.fullmatch(r"[ \t]*(?:[-*][ \t]*){3,}", line):
        return None
    words = (found[4] or "").strip()
    if not words and not found[2]:
        return None
    box = _BOX.fullmatch(words)
    if box:
        return Mark(_width(found[1]), int(found[3] or 0), True, box[1])
    tick = _TICK.fullmatch(words)
    if tick:
        return Mark(_width(found[1]), int(found[3] or 0), True, f"☑ {tick[1]}")
    return Mark(_width(found[1]), int(found[3] or 0), False, words)


def boxes(words: str) -> list[str]:
    """Return the words of each box of a line that holds several, such as "Yes ☐ No"; one when it holds no other."""
    return [part.strip() for part in re.split(rf"[ \t]+[{BOXES}][ \t]*", words) if part.strip()] or [words]


def _width(blanks: str) -> int:
    return len(blanks.expandtabs(4))


@dataclass(slots=True)
class Level:
    """How deep the list is that lines may belong to: the indentation of the marks around them."""

    indents: list[int] = field(default_factory=list)
    gap: bool = False

    @property
    def depth(self) -> int:
        """How many lists a line inside the newest item stands in."""
        return len(self.indents)

    @property
    def indent(self) -> int:
        """The indentation of the newest item's mark."""
        return self.indents[-1] if self.indents else 0

    def enter(self, indent: int) -> int:
        """Take an item and return its depth, 0 for the outermost list."""
        while self.indents and self.indents[-1] > indent - (2 if len(self.indents) < DEEPEST else 99):
            self.indents.pop()
        self.indents.append(indent)
        self.gap = False
        return len(self.indents) - 1

    def holds(self, line: str) -> bool:
        """Return whether an indented line belongs to the newest item, or to one around it."""
        width = _width(line[: len(line) - len(line.lstrip())])
        while self.indents and width < self.indents[-1] + 2:
            if len(self.indents) == 1:
                return False
            if width < self.indents[-2] + 2:
                return False
            self.indents.pop()
        return bool(self.indents)

    def is_outside(self, line: str) -> bool:
        """Return whether a line cannot belong to any item."""
        return not line.startswith((" ", "\t"))

    def leave(self) -> None:
        """End all lists."""
        self.indents.clear()
