"""What was brought in, worked out in the killable child: lines, and the template that they and choices give."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from templates_app import child
from templates_app.importing.composing import compose
from templates_app.importing.decoding import lines_of
from templates_app.importing.own import begins_as_own
from templates_app.importing.reading import read
from templates_app.importing.result import Choice, Choices, Imported, ReadFile, SetAside
from templates_app.models import ImportedFile

READ_SECONDS = 20
COMPOSE_SECONDS = 15
_CHOSEN = ("name", "label", "kind", "source")


def files_in(name: str, data: bytes) -> list[ReadFile]:
    """Return the files read from one that was sent, several for a zip; raises Unreadable, child.ChildProblem."""
    return child.run(read, name, data, seconds=READ_SECONDS, pool="text")


def read_file_of(row: ImportedFile) -> ReadFile:
    """Return a stored file as it was read."""
    dropped = tuple(SetAside(line, text, reason) for line, text, reason in row.dropped)
    text = "\n".join(row.lines)
    lines = lines_of(text)
    if begins_as_own(lines):
        return ReadFile(row.file_name, lines, dropped, verbatim=text)
    return ReadFile(row.file_name, tuple(row.lines), dropped)


def stored_lines(read_file: ReadFile) -> list[str]:
    """Return the lines to store: joined again, they are a template of this product to its last sign."""
    return read_file.verbatim.split("\n") if read_file.verbatim else list(read_file.lines)


def composed(row: ImportedFile, kept: Mapping[str, Any] | None = None) -> Imported:
    """Return the template that a file's lines give with its choices, or with those in `kept`.

    The same lines and choices give the same template. Raises Unreadable, child.ChildProblem.
    """
    return _composed(read_file_of(row), json.dumps(row.choices if kept is None else kept, sort_keys=True))


def template_of_lines(read_file: ReadFile) -> Imported:
    """Return the template that a file gives before anything is chosen; raises Unreadable, child.ChildProblem."""
    return _composed(read_file, "{}")


@lru_cache(maxsize=32)
def _composed(read_file: ReadFile, kept: str) -> Imported:
    made: Imported = child.run(compose, read_file, choices_of(json.loads(kept)), seconds=COMPOSE_SECONDS, pool="text")
    return made


def choices_of(kept: Mapping[str, Any]) -> Choices:
    """Return choices from the form they are stored in."""
    return Choices(
        guesses={key: Choice(**chosen) for key, chosen in kept.get("guesses", {}).items()},
        merged=frozenset(kept.get("merged", ())),
        kept=frozenset(kept.get("kept", ())),
        title=kept.get("title", ""),
    )


def stored(choices: Choices) -> dict[str, Any]:
    """Return choices in the form they are stored in: only what differs from the guess, in a fixed order."""
    found: dict[str, Any] = {
        "guesses": {key: said for key, choice in sorted(choices.guesses.items()) if (said := _said(choice))},
        "merged": sorted(choices.merged),
        "kept": sorted(choices.kept),
        "title": choices.title,
    }
    return {name: value for name, value in found.items() if value}


def _said(choice: Choice) -> dict[str, Any]:
    said: dict[str, Any] = {name: value for name in _CHOSEN if (value := getattr(choice, name))}
    return {**said, "as_text": True} if choice.as_text else said
