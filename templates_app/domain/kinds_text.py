"""Kinds whose value is a text: one line, paragraphs, addresses, one of several options."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from markupsafe import Markup

from accounts.domain.text import is_blank, offence, plain_lines

from .kind import Kind, as_html, refusal
from .rich import rich
from .variables import Value, Variable

LINE_LIMIT = 500
TEXT_LIMIT = 20_000

_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"\\]+@[^\s@<>()\[\],;:\"\\.]+(\.[^\s@<>()\[\],;:\"\\.]+)+")
_PHONE = re.compile(r"\+?[0-9() ./-]{3,30}( ?(ext\.?|x|#) ?[0-9]{1,8})?", re.IGNORECASE)


def clean_text(variable: Variable, raw: object, *, limit: int, lines: bool = False) -> str:
    """Return one text as it is kept: NFC, trimmed, only visible characters; raise ValueProblem."""
    if raw is None:
        return ""
    if not isinstance(raw, str):
        raise refusal(variable, "enter text")
    if len(raw) > 4 * limit:  # before the slower checks below
        raise refusal(variable, f"use at most {limit:,} characters; this has {len(raw):,}")
    text = plain_lines(raw)
    found = offence(text if lines else text.replace("\t", " "), private_use=True)
    if found is not None:
        offset, what = found
        raise refusal(variable, f"delete character {offset + 1:,}, it is {what} and cannot be kept")
    if is_blank(text):
        return ""
    text = text.strip("\n").rstrip() if lines else text.strip()
    if not lines and "\n" in text:
        raise refusal(variable, "write it on one line; this has a line break")
    if len(text) > limit:
        raise refusal(variable, f"use at most {limit:,} characters; this has {len(text):,}")
    return text


class Text(Kind):
    """One line of text; also a person, a role or a department by name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def check(self, variable: Variable, raw: object) -> Value:
        return clean_text(variable, raw, limit=LINE_LIMIT)


class LongText(Kind):
    """Paragraphs of plain text: a blank line parts them, a single line break is kept."""

    name = "long_text"
    widget = "textarea"
    is_block = True

    def check(self, variable: Variable, raw: object) -> Value:
        return clean_text(variable, raw, limit=TEXT_LIMIT, lines=True)

    def block(self, variable: Variable, value: Value) -> Markup | None:
        paragraphs = (part.strip("\n") for part in re.split(r"\n(?:[ \t]*\n)+", str(value)))
        return as_html("".join(f"<p>{self.markup(variable, part)}</p>" for part in paragraphs if part))


class RichText(LongText):
    """Text with `**bold**`, `*italic*` and code marks, and nothing else."""

    name = "rich_text"

    def markup(self, variable: Variable, value: Value) -> Markup:
        return rich(str(value))


class Choice(Kind):
    """One of the declared options."""

    name = "choice"
    widget = "select"

    def check(self, variable: Variable, raw: object) -> Value:
        text = clean_text(variable, raw, limit=LINE_LIMIT)
        if text and text not in variable.options:
            raise refusal(variable, f"choose one of: {', '.join(variable.options)}", text)
        return text


class Email(Kind):
    """An e-mail address."""

    name = "email"
    widget = "email"

    def check(self, variable: Variable, raw: object) -> Value:
        text = clean_text(variable, raw, limit=254)
        if text and not _EMAIL.fullmatch(text):
            raise refusal(variable, "enter an e-mail address, such as name@example.com", text)
        return text


class Phone(Kind):
    """A telephone number as people write it."""

    name = "phone"
    widget = "tel"

    def check(self, variable: Variable, raw: object) -> Value:
        text = clean_text(variable, raw, limit=60)
        if text and not _PHONE.fullmatch(text):
            raise refusal(variable, "enter a telephone number, such as +1 555 010 0123", text)
        return text


class Url(Kind):
    """A web address. It is shown as text: nothing that people type becomes a link."""

    name = "url"
    widget = "url"

    def check(self, variable: Variable, raw: object) -> Value:
        text = clean_text(variable, raw, limit=LINE_LIMIT)
        if text and not _is_web_address(text):
            raise refusal(variable, "enter a web address that starts with https://", text)
        return text


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.hostname) and not re.search(r"[\s<>\"\\]", text)
