"""What surrounds the body on paper, and the record tables that paper and screen share.

`control_table`, `history_table`, `approvals_table` and `training_section` are the one home of these tables:
`document.py` fills the record blocks of a body with them, `paper_html` puts them before and after it.
Every value is escaped here; only `body_html` comes in as markup.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup, escape

Mark = Literal["DRAFT", "SUPERSEDED", "WITHDRAWN", "NOT APPROVED"]
RecordBlock = Literal["DocumentControl", "RevisionHistory", "Approvals", "TrainingRecord"]

UNCONTROLLED = "Uncontrolled when printed."
EMPTY_ROWS = 20
EMPTY_ROWS_UNDER_TEXT = 14  # where the text introduces its own training record, and both share a page
FULL_ROW = 42  # characters: a longer value takes a row of its own
MARK_SENTENCES: dict[Mark, str] = {
    "DRAFT": "Not approved. Do not work from this copy.",
    "SUPERSEDED": "A newer version is in force. Do not work from this copy.",
    "WITHDRAWN": "No longer in force. Do not work from this copy.",
    "NOT APPROVED": "Approval is not complete. Do not work from this copy.",
}
DIGEST = re.compile(r"[0-9a-f]{16,128}")


@dataclass(frozen=True, slots=True)
class Revision:
    """One line of the revision history; `approved_by` may name several people."""

    version: str
    date: str
    change: str
    author: str
    approved_by: str


@dataclass(frozen=True, slots=True)
class PaperSignature:
    """One signature as 21 CFR 11.50 shows it: name, meaning, date and time, beside role and digest."""

    printed_name: str
    role: str
    meaning: str
    signed_at: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class SignedOff:
    """One reader who signed that they have read and understood."""

    name: str
    signed_at: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class PaperRecord:
    """What the record says about a version at the moment of printing, in words ready to print."""

    organisation: str
    title: str
    number: str = ""
    version: str = ""
    state_label: str = ""
    mark: Mark | None = None
    control_rows: Sequence[tuple[str, str]] = ()
    check_url: str = ""
    printed_line: str = ""
    history: Sequence[Revision] = ()
    signatures: Sequence[PaperSignature] = ()
    training_statement: str = ""
    training_rows: int = EMPTY_ROWS
    sign_offs: Sequence[SignedOff] = ()
    in_body: frozenset[RecordBlock] = frozenset()


def paper_html(record: PaperRecord, body_html: str) -> str:
    """The body markup of the print document, for `pdf.render_pdf`; `body_html` is sanitised already."""
    body = Markup(body_html)  # noqa: S704 (sanitised when it was compiled)
    return str(Markup('{}<div class="text">{}</div>{}').format(front(record), body, back(record)))


def front(record: PaperRecord) -> Markup:
    """The top of page 1: whose procedure, which, in what state, and the control block.

    Its data attributes are the header and footer of every page: the stylesheet copies them there.
    """
    check = f"{UNCONTROLLED} Check the current version at\n{record.check_url}" if record.check_url else UNCONTROLLED
    rows = [*record.control_rows]
    if record.check_url:
        rows.append(("Current version", record.check_url))
    return Markup(
        '<div class="front" data-identity="{identity}" data-foot="{foot}">'
        '<p class="masthead">{organisation}</p><h1>{title}</h1>{mark}{control}</div>'
    ).format(
        identity=identity(record),
        foot="\n".join(part for part in (check, record.printed_line) if part),
        organisation=record.organisation,
        title=record.title,
        mark=marking(record.mark) if record.mark else "",
        control="" if "DocumentControl" in record.in_body else control_table(rows),
    )


def marking(mark: Mark) -> Markup:
    """The mark in words on page 1; header and watermark of every page copy its data attribute."""
    return Markup('<p class="mark" data-mark="{0}"><strong>{0}</strong> {1}</p>').format(mark, MARK_SENTENCES[mark])


def identity(record: PaperRecord) -> str:
    """Number, version and state in one line: `SOP-CS-001 · v1.2 · Effective 1 Dec 2026`."""
    version = f"v{record.version}" if record.version else ""
    return " · ".join(part for part in (record.number, version, record.state_label) if part)


def back(record: PaperRecord) -> Markup:
    """What follows the body: history, signatures, training record, less what the body shows itself."""
    parts = []
    if "RevisionHistory" not in record.in_body:
        parts.append(part("Revision history", history_table(record.history)))
    if "Approvals" not in record.in_body:
        parts.append(part("Approvals", approvals_table(record.signatures)))
    if "TrainingRecord" not in record.in_body:
        section = training_section(record.training_statement, record.sign_offs, record.training_rows)
        parts.append(Markup('<div class="back new-page"><h2>Training record</h2>{}</div>').format(section))
    return Markup("").join(parts)


def part(title: str, table: Markup) -> Markup:
    """One part of the back matter under its heading."""
    return Markup('<div class="back"><h2>{}</h2>{}</div>').format(title, table)


def control_table(rows: Iterable[tuple[str, str]]) -> Markup:
    """The control block: label and value, two pairs to a row; a long value has a row of its own."""
    lines: list[Markup] = []
    waiting: Markup | None = None
    for label, value in rows:
        if len(value) > FULL_ROW or "://" in value:
            if waiting:
                lines.append(line(waiting, Markup('<td colspan="2"></td>')))
                waiting = None
            lines.append(line(pair(label, value, wide=True)))
        elif waiting:
            lines.append(line(waiting, pair(label, value)))
            waiting = None
        else:
            waiting = pair(label, value)
    if waiting:
        lines.append(line(waiting, Markup('<td colspan="2"></td>')))
    return Markup('<table class="control"><tbody>{}</tbody></table>').format(Markup("").join(lines))


def pair(label: str, value: str, *, wide: bool = False) -> Markup:
    """One label with its value."""
    span = Markup(' colspan="3"') if wide else ""
    return Markup('<th scope="row">{}</th><td{}>{}</td>').format(label, span, shown(value))


def line(*cells: Markup) -> Markup:
    """One table row."""
    return Markup("<tr>{}</tr>").format(Markup("").join(cells))


def shown(value: str) -> Markup:
    """A value as it is printed; a digest may break after every 16 characters."""
    if not DIGEST.fullmatch(value):
        return escape(value)
    pieces = [value[start : start + 16] for start in range(0, len(value), 16)]
    return Markup('<span class="fingerprint">{}</span>').format(Markup("<wbr>").join(pieces))


def table(kind: str, headings: Sequence[str], rows: Iterable[Sequence[str]], nothing: str) -> Markup:
    """A table with column headings, or the sentence `nothing` when there is no row."""
    body = [line(*(Markup("<td>{}</td>").format(shown(cell)) for cell in row)) for row in rows]
    if not body:
        return Markup('<p class="nothing">{}</p>').format(nothing)
    head = line(*(Markup('<th scope="col">{}</th>').format(heading) for heading in headings))
    return Markup('<table class="{}"><thead>{}</thead><tbody>{}</tbody></table>').format(
        kind, head, Markup("").join(body)
    )


def history_table(rows: Iterable[Revision]) -> Markup:
    """The revision history, in the order given: newest first."""
    cells = ((row.version, row.date, row.change, row.author, row.approved_by) for row in rows)
    return table(
        "history",
        ("Version", "Date", "Change", "Author", "Approved by"),
        cells,
        "No version is published yet.",
    )


def approvals_table(rows: Iterable[PaperSignature]) -> Markup:
    """The signatures, each with everything that 21 CFR 11.50 asks for."""
    cells = ((row.printed_name, row.role, row.meaning, row.signed_at, row.fingerprint) for row in rows)
    headings = ("Printed name", "Role", "Meaning", "Signed at", "Fingerprint of the text signed")
    return table("approvals", headings, cells, "Nobody has signed this version yet.")


def training_section(statement: str, sign_offs: Iterable[SignedOff], empty_rows: int = EMPTY_ROWS) -> Markup:
    """The training record: the statement, who has signed off, then `empty_rows` lines to sign by hand."""
    signed = [
        Markup("<tr><td>{}</td><td>Signed electronically</td><td>{}</td></tr>").format(
            f"{row.name}, {row.role}" if row.role else row.name, row.signed_at
        )
        for row in sign_offs
    ]
    blank = [Markup('<tr class="by-hand"><td></td><td></td><td></td></tr>')] * empty_rows
    return Markup(
        '<section class="training"><p>{}</p><table class="sign-offs"><thead><tr><th scope="col">Name</th>'
        '<th scope="col">Signature</th><th scope="col">Date</th></tr></thead>'
        "<tbody>{}</tbody></table></section>"
    ).format(statement, Markup("").join([*signed, *blank]))
