"""Rendering: a skeleton and values become the body's HTML. The only place that imports Jinja2.

The template text comes from our compiler alone and the context holds escaped strings and booleans alone, so a value
is shown exactly once and never parsed; the sandbox is a second wall.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import cast

from jinja2 import StrictUndefined
from jinja2 import Template as Compiled
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from . import conditions
from .body import Skeleton
from .kind import as_html
from .kinds import is_filled, kind_of
from .variables import RECORD_BLOCKS, WORKFLOW_NAMES, Source, Value, Variable
from .wording import lowered, measured
from .writing import PLAIN, Writing


class Mode(StrEnum):
    """How gaps are shown: preview as buttons, draft as marked labels, final not at all."""

    PREVIEW = "preview"
    DRAFT = "draft"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class Heading:
    """A numbered heading: id ("s-4-1"), number ("4.1"), title as plain text, level 2 or 3."""

    id: str
    number: str
    title: str
    level: int


@dataclass(frozen=True, slots=True)
class Body:
    """The body's HTML, its numbered headings, and the names of required variables without a value."""

    html: str
    outline: tuple[Heading, ...]
    missing: tuple[str, ...]


class MissingValues(ValueError):
    """A final text with required variables that have no value."""

    def __init__(self, names: Iterable[str], labels: Iterable[str]) -> None:
        self.names = tuple(names)
        self.labels = tuple(labels)
        super().__init__(f"Fill these first: {', '.join(self.labels)}.")

    def __reduce__(self) -> tuple[type[MissingValues], tuple[tuple[str, ...], tuple[str, ...]]]:
        return (MissingValues, (self.names, self.labels))


def render(
    skeleton: Skeleton,
    variables: Iterable[Variable],
    values: Mapping[str, object],
    mode: Mode,
    writing: Writing = PLAIN,
) -> Body:
    """Return the body; values must be canonical (`check_value`), one of a wrong type counts as not filled.

    They are written as `writing` has it.
    Raise MissingValues in FINAL mode when a required organisation or document variable has no value.
    """
    known = {variable.name: variable for variable in variables}
    gaps = [each for each in known.values() if each.is_answered and each.required and not is_filled(each, values)]
    if gaps and mode is Mode.FINAL:
        raise MissingValues((each.name for each in gaps), (each.label for each in gaps))
    inline: dict[str, Markup] = {}
    with_unit: dict[str, Markup] = {}
    block: dict[str, Markup] = {}
    for name in dict.fromkeys(skeleton.uses):
        if name in RECORD_BLOCKS:
            block[name] = as_html(f'<div class="record" data-record="{name}"></div>')
        else:
            inline[name], with_unit[name], block[name] = _shown(known[name], values, mode, writing)
    when = [conditions.parse(text).holds(values) for text in skeleton.conditions]
    text = _compiled(skeleton.jinja).render(i=inline, u=with_unit, b=block, when=when)
    numbered, outline = _numbered(text)
    return Body(numbered, outline, tuple(each.name for each in gaps))


def prepare(skeleton: Skeleton) -> None:
    """Make the skeleton ready to render, so that the first `render` of it takes no longer than the next."""
    _compiled(skeleton.jinja)


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=True, loader=None)
    environment.globals.clear()
    environment.filters.clear()
    environment.tests.clear()
    return environment


_ENVIRONMENT = _environment()


@lru_cache(maxsize=512)
def _compiled(jinja: str) -> Compiled:
    # Keyed by the text itself, not by the digest of its source: a newer compiler may write the same source otherwise.
    return _ENVIRONMENT.from_string(jinja)


def _shown(
    variable: Variable, values: Mapping[str, object], mode: Mode, writing: Writing
) -> tuple[Markup, Markup, Markup]:
    """Return (inline, inline with its unit, block) HTML of one variable."""
    if not variable.is_answered or not is_filled(variable, values):
        gap = _unfilled(variable, mode)
        return gap, gap, _paragraph(gap) if gap else gap
    kind, value = kind_of(variable), cast(Value, values[variable.name])
    inline = with_unit = kind.markup(variable, value, writing)
    if variable.unit:
        with_unit = escape(measured(kind.inline(variable, value, writing), variable.unit))
    block = kind.block(variable, value, writing)
    if mode is not Mode.PREVIEW:
        return inline, with_unit, _paragraph(with_unit) if block is None else block
    marked = _marked("span", variable.name, inline)
    measure = _marked("span", variable.name, with_unit) if variable.unit else marked
    return marked, measure, _paragraph(measure) if block is None else _marked("div", variable.name, block)


# Names are letters and digits; whatever else stands between these tags has been escaped. A preview makes ninety of
# such pieces, and Markup.format takes fifteen times as long as this.


def _paragraph(inside: Markup) -> Markup:
    return as_html(f"<p>{inside}</p>")


def _marked(tag: str, name: str, inside: Markup) -> Markup:
    return as_html(f'<{tag} class="filled" data-variable="{name}">{inside}</{tag}>')


def _unfilled(variable: Variable, mode: Mode) -> Markup:
    name, label = variable.name, escape(variable.label)
    if variable.source is Source.READER:
        spoken = escape(lowered(variable.label))
        return as_html(f'<span class="reader-blank" data-reader="{name}">{spoken}</span>')
    if variable.source is Source.CALL:
        spoken = escape(lowered(variable.label))
        return as_html(f'<span class="call-blank" data-call="{name}">{spoken}</span>')
    if variable.source is Source.WORKFLOW:
        return as_html(f'<span class="record" data-record="{name}">{WORKFLOW_NAMES[name]}</span>')
    if mode is Mode.PREVIEW:
        return as_html(f'<button type="button" class="blank" data-variable="{name}">{label}</button>')
    if mode is Mode.DRAFT and variable.required:
        return as_html(f'<span class="gap">{label}</span>')
    return Markup()


_HEADING = re.compile(r"<h([23])>(.*?)</h\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def _numbered(text: str) -> tuple[str, tuple[Heading, ...]]:
    """Number the headings that are left once conditions are applied, so that a hidden part leaves no gap."""
    outline: list[Heading] = []
    section = part = 0

    def replaced(match: re.Match[str]) -> str:
        nonlocal section, part
        level = int(match[1])
        section, part = (section + 1, 0) if level == 2 else (section, part + 1)
        number = str(section) if level == 2 else f"{section}.{part}"
        found = Heading(f"s-{number.replace('.', '-')}", number, _words(match[2]), level)
        outline.append(found)
        return f'<h{level} id="{found.id}"><span class="num">{number}</span> {match[2]}</h{level}>'

    return _HEADING.sub(replaced, text), tuple(outline)


def _words(markup: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", markup)).split())
