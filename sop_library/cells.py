"""Cells of tables that a spreadsheet will open."""

# OWASP, CSV injection: characters that start a formula, also in their full-width forms.
FORMULA_STARTS = ("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠")


def safe_cell(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: an apostrophe goes before a character that starts one."""
    is_formula = text.lstrip().startswith(FORMULA_STARTS) or text[:1] in ("\t", "\r", "\n")
    return f"'{text}" if is_formula else text
