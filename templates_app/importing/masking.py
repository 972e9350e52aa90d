"""Masking: what of a passage can hold no blank, such as code and comments, is covered before blanks are looked for."""

from __future__ import annotations

import re
from collections.abc import Iterator

COVER = "\x00"

# A code span that is nothing but words in brackets: a blank in other letters, no code.
_SHOWN = re.compile(r"\[(?:[A-Z]|[a-z]+[ /])[^\[\]\n]*\]|<(?:[A-Z][\w-]*|[a-z]+)[ /][^<>\n=]*>")
_TICKS = re.compile(r"`+")
_FILLED = re.compile(r"\{\{[^{}\n]{1,200}\}\}")
_CONTROL = re.compile(
    r"\{%[^{}\n]{0,300}%\}|\{\{[#^/!>][^{}\n]{0,300}\}\}|\{#[ \t][^{}\n]{0,300}#\}|\{\{<[^{}\n]{0,300}>\}\}"
)
_ADDRESS = re.compile(r"(?<=\]\()[^()\s]{1,2000}(?=\)|\s+[\"'])")


def masked(text: str) -> str:
    """Return the text, as long as before, with code, comments, control tags and links' addresses covered.

    A value in double braces shows through in code and addresses: it is filled there too.
    """
    covers = [*_code(text), *_comments(text), *(match.span() for match in _CONTROL.finditer(text))]
    addresses = [match.span() for match in _ADDRESS.finditer(text)] if "](" in text else []
    if not covers and not addresses:
        return text
    letters = list(text)
    for start, end in (*covers, *addresses):
        letters[start:end] = COVER * (end - start)
        for shown in _FILLED.finditer(text, start, end):
            if text[shown.start() + 2] not in "#^/!><":
                letters[shown.start() : shown.end()] = shown[0]
    return "".join(letters)


def _code(text: str) -> Iterator[tuple[int, int]]:
    """Yield the code spans: each ends at the next run of as many backticks as it starts with."""
    runs = [match.span() for match in _TICKS.finditer(text)]
    following: dict[int, int] = {}
    partner = [-1] * len(runs)
    for at in range(len(runs) - 1, -1, -1):
        length = runs[at][1] - runs[at][0]
        partner[at] = following.get(length, -1)
        following[length] = at
    at = 0
    while at < len(runs):
        if partner[at] < 0:
            at += 1
            continue
        if not _SHOWN.fullmatch(text, runs[at][1], runs[partner[at]][0]):
            yield runs[at][0], runs[partner[at]][1]
        at = partner[at] + 1


def _comments(text: str) -> Iterator[tuple[int, int]]:
    start = text.find("<!--")
    while start >= 0:
        end = text.find("-->", start)
        if end < 0:
            return
        yield start, end + 3
        start = text.find("<!--", end)
