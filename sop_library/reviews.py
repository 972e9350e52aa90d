"""The review that counts for a version, as confirmed last, else as approved. Versions are read `with_review`."""

from dataclasses import dataclass
from datetime import date, datetime

from sop_library.domain.days import day_in
from sop_library.domain.reviews import Review, review_state
from sop_library.models import Version
from sop_library.record import long_date


@dataclass(frozen=True, slots=True)
class NextReview:
    """When a version is looked at next, where that stands, and who looked last ("" for nobody since its approval)."""

    on: date | None
    state: Review
    confirmed: str = ""

    @property
    def is_overdue(self) -> bool:
        """Whether the day has passed."""
        return self.state is Review.OVERDUE

    @property
    def is_due(self) -> bool:
        """Whether the day is near or has passed."""
        return self.state is not Review.NOT_DUE

    @property
    def words(self) -> str:
        """The date in words: "next review 1 March 2027", "review was due 1 March 2026"; "" without one."""
        if self.on is None:
            return ""
        return f"{'review was due' if self.is_overdue else 'next review'} {long_date(self.on)}"


def next_review_on(version: Version) -> date | None:
    """Return the day of the review that counts for a version read `with_review`."""
    found: date | None = version.next_review_on  # type: ignore[attr-defined]
    return found


def review_of(version: Version, at: datetime) -> NextReview:
    """Return the review of a version read `with_review`, as it stands at a moment."""
    on, zone = next_review_on(version), version.organisation.time_zone
    by, when = version.confirmed_by, version.confirmed_at  # type: ignore[attr-defined]
    confirmed = f"confirmed on {long_date(day_in(zone, when))} by {by}" if when else ""
    return NextReview(on, review_state(on, day_in(zone, at)), confirmed)
