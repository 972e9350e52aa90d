"""The passages of a source in reading order, each with its place."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .nodes import Code, Heading, Item, Node, Open, Para, Words, words_of
from .places import Part, Passage, Place

_LABEL = re.compile(r"\s*(?:\*\*|__)?([^:*_\n]{1,60}?)(?:\*\*|__)?\s*:(?:\*\*|__)?(?:\s|$)")
_OPENERS = {"[": "]", "{": "}", "<": ">"}
_MUSTACHE = re.compile(r"(?<!\$)\{\{[ ]?&?[ ]?[A-Za-z_]\w{1,60}[ ]?\}\}")
MOST_JOINED = 15  # lines of one blank


def passages_of(nodes: list[Node], beside: Sequence[Words] = ()) -> tuple[list[Words], list[Passage]]:
    """Return all words with their passages, one for each; broken blanks are joined first.

    `beside` are words that stand in no node: the title, and what a file tells about itself.
    """
    words: list[Words] = list(beside)
    passages = [Passage(each.text, _place(each, (), spoken=False)) for each in beside]
    headings: list[Heading] = []
    for node in nodes:
        if isinstance(node, Heading):
            headings = [above for above in headings if above.rank < node.rank]
        if isinstance(node, Para | Item):
            node.rows = _joined(node.rows)
        if isinstance(node, Code):
            node.rows = _without_mustache(node.rows)
        above = tuple(heading.words.text for heading in headings)
        spoken = isinstance(node, Open) and node.kind in ("say", "avoid")
        for each in words_of(node):
            words.append(each)
            passages.append(Passage(each.text, _place(each, above, spoken=spoken)))
        if isinstance(node, Heading):
            headings.append(node)
    return words, passages


def _place(words: Words, headings: tuple[str, ...], *, spoken: bool) -> Place:
    label = words.label
    if not label and words.part in (Part.TEXT, Part.ITEM):
        found = _LABEL.match(words.text)
        label = found[1].strip() if found else ""
    return Place(words.line, Part.SPOKEN if spoken else words.part, headings, words.column, label)


def _joined(rows: list[Words]) -> list[Words]:
    """Join lines where a bracket opened in one is closed in a later one, and a drawn line to the label before it."""
    joined: list[Words] = []
    count = 0
    for row in rows:
        if joined and count < MOST_JOINED and (is_open(joined[-1].text) or _is_line_of(row.text, joined[-1].text)):
            last = joined[-1]
            joined[-1] = Words(f"{last.text} {row.text}", last.line, last.part, last.column, last.label)
            count += 1
        else:
            joined.append(row)
            count = 0
    return joined


def _is_line_of(text: str, above: str) -> bool:
    return above.endswith(":") and bool(re.match(r"(?:\\?_){3,}", text))


def is_open(text: str) -> bool:
    """Return whether a bracket is opened in the text and not closed."""
    tail = text[-1_000:]
    for opener, closer in _OPENERS.items():
        if tail.count(opener) > tail.count(closer):
            start = tail.rfind(opener)
            if opener != "<" or tail[start + 1 : start + 2].isalpha():
                return True
    return False


def _without_mustache(rows: list[Words]) -> list[Words]:
    """Part lines of code at the blanks of a template engine; what is code and nothing else holds none."""
    found: list[Words] = []
    for row in rows:
        last = 0
        for blank in _MUSTACHE.finditer(row.text):
            found.append(Words(row.text[last : blank.start()], row.line, Part.CODE, "+"))
            found.append(Words(blank[0], row.line, Part.TEXT, "+"))
            last = blank.end()
        found.append(Words(row.text[last:], row.line, Part.CODE))
    return found


def lines_of_code(rows: list[Words], texts: list[str]) -> list[str]:
    """Return the lines of code again, with the texts that stand for the rows now."""
    lines = [""]
    for row, text in zip(rows, texts, strict=True):
        lines[-1] += text
        if row.column != "+":
            lines.append("")
    return lines[:-1]
