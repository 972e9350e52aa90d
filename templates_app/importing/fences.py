"""Forms between the marks of code: texts to fill that somebody fenced in to keep their lines."""

from __future__ import annotations

import re
from collections.abc import Sequence

_FENCE = re.compile(r"[ ]{0,3}(`{3,20}|~{3,20})[ \t]*([\w-]*)[ \t]*")
_PROSE = ("", "text", "txt", "plaintext", "plain", "markdown", "md")
# A line to write on, or words in brackets that begin with a capital or are several: no option of a program.
_TO_FILL = re.compile(
    r"_{4,}|\[[A-Z][^\[\]]*\](?!\()|\[[a-z]+[ /][^\[\]]*\](?!\()|<[A-Z][A-Za-z]* [^<>]*>|\{\{[^{}]*\}\}"
)
_CODE = re.compile(
    r"[;{}][ \t]*$|^[ \t]*(?:[$>%]|#!|//|/\*|--\s\w|@)|\s--?[A-Za-z]|\w\(|=>|->|\s[=!]=\s|\s:?=\s|://|\\$"
    r"|^[ \t]*(?:</?\w+>|(?:sudo|curl|git|kubectl|docker|npm|pip|cd|ls|cp|mv)\s)"
    r"|^[ \t]*(?:export|select|import|def|function|var|let|const|class)\s",
    re.IGNORECASE | re.MULTILINE,
)


def without_marks(lines: Sequence[str]) -> list[str]:
    """Return the lines with empty ones for the marks around every form; real code keeps its marks."""
    found = list(lines)
    never: set[str] = set()  # marks that nothing closes any more
    at = 0
    while at < len(found):
        opening = _FENCE.fullmatch(found[at])
        end = _end(found, at, opening[1]) if opening and opening[1] not in never else at
        if opening and end == at:
            never.add(opening[1])
        elif opening:
            if opening[2].casefold() in _PROSE and _is_form(found[at + 1 : end]):
                found[at] = found[end] = ""
            at = end
        at += 1
    return found


def _end(lines: list[str], at: int, mark: str) -> int:
    """Return the index of the closing mark, or `at` when there is none."""
    for end in range(at + 1, len(lines)):
        row = lines[end].strip()
        if row.startswith(mark) and not row.strip(mark[0]):
            return end
    return at


def _is_form(rows: list[str]) -> bool:
    text = "\n".join(rows)
    return bool(_TO_FILL.search(text)) and not _CODE.search(text)
