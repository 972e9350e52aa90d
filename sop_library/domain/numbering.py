"""Numbers of SOPs and versions. Versions count 1.0 → 1.1 → 2.0; constraints in the database refuse gaps and doubles."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class ChangeSize(StrEnum):
    """How much a version changes, which decides its number and who signs off again."""

    EDITORIAL = "editorial"
    MINOR = "minor"
    MAJOR = "major"


CHANGE_SIZES = {
    ChangeSize.EDITORIAL: "Editorial: wording only, nobody signs off again",
    ChangeSize.MINOR: "Minor: readers see a notice",
    ChangeSize.MAJOR: "Major: everyone signs off again",
}


@dataclass(frozen=True, slots=True, order=True)
class Number:
    """A version's number."""

    major: int
    minor: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


FIRST = Number(1, 0)
_NUMBER = re.compile(r"([1-9]\d{0,3})\.(\d{1,4})")


def parse(text: str) -> Number | None:
    """Return the number written as "1.0", or None when the text is not one."""
    match = _NUMBER.fullmatch(text)
    return Number(int(match[1]), int(match[2])) if match else None


def successor(previous: Number | None, size: ChangeSize) -> Number:
    """Return the number after `previous`: 1.0 for the first, the next whole one for a major change."""
    if previous is None:
        return FIRST
    if size is ChangeSize.MAJOR:
        return Number(previous.major + 1, 0)
    return Number(previous.major, previous.minor + 1)


def sop_number(prefix: str, taken: Iterable[int]) -> tuple[int, str]:
    """Return the next serial for a prefix and the number it gives, such as (7, "SOP-CS-007")."""
    serial = max(taken, default=0) + 1
    return serial, f"SOP-{prefix}-{serial:03d}"
