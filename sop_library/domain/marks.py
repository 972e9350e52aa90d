"""Which words of a text were put in or taken out."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

MOST_STEPS = 250_000  # comparing takes time that grows with the product of the lengths
_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")


class Mark(StrEnum):
    """What happened to some words."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Words:
    """Some words in a row to which the same happened."""

    mark: Mark
    text: str


def marked(old: str, new: str) -> tuple[Words, ...]:
    """Return the new text with what was put in and what was taken out; as a whole when it is too long to compare."""
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    if len(before) * len(after) > MOST_STEPS:
        return _shown([(Mark.REMOVED, old), (Mark.ADDED, new)])
    found: list[tuple[Mark, str]] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append((Mark.SAME, "".join(after[c:d])))
        else:
            found += [(Mark.REMOVED, "".join(before[a:b])), (Mark.ADDED, "".join(after[c:d]))]
    return _shown(_joined(found))


def _joined(found: list[tuple[Mark, str]]) -> list[tuple[Mark, str]]:
    """Return the words with changes that only a blank keeps apart as one change: easier to read."""
    texts: list[tuple[Mark, str]] = []
    old = new = ""
    for place, (mark, text) in enumerate(found):
        is_between = (old or new) and 0 < place < len(found) - 1 and "\n" not in text and not text.strip()
        if mark is Mark.SAME and not is_between:
            texts += [(Mark.REMOVED, old), (Mark.ADDED, new), (mark, text)]
            old = new = ""
        else:
            old += text if mark is not Mark.ADDED else ""
            new += text if mark is not Mark.REMOVED else ""
    return [*texts, (Mark.REMOVED, old), (Mark.ADDED, new)]


def _shown(found: list[tuple[Mark, str]]) -> tuple[Words, ...]:
    return tuple(Words(mark, text) for mark, text in found if text)
