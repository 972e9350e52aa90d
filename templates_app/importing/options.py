"""Options: blanks that list what can be chosen, such as [daily/weekly/monthly]."""

from __future__ import annotations

import re

from .vocabulary import ROLES
from .wordlists import NAMED_THINGS, OPTIONS, THIN

_CHOOSE = re.compile(
    r"(?:please )?(?:select|choose|pick|circle|delete)"
    r"(?: (?:one|as appropriate|as applicable|from|of|either))*\s*:?\s*",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s*[/|]\s*|\s*,?\s+or\s+|\s+OR\s+")
MOST = 12


def options_of(inner: str) -> tuple[str, ...]:
    """Return the options a blank lists, or none when it only names something."""
    chosen = _CHOOSE.match(inner)
    rest = inner[chosen.end() :] if chosen else inner
    parts = [
        part.strip(" .,;:*") for part in (re.split(r"\s*[/|,;]\s*|\s+or\s+", rest) if chosen else _BETWEEN.split(rest))
    ]
    if not 2 <= len(parts) <= MOST or any(not part or len(part.split()) > 4 or len(part) > 40 for part in parts):
        return ()
    if [part.casefold() for part in parts] == ["y", "n"]:
        return ("Yes", "No")
    unique = tuple(dict.fromkeys(parts))
    if len(unique) < 2:
        return ()
    known = all(part.casefold() in OPTIONS for part in unique)
    return unique if chosen or known else _in_a_row(unique, inner)


def _in_a_row(parts: tuple[str, ...], inner: str) -> tuple[str, ...]:
    """Return three single words or more between strokes: "clean/tidy/safe", but not "name/date/title"."""
    if len(parts) < 3 or not re.search(r"[/|]", inner):
        return ()
    plain = [part.casefold() for part in parts]
    named = any(part in THIN or part in NAMED_THINGS or ROLES.search(part) for part in plain)
    return () if named or any(not part.isalpha() for part in plain) else parts
