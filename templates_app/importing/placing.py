"""Placeholders in the place of blanks: the words of each line as the body says them."""

from __future__ import annotations

from collections.abc import Sequence

from .escaping import code, safe_around
from .nodes import Words
from .places import Part, Passage
from .result import Choices
from .sorting import Sorted, sort


def placed(words: Sequence[Words], passages: Sequence[Passage], choices: Choices) -> tuple[Sorted, dict[int, str]]:
    """Return what the blanks were taken for, and by the identity of its Words each text with placeholders in it."""
    found = sort(passages, choices)
    texts = {
        id(each): code(text) if each.part is Part.CODE else safe_around(text)
        for each, text in zip(words, found.texts, strict=True)
    }
    return found, texts
