"""Blanks: every place in a passage that somebody was meant to fill, in whichever way its author marked it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from .delimited import delimited
from .masking import masked
from .places import Part, Place


@dataclass(frozen=True, slots=True)
class Blank:
    """One blank: offsets in its passage, the words as written, the words inside its marks, and the way it is marked."""

    start: int
    end: int
    as_written: str
    inner: str
    dialect: str


_LINE = r"(?:\\?_)"
# A date, a telephone number or an amount drawn with short lines; a single line; a line of dots.
_RULER = re.compile(
    rf"(?:[$€£]\s?)?\(?{_LINE}{{2,}}+(?:\)?\s?[/.:-]\s?|\)\s?){_LINE}{{2,}}+(?:\s?[/.:-]\s?(?:20)?{_LINE}{{2,}}+)*"
    rf"|\([ ]{_LINE}{{2,}}+[ ]\)[ ]{_LINE}{{2,}}+[ ]?-[ ]?{_LINE}{{2,}}+|(?:{_LINE}[ ]){{4,}}+{_LINE}?"
    rf"|(?:[$€£]\s?)?{_LINE}{{3,}}+(?:[ \t]+{_LINE}{{3,}}+)*(?:\s?%)?"
)
_DOTS = re.compile(r"(?:\.{6,}|…{2,}|(?:\.[ \t]){5,}\.?)[.…]*+")
_PAGE_NUMBER = re.compile(r"[ \t]*(?:[0-9]{1,4}|[ivxIVX]{1,6})[ \t]*(?:\n|$)")
_CROSSES = re.compile(
    r"\(X{3}\)[ -]?X{3}[-. ]X{4}\b"
    r"|(?<![\w-])[$€£]\s?(?:X{2,}|X(?=,X))(?:,X{3})*(?:\.X{2})?\b"
    r"|(?<![\w.-])(?:[A-Z]{2,10}[-–]){0,4}(?:X{2,}|x{3,})(?:[-–/. ]{1,2}(?:X{2,}|x{3,})){1,4}\b(?!\.\w)"
    r"|(?<![\w-])(?:[A-Z]{2,10}-){1,4}(?:X{2,}\b|(?:\\?_){2,}+)"
    r"|(?<![\w.-])(?:XX+|xx+)\s?%"
    r"|(?<![\w.$-])XX+(?=\s(?:business|working|calendar)?\s?(?:second|minute|hour|day|week|month|year)s?\b)"
    r"|(?<![\w.-])X{4,}\b"
    r"|(?<=[Vv]ersion )[Xx]\.[Xx]\b|(?<=[Vv]ersion: )[Xx]\.[Xx]\b"
)
_HASHES = re.compile(r"(?<![#\w&/])(?:[A-Z]{2,10}-){0,4}#{2,8}(?![#\w])")
_WORDS = r"[A-Za-z][A-Za-z0-9]*(?:(?:\\?_|[ -])[A-Za-z0-9]+){0,5}"
_FIELD = re.compile(
    r"\$[A-Z][A-Z0-9]*(?:\\?_[A-Z0-9]+)*\$|(?<!%)%[A-Z][A-Z0-9]*(?:\\?_[A-Z0-9]+)+%(?!%)"
    rf"|%%{_WORDS}%%|@@{_WORDS}@@|(?<![#\w&])#[A-Z]{{3,}}(?:\\?_[A-Z0-9]+)*#(?![#\w])"
    r"|\\?<%=[ ]?@?[A-Za-z](?:[\w.]|\\_){0,80}[ ]?%\\?>"
    r"|(?<![\w_])(?:\\?_){2}[A-Z][A-Z0-9]*(?:\\?_[A-Z0-9]+)+(?:\\?_){2}(?![\w_])"
    r"|«[A-Za-z][A-Za-z0-9_]{1,60}»|«[A-Z][a-z]+(?: [A-Z][a-z]+)+»"
)
_LOUD = re.compile(  # told in capitals, without any mark around it
    r"\b(?:INSERT|ENTER|ADD|TYPE|FILL IN)(?: [A-Z][A-Z'’&/-]*){1,6}? HERE\b"
    r"|\bINSERT(?: [A-Z][A-Z'’&/-]*){0,4}? (?:NAMES?|DATES?|TITLE|NUMBERS?|ADDRESS|LOGO|PHONE|E-?MAIL|LOCATION"
    r"|DEPARTMENT|COMPANY|ORGANI[SZ]ATION)(?: (?:NAMES?|NUMBERS?|ADDRESS|LOGO))?\b"
    r"|\bYOUR (?:COMPANY|ORGANI[SZ]ATION|BUSINESS|SCHOOL|PRACTICE|FIRM)(?: NAME)?(?: HERE)?\b"
    r"|\bYour (?:Company|Organi[sz]ation|Business) Name(?: Here)?\b"
)
_TO_FILL = re.compile(
    r"\((?:please\s+)?(?:insert|fill in|to be (?:inserted|completed|filled in|determined|confirmed))\b[^()\n]{0,200}\)",
    re.IGNORECASE,
)
_WHOLE_PATTERN = re.compile(
    r"(?:^|:[*_ \t]{1,6})\s*((?:D{1,2}|M{1,4}|Y{2}(?:YY)?)(?:[/. -](?:D{1,2}|M{1,4}|Y{2}(?:YY)?)){1,2}|TBD|TBC)"
    r"[*_ \t]*$",
    re.IGNORECASE,
)
_TRUNCATED = re.compile(
    r"^[^:\n]{2,40}:[*_ \t]*([A-Z]{2,10}(?:-[A-Z0-9]{1,10}){0,6}-)[*_ \t]*$"
    r"|^[^:\n]{0,30}\b(?:ID|[Nn]umber|[Nn]o\.?|[Rr]eference)[*_ \t]*:[*_ \t]*([A-Z]{2,10}(?:-[A-Z]{1,10}){1,6})"
    r"[*_ \t]*$"
)
_PROMPT = re.compile(  # what Word shows in a field that nobody has filled
    r"\b(?:Click (?:or tap )?(?:here )?to (?:enter|add|insert) (?:text|a date)"
    r"|Click (?:or tap )?here to enter text|Choose an item)\b\.?"
)
_WRITTEN = (  # pattern, dialect, and the signs around the words
    (_CROSSES, "crosses", ""),
    (_HASHES, "crosses", ""),
    (_FIELD, "field", "$%«»_#@<>=\\ "),
    (_LOUD, "parentheses", ""),
    (_PROMPT, "prompt", "."),
    (_TO_FILL, "parentheses", "()"),
    (_WHOLE_PATTERN, "pattern", ""),
    (_TRUNCATED, "truncated", ""),
)
_SHADOWS = ("WINDIR", "USERPROFILE", "APPDATA", "PROGRAMFILES")

_RECORDED = re.compile(
    r"(?:(?:document|doc|sop|policy|procedure|form|control|reference|registry)\s*)?(?:number|no\.?|id|code)"
    r"|(?:version|revision)(?:\s*(?:number|no\.?))?|(?:effective|review|next review|issue|approval|revision)\s*date"
    r"|date(?:\s*of\s*(?:issue|approval|next review))?|(?:prepared|reviewed|approved|authori[sz]ed|written|issued)\s*by"
    r"|(?:document\s*|process\s*|policy\s*)?owner|department|author|title|company(?:\s*name)?|location|site",
    re.IGNORECASE,
)
_VALUE_COLUMN = re.compile(r"(?:details?|values?|information|entry|description|response|answer)?", re.IGNORECASE)
_SIGNING = re.compile(r"(?:prepared|written|reviewed|checked|approved|authori[sz]ed|issued)\s*by", re.IGNORECASE)
_NAME_COLUMN = re.compile(r"(?:printed |full )?names?|name (?:and|&|/) (?:title|role|position)", re.IGNORECASE)


def find(text: str, place: Place) -> list[Blank]:
    """Return the blanks of a passage in order; none of them overlaps another."""
    if not text.strip():
        return _of_cell(text, place)
    if place.part is Part.CODE:
        return []
    found: list[Blank] = []
    end = 0
    candidates = sorted(_candidates(text, place), key=lambda each: (each.start, -each.end))
    for blank in candidates:
        if blank.start >= end:
            found.append(blank)
            end = blank.end
    return found


def _candidates(text: str, place: Place) -> Iterator[Blank]:
    shown = masked(text)
    for start, end, inner, dialect in delimited(shown, text):
        yield Blank(start, end, text[start:end], clean(inner), dialect)
    yield from _lines(text, shown, place)
    for pattern, dialect, edges in _WRITTEN:
        for match in pattern.finditer(shown):
            group = match.lastindex or 0
            words = match[group]
            if words.strip("%") in _SHADOWS or (pattern is _HASHES and match.start() == 0):
                continue
            yield Blank(match.start(group), match.end(group), words, clean(words.strip(edges)), dialect)


def _lines(text: str, shown: str, place: Place) -> Iterator[Blank]:
    """Yield what is drawn with underscores and dots."""
    for match in _RULER.finditer(shown):
        if not _is_emphasis(shown, match.start(), match.end()) and not _is_rule(text, match[0], place):
            yield Blank(match.start(), match.end(), match[0], "", "ruler")
    for match in _DOTS.finditer(shown):
        if not _PAGE_NUMBER.match(shown, match.end()):
            yield Blank(match.start(), match.end(), match[0], "", "dots")


def _is_emphasis(text: str, start: int, end: int) -> bool:
    """Return whether three underscores stand at a word: strong and italic, or a name of a program."""
    return text[start:end] == "___" and (text[end : end + 1].isalnum() or text[start - 1 : start].isalnum())


def _is_rule(text: str, line: str, place: Place) -> bool:
    """Return whether a line stands alone in a paragraph, where it parts sections."""
    alone = text.strip() == line.strip() and len(line.split()) == 1
    return alone and place.part is not Part.CELL and not place.label and not place.column


def clean(inner: str) -> str:
    """Return the words inside a blank's marks on one line, without escapes, entities and emphasis."""
    plain = unescape(re.sub(r"\\([\\`*_{}\[\]()#+.!<>|~$&'\"@^/-])", r"\1", inner))
    plain = re.sub(r"\*+|(?<!\w)_+(?=\w)|(?<=\w)_+(?!\w)|`+", "", plain)
    return " ".join(plain.strip("[]{}<> ").split()) or " ".join(plain.split())


def _of_cell(text: str, place: Place) -> list[Blank]:
    """Return the blank of an empty cell beside "Approved by", "Effective date" and their like."""
    if place.part is not Part.CELL or not place.label:
        return []
    label, column = place.label.strip(" *_:"), place.column.strip(" *_:")
    recorded = _RECORDED.fullmatch(label) and (_VALUE_COLUMN.fullmatch(column) or column == label)
    signing = _SIGNING.fullmatch(label) and (_NAME_COLUMN.fullmatch(column) or _VALUE_COLUMN.fullmatch(column))
    return [Blank(0, len(text), text, "", "cell")] if recorded or signing else []
