"""Structure: lines become nodes, whatever dialect they are written in."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from . import callouts, headings
from .inline import cleaned
from .listing import Level, Mark, item_mark
from .nodes import Aside, Close, Code, Heading, Item, Node, Open, Para, Rule, Term, Words
from .places import Part
from .sections import Sections
from .sweeping import Swept
from .tables import table_at

HEADING_NUMBER = "The product numbers headings itself."
TICKED = "A ticked box is shown as ☑."
LABELLED = "The block writes this label itself."
SLASHES = "Slashes at the start of a line belong to the template language."

_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})[ \t]*(?:\{?\.?([\w#.+-]*))?.*")
_RULE = re.compile(r"[ ]{0,3}(?:(?:-[ ]*){3,}|(?:\*[ ]*){3,}|_[ ]_[ _]+|_{3,4}|={3,}|[─—–]{3,}|(?:\* ){2,}\*)[ \t]*")
_QUOTE = re.compile(r"[ ]{0,3}>[ ]?(.*)")
_TYPED_NUMBER = re.compile(r"^([ ]{0,3}\d{1,3})\\([.)])(?=[ \t])")
_MEANING = re.compile(r"[ ]{0,3}[:~][ \t]+(\S.*)")


def structure(swept: Swept, aside: Aside) -> list[Node]:
    """Return the nodes of the lines in reading order."""
    return Parser(swept.lines, swept.numbers, swept.references, aside, headings.Numbers()).nodes_found()


class Parser:
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
        self.nodes: list[Node] = []
        self.level = Level()
        self.rank = 1
        self.wrapped = _is_wrapped(self.lines)
        self.readers: tuple[Callable[[str], bool], ...] = (
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

    def words(self, text: str, part: Part = Part.TEXT, at: int | None = None) -> Words:
        """Return the words of a line, clean."""
        number = self.numbers[self.at if at is None else at]
        text = self.sections.inline(text, number, self.aside).strip()
        text = text[:-1] if text.endswith("\\") and not text.endswith("\\\\") else text
        return Words(cleaned(text.strip(), number, self.aside, self.references), number, part)

    def following(self, at: int) -> str:
        """Return the next line with words after an index."""
        return next((line for line in self.lines[at + 1 : at + 6] if line.strip()), "")

    def _inner(self, lines: list[str], first: int) -> list[Node]:
        """Return the nodes of lines that stand inside a quote or a box."""
        numbers = self.numbers[first : first + len(lines)]
        return Parser(lines, numbers, self.references, self.aside, headings.Numbers()).nodes_found()

    def _blank(self, line: str) -> bool:
        if line.strip() or (line.startswith("\t") and table_at(self.lines, self.at)):
            return False
        self.level.gap = True
        self.at += 1
        return True

    def _fence(self, line: str) -> bool:
        found = _FENCE.fullmatch(line)
        if found is None or "`" in line.strip().lstrip("`") and found[1].startswith("`"):
            return False
        rows: list[Words] = []
        self.at += 1
        while self.at < len(self.lines):
            row = self.lines[self.at].strip()
            if row.startswith(found[1]) and not row.strip(found[1][0]):
                self.at += 1
                break
            rows.append(Words(self.lines[self.at].expandtabs(4), self.numbers[self.at], Part.CODE))
            self.at += 1
        self._add(Code(rows, found[2] or ""))
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
        if found is None or item_mark(line) or _QUOTE.match(line) or len(line.split()) > 25 or _RULE.fullmatch(line):
            return False
        self._head(headings.unnumbered(line), 1 if found[1][0] == "=" else 2)
        self.at += 1
        return True

    def _box(self, line: str) -> bool:
        found = callouts.box(line)
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
        if not _QUOTE.match(line):
            return False
        first = self.at
        inner: list[str] = []
        while self.at < len(self.lines) and (found := _QUOTE.match(self.lines[self.at])):
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
        if mark is None or (mark.number and not self._starts_or_goes_on(mark)):
            return False
        depth = self.level.enter(mark.indent)
        words = self.words(mark.words, Part.ITEM)
        if mark.words.startswith("☑") and "☑" not in line:
            self.aside.mark("[x]", TICKED)
        self._add(Item([words], depth, f"{mark.number}." if mark.number else "-", mark.box), leave=False)
        self.at += 1
        self._lazy(self.nodes[-1])
        return True

    def _starts_or_goes_on(self, mark: Mark) -> bool:
        """Return whether a line with a number is an item: of a list that begins, or one whose number comes next."""
        return mark.number <= 999

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
        return self.wrapped and len(line.rstrip()) >= 50 and not line.endswith(("  ", "\\"))

    def _is_text(self, line: str) -> bool:
        """Return whether a line is nothing but words of a paragraph."""
        if item_mark(line) or headings.ATX.fullmatch(line) or _FENCE.fullmatch(line) or _QUOTE.match(line):
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

    def _add(self, node: Node, *, leave: bool = True) -> None:
        """Add a node; most end the list before them."""
        if leave:
            self.level.leave()
        self.level.gap = False
        self.nodes.append(node)


def _is_wrapped(lines: list[str]) -> bool:
    """Return whether long paragraphs are broken into lines of about one length."""
    pairs = [(line, below.strip()) for line, below in zip(lines, lines[1:], strict=False) if _is_prose(line)]
    long = [(line, below) for line, below in pairs if below and 45 <= len(line) and not item_mark(below)]
    broken = [
        line for line, below in long if below[0].islower() and line.rstrip()[-1] not in ".:;!?" and len(line) < 200
    ]
    return bool(broken) and len(broken) * 4 >= len(long)


def _is_prose(line: str) -> bool:
    return bool(line.strip()) and not re.match(r"[ \t]*(?:[#|>+=-]|\{\{)", line)
