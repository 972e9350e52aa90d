"""Small changes to a template's text that leave every other byte as it is."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from .frontmatter import split
from .verbatim import main_break
from .yaml_nodes import Node, read_yaml

# What the template language reads as the end of a line.
_BREAKS = re.compile("\r\n|\r|\u2028|\u2029|\n")


class EditRefused(ValueError):
    """A change that cannot be made: one sentence, and the form field it is about if one is."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


@dataclass(frozen=True, slots=True)
class Edit:
    """Put `text` in the place of what stands from `start` to `end`."""

    start: int
    end: int
    text: str


class Manuscript:
    """A template's text with plain newlines beside the text as it is stored, and its front matter as a tree.

    Offsets in `text` stay true to the stored text: line ends of two characters and a byte order mark are counted back.
    Raises TemplateError when the front matter cannot be read.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self._shift = int(source.startswith("\ufeff"))
        bare = source[self._shift :]
        self.text = _BREAKS.sub("\n", bare)
        self._doubles = [match.start() - before for before, match in enumerate(re.finditer("\r\n", bare))]
        _, _, self.body_line = split(self.text)
        lines = self.text.split("\n")
        self.front_start = len(lines[0]) + 1
        self.front = "".join(f"{line}\n" for line in lines[1 : self.body_line - 2])
        self.body_start = self.front_start + len(self.front) + len(lines[self.body_line - 2]) + 1
        self.body = self.text[self.body_start :]
        self.root, self.problems = read_yaml(self.front, 2)

    @property
    def variables(self) -> Node | None:
        """The mapping of the declared variables; None when there is none."""
        return (self.root.pairs or {}).get("variables")

    def declared(self, name: str) -> tuple[Node, Node]:
        """Return the mapping of all declarations and the declaration of one variable; raises EditRefused."""
        found = self.variables
        if found is None or name not in (found.pairs or {}):
            raise EditRefused(f"{name} is not declared in the text.")
        return found, (found.pairs or {})[name]

    def in_front(self, start: int, end: int, text: str) -> Edit:
        """Return an edit whose offsets are counted in the front matter."""
        return Edit(self.front_start + start, self.front_start + end, text)

    def edited(self, edits: Iterable[Edit]) -> str:
        """Return the stored text with the edits; their newlines become the text's own line ends."""
        result = self.source
        usual = main_break(self.source)
        for edit in sorted(edits, key=lambda each: each.start, reverse=True):
            start, end = self._stored(edit.start), self._stored(edit.end)
            result = result[:start] + edit.text.replace("\n", usual) + result[end:]
        return result

    def _stored(self, offset: int) -> int:
        return offset + bisect_left(self._doubles, offset) + self._shift
