"""Where a variable stands in a rendered text: the numbers of the sections, as the form names them."""

from __future__ import annotations

import re

from .writing import PLAIN

MOST_NAMED = 6

_MARK = re.compile(r'<h[23] id="s-[0-9-]+"><span class="num">([0-9.]+)</span>|data-variable="([A-Za-z0-9]+)"')


def places(preview: str) -> dict[str, str]:
    """Return where each variable of a body in PREVIEW mode stands, such as "4.1, 4.4 and 5", by variable name.

    What stands before the first heading has no number and is left out. What people typed cannot look like a mark:
    it is escaped.
    """
    found: dict[str, list[str]] = {}
    section = ""
    for match in _MARK.finditer(preview):
        if match[1]:
            section = match[1]
        elif section and section not in found.setdefault(match[2], []):
            found[match[2]].append(section)
    return {name: _named(sections) for name, sections in found.items() if sections}


def _named(sections: list[str]) -> str:
    if len(sections) <= MOST_NAMED:
        return PLAIN.series(sections)
    return PLAIN.series([*sections[:MOST_NAMED], f"{len(sections) - MOST_NAMED} more"])
