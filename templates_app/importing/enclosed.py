"""Parts of a source that stand between marks: code, sections, boxes, quotes."""

from __future__ import annotations

import re

from . import callouts, headings
from .line_reader import LineReader
from .nodes import Close, Code, Node, Open, Para, Words
from .places import Part

LABELLED = "The block writes this label itself."

NOTED = "A note behind the marks of code."
FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})[ \t]*(?:\{?\.?([\w#+-]+)\}?[ \t]*$)?(.*)")
QUOTE = re.compile(r"(?:[ ]{0,3}>[ ]?)+(.*)")  # a quote inside a quote is one quote
DEEPEST = 8  # boxes inside one another


class EnclosureReader(LineReader):
    """Reads what stands between an opening and a closing mark, or behind marks at the start of each line."""

    def nodes_found(self) -> list[Node]:
        """Return all nodes of the lines."""
        raise NotImplementedError

    def _fence(self, line: str) -> bool:
        found = FENCE.fullmatch(line)
        if found is None or (found[1].startswith("`") and "`" in line.strip().lstrip("`")):
            return False
        rows: list[Words] = []
        self.aside.put(-self.numbers[self.at], found[3], NOTED)
        self.at += 1
        while self.at < len(self.lines):
            row = self.lines[self.at].strip()
            if row.startswith(found[1]) and not row.strip(found[1][0]):
                self.at += 1
                break
            rows.append(Words(self.lines[self.at].expandtabs(4), self.numbers[self.at], Part.CODE))
            self.at += 1
        if any(row.text.strip() for row in rows):
            self._add(Code(rows, found[2] or ""))
        else:
            self.aside.mark(found[2] or "", NOTED)
        return True

    def _section(self, line: str) -> bool:
        mark = self.sections.mark(self.at)
        if mark is None:
            return False
        number = self.numbers[self.at]
        if mark.opens:
            self._add(Open("when", number, None, mark.condition))
        else:
            self._add(Close(number))
        self.at += 1
        return True

    def _box(self, line: str) -> bool:
        found = callouts.box(line) if self.depth < DEEPEST else None
        if found is None:
            return False
        indent, first = len(found[0].expandtabs(4)), self.at + 1
        end = first
        while end < len(self.lines):
            row = self.lines[end].expandtabs(4)
            if row.strip() and len(row) - len(row.lstrip()) < indent + 2:
                break
            end += 1
        inner = [
            row.expandtabs(4)[indent + 4 :] if row.startswith((" ", "\t")) else row for row in self.lines[first:end]
        ]
        self._block(found[1], self._inner(inner, first) if any(map(str.strip, inner)) else [])
        self.at = end
        return True

    def _block(self, callout: callouts.Callout, inside: list[Node]) -> None:
        number = self.numbers[self.at]
        title = self.words(callout.title) if callout.title else None
        self.aside.mark(callout.mark, LABELLED)
        if not inside:  # nothing stands in it: its title is its words
            inside, title = ([Para([title])], None) if title else ([], None)
        if inside:
            self._add(Open(callout.kind, number, title))
            self.nodes += inside
            self._add(Close(number))

    def _quote(self, line: str) -> bool:
        if not QUOTE.match(line):
            return False
        first = self.at
        inner: list[str] = []
        while self.at < len(self.lines) and (found := QUOTE.match(self.lines[self.at])):
            inner.append(found[1])
            self.at += 1
        self.at, end = first, self.at
        alert = callouts.alert(inner[0])
        inside = self._inner(inner[1:] if alert else inner, first + bool(alert))
        if alert:
            self._block(alert, inside)
        else:
            for node in inside:
                if isinstance(node, Para):
                    node.quoted = not node.indent
                self._add(node)
        self.at = end
        return True

    def _inner(self, lines: list[str], first: int) -> list[Node]:
        """Return the nodes of lines that stand inside a quote or a box."""
        numbers = self.numbers[first : first + len(lines)]
        reader = type(self)(lines, numbers, self.references, self.aside, headings.Numbers())
        reader.depth = self.depth + 1
        return reader.nodes_found()
