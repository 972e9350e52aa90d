"""Which characters people's text may hold: one rule for templates and for values.

Source: the rows "Variable form values" and "Names, titles, tags" of the security notes, each of them measured.
"""

from __future__ import annotations

import re
import unicodedata

MOST_MARKS = 8  # combining marks in a row: 200,000 of them froze the PDF engine for over 100 seconds

_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_RUN = re.compile(f"[^\x00-\u02ff]{{{MOST_MARKS + 1},}}")
_BREAKS = re.compile("\r\n|\r|\u2028|\u2029")
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f")


def normalise(text: str) -> str:
    r"""Return `text` without byte order mark, with `\n` as its only line break, in Unicode form NFC."""
    text = _BREAKS.sub("\n", text.removeprefix("\ufeff"))
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def is_blank(text: str) -> bool:
    """Return whether nothing of `text` would be seen: spaces, zero-width and filler letters only."""
    if text.isascii():
        return not text.strip()
    return all(
        letter.isspace() or letter in _BLANK_LETTERS or unicodedata.category(letter) in ("Cf", "Cc", "Mn")
        for letter in text
    )


def fault(text: str, *, private_use: bool = True) -> tuple[int, str] | None:
    """Return (offset, what it is) of the first character that cannot be kept, or None.

    `private_use=False` refuses private-use characters too: the compiler keeps them for itself.
    """
    found = [
        (match.start(), words)
        for pattern, words in _patterns(private_use)
        if (match := pattern.search(text)) is not None
    ]
    marks = _marks(text)
    if marks is not None:
        found.append((marks, f"more than {MOST_MARKS} combining marks in a row"))
    return min(found, default=None)


def _patterns(private_use: bool) -> list[tuple[re.Pattern[str], str]]:
    patterns = [
        (_SURROGATE, "half of a character (a lone surrogate)"),
        (_CONTROL, "a control character"),
        (_BIDI, "a character that turns the direction of the text round"),
    ]
    return patterns if private_use else [*patterns, (_PRIVATE, "a private-use character")]


def _marks(text: str) -> int | None:
    """Return the offset of the first run of too many combining marks, or None."""
    for run in _RUN.finditer(text):
        count = 0
        for offset, letter in enumerate(run[0]):
            count = count + 1 if unicodedata.category(letter) in ("Mn", "Me") else 0
            if count > MOST_MARKS:
                return run.start() + offset
    return None
