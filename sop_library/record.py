"""What the record says about a version, in words ready to print: the one source of every workflow value.

Nothing here is typed by people: number, dates, names and signatures come from the rows that the actions wrote
(ISO 9001 7.5.2: identification, review and approval; 21 CFR 11.50: printed name, date and time, meaning).
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sop_library.domain.lifecycle import Status
from sop_library.domain.route import FINAL_MEANINGS
from sop_library.domain.signature import STATEMENTS, Meaning, fingerprint
from sop_library.formats.paper import PaperSignature, Revision
from sop_library.models import Signature, Version
from templates_app.domain.writing import PLAIN, Writing
from templates_app.organisations import writing_of

NOT_YET = {
    Meaning.PREPARED: "set when submitted",
    Meaning.REVIEWED: "set when reviewed",
    Meaning.APPROVED: "set when approved",
}

NOTED = "Editorial note"
NOT_ASKED = "not asked for an editorial note"
NO_STEP = "no step of its route"


@dataclass(frozen=True, slots=True)
class Record:
    """One version's record; `inline` holds the value of each workflow variable that is known."""

    organisation: str
    number: str
    version: str
    title: str
    inline: dict[str, str]
    control: tuple[tuple[str, str], ...]
    history: tuple[Revision, ...]
    signatures: tuple[PaperSignature, ...]
    statement: str = STATEMENTS[Meaning.UNDERSTOOD]


def long_date(day: date | None, otherwise: str = "") -> str:
    """Return a date as the product's own pages say it: "1 December 2026"."""
    return f"{day:%-d %B %Y}" if day else otherwise


def printed_moment(at: datetime, zone: ZoneInfo, writing: Writing = PLAIN) -> str:
    """Return a moment with its zone, as every signature shows it: "22 Nov 2026 09:14:05 GMT"."""
    local = at.astimezone(zone)
    return f"{writing.moment(local)} {local.tzname()}"


def record_of(version: Version) -> Record:
    """Return the record of a version as it stands now."""
    zone = ZoneInfo(version.organisation.time_zone)
    signed = list(_signatures(version))
    begins = version.in_force_from
    effective = begins.astimezone(zone).date() if begins else version.effective_on
    writing = writing_of(version.organisation)
    names = {meaning: _names(version, signed, meaning) for meaning in NOT_YET}
    inline = {
        "SOPNumber": version.sop.number,
        "VersionNumber": str(version.number),
        "EffectiveDate": _day(effective, writing),
        "ReviewDate": _day(version.review_on, writing),
        "PreparedBy": names[Meaning.PREPARED],
        "ReviewedBy": names[Meaning.REVIEWED],
        "ApprovedBy": names[Meaning.APPROVED],
    }
    return Record(
        organisation=version.organisation.name,
        number=version.sop.number,
        version=str(version.number),
        title=version.title,
        inline=inline,
        control=_control(version, inline),
        history=tuple(_history(version, effective, signed, writing)),
        signatures=tuple(_printed(signature, zone, writing) for signature in signed),
    )


def effective_words(version: Version, day: str) -> str:
    """Return what stands under "Effective": the day, or of a version in training what it waits for beyond the day.

    It is printed once and kept, so it must be true before the training ends, after it, and when a manager ends it.
    """
    if version.in_force_from is not None or version.training_share is None:
        return day
    return f"{day} or later, once {version.training_share} % of its readers have signed or a manager ends the training"


def _day(day: date | None, writing: Writing) -> str:
    return writing.day(day) if day else "set when approved"


def _signatures(version: Version) -> list[Signature]:
    """Return the signatures of the version's present round in the order they were made; of a draft none counts."""
    if version.is_draft:
        return []
    rows = Signature.objects.filter(version=version, approval__round=version.round)
    return list(rows.order_by("approval__position", "signed_at", "pk"))


def _names(version: Version, signed: list[Signature], meaning: Meaning) -> str:
    """Return who signed a meaning; whoever released a version stands for approval where the route asks for no other."""
    wanted = {meaning}
    if meaning is Meaning.APPROVED and all(row.meaning != Meaning.APPROVED for row in signed):
        wanted = {Meaning.RELEASED}
    names = [f"{row.printed_name}, {row.full_role}" for row in signed if row.meaning in wanted]
    if names or version.is_note:
        return "; ".join(names) or NOT_ASKED
    return NOT_YET[meaning] if version.status in {Status.DRAFT, Status.IN_REVIEW} else NO_STEP


def _printed(signature: Signature, zone: ZoneInfo, writing: Writing) -> PaperSignature:
    return PaperSignature(
        printed_name=signature.printed_name,
        role=signature.full_role,
        meaning=f"{signature.title}: {signature.statement}",
        signed_at=printed_moment(signature.signed_at, zone, writing),
        fingerprint=signature.digest,
    )


def _control(version: Version, inline: dict[str, str]) -> tuple[tuple[str, str], ...]:
    owner = version.sop.owner
    supersedes = f"Version {version.previous_major}.{version.previous_minor}" if version.previous_major else "None"
    return (
        ("SOP number", inline["SOPNumber"]),
        ("Version", inline["VersionNumber"]),
        ("Effective", effective_words(version, inline["EffectiveDate"])),
        ("Review due", inline["ReviewDate"]),
        ("Owner", owner.printed_name),
        ("Department", owner.department),
        ("Supersedes", supersedes),
        ("Fingerprint", fingerprint(version.digest) or "set when submitted"),
        ("Prepared by", inline["PreparedBy"]),
        ("Reviewed by", inline["ReviewedBy"]),
        ("Approved by", inline["ApprovedBy"]),
    )


def _history(version: Version, effective: date | None, signed: list[Signature], writing: Writing) -> list[Revision]:
    """Return this version and the issued ones before it, newest first."""
    rows = [_revision(version, effective, signed, writing)]
    zone = ZoneInfo(version.organisation.time_zone)
    earlier = Version.objects.filter(sop=version.sop).issued().light().select_related("author__user")
    for row in earlier.newest_first():
        if row.number < version.number:
            began = row.in_force_from.astimezone(zone).date() if row.in_force_from else None
            rows.append(_revision(row, began, _signatures(row), writing))
    return rows


def _revision(version: Version, effective: date | None, signed: list[Signature], writing: Writing) -> Revision:
    approved = ", ".join(row.printed_name for row in signed if row.meaning in FINAL_MEANINGS)
    approved = approved or (NOTED if version.is_note else "")
    prepared = next((row.printed_name for row in signed if row.meaning == Meaning.PREPARED), "")
    change = version.change_summary or ("First version" if version.previous_major is None else "")
    began = writing.short_day(effective) if effective else ""
    return Revision(str(version.number), began, change, prepared or version.author.printed_name, approved)
