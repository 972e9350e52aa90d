"""Kinds at which somebody is reached: an e-mail address, a telephone number, a web address."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

import phonenumbers
from babel import Locale
from phonenumbers import PhoneNumberFormat

from .kind import Kind, refusal
from .kinds_text import LINE_LIMIT, clean_text
from .variables import Value, Variable
from .writing import PLAIN, Writing

_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"\\]+@([^\s@<>()\[\],;:\"\\.]+(?:\.[^\s@<>()\[\],;:\"\\.]+)+)")
_EXTENSION = r"(?:(?:ext\.?|extension|x|#) ?[0-9]{1,8})"
_PHONE = re.compile(rf"\+?[0-9() ./-]{{3,30}}( ?,?;? ?{_EXTENSION})?", re.IGNORECASE)
# Emergency and service numbers, and those of a switchboard, are dialled as they stand.
_SHORT = re.compile(rf"[0-9]{{2,6}}|{_EXTENSION}", re.IGNORECASE)
_KEPT = re.compile(r"(\+[0-9]{4,15})(?:;ext=([0-9]{1,8}))?")


class Email(Kind):
    """An e-mail address; its domain may be written in any letters."""

    name = "email"
    widget = "email"

    def check(self, variable: Variable, raw: object, writing: Writing = PLAIN) -> Value:
        text = clean_text(variable, raw, limit=254)
        match = _EMAIL.fullmatch(text)
        if text and (match is None or not _is_domain(match[1])):
            raise refusal(variable, "enter an e-mail address, such as name@example.com", text)
        return text


class Phone(Kind):
    """A telephone number, kept as "+441632960001" or "+441632960001;ext=12"; a short number as it is dialled.

    A national number must be one in use, as a slip of the finger makes another; one with its country need only have
    the length of one there, as lists of numbers are always a little out of date. A national number typed where no
    region is known stays as typed, as do those that were kept before there were regions.
    """

    name = "phone"
    widget = "tel"

    def check(self, variable: Variable, raw: object, writing: Writing = PLAIN) -> Value:
        text = clean_text(variable, raw, limit=60)
        if not text or _SHORT.fullmatch(text):
            return text
        plain = text.replace(";ext=", " ext ")
        kept = _kept(plain, writing.region) if _PHONE.fullmatch(plain) else None
        if kept is None:
            raise refusal(variable, f"enter a telephone number, such as {_examples(writing.region)}", text)
        return kept

    def how(self, variable: Variable, writing: Writing = PLAIN) -> str:
        home = Locale("en").territories.get(writing.region)
        national = f"A national number ({home}), or one with + and its country." if home else "With + and its country."
        return f"{national} An extension goes last: ext 12."

    def inline(self, variable: Variable, value: Value, writing: Writing = PLAIN) -> str:
        return _written(str(value), writing.region)

    def to_form(self, variable: Variable, value: Value, writing: Writing = PLAIN) -> str | list[str]:
        return "" if value is None else _written(str(value), writing.region)


class Url(Kind):
    """A web address. It is shown as text: nothing that people type becomes a link."""

    name = "url"
    widget = "url"

    def check(self, variable: Variable, raw: object, writing: Writing = PLAIN) -> Value:
        text = clean_text(variable, raw, limit=LINE_LIMIT)
        if text and not _is_web_address(text):
            raise refusal(variable, "enter a web address that starts with https://", text)
        return text


@lru_cache(maxsize=1024)
def _kept(text: str, region: str) -> str | None:
    """Return a typed number as it is kept, None for one that no telephone could dial."""
    if not region and not text.startswith("+"):
        return text
    try:
        found = phonenumbers.parse(re.sub("[,;] ?", " ", text), region or None)
    except phonenumbers.NumberParseException:
        return None
    fits = phonenumbers.is_possible_number if text.startswith("+") else phonenumbers.is_valid_number
    if not fits(found):
        return None
    extension, found.extension = found.extension, None
    plain = phonenumbers.format_number(found, PhoneNumberFormat.E164)
    return f"{plain};ext={extension}" if extension else plain


@lru_cache(maxsize=1024)
def _written(kept: str, region: str) -> str:
    """Return a kept number as people of the region dial it, if it is in use there: what is shown can be typed again."""
    match = _KEPT.fullmatch(kept)
    if match is None:
        return kept
    try:
        found = phonenumbers.parse(match[1], None)
    except phonenumbers.NumberParseException:
        return kept
    at_home = bool(region) and phonenumbers.country_code_for_region(region) == found.country_code
    national = at_home and phonenumbers.is_valid_number(found)
    style = PhoneNumberFormat.NATIONAL if national else PhoneNumberFormat.INTERNATIONAL
    extension = f" ext. {match[2]}" if match[2] else ""
    return f"{phonenumbers.format_number(found, style)}{extension}"


@lru_cache(maxsize=256)
def _examples(region: str) -> str:
    found = phonenumbers.example_number(region) if region else None
    if found is None:
        return "+44 1632 960001"
    styles = (PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL)
    return " or ".join(phonenumbers.format_number(found, style) for style in styles)


def _is_domain(host: str) -> bool:
    """Return whether a host can be looked up, also one written in letters beyond ASCII (IDNA)."""
    try:
        return bool(host.encode("idna"))
    except UnicodeError:
        return False


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        parts.port  # noqa: B018  a port that is no number raises
    except ValueError:
        return False
    if parts.scheme not in ("https", "http") or "@" in parts.netloc or re.search(r"[\s<>\"\\]", text):
        return False
    return host.startswith(("[", "::")) or ":" in host or _is_domain(host)
