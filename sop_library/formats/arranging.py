"""Where tables go on paper: decided by counting, once per document, not by costly selectors or auto layout.

Works on the parsed page. Only classes and column widths are added; print.css says what the classes mean.
"""

from collections.abc import Iterator
from itertools import zip_longest
from xml.etree.ElementTree import Element

SPREAD_COLUMNS, WIDE_COLUMNS = 5, 7  # from here on: into the gutter; on a landscape page
SHORT_ROWS = 9  # a table of no more rows stays on one page
LINE_CHARACTERS = 48  # of the widest letters in a line of table text
LONGEST = 80  # characters: a longer cell wraps anyway
ONE_LINE = 18.0  # characters: shorter texts should not wrap, and an empty column this wide can be written in


def arrange(root: Element) -> None:
    """Mark every table, and every block of the text that holds one, with the place it needs."""
    for table in root.iter("table"):
        if not table.get("class"):
            set_widths(table)
        if is_short(table):
            add_class(table, "short")
        break_long_words(table)
    section: Element | None = None
    for before, block in pairs(root):
        section = block if block.tag == "h2" else section
        if block.find("table[@class='sign-offs']") is not None and section is not None:
            add_class(section, "new-page")
        table_of_block = block if block.tag == "table" else block.find("table")
        if table_of_block is not None:
            place(block, table_of_block, before)


def pairs(root: Element) -> Iterator[tuple[Element | None, Element]]:
    """Each block of the text with the one before it."""
    before: Element | None = None
    for block in root.iterfind("body/div[@class='text']/*"):
        yield before, block
        before = block


def place(block: Element, table: Element, before: Element | None) -> None:
    """`spread` or `wide` by number of columns; what introduces the table goes along with it."""
    columns = len(next(table.iter("tr"), ()))
    name = "wide" if columns >= WIDE_COLUMNS else "spread" if columns >= SPREAD_COLUMNS else ""
    add_class(block, name)
    if before is not None and name == "wide" and before.tag in ("h2", "h3"):
        add_class(before, "wide")
    if before is not None and before.tag == "p" and is_short(table):
        add_class(before, "lead")


def is_short(table: Element) -> bool:
    """Whether the table has so few rows that it should not be split."""
    return sum(1 for _ in table.iter("tr")) <= SHORT_ROWS


def set_widths(table: Element) -> None:
    """Give the cells of the first row a share of the width by what their columns hold."""
    rows = [[words(cell) for cell in row] for row in table.iter("tr")]
    shares = [share(column) for column in zip_longest(*rows, fillvalue=[])]
    first = list(next(table.iter("tr"), ()))
    for cell, part in zip(first[:-1], shares, strict=False):  # the last column takes what is left
        cell.set("style", f"width:{100 * part / sum(shares):.1f}%")


def share(column: tuple[list[str], ...]) -> float:
    """The weight of a column: room for its longest word and a short text on one line, less for the rest."""
    word = max((len(word) for cell in column for word in cell), default=0)
    text = max(min(len(" ".join(cell)), LONGEST) for cell in column)
    by_hand = ONE_LINE if len(column) > 1 and not any(column[1:]) else 0.0
    more = float(max(text - ONE_LINE, 0.0)) ** 0.75
    return float(max(1.15 * min(word, LINE_CHARACTERS) + 2, min(text, ONE_LINE) + more, by_hand))


def words(element: Element) -> list[str]:
    """The words of an element's text."""
    return "".join(element.itertext()).split()


def break_long_words(table: Element) -> None:
    """Mark cells with a word that may not fit as `long`: breaks in words everywhere cost 7 % of the time."""
    for row in table.iter("tr"):
        limit = LINE_CHARACTERS // max(len(row), 1)
        for cell in row:
            if max(map(len, words(cell)), default=0) > limit:
                add_class(cell, "long")


def add_class(element: Element, name: str) -> None:
    """Add one class name; an empty one changes nothing."""
    if name:
        element.set("class", f"{element.get('class', '')} {name}".strip())
