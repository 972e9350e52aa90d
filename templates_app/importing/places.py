"""Where the words of a source stand, for those who guess what a blank among them means."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """What a passage is part of."""

    TITLE = "title"
    HEADING = "heading"
    TEXT = "text"
    ITEM = "item"
    CELL = "cell"
    SPOKEN = "spoken"
    CODE = "code"  # never holds a blank


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage stands: its line in the source from 1, headings above it, and its column and row in a table.

    `label` is what the passage itself says before a colon ("Approved by: …"), or the first cell of its row.
    """

    line: int
    part: Part = Part.TEXT
    headings: tuple[str, ...] = ()
    column: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of the source in reading order, without list marks and table bars."""

    text: str
    place: Place
