"""A template's text cut into pieces that can be compared one by one: put together again they are the same text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from .blocks import Role, layout

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_KEY = re.compile(r"""(["']?)([A-Za-z_][\w-]*)\1[ \t]*:(?=[ \t]|$)(.*)""")
_CHILD = re.compile(r"""( +)(["']?)([A-Za-z]\w*)\2[ \t]*:(?=[ \t]|$)""")
_HEADING = re.compile(r"[ \t]{0,3}#{1,6}(?!#)")
_ITEM = re.compile(r" {0,3}(?:[-*+]|[0-9]{1,9}[.)])[ \t]")
_DELIMITER = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*)*")
_INDENTED = re.compile(r"(?: {2,}|\t)\S")


class Shape(StrEnum):
    """What a piece is."""

    EDGE = "edge"  # a line of `---`, or blank lines before everything
    FENCE = "line around a block"
    KEY = "key"
    VARIABLE = "variable"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "list item"
    TABLE = "table head"
    ROW = "table row"
    BLOCK = "block"
    CODE = "code"


FRONT = frozenset({Shape.EDGE, Shape.KEY, Shape.VARIABLE})
OPENING, CLOSING = "opening", "closing"


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece: its words without the last line break, and the line breaks and blank lines that follow them.

    `name` tells pieces apart that every text has once: keys and variables of front matter, made unique where one
    stands twice, and the two lines around a block. It is "" for the rest.
    """

    shape: Shape
    name: str
    text: str
    gap: str

    @property
    def is_front(self) -> bool:
        """Whether it belongs to the front matter."""
        return self.shape in FRONT


def cut(source: str) -> list[Piece]:
    """Return the pieces of any text, in order: joined, texts and gaps are the source again."""
    lines = _LINE.findall(source)
    end = _front_end(lines)
    front, body = lines[:end], lines[end:]
    return [*_front(front), *_body(body, is_start=not end)]


def opened(block: str, gap: str) -> list[Piece]:
    """Return the pieces of a block: its opening line, what it holds, its closing line; none when it is never closed."""
    lines = _LINE.findall(block + "\n")
    if len(lines) < 2 or layout([line.removesuffix("\n") for line in lines], 1).roles[-1] is not Role.CLOSE:
        return []
    inside = list(_body(lines[1:-1], is_start=True))
    blank = inside.pop(0).gap if inside and inside[0].shape is Shape.EDGE else ""
    first, last = lines[0].removesuffix("\n"), lines[-1].removesuffix("\n")
    return [Piece(Shape.FENCE, OPENING, first, f"\n{blank}"), *inside, Piece(Shape.FENCE, CLOSING, last, gap)]


def joined(pieces: list[Piece]) -> str:
    """Return the text of pieces."""
    return "".join(piece.text + piece.gap for piece in pieces)


def _front_end(lines: list[str]) -> int:
    """Return how many lines the front matter has with its two lines of `---`; 0 when there is none."""
    if not lines or lines[0].rstrip() != "---":
        return 0
    return next((place + 1 for place in range(1, len(lines)) if lines[place].rstrip() == "---"), 0)


def _piece(shape: Shape, name: str, lines: list[str]) -> Piece:
    end = len(lines)
    while end > 1 and not lines[end - 1].strip():
        end -= 1
    words = "".join(lines[:end])
    text = words.removesuffix("\n")
    return Piece(shape, name, text, words[len(text) :] + "".join(lines[end:]))


def _front(lines: list[str]) -> Iterator[Piece]:
    starts = list(_front_starts(lines))
    seen: dict[tuple[Shape, str], int] = {}
    ends = [*(start for start, _, _ in starts[1:]), len(lines)]
    for (start, shape, name), end in zip(starts, ends, strict=False):
        seen[shape, name] = seen.get((shape, name), 0) + 1
        unique = name if seen[shape, name] == 1 else f"{name} {seen[shape, name]}"
        yield _piece(shape, unique, lines[start:end])


def _front_starts(lines: list[str]) -> Iterator[tuple[int, Shape, str]]:
    indent, is_declaring = "", False
    for place, line in enumerate(lines):
        if place in (0, len(lines) - 1):
            yield place, Shape.EDGE, "---"
        elif key := _KEY.match(line):
            yield place, Shape.KEY, key[2]
            indent, is_declaring = "", key[2] == "variables" and not key[3].partition("#")[0].strip()
        elif is_declaring and (child := _CHILD.match(line)) and child[1] == (indent or child[1]):
            indent = child[1]
            yield place, Shape.VARIABLE, child[3]


def _body(lines: list[str], *, is_start: bool) -> Iterator[Piece]:
    reader = _Body(lines)
    blank = reader.blanks(0)
    if blank:  # only without front matter, or right after its last line
        yield Piece(Shape.EDGE, "start" if is_start else "body", "", "".join(lines[:blank]))
    place = blank
    while place < len(lines):
        shape, end = reader.piece(place)
        end += reader.blanks(end)
        yield _piece(shape, "", lines[place:end])
        place = end


class _Body:
    """Finds where each piece of a body ends."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.roles = layout([line.removesuffix("\n") for line in lines], 1).roles
        self.in_table = False

    def blanks(self, place: int) -> int:
        """Return how many blank lines follow."""
        end = place
        while end < len(self.lines) and self._is_blank(end):
            end += 1
        if end > place:
            self.in_table = False
        return end - place

    def piece(self, place: int) -> tuple[Shape, int]:
        """Return the shape of the piece that starts here, and the line after its last."""
        role, line = self.roles[place], self.lines[place]
        was_in_table, self.in_table = self.in_table, False
        if role is Role.OPEN:
            return Shape.BLOCK, self._block_end(place)
        if role is Role.FENCE:
            return Shape.CODE, self._code_end(place)
        if was_in_table and self._is_text(place):
            self.in_table = True
            return Shape.ROW, place + 1
        if _HEADING.match(line):
            return Shape.HEADING, place + 1
        if "|" in line and self._is_delimiter(place + 1):
            self.in_table = True
            return Shape.TABLE, place + 2
        if _ITEM.match(line):
            return Shape.ITEM, self._item_end(place)
        return Shape.PARAGRAPH, self._paragraph_end(place)

    def _is_blank(self, place: int) -> bool:
        return self.roles[place] is Role.TEXT and not self.lines[place].strip()

    def _is_text(self, place: int) -> bool:
        return place < len(self.lines) and self.roles[place] is Role.TEXT and bool(self.lines[place].strip())

    def _is_delimiter(self, place: int) -> bool:
        return (
            self._is_text(place)
            and "|" in self.lines[place]
            and bool(_DELIMITER.fullmatch(self.lines[place].rstrip("\n")))
        )

    def _paragraph_end(self, place: int) -> int:
        end = place + 1
        while self._is_text(end) and not _HEADING.match(self.lines[end]):
            end += 1
        return end

    def _item_end(self, place: int) -> int:
        """Return the line after an item: what is indented below it belongs to it, after blank lines too."""
        end = place + 1
        while end < len(self.lines):
            following = end
            while following < len(self.lines) and self._is_blank(following):
                following += 1
            if following == len(self.lines) or (following > end and not _INDENTED.match(self.lines[following])):
                return end
            if self.roles[following] in (Role.OPEN, Role.FENCE):
                if not _INDENTED.match(self.lines[following]):
                    return end
                is_block = self.roles[following] is Role.OPEN
                end = self._block_end(following) if is_block else self._code_end(following)
            elif following == end and (_ITEM.match(self.lines[end]) or _HEADING.match(self.lines[end])):
                return end
            else:
                end = following + 1
        return end

    def _code_end(self, place: int) -> int:
        end = place + 1
        while end < len(self.lines) and self.roles[end] is Role.CODE:
            end += 1
        return min(end + 1, len(self.lines))

    def _block_end(self, place: int) -> int:
        """Return the line after a block with all it holds; one that is never closed goes to the end."""
        opened: list[int] = []
        for end in range(place, len(self.lines)):
            slashes = len(self.lines[end].strip()) - len(self.lines[end].strip().lstrip("/"))
            if self.roles[end] is Role.OPEN:
                opened.append(slashes)
            elif self.roles[end] is Role.CLOSE and slashes in opened:
                while opened.pop() != slashes:
                    continue
                if not opened:
                    return end + 1
        return len(self.lines)
