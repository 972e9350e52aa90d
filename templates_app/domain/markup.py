"""Markdown to clean HTML: the only place that knows Python-Markdown and the sanitiser.

The text that comes here holds no `<` and no `&` (see tokens), so every tag in the result was made by Markdown or
by this module; the sanitiser behind it is the second wall.
"""

from __future__ import annotations

import re
import threading
from typing import Any
from xml.etree.ElementTree import Element, SubElement

import nh3
from markdown import Markdown
from markdown.extensions.def_list import DefListExtension
from markdown.extensions.fenced_code import FencedCodeExtension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension
from markdown.treeprocessors import Treeprocessor
from pymdownx.blocks import BlocksExtension, BlocksProcessor
from pymdownx.blocks.block import Block as MarkdownBlock

from . import tokens
from .blocks import CALLOUTS, KINDS, SPOKEN, Block

DEEPEST = 20
_NESTING = ("ul", "ol", "dl", "blockquote", "div")
_ADDRESS = re.compile(f"(?:https://|mailto:|tel:)[^{tokens.BOX}-{tokens.END_WHEN}]+")

_CLEANER = nh3.Cleaner(
    tags={
        "a", "blockquote", "br", "caption", "code", "dd", "div", "dl", "dt", "em", "h2", "h3", "h4", "hr", "li",
        "ol", "p", "pre", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
    },
    clean_content_tags=set(),
    attributes={"*": set(), "a": {"href"}, "ol": {"start"}},  # without "*" the library lets `title` and `lang` pass
    tag_attribute_values={"th": {"scope": {"col", "row"}}},
    allowed_classes={
        "div": {*KINDS, "words", "callout"},
        "p": {"block-title"},
        "li": {"check"},
        "td": {"right", "center"},
        "th": {"right", "center"},
    },
    attribute_filter=lambda tag, name, value: _kept(name, value),
    url_schemes={"https", "mailto", "tel"},
    url_relative="deny",
    link_rel="noopener noreferrer",
)  # fmt: skip


class TooDeep(ValueError):
    """Lists, quotes or blocks inside one another beyond the limit."""


def to_html(text: str, blocks: list[Block], titles: list[str]) -> tuple[str, set[int]]:
    """Return (clean HTML, numbers of the blocks that were recognised); raise TooDeep.

    Each opening line in `text` carries the number of its block instead of a title; `titles` are their titles with
    tokens in place of placeholders.
    """
    converter = _converter()
    converter.reset()
    shaper = converter.treeprocessors["sop_shape"]
    assert isinstance(shaper, _Shaper)
    shaper.begin(blocks, titles)
    try:
        return _CLEANER.clean(converter.convert(text)), shaper.seen
    except Exception:
        del _LOCAL.converter  # it may have stopped half way
        raise


def _kept(name: str, value: str) -> str | None:
    if name == "href":
        return value if _ADDRESS.fullmatch(value) else None
    if name == "start":
        return value if re.fullmatch("[0-9]{1,4}", value) else None
    return value if name in ("class", "scope", "rel") else None


_LOCAL = threading.local()  # a converter keeps state while it works: one for each thread


def _converter() -> Markdown:
    if not hasattr(_LOCAL, "converter"):
        _LOCAL.converter = _new_converter()
    converter: Markdown = _LOCAL.converter
    return converter


def _new_converter() -> Markdown:
    converter = Markdown(
        extensions=[
            TableExtension(use_align_attribute=True),
            DefListExtension(),
            SaneListExtension(),
            FencedCodeExtension(),
            _SopBlocks(),
        ],
    )
    # Nothing here may make HTML, images, or links by reference; titles underlined with === or --- are not ours.
    converter.preprocessors.deregister("html_block")
    converter.parser.blockprocessors.deregister("setextheader")
    converter.parser.blockprocessors.deregister("reference")
    for name in (
        "html", "entity", "autolink", "automail", "image_link", "image_reference", "short_image_ref",
        "reference", "short_reference",
    ):  # fmt: skip
        converter.inlinePatterns.deregister(name)
    converter.treeprocessors.register(_Shaper(converter), "sop_shape", 15)  # after inline (20), before prettify (10)
    return converter


class _SopBlock(MarkdownBlock):
    """A `/// kind | number` block: a div that remembers its number until the tree is shaped."""

    ARGUMENT = True

    def on_validate(self, parent: Element) -> bool:
        """Return whether the opening line was written by the compiler, which knows its number."""
        shaper = self.md.treeprocessors["sop_shape"]
        assert isinstance(shaper, _Shaper)
        number = int(self.argument) if re.fullmatch("[0-9]{1,6}", self.argument) else -1
        return number not in shaper.seen and 0 <= number < len(shaper.blocks)

    def on_create(self, parent: Element) -> Element:
        """Return the new element."""
        shaper = self.md.treeprocessors["sop_shape"]
        assert isinstance(shaper, _Shaper)
        number = int(self.argument)
        shaper.seen.add(number)
        outer = SubElement(parent, "div", {"class": _class_of(self.NAME), "data-block": str(number)})
        title = _title(self.NAME, shaper.titles[number])
        if title:
            SubElement(outer, "p", {"class": "block-title"}).text = title
        if self.NAME in SPOKEN:
            SubElement(outer, "div", {"class": "words"})
        return outer

    def on_add(self, block: Element) -> Element:
        """Return where the content goes."""
        return block[-1] if self.NAME in SPOKEN else block


def _class_of(kind: str) -> str:
    return f"callout {kind}" if kind in CALLOUTS else kind


def _title(kind: str, title: str) -> str:
    if kind == "when":
        return ""
    label = SPOKEN.get(kind) or CALLOUTS.get(kind, "")
    return f"{label}: {title}" if label and title else label or title


class _SopBlocks(BlocksExtension):
    def extendMarkdownBlocks(self, md: Markdown, block_mgr: BlocksProcessor) -> None:
        """Register one class for each kind of block."""
        for kind in KINDS:
            block_mgr.register(type(f"Sop{kind.title()}", (_SopBlock,), {"NAME": kind}), {})


class _Shaper(Treeprocessor):
    """Gives the tree what Markdown does not: captions, scopes, alignment classes, check rows, guards."""

    def begin(self, blocks: list[Block], titles: list[str]) -> None:
        """Start a new text."""
        self.blocks = blocks
        self.titles = titles
        self.conditions = 0
        self.seen: set[int] = set()

    def run(self, root: Element) -> None:
        """Shape the whole tree in place."""
        self._walk(root, 0)

    def _walk(self, element: Element, depth: int) -> None:
        if depth > DEEPEST:
            raise TooDeep
        for child in element:
            tag: Any = child.tag
            self._walk(child, depth + (tag in _NESTING))
            if tag == "table":
                _shape_table(child)
            elif tag == "li":
                _shape_item(child)
            elif tag == "div" and "data-block" in child.attrib:
                self._shape_block(child, int(child.attrib.pop("data-block")))

    def _shape_block(self, element: Element, number: int) -> None:
        kind = self.blocks[number].kind
        if kind == "when":
            _guard(element, number)
        table = element.find("table")
        if kind not in SPOKEN and kind not in CALLOUTS and table is not None:
            title = element.find("p[@class='block-title']")
            if title is not None:
                element.remove(title)
                title.tag, title.attrib, title.tail = "caption", {}, None
                table.insert(0, title)
        if kind == "decision" and table is not None:
            _scope_rows(table)


def _guard(element: Element, number: int) -> None:
    """Mark the start and the end of a guarded part; the compiler turns div and marks into a condition."""
    element.text = f"{tokens.WHEN}{number}{tokens.END}{element.text or ''}"
    if len(element):
        element[-1].tail = f"{element[-1].tail or ''}{tokens.END_WHEN}"
    else:
        element.text += tokens.END_WHEN


def _shape_table(table: Element) -> None:
    for cell in table.iter():
        if cell.tag not in ("th", "td"):
            continue
        align = cell.attrib.pop("align", "")
        if align in ("right", "center"):
            cell.set("class", align)
        if cell.tag == "th":
            cell.set("scope", "col")


def _scope_rows(table: Element) -> None:
    for row in table.iterfind("tbody/tr"):
        if len(row) and row[0].tag == "td":
            row[0].tag = "th"
            row[0].set("scope", "row")


def _shape_item(item: Element) -> None:
    first = item[0].text if len(item) and item[0].tag == "p" and not (item.text or "").strip() else item.text
    if (first or "").lstrip().startswith(tokens.BOX):
        item.set("class", "check")
