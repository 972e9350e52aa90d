"""Which words of a plain text were put in or taken out."""

import re
from dataclasses import dataclass
from enum import StrEnum

from sop_library.domain.comparison_tree import Token
from sop_library.domain.comparison_words import Budget, hunks_of

LONGEST = 200_000  # characters of both texts: cutting more into words alone takes a second
_PIECE = re.compile(r"\s+|\w+|[^\w\s]")


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


def marked(old: str, new: str, budget: Budget) -> tuple[Words, ...]:
    """Return the new text with what was put in and what was taken out; as a whole when comparing costs too much."""
    if old != new and len(old) + len(new) > LONGEST:
        return tuple(words for words in (Words(Mark.REMOVED, old), Words(Mark.ADDED, new)) if words.text)
    before, after = (tuple(Token(piece) for piece in _PIECE.findall(text)) for text in (old, new))
    found: list[tuple[Mark, tuple[Token, ...]]] = []
    for hunk in hunks_of(before, after, budget):
        if hunk.same:
            found.append((Mark.SAME, hunk.new))
        else:
            found += [(Mark.REMOVED, hunk.old), (Mark.ADDED, hunk.new)]
    return tuple(Words(mark, "".join(token.text for token in tokens)) for mark, tokens in found if tokens)
