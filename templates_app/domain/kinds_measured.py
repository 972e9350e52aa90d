"""Kinds with a measure: numbers, money, time, dates, yes or no."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

from accounts.domain.text import plain_lines

from .kind import Kind, refusal
from .variables import Value, Variable
from .wording import SYMBOLS, day, iso_day, minutes, money, number

INTEGER_LIMIT = 2**53  # beyond it JSON readers lose digits
DIGIT_LIMIT = 15
YEARS = (1900, 2199)

_DECIMAL = re.compile(r"([+-]?)([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]+))?")
_DURATION = re.compile(
    r"(?:([0-9]{1,7}) ?h(?:ours?|rs?)?)?(?: ?(?:and )?([0-9]{1,7}) ?m(?:in(?:ute)?s?)?)?", re.IGNORECASE
)
_WORDS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def typed(raw: object) -> str:
    """Return a form's or a JSON file's number as text; words for what is not a number."""
    if isinstance(raw, str):
        return plain_lines(raw).replace("\u2212", "-").replace("\u00a0", " ").strip()
    if isinstance(raw, int | float | Decimal) and not isinstance(raw, bool):
        return str(raw)
    return "" if raw is None else "?"


def within(variable: Variable, amount: Decimal, found: str) -> None:
    """Raise ValueProblem when a number is outside the declared limits."""
    if variable.minimum is not None and amount < variable.minimum:
        raise refusal(variable, f"enter {number(str(variable.minimum))} or more", found)
    if variable.maximum is not None and amount > variable.maximum:
        raise refusal(variable, f"enter {number(str(variable.maximum))} or less", found)


class Integer(Kind):
    """A whole number."""

    name = "integer"
    widget = "number"

    def check(self, variable: Variable, raw: object) -> Value:
        text = typed(raw)
        if variable.unit and text.casefold().endswith(variable.unit.casefold()):
            text = text[: -len(variable.unit)].strip()
        if not text:
            return ""
        match = _DECIMAL.fullmatch(text)
        if match is None or match[3] is not None:
            of = f" of {variable.unit}" if variable.unit else ""
            example = variable.example if self.is_canonical(variable.example) else 3
            raise refusal(variable, f"enter a whole number{of}, such as {example}", raw)
        if len(match[2]) > 21 or abs(int(match[2].replace(",", ""))) >= INTEGER_LIMIT:
            raise refusal(variable, f"enter a number below {INTEGER_LIMIT:,}", raw)
        amount = int((match[1] + match[2]).replace(",", ""))
        within(variable, Decimal(amount), text)
        return amount

    def is_canonical(self, value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool)

    def inline(self, variable: Variable, value: Value) -> str:
        return number(str(value))


class Decimals(Kind):
    """A decimal number, kept as text so that no digit is lost."""

    name = "decimal"
    widget = "number"
    example = "12.50"
    signs: tuple[str, ...] = ()
    places: int | None = None

    def check(self, variable: Variable, raw: object) -> Value:
        text = self._bare(variable, typed(raw))
        if not text:
            return ""
        match = _DECIMAL.fullmatch(text)
        if match is None:
            raise refusal(variable, f"enter a number, such as {self.example}", raw)
        whole, rest = match[2].replace(",", "").lstrip("0") or "0", match[3] or ""
        if self.places is not None:
            if len(rest) > self.places:
                raise refusal(variable, f"use at most {self.places} digits after the point", raw)
            rest = rest.ljust(self.places, "0")
        if len(whole) + len(rest) > DIGIT_LIMIT:
            raise refusal(variable, f"use at most {DIGIT_LIMIT} digits; this has {len(whole) + len(rest)}")
        canonical = ("-" if match[1] == "-" else "") + whole + (f".{rest}" if rest else "")
        within(variable, Decimal(canonical), text)
        return canonical

    def is_canonical(self, value: object) -> bool:
        return value == "" or (isinstance(value, str) and _DECIMAL.fullmatch(value) is not None)

    def inline(self, variable: Variable, value: Value) -> str:
        return number(str(value))

    def _bare(self, variable: Variable, text: str) -> str:
        for sign in (*self.signs, variable.unit):
            if sign:
                text = text.removeprefix(sign).removesuffix(sign).strip()
        return text


class Money(Decimals):
    """An amount of money with two decimal places, in the declared currency."""

    name = "money"
    example = "640.00"
    places = 2

    def inline(self, variable: Variable, value: Value) -> str:
        return money(str(value), variable.currency)

    def _bare(self, variable: Variable, text: str) -> str:
        for sign in (variable.currency, SYMBOLS.get(variable.currency, variable.currency)):
            text = text.removeprefix(sign).removesuffix(sign).strip()
        return text


class Percent(Decimals):
    """A percentage: 15 is 15%."""

    name = "percent"
    example = "15"
    signs = ("%",)

    def inline(self, variable: Variable, value: Value) -> str:
        return f"{number(str(value))}%"


class Duration(Kind):
    """A length of time, kept in whole minutes."""

    name = "duration"
    widget = "number"

    def check(self, variable: Variable, raw: object) -> Value:
        text = typed(raw)
        if not text:
            return ""
        total = self._minutes(text)
        if total is None:
            raise refusal(variable, "enter whole minutes, such as 90, or 1 hour 30 minutes", raw)
        within(variable, Decimal(total), text)
        return total

    def is_canonical(self, value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0

    def inline(self, variable: Variable, value: Value) -> str:
        return minutes(int(value)) if isinstance(value, int) else ""

    def _minutes(self, text: str) -> int | None:
        if re.fullmatch("[0-9]{1,7}", text):
            return int(text)
        match = _DURATION.fullmatch(text)
        if match is None or not text:
            return None
        return int(match[1] or 0) * 60 + int(match[2] or 0)


class Date(Kind):
    """A day, kept as "2026-12-01"."""

    name = "date"
    widget = "date"

    def check(self, variable: Variable, raw: object) -> Value:
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

    def inline(self, variable: Variable, value: Value) -> str:
        found = iso_day(str(value))
        return day(found) if found else ""


class YesNo(Kind):
    """Yes or no."""

    name = "yes_no"
    widget = "yes_no"

    def check(self, variable: Variable, raw: object) -> Value:
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

    def inline(self, variable: Variable, value: Value) -> str:
        return "Yes" if value is True else "No"

    def to_form(self, variable: Variable, value: Value) -> str | list[str]:
        return {True: "true", False: "false"}.get(value, "") if isinstance(value, bool) else ""
