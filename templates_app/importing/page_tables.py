"""Tables of HTML: their rows, and the words that browsers show although they stand outside every cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml.html import defs

_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9:-]*)")


def rows_of(table: Any) -> Iterator[list[Any]]:
    """Yield the cells of each row of a table, not those of tables inside it."""
    for part in table:
        if part.tag == "tr":
            yield [cell for cell in part if cell.tag in ("td", "th")]
        elif part.tag in ("thead", "tbody", "tfoot"):
            for row in part.iterfind("tr"):
                yield [cell for cell in row if cell.tag in ("td", "th")]


def beside_cells(part: Any) -> Iterator[str]:
    """Yield the words of a table, or of a part of one, that stand outside every cell."""
    yield part.text or ""
    for child in part:
        if child.tag in ("tr", "thead", "tbody", "tfoot"):
            yield from beside_cells(child)
        elif child.tag not in ("td", "th", "caption") and isinstance(child.tag, str):
            yield "".join(child.itertext())
        yield child.tail or ""


def with_blanks(text: str) -> str:
    """Return HTML that stands among other text, where `<Name>` is a blank and no tag."""
    return _TAG.sub(lambda tag: tag[0] if tag[1].lower() in defs.tags else f"&lt;{tag[0][1:]}", text)
