"""The product's own English: labels from names, units after numbers. How values are written is in `writing.py`."""

from __future__ import annotations

import re
from datetime import date


def iso_day(text: str) -> date | None:
    """Return the date written as "2026-12-01", or None when it is none."""
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def label_from(name: str) -> str:
    """Return a variable's name as words: "RingTimeLimit" is "Ring time limit", "CRMSystem" is "CRM system"."""
    words: list[str] = []
    for index, letter in enumerate(name):
        after_lower = not name[index - 1 : index].isupper() or name[index + 1 : index + 2].islower()
        if index == 0 or (letter.isupper() and after_lower):
            words.append(letter)
        else:
            words[-1] += letter
    return " ".join(word if at == 0 or word.isupper() else word.lower() for at, word in enumerate(words))


def lowered(label: str) -> str:
    """Return a label for the middle of a sentence: "Agent name" is "agent name", "CRM system" stays."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def singular(unit: str) -> str:
    """Return the word for one: "rings" is "ring", "copies" is "copy", "press" stays."""
    if unit.endswith("ies"):
        return f"{unit[:-3]}y"
    return unit[:-1] if unit.endswith("s") and not unit.endswith("ss") else unit


def measured(written: str, unit: str) -> str:
    """Return a written number with its unit: "3 rings", "1 ring"."""
    return f"{written} {singular(unit) if written in ('1', '1.0') else unit}"
