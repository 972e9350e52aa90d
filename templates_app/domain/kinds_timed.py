"""Kinds of time, and yes or no: a length of time, a day."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from .kind import Kind, refusal
from .kinds_measured import limits, within
from .reading import minutes, typed
from .variables import Value, Variable
from .wording import iso_day
from .writing import PLAIN, Writing

YEARS = (1900, 2199)

_WORDS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


class Duration(Kind):
    """A length of time, kept in whole minutes."""

    name = "duration"
    widget = "number"

    def check(self, variable: Variable, raw: object, writing: Writing = PLAIN) -> Value:
        text = typed(raw)
        if not text:
            return ""
        total = minutes(text, writing)
        if total is None:
            raise refusal(variable, "enter whole minutes, such as 90, or 1 hour 30 minutes", raw)
        within(variable, Decimal(total), raw, writing)
        return total

    def is_canonical(self, value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0

    def how(self, variable: Variable, writing: Writing = PLAIN) -> str:
        ways = "Minutes, or a time such as 1:30, 1 h 30 or 2 days."
        return " ".join(filter(None, [limits(variable, writing), ways]))

    def inline(self, variable: Variable, value: Value, writing: Writing = PLAIN) -> str:
        return writing.minutes(int(value)) if isinstance(value, int) else ""


class Date(Kind):
    """A day, kept as "2026-12-01"."""

    name = "date"
    widget = "date"

    def check(self, variable: Variable, raw: object, writing: Writing = PLAIN) -> Value:
        if isinstance(raw, date):
            raw = (raw.date() if isinstance(raw, datetime) else raw).isoformat()
        text = typed(raw)
        if not text:
            return ""
        found = iso_day(text)
        if found is None:
            raise refusal(variable, "enter a date as year, month and day, such as 2026-12-01", raw)
        if not YEARS[0] <= found.year <= YEARS[1]:
            raise refusal(variable, f"enter a year from {YEARS[0]} to {YEARS[1]}", raw)
        return found.isoformat()

    def is_canonical(self, value: object) -> bool:
        return value == "" or (isinstance(value, str) and iso_day(value) is not None)

    def inline(self, variable: Variable, value: Value, writing: Writing = PLAIN) -> str:
        found = iso_day(str(value))
        return writing.day(found) if found else ""


class YesNo(Kind):
    """Yes or no."""

    name = "yes_no"
    widget = "yes_no"

    def check(self, variable: Variable, raw: object, writing: Writing = PLAIN) -> Value:
        if isinstance(raw, bool):
            return raw
        text = typed(raw).casefold()
        if not text:
            return ""
        if text not in _WORDS:
            raise refusal(variable, "choose yes or no", raw)
        return _WORDS[text]

    def is_canonical(self, value: object) -> bool:
        return isinstance(value, bool)

    def inline(self, variable: Variable, value: Value, writing: Writing = PLAIN) -> str:
        return writing.yes_no(value is True)

    def to_form(self, variable: Variable, value: Value, writing: Writing = PLAIN) -> str | list[str]:
        return {True: "true", False: "false"}.get(value, "") if isinstance(value, bool) else ""
