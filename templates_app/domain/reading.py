"""What people type for a number, an amount of money or a length of time, by their own locale, as canonical text.

What can be read in one way only is read; what can be read in two ways is refused with both ways written out.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.numbers import list_currencies

from accounts.domain.locales import DEFAULT, babel_locale
from accounts.domain.text import plain_lines

from .writing import HOUR, Writing, unit_words

# Groups are parted by a space, an apostrophe, or the one of "." and "," that is not the decimal sign.
_SPACES = re.compile("[ \u00a0\u202f\u2009'’]")
_SIGNED = re.compile(r"([+-]?)([0-9][0-9., \u00a0\u202f\u2009'’]*)")
_GROUPS = r"[1-9][0-9]{0,2}(?:%s[0-9]{3})+"
_INDIAN = r"[1-9][0-9]{0,2}(?:%s[0-9]{2})*%s[0-9]{3}"
_PART = re.compile(r"([0-9]{1,7}(?:[.,][0-9]{1,2})?)\s?(?:de )?([^\W\d_]*)\.?")
# Groups of three, or, where India counts, of two before the last three: "1,00,000".
_GROUP = re.compile("(?<=[0-9])[., \u00a0\u202f'’](?=(?:[0-9]{2}[., \u00a0\u202f'’])*[0-9]{3}(?![0-9]))")
_TIME = re.compile("([0-9]{1,5}):([0-5][0-9])")
_AMOUNT = re.compile(r"(-?)\s*([^0-9\s.,'’+-]{0,5})\s*([+-]?[0-9].*?)\s*([^0-9\s.,'’+-]{0,5})")
_CODE = re.compile("[A-Z]{3}")


LONGEST = 100


class TwoWays(ValueError):
    """A number that can be read in two ways: both, as they are written without doubt."""

    def __init__(self, large: str, small: str) -> None:
        self.large, self.small = large, small
        super().__init__(large, small)


def typed(raw: object) -> str:
    """Return a form's or a JSON file's number as text; "?" for what is not a number."""
    if isinstance(raw, str):
        return plain_lines(raw).replace("\u2212", "-").replace("\u00a0", " ").strip()
    if isinstance(raw, int | float | Decimal) and not isinstance(raw, bool):
        return str(raw)
    return "" if raw is None else "?"


def number(text: str, writing: Writing, *, decimals: int | None = None) -> str | None:
    """Return typed text as sign, digits and "." before decimals; None when it is no number; raise TwoWays.

    `decimals` is how many decimals there can be at most, None for any number of them.
    """
    match = _SIGNED.fullmatch(text)
    if match is None or len(text) > LONGEST:
        return None
    sign = "-" if match[1] == "-" else ""
    body, own = match[2], writing.decimal_sign
    other = "," if own == "." else "."
    for point, group in ((own, other), (other, own)):
        read = _read(body, point, group, writing.region == "IN")
        if read is not None and (point == own or _is_plainly_foreign(body, own, other)):
            _refuse_two_ways(body, own, other, decimals)
            return sign + read
    return None


def _read(body: str, point: str, group: str, indian: bool) -> str | None:
    """Return digits with "." before decimals when `body` is a number with these two signs."""
    whole, found, rest = body.partition(point)
    if found and not re.fullmatch("[0-9]+", rest):
        return None
    if re.fullmatch("[0-9]+", whole):
        return whole + (f".{rest}" if found else "")
    for sign in (re.escape(group), _SPACES.pattern):
        pattern = _INDIAN % (sign, sign) if indian else _GROUPS % sign
        if re.fullmatch(pattern, whole):
            return re.sub("[^0-9]", "", whole) + (f".{rest}" if found else "")
    return None


def _is_plainly_foreign(body: str, own: str, other: str) -> bool:
    """Return whether the signs can only have changed places: "12.50" in a country of decimal commas, "1.234,50"."""
    return not _is_plain_groups(body, other) and (own == "," or own in body)


def _is_plain_groups(body: str, sign: str) -> bool:
    return bool(re.fullmatch(_GROUPS % re.escape(sign), body))


def _refuse_two_ways(body: str, own: str, other: str, decimals: int | None) -> None:
    # Where people write a decimal comma, "1.234" is a thousand and more; as typed by a colleague abroad, or pasted
    # from a program, it is one and a bit. In English the comma has always been read as parting thousands.
    if own != "," or body.count(other) != 1 or "," in body or not _is_plain_groups(body, other):
        return
    if decimals is None or decimals > 2:
        raise TwoWays(body.replace(other, ""), body.replace(other, own))


def amount(text: str, writing: Writing, declared: str) -> tuple[str, str] | None:
    """Return (currency, the bare number) of a typed amount, None for a sign that no currency has.

    Where no currency is typed it is the declared one, else the organisation's, else "".
    """
    usual = declared or writing.currency
    match = _AMOUNT.fullmatch(text)
    if match is None:
        return usual, text
    minus, before, digits, after = match.groups()
    mark, bare = before or after, minus + digits
    if not mark or (usual and mark in (usual, writing.sign(usual), _narrow(usual))):
        return usual, bare
    found = _signs(writing.locale).get(mark) or _signs(writing.locale).get(mark.upper())
    return (found, bare) if found and not (before and after) else None


@lru_cache(maxsize=64)
def _signs(tag: str) -> dict[str, str]:
    """Return the signs and codes of currencies with their code; where two share a sign, the locale decides."""
    codes = {code: code for code in list_currencies() if _CODE.fullmatch(code)}
    own = {}
    for locale in (babel_locale(DEFAULT), Locale("en"), babel_locale(tag)):
        own.update({sign: code for code, sign in locale.currency_symbols.items() if code in codes})
    return codes | {sign: code for sign, code in own.items() if not sign.isascii() or not sign.isalpha()}


@lru_cache(maxsize=256)
def _narrow(currency: str) -> str:
    """Return the bare sign of a currency: "$" for "CA$"."""
    sign = str(Locale("en").currency_symbols.get(currency, currency))
    return sign.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") or sign


def minutes(text: str, writing: Writing) -> int | None:
    """Return a typed length of time in whole minutes: "90", "1:30", "1 h 30", "2 days"; None when it is none."""
    if re.fullmatch("[0-9]{1,7}", text):
        return int(text)
    clock = _TIME.fullmatch(text)
    if clock:
        return int(clock[1]) * HOUR + int(clock[2])
    words, total, smallest, rest = unit_words(writing.locale), Decimal(0), None, _GROUP.sub("", text)
    while rest:
        match = _PART.match(rest)
        size = words.get(match[2].casefold()) if match and match[2] else 1 if smallest == HOUR else None
        if match is None or size is None or (smallest is not None and size >= smallest):
            return None
        total += Decimal(match[1].replace(",", ".")) * size
        smallest, rest = size, re.sub(r"^(,|and\b)\s*", "", rest[match.end() :].strip(), flags=re.IGNORECASE)
    return int(total) if smallest is not None and total == int(total) else None
