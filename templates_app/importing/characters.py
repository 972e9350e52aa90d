"""Characters of a source that a template cannot hold, and lines too long to be read at once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from accounts.domain.text import MOST_MARKS, is_blank, offence

from .nodes import Aside

CHARACTER = "A character that cannot be kept in a text."
LONGEST = 8_000  # characters of a line that is looked at as a whole

# Signs of symbol fonts that Word writes for bullets and boxes.
_SYMBOLS = str.maketrans({
    "\uf0b7": "•", "\uf0a7": "•", "\uf0d8": "•", "\uf0fc": "✓", "\uf06f": "☐", "\uf0a8": "☐", "\uf071": "☐",
    "\uf0fe": "☑",
    "\uf0e0": "→", "\u00a0": " ", "\u2007": " ", "\u202f": " ", "\ufeff": " ",
})  # fmt: skip
_REFUSED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028-\u202e\u2066-\u2069\ue000-\uf8ff\U000f0000-\U0010ffff]"
)


def kept(line: str, number: int, aside: Aside) -> str:
    """Return the line without the characters that are refused, which are set aside by their numbers."""
    if line.isascii() and line.isprintable():
        return line
    if is_blank(line):
        return line if "\t" in line else ""  # a tab alone is an empty cell
    line = line.translate(_SYMBOLS)
    gone = dict.fromkeys(_REFUSED.findall(line))
    if gone:
        aside.put(-number, " ".join(f"U+{ord(sign):04X}" for sign in gone), CHARACTER)
        line = _REFUSED.sub(" ", line)
    if not line.isascii() and offence(line) is not None:
        aside.put(-number, "Combining marks", f"More than {MOST_MARKS} of them in a row.")
        line = _unstacked(line)
    return line


def _unstacked(line: str) -> str:
    """Return the line with no more combining marks in a row than a text may have."""
    signs: list[str] = []
    count = 0
    for sign in line:
        count = count + 1 if unicodedata.category(sign) in ("Mn", "Me") else 0
        if count <= MOST_MARKS:
            signs.append(sign)
    return "".join(signs)


def pieces(line: str) -> Iterator[str]:
    """Yield the line in pieces that are short enough, cut at spaces."""
    while len(line) > LONGEST:
        cut = line.rfind(" ", LONGEST // 2, LONGEST)
        cut = cut if cut > 0 else LONGEST
        yield line[:cut]
        line = line[cut:].lstrip(" ")
    yield line
