"""Kinds with a number: whole, decimal, money, percent."""

from __future__ import annotations

import re
from decimal import Decimal

from .kind import Kind, refusal
from .reading import TwoWays, amount, number, typed
from .variables import Value, Variable
from .writing import PLAIN, USUAL_CURRENCY, Writing, decimals_of

INTEGER_LIMIT = 2**53  # beyond it JSON readers lose digits
DIGIT_LIMIT = 15

_CANONICAL = re.compile(r"(?:([A-Z]{3}) )?([+-]?[0-9][0-9,]*(?:\.[0-9]+)?)")


def within(variable: Variable, found: Decimal, raw: object, writing: Writing) -> None:
    """Raise ValueProblem when a number is outside the declared limits."""
    if variable.minimum is not None and found < variable.minimum:
        raise refusal(variable, f"enter {writing.number(str(variable.minimum))} or more", raw)
    if variable.maximum is not None and found > variable.maximum:
        raise refusal(variable, f"enter {writing.number(str(variable.maximum))} or less", raw)


def limits(variable: Variable, writing: Writing) -> str:
    """Return the declared limits of a number as a sentence, "" for none."""
    least, most = (
        "" if limit is None else writing.number(str(limit)) for limit in (variable.minimum, variable.maximum)
    )
    if least and most:
        return f"From {least} to {most}."
    return f"{least} or more." if least else f"{most} or less." if most else ""


class Integer(Kind):
    """A whole number."""

    name = "integer"
    widget = "number"

    def check(self, variable: Variable, raw: object, writing: Writing = PLAIN) -> Value:
        text = typed(raw)
        if variable.unit and text.casefold().endswith(variable.unit.casefold()):
            text = text[: -len(variable.unit)].strip()
        if not text:
            return ""
        digits = number(text, writing, decimals=0)
        if digits is None or "." in digits:
            of = f" of {variable.unit}" if variable.unit else ""
            example = variable.example if self.is_canonical(variable.example) else 3
            raise refusal(variable, f"enter a whole number{of}, such as {example}", raw)
        if len(digits) > 21 or abs(int(digits)) >= INTEGER_LIMIT:
            raise refusal(variable, f"enter a number below {writing.number(str(INTEGER_LIMIT))}", raw)
        within(variable, Decimal(digits), raw, writing)
        return int(digits)

    def is_canonical(self, value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool)

    def how(self, variable: Variable, writing: Writing = PLAIN) -> str:
        return limits(variable, writing)

    def inline(self, variable: Variable, value: Value, writing: Writing = PLAIN) -> str:
        return writing.number(str(value))


class Decimals(Kind):
    """A decimal number, kept as text with a point, so that no digit is lost."""

    name = "decimal"
    widget = "number"
    example = "12.50"
    sign = ""

    def check(self, variable: Variable, raw: object, writing: Writing = PLAIN) -> Value:
        text = bare = typed(raw)
        for mark in (self.sign, variable.unit):
            bare = bare.removeprefix(mark).removesuffix(mark).strip()
        return self.canonical(variable, bare, raw, writing) if text else ""

    def canonical(
        self, variable: Variable, text: str, raw: object, writing: Writing, *, places: int | None = None
    ) -> str:
        """Return a typed number as canonical text with exactly `places` decimals when given; raise ValueProblem."""
        try:
            digits = number(text, writing, decimals=places)
        except TwoWays as two:
            ways = f"write {two.large} or {two.small}: “{text}” can be read as either"
            raise refusal(variable, ways) from None
        if digits is None:
            raise refusal(variable, f"enter a number, such as {self._example(writing)}", raw)
        sign, digits = ("-", digits[1:]) if digits.startswith("-") else ("", digits)
        whole, _, rest = digits.partition(".")
        whole = whole.lstrip("0") or "0"
        if places is not None:
            if len(rest) > places:
                raise refusal(variable, _too_many_decimals(places), raw)
            rest = rest.ljust(places, "0")
        if len(whole) + len(rest) > DIGIT_LIMIT:
            raise refusal(variable, f"use at most {DIGIT_LIMIT} digits; this has {len(whole) + len(rest)}")
        kept = f"{sign}{whole}{'.' if rest else ''}{rest}"
        within(variable, Decimal(kept), raw, writing)
        return kept

    def is_canonical(self, value: object) -> bool:
        match = _CANONICAL.fullmatch(value) if isinstance(value, str) else None
        return value == "" or (match is not None and not match[1])

    def how(self, variable: Variable, writing: Writing = PLAIN) -> str:
        return limits(variable, writing)

    def inline(self, variable: Variable, value: Value, writing: Writing = PLAIN) -> str:
        return writing.number(_bare(value))

    def to_form(self, variable: Variable, value: Value, writing: Writing = PLAIN) -> str | list[str]:
        return "" if value is None else writing.plain(_bare(value))

    def _example(self, writing: Writing) -> str:
        return writing.plain(self.example)


class Money(Decimals):
    """An amount of money with its currency: "EUR 12.50". One without is in the declared currency."""

    name = "money"
    example = "640.00"

    def check(self, variable: Variable, raw: object, writing: Writing = PLAIN) -> Value:
        text = typed(raw)
        if not text:
            return ""
        found = amount(text, writing, variable.currency)
        if found is None:
            raise refusal(variable, f"write the currency by its code, such as EUR {self._example(writing)}", raw)
        currency, bare = found
        kept = self.canonical(variable, bare, raw, writing, places=decimals_of(currency or USUAL_CURRENCY))
        return f"{currency} {kept}" if currency else kept

    def is_canonical(self, value: object) -> bool:
        return value == "" or (isinstance(value, str) and _CANONICAL.fullmatch(value) is not None)

    def how(self, variable: Variable, writing: Writing = PLAIN) -> str:
        usual = self.usual(variable, writing)
        other = f"CHF {self._example(writing)}" if usual == "EUR" else f"EUR {self._example(writing)}"
        return " ".join(filter(None, [limits(variable, writing), f"Another currency goes first: {other}."]))

    def inline(self, variable: Variable, value: Value, writing: Writing = PLAIN) -> str:
        currency, digits = self._parted(value)
        return writing.money(digits, currency or self.usual(variable, writing))

    def to_form(self, variable: Variable, value: Value, writing: Writing = PLAIN) -> str | list[str]:
        currency, digits = self._parted(value)
        known = variable.currency or writing.currency
        named = f"{currency} " if currency and currency != known else ""
        return named + writing.plain(digits)

    def usual(self, variable: Variable, writing: Writing) -> str:
        """Return the currency of an amount that names none."""
        return variable.currency or writing.currency or USUAL_CURRENCY

    def _parted(self, value: Value) -> tuple[str, str]:
        match = _CANONICAL.fullmatch(str(value or ""))
        return (match[1] or "", _bare(match[2])) if match else ("", "")


class Percent(Decimals):
    """A percentage: 15 is 15%."""

    name = "percent"
    example = "15"
    sign = "%"

    def inline(self, variable: Variable, value: Value, writing: Writing = PLAIN) -> str:
        return writing.percent(_bare(value))


def _bare(value: Value) -> str:
    """Return the digits of a stored number; some of the first ones were kept with a plus or with commas."""
    return str(value).replace(",", "").removeprefix("+")


def _too_many_decimals(places: int) -> str:
    return f"use at most {places} digits after the point" if places else "enter a whole amount, without decimals"
