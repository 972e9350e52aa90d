"""Kinds that hold many texts: several options, a list, a table."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from .kind import Kind, as_html, refusal
from .kinds_text import LINE_LIMIT, clean_text
from .variables import Value, Variable
from .writing import PLAIN, Writing

ITEM_LIMIT = 200
ROW_LIMIT = 200
CELL_LIMIT = 3_000  # as in a template's own tables: more froze the PDF engine

_CELL = re.compile(r"(?:[^\\|\t]|\\[\s\S]|\\$)+|[|\t]")


class Choices(Kind):
    """Several of the declared options, in the order of the declaration."""

    name = "choices"
    widget = "checkboxes"

    def how(self, variable: Variable, writing: Writing = PLAIN) -> str:
        return "Choose all that apply."

    def check(self, variable: Variable, raw: object, writing: Writing = PLAIN) -> Value:
        chosen = texts(variable, raw, limit=ITEM_LIMIT)
        for item in chosen:
            if item not in variable.options:
                raise refusal(variable, f"choose from: {', '.join(variable.options)}", item)
        return [option for option in variable.options if option in chosen]

    def is_canonical(self, value: object) -> bool:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)

    def inline(self, variable: Variable, value: Value, writing: Writing = PLAIN) -> str:
        return writing.series([str(item) for item in value]) if isinstance(value, list) else ""

    def to_form(self, variable: Variable, value: Value, writing: Writing = PLAIN) -> str | list[str]:
        return [str(item) for item in value] if isinstance(value, list) else []


class Listing(Choices):
    """A list of texts: one on a line in the form."""

    name = "list"
    widget = "lines"
    is_block = True

    def how(self, variable: Variable, writing: Writing = PLAIN) -> str:
        return "One on a line."

    def check(self, variable: Variable, raw: object, writing: Writing = PLAIN) -> Value:
        return list(texts(variable, raw, limit=ITEM_LIMIT))

    def block(self, variable: Variable, value: Value, writing: Writing = PLAIN) -> Markup | None:
        items = value if isinstance(value, list) else []
        return as_html(f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in items)}</ul>")

    def to_form(self, variable: Variable, value: Value, writing: Writing = PLAIN) -> str | list[str]:
        return "\n".join(str(item) for item in value) if isinstance(value, list) else ""


class Table(Kind):
    """Rows of texts under the declared columns. In a text field: a row on a line, cells parted by `|`."""

    name = "table"
    widget = "rows"
    is_block = True
    is_inline = False

    def how(self, variable: Variable, writing: Writing = PLAIN) -> str:
        return f"One row on a line, its cells parted by a bar: {' | '.join(variable.columns)}."

    def check(self, variable: Variable, raw: object, writing: Writing = PLAIN) -> Value:
        rows = [row for row in self._rows(variable, raw) if any(row)]
        if len(rows) > ROW_LIMIT:
            raise refusal(variable, f"use at most {ROW_LIMIT} rows; this has {len(rows):,}")
        if len(rows) * len(variable.columns) > CELL_LIMIT:
            raise refusal(variable, f"use at most {CELL_LIMIT:,} cells")
        return rows

    def is_canonical(self, value: object) -> bool:
        return isinstance(value, list) and all(
            isinstance(row, list) and all(isinstance(cell, str) for cell in row) for row in value
        )

    def inline(self, variable: Variable, value: Value, writing: Writing = PLAIN) -> str:
        rows = value if isinstance(value, list) else []
        return "; ".join(", ".join(row) for row in rows if isinstance(row, list))

    def block(self, variable: Variable, value: Value, writing: Writing = PLAIN) -> Markup | None:
        heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in variable.columns)
        rows = [row for row in value if isinstance(row, list)] if isinstance(value, list) else []
        body = "".join(f"<tr>{self._cells(variable, row)}</tr>" for row in rows)
        return as_html(f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>")

    def to_form(self, variable: Variable, value: Value, writing: Writing = PLAIN) -> str | list[str]:
        rows = [row for row in value if isinstance(row, list)] if isinstance(value, list) else []
        return "\n".join(" | ".join(re.sub(r"([\\|])", r"\\\1", cell) for cell in row) for row in rows)

    def _cells(self, variable: Variable, row: list[str]) -> str:
        padded = row[: len(variable.columns)] + [""] * (len(variable.columns) - len(row))
        return "".join(f"<td>{escape(cell)}</td>" for cell in padded)

    def _rows(self, variable: Variable, raw: object) -> list[list[str]]:
        if isinstance(raw, str):
            raw = [split_cells(line) for line in raw.replace("\r\n", "\n").split("\n")[: ROW_LIMIT * 10]]
        if raw is None:
            return []
        if not isinstance(raw, list | tuple) or len(raw) > ROW_LIMIT * 10:
            raise refusal(variable, f"enter at most {ROW_LIMIT} rows, one on a line")
        return [self._row(variable, number, row) for number, row in enumerate(raw, 1)]

    def _row(self, variable: Variable, number: int, row: object) -> list[str]:
        if not isinstance(row, list | tuple):
            raise refusal(variable, f"row {number} must be a list of texts")
        if len(row) > len(variable.columns):
            many = f"row {number} has {len(row)} cells, but there are {len(variable.columns)} columns"
            raise refusal(variable, f"{many}: {', '.join(variable.columns)}")
        cells = [clean_text(variable, cell, limit=LINE_LIMIT) for cell in row]
        return cells + [""] * (len(variable.columns) - len(cells))


def split_cells(line: str) -> list[str]:
    r"""Return the cells of one line of a text field; `\|` is a bar inside a cell."""
    cells = [""]
    for part in _CELL.findall(line):
        if part in ("|", "\t"):
            cells.append("")
        else:
            cells[-1] += re.sub(r"\\([\\|])", r"\1", part)
    return [cell.strip() for cell in cells]


def texts(variable: Variable, raw: object, *, limit: int) -> list[str]:
    """Return the non-empty texts of a list, or of the lines of a text; raise ValueProblem."""
    if isinstance(raw, str):
        raw = raw.replace("\r\n", "\n").split("\n")
    if raw is None:
        return []
    if not isinstance(raw, list | tuple):
        raise refusal(variable, "enter a list, one item on a line")
    if len(raw) > limit * 10:
        raise refusal(variable, f"use at most {limit} items; this has {len(raw):,}")
    items = [text for item in raw if (text := clean_text(variable, item, limit=LINE_LIMIT))]
    if len(items) > limit:
        raise refusal(variable, f"use at most {limit} items; this has {len(items):,}")
    return items
