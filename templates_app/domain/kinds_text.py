"""Kinds whose value is a text: one line, paragraphs, one of several options, somebody or something by name."""

from __future__ import annotations

import re

from markupsafe import Markup

from accounts.domain.text import is_blank, offence, plain_lines

from .kind import Kind, as_html, refusal
from .rich import rich
from .variables import Value, Variable
from .writing import PLAIN, Writing

LINE_LIMIT = 500
TEXT_LIMIT = 20_000


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
    """One line of text."""

    name = "text"

    def check(self, variable: Variable, raw: object, writing: Writing = PLAIN) -> Value:
        return clean_text(variable, raw, limit=LINE_LIMIT)


class Named(Text):
    """A person, a role or a department by name: offered from the organisation's members, any other name is kept too."""

    widget = "combobox"

    def __init__(self, name: str) -> None:
        self.name = name

    def how(self, variable: Variable, writing: Writing = PLAIN) -> str:
        what = {"person": "member", "role": "job title", "department": "department"}[self.name]
        return f"Choose a {what} of your organisation, or write another name."


class LongText(Kind):
    """Paragraphs of plain text: a blank line parts them, a single line break is kept."""

    name = "long_text"
    widget = "textarea"
    is_block = True

    def check(self, variable: Variable, raw: object, writing: Writing = PLAIN) -> Value:
        return clean_text(variable, raw, limit=TEXT_LIMIT, lines=True)

    def block(self, variable: Variable, value: Value, writing: Writing = PLAIN) -> Markup | None:
        paragraphs = (part.strip("\n") for part in re.split(r"\n(?:[ \t]*\n)+", str(value)))
        return as_html("".join(f"<p>{self.markup(variable, part, writing)}</p>" for part in paragraphs if part))


class RichText(LongText):
    """Text with `**bold**`, `*italic*` and code marks, and nothing else."""

    name = "rich_text"

    def how(self, variable: Variable, writing: Writing = PLAIN) -> str:
        return "For emphasis: **bold**, *italic* or `code`."

    def markup(self, variable: Variable, value: Value, writing: Writing = PLAIN) -> Markup:
        return rich(str(value))


class Choice(Kind):
    """One of the declared options."""

    name = "choice"
    widget = "select"

    def check(self, variable: Variable, raw: object, writing: Writing = PLAIN) -> Value:
        text = clean_text(variable, raw, limit=LINE_LIMIT)
        if text and text not in variable.options:
            raise refusal(variable, f"choose one of: {', '.join(variable.options)}", text)
        return text
