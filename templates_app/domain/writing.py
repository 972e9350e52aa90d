"""How an organisation writes values: numbers, money, percentages, dates, lengths of time and lists by its locale.

The rules are CLDR's, through Babel. What is written is kept by its text, since a preview writes the same values again
after every keystroke. Reading what people type is in `reading.py`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Literal

from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.numbers import format_decimal, get_currency_precision, get_currency_symbol, get_decimal_symbol
from babel.units import format_unit

from accounts.domain.locales import DEFAULT, babel_locale

HOUR, DAY, WEEK = 60, 24 * 60, 7 * 24 * 60
LENGTHS: tuple[Literal["short", "long", "narrow"], ...] = ("long", "short", "narrow")
_WORD = re.compile(r"[0-9]+\s?(?:de )?([^\W\d_]+)\.?")
# Where a template names no currency and no organisation is known.
USUAL_CURRENCY = "USD"
MOMENT = "d MMM y HH:mm:ss"
# CLDR has "US$" here; a reader of British or Irish English knows what "$" is.
_SHORT_SIGNS = {("en-GB", "USD"): "$", ("en-IE", "USD"): "$"}
# Latin letters and the block of currency signs, as in static/css/tokens.css.
_IN_THE_FONTS = re.compile("[\u0021-\u02ff\u1e00-\u1eff\u2000-\u206f\u20a0-\u20c4]+")
# Babel leaves CLDR's words for yes and no out.
_YES_NO = {
    "cs": ("Ano", "Ne"), "da": ("Ja", "Nej"), "de": ("Ja", "Nein"), "en": ("Yes", "No"), "es": ("Sí", "No"),
    "et": ("Jah", "Ei"), "fi": ("Kyllä", "Ei"), "fr": ("Oui", "Non"), "hr": ("Da", "Ne"), "hu": ("Igen", "Nem"),
    "it": ("Sì", "No"), "lt": ("Taip", "Ne"), "lv": ("Jā", "Nē"), "nb": ("Ja", "Nei"), "nl": ("Ja", "Nee"),
    "pl": ("Tak", "Nie"), "pt": ("Sim", "Não"), "ro": ("Da", "Nu"), "sk": ("Áno", "Nie"), "sl": ("Da", "Ne"),
    "sv": ("Ja", "Nej"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Writing:
    """One organisation's ways: its locale, the region of its telephone numbers, and its currency.

    Without a region a national telephone number stays as typed; without a currency an amount carries none.
    """

    locale: str = DEFAULT
    region: str = ""
    currency: str = ""

    @property
    def decimal_sign(self) -> str:
        """The sign before the decimals: "." or ","."""
        return str(get_decimal_symbol(babel_locale(self.locale)))

    def number(self, digits: str) -> str:
        """Return a canonical number as it is written: "12500.50" is "12,500.50"."""
        return _number(self.locale, digits)

    def plain(self, digits: str) -> str:
        """Return a canonical number as it stands in a form: without groups, with the locale's decimal sign."""
        return digits.replace(".", self.decimal_sign)

    def percent(self, digits: str) -> str:
        """Return "15%" or "15 %"."""
        return _percent(self.locale, digits)

    def money(self, amount: str, currency: str) -> str:
        """Return "€12.50" or "12,50 €"; a whole amount has no decimals: "€640"."""
        return _money(self.locale, amount, currency)

    def sign(self, currency: str) -> str:
        """Return the sign of a currency: "€", or its code where it has none."""
        return _sign(self.locale, currency)

    def day(self, value: date) -> str:
        """Return a date as "1 December 2026"."""
        return _day(self.locale, value, "long")

    def short_day(self, value: date) -> str:
        """Return a date as "1 Dec 2026"."""
        return _day(self.locale, value, "medium")

    def moment(self, local: datetime) -> str:
        """Return a moment as "1 Dec 2026 09:14:05": the month is a word, so that no country reads it otherwise."""
        return str(format_datetime(local, MOMENT, locale=babel_locale(self.locale)))

    def minutes(self, total: int) -> str:
        """Return whole minutes as "45 minutes", "1 hour 30 minutes" or, for whole days, "2 days"."""
        return _minutes(self.locale, total)

    def series(self, items: Sequence[str]) -> str:
        """Return "a", "a and b" or "a, b and c"."""
        return str(format_list(list(items), locale=babel_locale(self.locale)))

    def yes_no(self, value: bool) -> str:
        """Return "Yes" or "No"."""
        return _YES_NO[babel_locale(self.locale).language][0 if value else 1]


PLAIN = Writing()


def decimals_of(currency: str) -> int:
    """Return how many decimals a currency has: 2 for EUR, 0 for JPY; 2 for an unknown one."""
    return int(get_currency_precision(currency))


@lru_cache(maxsize=4096)
def _number(tag: str, digits: str) -> str:
    locale = babel_locale(tag)
    sign, digits = ("−", digits[1:]) if digits.startswith("-") else ("", digits)
    whole, point, rest = digits.partition(".")
    # The digits after the point are copied: "12.50" keeps both, which a number of Python's would not.
    return f"{sign}{format_decimal(int(whole), locale=locale)}{get_decimal_symbol(locale) if point else ''}{rest}"


@lru_cache(maxsize=1024)
def _percent(tag: str, digits: str) -> str:
    pattern = babel_locale(tag).percent_formats[None]
    return f"{pattern.prefix[0]}{_number(tag, digits)}{pattern.suffix[0]}"


@lru_cache(maxsize=4096)
def _money(tag: str, amount: str, currency: str) -> str:
    whole, _, rest = amount.partition(".")
    digits = amount if rest.strip("0") else whole
    # The pattern gives place and spacing of the sign; the digits are written as every number is.
    pattern = babel_locale(tag).currency_formats["standard"]
    bare, minus = (digits[1:], "−") if digits.startswith("-") else (digits, "")
    sign = _sign(tag, currency)
    before, after = (part.replace("¤", sign).replace("'", "") for part in (pattern.prefix[0], pattern.suffix[0]))
    if before and before[-1].isalpha():
        before += "\u00a0"
    return f"{minus}{before}{_number(tag, bare)}{after}"


@lru_cache(maxsize=512)
def _sign(tag: str, currency: str) -> str:
    sign = _SHORT_SIGNS.get((tag, currency)) or str(get_currency_symbol(currency, locale=babel_locale(tag)))
    return sign if _IN_THE_FONTS.fullmatch(sign) else currency


@lru_cache(maxsize=1024)
def _day(tag: str, value: date, length: Literal["long", "medium"]) -> str:
    return str(format_date(value, format=length, locale=babel_locale(tag)))


@lru_cache(maxsize=1024)
def _minutes(tag: str, total: int) -> str:
    if total and total % DAY == 0:
        return _counted(tag, total // DAY, "day")
    hours, rest = divmod(total, HOUR)
    parts = [_counted(tag, hours, "hour")] if hours else []
    if rest or not hours:
        parts.append(_counted(tag, rest, "minute"))
    return " ".join(parts)


def _counted(tag: str, amount: int, unit: str) -> str:
    written = _with_unit(tag, amount, unit, "long")
    # Dutch and Italian have one word for both lengths, and CLDR lists it under the short one.
    return _with_unit(tag, amount, unit, "short") if "duration-" in written else written


def _with_unit(tag: str, amount: int, unit: str, length: Literal["short", "long", "narrow"]) -> str:
    return str(format_unit(amount, f"duration-{unit}", length, locale=babel_locale(tag)))


@lru_cache(maxsize=64)
def unit_words(tag: str) -> dict[str, int]:
    """Return the words and short forms for lengths of time, folded, with their minutes: {"hours": 60, "h": 60, …}.

    English ones are understood everywhere.
    """
    sizes = {"minute": 1, "hour": HOUR, "day": DAY, "week": WEEK}
    words = {"hrs": HOUR, "mins": 1}
    for known in (tag, DEFAULT):
        for unit, size in sizes.items():
            for amount in (1, 2, 5, 20):
                for length in LENGTHS:
                    found = _WORD.fullmatch(_with_unit(known, amount, unit, length))
                    if found:
                        words[found[1].casefold()] = size
    return words
