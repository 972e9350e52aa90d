"""Which lines of a text differ from those of the text before it."""

from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_LINES = 4_000  # comparing takes time that grows with the square of the length


@dataclass(frozen=True, slots=True)
class ChangedLines:
    """One place where two texts differ: the lines that went and those that came."""

    old: tuple[str, ...]
    new: tuple[str, ...]


def changed_lines(old: str, new: str) -> tuple[ChangedLines, ...] | None:
    """Return the places where the texts differ, empty lines left out; None when they are too long to compare."""
    before, after = _lines(old), _lines(new)
    if max(len(before), len(after)) > MOST_LINES:
        return None
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return tuple(ChangedLines(tuple(before[a:b]), tuple(after[c:d])) for kind, a, b, c, d in blocks if kind != "equal")


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
