"""Tables in every dialect: bars, grids, dashes, tabs between cells, one cell a line."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice

from .nodes import Table, Words
from .places import Part

_DELIMITER = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_GRID = re.compile(r"[ \t]*\+(?:[-=:]+\+)+[ \t]*")
_DASHES = re.compile(r"[ \t]*-{2,}(?:[ \t]+-{2,})+[ \t]*")
_LONG_DASHES = re.compile(r"[ \t]*-{10,}[ \t]*")
_BAR = re.compile(r"(?<!\\)\|")
_ROW = re.compile(r"\S[ ]*\t")
_MARK = re.compile(r"[ \t]*(?:[-*+•]|\d+[.)])[ \t]")
MOST_COLUMNS = 40
Cells = list[list[tuple[str, int]]]


def table_at(lines: list[str], at: int, first: int = 0) -> tuple[Table, int] | None:
    """Return the table that starts at a line and how many lines it takes, or None.

    Each cell carries the index of its line, from `first` on.
    """
    for read in (_grid, _piped, _spread, _dashed, _tabbed_rows, _tabbed_cells):
        found = read(lines, at)
        if found is not None:
            cells, used = found
            return shaped([[(text, number + first) for text, number in row] for row in cells]), used
    return None


def shaped(cells: Cells) -> Table:
    """Return a table of cells (text and line), every row filled up to the same length."""
    if len(cells) > 2 and not any(text.strip() for text, _ in cells[0]) and all(_is_bold(text) for text, _ in cells[1]):
        cells = cells[1:]  # the head stands under a head without words
    width = max(len(row) for row in cells)
    head = [text.strip() for text, _ in cells[0]] + [""] * (width - len(cells[0]))
    rows = []
    for row in cells:
        label = next((text.strip() for text, _ in row if text.strip()), "")
        line = row[0][1] if row else 0
        padded = [*row, *[("", line)] * (width - len(row))]
        rows.append(
            [
                Words(text.strip(), number, Part.CELL, "" if row is cells[0] else head[column], label)
                for column, (text, number) in enumerate(padded)
            ]
        )
    return Table(rows)


def _is_bold(text: str) -> bool:
    return bool(re.fullmatch(r"\s*(?:\*\*|__)[^*]+(?:\*\*|__)\s*", text))


def split_bars(line: str) -> list[str]:
    r"""Return the cells of a row with bars; `\|` is a bar inside a cell."""
    text = line.strip()
    text = text[1:] if text.startswith("|") else text
    text = text[:-1] if text.endswith("|") and not text.endswith("\\|") else text
    return [cell.strip().replace("\\|", "|") for cell in _BAR.split(text)]


def _piped(lines: list[str], at: int) -> tuple[Cells, int] | None:
    first, below = lines[at], lines[at + 1] if at + 1 < len(lines) else ""
    if "|" not in first or "|" not in below or _GRID.fullmatch(first):
        return None
    ruled = "-" in below and _DELIMITER.fullmatch(below) is not None
    if not ruled and not (_is_framed(first) and _is_framed(below) and len(split_bars(first)) > 1):
        return None
    rows = _while(lines, at, (lambda line: "|" in line and not _GRID.fullmatch(line)) if ruled else _is_framed)
    cells = [[(cell, number) for cell in split_bars(row)] for number, row in enumerate(rows, at)]
    if ruled:
        del cells[1]
    return cells, len(rows)


def _is_framed(line: str) -> bool:
    return line.strip().startswith("|") and line.strip().endswith("|")


def _grid(lines: list[str], at: int) -> tuple[Cells, int] | None:
    if not _GRID.fullmatch(lines[at]) or at + 1 >= len(lines) or not lines[at + 1].strip().startswith("|"):
        return None
    rows = _while(lines, at, lambda line: line.strip().startswith(("+", "|")))
    cells: Cells = []
    fresh = True
    for number, row in enumerate(rows, at):
        if row.strip().startswith("+"):
            fresh = True
            continue
        parts = [part.removesuffix("\\").rstrip() for part in split_bars(row)]
        if fresh:
            cells.append([(part, number) for part in parts])
        else:
            last = cells[-1] + [("", number)] * (len(parts) - len(cells[-1]))
            joined = [(f"{old} {new}".strip(), line) for (old, line), new in zip(last, parts, strict=False)]
            cells[-1] = joined + last[len(parts) :]
        fresh = False
    return (cells, len(rows)) if cells else None


def _dashed(lines: list[str], at: int) -> tuple[Cells, int] | None:
    """A simple table of pandoc: a head, a line of dashes that shows the columns, rows, an empty line."""
    if _DASHES.fullmatch(lines[at]):
        return _headless(lines, at)
    if at + 1 >= len(lines) or not lines[at].strip() or not _DASHES.fullmatch(lines[at + 1]):
        return None
    columns = _columns(lines[at + 1])
    body = _while(lines, at + 2, lambda line: bool(line.strip()) and not re.fullmatch(r"[ \t]*-[- \t]*", line))
    rows = [(at, lines[at]), *enumerate(body, at + 2)]
    if not body:
        return None
    cells = [[(row[part].strip(), number) for part in columns] for number, row in rows]
    used = 2 + len(body)
    if at + used < len(lines) and re.fullmatch(r"[ \t]*-[- \t]*", lines[at + used]):
        used += 1
    return cells, used


def _headless(lines: list[str], at: int) -> tuple[Cells, int] | None:
    """A simple table of pandoc without a head: rows between two lines of the same dashes."""
    body = _while(lines, at + 1, lambda line: bool(line.strip()) and not _DASHES.fullmatch(line))
    end = at + 1 + len(body)
    if not body or end >= len(lines) or lines[end].strip() != lines[at].strip():
        return None
    columns = _columns(lines[at])
    head = [("", at) for _ in columns]
    return [head, *([(row[part].strip(), number) for part in columns] for number, row in enumerate(body, at + 1))], (
        end + 1 - at
    )


def _columns(line: str) -> list[slice]:
    """Return where each cell of a row stands, by the line of dashes under the head."""
    starts = [0, *(match.start() for match in islice(re.finditer("-+", line), 1, None))]
    return [slice(start, end) for start, end in zip(starts, [*starts[1:], None], strict=True)]


def _spread(lines: list[str], at: int) -> tuple[Cells, int] | None:
    """A table of pandoc between two long lines of dashes: rows of several lines, with empty lines between them."""
    if not _LONG_DASHES.fullmatch(lines[at]):
        return None
    ruled = next((number for number in range(at + 2, min(at + 8, len(lines))) if _DASHES.fullmatch(lines[number])), 0)
    ends = (number for number in range(ruled + 1, len(lines)) if _LONG_DASHES.fullmatch(lines[number]))
    end = next(ends, 0) if ruled else 0
    if not end or not all(line.strip() for line in lines[at + 1 : ruled]):
        return None
    columns = _columns(lines[ruled])
    cells: Cells = []
    fresh = True
    for number, line in enumerate(lines[at + 1 : end], at + 1):
        if number == ruled or not line.strip():
            fresh = True
            continue
        parts = [line[part].strip() for part in columns]
        if fresh:
            cells.append([(part, number) for part in parts])
        else:
            cells[-1] = [(f"{old} {new}".strip(), row) for (old, row), new in zip(cells[-1], parts, strict=True)]
        fresh = False
    return (cells, end + 1 - at) if len(cells) > 1 else None


def _tabbed_rows(lines: list[str], at: int) -> tuple[Cells, int] | None:
    """Rows with a tab between cells, as pasted from a spreadsheet."""
    if not _ROW.search(lines[at]) or _MARK.match(lines[at]):
        return None
    width = len(lines[at].split("\t"))
    rows = _while(lines, at, lambda line: bool(_ROW.search(line)) and abs(len(line.split("\t")) - width) < 2)
    if len(rows) < 2 or _MARK.match(rows[1]):
        return None
    return [[(cell, number) for cell in row.split("\t")] for number, row in enumerate(rows, at)], len(rows)


def _tabbed_cells(lines: list[str], at: int) -> tuple[Cells, int] | None:
    """One cell a line, each after a tab; an empty line ends a row, two end the table."""
    cells: Cells = []
    number, odd = at, 0
    while number < len(lines) and _is_cell(lines[number]) and odd * 5 <= len(cells) + 4:
        row = _while(lines[number : number + MOST_COLUMNS + 1], 0, _is_cell)
        if len(row) > MOST_COLUMNS or (not cells and len(row) < 2):
            return None
        cells.append([(cell.strip(), number + place) for place, cell in enumerate(row)])
        odd += len(row) != len(cells[0])
        number += len(row) + 1
    if len(cells) < 2 or odd * 5 > len(cells):
        return None
    return cells, number - 1 - at


def _is_cell(line: str) -> bool:
    return line.startswith("\t") and not line.startswith("\t\t") and "\t" not in line[1:].rstrip()


def _while(lines: list[str], at: int, test: Callable[[str], bool]) -> list[str]:
    """Return the lines from an index on for which the test holds."""
    end = at
    while end < len(lines) and test(lines[end]):
        end += 1
    return lines[at:end]
