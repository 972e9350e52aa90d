"""What is wrong with a template's text, said so that its author can mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

MOST_SHOWN = 50  # more would bury the first ones, and a flood of faults must not become a flood of output


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: a plain sentence and its place in the whole source (line 0: no single place)."""

    sentence: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.sentence
        place = f"Line {self.line}, column {self.column}" if self.column else f"Line {self.line}"
        return f"{place}: {self.sentence}"


class TemplateError(ValueError):
    """A template that cannot be used, with every problem found, in the order of the source."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        unique = sorted(dict.fromkeys(problems), key=lambda found: (found.line, found.column))
        shown = unique[:MOST_SHOWN]
        if len(unique) > MOST_SHOWN:
            shown.append(Problem(f"There are {len(unique) - MOST_SHOWN} more problems after these."))
        self.problems: tuple[Problem, ...] = tuple(shown)
        super().__init__("\n".join(str(problem) for problem in shown))

    def __reduce__(self) -> tuple[type[TemplateError], tuple[tuple[Problem, ...]]]:
        """Travels whole between processes: a template is compiled in a child that can be killed."""
        return (TemplateError, (self.problems,))
