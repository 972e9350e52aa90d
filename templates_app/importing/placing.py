"""Placeholders in the place of blanks: the words of each line as the body says them."""

from __future__ import annotations

from collections.abc import Sequence

from .blanks import find
from .conditions_found import _name
from .escaping import code, safe
from .nodes import Words
from .places import Part, Passage
from .result import Choices, Guess, Sort


def placed(words: Sequence[Words], passages: Sequence[Passage], choices: Choices) -> tuple[list[Guess], dict[int, str]]:
    """Return the guesses, and by the identity of its Words each text with placeholders in it."""
    guesses: dict[str, Guess] = {}
    texts: dict[int, str] = {}
    for each, passage in zip(words, passages, strict=True):
        parts, last = [], 0
        for blank in find(passage.text, passage.place):
            if blank.start == blank.end:
                continue
            name = _name(blank.inner)
            guesses.setdefault(
                name,
                Guess(
                    name, name, name, name, "text", "document", blank.as_written, (), 1, (each.line,), Sort.VARIABLE, ""
                ),
            )
            parts += [safe(passage.text[last : blank.start]), f"<{name}>"]
            last = blank.end
        if parts:
            texts[id(each)] = "".join([*parts, safe(passage.text[last:])])
        elif each.part is Part.CODE:
            texts[id(each)] = code(each.text)
    return list(guesses.values()), texts
