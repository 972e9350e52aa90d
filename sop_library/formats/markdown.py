"""A document as Markdown text that any reader of Markdown shows alike (CommonMark with tables).

Made from the page and not from the author's source, so that numbers, conditions, units and the record's words have one
home, and a version that is published long since is written out of the page that was stored for it.
"""

import re
from collections.abc import Iterable, Iterator
from html import unescape

from lxml import html
from lxml.html import HtmlElement

_HEADINGS = {"h1": "#", "h2": "##", "h3": "###", "h4": "####"}
_QUOTED = {"say", "avoid", "callout"}
_MARKS = {"strong": "**", "em": "*", "b": "**", "i": "*"}
_BLANKS = {"reader-blank", "call-blank"}
_BLOCKS = {"p", "ul", "ol", "dl", "table", "div", "section", "blockquote", "pre", "hr", *_HEADINGS}
_INDENT = "    "

# What Markdown would read as a mark anywhere, and what it would read as one at the start of a line.
_ANYWHERE = re.compile(r"[\\`*_\[\]]")
_ENTITY = re.compile(r"&(?=#?[A-Za-z0-9]{1,31};)")
_AT_START = re.compile(r"[#>]|[-+](?=\s|$)|-{3,}|[:=]+|/{3,}")
_NUMBERED = re.compile(r"([0-9]{1,9})([.)])(?=\s|$)")


def as_markdown(title: str, page: str) -> str:
    """Return the document as Markdown: `page` is what `document.page_html` gives, or a publication's stored page."""
    root = html.fragment_fromstring(page, create_parent="div")
    blocks = [f"# {plain(title)}", *_blocks_of(root)]
    return "\n\n".join(block for block in blocks if block.strip()) + "\n"


def plain(text: str) -> str:
    """Return a text so that Markdown shows it as it stands: no sign of it means anything."""
    return _at_start(_harmless(text))


def _harmless(text: str) -> str:
    words = _ENTITY.sub("&amp;", " ".join(text.split())).replace("<", "&lt;").replace("~", "&#126;")
    return _ANYWHERE.sub(lambda sign: f"\\{sign[0]}", words)


def _at_start(text: str) -> str:
    if match := _NUMBERED.match(text):
        return f"{match[1]}\\{text[match.end(1) :]}"
    if _AT_START.match(text):
        return f"&#{ord(text[0])};{text[1:]}"
    return text


def _blocks_of(parent: HtmlElement) -> Iterator[str]:
    """Yield each block inside an element; loose text between blocks becomes a paragraph of its own."""
    loose = [_text(parent.text)]
    for child in parent:
        if child.tag in _BLOCKS:
            yield _tidy(loose)
            loose = []
            yield _block(child)
        else:
            loose.append(_inline_one(child))
        loose.append(_text(child.tail))
    yield _tidy(loose)


def _block(element: HtmlElement) -> str:
    tag, classes = element.tag, set((element.get("class") or "").split())
    if tag in _HEADINGS:
        return f"{_HEADINGS[tag]} {_inline(element)}"
    if tag == "p":
        words = _inline(element)
        return f"**{words}**" if "block-title" in classes and words else words
    if tag in {"ul", "ol"}:
        return "\n".join(_items(element))
    if tag == "table":
        return _table(element)
    if tag == "dl":
        return "\n\n".join(_definitions(element))
    if tag == "pre":
        code = element.text_content().strip("\n")
        fence = "`" * max(3, _longest_run(code) + 1)
        return f"{fence}\n{code}\n{fence}"
    if tag == "hr":
        return "* * *"
    inside = "\n\n".join(block for block in _blocks_of(element) if block.strip())
    return _quoted(inside) if tag == "blockquote" or classes & _QUOTED else inside


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n")) if text else ""


def _items(element: HtmlElement) -> Iterator[str]:
    number = int(element.get("start") or 1)
    for item in element.iterfind("li"):
        mark = f"{number}." if element.tag == "ol" else "-"
        number += 1
        blocks = [block for block in _blocks_of(item) if block.strip()] or [""]
        tight = all(part.tag in {"ul", "ol"} for part in item if part.tag in _BLOCKS)
        text = ("\n" if tight else "\n\n").join(blocks)
        yield f"{mark} " + text.replace("\n", f"\n{_INDENT}").replace(f"\n{_INDENT}\n", "\n\n")


def _definitions(element: HtmlElement) -> Iterator[str]:
    lines: list[str] = []
    for child in element:
        if child.tag == "dt":
            if lines:
                yield "\n".join(lines)
            lines = [_inline(child)]
        elif child.tag == "dd":
            text = "\n\n".join(block for block in _blocks_of(child) if block.strip())
            lines.append(": " + text.replace("\n", f"\n{_INDENT}"))
    if lines:
        yield "\n".join(lines)


def _table(element: HtmlElement) -> str:
    rows = [list(row) for row in element.iter("tr")]
    heads = rows[0] if rows and element.find("thead") is not None else []
    if not heads:  # a control block: pairs of label and value, two to a row
        rows = [row[at : at + 2] for row in rows for at in range(0, len(row), 2) if row[at].text_content().strip()]
    width = max((len(row) for row in rows), default=0)
    lines = [_line([_cell(cell) for cell in heads], width), _line([_rule(cell) for cell in heads], width, "---")]
    lines += [_line([_cell(cell) for cell in row], width) for row in (rows[1:] if heads else rows)]
    caption = element.find("caption")
    title = f"**{_inline(caption)}**\n\n" if caption is not None else ""
    return title + "\n".join(lines)


def _line(cells: list[str], width: int, empty: str = "") -> str:
    padded = cells + [empty] * (width - len(cells))
    return f"| {' | '.join(padded)} |"


def _cell(cell: HtmlElement) -> str:
    parts = [_inline(block) for block in cell if block.tag == "p"] or [_inline(cell)]
    text = "<br>".join(parts).replace("\\\n", "<br>")
    return re.sub(r"(?<!\\)\|", r"\\|", text)


def _rule(cell: HtmlElement) -> str:
    return {"right": "--:", "center": ":-:"}.get(cell.get("class") or "", "---")


def _inline(element: HtmlElement) -> str:
    """Return the words of an element on one line, marks and blanks in Markdown."""
    return _tidy([_text(element.text), *_inline_all(element)])


def _inline_all(element: Iterable[HtmlElement]) -> Iterator[str]:
    for child in element:
        yield _inline_one(child)
        yield _text(child.tail)


def _inline_one(element: HtmlElement) -> str:
    tag, classes = element.tag, set((element.get("class") or "").split())
    if tag == "br":
        return "\\\n"
    if "box" in classes:
        return "[ ]"
    if tag == "code":
        return _code(element.text_content())
    inside = "".join([_text(element.text), *_inline_all(element)])
    if classes & _BLANKS and "known" not in classes:
        return f"[{inside}]"
    if tag in _MARKS and inside.strip():
        return f"{_MARKS[tag]}{inside}{_MARKS[tag]}"
    if tag == "a" and element.get("href"):
        return f"[{inside}](<{unescape(element.get('href', ''))}>)"
    return inside


def _code(text: str) -> str:
    fence = "`" * (_longest_run(text) + 1)
    space = " " if "`" in text else ""
    return f"{fence}{space}{text}{space}{fence}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def _text(text: str | None) -> str:
    """Return running text with its signs made harmless, outer spaces kept."""
    if not text:
        return ""
    words = _harmless(text)
    return f"{' ' if text[:1].isspace() and words else ''}{words}{' ' if text[-1:].isspace() else ''}"


def _tidy(parts: list[str]) -> str:
    """Return the parts as one text without double or outer spaces; no line of it starts with a mark."""
    lines = "".join(parts).split("\n")
    return "\n".join(_started(" ".join(line.split())) for line in lines).strip()


def _started(line: str) -> str:
    return line if line.startswith(("[ ]", "**", "*")) else _at_start(line)
