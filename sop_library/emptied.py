"""What emptying a value of the organisation means: drafts show the blank again, what is frozen keeps what it has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from templates_app.domain.kinds import is_filled
from templates_app.domain.variables import Source, Variable
from templates_app.texts import template_of

if TYPE_CHECKING:
    from sop_library.reach import Held


@dataclass(frozen=True, slots=True)
class Emptied:
    """The SOP numbers that a value's emptying is told of: with a blank again, with their own answer, unchanged."""

    blank: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()

    @property
    def is_felt(self) -> bool:
        """Whether any procedure holds the value that is emptied."""
        return bool(self.blank or self.own or self.unchanged)


def emptied_of(variable: Variable, kept: Mapping[str, Any], news: Mapping[str, Any], held: Iterable[Held]) -> Emptied:
    """Return what emptying the variable means for the versions, nothing when its value is not emptied."""
    if is_filled(variable, news) or not is_filled(variable, kept):
        return Emptied()
    found: dict[str, list[str]] = {"blank": [], "own": [], "unchanged": []}
    for each in held:
        asks = any(own.name == variable.name and own.source is Source.ORGANISATION for own in _answered(each))
        if asks and is_filled(variable, each.before):
            found[_standing(variable, each)].append(each.version.sop.number)
    return Emptied(**{way: tuple(dict.fromkeys(numbers)) for way, numbers in found.items()})


def _answered(held: Held) -> tuple[Variable, ...]:
    return tuple(template_of(held.source).answered)


def _standing(variable: Variable, held: Held) -> str:
    if held.frozen is not None:
        return "unchanged"
    return "own" if is_filled(variable, held.version.values) else "blank"
