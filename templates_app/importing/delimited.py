"""Delimited blanks: words between brackets, braces or angle marks, escaped or not, that are not ordinary writing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from .ordinary import is_ordinary_angle, is_ordinary_brace, is_ordinary_bracket

LONGEST = 1_200

_MARKS = (
    ("[", re.compile(r"\\?\[|\\?\]|\n[ \t]*\n")),
    ("{", re.compile(r"\\?\{|\\?\}|\n[ \t]*\n")),
    ("<", re.compile(r"\\?<(?![-=])|&lt;(?![-=])|(?<![-=])\\?>|&gt;|\n[ \t]*\n")),
)
_OPENING = {"[", "{", "<", "&lt;"}
_DOUBLE = re.compile(r"\s*[&.]?\s*([A-Za-z][\w .\-/\[\]]*?)\s*(?:\|[^{}]*)?")
_FREE = re.compile(r"\s*([A-Za-z](?:[^{}\"=|'’(]|(?<=\w)['’](?=\w)|(?<=\s)\()*)")
_NOTE_LINK = re.compile(r"\||/|#|\w\.\w")  # "[[page|words]]" leads to a page of a wiki
_UNDERLINED = re.compile(r"\]\{[.#][\w .#=\"-]{1,60}\}")


def delimited(shown: str, text: str) -> Iterator[tuple[int, int, str, str]]:
    """Yield (start, end, words inside, dialect) of each blank between marks; those inside another come too."""
    for mark, pattern in _MARKS:
        if mark not in shown and "&lt;" not in shown:
            continue
        for start, end, inner_start, inner_end in _pairs(shown, mark, pattern):
            found = _read(shown, mark, start, end, shown[inner_start:inner_end])
            if found is not None:
                start, end, inner, dialect = found
                yield start, end, inner, dialect


def _pairs(text: str, mark_opening: str, pattern: re.Pattern[str]) -> Iterator[tuple[int, int, int, int]]:
    """Yield (start, end, inner start, inner end) of each pair of marks in one paragraph, not longer than LONGEST.

    A pair right inside another of its kind is left to that one.
    """
    stack: list[tuple[int, int]] = []
    for match in pattern.finditer(text):
        mark = match[0].removeprefix("\\")
        if mark.startswith("\n"):
            stack.clear()
        elif mark in _OPENING:
            stack.append(match.span())
        elif stack:
            start, inner_start = stack.pop()
            wrapped = text[start - 1 : start] == mark_opening and text[match.end() : match.end() + 1] == mark[-1]
            if match.end() - start <= LONGEST and not (wrapped and start):
                yield start, match.end(), inner_start, match.start()


def _read(text: str, mark: str, start: int, end: int, raw: str) -> tuple[int, int, str, str] | None:
    if mark == "{":
        return _brace(text, start, end, raw)
    if mark == "[":
        return _bracket(text, start, end, raw)
    plain = unescape(raw.replace("\\", ""))
    if plain.startswith("<") and plain.endswith(">"):
        raw = plain[1:-1]
    return None if is_ordinary_angle(text, start, end, raw) else (start, end, raw, "angles")


def _brace(text: str, start: int, end: int, raw: str) -> tuple[int, int, str, str] | None:
    raw = re.sub(r"\\([$_|])", r"\1", raw)
    inner, depth = raw, 1
    while inner.startswith("{") and inner.endswith("}") and depth < 3:
        inner, depth = inner[1:-1], depth + 1
    if depth > 1:
        match = _DOUBLE.fullmatch(inner) or (_FREE.fullmatch(inner) if " " in inner.strip() else None)
        if match is None or match[1] == "else":
            return None
        if text[start - 1 : start] == "<" and text[end : end + 1] == ">":
            start, end = start - 1, end + 1
        return start, end, match[1].strip(), "double braces"
    if is_ordinary_brace(text, start, end, raw):
        return None
    return start - (text[start - 1 : start] == "$"), end, raw, "braces"


def _bracket(text: str, start: int, end: int, raw: str) -> tuple[int, int, str, str] | None:
    span = _UNDERLINED.match(text, end - 1)
    if span is not None:
        drawn = not raw.replace("\\", "").strip(" _\u00a0\u2003\t.")
        return (start, span.end(), "", "ruler") if drawn and len(raw) > 1 else None
    drawn = not raw.strip(" _\\/.:-\u00a0\t")
    if drawn and (raw.count("_") > 1 or (not raw.strip() and len(raw) >= 5)):
        return start, end, "", "ruler"
    twice = raw.startswith("[") and raw.endswith("]")
    if twice and _NOTE_LINK.search(raw):
        return None
    inner = raw[1:-1] if twice else raw
    return None if is_ordinary_bracket(text, start, end, inner) else (start, end, inner, "brackets")
