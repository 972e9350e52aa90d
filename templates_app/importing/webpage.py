"""HTML to lines: headings, lists, tables, links and emphasis as Markdown writes them."""

from __future__ import annotations

import re
from typing import Any

import lxml.etree
import lxml.html

from .counting import words
from .inline import ADDRESSES, NO_ADDRESS, NO_IMAGE, with_braces
from .page_tables import beside_cells, rows_of
from .result import SetAside, Unreadable

DEEPEST = 100
SILENT = {"script": "A script", "style": "A style sheet", "noscript": "What a browser shows without scripts"}
FRAME = {"nav": "The navigation of the page that the text stood on.", "footer": "The foot of the page."}
PLACELESS = "Words of the page that have no place in a text."
_DROPPED = {"template", "svg", "canvas", "object", "embed", "iframe", "video", "audio", "head", "select", "option"}
_BLOCKS = {
    "p", "div", "section", "article", "main", "header", "aside", "address", "figure", "figcaption", "form", "fieldset",
    "center", "body", "html", "details", "summary", "legend", "hgroup", "caption", "dialog", "footer", "nav",
}  # fmt: skip
_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*"}
_PARSER: Any = lxml.html.HTMLParser(no_network=True, remove_pis=True, remove_comments=False, huge_tree=True)


def lines_of_html(text: str) -> tuple[list[str], list[SetAside]]:
    """Return a page as lines, and what has no words in them; raise Unreadable when it cannot be parsed."""
    clean = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]", " ", text)
    clean = re.sub(r"^\s*<\?xml[^>]*\?>", "", clean)
    clean += "-->" if clean.rfind("<!--") > clean.rfind("-->") else ""  # else the parser drops its words
    try:
        root = lxml.html.document_fromstring(clean, parser=_PARSER)
    except (lxml.etree.ParserError, lxml.etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable("The page holds no text that can be read.") from error
    if any("depth" in error.message.lower() for error in _PARSER.error_log):
        raise Unreadable("The page is nested too deeply: its parts go thousands of levels deep.")
    walker = _Walker()
    walker.page(root)
    said = words([*walker.lines, *(each.text for each in walker.dropped)])
    texts: Any = root.xpath("//text() | //comment()")
    missing = words(map(str, texts)) - said
    if missing:
        walker.dropped.append(SetAside(0, " ".join(missing.elements()), PLACELESS))
    return walker.lines, walker.dropped


class _Walker:
    """Walks the tree and writes lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.dropped: list[SetAside] = []
        self.text: list[str] = []  # the paragraph being written

    def page(self, root: Any) -> None:
        """Write the whole page."""
        title = " ".join((root.findtext(".//title") or "").split())
        headed = root.find(".//h1") is not None
        if title and not headed:
            self.lines += [f"# {title}", ""]
        elif title and title != " ".join(root.find(".//h1").itertext()).strip():
            self.dropped.append(SetAside(0, title, "The title that a browser shows for the page."))
        for head in root.iterfind("head"):
            for child in head:
                self._silent(child)
        for child in root:
            if child.tag != "head":
                self._node(child, "", 0)
        self._flush("")

    def _node(self, node: Any, indent: str, depth: int) -> None:
        tag = node.tag if isinstance(node.tag, str) else "comment"
        if tag == "comment":
            words = " ".join(str(node.text or "").split())
            if words:
                self.dropped.append(SetAside(0, words, "A comment: readers of the page do not see it."))
        elif tag in SILENT or tag in _DROPPED or (tag in FRAME and not indent):
            self._silent(node)
        elif depth > DEEPEST:
            self.text.append(_escaped(" ".join("".join(node.itertext()).split())) + " ")
        else:
            handler = getattr(self, f"_{tag}", None) if tag in _HANDLED else None
            if handler is not None:
                handler(node, indent, depth)
            elif re.fullmatch("h[1-6]", tag):
                self._heading(node, indent, depth)
            elif tag in _BLOCKS:
                self._flush(indent)
                self._inside(node, indent, depth)
                self._flush(indent)
            else:
                self._inline(node, tag, indent, depth)

    def _inside(self, node: Any, indent: str, depth: int) -> None:
        """Write an element's text and children, each with the text behind it."""
        self._say(node.text)
        for child in node:
            self._node(child, indent, depth + 1)
            self._say(child.tail)

    def _say(self, text: str | None) -> None:
        if text:
            self.text.append(_escaped(re.sub(r"[ \t\r\n\f]+", " ", text)))

    def _flush(self, indent: str) -> None:
        """End the paragraph being written."""
        text = "".join(self.text).replace("****", "")
        self.text = []
        rows = [row for part in text.split("\n") if (row := " ".join(part.split()))]
        if rows:
            self.lines += [*(f"{indent}{row}  " for row in rows[:-1]), f"{indent}{rows[-1]}", ""]

    def _silent(self, node: Any) -> None:
        tag = str(node.tag)
        words = " ".join("".join(node.itertext()).split()) if isinstance(node.tag, str) else ""
        if tag in ("title", "meta", "link", "base") or not words:
            return
        reason = FRAME.get(tag) or f"{SILENT.get(tag, 'A part that is not text')}: it is no part of the text."
        self.dropped.append(SetAside(0, words, reason))

    def _heading(self, node: Any, indent: str, depth: int) -> None:
        self._flush(indent)
        self._inside(node, indent, depth)
        words = " ".join("".join(self.text).split()).replace("**", "")
        self.text = []
        if words:
            self.lines += [f"{'#' * int(node.tag[1])} {words}", ""]

    def _inline(self, node: Any, tag: str, indent: str, depth: int) -> None:
        mark = _MARKS.get(tag, "")
        start = len(self.text)
        if _is_drawn(node, tag):
            self.text.append("____")
            return
        self._inside(node, indent, depth)
        if mark:
            inner = "".join(self.text[start:])
            bare = inner.strip()
            if bare and "\n" not in bare:
                left, right = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
                self.text[start:] = [f"{left}{mark}{bare}{mark}{right}"]

    def _a(self, node: Any, indent: str, depth: int) -> None:
        start, lines = len(self.text), len(self.lines)
        self._inside(node, indent, depth)
        written = (node.get("href") or "").strip()
        target = with_braces(re.sub(r"[\s<>()\"]", lambda sign: f"%{ord(sign[0]):02X}", written))
        words = "".join(self.text[start:])
        if not target or not words.strip() or len(self.lines) != lines:
            return
        if target.startswith((*ADDRESSES, "http://", "{{", "${")) and "[" not in words:
            self.text[start:] = [f"[{words.strip()}]({target})"] if target not in words else [words]
        elif not target.startswith("#"):
            self.dropped.append(SetAside(0, written, NO_ADDRESS))

    def _br(self, node: Any, indent: str, depth: int) -> None:
        self.text.append("\n")

    def _hr(self, node: Any, indent: str, depth: int) -> None:
        self._flush(indent)
        self.lines += ["---", ""]

    def _img(self, node: Any, indent: str, depth: int) -> None:
        words = " ".join((node.get("alt") or "").split())
        self.dropped.append(SetAside(0, words or "An image without words", NO_IMAGE))

    def _input(self, node: Any, indent: str, depth: int) -> None:
        kind = (node.get("type") or "text").lower()
        if kind in ("checkbox", "radio"):
            self.text.append("☑ " if node.get("checked") is not None else "☐ ")
        elif kind != "hidden":
            hint = node.get("placeholder") or ""
            self.text.append(_escaped(node.get("value") or (f"[{hint}]" if hint.strip() else "____")))

    def _textarea(self, node: Any, indent: str, depth: int) -> None:
        hint = node.get("placeholder") or ""
        self.text.append(_escaped((node.text or "").strip() or (f"[{hint}]" if hint.strip() else "____")))

    def _code(self, node: Any, indent: str, depth: int) -> None:
        words = " ".join("".join(node.itertext()).split())
        self.text.append(f"`{words}`" if words and "`" not in words else _escaped(words))

    def _pre(self, node: Any, indent: str, depth: int) -> None:
        self._flush(indent)
        rows = "".join(node.itertext()).strip("\n").split("\n")
        self.lines += ["````", *rows, "````", ""]

    def _blockquote(self, node: Any, indent: str, depth: int) -> None:
        self._flush(indent)
        start = len(self.lines)
        self._inside(node, "", depth)
        self._flush("")
        self.lines[start:] = [f"> {row}" if row else ">" for row in self.lines[start:-1]] + [""]

    def _ul(self, node: Any, indent: str, depth: int) -> None:
        self._list(node, indent, depth, numbered=False)

    def _ol(self, node: Any, indent: str, depth: int) -> None:
        self._list(node, indent, depth, numbered=True)

    def _list(self, node: Any, indent: str, depth: int, *, numbered: bool) -> None:
        self._flush(indent)
        start = node.get("start") or "1"
        number = int(start) if re.fullmatch("[0-9]{1,4}", start) else 1
        for child in node:
            if child.tag == "li":
                self._item(child, indent, depth, f"{number}." if numbered else "-")
                number += 1
            else:
                self._node(child, f"{indent}    ", depth + 1)
                self._flush(f"{indent}    ")
            self._say((child.tail or "").strip())
            self._flush(indent)
        self.lines.append("")

    def _item(self, node: Any, indent: str, depth: int, mark: str) -> None:
        start = len(self.lines)
        self._inside(node, f"{indent}    ", depth)
        self._flush(f"{indent}    ")
        rows = self.lines[start:]
        while rows and not rows[-1]:
            rows.pop()
        first = rows[0].strip() if rows and rows[0].startswith(f"{indent}    ") else ""
        nested = bool(re.match(r"(?:[-*+]|[0-9]+\.) ", first)) or rows[:1] == ["````"]
        if first and not nested:
            rows[0] = f"{indent}{mark} {first}"
        elif rows:
            rows = [f"{indent}{mark} ", *rows] if nested else rows
        self.lines[start:] = [row for row in rows if row]

    def _dl(self, node: Any, indent: str, depth: int) -> None:
        self._flush(indent)
        for child in node.iter("dt", "dd"):
            self._inside(child, indent, depth)
            words = " ".join("".join(self.text).split())
            self.text = []
            if words:
                self.lines += ["", words] if child.tag == "dt" else [f": {words}"]
        self.lines.append("")

    def _table(self, node: Any, indent: str, depth: int) -> None:
        self._flush(indent)
        for text in beside_cells(node):
            self._say(text)
        self._flush(indent)
        rows = list(rows_of(node))
        if all(len(row) < 2 for row in rows):  # a frame around text, no table
            for row in rows:
                for cell in row:
                    self._inside(cell, indent, depth + 1)
                    self._flush(indent)
            return
        for caption in node.iterfind("caption"):
            self._inside(caption, indent, depth)
            self._flush(indent)
        self._written([self._cells(row, depth) for row in rows])

    def _cells(self, row: list[Any], depth: int) -> list[str]:
        """Return the words of each cell of a row, with empty ones where a cell spans several columns."""
        found: list[str] = []
        for cell in row:
            outer_lines, outer_text, self.lines, self.text = self.lines, self.text, [], []
            self._inside(cell, "", depth + 1)
            self._flush("")
            words = " ".join(" ".join(line for line in self.lines if line.strip()).replace("---", "").split())
            self.lines, self.text = outer_lines, outer_text
            span = cell.get("colspan") or "1"
            found += [words.replace("|", "\\|")] + [""] * (int(span) - 1 if re.fullmatch("[1-9][0-9]?", span) else 0)
        return found

    def _written(self, cells: list[list[str]]) -> None:
        cells = [row for row in cells if row]
        if not cells:
            return
        width = max(map(len, cells))
        first, *rest = [f"| {' | '.join([*row, *[''] * (width - len(row))])} |" for row in cells]
        self.lines += [first, f"|{'---|' * width}", *rest, ""]


_HANDLED = {"a", "br", "hr", "img", "input", "code", "pre", "blockquote", "ul", "ol", "dl", "table", "textarea"}


def _is_drawn(node: Any, tag: str) -> bool:
    """Return whether a part is nothing but an underlined gap: a line to write on."""
    styled = re.search(r"underline|border-bottom", node.get("style") or "")
    text = "".join(node.itertext())
    return bool((tag in ("u", "ins") or styled) and not text.strip() and (len(text) >= 3 or "\t" in text))


def _escaped(text: str) -> str:
    """Return words whose stars and code marks are words too."""
    text = re.sub("[\u2002\u2003]{3,}", "____", text).replace("\u00a0", " ")  # what Word shows in an empty field
    return re.sub(r"([\\*`])", r"\\\1", text)
