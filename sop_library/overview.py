"""What waits for a member and what others are doing, in a number of queries that does not grow with the SOPs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from accounts.models import Membership
from sop_library.catalogue import Offer, starter
from sop_library.commenting import counts_of
from sop_library.domain.days import day_in
from sop_library.domain.lifecycle import Phase, Status
from sop_library.models import RolloutItem, Version
from sop_library.newer import Newer, newer_for
from sop_library.procedures import ProcedureRow, procedures_of
from sop_library.querysets import VersionQuerySet, sees_work
from sop_library.reviewing import due_words
from sop_library.rounds import stuck_words
from sop_library.texts import filling_of
from sop_library.waiting import Waiting, due_first, waiting_steps
from templates_app.models import OrganisationValue

REVIEW_NOTICE = timedelta(days=30)
RECENT = 5


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft, how far it is filled, the change of values it was started for, its comments in words ("" for none)."""

    version: Version
    filled: int
    total: int
    because: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A version in review, whose signature is next, as what, since when and until when ("" where no day is set)."""

    version: Version
    who: str
    meaning: str
    since: datetime
    due: str
    is_overdue: bool
    verb: str
    stuck: str


@dataclass(frozen=True, slots=True)
class DueRow:
    """A version in force whose review is near or past."""

    version: Version
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Work:
    """What a member has to do, and what others are doing. `start` is what to begin with when there is no SOP yet."""

    to_sign: list[WaitingRow]
    returned: list[DraftRow]
    to_publish: list[Version]
    to_read: list[Version]
    drafts: list[DraftRow]
    in_review: list[WaitingRow]
    review_due: list[DueRow]
    newer: list[Newer]
    recent: list[ProcedureRow]
    is_empty: bool
    start: Offer | None

    @property
    def needs(self) -> str:
        """What waits for the member, counted in words: "2 to sign, 1 to publish"; "" when nothing does."""
        counts = (
            (len(self.to_sign), "to sign"),
            (len(self.returned), "returned"),
            (len(self.to_publish), "to publish"),
            (len(self.to_read), "to read"),
        )
        return ", ".join(f"{count} {what}" for count, what in counts if count)


def work_of(member: Membership, at: datetime) -> Work:
    """Return a member's work at a moment."""
    rows = Version.objects.visible_to(member).select_related(
        "sop", "organisation", "author__user", "saved_by__user", "returned_by__user"
    )
    procedures = procedures_of(member, at)
    mine, others = _in_review(member, at)
    drafts = _drafts(rows, member)
    approved = rows.light().filter(status=Status.APPROVED).order_by("frozen_at")
    return Work(
        to_sign=mine,
        returned=[row for row in drafts if row.version.return_reason],
        to_publish=list(approved) if member.is_manager or member.is_admin else [],
        to_read=[row.issued for row in procedures if row.owes and row.issued],
        drafts=[row for row in drafts if not row.version.return_reason],
        in_review=others,
        review_due=_review_due(rows.light(), member, at),
        newer=newer_for(member),
        recent=_recent(procedures),
        is_empty=not procedures,
        start=starter(member) if not procedures else None,
    )


def _drafts(rows: VersionQuerySet, member: Membership) -> list[DraftRow]:
    if not member.is_manager:
        return []
    shared = OrganisationValue.objects.visible_to(member).by_name()
    drafts = rows.filter(status=Status.DRAFT).order_by("-saved_at")
    items = RolloutItem.objects.visible_to(member).filter(version__status=Status.DRAFT).order_by("pk")
    because = dict(items.values_list("version_id", "change_summary"))
    said = counts_of(drafts)
    return [
        DraftRow(row, *filling_of(row, shared).progress, because.get(row.pk, ""), str(said.get(row.pk, "")))
        for row in drafts
    ]


def _in_review(member: Membership, at: datetime) -> tuple[list[WaitingRow], list[WaitingRow]]:
    """Return the versions in review that wait for the member, what is overdue first, and those that wait for others."""
    if not sees_work(member):
        return [], []
    rows = waiting_steps(member.organisation, at)
    mine = due_first(row for row in rows if member in row.people)
    return [_waiting(row, at) for row in mine], [_waiting(row, at) for row in rows if member not in row.people]


def _waiting(row: Waiting, at: datetime) -> WaitingRow:
    zone = ZoneInfo(row.version.organisation.time_zone)
    due = due_words(row.due_at, zone, at) if row.due_at else ""
    return WaitingRow(
        version=row.version,
        who=row.step.waits_for,
        meaning=row.step.title.lower(),
        since=row.since,
        due=due,
        is_overdue=row.is_overdue(at),
        verb=row.step.verb,
        stuck=stuck_words(row.step),
    )


def _review_due(rows: VersionQuerySet, member: Membership, at: datetime) -> list[DueRow]:
    today = day_in(member.organisation.time_zone, at)
    due = rows.in_force(at).filter(status=Status.PUBLISHED, review_on__lte=today + REVIEW_NOTICE).order_by("review_on")
    return [DueRow(row, row.review_on is not None and row.review_on < today) for row in due]


def _recent(procedures: list[ProcedureRow]) -> list[ProcedureRow]:
    """Return the procedures that came or come into force last, newest first."""
    begun = [row for row in procedures if row.phase in {Phase.EFFECTIVE, Phase.SCHEDULED}]
    dated = [(row.issued.in_force_from, row) for row in begun if row.issued and row.issued.in_force_from]
    return [row for _, row in sorted(dated, key=lambda pair: pair[0], reverse=True)[:RECENT]]
