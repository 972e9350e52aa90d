"""How values are written in English: the one place to change for another language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def series(items: Sequence[str]) -> str:
    """Return "a", "a and b" or "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def day(value: date) -> str:
    """Return a date as "1 December 2026"."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def iso_day(text: str) -> date | None:
    """Return the date written as "2026-12-01", or None when it is none."""
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def number(digits: str) -> str:
    """Return a canonical number with thousands separated: "12500.50" is "12,500.50"."""
    sign, digits = ("−", digits[1:]) if digits.startswith("-") else ("", digits)
    whole, point, rest = digits.partition(".")
    return f"{sign}{int(whole):,}{point}{rest}"


def money(amount: str, currency: str) -> str:
    """Return "$640" or "$12.50" for currencies with a well-known sign, "CHF 640" for others."""
    sign = SYMBOLS.get(currency, f"{currency} ")
    written = number(amount).removesuffix(".00")
    return f"−{sign}{written[1:]}" if written.startswith("−") else f"{sign}{written}"


def minutes(total: int) -> str:
    """Return whole minutes as "45 minutes", "1 hour" or "1 hour 30 minutes"."""
    hours, rest = divmod(total, 60)
    parts = [_counted(hours, "hour")] if hours else []
    if rest or not hours:
        parts.append(_counted(rest, "minute"))
    return " ".join(parts)


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


def _counted(amount: int, noun: str) -> str:
    return f"{amount:,} {noun}" if amount == 1 else f"{amount:,} {noun}s"
