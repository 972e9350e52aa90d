"""Tables that a spreadsheet will open, and their cells."""

import csv
import io
from collections.abc import Iterable, Sequence

# OWASP, CSV injection: characters that start a formula, also in their full-width forms.
FORMULA_STARTS = ("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠")


def safe_cell(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: an apostrophe goes before a character that starts one."""
    is_formula = text.lstrip().startswith(FORMULA_STARTS) or text[:1] in ("\t", "\r", "\n")
    return f"'{text}" if is_formula else text


def table(head: Sequence[str], rows: Iterable[Iterable[str]]) -> bytes:
    """Return a table as CSV in UTF-8; none of its cells can start a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return out.getvalue().encode()
