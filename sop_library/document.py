"""A version rendered: the same body for screen and paper, with what the record says put in its places.

Values are in the body already; here workflow values and record blocks are filled, and what surrounds the body is added.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version as installed
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from markupsafe import Markup, escape

from accounts.models import Membership, Organisation
from audit import checkpoints, seals
from sop_library.domain.lifecycle import Phase
from sop_library.formats import pdf
from sop_library.formats.paper import (
    EMPTY_ROWS_UNDER_TEXT,
    Mark,
    PaperRecord,
    SignedOff,
    approvals_table,
    control_table,
    history_table,
    paper_html,
    training_section,
)
from sop_library.models import Version
from sop_library.record import Record, printed_moment, record_of
from sop_library.sealing import sealed
from sop_library.texts import filling_of, frozen_of
from templates_app.domain.rendering import Body, Mode, render
from templates_app.organisations import writing_of
from templates_app.texts import skeleton_of, template_of

_INLINE = re.compile(r'<span class="record" data-record="(\w+)">[^<]*</span>')
_BLOCK = re.compile(r'<div class="record" data-record="(\w+)"></div>')
_OPENING = re.compile(r'\s*<div class="record" data-record="DocumentControl"></div>')
_READER = re.compile(r'<span class="reader-blank" data-reader="AgentName">[^<]*</span>')
# What the page adds after the body: block, anchor, heading
_BACK = (
    ("DocumentControl", "document-control", "Document control"),
    ("RevisionHistory", "revision-history", "Revision history"),
    ("Approvals", "approvals", "Approvals"),
)
_NO_RECORD = "Filled in from the record when a version is submitted, signed and published."
_WHO_SIGNED = "Who has signed is kept with the procedure's record. The PDF has lines for signatures by hand."
_MARKS: dict[Phase, Mark] = {
    Phase.DRAFT: "DRAFT",
    Phase.IN_REVIEW: "DRAFT",
    Phase.APPROVED: "DRAFT",
    Phase.SUPERSEDED: "SUPERSEDED",
    Phase.WITHDRAWN: "WITHDRAWN",
}


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing stores."""

    page: str
    outline: list[list[object]]
    pdf: bytes
    renderer: str
    seal_cert_sha256: str


def fill(body: str, record: Record, training: Markup | None = None) -> str:
    """Return the body with workflow values and record blocks in their places.

    The training record has empty lines to sign by hand, as on paper, unless another one is given.
    """
    training = training or training_section(record.statement, (), EMPTY_ROWS_UNDER_TEXT)
    blocks = _blocks(record) | {"TrainingRecord": training}

    def value(match: re.Match[str]) -> str:
        return str(escape(record.inline.get(match[1], "")))

    def block(match: re.Match[str]) -> str:
        return str(blocks.get(match[1], ""))

    return _BLOCK.sub(block, _INLINE.sub(value, body))


def _blocks(record: Record) -> dict[str, Markup]:
    return {
        "DocumentControl": control_table(record.control),
        "RevisionHistory": history_table(record.history),
        "Approvals": approvals_table(record.signatures),
    }


def _training_on_screen(record: Record) -> Markup:
    return Markup('<section class="training"><p>{}</p><p>{}</p></section>').format(record.statement, _WHO_SIGNED)


def page_html(body: str, record: Record) -> str:
    """Return the whole document for the screen: the body first, then what of the record it does not show itself.

    On paper the control block comes first; on screen a reader looks for words to say, and the banner names the version.
    """
    blocks = _blocks(record)
    filled = fill(body, record, _training_on_screen(record))
    parts = [Markup(filled)]  # noqa: S704 - sanitised by the compiler, values escaped by the renderer
    for name, anchor, title in _back(body):
        section = Markup('<section class="back"><h2 id="{}">{}</h2>{}</section>')
        parts.append(section.format(anchor, title, blocks[name]))
    return str(Markup("").join(parts))


def outline_of(body: str, outline: Sequence[list[object]]) -> list[list[object]]:
    """Return a frozen body's outline with the headings that `page_html` adds: id, number, title, level."""
    return [*outline, *([anchor, "", title, 2] for _, anchor, title in _back(body))]


def _back(body: str) -> list[tuple[str, str, str]]:
    shown = set(_BLOCK.findall(body))
    return [row for row in _BACK if row[0] not in shown]


def unrecorded(body: str) -> str:
    """Return the body of a template, which has no record yet, with a sentence where the record will stand."""
    return _BLOCK.sub(f'<p class="record">{_NO_RECORD}</p>', body)


def sample_of(source: str) -> str:
    """Return a template's body with the examples of its variables; raises TemplateError, child.ChildProblem."""
    variables = template_of(source).variables
    samples = {each.name: each.example for each in variables if each.example is not None}
    return unrecorded(render(skeleton_of(source), variables, samples, Mode.DRAFT).html)


def for_reader(page: str, name: str) -> str:
    """Return a page with the reader's own name in its places. Never stored: each reader sees their own."""
    known = f'<span class="reader-blank known">{escape(name)}</span>'
    return _READER.sub(lambda _: known, page)  # not as a pattern: a name may hold a backslash


def body_of(version: Version, mode: Mode = Mode.DRAFT) -> tuple[str, Body | None]:
    """Return the body's HTML: as frozen, or for a draft rendered now in the mode, with its outline."""
    if not version.is_draft:
        return frozen_of(version).body, None
    body = filling_of(version).body(version.source, mode)
    return body.html, body


def working_page(version: Version, body: str = "") -> str:
    """Return the document of a version that is being worked on; `body` is its body when comments are marked in it."""
    return page_html(body or body_of(version)[0], record_of(version))


def published_document(version: Version, *, by: Membership, at: datetime) -> Published:
    """Return page and sealed PDF of an approved version as they are stored; raises child.ChildProblem if it fails.

    The version has the dates that publishing gives it already.
    """
    frozen = frozen_of(version)
    record = record_of(version)
    state = _effective(version)
    paper = _paper(version, record, frozen.body, state=state, mark=None, by=by, at=at)
    printed, seal = _print(version, paper, _on_paper(frozen.body, record, paper)), seals.current()
    return Published(
        page=page_html(frozen.body, record),
        outline=outline_of(frozen.body, frozen.outline),
        pdf=sealed(printed, seal, place=settings.PUBLIC_URL, at=at),
        renderer=f"WeasyPrint {installed('weasyprint')}",
        seal_cert_sha256=seal.fingerprint,
    )


def pdf_now(version: Version, *, by: Membership, at: datetime, sign_offs: Iterable[SignedOff] = ()) -> bytes:
    """Return a PDF of the version as it stands at this moment, marked in words when it is not the text in force."""
    body, _ = body_of(version)
    record = record_of(version)
    phase = version.phase_at(at)
    paper = _paper(
        version, record, body, state=_state(version, phase), mark=_MARKS.get(phase), by=by, at=at, sign_offs=sign_offs
    )
    return _print(version, paper, _on_paper(body, record, paper))


def _state(version: Version, phase: Phase) -> str:
    if phase in _MARKS and phase not in {Phase.SUPERSEDED, Phase.WITHDRAWN}:
        return f"DRAFT, {phase.value.lower()}" if phase is not Phase.DRAFT else "DRAFT"
    if phase in {Phase.SUPERSEDED, Phase.WITHDRAWN}:
        ended = version.in_force_until if phase is Phase.SUPERSEDED else version.withdrawn_at
        return f"{phase.value.upper()} {_short_day(version, ended)}".strip()
    return _effective(version)


def _effective(version: Version) -> str:
    """Return from when a version is effective, as every page of it says; true before, in and after its training."""
    if version.in_force_from is not None:
        return f"Effective {_short_day(version, version.in_force_from)}"
    day = writing_of(version.organisation).short_day(version.effective_on) if version.effective_on else ""
    return f"Effective {day} or later, after training"


def _short_day(version: Version, moment: datetime | None) -> str:
    """Return the day of a moment in the organisation's zone, as it writes days; "" for none."""
    if moment is None:
        return ""
    organisation = version.organisation
    return writing_of(organisation).short_day(moment.astimezone(ZoneInfo(organisation.time_zone)).date())


def _paper(
    version: Version,
    record: Record,
    body: str,
    *,
    state: str,
    mark: Mark | None,
    by: Membership,
    at: datetime,
    sign_offs: Iterable[SignedOff] = (),
) -> PaperRecord:
    organisation = version.organisation
    address = reverse("sop", kwargs={"organisation": organisation.slug, "number": record.number})
    shown = frozenset(name for name in ("RevisionHistory", "Approvals", "TrainingRecord") if f'"{name}"' in body)
    return PaperRecord(
        organisation=record.organisation,
        title=record.title,
        number=record.number,
        version=record.version,
        state_label=state,
        mark=mark,
        control_rows=(("Status", state), *record.control),
        check_url=f"{settings.PUBLIC_URL}{address}",
        printed_line=_printed_line(version, by, at),
        history=record.history,
        signatures=record.signatures,
        training_statement=record.statement,
        sign_offs=tuple(sign_offs),
        in_body=shown,  # type: ignore[arg-type]
    )


def _printed_line(version: Version, by: Membership, at: datetime) -> str:
    organisation = version.organisation
    made = printed_moment(at, ZoneInfo(organisation.time_zone), writing_of(organisation))
    return f"Made {made} by {by.printed_name}{_anchor(version)}"


def _anchor(version: Version) -> str:
    """Return the newest checkpoint in short: every copy on paper then anchors the trail as it was that day."""
    found = checkpoints.newest(version.organisation_id)
    return f" · Checkpoint {found}" if found else ""


def _on_paper(body: str, record: Record, paper: PaperRecord) -> str:
    """Return the body filled for paper: a control block that it begins with would stand below that of page 1."""
    opening = _OPENING.match(body)
    return fill(body[opening.end() :] if opening else body, record, _training_on_paper(paper))


def _training_on_paper(paper: PaperRecord) -> Markup:
    return training_section(paper.training_statement, paper.sign_offs, EMPTY_ROWS_UNDER_TEXT)


def _print(version: Version, paper: PaperRecord, body: str) -> bytes:
    name = " ".join(part for part in (paper.number, f"v{paper.version}", paper.title) if part)
    return printed_for(version.organisation, paper_html(paper, body), name)


def printed_for(organisation: Organisation, html: str, title: str) -> bytes:
    """Return a PDF on the organisation's paper, in its language; raises child.ChildProblem when it cannot be made."""
    size: pdf.PaperSize = "Letter" if organisation.paper == "Letter" else "A4"
    return pdf.render_pdf(html, lang=organisation.locale, title=title, paper=size)


def file_name(version: Version) -> str:
    """Return the name a downloaded PDF gets: SOP-CS-001_v1.2_2026-12-01.pdf, the date being the effective one."""
    zone = ZoneInfo(version.organisation.time_zone)
    begins = version.in_force_from.astimezone(zone).date() if version.in_force_from else None
    if begins is None and version.training_share is not None:
        begins = version.effective_on
    day = begins.isoformat() if begins else "draft"
    return f"{version.sop.number}_v{version.number}_{day}.pdf"
