"""Rich text: bold, italic and code inside a line, escaped by hand.

Not Markdown on purpose: a value is never parsed by anything that knows links, tables or HTML.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

# No nested repetition and no mark inside a mark: each character is looked at a fixed number of times.
_MARKS = re.compile(
    r"`(?P<code>[^`\n]+)`|\*\*(?P<strong>[^*\s](?:[^*\n]*[^*\s])?)\*\*|\*(?P<em>[^*\s](?:[^*\n]*[^*\s])?)\*"
)


def rich(text: str) -> Markup:
    """Return `text` escaped, with its bold, italic and code marks as HTML and its line breaks kept."""
    parts: list[str] = []
    last = 0
    for match in _MARKS.finditer(text):
        parts.append(_plain(text[last : match.start()]))
        parts.append(f"<{match.lastgroup}>{escape(match[str(match.lastgroup)])}</{match.lastgroup}>")
        last = match.end()
    parts.append(_plain(text[last:]))
    return Markup("".join(parts))  # noqa: S704  every part is escaped above


def _plain(text: str) -> str:
    return str(escape(text)).replace("\n", "<br>")
