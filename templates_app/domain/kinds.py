"""Kinds of variable: the registry, and the two questions everybody asks of it."""

from __future__ import annotations

from collections.abc import Mapping

from .kind import Kind, ValueProblem
from .kinds_many import Choices, Listing, Table
from .kinds_measured import Date, Decimals, Duration, Integer, Money, Percent, YesNo
from .kinds_text import Choice, Email, LongText, Phone, RichText, Text, Url
from .variables import Value, Variable

__all__ = ["KINDS", "Kind", "ValueProblem", "check_value", "is_filled", "kind_of"]

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Text("text"),
        LongText(),
        RichText(),
        Integer(),
        Decimals(),
        Money(),
        Percent(),
        Duration(),
        Date(),
        YesNo(),
        Choice(),
        Choices(),
        Listing(),
        Table(),
        Email(),
        Phone(),
        Url(),
        Text("person"),
        Text("role"),
        Text("department"),
    )
}


def kind_of(variable: Variable) -> Kind:
    """Return the kind of a declared variable."""
    return KINDS[variable.kind]


def check_value(variable: Variable, raw: object) -> Value:
    """Return the canonical value of `raw` (form text or canonical JSON); raise ValueProblem with one sentence."""
    return kind_of(variable).check(variable, raw)


def is_filled(variable: Variable, values: Mapping[str, object]) -> bool:
    """Return whether `values` holds a usable, non-empty value for the variable."""
    value = values.get(variable.name)
    kind = kind_of(variable)
    return kind.is_canonical(value) and not kind.is_empty(value)
