"""Where procedures of one organisation contradict each other: on a target, on a term, or on what is called what.

Facts in, facts out. What counts as the same: names and terms are compared without case, marks and plural.
"""

import html
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sop_library.domain.differences import Segment
from templates_app.domain.wording import singular

SHORTEST_LEFTOVER = 3  # characters: shorter values, such as "A1", stand in texts by chance
_MARKS = re.compile(r"[^\w\s%]+")
_TAG = re.compile(r"<[^>]*>")
_HEADING_OR_PART = re.compile(
    r'<h[23] id="[^"]*"><span class="num">(?P<number>[\d.]+)</span>'
    r'|<div class="(?:metrics|definitions)">(?P<table>.*?)</table>'
    r"|<dl>(?P<list>.*?)</dl>",
    re.DOTALL,
)
_ROW = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)
_CELL = re.compile(r"<t([hd])[^>]*>(.*?)</t[hd]>", re.DOTALL)
_TERM = re.compile(r"<d([td])>(.*?)</d[td]>", re.DOTALL)
_SECTION = re.compile(r"(?<![\d.])\d+(?:\.\d+)?(?![\d.]| more)")
_MEANINGS = {"meaning", "definition", "description", "what it means"}


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a procedure's own, as people read it, and the sections it stands in ("4.1 and 5")."""

    name: str
    label: str
    value: str
    section: str


@dataclass(frozen=True, slots=True)
class Row:
    """One term or metric with what is said of it, by heading."""

    term: str
    cells: tuple[tuple[str, str], ...]
    section: str


class _Placed:
    """Something that stands in sections of a procedure."""

    __slots__ = ()
    section: str

    @property
    def anchors(self) -> list[tuple[str, str]]:
        """The sections it stands in, each as (number, id of its heading): ("4.1", "s-4-1")."""
        return [(number, f"s-{number.replace('.', '-')}") for number in _SECTION.findall(self.section)]


@dataclass(frozen=True, slots=True)
class Stand:
    """What one procedure says: its answers, its rows of metrics and terms, and its words with the values of now.

    `address` is where its text can be read.
    """

    number: str
    answers: Sequence[Answer] = ()
    rows: Sequence[Row] = ()
    words: Sequence[Segment] = ()
    address: str = ""


@dataclass(frozen=True, slots=True)
class Said(_Placed):
    """What one procedure says of something, and where."""

    number: str
    section: str
    value: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """One thing of which procedures say different things; each of them once, in the order of their numbers."""

    subject: str
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Leftover(_Placed):
    """A value that the organisation has replaced, still typed in the words of a procedure."""

    number: str
    section: str
    label: str
    old: str
    new: str
    address: str = ""


def key_of(text: str) -> str:
    """Return a name or term as it is compared: "Handling times" and "handling time" are one."""
    words = _MARKS.sub(" ", text.casefold()).split()
    return " ".join(singular(word) for word in words)


def rows_of(body: str) -> list[Row]:
    """Return the rows of a body's metrics and definitions tables, and of its definition lists."""
    rows: list[Row] = []
    section = ""
    for found in _HEADING_OR_PART.finditer(body):
        if found["number"]:
            section = found["number"]
        elif found["table"] is not None:
            rows += _table(found["table"], section)
        else:
            rows += _list(found["list"], section)
    return rows


def _table(markup: str, section: str) -> Iterator[Row]:
    headings: list[str] = []
    for row in _ROW.findall(markup):
        cells = [(kind, _plain(inside)) for kind, inside in _CELL.findall(row)]
        if all(kind == "h" for kind, _ in cells):
            headings = [text for _, text in cells]
        elif cells and len(headings) == len(cells):
            told = zip(headings[1:], (text for _, text in cells[1:]), strict=True)
            yield Row(cells[0][1], tuple(pair for pair in told if pair[1]), section)


def _list(markup: str, section: str) -> Iterator[Row]:
    term = ""
    for kind, inside in _TERM.findall(markup):
        if kind == "t":
            term = _plain(inside)
        elif term:
            yield Row(term, (("Meaning", _plain(inside)),), section)


def _plain(markup: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", markup)).split())


def answer_conflicts(stands: Sequence[Stand]) -> list[Conflict]:
    """Return the answers of the same name, or of the same label, that differ between procedures."""
    groups: dict[str, list[tuple[Stand, Answer]]] = defaultdict(list)
    label_of: dict[str, str] = {}
    for stand in stands:
        for answer in stand.answers:
            # The first label under which a name was met stands for it, so that either makes two answers one subject.
            key = label_of.setdefault(answer.name, key_of(answer.label))
            groups[key].append((stand, answer))
    found = (
        _conflict(answers[0][1].label, [_said(stand, each.section, each.value) for stand, each in answers])
        for answers in groups.values()
    )
    return [conflict for conflict in found if conflict]


def _said(stand: Stand, section: str, value: str) -> Said:
    return Said(stand.number, section, value, stand.address)


def row_conflicts(stands: Sequence[Stand]) -> list[Conflict]:
    """Return the terms and metrics of which procedures say different things under the same heading."""
    groups: dict[tuple[str, str], list[tuple[str, str, Said]]] = defaultdict(list)
    for stand in stands:
        for row in stand.rows:
            for heading, text in row.cells:
                about = "meaning" if heading.casefold() in _MEANINGS else key_of(heading)
                said = _said(stand, row.section, text)
                groups[key_of(row.term), about].append((row.term, heading, said))
    found = (
        _conflict(f"{each[0][0]}: {each[0][1].lower()}", [said for _, _, said in each]) for each in groups.values()
    )
    return [conflict for conflict in found if conflict]


def _conflict(subject: str, said: Sequence[Said]) -> Conflict | None:
    """Return the conflict, None when all say the same or only one procedure speaks."""
    told = list(dict.fromkeys(said))
    values = {" ".join(each.value.casefold().split()) for each in told}
    if len(values) < 2 or len({each.number for each in told}) < 2:
        return None
    return Conflict(subject, tuple(told))


def leftovers(stands: Iterable[Stand], replaced: Sequence[tuple[str, str, str]]) -> list[Leftover]:
    """Return where words still hold a value that was replaced: (label, old, new) as people read them.

    A value that is part of the new one, as Northwind is of Northwind Ltd, is looked for beside it only.
    """
    sought = [
        (label, old, new, re.compile(rf"(?<!\w){re.escape(old)}(?!\w)", re.IGNORECASE))
        for label, old, new in replaced
        if len(old) >= SHORTEST_LEFTOVER and old.casefold() != new.casefold()
    ]
    found = (
        Leftover(stand.number, segment.section, label, old, new, stand.address)
        for stand in stands
        for segment in stand.words
        for label, old, new, pattern in sought
        if pattern.search(segment.text.replace(new, " ") if new else segment.text)
    )
    return list(dict.fromkeys(found))
