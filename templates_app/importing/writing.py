"""Nodes as the body of a template."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .escaping import code, safe, started
from .nodes import Close, Code, Heading, Item, Live, Node, Open, Para, Rule, Table, Term, Words
from .passages import lines_of_code

LEVELS = (2, 3, 4)
LONGEST = 15_000  # characters of a line; the language allows 20,000


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the body and the line of the source that it comes from (0: of none)."""

    text: str
    line: int = 0


def body_of(nodes: Sequence[Node], texts: Mapping[int, str], names: Mapping[str, str]) -> list[Row]:
    """Return the lines of the body; `texts` are the words by their identity, `names` the conditions' variables."""
    return list(_Writer(nodes, texts, names).rows())


class _Writer:
    def __init__(self, nodes: Sequence[Node], texts: Mapping[int, str], names: Mapping[str, str]) -> None:
        self.nodes = nodes
        self.texts = texts
        self.names = names
        self.ranks: list[int] = []  # of the headings above the place that is being written
        self.slashes = _slashes(nodes)
        self.open: list[int] = []

    def rows(self) -> Iterator[Row]:
        """Yield every line; one empty line stands between nodes that are not items of one list."""
        last: Node | None = None
        for at, node in enumerate(self.nodes):
            rows = list(self._of(node, at))
            if not rows:
                continue
            if last is not None and not self._follows(last, node):
                yield Row("")
            yield from rows
            last = node
        while self.open:
            yield Row("/" * self.open.pop())

    def _follows(self, last: Node, node: Node) -> bool:
        """Return whether a node stands right below the one before it."""
        if isinstance(last, Item) and isinstance(node, Item):
            return node.depth > last.depth or node.depth > 0 or node.is_numbered == last.is_numbered
        return isinstance(last, Open) or isinstance(node, Close)

    def say(self, words: Words) -> str:
        """Return the words of one line as the body says them."""
        return self.texts.get(id(words), safe(words.text)).replace("\n", " ").strip()

    def _of(self, node: Node, at: int) -> Iterator[Row]:
        writers: dict[type, Callable[..., Iterator[Row]]] = {
            Heading: self._heading, Para: self._para, Item: self._item, Term: self._term, Table: self._table,
            Close: self._close, Code: self._code, Live: self._live, Rule: self._rule,
        }  # fmt: skip
        if isinstance(node, Open):
            return self._open(node, self.slashes[at])
        return writers[type(node)](node)

    def _heading(self, node: Heading) -> Iterator[Row]:
        while self.ranks and self.ranks[-1] >= node.rank:
            self.ranks.pop()
        level = LEVELS[min(len(self.ranks), len(LEVELS) - 1)]
        self.ranks.append(node.rank)
        words = self.say(node.words)
        if words:
            yield Row(f"{'#' * level} {words}", node.words.line)

    def _para(self, node: Para) -> Iterator[Row]:
        indent = "    " * node.indent
        for row in node.rows:
            for part in _parted(self.say(row)):
                yield Row(f"{'> ' if node.quoted else indent}{started(part)}", row.line)

    def _item(self, node: Item) -> Iterator[Row]:
        indent = "    " * node.depth
        for at, row in enumerate(node.rows):
            box = "[ ] " if node.box and not self.say(row).startswith(("☑", "☒")) else ""
            mark = f"{node.mark} {box}" if at == 0 else "    "
            for number, part in enumerate(_parted(self.say(row)) or [""]):
                said = _item_start(part)
                yield Row(f"{indent}{mark if number == 0 else '    '}{said}".rstrip(), row.line)

    def _term(self, node: Term) -> Iterator[Row]:
        yield Row(started(self.say(node.term)), node.term.line)
        for meaning in node.meanings:
            yield Row(f": {self.say(meaning)}", meaning.line)

    def _table(self, node: Table) -> Iterator[Row]:
        head, *rows = [self._cells(row) for row in node.rows]
        yield Row(f"| {' | '.join(head)} |", node.rows[0][0].line)
        yield Row(f"|{'---|' * len(head)}")
        for cells, row in zip(rows, node.rows[1:], strict=True):
            yield Row(f"| {' | '.join(cells)} |", row[0].line)

    def _cells(self, row: list[Words]) -> list[str]:
        return [re.sub(r"(?<!\\)\|", "\\|", _boxed(self.say(cell))) for cell in row]

    def _open(self, node: Open, slashes: int) -> Iterator[Row]:
        if node.kind == "when":
            negated, _, name = node.condition.rpartition(" ")
            title = f"{negated} {self.names[name]}".strip()
        else:
            title = self.say(node.title).replace("|", "/") if node.title else ""
        self.open.append(slashes)
        yield Row(f"{'/' * slashes} {node.kind}{f' | {title}' if title else ''}", node.line)

    def _close(self, node: Close) -> Iterator[Row]:
        if self.open:
            yield Row("/" * self.open.pop(), node.line)

    def _code(self, node: Code) -> Iterator[Row]:
        texts = [self.texts.get(id(row), code(row.text)) for row in node.rows]
        lines = lines_of_code(node.rows, texts)
        longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
        fence = "`" * max(3, longest + 1)
        line = node.rows[0].line if node.rows else 0
        if any(each.strip() for each in lines):
            yield Row(f"{fence}{node.language}", line)
            for each in lines:
                yield Row(each, line)
            yield Row(fence, line)

    def _live(self, node: Live) -> Iterator[Row]:
        yield Row(f"<{node.name}>", node.line)

    def _rule(self, node: Rule) -> Iterator[Row]:
        yield Row("---", node.line)


def _boxed(text: str) -> str:
    """Return a cell whose only sign is a box as a box to tick."""
    return re.sub(r"^(?:[☐□❏❑▢]|\[[ ]?\]|\\\[[ ]?\\?\])(?=\s|$)", "[ ]", text.strip())


def _item_start(text: str) -> str:
    """Return an item's words whose first sign would start something else inside the item."""
    return (
        "\\" + text
        if re.match(r"(?:#{1,6}|[-*+>])(?:[ \t]|$)|/{3,}|`{3,}", text)
        else re.sub(r"^(\d{1,9})([.)])(?= )", r"\1\\\2", text)
    )


def _parted(text: str) -> list[str]:
    """Part words that are too long for one line at spaces."""
    parts: list[str] = []
    while len(text) > LONGEST:
        cut = text.rfind(" ", 0, LONGEST)
        cut = cut if cut > 0 else LONGEST
        parts.append(text[:cut])
        text = text[cut:].lstrip()
    return [*parts, text] if text else parts


def _slashes(nodes: Sequence[Node]) -> dict[int, int]:
    """Return for each opening node how many slashes it takes: more than any block inside it."""
    found: dict[int, int] = {}
    stack: list[int] = []
    heights: list[int] = []
    for at, node in enumerate(nodes):
        if isinstance(node, Open):
            stack.append(at)
            heights.append(0)
        elif isinstance(node, Close) and stack:
            height = heights.pop()
            found[stack.pop()] = 3 + height
            if heights:
                heights[-1] = max(heights[-1], height + 1)
    while stack:
        height = heights.pop()
        found[stack.pop()] = 3 + height
        if heights:
            heights[-1] = max(heights[-1], height + 1)
    return found
