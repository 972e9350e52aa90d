"""Whether a source says how anything is done."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .nodes import Heading, Item, Node, Para, Table, Term

FEWEST = 3

_DESCRIBES = re.compile(r"(?:this|the|according to the) (?:sop|procedure|document|section|policy|template)\b", re.I)


def is_outline(nodes: Sequence[Node]) -> bool:
    """Return whether the text is headings and descriptions of what a procedure would hold, without a single step."""
    if any(isinstance(node, Item | Table | Term) for node in nodes):
        return False
    sections: list[list[Para]] = []
    for node in nodes:
        if isinstance(node, Heading):
            sections.append([])
        elif isinstance(node, Para) and sections:
            sections[-1].append(node)
    if len(sections) < FEWEST or any(len(section) > 2 for section in sections):
        return False
    empty = sum(not section for section in sections)
    described = sum(bool(section) and bool(_DESCRIBES.match(section[0].rows[0].text)) for section in sections)
    return empty * 10 >= len(sections) * 7 or described * 2 >= len(sections)
