"""Lines read from the top: where the reading stands, the words of a line, and the nodes found so far."""

from __future__ import annotations

import re
from collections.abc import Sequence

from . import headings
from .inline import cleaned
from .listing import Level
from .nodes import Aside, Node, Words
from .places import Part
from .sections import Sections

_TYPED_NUMBER = re.compile(r"^([ ]{0,3}\d{1,3})\\([.)])(?=[ \t])")


class LineReader:
    """Reads lines from the top; `at` is the index of the next one."""

    def __init__(
        self,
        lines: Sequence[str],
        numbers: Sequence[int],
        references: dict[str, str],
        aside: Aside,
        order: headings.Numbers,
    ) -> None:
        self.lines = [_TYPED_NUMBER.sub(r"\1\2", line) for line in lines]
        self.numbers = list(numbers)
        self.references = references
        self.aside = aside
        self.order = order
        self.sections = Sections(self.lines)
        self.at = 0
        self.depth = 0  # boxes and quotes around these lines
        self.nodes: list[Node] = []
        self.level = Level()
        self.rank = 1

    def words(self, text: str, part: Part = Part.TEXT, at: int | None = None) -> Words:
        """Return the words of a line, clean."""
        number = self.numbers[self.at if at is None else at]
        text = self.sections.inline(text, number, self.aside).strip()
        text = text[:-1] if text.endswith("\\") and not text.endswith("\\\\") else text
        return Words(cleaned(text.strip(), number, self.aside, self.references), number, part)

    def following(self, at: int) -> str:
        """Return the next line with words after an index."""
        return next((line for line in self.lines[at + 1 : at + 6] if line.strip()), "")

    def _add(self, node: Node, *, leave: bool = True) -> None:
        """Add a node; most end the list before them."""
        if leave:
            self.level.leave()
        self.level.gap = False
        self.nodes.append(node)
