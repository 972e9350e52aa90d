"""What waits for a member and what others are doing, in a number of queries that does not grow with the SOPs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from accounts.models import Membership
from sop_library.catalogue import Offer, starter
from sop_library.commenting import counts_of
from sop_library.domain.lifecycle import TRANSITIONS, Phase, Status, Verb
from sop_library.models import RolloutItem, Version
from sop_library.newer import Newer, newer_for
from sop_library.procedures import ProcedureRow, procedures_of
from sop_library.querysets import VersionQuerySet, sees_work
from sop_library.reviewing import due_words
from sop_library.reviews import NextReview
from sop_library.rolls import progress_of_each
from sop_library.rounds import stuck_words
from sop_library.shelf import day_of, from_words, training_words
from sop_library.texts import filling_of
from sop_library.waiting import Waiting, due_first, waiting_steps
from templates_app.models import OrganisationValue

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
    review: NextReview
    may_confirm: bool
    may_revise: bool


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A version to read and sign, and since or from when it is in force, in words."""

    version: Version
    words: str


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """A version in training, where it stands in words, and whether enough have signed for a manager to end it."""

    version: Version
    words: str
    is_reached: bool


@dataclass(frozen=True, slots=True)
class Work:
    """What a member has to do, and what others are doing. `start` is what to begin with when there is no SOP yet."""

    to_sign: list[WaitingRow]
    returned: list[DraftRow]
    to_publish: list[Version]
    to_read: list[ReadRow]
    drafts: list[DraftRow]
    in_review: list[WaitingRow]
    in_training: list[TrainingRow]
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
        to_read=[found for row in procedures for found in _to_read(row, at)],
        drafts=[row for row in drafts if not row.version.return_reason],
        in_review=others,
        in_training=_in_training(procedures, member, at),
        review_due=_review_due(procedures, member),
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
    said = counts_of(row for row in drafts if row.round)
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


def _review_due(procedures: list[ProcedureRow], member: Membership) -> list[DueRow]:
    """Return the versions in force whose review is near or past, with what the member may do about each."""
    may_confirm = bool(TRANSITIONS[Status.PUBLISHED, Verb.CONFIRM].who & member.roles)
    due = [(row.review, row.issued, row.open is None) for row in procedures if row.review.is_due and row.issued]
    return [
        DueRow(version, review, may_confirm, member.is_manager and is_free)
        for review, version, is_free in sorted(due, key=lambda each: each[0].on or date.max)
    ]


def _in_training(procedures: list[ProcedureRow], member: Membership, at: datetime) -> list[TrainingRow]:
    """Return the versions in training, for those who may ask people to sign or end it."""
    if not (member.is_manager or member.is_admin):
        return []
    return in_training([version for row in procedures for version in (*row.coming, row.issued) if version], at)


def in_training(versions: Sequence[Version], at: datetime) -> list[TrainingRow]:
    """Return where those of the versions stand that are in training; versions are read `with_dates`."""
    found = [row for row in versions if row.phase_at(at) is Phase.TRAINING]
    progress = progress_of_each(found)
    words = [training_words(row, at, progress[row.pk]) for row in found]
    return [TrainingRow(row, told, progress[row.pk].is_reached) for row, told in zip(found, words, strict=True)]


def _to_read(row: ProcedureRow, at: datetime) -> Iterator[ReadRow]:
    if row.owes and row.issued:
        yield ReadRow(row.issued, f"in force since {day_of(row.issued, row.issued.in_force_from)}")
    if row.asked_next:
        yield ReadRow(row.asked_next, f"not in force yet, {from_words(row.asked_next, at)}")


def _recent(procedures: list[ProcedureRow]) -> list[ProcedureRow]:
    """Return the procedures that came or come into force last, newest first."""
    begun = [row for row in procedures if row.phase in {Phase.EFFECTIVE, Phase.SCHEDULED}]
    dated = [(row.issued.in_force_from, row) for row in begun if row.issued and row.issued.in_force_from]
    return [row for _, row in sorted(dated, key=lambda pair: pair[0], reverse=True)[:RECENT]]
