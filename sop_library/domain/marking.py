"""A rendered document read section by section, and the words that comments are about marked in it.

Text that is only told (the number of a heading, a value that the record fills in, what a comparison took out) belongs
to no section: nobody can comment on it, and no comment lands on it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from urllib.parse import urlencode

from lxml import html
from lxml.html import HtmlElement

from sop_library.domain.anchoring import Passage
from sop_library.domain.comparison_tree import BLOCKS, HEADINGS

_TOLD_ONLY = {"num", "record", "visually-hidden"}
# A link inside one of these would not be valid HTML, or would take its click.
_NO_LINK_INSIDE = {"a", "button", "label", "summary"}


@dataclass(frozen=True, slots=True)
class Mark:
    """Words to mark: where they stand, the comment's key, and the number that is shown for it."""

    section: str
    start: int
    end: int
    key: int
    number: int


@dataclass(frozen=True, slots=True)
class _Run:
    """One text of the tree: the text of an element, or what follows it; `start` is its offset in the section."""

    element: HtmlElement
    is_tail: bool
    start: int

    @property
    def text(self) -> str:
        return str((self.element.tail if self.is_tail else self.element.text) or "")


@dataclass
class _Section:
    id: str = ""
    title: str = ""
    parts: list[str] = field(default_factory=list)
    length: int = 0
    runs: list[_Run] = field(default_factory=list)
    heading: HtmlElement | None = None

    def add(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)


class Document:
    """The tree of a document's HTML and its sections."""

    def __init__(self, text: str) -> None:
        self._root = html.fragment_fromstring(text, create_parent="div")
        self._sections = [_Section()]
        self._read(self._root)

    @property
    def passages(self) -> list[Passage]:
        """The sections in order; what stands before the first heading has no id."""
        return [Passage(each.id, each.title, "".join(each.parts)) for each in self._sections]

    def marked(self, marks: Sequence[Mark], address: str = "") -> str:
        """Return the HTML with the words of each mark in `<mark>` and a link to its comment behind them. Once only.

        With an address each heading is followed by a link to it that names the section.
        """
        for section in self._sections:
            mine = [mark for mark in marks if mark.section == section.id and mark.end > mark.start]
            for run in section.runs if mine else ():
                _mark(run, mine)
            if address and section.heading is not None:
                _invite(section.heading, f"{address}?{urlencode({'section': section.id})}", section.title)
        for value in self._root.xpath(".//span[@class='record']") if address else ():
            _wrap(value)
        inside = (html.tostring(child, encoding="unicode") for child in self._root)
        return escape(self._root.text or "", quote=False) + "".join(inside)

    def _read(self, element: HtmlElement) -> None:
        if element.tag in HEADINGS and element.get("id"):
            self._sections.append(_Section(element.get("id", ""), _title(element), heading=element))
        is_apart = element.tag in BLOCKS or element.tag == "br"
        if is_apart:
            self._sections[-1].add("\n")
        self._hear(element, is_tail=False)
        for child in element:
            if isinstance(child.tag, str) and not _is_told_only(child):
                self._read(child)
            self._hear(child, is_tail=True)
        if is_apart:
            self._sections[-1].add("\n")

    def _hear(self, element: HtmlElement, *, is_tail: bool) -> None:
        section = self._sections[-1]
        run = _Run(element, is_tail, section.length)
        if run.text and (is_tail or isinstance(element.tag, str)):
            section.runs.append(run)
            section.add(run.text)


def _is_told_only(element: HtmlElement) -> bool:
    classes = (element.get("class") or "").split()
    return (
        element.tag == "del"
        or element.get("data-change") in {"removed", "filler", "note"}
        or bool(_TOLD_ONLY.intersection(classes))
    )


def _title(heading: HtmlElement) -> str:
    return " ".join("".join(_shown(heading)).split())


def _shown(element: HtmlElement) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str) and not _is_told_only(child):
            yield from _shown(child)
        yield child.tail or ""


def _mark(run: _Run, marks: Iterable[Mark]) -> None:
    """Write a run anew: plain text and marked words in turns."""
    text = run.text
    near = [mark for mark in marks if mark.start < run.start + len(text) and mark.end > run.start]
    if not near:
        return
    edges = {0, len(text)}
    edges |= {min(max(edge - run.start, 0), len(text)) for mark in near for edge in (mark.start, mark.end)}
    ordered = sorted(edges)
    made: list[str | HtmlElement] = []
    for start, end in pairwise(ordered):
        covering = [mark for mark in near if mark.start - run.start <= start and mark.end - run.start >= end]
        made += _words(run, text[start:end], covering, run.start + start, run.start + end)
    _put(run, made)


def _words(run: _Run, text: str, marks: list[Mark], start: int, end: int) -> list[str | HtmlElement]:
    if not marks or not text.strip():
        return [text]
    found = html.Element("mark", {"class": "commented", "data-comments": " ".join(str(mark.key) for mark in marks)})
    found.text = text
    begun = [html.Element("span", {"id": f"words.{mark.key}"}) for mark in marks if mark.start == start]
    ended = [_link(mark) for mark in marks if mark.end == end] if _may_link(run) else []
    return [*begun, found, *ended]


def _wrap(value: HtmlElement) -> None:
    """Put a record's value into an element that stays when it is filled in, for scripts to leave out."""
    around = html.Element("span", {"class": "from-record"})
    around.tail, value.tail = value.tail, None
    value.addprevious(around)
    around.append(value)


def _invite(heading: HtmlElement, address: str, title: str) -> None:
    """Put a link to comment on the section behind its heading."""
    line = html.Element("p", {"class": "comment-add"})
    link = html.Element("a", {"href": address})
    link.text = "Comment"
    on = html.Element("span", {"class": "visually-hidden"})
    on.text = f" on {title}"
    link.append(on)
    line.append(link)
    line.tail, heading.tail = heading.tail, None
    heading.addnext(line)


def _link(mark: Mark) -> HtmlElement:
    words = {"aria-label": f"Comment {mark.number}", "data-comment-number": str(mark.number)}
    return html.Element("a", {"class": "comment-ref", "href": f"#comment.{mark.key}", **words})


def _may_link(run: _Run) -> bool:
    inside = run.element.getparent() if run.is_tail else run.element
    return inside is not None and not any(each.tag in _NO_LINK_INSIDE for each in (inside, *inside.iterancestors()))


def _put(run: _Run, made: Sequence[str | HtmlElement]) -> None:
    """Put texts and elements in the place of a run."""
    parent = run.element.getparent() if run.is_tail else run.element
    at = parent.index(run.element) + 1 if run.is_tail else 0
    last: HtmlElement | None = None
    opening = ""
    for part in made:
        if not isinstance(part, str):
            parent.insert(at, part)
            part.tail, last, at = None, part, at + 1
        elif last is None:
            opening += part
        else:
            last.tail = (last.tail or "") + part
    if run.is_tail:
        run.element.tail = opening
    else:
        run.element.text = opening
