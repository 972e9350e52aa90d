"""Guesses what a mistyped word should have been."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return " (did you mean “label”?)", or an empty text when nothing is close."""
    if len(word) > 80:  # comparing is slow, and a word that long is no slip of the finger
        return ""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" (did you mean “{close[0]}”?)" if close else ""
