"""Choosing: a guess and what a person decided about it become one declared variable."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ..domain.kinds import KINDS
from ..domain.placeholders import NAME
from ..domain.variables import ANSWERED, RECORD_BLOCKS, WORKFLOW_NAMES, Source, Variable
from .guessing import Meaning
from .kinds_guessed import example_for
from .naming import name_from
from .result import Choice

GROUPS = {Source.ORGANISATION: "Company", Source.DOCUMENT: "Details"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The variable of a blank, and whether a person wants its words to stay instead."""

    variable: Variable
    as_text: bool = False


def chosen(meaning: Meaning, choice: Choice) -> Chosen:
    """Return the variable that a meaning and a person's decision make; it can be declared as it is."""
    name = _name(choice.name) or _name(meaning.name) or "Blank"
    source = _source(name, choice.source or meaning.source)
    kind = choice.kind if choice.kind in KINDS else meaning.kind
    options = meaning.options
    if kind in ("choice", "choices") and not options:
        options = ("Yes", "No")
    variable = Variable(
        name=name,
        label=_line(choice.label or meaning.label, 120) or name,
        kind=kind,
        source=source,
        group=GROUPS.get(source, "Details"),
        hint=_line(meaning.hint, 300) if source in ANSWERED else "",
        unit=meaning.unit if kind in ("integer", "decimal") else "",
        options=options if kind in ("choice", "choices") else (),
        columns=("Item", "Details") if kind == "table" else (),
    )
    if source in ANSWERED:
        variable = replace(variable, example=example_for(variable, meaning.text))
    return Chosen(variable, choice.as_text)


def _name(text: str) -> str:
    name = text if NAME.fullmatch(text) and len(text) <= 60 else name_from(text)
    return f"{name}Text" if name in RECORD_BLOCKS else name


def _source(name: str, wished: str) -> Source:
    """Return the wished source, except that the record's names are the record's, and no others are."""
    if name in WORKFLOW_NAMES:
        return Source.WORKFLOW
    known = wished in tuple(Source) and wished != Source.WORKFLOW
    return Source(wished) if known else Source.DOCUMENT


def _line(text: str, longest: int) -> str:
    """Return the text on one line of visible characters, shortened at a word."""
    plain = " ".join(re.sub(r"[^\w\s.,;:!?()'’\"“”%$€£/&@#+*=–—-]", " ", text).split())
    return plain if len(plain) <= longest else plain[: longest - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"
