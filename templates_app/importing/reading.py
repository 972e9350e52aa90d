"""Reading: a file of any accepted kind becomes lines of Markdown-like text."""

from __future__ import annotations

from .decoding import decoded, lines_of
from .result import ReadFile, Unreadable

LARGEST_UPLOAD = 20_000_000  # bytes


def read(name: str, data: bytes) -> list[ReadFile]:
    """Return the documents of one file: one, or each of a zip's; raise Unreadable with one plain sentence."""
    if not data.strip():
        raise Unreadable(f"{name} is empty.")
    if len(data) > LARGEST_UPLOAD:
        raise Unreadable(f"{name} is too large: at most {LARGEST_UPLOAD:,} bytes, this has {len(data):,}.", 413)
    return [ReadFile(name, lines_of(decoded(name, data)))]
