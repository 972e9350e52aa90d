"""Random documents of every kind of block, and random edits of them, for whoever compares documents."""

from random import Random
from typing import Any

TEXT = "call line answer agent billing refund within 3 4 rings $500 15% team leader approve the a of and then"
WORDS = (*TEXT.split(), "customer’s", "naïve", "东京", "&lt;ins&gt;", "&amp;amp;", "{{x}}", "end.")
MARKS = ("<strong>{}</strong>", "<em>{}</em>", "<code>{}</code>", '<a href="https://a.example/?a=1&amp;b=2">{}</a>')
BLANK = '<span class="call-blank" data-call="CustomerName">Customer name</span>'
KINDS = ("say", "avoid", "callout note", "steps", "checklist", "faq", "definitions", "decision", "table")
Tree = list[Any]  # [opening tag, part, part …]; a text is one part


class Chance:
    """Makes documents and edits from a seed: the same seed gives the same."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def words(self, most: int = 12) -> str:
        """Return some inline markup."""
        found = []
        for _ in range(self.random.randint(1, most)):
            word = self.random.choice(WORDS)
            chance = self.random.random()
            found.append(self.random.choice(MARKS).format(word) if chance < 0.12 else BLANK if chance > 0.97 else word)
        return " ".join(found)

    def cell(self) -> str:
        """Return what a cell holds, sometimes nothing."""
        return self.random.choice(("", self.words(3), '<span class="box"></span>', self.words(3)))

    def table(self) -> Tree:
        """Return a table with a head and a body, sometimes with a caption."""
        columns, rows = self.random.randint(1, 4), self.random.randint(0, 5)
        head: Tree = ["tr", *(['th scope="col"', self.words(2)] for _ in range(columns))]
        body: Tree = ["tbody", *(["tr", *(["td", self.cell()] for _ in range(columns))] for _ in range(rows))]
        caption: Tree = [["caption", self.words(3)]] if self.random.random() < 0.5 else []
        return ["table", *caption, ["thead", head], body]

    def list(self, depth: int = 0) -> Tree:
        """Return a list, tight or loose, sometimes with a list inside."""
        made: Tree = [self.random.choice(("ul", "ol", 'ol start="3"'))]
        for _ in range(self.random.randint(1, 4)):
            item: Tree = ["li", self.words()] if self.random.random() < 0.7 else ["li", ["p", self.words()]]
            if depth < 2 and self.random.random() < 0.25:
                item.append(self.list(depth + 1))
            made.append(item)
        return made

    def definitions(self) -> Tree:
        """Return a definition list."""
        made: Tree = ["dl"]
        for _ in range(self.random.randint(1, 3)):
            made += [["dt", self.words(3)], ["dd", self.words()]]
        return made

    def block(self) -> Tree:
        """Return a block of any kind."""
        match self.random.randint(0, 7):
            case 0:
                return self.table()
            case 1:
                return self.list()
            case 2:
                return ["h2", self.words(4)]
            case 3:
                return ["h3", self.words(4)]
            case 4:
                kind = self.random.choice(KINDS)
                inside = {"decision": self.table, "table": self.table, "definitions": self.definitions}
                made = inside.get(kind, self.list)()
                return [f'div class="{kind}"', ['p class="block-title"', self.words(2)], made]
            case 5:
                return ['div class="say"', ['div class="words"', ["p", self.words()]]]
            case _:
                return ["p", self.words(30)]

    def document(self) -> Tree:
        """Return a document of up to nine blocks."""
        return ["", *(self.block() for _ in range(self.random.randint(0, 9)))]

    def edited(self, tree: Tree, much: float) -> Tree:
        """Return the document after edits of its words, items, rows, columns and blocks."""
        if tree[0] == "table" and self.random.random() < much:
            tree = self.columns(tree)
        made: Tree = [tree[0]]
        for part in tree[1:]:
            made += self.changed(part, much, str(tree[0]).partition(" ")[0])
        return made

    def changed(self, part: "Tree | str", much: float, inside: str) -> Tree:
        """Return what stands in the place of one part."""
        if isinstance(part, str):
            return [self.reworded(part) if self.random.random() < much else part]
        tag = str(part[0]).partition(" ")[0]
        free = inside in {"", "ul", "ol", "tbody", "div"} and tag not in {"table"}
        if not free or self.random.random() > much / 2:
            return [self.edited(part, much)]
        same: Tree = [self.edited(part, much / 4)]
        more = [self.block()] if inside in {"", "div"} else [self.edited(part, 0.9)]
        return self.random.choice(([], [*more, *same], [*same, *more], more))

    def reworded(self, text: str) -> str:
        """Return a text with a word more, less or another."""
        parts = text.split(" ") if "<" not in text else [text]
        at = self.random.randrange(len(parts) + 1)
        return " ".join([*parts[:at], *([self.words(2)] if self.random.random() < 0.7 else []), *parts[at + 1 :]])

    def columns(self, table: Tree) -> Tree:
        """Return a table with a column more or less, the rest as it was."""
        count = max(len(row) - 1 for part in table[1:] if part[0] != "caption" for row in part[1:])
        at, more = self.random.randint(1, count), self.random.random() < 0.5 or count == 1
        made: Tree = [table[0]]
        for part in table[1:]:
            if part[0] != "caption":
                rows = [
                    [*row[:at], ["td", self.cell()], *row[at:]] if more else row[:at] + row[at + 1 :]
                    for row in part[1:]
                ]
                part = [part[0], *rows]
            made.append(part)
        return made


def markup(tree: "Tree | str") -> str:
    """Return a document's markup, its headings numbered as the renderer numbers them."""
    return _markup(tree, [0, 0])


def _markup(tree: "Tree | str", numbers: list[int]) -> str:
    if isinstance(tree, str):
        return tree
    tag = str(tree[0])
    name = tag.partition(" ")[0]
    inside = "".join(_markup(part, numbers) for part in tree[1:])
    if name in {"h2", "h3"}:
        numbers[:] = [numbers[0] + 1, 0] if name == "h2" else [numbers[0], numbers[1] + 1]
        number = str(numbers[0]) if name == "h2" else f"{numbers[0]}.{numbers[1]}"
        return f'<{name} id="s-{number.replace(".", "-")}"><span class="num">{number}</span> {inside}</{name}>'
    return f"<{tag}>{inside}</{name}>" if name else inside
