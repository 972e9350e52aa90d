"""The list of an organisation's procedures as one member sees it, in three queries however many there are."""

from dataclasses import dataclass, replace
from datetime import datetime

from accounts.models import Membership
from sop_library.domain.lifecycle import Phase, Status
from sop_library.domain.reviews import Review
from sop_library.domain.training import AUDIENCE
from sop_library.models import SOP, SignOff, Version
from sop_library.querysets import sees_work
from sop_library.reviews import NextReview, review_of
from sop_library.shelf import Shelf, signed_at


@dataclass(frozen=True, slots=True)
class ProcedureRow:
    """One SOP: the issued version it shows, the one being worked on, and what the member has signed or owes."""

    sop: SOP
    issued: Version | None
    open: Version | None
    phase: Phase
    owes: bool
    signed: Version | None
    review: NextReview
    coming: tuple[Version, ...]
    asked_next: Version | None

    @property
    def version(self) -> Version:
        """The version that the list names: the issued one, else the one being worked on."""
        found = self.issued or self.open
        assert found is not None  # every SOP is made together with a version
        return found

    @property
    def signed_at(self) -> datetime | None:
        """When the member signed the version that counts, or None."""
        return signed_at(self.signed) if self.signed else None

    @property
    def open_phase(self) -> Phase | None:
        """The state of a version being worked on beside the issued one, or None."""
        return Phase(self.open.get_status_display()) if self.open and self.issued else None

    @property
    def states(self) -> set[str]:
        """What the list can be filtered by: the states of its versions, and where its review stands."""
        phases = {self.phase.value, *([self.open_phase.value] if self.open_phase else [])}
        training = {Phase.TRAINING.value} if any(row.in_force_from is None for row in self.coming) else set()
        reviews = {Review.DUE.value} if self.review.is_due else set()
        return phases | training | reviews | ({Review.OVERDUE.value} if self.review.is_overdue else set())

    def matches(self, words: str, state: str) -> bool:
        """Return whether the row holds all the words and, when one is named, is in the state."""
        text = f"{self.sop.number} {self.version.title} {self.sop.category}".casefold()
        return state in {"", *self.states} and all(word in text for word in words.casefold().split())


def procedures_of(member: Membership, at: datetime) -> list[ProcedureRow]:
    """Return the SOPs a member may see, each with its versions weighed at a moment."""
    sops = SOP.objects.visible_to(member).select_related("organisation").with_versions(member)
    mine = dict(SignOff.objects.visible_to(member).filter(person=member).values_list("version_id", "signed_at"))
    as_member = {"is_asked": member.holds(AUDIENCE), "is_reader": not sees_work(member)}
    return [_row(sop, mine, at, as_member) for sop in sops]


def states_of(rows: list[ProcedureRow]) -> list[str]:
    """Return the states that rows are in, in the order of a version's life, to choose from."""
    there: set[str] = set().union(*(row.states for row in rows))
    return [name.value for name in (*Phase, Review.DUE, Review.OVERDUE) if name.value in there]


def _row(sop: SOP, mine: dict[int, datetime], at: datetime, as_member: dict[str, bool]) -> ProcedureRow:
    versions: list[Version] = sop.all_versions  # type: ignore[attr-defined]
    for version in versions:
        version.sop, version.organisation = sop, sop.organisation
        version.signed_at = mine.get(version.pk)  # type: ignore[attr-defined]
    issued = [row for row in versions if row.status in {Status.PUBLISHED, Status.WITHDRAWN}]
    opened = next((row for row in versions if row not in issued), None)
    shelf = Shelf(issued, at, **as_member)
    shown = shelf.shown or opened
    current = shelf.in_force
    return ProcedureRow(
        sop=sop,
        issued=shelf.shown,
        open=opened,
        phase=shown.phase_at(at) if shown else Phase.DRAFT,
        owes=current is not None and shelf.owes(current),
        signed=shelf.counting(shelf.shown) if shelf.shown else None,
        review=_review(shelf),
        coming=tuple(row for row in shelf.coming if row is not shelf.shown),
        asked_next=shelf.asked_next,
    )


def _review(shelf: Shelf) -> NextReview:
    """Return the review of what the list shows; due only for what is in force, and not for those who only read."""
    if shelf.shown is None:
        return NextReview(None, Review.NOT_DUE)
    found = review_of(shelf.shown, shelf.at)
    is_told = shelf.shown is shelf.in_force and not shelf.is_reader
    return found if is_told else replace(found, state=Review.NOT_DUE)
