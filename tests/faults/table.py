"""The table of figures, printed and kept in docs/reliability.md between two marks."""

from collections.abc import Sequence
from pathlib import Path

from tests.faults.tally import Tally

BEGIN, END = "<!-- figures: python -m tests.faults --docs -->", "<!-- end of figures -->"
HEAD = "| fault | database | rounds | acknowledged acts | violations | seconds | met |\n|---|---|---|---|---|---|---|"


def line_of(tally: Tally) -> str:
    """Return one row."""
    met = ", ".join(f"{count:,} {what}" for what, count in sorted(tally.notes.items()))
    cells = (
        tally.fault.replace("_", " "),
        tally.database,
        f"{tally.rounds:,}",
        f"{tally.acts:,}",
        str(len(tally.violations)),
        f"{tally.seconds:,.0f}",
        met,
    )
    return f"| {' | '.join(cells)} |"


def of(tallies: Sequence[Tally]) -> str:
    """Return the whole table."""
    return "\n".join([HEAD, *map(line_of, tallies)]) + "\n"


def write(path: Path, text: str) -> None:
    """Put the table in the place of the one that is in the file."""
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    path.write_text(f"{before}{BEGIN}\n{text}{END}{after}", encoding="utf-8")
