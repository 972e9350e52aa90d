"""The list of an organisation's procedures as one member sees it, in three queries however many there are."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Membership
from sop_library.domain.days import day_in
from sop_library.domain.lifecycle import Phase, Status
from sop_library.domain.training import AUDIENCE
from sop_library.models import SOP, SignOff, Version
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
    is_overdue: bool

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

    def matches(self, words: str, state: str) -> bool:
        """Return whether the row holds all the words and, when one is named, is in the state."""
        text = f"{self.sop.number} {self.version.title} {self.sop.category}".casefold()
        in_state = state in {"", self.phase.value, self.open_phase} or (state == OVERDUE and self.is_overdue)
        return in_state and all(word in text for word in words.casefold().split())


OVERDUE = "Review overdue"


def procedures_of(member: Membership, at: datetime) -> list[ProcedureRow]:
    """Return the SOPs a member may see, each with its versions weighed at a moment."""
    sops = SOP.objects.visible_to(member).select_related("organisation").with_versions(member)
    mine = dict(SignOff.objects.visible_to(member).filter(person=member).values_list("version_id", "signed_at"))
    is_asked = member.holds(AUDIENCE)
    return [_row(sop, mine, at, is_asked=is_asked) for sop in sops]


def states_of(rows: list[ProcedureRow]) -> list[str]:
    """Return the states that rows are in, in the order of a version's life, to choose from."""
    there = {row.phase for row in rows} | {row.open_phase for row in rows}
    states = [phase.value for phase in Phase if phase in there]
    return [*states, OVERDUE] if any(row.is_overdue for row in rows) else states


def _row(sop: SOP, mine: dict[int, datetime], at: datetime, *, is_asked: bool) -> ProcedureRow:
    versions: list[Version] = sop.all_versions  # type: ignore[attr-defined]
    for version in versions:
        version.sop, version.organisation = sop, sop.organisation
        version.signed_at = mine.get(version.pk)  # type: ignore[attr-defined]
    issued = [row for row in versions if row.status in {Status.PUBLISHED, Status.WITHDRAWN}]
    opened = next((row for row in versions if row not in issued), None)
    shelf = Shelf(issued, at, is_asked)
    shown = shelf.shown or opened
    current = shelf.in_force
    today = day_in(sop.organisation.time_zone, at)
    return ProcedureRow(
        sop=sop,
        issued=shelf.shown,
        open=opened,
        phase=shown.phase_at(at) if shown else Phase.DRAFT,
        owes=current is not None and shelf.owes(current),
        signed=shelf.counting(shelf.shown) if shelf.shown else None,
        is_overdue=current is not None and current.review_on is not None and current.review_on < today,
    )
