"""Inside a line: links, images, tags and entities become what a template can hold; words stay."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from urllib.parse import unquote

from .nodes import Aside

TAGS = (
    "br|hr|b|i|u|s|em|strong|sub|sup|span|div|p|a|img|font|center|table|thead|tbody|tfoot|tr|td|th|ul|ol|li|h[1-6]|small|"
    "big|del|ins|strike|mark|kbd|code|pre|blockquote|details|summary|dl|dt|dd|tt|abbr|cite|nobr|wbr|o:p|figure|"
    "figcaption|colgroup|col|caption|input|label|iframe|video|picture|source|nav|main|article|html|body"
)
ADDRESSES = ("https://", "mailto:", "tel:")
NO_TAG = "A tag of HTML: a template holds none. Its words are kept."
NO_IMAGE = "Images have no place in a template."
NO_ADDRESS = "An address that a template cannot link to. The words of the link are kept."
ANCHOR = "A mark for links and styles of another tool."

_SPAN = re.compile(r"(`+)(?!`)(?:.*?[^`])?\1(?!`)")
_TAG = re.compile(rf"</?(?:{TAGS})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_IMAGE = re.compile(
    r"!\[([^\[\]\n]{0,500})\](?:\(([^()\n]{0,2000}(?:\([^()\n]{0,200}\)[^()\n]{0,2000})?)\)|\[([^\[\]\n]{0,200})\])"
)
_TARGET = r"(<[^<>\n]*>|(?:\{\{[^{}\n]{0,200}\}\}|\([^()\s]{0,500}\)|[^()\s])*)"
_LINK = re.compile(
    rf"(?<![\\!])\[((?:[^\[\]\\\n]|\\.|\[[^\[\]\n]{{0,300}}\]){{0,1000}})\]"
    rf"\([ ]*{_TARGET}[ ]*(?:\"[^\"\n]*\"|'[^'\n]*')?[ ]*\)"
)
_REFERENCE = re.compile(r"(?<![\\!\]])\[([^\[\]^\n]{1,300})\](?:[ ]?\[([^\[\]\n]{0,300})\])?(?![(:\]])")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:|ftp://)[^\s<>]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)>")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ATTRIBUTES = re.compile(r"(?<=\])\{[.#][^{}\n]{0,200}\}|[ ]*(?<!\{)\{:?[ ]?[.#][\w-][^{}\n]{0,200}\}(?!\})")
_STYLED = re.compile(r"(?<![\\!])\[([^\[\]\n]{1,500})\](\{[.#][^{}\n]{0,200}\})")
_BRACES = re.compile(r"\$?(?:%7B){1,3}[&\w.%-]{1,80}?(?:%7D){1,3}", re.IGNORECASE)
_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*", "code": "`", "kbd": "`", "tt": "`"}
_MOST_BRACKETS = 300


def cleaned(text: str, line: int, aside: Aside, references: Mapping[str, str]) -> str:
    """Return the text of one line as a template can hold it; what goes is set aside."""
    if not any(sign in text for sign in "[<&{"):
        return text
    parts: list[str] = []
    last = 0
    for span in _SPAN.finditer(text) if "`" in text else ():
        parts += [_outside(text[last : span.start()], line, aside, references), span[0]]
        last = span.end()
    parts.append(_outside(text[last:], line, aside, references))
    return "".join(parts)


def _outside(text: str, line: int, aside: Aside, references: Mapping[str, str]) -> str:
    """Clean what is not code."""
    if "[" in text and text.count("[") <= _MOST_BRACKETS:
        text = _IMAGE.sub(lambda found: "" if aside.put(line, found[0], NO_IMAGE) else found[1], text)
        text = _LINK.sub(lambda found: _link(found[1], found[2].strip("<>"), line, aside), text)
        if references:
            text = _REFERENCE.sub(lambda found: _reference(found, line, aside, references), text)
    if "<" in text:
        text = _AUTOLINK.sub(r"\1", text)
        text = _TAG.sub(lambda found: _tag(found[0], line, aside), text)
    if "{" in text:
        text = _STYLED.sub(lambda found: _unstyled(found, line, aside), text)
        text = _ATTRIBUTES.sub(lambda found: "" if aside.put(line, found[0], ANCHOR) else found[0], text)
    return _ENTITY.sub(_character, text) if "&" in text else text


def with_braces(address: str) -> str:
    """Return an address in which a value between braces is written with braces again: "%7B%7Bsite%7D%7D"."""
    return _BRACES.sub(lambda found: unquote(found[0]), address)


def _link(words: str, target: str, line: int, aside: Aside) -> str:
    target = with_braces(target)
    if re.search(r"[{}\[\]<>]", target):  # a blank inside an address
        return f"{words} ({target})"
    if target.startswith(ADDRESSES) and len(target) > 9:
        return f"[{words}]({target})"
    if target.startswith("http://"):
        return f"{words} ({target})" if target not in words else words
    aside.put(line, target, NO_ADDRESS)
    return words


def _unstyled(found: re.Match[str], line: int, aside: Aside) -> str:
    """Return the words of a span whose style is written behind it."""
    return found[1] if aside.put(line, found[2], ANCHOR) else found[0]


def _reference(found: re.Match[str], line: int, aside: Aside, references: Mapping[str, str]) -> str:
    target = references.get((found[2] or found[1]).casefold().strip())
    return _link(found[1], target, line, aside) if target else found[0]


def _tag(tag: str, line: int, aside: Aside) -> str:
    name = re.sub(r"[</>]", "", tag).split()[0].lower() if re.sub(r"[</>]", "", tag).split() else ""
    if name in _MARKS:
        return _MARKS[name]
    if name in ("br", "wbr", "hr", "p", "div", "li", "td", "tr", "th"):
        return " "
    if " " in tag.strip("</>"):
        aside.put(line, tag, NO_TAG)
    return ""


def _character(entity: re.Match[str]) -> str:
    found = html.unescape(entity[0])
    return " " if found == "\u00a0" else found if found.isprintable() else entity[0]
