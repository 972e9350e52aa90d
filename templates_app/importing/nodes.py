"""What a source is made of, in reading order: headings, paragraphs, items, tables, blocks, and words in each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .places import Part
from .result import SetAside


@dataclass(slots=True)
class Words:
    """Words of one source line with what is known about their place."""

    text: str
    line: int
    part: Part = Part.TEXT
    column: str = ""
    label: str = ""


@dataclass(slots=True)
class Heading:
    """A heading; `rank` orders headings of all dialects: a smaller one stands above a larger one."""

    words: Words
    rank: int


@dataclass(slots=True)
class Para:
    """A paragraph: one Words for each of its lines."""

    rows: list[Words]
    quoted: bool = False
    indent: int = 0  # how many lists it stands in


@dataclass(slots=True)
class Item:
    """One item of a list: how deep, its mark ("-" or "3."), whether it has a box, its lines."""

    rows: list[Words]
    depth: int = 0
    mark: str = "-"
    box: bool = False

    @property
    def is_numbered(self) -> bool:
        """Whether it belongs to a numbered list."""
        return self.mark != "-"


@dataclass(slots=True)
class Term:
    """A term and what it means, or a question and its answer."""

    term: Words
    meanings: list[Words]
    is_question: bool = False


@dataclass(slots=True)
class Table:
    """A table: `rows` of equal length, the first one being the head."""

    rows: list[list[Words]]

    @property
    def head(self) -> list[str]:
        """The titles of the columns, in lower case."""
        return [cell.text.strip(" *_").casefold() for cell in self.rows[0]]


@dataclass(slots=True)
class Open:
    """The start of a block; `title` is its title, or the condition of a `when` block."""

    kind: str
    line: int
    title: Words | None = None
    condition: str = ""


@dataclass(slots=True)
class Close:
    """The end of the innermost open block."""

    line: int = 0


@dataclass(slots=True)
class Code:
    """Lines of code, kept as they are."""

    rows: list[Words]
    language: str = ""


@dataclass(slots=True)
class Live:
    """A live block of the record, such as `<Approvals>`, with the words of the table that it stands for."""

    name: str
    line: int
    words: list[Words] = field(default_factory=list)


@dataclass(slots=True)
class Rule:
    """A line across the page."""

    line: int


Node = Heading | Para | Item | Term | Table | Open | Close | Code | Live | Rule


@dataclass(slots=True)
class Aside:
    """What is set aside while a source is read: single lines, and marks that the product writes itself."""

    kept: frozenset[int] = frozenset()
    lines: list[SetAside] = field(default_factory=list)
    marks: dict[str, list[str]] = field(default_factory=dict)

    def put(self, line: int, text: str, reason: str) -> bool:
        """Set a line aside; returns False when a person wants it kept. A negative line cannot be kept at all."""
        if line in self.kept and line > 0:
            return False
        if text.strip():
            self.lines.append(SetAside(abs(line), text.strip(), reason))
        return True

    def mark(self, text: str, reason: str) -> None:
        """Note words that are not kept because the product writes them itself, such as a heading's number."""
        if text.strip():
            self.marks.setdefault(reason, []).append(text.strip())

    def all(self) -> tuple[SetAside, ...]:
        """Return everything in the order of the source; the marks of one reason are one entry."""
        found = [SetAside(0, " ".join(texts), reason) for reason, texts in self.marks.items()]
        return tuple(sorted(self.lines, key=lambda each: each.line)) + tuple(found)


def words_of(node: Node) -> Iterator[Words]:
    """Yield the words of a node in reading order."""
    if isinstance(node, Heading):
        yield node.words
    elif isinstance(node, Para | Item | Code):
        yield from node.rows
    elif isinstance(node, Term):
        yield node.term
        yield from node.meanings
    elif isinstance(node, Table):
        yield from (cell for row in node.rows for cell in row)
    elif isinstance(node, Live):
        yield from node.words
    elif isinstance(node, Open) and node.title is not None:
        yield node.title


def all_words(nodes: Iterable[Node]) -> str:
    """Return the words of nodes as one text."""
    return " ".join(words.text for node in nodes for words in words_of(node))
