"""What a body may not hold, found before Markdown runs, line by line.

The limits are far above any procedure and far below what hurts: see the tests for the measured times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .blocks import Layout, Role
from .placeholders import PATTERN
from .problems import Problem

MOST_CELLS = 3_000
DEEPEST = 20
MOST_PLACEHOLDERS = 3_000
LONGEST_LINE = 20_000
# In one paragraph: Markdown looks for the partner of each of these, again and again.
MOST_OPENERS = {"[": 300, "*": 2_000, "_": 2_000, "`": 1_000, "(": 4_000, "\\": 2_000}
MOST_BRACKETS = 5_000  # 10,000 in a row took Markdown 6 s; in paragraphs of 300 they take 0.1 s

_SPAN = re.compile(r"`[^`\n]*`")
_MARKERS = re.compile(r"[ \t]*(?:(?:[-*+:]|[0-9]{1,9}[.)])[ \t]+|>[ \t]?)")
_IMAGE = re.compile(r"!\[[^\]\n]{0,500}\][(\[]")
_LINK = re.compile(r"(?<!\\)\]\(([^)\n]*)")
_ALLOWED = re.compile(r"[ \t]*(?:https://|mailto:|tel:)\S")
_HEADING = re.compile(r"[ \t]*(?:[-*+>:][ \t]*)*(#{1,6})(?!#)")
_MISPLACED = re.compile(r"[ \t]*(?:(?:[-*+:]|[0-9]{1,9}[.)])[ \t]+|>[ \t]?)+/{3,}")
_DELIMITER = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*)*")


def check(lines: list[str], found: Layout, first_line: int) -> list[Problem]:
    """Return every problem of the body's lines; `found` says which of them are code."""
    shown = (Role.TEXT, Role.OPEN)
    texts = [line if role in shown else "" for line, role in zip(lines, found.roles, strict=True)]
    numbered = list(enumerate(texts, first_line))
    problems = [problem for number, line in numbered if line for problem in _line(line, number)]
    problems += _floods(numbered)
    problems += _cells(numbered)
    return problems


def _line(line: str, number: int) -> Iterator[Problem]:
    if len(line) > LONGEST_LINE:
        yield Problem(f"A line has at most {LONGEST_LINE:,} characters; this has {len(line):,}.", number, 1)
        return
    if _depth(line) > DEEPEST:
        yield Problem(f"Lists and quotes go at most {DEEPEST} levels deep.", number, 1)
    if "#" in line and (match := _HEADING.match(line)) and len(match[1]) not in (2, 3, 4):
        yield Problem("Write headings with ## or ###. Write \\# to start a line with the sign itself.", number, 1)
    if "///" in line and _MISPLACED.match(line):
        yield Problem("Start a block on a line of its own, outside quotes and after the list mark's line.", number, 1)
    if "](" in line or "![" in line:
        yield from _links(_SPAN.sub(lambda span: "x" * len(span[0]), line), number)


def _links(line: str, number: int) -> Iterator[Problem]:
    for match in _IMAGE.finditer(line):
        yield Problem("Images have no place in a template. Remove this one.", number, match.start() + 1)
        line = line[: match.start()] + "x" * len(match[0]) + line[match.end() :]
    for match in _LINK.finditer(line):
        column = match.start(1) + 1
        if PATTERN.search(match[1]):
            yield Problem("A placeholder cannot stand inside a link's address.", number, column)
        elif not _ALLOWED.match(match[1]):
            told = "Start a link's address with https:// or mailto: or tel:, or write \\[ to show the brackets."
            yield Problem(told, number, column)


def _depth(line: str) -> int:
    """Return how deep the line's indentation and its list and quote marks put it."""
    blanks = len(line) - len(line.lstrip(" \t"))
    depth, position = line[:blanks].expandtabs(4).count(" ") // 4, 0
    while depth <= DEEPEST and (match := _MARKERS.match(line, position)):
        depth, position = depth + 1, match.end()
    return depth


def _floods(numbered: list[tuple[int, str]]) -> Iterator[Problem]:
    text = "\n".join(line for _, line in numbered)
    if all(text.count(sign) <= limit for sign, limit in MOST_OPENERS.items()):
        return  # what the whole text does not have, none of its paragraphs has
    counts = dict.fromkeys(MOST_OPENERS, 0)
    told: set[str] = set()
    brackets = 0
    for number, line in numbered:
        if not line.strip() or line.count("|") > 1:  # a new paragraph; the row of a table stands for itself
            counts, told = dict.fromkeys(MOST_OPENERS, 0), set()
        brackets += line.count("[") - line.count("[ ]")
        if brackets > MOST_BRACKETS:
            yield Problem(f"A text has at most {MOST_BRACKETS:,} of the sign “[”. Remove some here.", number, 1)
            return
        for sign, limit in MOST_OPENERS.items():
            counts[sign] += line.count(sign) - (line.count("[ ]") if sign == "[" else 0)
            if counts[sign] > limit and sign not in told:
                told.add(sign)
                yield Problem(f"A paragraph has at most {limit:,} of the sign “{sign}”. Shorten it.", number, 1)


def _cells(numbered: list[tuple[int, str]]) -> Iterator[Problem]:
    """Count the cells of all tables: columns of the header by rows, as Markdown fills short rows up."""
    total, columns, told = 0, 0, False
    for number, line in numbered:
        if not line.strip():
            columns = 0
        elif not columns and "|" in line and "-" in line and _DELIMITER.fullmatch(line):
            columns = len(line.strip().strip("|").split("|"))
            total += columns
        elif columns:
            total += columns
        if total > MOST_CELLS and not told:
            told = True
            yield Problem(f"The tables of a text have at most {MOST_CELLS:,} cells together. Split it.", number, 1)
