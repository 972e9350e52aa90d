"""A body's HTML as a tree that can be compared: blocks, and the words of each block.

Text beside blocks (in a list item, a cell) is a block of its own without a tag, a *run*, so every text has one place.
The HTML comes from the renderer, so it is sanitised; whatever else it holds is kept as it is and compared as one word.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from html import escape
from typing import NamedTuple

from lxml import html
from lxml.html import HtmlElement

HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
LEAVES = {"p", "dt", "caption", "pre", *HEADINGS}
FLOW = {"div", "section", "blockquote", "li", "td", "th", "dd"}
ROWS = {"ul", "ol", "dl", "table", "thead", "tbody", "tr"}
BLOCKS = {*LEAVES, *FLOW, *ROWS, "hr"}
WRAPPERS = {"strong", "em", "b", "i", "code", "a"}
VOID = {"br", "wbr", "hr", "img", "input"}
MARKS = {"data-change", "data-was", "data-only", "data-number"}  # written by the comparison, never part of a text

_PIECE = re.compile(r"[ \t\n\r\f]+|\w(?:[^ \t\n\r\f]*\w)?|[^\w \t\n\r\f]")
_SPACES = " \t\n\r\f"
Attributes = tuple[tuple[str, str], ...]


class Token(NamedTuple):
    """One word, sign or space with the emphasis and links around it; or one piece of markup, taken as one word."""

    text: str
    around: tuple[str, ...] = ()
    is_markup: bool = False

    @property
    def is_space(self) -> bool:
        """Whether it only keeps words apart."""
        return not self.is_markup and self.text[0] in _SPACES

    @property
    def is_word(self) -> bool:
        """Whether people would call it a word, a number or a blank."""
        return self.is_markup or self.text[0].isalnum()


class Node:
    """One block: its tag ("" for a run), attributes, and either blocks or words inside; a heading has its number."""

    def __init__(
        self,
        tag: str,
        attributes: Attributes = (),
        children: Iterable["Node"] = (),
        tokens: Iterable[Token] = (),
        number: str = "",
    ) -> None:
        self.tag, self.attributes, self.number = tag, attributes, number
        self.children, self.tokens = tuple(children), tuple(tokens)

    @cached_property
    def key(self) -> str:
        """What decides whether two blocks are equal: everything but the numbers and ids of headings."""
        inside = "".join(child.key for child in self.children) + written(self.tokens)
        return tagged(self.tag, tuple(pair for pair in self.attributes if pair[0] != "id"), inside)

    @cached_property
    def html(self) -> str:
        """The block in its normal form."""
        inside = "".join(child.html for child in self.children) + written(self.tokens)
        return tagged(self.tag, self.attributes, numbered(self.number, inside))

    @cached_property
    def words(self) -> tuple[Token, ...]:
        """All words of the block in order, without spaces and signs."""
        own = (token for token in self.tokens if token.is_word)
        return (*own, *(word for child in self.children for word in child.words))

    @cached_property
    def counts(self) -> Counter[Token]:
        """How often each word is in the block."""
        return Counter(self.words)

    @cached_property
    def text(self) -> str:
        """What people read in the block, on one line."""
        own = plain(self.tokens)
        return " ".join(filter(None, (own, *(child.text for child in self.children))))


def parse(text: str) -> Node:
    """Return the tree of a body's HTML; its root stands for the document and has no attributes."""
    return node_of(html.fragment_fromstring(text, create_parent="div"))


def normalise(text: str) -> str:
    """Return a body's HTML in its normal form: the same document, written in the one way that is used here."""
    return "".join(child.html for child in parse(text).children)


def node_of(element: HtmlElement) -> Node:
    """Return the tree of a parsed element."""
    tag, attributes = element.tag, attributes_of(element)
    if tag in LEAVES:
        number, parts = "", list(_parts(element))
        if tag in HEADINGS:
            number, parts = _without_number(parts)
        return Node(tag, attributes, tokens=_tokens_of(parts, keep=tag == "pre"), number=number)
    if tag in ROWS:
        return Node(tag, attributes, (node_of(child) for child in element if child.tag in BLOCKS))
    return Node(tag, attributes, _flow(element))


def _flow(element: HtmlElement) -> Iterator[Node]:
    loose: list[str | HtmlElement] = []
    for part in _parts(element):
        if isinstance(part, str) or part.tag not in BLOCKS:
            loose.append(part)
            continue
        yield from _run(loose)
        loose = []
        yield node_of(part)
    yield from _run(loose)


def _run(parts: list[str | HtmlElement]) -> Iterator[Node]:
    tokens = _tokens_of(parts)
    if tokens:
        yield Node("", tokens=tokens)


def _parts(element: HtmlElement) -> Iterator[str | HtmlElement]:
    """Yield what an element holds in order: texts and elements, comments left out."""
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str):
            yield child
        yield child.tail or ""


def _without_number(parts: list[str | HtmlElement]) -> tuple[str, list[str | HtmlElement]]:
    for at, part in enumerate(parts):
        if not isinstance(part, str):
            if part.get("class") == "num":
                return part.text_content(), [*parts[:at], *parts[at + 1 :]]
            break
    return "", parts


def _tokens_of(parts: Iterable[str | HtmlElement], *, keep: bool = False) -> tuple[Token, ...]:
    """Return the words; each stretch of spaces becomes one space and none is outside, unless they are to be kept."""
    found: list[Token] = []
    for token in _tokens(parts, ()):
        if keep or not token.is_space:
            found.append(token)
        elif found and not found[-1].is_space:
            found.append(Token(" ", token.around))
    if not keep and found and found[-1].is_space:
        found.pop()
    return tuple(found)


def _tokens(parts: Iterable[str | HtmlElement], around: tuple[str, ...]) -> Iterator[Token]:
    for part in parts:
        if isinstance(part, str):
            yield from (Token(piece, around) for piece in _PIECE.findall(part))
        elif part.tag in WRAPPERS:
            yield from _tokens(_parts(part), (*around, opening(part.tag, attributes_of(part))))
        elif part.tag in {"ins", "del"}:
            yield from _tokens(_parts(part), around)
        else:
            yield Token(_markup(part), around, is_markup=True)


def attributes_of(element: HtmlElement) -> Attributes:
    """Return an element's attributes by name; ids only of headings, as only headings are linked to."""
    pairs = sorted((str(name), str(value)) for name, value in element.attrib.items())
    return tuple(
        (name, value) for name, value in pairs if name not in MARKS and (name != "id" or element.tag in HEADINGS)
    )


def _markup(part: HtmlElement) -> str:
    inside = "".join(escape(each, quote=False) if isinstance(each, str) else _markup(each) for each in _parts(part))
    return tagged(part.tag, attributes_of(part), inside)


def tagged(tag: str, attributes: Attributes, inside: str) -> str:
    """Return an element's markup; without a tag only what is inside."""
    if not tag:
        return inside
    return opening(tag, attributes) + ("" if tag in VOID else f"{inside}</{tag}>")


def opening(tag: str, attributes: Attributes) -> str:
    """Return an opening tag."""
    return "".join([f"<{tag}", *(f' {name}="{escape(value)}"' for name, value in attributes), ">"])


def numbered(number: str, inside: str) -> str:
    """Return a heading's content with its number before it."""
    return f'<span class="num">{escape(number)}</span> {inside}' if number else inside


def written(tokens: Iterable[Token]) -> str:
    """Return the markup of words: emphasis and links that go on are written once."""
    parts: list[str] = []
    around: tuple[str, ...] = ()
    for token in (*tokens, Token("")):
        if token.around != around:
            parts += _moved(around, token.around)
            around = token.around
        parts.append(token.text if token.is_markup else escape(token.text, quote=False))
    return "".join(parts)


def _moved(around: tuple[str, ...], wanted: tuple[str, ...]) -> Iterator[str]:
    """Yield the tags that lead from inside one emphasis to inside another."""
    shared = 0
    while shared < min(len(around), len(wanted)) and around[shared] == wanted[shared]:
        shared += 1
    yield from (f"</{tag[1:-1].partition(' ')[0]}>" for tag in reversed(around[shared:]))
    yield from wanted[shared:]


def plain(tokens: Iterable[Token]) -> str:
    """Return words as text, markup by what it shows."""
    shown = (shown_by(token.text) if token.is_markup else token.text for token in tokens)
    return " ".join("".join(shown).split())


def shown_by(markup: str) -> str:
    """Return the text that a piece of markup shows."""
    return str(html.fragment_fromstring(markup, create_parent="div").text_content())
