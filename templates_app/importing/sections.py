"""Sections of mustache: `{{#Name}} … {{/Name}}` is shown when Name holds, `{{^Name}} … {{/Name}}` when it does not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from .nodes import Aside

INSIDE = "A condition inside a sentence: the words it guarded are always shown."
STEERED = "A tag of another tool: the words it guarded are always shown."

MARK = re.compile(r"\{\{[ ]?([#^/])[ ]?([A-Za-z_][\w.-]{0,80})[ ]?\}\}")
# Tags of other engines that steer what is shown; a value such as "{{ name }}" or "<%= name %>" is none.
_STEERING = re.compile(
    r"\{%-?[^%{}\n]{1,300}%\}|\{#[ \t].{0,300}?[ \t]#\}|<%[ \t-][^%\n]{1,300}%>"
    r"|\{\{[-~]?[ ]?[#^/>][^{}\n]{1,200}\}\}|\{\{[-~]?[ ]?(?:end|else|endif|endfor)[ ]?[-~]?\}\}"
    r"|\{\{[-~]?[ ]?(?:else if|if|range|with|each|unless|for|include|template|define|block|partial)[ ]"
    r"[^{}\n]{1,200}\}\}"
)
_LINE = re.compile(rf"[ \t]*{MARK.pattern}[ \t]*")
_WRAPPED = re.compile(r"([ \t]*)(\{\{[ ]?[#^][ ]?([A-Za-z_][\w.-]{0,80})[ ]?\}\})(.+?)(\{\{[ ]?/[ ]?\3[ ]?\}\})[ \t]*")


@dataclass(frozen=True, slots=True)
class SectionMark:
    """One end of a section that stands on a line of its own."""

    opens: bool
    condition: str
    written: str = ""


@dataclass(slots=True)
class Condition:
    """A condition of the source: its name, how it is written, the lines where its sections start."""

    name: str
    written: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


def parted(lines: Sequence[str], numbers: Sequence[int]) -> tuple[list[str], list[int]]:
    """Return the lines with every section that fills a paragraph between lines of its own, and their numbers."""
    if not any("{{" in line for line in lines):
        return list(lines), list(numbers)
    found: list[tuple[str, int]] = []
    for at, (line, number) in enumerate(zip(lines, numbers, strict=True)):
        wrapped = _WRAPPED.fullmatch(line) if "{{" in line else None
        alone = not _has_words(lines, at - 1) and not _has_words(lines, at + 1)
        if wrapped and alone and not MARK.search(wrapped[4]):
            parts = [wrapped[2], f"{wrapped[1]}{wrapped[4].strip()}", wrapped[5]]
        else:
            parts = _ends(line)
        found += [(part, number) for part in parts]
    return [line for line, _ in found], [number for _, number in found]


def _has_words(lines: Sequence[str], at: int) -> bool:
    return 0 <= at < len(lines) and bool(lines[at].strip())


def _ends(line: str) -> list[str]:
    """Part a mark at the start or the end of a line whose other end is in another line."""
    marks = list(MARK.finditer(line)) if "{{" in line else []
    if len(marks) != 1 or _LINE.fullmatch(line):
        return [line]
    mark = marks[0]
    before, after = line[: mark.start()], line[mark.end() :]
    if not before.strip() and mark[1] != "/":
        return [mark[0], f"{before}{after.strip()}"]
    if not after.strip() and mark[1] == "/":
        return [before.rstrip(), mark[0]]
    return [line]


class Sections:
    """The sections of a text whose both ends stand on lines of their own."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.marks: dict[int, SectionMark] = {}
        open_marks: list[tuple[int, re.Match[str]]] = []
        for at, line in enumerate(lines):
            found = _LINE.fullmatch(line) if "{{" in line else None
            if found is None:
                continue
            if found[1] != "/":
                open_marks.append((at, found))
            elif any(mark[2] == found[2] for _, mark in open_marks):
                while open_marks[-1][1][2] != found[2]:
                    open_marks.pop()
                start, mark = open_marks.pop()
                condition = f"{'not ' if mark[1] == '^' else ''}{mark[2]}"
                self.marks[start] = SectionMark(True, condition, mark[0].strip())
                self.marks[at] = SectionMark(False, condition, found[0].strip())

    def mark(self, at: int) -> SectionMark | None:
        """Return the end of a section that the line at an index is, or None."""
        return self.marks.get(at)

    def inline(self, text: str, line: int, aside: Aside) -> str:
        """Return the words of a line without the marks of sections inside it, which are set aside."""
        if "{" not in text and "<%" not in text:
            return text
        text = MARK.sub(lambda mark: "" if aside.put(line, mark[0], INSIDE) else mark[0], text)
        return _STEERING.sub(lambda tag: _gap(tag) if aside.put(line, tag[0], STEERED) else tag[0], text)


def _gap(tag: re.Match[str]) -> str:
    """Return what stands for a tag: nothing, or a space where two words would become one."""
    around = tag.string[tag.start() - 1 : tag.start()], tag.string[tag.end() : tag.end() + 1]
    return " " if all(map(str.isalnum, around)) else ""
