"""Front matter as YAML: texts, lists and mappings with their places, and nothing clever.

Every scalar stays text (so `No` is not false and `1.10` is not 1.1); what it means is decided by its key.
Aliases, anchors, tags and directives are refused, so nothing can multiply or name a Python type.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from .problems import Problem, TemplateError

DEEPEST = 8
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Node:
    """One value of the front matter: `text`, `items` or `pairs` is set, with its line and column in the source.

    `start` and `end` are offsets in the front matter; `is_flow` tells `{…}` and `[…]` from indented lines.
    """

    line: int
    column: int
    text: str | None = None
    items: list[Node] | None = None
    pairs: dict[str, Node] | None = None
    key_lines: dict[str, int] = field(default_factory=dict)
    key_spans: dict[str, tuple[int, int]] = field(default_factory=dict)
    start: int = 0
    end: int = 0
    is_flow: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written."""
        return self.items is None and self.pairs is None and not self.text

    def raw(self) -> object:
        """Return the plain value: text, list or mapping; None when nothing was written."""
        if self.items is not None:
            return [item.raw() for item in self.items]
        if self.pairs is not None:
            return {key: node.raw() for key, node in self.pairs.items()}
        return self.text


def read_yaml(front: str, first_line: int) -> tuple[Node, list[Problem]]:
    """Return the top mapping of `front` and problems found; raise TemplateError when it cannot be read at all."""
    try:
        builder = _Builder(first_line, iter(yaml.parse(front, Loader=_Loader)))
        root = builder.document()
    except yaml.MarkedYAMLError as error:
        raise TemplateError([_unreadable(error, first_line)]) from error
    except yaml.YAMLError as error:
        raise TemplateError([Problem("The front matter cannot be read as YAML.", first_line)]) from error
    if root.pairs is None:
        raise TemplateError([Problem("Write the front matter as lines of `key: value`.", first_line)])
    return root, builder.problems


def _unreadable(error: yaml.MarkedYAMLError, first_line: int) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column + 1) if mark else (0, 0)
    reason = (error.problem or "the structure is broken").split("\n")[0][:120]
    advice = "Check the indentation, and put text that holds a colon or starts with a sign in quotation marks"
    return Problem(f"The front matter cannot be read here ({reason}). {advice}.", first_line + line, column)


def _end(event: Any) -> int:
    return int(event.end_mark.index)


class _Builder:
    """Builds nodes from parser events; no constructor of the YAML library ever runs."""

    def __init__(self, first_line: int, events: Iterator[Any]) -> None:
        self.first_line = first_line
        self.events = events
        self.problems: list[Problem] = []

    def document(self) -> Node:
        """Return the node of the first document; a second one is a problem."""
        root = Node(self.first_line, 1)
        seen = False
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent) and seen:
                raise TemplateError([Problem("Write one block of front matter only.", self._line(event))])
            if isinstance(event, yaml.NodeEvent):
                root, seen = self._node(event, 0), True
        return root

    def _node(self, event: Any, depth: int) -> Node:
        self._refuse(event, depth)
        node = Node(self._line(event), event.start_mark.column + 1)
        node.start, node.end = event.start_mark.index, _end(event)
        node.is_flow = bool(getattr(event, "flow_style", False))
        if isinstance(event, yaml.ScalarEvent):
            plain = event.style is None or event.style == ""
            node.text = None if plain and event.value in ("", "~", "null") else event.value
        elif isinstance(event, yaml.SequenceStartEvent):
            node.items = []
            while not isinstance(following := next(self.events), yaml.SequenceEndEvent):
                node.items.append(self._node(following, depth + 1))
                node.end = node.items[-1].end
            node.end = _end(following) if node.is_flow else node.end
        else:
            node.pairs = {}
            while not isinstance(following := next(self.events), yaml.MappingEndEvent):
                self._pair(node, self._node(following, depth + 1), depth)
            node.end = _end(following) if node.is_flow else node.end
        return node

    def _pair(self, parent: Node, key: Node, depth: int) -> None:
        value = self._node(next(self.events), depth + 1)
        parent.end = max(value.end, key.end)
        pairs = parent.pairs if parent.pairs is not None else {}
        if key.text is None:
            self.problems.append(Problem("Write a word before the colon.", key.line, key.column))
        elif key.text in pairs:
            self.problems.append(Problem(f"“{key.text}” is written twice. Keep one.", key.line, key.column))
        else:
            pairs[key.text] = value
            parent.key_lines[key.text] = key.line
            parent.key_spans[key.text] = (key.start, key.end)

    def _refuse(self, event: Any, depth: int) -> None:
        place = (self._line(event), event.start_mark.column + 1)
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise TemplateError([Problem("Write the text out: `&` and `*` references are not used here.", *place)])
        if getattr(event, "tag", None) is not None:
            raise TemplateError([Problem("Leave out the `!` tag: values are plain text and lists.", *place)])
        if depth > DEEPEST:
            raise TemplateError([Problem(f"The front matter is nested deeper than {DEEPEST} levels.", *place)])

    def _line(self, event: Any) -> int:
        return self.first_line + int(event.start_mark.line)
