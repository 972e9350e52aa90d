"""What becomes of the answers when a text's declarations change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .kind import ValueProblem
from .kinds import check_value, is_filled, kind_of
from .variables import Variable


@dataclass(frozen=True, slots=True)
class Recast:
    """An answer whose variable has another kind or other limits now; `sentence` says why it no longer fits, or ""."""

    old: Variable
    new: Variable
    sentence: str = ""

    @property
    def changes_kind(self) -> bool:
        """Whether the kind is another one."""
        return self.old.kind != self.new.kind


@dataclass(frozen=True, slots=True)
class Carried:
    """The answers after the change, and the variables that somebody should look at.

    No answer is thrown away: one that no longer fits, and one that is no longer asked, stay as they were.
    """

    values: dict[str, Any]
    recast: tuple[Recast, ...]
    removed: tuple[Variable, ...]
    added: tuple[Variable, ...]


def carried(before: Sequence[Variable], after: Sequence[Variable], values: Mapping[str, Any]) -> Carried:
    """Return what the answers become when the declarations `after` stand in the place of those `before`."""
    was = {variable.name: variable for variable in before if variable.is_answered}
    now = {variable.name: variable for variable in after if variable.is_answered}
    kept, recast = dict(values), []
    for name, variable in now.items():
        if name not in was or not is_filled(was[name], values):
            continue
        raw = values[name] if was[name].kind == variable.kind else kind_of(was[name]).to_form(was[name], values[name])
        try:
            fitting, sentence = check_value(variable, raw), ""
        except ValueProblem as problem:
            fitting, sentence = values[name], str(problem)
        kept[name] = fitting
        if was[name].kind != variable.kind or (sentence and _fits(was[name], values[name])):
            recast.append(Recast(was[name], variable, sentence))
    removed = tuple(variable for name, variable in was.items() if name not in now and is_filled(variable, values))
    return Carried(kept, tuple(recast), removed, tuple(variable for name, variable in now.items() if name not in was))


def _fits(variable: Variable, value: Any) -> bool:
    try:
        check_value(variable, value)
    except ValueProblem:
        return False
    return True
