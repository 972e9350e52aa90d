"""The yes/no variables that sections of a source ask for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from templates_app.domain.variables import ANSWERED, RECORD_BLOCKS, WORKFLOW_NAMES, Source, Variable
from templates_app.domain.wording import label_from

from .nodes import Node, Open
from .result import Choice, Choices, Guess, Sort

# What an organisation is, has or must do is the same in all of its documents.
_OF_ALL = re.compile(
    r"(?:Needs?|Ha[sv]e?|Supports?|Is|Are|Uses?|Adopted|Adopts|Requires?|Allows?|Offers?|Do|Does)(?=[A-Z0-9_])"
)
REASON = "Part of the text is shown only when this holds."


def condition_names(nodes: Sequence[Node], taken: set[str]) -> dict[str, str]:
    """Return the variable's name for each condition of the source; none of them is in `taken`."""
    names: dict[str, str] = {}
    used = taken | {*RECORD_BLOCKS, *WORKFLOW_NAMES}
    for node in _conditions(nodes):
        written = node.condition.split(" ")[-1]
        if written not in names:
            name = _name(written)
            while name in used:
                name += "Applies"
            names[written] = name
            used.add(name)
    return names


def condition_guesses(nodes: Sequence[Node], names: dict[str, str], choices: Choices) -> list[Guess]:
    """Return one guess for each condition."""
    found: list[Guess] = []
    for written, name in names.items():
        uses = [node for node in _conditions(nodes) if node.condition.split(" ")[-1] == written]
        signs = list(dict.fromkeys("^" if use.condition.startswith("not ") else "#" for use in uses))
        marks = [f"{{{{{sign}{written}}}}}" for sign in signs]
        key = f"section:{written}"
        chosen = choices.guesses.get(key, Choice())
        label = chosen.label or label_from(name)
        guessed = Source.ORGANISATION if _OF_ALL.match(name) else Source.DOCUMENT
        source = chosen.source if chosen.source in ANSWERED else str(guessed)
        found.append(
            Guess(
                key=key, group=key, name=name, label=label, kind="yes_no", source=source,
                as_written=marks[0], also_written=(*marks[1:], f"{{{{/{written}}}}}"), occurrences=len(uses),
                lines=tuple(use.line for use in uses), sort=Sort.VARIABLE, reason=REASON, example=True,
            )
        )  # fmt: skip
    return found


def condition_variable(guess: Guess) -> Variable:
    """Return the variable of a condition's guess."""
    source = Source.ORGANISATION if guess.source == "organisation" else Source.DOCUMENT
    return Variable(guess.name, guess.label, "yes_no", source, example=True)


def _conditions(nodes: Sequence[Node]) -> list[Open]:
    return [node for node in nodes if isinstance(node, Open) and node.kind == "when"]


def _name(written: str) -> str:
    parts = [part for part in re.split(r"[^A-Za-z0-9]+", written) if part]
    name = "".join(part[:1].upper() + part[1:] for part in parts)[:50]
    return name if name[:1].isalpha() else f"Condition{name}"
