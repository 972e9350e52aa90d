"""Replacing: a passage with placeholders where its blanks were, and every other `<Name>` kept as words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..domain.placeholders import PATTERN, is_escaped
from .choosing import Chosen
from .surroundings import Seen

_OPENED = re.compile(r"(?<![*_`\\\w])[*_`]$")


def replaced(text: str, blanks: Sequence[tuple[Seen, Chosen | None]]) -> str:
    """Return the passage with each blank replaced; a blank without a variable stays as it is written."""
    parts: list[str] = []
    last = 0
    for found, variable in blanks:
        blank = found.blank
        if variable is None:
            continue
        parts.append(literal(text[last : blank.start]))
        last = blank.end
        if variable.as_text:
            parts.append(literal(blank.inner or blank.as_written))
            continue
        if parts[-1] and is_escaped(f"{parts[-1]}<", len(parts[-1])):
            parts[-1] += "\\"  # else the placeholder itself would be escaped
        opened = _OPENED.search(parts[-1])
        if opened and text[last : last + 1] == opened[0] and text[last + 1 : last + 2] != opened[0]:
            parts[-1] = parts[-1][:-1]
            last += 1
        parts.append(f"<{variable.variable.name}>{_loose(blank.as_written)}")
    return "".join((*parts, literal(text[last:])))


def literal(text: str) -> str:
    """Return the text with every `<Name>` in it escaped, so that it is shown as written."""
    return PATTERN.sub(lambda match: match[0] if is_escaped(text, match.start()) else f"\\{match[0]}", text)


def _loose(written: str) -> str:
    """Return the strong mark that opens or closes inside a blank and has its partner outside."""
    return "**" if written.count("**") % 2 else ""
