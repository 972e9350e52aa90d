r"""Words that the template language would take for something else, written so that they stay words."""

from __future__ import annotations

import re

from templates_app.domain.placeholders import PATTERN, find

_STAND_IN = "\x02"  # no text holds it: it is a character that is refused
_SPAN = re.compile(r"(`+)(?!`)(?:[^\n]*?[^`\n])?\1(?!`)")
# What Markdown itself takes a backslash away from; before other signs it would be shown.
_NO_ESCAPE = re.compile(r"\\(?=[<>'\"$@~^=/&%,:;?])")
_NAME = re.compile(r"(\\*)<(?=[A-Z][A-Za-z0-9]*>)")
_LINK = re.compile(r"(?<!\\)\]\((?![ \t]*(?:https://|mailto:|tel:)\S)")
_START = re.compile(r"([ \t]*)(?:([#>|+*-])(?=[ \t]|#|>|$|\|)|(\d{1,9})([.)])(?=[ \t]|$)|(`{3,}|~{3,}))")
_EVERY = re.compile(r"([\\`*_{}\[\]()#+.!|-])")


def safe(text: str) -> str:
    r"""Return words for the middle of a line: literal `<Name>`, images and forbidden links lose their meaning."""
    if not any(sign in text for sign in "<\\!]["):
        return text
    parts: list[str] = []
    last = 0
    for span in _SPAN.finditer(text) if "`" in text else ():
        parts += [_safe(text[last : span.start()]), _NAME.sub(r"\\<", span[0])]
        last = span.end()
    return "".join([*parts, _safe(text[last:])])


def safe_around(text: str) -> str:
    """Return words with placeholders among them: the placeholders stay, the words around them are made safe."""
    uses = find(text) if "<" in text else []
    if not uses:
        return safe(text)
    parts: list[str] = []
    last = 0
    for use in uses:
        parts += [text[last : use.start], _STAND_IN]
        last = use.end
    around = safe("".join([*parts, text[last:]])).split(_STAND_IN)
    names = [f"<{use.name}>" for use in uses]
    return "".join(part + name for part, name in zip(around, [*names, ""], strict=True))


def _safe(text: str) -> str:
    text = _NO_ESCAPE.sub("", text)
    text = text.replace("![", "!\\[")
    text = _LINK.sub(r"\\](", text)
    return _NAME.sub(r"\\<", text)


def code(text: str) -> str:
    r"""Return a line of code in which a literal `<Name>` is no placeholder."""
    return _NAME.sub(r"\\<", text)


def started(line: str) -> str:
    """Return a paragraph's line whose first sign would make it a heading, an item, a quote, a table or code."""
    line = line.strip()
    if line.startswith(": "):
        return f":\u00a0{line[2:]}"
    if re.fullmatch(r"[-=*_+|: \t]{3,}", line):
        return "\\" + line
    found = _START.match(line)
    if found is None:
        return line
    if found[3]:
        return f"{found[3]}\\{found[4]}{line[found.end(4) :]}"
    return "\\" + line


def literal(text: str) -> str:
    """Return words with every sign of Markdown escaped, for a line that could not be read otherwise."""
    parts: list[str] = []
    last = 0
    for use in PATTERN.finditer(text):
        parts += [_EVERY.sub(r"\\\1", text[last : use.start()].replace("\\", "")), use[0]]
        last = use.end()
    return "".join([*parts, _EVERY.sub(r"\\\1", text[last:].replace("\\", ""))])
