"""When a procedure is looked at again, when people are reminded of it, and what "still right" says.

Everything is worked out from dates: a reminder whose day passed while nothing ran is due on the next run, once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sop_library.domain.signature import STATEMENTS, Meaning

# From when on a coming review is shown as due.
NOTICE = timedelta(days=30)
BEFORE = (30, 7, 0)
AFTER = (1, 14)
# Beyond the last of them, once in so many days for as long as it is overdue.
EVERY = 30
TRAINING_BEFORE = (7, 2)
TRAINING_EVERY = 7


class Review(StrEnum):
    """Where a review stands on a day."""

    NOT_DUE = "Not due"
    DUE = "Review due"
    OVERDUE = "Review overdue"


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder whose day has come: that day, and the days from it to the date (below 0 once the date has passed)."""

    on: date
    days_left: int

    @property
    def is_late(self) -> bool:
        """Whether the date has passed."""
        return self.days_left < 0


def review_state(next_review_on: date | None, today: date) -> Review:
    """Return where a review stands; a version without a date is never due."""
    if next_review_on is None or next_review_on > today + NOTICE:
        return Review.NOT_DUE
    return Review.OVERDUE if next_review_on < today else Review.DUE


def statement_of(next_review_on: date | None = None) -> str:
    """Return what is signed under "still right"; the date is in it, so that the seal covers it.

    Without a date it is what the page shows while the day is being chosen above it.
    """
    day = f"{next_review_on:%-d %B %Y}" if next_review_on else "the day above"
    return f"{STATEMENTS[Meaning.CONFIRMED]}, and I set its next review for {day}."


def review_reminders_due(next_review_on: date, today: date, last_sent_on: date | None = None) -> Reminder | None:
    """Return the reminder of a review that is to be sent today, or None: 30 and 7 days before, on the day, 1 and 14
    days after, then every 30 days. `last_sent_on` is the `on` of the reminder sent last for this date, or a later day.
    """
    late = (next_review_on + timedelta(days=days) for days in AFTER)
    return _due([*_days_before(next_review_on, BEFORE), *late], EVERY, next_review_on, today, last_sent_on)


def training_reminders_due(
    published_on: date, effective_on: date, today: date, last_sent_on: date | None = None
) -> Reminder | None:
    """Return the reminder to sign a coming version that is to be sent today, or None.

    On the day it is published, 7 and 2 days before its date, then every 7 days from the date on for as long as
    somebody still has to sign. `last_sent_on` as for a review.
    """
    before = (day for day in _days_before(effective_on, TRAINING_BEFORE) if day > published_on)
    first = max(effective_on, published_on)
    return _due([published_on, *before, first], TRAINING_EVERY, effective_on, today, last_sent_on)


def _days_before(day: date, steps: Iterable[int]) -> list[date]:
    return [day - timedelta(days=days) for days in steps]


def _due(days: list[date], every: int, target: date, today: date, last_sent_on: date | None) -> Reminder | None:
    """Return the newest of the days that has come and was not sent; after the last one it goes on every so often."""
    come = [day for day in days if day <= today]
    if not come:
        return None
    newest = come[-1]
    if newest == days[-1]:
        newest += timedelta(days=(today - newest).days // every * every)
    if last_sent_on is not None and last_sent_on >= newest:
        return None
    return Reminder(newest, (target - newest).days)
