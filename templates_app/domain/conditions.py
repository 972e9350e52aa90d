"""Conditions of `when` blocks: four forms and nothing else, so that authors never write code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from .suggestions import suggestion
from .variables import Variable


class Verb(StrEnum):
    """What a condition asks."""

    YES = "yes"
    NO = "not"
    IS = "is"
    INCLUDES = "includes"


KIND_OF = {Verb.YES: "yes_no", Verb.NO: "yes_no", Verb.IS: "choice", Verb.INCLUDES: "choices"}
FORMS = {
    "yes_no": "`{name}` or `not {name}`",
    "choice": "`{name} is {option}`",
    "choices": "`{name} includes {option}`",
}

_NEGATED = re.compile(r"not +([A-Z][A-Za-z0-9]*)")
_COMPARED = re.compile(r"([A-Z][A-Za-z0-9]*) +(is|includes) +(\S.*)")
_PLAIN = re.compile(r"[A-Z][A-Za-z0-9]*")


class ConditionProblem(ValueError):
    """A condition that cannot be used: one sentence."""


@dataclass(frozen=True, slots=True)
class Condition:
    """`name` is, is not, is one option, or includes one option."""

    name: str
    verb: Verb
    option: str = ""

    def __str__(self) -> str:
        if self.verb is Verb.YES:
            return self.name
        return f"not {self.name}" if self.verb is Verb.NO else f"{self.name} {self.verb} {self.option}"

    def holds(self, values: Mapping[str, object]) -> bool:
        """Return whether the condition holds. An unanswered yes/no counts as no, an unanswered choice as no option."""
        value = values.get(self.name)
        if self.verb is Verb.YES:
            return value is True
        if self.verb is Verb.NO:
            return value is not True
        if self.verb is Verb.IS:
            return value == self.option
        return isinstance(value, list | tuple) and self.option in value


def parse(text: str) -> Condition:
    """Return the condition written in `text`; raise ConditionProblem when it has none of the four forms."""
    text = text.strip()
    if match := _NEGATED.fullmatch(text):
        return Condition(match[1], Verb.NO)
    if match := _COMPARED.fullmatch(text):
        return Condition(match[1], Verb(match[2]), match[3].strip())
    if _PLAIN.fullmatch(text):
        return Condition(text, Verb.YES)
    forms = "`Name`, `not Name`, `Name is Option` or `Name includes Option`"
    if not text:
        raise ConditionProblem(f"Write the condition after the bar: {forms}.")
    raise ConditionProblem(f"“{text[:60]}” is not a condition. Write {forms}.")


def check(condition: Condition, variables: Mapping[str, Variable]) -> None:
    """Raise ConditionProblem when the condition does not fit the declared variable."""
    variable = variables.get(condition.name)
    if variable is None:
        raise ConditionProblem(f"{condition.name} is not declared{suggestion(condition.name, variables)}.")
    if not variable.is_answered:
        raise ConditionProblem(f"{condition.name} is not answered in the form, so nothing can depend on it.")
    if variable.kind not in FORMS:
        raise ConditionProblem(f"{condition.name} is {variable.kind}; a condition needs yes_no, choice or choices.")
    if KIND_OF[condition.verb] != variable.kind:
        option = variable.options[0] if variable.options else ""
        form = FORMS[variable.kind].format(name=variable.name, option=option)
        raise ConditionProblem(f"{condition.name} is {variable.kind}: write {form}.")
    if condition.option and condition.option not in variable.options:
        options = ", ".join(variable.options)
        raise ConditionProblem(f"{condition.name} has no option “{condition.option}”. Its options are: {options}.")
