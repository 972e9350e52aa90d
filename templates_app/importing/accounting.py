"""The books of an import: every word of the source is in the template, among the guesses or among what is set aside."""

from __future__ import annotations

from collections import Counter

from .counting import words
from .result import Imported, ReadFile


def lost(read_file: ReadFile, imported: Imported) -> Counter[str]:
    """Return the words of the source that are nowhere in what importing gave, with how many of each are missing."""
    kept = words([imported.source, imported.title])
    kept += words(guess.as_written for guess in imported.guesses for _ in range(max(1, guess.occurrences)))
    kept += words(written for guess in imported.guesses for written in guess.also_written)
    kept += words(aside.text for aside in imported.set_aside)
    return words(read_file.lines) - kept


def share_kept(read_file: ReadFile, imported: Imported) -> float:
    """Return the share of the source's words that are kept or reported, 1.0 when none is lost."""
    total = words(read_file.lines).total()
    return 1.0 if not total else 1 - lost(read_file, imported).total() / total
