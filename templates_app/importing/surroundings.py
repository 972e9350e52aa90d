"""Surroundings: what stands around a blank and says what belongs there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from .blanks import Blank, clean, find
from .naming import said
from .places import Part, Passage, Place
from .vocabulary import FOR_EXAMPLE
from .wordlists import HOLLOW, THIN

NEAR = 3  # lines from one drawn line to the next that belongs to it
_ENDS = re.compile(r"[.;|\n!?☐☑☒•]")
_NUMBERED = re.compile(r"^(?:\(?(?:[0-9]+(?:\.[0-9]+)*|[a-zA-Z])[.)]\s+|[-*+•☐]\s+)+")
_ASIDE = re.compile(r"\s*\([^()]*\)$")
_PART = r"(?:d{1,2}|m{1,4}|y{4}|y{2}|_+|x{2,4}|month|day|year|##?)"
_DIGITS = "[x#_0-9]"
_PATTERNS = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("date", rf"{_PART}(?:(?:[ ,/.-]|of)+{_PART}){{1,2}}|yyyy"),
        ("phone", rf"\+?{_DIGITS}{{0,3}}[ .-]?\(?{_DIGITS}{{3}}\)?[ .-]{{1,2}}{_DIGITS}{{3}}[ .-]{_DIGITS}{{4}}"
         rf"(?: ?(?:ext|x)\.? ?{_DIGITS}+)?"),
        ("email", r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
        ("url", r"(?:https?://|www\.)\S+"),
        ("percent", r"[x#_0-9.]+\s?%"),
        ("money", r"[$€£]\s?[x#_0-9,.]+"),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """One blank in its place: its own words, its label, the words before and after it, and what its pattern shows."""

    passage: int
    blank: Blank
    place: Place
    own: str  # what its words name; empty when they say nothing
    label: str  # what stands beside it: before a colon, in the first cell, over the column, in the line above
    before: str
    after: str
    pattern: str = ""  # the kind that its letters show, such as date for DD/MM/YYYY
    whose: str = ""  # of a drawn line with a thin label such as "Date": the label of the drawn line before it

    @property
    def line(self) -> int:
        """The number of the source's line where it stands."""
        return self.place.line

    @property
    def subject(self) -> str:
        """The words a name can be made of: its own, or those beside it."""
        return self.own or self.label

    @property
    def is_thin_line(self) -> bool:
        """Whether it is a drawn line with a thin label or none: each of these is to be filled for itself."""
        drawn = self.blank.dialect in ("ruler", "dots") and not self.own and self.place.part is not Part.CELL
        return drawn and (not self.label or self.label.casefold() in THIN)


def bare(text: str) -> str:
    """Return a label or a heading without its number and marks."""
    plain = _NUMBERED.sub("", clean(text)).strip(" *_:–-")
    return _ASIDE.sub("", plain) or plain


def seen(passages: Sequence[Passage]) -> Iterator[Seen]:
    """Yield every blank of the passages in order, with its surroundings."""
    above = whose = ""
    since = 0
    under: tuple[str, ...] = ()
    for number, passage in enumerate(passages):
        text, last = passage.text, 0
        for blank in find(text, passage.place):
            before, after = text[max(last, blank.start - 300) : blank.start], text[blank.end : blank.end + 120]
            found = _placed(number, blank, passage.place, before, after, above)
            last = blank.end
            if found.is_thin_line and number - since <= NEAR and passage.place.headings == under:
                found = replace(found, whose=whose)
            elif found.blank.dialect in ("ruler", "dots") and found.label and not found.is_thin_line:
                whose, since, under = found.label, number, passage.place.headings
            yield found
        if passage.place.part is not Part.CELL:
            plain = clean(text[-200:])
            above = plain.rstrip(":").strip() if plain.endswith(":") and len(plain) < 120 else ""


def _placed(number: int, blank: Blank, place: Place, before: str, after: str, above: str) -> Seen:
    pattern = _pattern(blank)
    label = _label(blank, place, clean(before), clean(after), above)
    own = "" if pattern else _own(blank, label)
    return Seen(number, blank, place, own, label, clean(before[-120:]), after, pattern)


def _pattern(blank: Blank) -> str:
    shape = blank.inner.strip("()[] ") if blank.inner else blank.as_written.replace("\\", "")
    shape = re.sub(r"(?<=[(-]) | (?=[)-])", "", shape)
    for candidate in (blank.inner.strip(), shape, blank.as_written.replace("\\", "").strip("[]<>{} ")):
        for kind, pattern in _PATTERNS:
            if candidate and pattern.fullmatch(candidate):
                return kind
    return ""


def _own(blank: Blank, label: str) -> str:
    """Return what the blank's words name; nothing when they are hollow, or thin beside a label."""
    if blank.dialect in ("ruler", "dots", "cell", "crosses", "pattern", "truncated", "prompt"):
        return ""
    if FOR_EXAMPLE.match(blank.inner):
        return ""
    own = said(blank.inner)
    plain = " ".join(blank.inner.casefold().split()).strip(" .:")
    if own.casefold() in HOLLOW or plain in HOLLOW:
        return ""
    thin = own.casefold() in THIN and blank.dialect in ("angles", "brackets", "parentheses")
    return "" if thin and label and label.casefold() not in THIN else own


def _label(blank: Blank, place: Place, before: str, after: str, above: str) -> str:
    if before.endswith((":", "=")):
        return bare(_ENDS.split(before)[-1][-80:].rstrip(":= "))
    drawn = blank.dialect in ("ruler", "dots")
    if drawn and 0 < len(before.split()) <= 5:
        return _NUMBERED.sub("", before).strip(" :*_-–,;.")
    if drawn and not before and 0 < len(after.split()) <= 4 and after[:1].isalpha() | (after[:1] == "("):
        return after.strip(" ()*_:")
    if place.part is Part.CELL:
        return _of_cell(place)
    return above if not before else ""


def _of_cell(place: Place) -> str:
    """Return what a table says about a cell: its row, its column, or both."""
    row, column = clean(place.label).strip(" :"), clean(place.column).strip(" :")
    if not re.search(r"[^\W\d_]{2}", row) or find(place.label, Place(place.line)):
        row = ""
    return row or column
