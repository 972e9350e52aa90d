"""Before structure is looked for: front matter, comments, addresses and marks of other tools are taken out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from . import webpage
from .characters import kept, pieces
from .fences import without_marks
from .nodes import Aside, Words
from .page_tables import with_blanks
from .places import Part

OTHER_FRONT = "Front matter of another tool."
COMMENT = "A comment: readers of the source do not see it."
ADDRESS = "The address of a link, which stands in the link itself now."
CONTENTS = "The document makes its own contents and pages."
LETTER = "A letter that stands for the number of an item."
TOOL = "A mark of another tool."

_KEY = re.compile(r"([A-Za-z][\w .-]{0,40}):(?:[ \t]+(.*))?")
_FRONT_ROW = re.compile(r"[a-zA-Z][\w-]{0,40}:(?:[ \t].*)?|[ \t]+\S.*|[ \t]*-[ \t].*|[ \t]*")
_LISTS = re.compile(r"tags?|keywords|categor(?:y|ies)|aliases|labels|topics|related|standards|frameworks", re.I)
_LETTER = re.compile(r"([ \t]*)([aAiI])[.][ \t]+(?=\S)")
_ADDRESS_LINE = re.compile(r"[ ]{0,3}\[([^\[\]^]{1,300})\]:[ \t]*<?(\S+?)>?(?:[ \t]+[\"'(].*[\"')])?[ \t]*")
_CONTENTS = re.compile(
    r"[ \t]*(?:\[\[?_?toc_?\]\]?|\[\[_toc_\]\]|\{:toc\}|\\(?:newpage|pagebreak|tableofcontents)|@\[toc\].*)[ \t]*", re.I
)
_TOOL = re.compile(r"[ \t]*(?::{3,}.*|\{:[^}]*\}|\{%-?[^%]{0,300}%\}|\{\{![^}]{0,2000}\}\})[ \t]*")
_FENCE = re.compile(r"[ ]{0,8}(`{3,}|~{3,})")
_GLUED = re.compile(
    r"(?<=[.!?])(?=(?:How to use this template|Template variables|Frequently asked questions)\s*$)", re.I
)


@dataclass(slots=True)
class Swept:
    """Lines with their numbers in the source, what the front matter said, and where links lead."""

    lines: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    told: list[Words] = field(default_factory=list)  # the values of front matter that was set aside

    def add(self, line: str, number: int) -> None:
        """Keep one line, in pieces when it is very long."""
        for piece in pieces(line):
            self.lines.append(piece)
            self.numbers.append(number)


def sweep(source: Sequence[str], aside: Aside) -> Swept:
    """Return the lines that make the document."""
    swept = Swept()
    source = [kept(line, number, aside) for number, line in enumerate(source, 1)]
    source = without_marks(source)
    begin = _front(source, swept, aside)
    for line in source[begin:]:
        found = _ADDRESS_LINE.fullmatch(line)
        if found and re.match(r"(?:[a-z]+:|[#./])|www\.|.*/", found[2], re.I):
            swept.references.setdefault(found[1].casefold().strip(), found[2])
    _body(source, begin, swept, aside)
    _count_letters(swept, aside)
    return swept


def _count_letters(swept: Swept, aside: Aside) -> None:
    """Number the items of a list in which each is marked "a." and the next letter is left to another tool."""
    found = [at for at, line in enumerate(swept.lines) if _LETTER.match(line)]
    if len(found) < 2 or any(re.match(r"[ \t]*(?:[bB]|ii)[.][ \t]", line) for line in swept.lines):
        return
    for at in found:
        mark = _LETTER.match(swept.lines[at])
        assert mark is not None
        aside.mark(f"{mark[2]}.", LETTER)
        swept.lines[at] = f"{mark[1]}1. {swept.lines[at][mark.end() :]}"


def _front(source: Sequence[str], swept: Swept, aside: Aside) -> int:
    """Read front matter of any dialect; returns where the text begins."""
    begin = next((index for index, line in enumerate(source) if line.strip()), 0)
    opened = bool(source) and source[begin].strip() in ("---", "+++")
    mark = source[begin].strip() if opened else "---"
    first = begin + 1 if opened else begin
    ends = (index for index, line in islice(enumerate(source), first, begin + 300) if line.strip() in (mark, "..."))
    end = next(ends, 0)
    rows = source[first:end]
    keys = [row for row in rows if _KEY.fullmatch(row.replace(" = ", ": "))]
    if not end or not keys or not (opened or (len(keys) > 1 and all(map(_FRONT_ROW.fullmatch, rows)))):
        return 0
    for number, row in enumerate(rows, first + 1):
        found = _KEY.fullmatch(row.replace(" = ", ": "))
        if found and found[2]:
            swept.facts[found[1].casefold()] = found[2].strip().strip("\"'")
        if not aside.put(number, row, OTHER_FRONT):
            swept.add(row, number)
        elif found and found[2] and not _is_list(found[1], found[2]):
            swept.told.append(Words(found[2], number, Part.CELL, label=found[1]))
    return end + 1


def _is_list(key: str, value: str) -> bool:
    """Return whether a value of front matter is a list, a mapping or a link to another note, not a blank."""
    if re.match(r"[\"']?\[\[", value):
        return True
    many = "," in value or bool(_LISTS.fullmatch(key))
    return (value.startswith("[") and many) or bool(re.match(r"\{[^{}]*:", value))


def _body(source: Sequence[str], begin: int, swept: Swept, aside: Aside) -> None:
    fence, comment = "", False
    rows = iter(enumerate(source[begin:], begin + 1))
    for number, line in rows:
        found = _FENCE.match(line)
        if fence:
            fence = "" if line.strip().startswith(fence) and not line.strip().strip(fence[0]) else fence
            swept.add(line, number)
        elif found and not comment:
            fence = found[1]
            swept.add(line, number)
        elif re.match(r"[ \t]*<table\b", line, re.I) and not comment:
            _html_table(line, number, rows, swept, aside)
        else:
            line, comment = _without_comments(line, number, comment, aside)
            _plain(line, number, swept, aside)


def _without_comments(line: str, number: int, inside: bool, aside: Aside) -> tuple[str, bool]:
    """Return the line without its comments, and whether one goes on in the next line."""
    kept = ""
    while True:
        if inside:
            words, end, line = line.partition("-->")
            if not aside.put(number, words.replace("<!--", ""), COMMENT):
                kept += words
            if not end:
                return kept, True
            inside = False
        before, start, line = line.partition("<!--")
        kept += before
        if not start:
            return kept, False
        inside = True


def _plain(line: str, number: int, swept: Swept, aside: Aside) -> None:
    found = _ADDRESS_LINE.fullmatch(line)
    if found and swept.references.get(found[1].casefold().strip()) == found[2]:
        gone = aside.put(number, line, ADDRESS)
    elif _CONTENTS.fullmatch(line):
        gone = aside.put(number, line, CONTENTS)
    else:
        gone = bool(_TOOL.fullmatch(line)) and aside.put(number, line, TOOL)
    if gone:
        swept.add("", number)
        return
    for part in _GLUED.split(line):
        swept.add(part, number)


def _html_table(line: str, number: int, rows: Iterator[tuple[int, str]], swept: Swept, aside: Aside) -> None:
    """Read a table written in HTML inside other text."""
    taken = [line]
    while "</table" not in taken[-1].lower() and len(taken) < 5_000:
        following = next(rows, None)
        if following is None:
            break
        taken.append(following[1])
    lines, dropped = webpage.lines_of_html(with_blanks("\n".join(taken)))
    for each in dropped:
        aside.put(number, each.text, each.reason)
    for text in ("", *lines, ""):
        swept.add(text, number)
