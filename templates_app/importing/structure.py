"""Structure: lines become nodes, whatever dialect they are written in."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from itertools import pairwise

from . import callouts, headings
from .enclosed import FENCE, LABELLED, QUOTE, EnclosureReader
from .listing import boxes, item_mark
from .nodes import Aside, Heading, Item, Node, Para, Rule, Term, Words
from .passages import is_open
from .places import Part
from .sweeping import Swept
from .tables import table_at

HEADING_NUMBER = "The product numbers headings itself."
TICKED = "A ticked box is shown as ☑."
SLASHES = "Slashes at the start of a line belong to the template language."

_RULE = re.compile(r"[ ]{0,3}(?:(?:-[ ]*){3,}|(?:\*[ ]*){3,}|_[ ]_[ _]+|_{3,4}|={3,}|[─—–]{3,}|(?:\* ){2,}\*)[ \t]*")
_MEANING = re.compile(r"[ ]{0,3}[:~][ \t]+(\S.*)")


def structure(swept: Swept, aside: Aside) -> list[Node]:
    """Return the nodes of the lines in reading order."""
    return Parser(swept.lines, swept.numbers, swept.references, aside, headings.Numbers()).nodes_found()


class Parser(EnclosureReader):
    """Reads lines from the top; `at` is the index of the next one."""

    @cached_property
    def wrapped(self) -> bool:
        """Whether long paragraphs of these lines are broken into lines of about one length."""
        return _is_wrapped(self.lines)

    @cached_property
    def readers(self) -> tuple[Callable[[str], bool], ...]:
        """What may take the next line, in the order of asking: each says whether it did."""
        return (
            self._blank, self._fence, self._section, self._atx, self._table, self._underlined, self._box, self._quote,
            self._rule, self._heading, self._item, self._faq, self._callout, self._meaning, self._paragraph,
        )  # fmt: skip

    def nodes_found(self) -> list[Node]:
        """Return all nodes."""
        while self.at < len(self.lines):
            line = self.lines[self.at]
            for reader in self.readers:
                if reader(line):
                    break
        return self.nodes

    def _blank(self, line: str) -> bool:
        if line.strip() or (line.startswith("\t") and table_at(self.lines, self.at)):
            return False
        self.level.gap = True
        self.at += 1
        return True

    def _atx(self, line: str) -> bool:
        found = headings.ATX.fullmatch(line)
        if found is None or not (found[2] or "").strip():
            return False
        heading = headings.unnumbered(found[2])
        if heading.depth == 1 and re.fullmatch(r"\d+[.):]?", heading.number):
            self.order.fits(re.sub(r"\D", "", heading.number))
        self._head(heading, len(found[1]))
        return True

    def _head(self, heading: headings.Found, rank: int) -> None:
        self.aside.mark(heading.number, HEADING_NUMBER)
        self.rank = rank
        self._add(Heading(self.words(heading.words, Part.HEADING), rank))
        self.at += 1

    def _table(self, line: str) -> bool:
        found = table_at(self.lines, self.at)
        if found is None:
            return False
        table, used = found
        for row in table.rows:
            for cell in row:
                at = cell.line
                clean = self.words(cell.text, Part.CELL, at)
                cell.text, cell.line = clean.text, clean.line
        self.at += used
        self._add(table)
        return True

    def _underlined(self, line: str) -> bool:
        below = self.lines[self.at + 1] if self.at + 1 < len(self.lines) else ""
        found = headings.UNDERLINE.fullmatch(below)
        mark = item_mark(line)
        listed = mark is not None and not (mark.number and len(below.strip()) >= len(line.strip()))
        if found is None or listed or QUOTE.match(line) or len(line.split()) > 25 or _RULE.fullmatch(line):
            return False
        self._head(headings.unnumbered(line), 1 if found[1][0] == "=" else 2)
        self.at += 1
        return True

    def _rule(self, line: str) -> bool:
        if not _RULE.fullmatch(line) or (line.strip("_ \t") == "" and not line.count(" ") and len(line.strip()) > 3):
            return False
        self._add(Rule(self.numbers[self.at]))
        self.at += 1
        return True

    def _heading(self, line: str) -> bool:
        if self.level.holds(line) and not self.level.is_outside(line):
            return False
        above = self.lines[self.at - 1].strip() if self.at else ""
        if (found := headings.bold(line)) and (not above or not self.wrapped or self._after_heading()):
            self._head(found, found.depth + 1 if found.depth else min(self._numbered_rank() + 1, 6))
        elif (found := headings.plain(line, self.following(self.at), self.order)) and not self._in_list(line):
            self._head(found, found.depth + 1)
        elif headings.capitals(line) and (not above or not self.wrapped) and self.following(self.at):
            self._head(headings.unnumbered(line), 2)
        else:
            return False
        return True

    def _after_heading(self) -> bool:
        return bool(self.nodes) and isinstance(self.nodes[-1], Heading)

    def _numbered_rank(self) -> int:
        return next((node.rank for node in reversed(self.nodes) if isinstance(node, Heading)), 1)

    def _in_list(self, line: str) -> bool:
        """Return whether a numbered line goes on with the list before it."""
        found = item_mark(line)
        last = self.nodes[-1] if self.nodes else None
        if found is None or not found.number or not isinstance(last, Item) or not last.is_numbered:
            return False
        return int(last.mark.rstrip(".")) + 1 == found.number

    def _item(self, line: str) -> bool:
        mark = item_mark(line)
        if mark is None:
            return False
        depth = self.level.enter(mark.indent)
        if mark.words.startswith("☑") and "☑" not in line:
            self.aside.mark("[x]", TICKED)
        for part in boxes(mark.words) if mark.box else [mark.words]:
            words = self.words(part, Part.ITEM)
            self._add(Item([words], depth, f"{mark.number}." if mark.number else "-", mark.box), leave=False)
        self.at += 1
        self._lazy(self.nodes[-1])
        return True

    def _lazy(self, node: Node) -> None:
        """Take the lines that go on with an item."""
        assert isinstance(node, Item)
        while self.at < len(self.lines):
            line = self.lines[self.at]
            indented = len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip()) > self.level.indent
            if not line.strip() or not self._is_text(line) or not (indented or self._flows(self.lines[self.at - 1])):
                break
            node.rows.append(self.words(line, Part.ITEM))
            self.at += 1

    def _flows(self, line: str) -> bool:
        """Return whether a line was broken for its length only, so that the next one goes on with it."""
        broken = len(line.rstrip()) >= 50 or is_open(line)
        return self.wrapped and broken and not line.endswith(("  ", "\\"))

    def _is_text(self, line: str) -> bool:
        """Return whether a line is nothing but words of a paragraph."""
        if item_mark(line) or headings.ATX.fullmatch(line) or FENCE.fullmatch(line) or QUOTE.match(line):
            return False
        if self.sections.mark(self.at) or _RULE.fullmatch(line) or callouts.box(line) or table_at(self.lines, self.at):
            return False
        return not (_MEANING.match(line) or callouts.question(line) or re.match(r"[ ]*\(?[a-z]{1,4}[.)][ ]", line))

    def _faq(self, line: str) -> bool:
        found = callouts.question(line)
        if found is None:
            return False
        start = self.at
        reply, at = found[1], self.at
        if not reply:
            at = next((at for at in range(start + 1, min(start + 4, len(self.lines))) if self.lines[at].strip()), start)
            reply = callouts.answer(self.lines[at]) if at != start else ""
        if not reply:
            return False
        self.aside.mark("Q: A:", LABELLED)
        self._add(Term(self.words(found[0]), [self.words(reply, at=at)], is_question=True))
        self.at = at + 1
        return True

    def _callout(self, line: str) -> bool:
        found = callouts.callout(line) if not self.level.holds(line) else None
        if found is None:
            return False
        if not found.words:
            return False
        start = self.at
        rows = [self.words(found.words)]
        rows += self._rest_of_paragraph()
        end, self.at = self.at, start
        self._block(found, [Para(rows)])
        self.at = end
        return True

    def _rest_of_paragraph(self) -> list[Words]:
        """Take the lines after this one that belong to its paragraph."""
        rows: list[Words] = []
        self.at += 1
        while self.at < len(self.lines) and self.lines[self.at].strip():
            line = self.lines[self.at]
            if not self._flows(self.lines[self.at - 1]) or not self._is_text(line) or self._is_underlined():
                break
            rows.append(self.words(line))
            self.at += 1
        return rows

    def _is_underlined(self) -> bool:
        below = self.lines[self.at + 1] if self.at + 1 < len(self.lines) else ""
        return bool(headings.UNDERLINE.fullmatch(below))

    def _meaning(self, line: str) -> bool:
        found = _MEANING.fullmatch(line)
        last = self.nodes[-1] if self.nodes else None
        if found is None:
            return False
        meaning = self.words(found[1])
        if isinstance(last, Term):
            last.meanings.append(meaning)
        elif isinstance(last, Para) and len(last.rows) == 1 and not last.quoted and not last.indent:
            self.nodes[-1] = Term(last.rows[0], [meaning])
        else:
            self._add(Para([meaning]))
        self.at += 1
        return True

    def _paragraph(self, line: str) -> bool:
        inside = self.level.holds(line)
        if re.match(r"[ \t]*/{3,}", line):
            self.aside.mark("/" * (len(line) - len(line.lstrip(" \t/"))), SLASHES)
            line = line.lstrip(" \t/")
        rows = [self.words(line)]
        indent = self.level.depth if inside else 0
        rows += self._rest_of_paragraph()
        rows = [row for row in rows if row.text]
        if rows:
            self._add(Para(rows, indent=indent), leave=not inside)
        return True


def _is_wrapped(lines: list[str]) -> bool:
    """Return whether enough of the long lines end in the middle of a sentence."""
    pairs = [(line, below.strip()) for line, below in pairwise(lines) if _is_prose(line)]
    long = [(line, below) for line, below in pairs if below and len(line) >= 45 and not item_mark(below)]
    broken = [
        line for line, below in long if below[0].islower() and line.rstrip()[-1] not in ".:;!?" and len(line) < 200
    ]
    return bool(broken) and len(broken) * 4 >= len(long)


def _is_prose(line: str) -> bool:
    return bool(line.strip()) and not re.match(r"[ \t]*(?:[#|>+=-]|\{\{[#^/])", line)
