"""What differs between two versions."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ChangedValue:
    """One variable whose value differs, as people read it; "" where a side has none."""

    name: str
    label: str
    old: str
    new: str


def changed_values(
    old: Mapping[str, Any], new: Mapping[str, Any], names: Iterable[tuple[str, str]], show: Callable[[str, Any], str]
) -> tuple[ChangedValue, ...]:
    """Return the variables (name, label) whose values differ, in the given order; `show` writes a value for people."""
    return tuple(
        ChangedValue(name, label, show(name, old.get(name)), show(name, new.get(name)))
        for name, label in names
        if old.get(name) != new.get(name)
    )
