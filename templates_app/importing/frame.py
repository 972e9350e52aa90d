"""The page that a template stood on: its title, its introduction, how to use it, and marks that are no procedure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .nodes import Aside, Heading, Item, Node, Para, Rule, Table, Term, Words, words_of

PAGE_HEADER = "A header of the pages: the product prints its own."
PAGE_FOOTER = "A footer of the pages: the product prints its own."
PAGE_TITLE = "The title of the page that the template stood on."
PAGE = "A mark of the page that the template stood on."
ABOUT = "A sentence about the template, not about the procedure."
DISCLAIMER = "A disclaimer of the template's publisher."
NO_QUESTION = "An answer about the template whose question is not in the file."
SAME_ADDRESS = "The address of a link that shows its own address."
NO_NOTE = "The mark of a footnote in the title."
ANOTHER_TITLE = "The template has another title."
NAMED = "The kind of document, which the product shows itself."
STEP_NUMBER = "The number of a step that the product writes itself."

_MARKS = re.compile(
    r"(?:©|\(c\)\s*(?=copyright|(?:19|20)\d\d)|copyright\b(?=.{0,40}(?:©|\(c\)|(?:19|20)\d\d)))"
    r".{0,160}|page \d+ of \d+|view all|back to top|share(?: this)?|table of contents|print"
    r"|.{0,60}?\d{1,3} min(?:ute)? read.{0,60}|(?:last )?updated:? [a-z]+ \d{4}|.{0,30}template ?registry\.?.{0,30}"
    r"|complete sop & checklist|standard operating procedure(?:s)?(?: \(sop\))?(?: template)?|sop template",
    re.I,
)
_HOW = re.compile(
    r"how (?:do i |to )use (?:this|the) (?:sop |document )?template|using this template"
    r"|instructions for use(?: of this template)?",
    re.I,
)
_VARIABLES = re.compile(r"template variables|variables", re.I)
_ABOUT = re.compile(r"replace (?:each|all|every) .{0,60}|customi[sz]e all bracketed .{0,120}", re.I)
_QUESTIONS = re.compile(r"frequently asked questions(?: \(faqs?\))?|faqs?", re.I)
_DISCLAIMER = re.compile(r"disclaimer", re.I)
_PUBLISHER = re.compile(
    r"\btemplate\b.*\b(?:provided|informational|liable|customi[sz]e|legal)|\bnot liable\b", re.I | re.S
)
_TITLE = re.compile(
    r"((?:sop|standard operating procedure|policy|procedure)(?: template)?|(?:sop )?template)"
    r"\s*(?::|[-–—]\s)\s*(\S.{2,})",
    re.I,
)
SECTION = re.compile(
    r"(?:\d+[.)]?\s*)?(?:purpose|scope|introduction|overview|objectives?|background|definitions?|polic(?:y|ies)"
    r"|applicability|procedures?|responsibilities|roles and responsibilities|summary|document (?:control|information)"
    r"|revision history|purpose (?:and|&) scope|references|policy statements?|general|goals?)(?:\W.*)?",
    re.I,
)
_FOOTNOTE = re.compile(r"\[\^[^\[\]]{1,20}\]")
_TELLS = re.compile(r"instruction|replac|customi[sz]|how to use|fill in|remove this", re.I)
MOST_BEFORE = 40  # nodes that can stand before the title
_SELLS = re.compile(r"\btemplate\b", re.I)
_MINUTES = re.compile(r"(\d{1,3}) min(?:ute)? read", re.I)
_UPDATED = re.compile(r"updated:?\s*([a-z]+) (\d{4})", re.I)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(slots=True)
class Frame:
    """What the page around a template says."""

    title: str = ""
    title_line: int = 0
    summary: str = ""
    how_to_use: list[str] = field(default_factory=list)
    faq: list[tuple[str, str]] = field(default_factory=list)
    minutes: int = 0
    updated: str = ""


def framed(nodes: list[Node], aside: Aside, *, titled: bool = False) -> tuple[list[Node], Frame]:
    """Return the nodes of the procedure alone, and what stood around them; `titled`: its title is known already."""
    frame = Frame()
    nodes = _without_marks(nodes, frame, aside)
    nodes = _without_disclaimer(nodes, aside)
    nodes = _without_use(nodes, frame, aside)
    if not titled or (nodes and isinstance(nodes[0], Heading) and nodes[0].rank == 1):
        nodes = _titled(nodes, frame, aside)
    while nodes and isinstance(nodes[0], Rule):
        nodes.pop(0)
    return nodes, frame


def text_of(node: Node) -> str:
    """Return the words of a heading, or of a paragraph of one line, without marks of emphasis."""
    if isinstance(node, Heading):
        return node.words.text.strip("*_ ")
    if isinstance(node, Para) and len(node.rows) == 1 and not node.quoted:
        return node.rows[0].text.strip("*_ ")
    return ""


def put_all(node: Node, aside: Aside, reason: str) -> bool:
    """Set all words of a node aside; returns False when a person wants one of them kept."""
    return all([aside.put(words.line, words.text, reason) for words in words_of(node)])


def _without_marks(nodes: list[Node], frame: Frame, aside: Aside) -> list[Node]:
    kept: list[Node] = []
    for at, node in enumerate(nodes):
        text = text_of(node)
        mark = (
            bool(text)
            and _MARKS.fullmatch(text)
            and not (isinstance(node, Heading) and at == 0 and "Registry" not in text)
        )
        about = bool(text) and isinstance(node, Para) and _ABOUT.fullmatch(text)
        if found := _MINUTES.search(text):
            frame.minutes = int(found[1])
        if (dated := _UPDATED.search(text)) and mark and dated[1][:3].lower() in _MONTHS:
            frame.updated = f"{dated[2]}-{_MONTHS.index(dated[1][:3].lower()) + 1:02d}-01"
        if not (mark or about) or not put_all(node, aside, PAGE if mark else ABOUT):
            kept.append(node)
    return kept


def _section(nodes: list[Node], at: int) -> int:
    """Return where the section ends that starts with the heading, or the short line, at an index."""
    start = nodes[at]
    rank = start.rank if isinstance(start, Heading) else 99
    end = at + 1
    while end < len(nodes):
        node = nodes[end]
        if isinstance(node, Heading) and (node.rank <= rank or rank == 99):
            break
        if rank == 99 and (_VARIABLES.fullmatch(text_of(node)) or _QUESTIONS.fullmatch(text_of(node))):
            break
        end += 1
    return end


def _without_disclaimer(nodes: list[Node], aside: Aside) -> list[Node]:
    for at, node in enumerate(nodes):
        if _DISCLAIMER.fullmatch(text_of(node)):
            end = _section(nodes, at)
            words = " ".join(words.text for each in nodes[at + 1 : end] for words in words_of(each))
            if _PUBLISHER.search(words):
                kept = [each for each in nodes[at:end] if not put_all(each, aside, DISCLAIMER)]
                return [*nodes[:at], *kept, *nodes[end:]]
    return nodes


def _without_use(nodes: list[Node], frame: Frame, aside: Aside) -> list[Node]:
    """Take out the section on using the template, its variables, and questions about it."""
    begin = next((at for at, node in enumerate(nodes) if _HOW.fullmatch(text_of(node))), None)
    if begin is None:
        return nodes
    end = _section(nodes, begin)
    kept = nodes[:begin]
    if not put_all(nodes[begin], aside, ABOUT):
        kept.append(nodes[begin])
    for node in nodes[begin + 1 : end]:
        if isinstance(node, Item | Para) and len(frame.how_to_use) < 100:
            frame.how_to_use.append(_step(node, aside))
        elif not put_all(node, aside, ABOUT):
            kept.append(node)
    return kept + _after_use(nodes[end:], frame, aside)


def _step(node: Item | Para, aside: Aside) -> str:
    """Return a step without its number, also the one that a web page glued to its first word."""
    text = _said(node)
    if isinstance(node, Item) and node.is_numbered:
        aside.mark(node.mark, STEP_NUMBER)
    if found := re.match(r"(\d{1,2})[.)]?\s*(?=[A-Z])", text):
        aside.mark(text.split()[0], STEP_NUMBER)
        text = text[found.end() :]
    for link in re.finditer(r"\[([^\[\]]*)\]\((?:mailto:)?([^()]*)\)", text):
        if link[1] == link[2]:
            aside.mark(link[2], SAME_ADDRESS)
    return text[:2000]


def _after_use(nodes: list[Node], frame: Frame, aside: Aside) -> list[Node]:
    kept: list[Node] = []
    asks = False
    for node in nodes:
        text = text_of(node)
        if _VARIABLES.fullmatch(text) or _QUESTIONS.fullmatch(text):
            asks = bool(_QUESTIONS.fullmatch(text))
            if put_all(node, aside, ABOUT):
                continue
        elif isinstance(node, Term) and asks:
            frame.faq.append((node.term.text, " ".join(each.text for each in node.meanings)))
            continue
        elif asks and isinstance(node, Para) and put_all(node, aside, NO_QUESTION):
            continue
        kept.append(node)
    return kept


def _titled(nodes: list[Node], frame: Frame, aside: Aside) -> list[Node]:
    """Find the title and take it out, with the words that sold the template before it."""
    at = _title_at(nodes)
    if at is None:
        sold = bool(nodes) and isinstance(nodes[0], Para) and bool(_SELLS.search(_said(nodes[0])))
        return nodes[1:] if sold and _sells(nodes[0], frame, aside) else nodes
    words = _words_of_title(nodes[at])
    found = _TITLE.fullmatch(words.text.strip("*_ "))
    frame.title, frame.title_line = (found[2] if found else words.text.strip("*_ ")), words.line
    if found:
        aside.mark(found[1], NAMED)
    for note in _FOOTNOTE.findall(frame.title):
        aside.mark(note, NO_NOTE)
    frame.title = _FOOTNOTE.sub("", frame.title).strip()
    before = nodes[:at]
    said = " ".join(map(_said, before))
    if _SELLS.search(said) and _TELLS.search(said):
        before = [node for node in before if not _tells(node, frame, aside)]
    before = [node for node in before if not _sells(node, frame, aside)]
    return before + nodes[at + 1 :]


def _words_of_title(node: Node) -> Words:
    return node.words if isinstance(node, Heading) else next(iter(words_of(node)))


def _title_at(nodes: list[Node]) -> int | None:
    """Return which node is the title: a heading above all others, one named as a procedure, or the first short line."""
    heads = [(at, node) for at, node in enumerate(nodes) if isinstance(node, Heading)]
    for at, node in enumerate(nodes[:25]):
        text = text_of(node)
        if text and len(text) < 160 and (found := _TITLE.fullmatch(text)) and "template" not in found[2].lower():
            return at
    first = nodes[0] if nodes else None
    top = min((node.rank for _, node in heads), default=0)
    for at, node in [(at, node) for at, node in heads if node.rank == top and at < MOST_BEFORE][:1]:
        same = [each for _, each in heads if each.rank == top and each is not node]
        alone = not same or (top == 1 and node is first) or SECTION.fullmatch(_next(same, node))
        if alone and not SECTION.fullmatch(node.words.text.strip("*_ .:")):
            return at
    text = text_of(first) if first is not None else ""
    return 0 if isinstance(first, Para) and text and _is_short(text) and not re.search(r"[\[{<_]", text) else None


def _next(heads: list[Heading], node: Heading) -> str:
    """Return the words of the first of these headings that stands below a node."""
    below = [head for head in heads if head.words.line > node.words.line]
    return below[0].words.text.strip("*_ .:") if below else ""


def _is_short(text: str) -> bool:
    ended = text.endswith((".", ":", ";", ",")) and len(text.split()) > 1
    return len(text.split()) <= 14 and len(text) <= 110 and not ended


def _sells(node: Node, frame: Frame, aside: Aside) -> bool:
    """Take what stands before the title; returns whether it is no part of the procedure."""
    if isinstance(node, Rule):
        return True
    text = _said(node)
    if re.fullmatch(r"[^:]{2,40}:\s*(?:\S+|.*[\[{<_].*)", text) and not _SELLS.search(text):
        return False
    if isinstance(node, Table | Item) or not _SELLS.search(text):
        short = bool(text_of(node)) and _is_short(text) and not isinstance(node, Table | Item)
        return short and put_all(node, aside, PAGE_TITLE)
    if isinstance(node, Para) and not frame.summary and len(text) <= 1000 and not _is_short(text):
        frame.summary = text
        return True
    return put_all(node, aside, PAGE_TITLE if _is_short(text) else ABOUT)


def _tells(node: Node, frame: Frame, aside: Aside) -> bool:
    """Take instructions on using the template that stand before the title; returns whether they were."""
    if isinstance(node, Item) and len(frame.how_to_use) < 100:
        frame.how_to_use.append(_step(node, aside))
        return True
    return not isinstance(node, Table) and put_all(node, aside, ABOUT)


def _said(node: Node) -> str:
    return " ".join(words.text for words in words_of(node))
