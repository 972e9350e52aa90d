"""Where a variable stands in a text, and giving it another name everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .blocks import Block, layout
from .edits import Edit, EditRefused, Manuscript
from .placeholders import NAME, find
from .variables import RECORD_BLOCKS, WORKFLOW_NAMES
from .wording import series

LONGEST_NAME = 60
_SUBJECT = re.compile(r"(?:not +)?([A-Z][A-Za-z0-9]*)(?: +(?:is|includes) +\S.*)?")


def renamed(source: str, old: str, new: str) -> str:
    """Return the text with a variable's new name in its declaration, placeholders and conditions.

    Everything else stays byte for byte. Raises EditRefused, and TemplateError for unreadable front matter.
    """
    text = Manuscript(source)
    declarations, _ = text.declared(old)
    refuse_name(new, set(declarations.pairs or {}) - {old})
    if old in WORKFLOW_NAMES:
        raise EditRefused(f"{old} belongs to the record and keeps its name.", "name")
    start, end = declarations.key_spans[old]
    edits = [text.in_front(start, end, new)]
    edits += [
        Edit(text.body_start + use.start + 1, text.body_start + use.end - 1, new)
        for use in find(text.body)
        if use.name == old
    ]
    edits += [Edit(start, start + len(old), new) for name, start, _ in conditions_of(text) if name == old]
    return text.edited(edits)


def refuse_name(name: str, taken: set[str], *, of_record: bool = False) -> None:
    """Raise EditRefused when a variable cannot be called this; `of_record` is one with the source workflow."""
    if not NAME.fullmatch(name):
        raise EditRefused("Start the name with an upper-case letter and use letters and digits only.", "name")
    if len(name) > LONGEST_NAME:
        raise EditRefused(f"Use at most {LONGEST_NAME} characters for a name.", "name")
    if name in taken:
        raise EditRefused(f"{name} is declared already. Choose another name.", "name")
    if name in RECORD_BLOCKS:
        raise EditRefused(f"{name} is a block of the record. Choose another name.", "name")
    if name in WORKFLOW_NAMES and not of_record:
        raise EditRefused(f"{name} belongs to the record: only the source workflow can have it.", "name")


def uses(text: Manuscript) -> dict[str, tuple[int, ...]]:
    """Return the lines on which each name stands in the body, as a placeholder or in a condition."""
    found: dict[str, set[int]] = {}
    for use in find(text.body, text.body_line):
        found.setdefault(use.name, set()).add(use.line)
    for name, _, line in conditions_of(text):
        found.setdefault(name, set()).add(line)
    return {name: tuple(sorted(lines)) for name, lines in found.items()}


def on_lines(lines: tuple[int, ...]) -> str:
    """Return "line 12" or "lines 12, 30 and 31"."""
    return f"{'line' if len(lines) == 1 else 'lines'} {series([str(line) for line in lines])}"


def sections(text: Manuscript) -> list[Block]:
    """Return the `when` blocks of the body, in order: each with its condition as title and its line."""
    return [block for block in layout(text.body.split("\n"), text.body_line).blocks if block.kind == "when"]


def conditions_of(text: Manuscript) -> Iterator[tuple[str, int, int]]:
    """Yield (name, offset of the name in the text, line) of every condition that has one of the four forms."""
    lines = text.text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    for block in sections(text):
        line = lines[block.line - 1]
        match = _SUBJECT.fullmatch(block.title)
        if match:
            # The title is the last thing on its line, so the last place where it stands is its own.
            yield match[1], starts[block.line - 1] + line.rindex(block.title) + match.start(1), block.line
