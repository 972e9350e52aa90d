"""Kinds of variable: the registry, and the two questions everybody asks of it."""

from __future__ import annotations

from collections.abc import Mapping

from .kind import Kind, ValueProblem
from .kinds_addressed import Email, Phone, Url
from .kinds_many import Choices, Listing, Table
from .kinds_measured import Decimals, Integer, Money, Percent
from .kinds_text import Choice, LongText, Named, RichText, Text
from .kinds_timed import Date, Duration, YesNo
from .variables import Value, Variable
from .writing import PLAIN, Writing

__all__ = ["KINDS", "Kind", "ValueProblem", "check_value", "is_filled", "kind_of"]

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Text(),
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
        Named("person"),
        Named("role"),
        Named("department"),
    )
}


def kind_of(variable: Variable) -> Kind:
    """Return the kind of a declared variable."""
    return KINDS[variable.kind]


def check_value(variable: Variable, raw: object, writing: Writing = PLAIN) -> Value:
    """Return the canonical value of `raw` (form text or canonical JSON); raise ValueProblem with one sentence.

    Form text is read as `writing` has it; canonical JSON and examples are read without one.
    """
    return kind_of(variable).check(variable, raw, writing)


def is_filled(variable: Variable, values: Mapping[str, object]) -> bool:
    """Return whether `values` holds a usable, non-empty value for the variable."""
    value = values.get(variable.name)
    kind = kind_of(variable)
    return kind.is_canonical(value) and not kind.is_empty(value)
