"""Composing: lines, with a person's choices, become a whole template."""

from __future__ import annotations

import re

import yaml

from templates_app.domain.body import compile_text
from templates_app.domain.placeholders import PATTERN

from .result import Choices, Imported, ReadFile

_HEADING = re.compile(r"#{1,6}\s+(.*)")


def compose(read_file: ReadFile, choices: Choices | None = None) -> Imported:
    """Return the template made of a file's lines; the same lines and choices give the same template."""
    choices = choices or Choices()
    words = [line.strip() for line in read_file.lines]
    title = choices.title or next((line.lstrip("# ") for line in words if line), read_file.name)[:200]
    body = "\n".join(_written(line) for line in words)
    front = yaml.safe_dump({"title": title, "category": "Imported", "summary": title}, allow_unicode=True)
    source = f"---\n{front}---\n{body}\n"
    compile_text(source)
    return Imported(read_file.name, title, source, (), read_file.dropped, False)


def _written(line: str) -> str:
    line = PATTERN.sub(r"\\\g<0>", line)
    heading = _HEADING.fullmatch(line)
    return f"## {heading[1]}\n" if heading else re.sub(r"([\[\]#|`/])", r"\\\1", line) + "\n"
