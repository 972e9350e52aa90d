"""Short lines that stand as headings in texts without any mark for them."""

from __future__ import annotations

import re

from .headings import ATX, is_title_like
from .nodes import Heading, Item, Node, Open, Para, Table, Term, Words
from .places import Part

LONG = 15  # words of a paragraph that a heading may stand above
FEWEST = 3  # pairs of short line and long paragraph that make an outline


def promoted(nodes: list[Node], lines: list[str]) -> list[Node]:
    """Return the nodes with the short lines of a plain text as headings."""
    if any(ATX.fullmatch(line) for line in lines):
        return nodes
    ranks = [node.rank for node in nodes if isinstance(node, Heading)]
    plain = not ranks and not any(isinstance(node, Item | Table | Term) for node in nodes)
    pairs = [at for at in range(len(nodes) - 1) if _is_short(nodes[at]) and _is_long(nodes[at + 1])]
    outline = set(pairs) if plain and len(pairs) >= FEWEST and len(pairs) * 3 >= len(nodes) else set()
    rank = min((rank for rank in ranks if rank > 1), default=2)
    return [
        Heading(_heading_words(node), rank)
        if isinstance(node, Para) and (at in outline or (at and _is_heading(nodes, at)))
        else node
        for at, node in enumerate(nodes)
    ]


def _heading_words(node: Para) -> Words:
    words = node.rows[0]
    words.part = Part.HEADING
    words.text = words.text.rstrip(".: ")
    return words


def _is_heading(nodes: list[Node], at: int) -> bool:
    node = nodes[at]
    if not isinstance(node, Para) or len(node.rows) > 1 or node.quoted or node.indent or at + 1 >= len(nodes):
        return False
    text, below, above = node.rows[0].text.strip(), nodes[at + 1], nodes[at - 1]
    if not is_title_like(text) or ":" in text or isinstance(above, Heading):
        return False
    if re.fullmatch(r"\(?[a-zA-Z0-9]{1,4}[.)].*", text):
        return False
    return isinstance(below, Item | Table | Term | Open) or _is_long(below)


def _is_short(node: Node) -> bool:
    if not isinstance(node, Para) or len(node.rows) > 1 or node.quoted or node.indent:
        return False
    text = node.rows[0].text
    return len(text.split()) <= 10 and len(text) <= 90 and text[:1].isupper() and not text.endswith((":", ",", ";"))


def _is_long(node: Node) -> bool:
    return isinstance(node, Para) and sum(len(row.text.split()) for row in node.rows) >= LONG
