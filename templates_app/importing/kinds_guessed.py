"""Kinds guessed: which kind of value fits a blank, and an example that the kind accepts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..domain.kinds import KINDS, ValueProblem
from ..domain.variables import Value, Variable
from ..domain.wording import lowered
from . import vocabulary as say
from .naming import said, words_of
from .surroundings import Seen

_NAMED = re.compile(r"\b(?:name|names)$")
_PEOPLE = re.compile(
    r"\b(?:approver|reviewer|employee|staff|manager|officer|supervisor|director|person|contact|owner|author|lead|ceo|cto|cio|coo|ciso|dpo|first|last|full|printed|trainer|trainee|patient|customer|caller|client|agent|representative|member|visitor|witness)\b"
)
_SIGNATURE = re.compile(r"\b(?:signatures?|initials|signed)$")
_THIN = {
    "date": "date", "name": "person", "names": "person", "full name": "person", "number": "integer", "phone": "phone",
    "amount": "money", "phone number": "phone", "email": "email", "email address": "email", "printed name": "person",
    "url": "url", "link": "url", "role": "role", "position": "role", "job title": "role", "department": "department",
    "signature": "person",
}  # fmt: skip
_YES_NO = re.compile(r"^(?:is|are|has|have|need|needs|requires?|supports?|uses?|allows?|enables?) ")
_TITLES = re.compile(r"\b(?:document|policy|sop|procedure|report|form|project|plan|page|section|course)s? title")
_ORDER = (
    ("email", say.EMAIL), ("phone", say.PHONE), ("url", say.URL), ("date", say.DATE), ("percent", say.PERCENT),
    ("integer", say.COUNT), ("money", say.MONEY), ("role", say.ROLES), ("department", say.DEPARTMENT),
    ("list", say.LISTED), ("duration", say.DURATION), ("long_text", say.LONG),
)  # fmt: skip
_FIXED: dict[str, Value] = {
    "date": "2026-12-01", "email": "name@northwind.example", "phone": "+1 202 555 0134", "url": "https://www.northwind.example",
    "integer": 3, "decimal": "12.50", "percent": "15", "money": "640.00", "duration": 60, "yes_no": True,
    "role": "Team Lead", "person": "Dana Okafor", "department": "Customer Care", "list": ["First item", "Second item"],
    "long_text": "One or two sentences in your own words.", "rich_text": "One or two sentences in your own words.",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measure:
    """A kind, with the unit that the text gives."""

    kind: str
    unit: str = ""


def measure_of(found: Seen, plain: str) -> Measure:
    """Return the kind of a blank whose subject is `plain`, in lower-case words."""
    if found.pattern:
        return Measure(found.pattern)
    told = f"{plain} {found.blank.inner}".casefold()
    unit = say.UNITS.match(found.after)
    if unit is not None and len(found.own.split()) <= 5 and (say.TIMED.search(unit[1]) or say.NUMERIC.search(told)):
        return Measure("integer", unit[1].casefold()[:30])
    if re.match(r"[*_]{0,3}\s?%", found.after) or re.search(r"[$€£]\s?[*_]{0,3}$", found.before):
        return Measure("decimal")
    return Measure(_kind_of_sign(found, plain) or _kind_of_sentence(found, plain) or _kind_of_words(found, plain))


def _kind_of_sign(found: Seen, plain: str) -> str:
    """Return the kind that a sign, a signature or a thin word such as "[Date]" shows; empty when there is none."""
    sign = {"#": "integer", "##": "integer", "%": "percent", "$": "money"}.get(found.blank.inner)
    if found.blank.dialect == "prompt" and found.blank.inner.endswith("date"):
        return "date"
    if sign or _SIGNATURE.search(plain):
        return sign or "person"
    return "" if found.own else _kind_of_thin(found.blank.inner)


def _kind_of_sentence(found: Seen, plain: str) -> str:
    """Return the kind that follows from how the subject is built; empty when its words decide."""
    if _NAMED.search(plain):
        return _kind_of_name(plain)
    if _YES_NO.match(plain) and not plain.endswith("text"):
        return "yes_no"
    if _TITLES.search(plain) or plain.endswith(" domain"):
        return "text"
    if plain == "title":
        return "text" if found.blank.dialect in ("braces", "double braces") else "role"
    many = len(found.own.split())
    if many > 8 or (say.INSTRUCTION.match(found.blank.inner) and many > 5):
        return "list" if found.blank.inner.casefold().startswith("list ") else "long_text"
    return ""


def _kind_of_thin(inner: str) -> str:
    """Return the kind that a blank shows although it is named by the label beside it: "[Date]", "[Name]"."""
    return _THIN.get(" ".join(words_of(said(inner))).casefold(), "")


def _kind_of_name(plain: str) -> str:
    if say.DEPARTMENT.search(plain):
        return "department"
    if say.ORGANISATION.search(plain) and "officer" not in plain:
        return "text"
    return "person" if plain == "name" or _PEOPLE.search(plain) else "text"


def _kind_of_words(found: Seen, plain: str) -> str:
    told = f"{found.blank.inner} {plain}".casefold() if say.INSTRUCTION.match(found.blank.inner) else plain
    for kind, pattern in _ORDER:
        if pattern.search(plain if kind != "long_text" else told):
            return kind
    return "person" if plain.endswith(" by") or (say.PERSON.search(plain) and len(plain.split()) <= 3) else "text"


def example_for(variable: Variable, default: str = "") -> Value:
    """Return an example that the variable's kind accepts: the default when there is one and it fits."""
    kind = KINDS[variable.kind]
    for candidate in (default, _example(variable), f"Sample {lowered(variable.label)}", "Sample"):
        try:
            value = kind.check(variable, candidate) if candidate != "" else ""
        except ValueProblem:
            continue
        if not kind.is_empty(value):
            return value
    return ""


def _example(variable: Variable) -> Value:
    if variable.kind in ("choice", "choices"):
        return variable.options[0] if variable.kind == "choice" else list(variable.options[:2])
    if variable.kind == "table":
        return [["Sample"] * max(1, len(variable.columns))]
    if variable.kind in _FIXED:
        return _FIXED[variable.kind]
    told = (variable.label.casefold(), " ".join(words_of(variable.name)).casefold())
    return next((example for pattern, example in say.EXAMPLES if any(map(pattern.search, told))), "")
