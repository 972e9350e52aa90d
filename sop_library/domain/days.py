"""Days as an organisation counts them."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

FURTHEST_YEARS = 20


def day_in(zone: str, at: datetime) -> date:
    """Return the day it is at a moment in a time zone, such as "Europe/Lisbon"."""
    return at.astimezone(ZoneInfo(zone)).date()


def midnight(day: date, zone: str) -> datetime:
    """Return the first moment of a day in a time zone."""
    return datetime.combine(day, time(), ZoneInfo(zone))


def months_after(day: date, months: int) -> date:
    """Return the same day some months later; the last day of the month where that day is missing."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def is_too_far(day: date, today: date) -> bool:
    """Return whether a day is so far ahead that it is a slip of the keyboard."""
    return day.year > today.year + FURTHEST_YEARS


def clock_in(time_zone: str, at: datetime) -> str:
    """Return the time of day of a moment in a time zone, such as "14:32"."""
    return f"{at.astimezone(ZoneInfo(time_zone)):%H:%M}"


def days_later(time_zone: str, at: datetime, days: int) -> datetime:
    """Return the same time of day some days later by the clocks of a time zone, in UTC."""
    local = at.astimezone(ZoneInfo(time_zone))
    return (local + timedelta(days=days)).astimezone(UTC)


def end_of_day(time_zone: str, at: datetime) -> datetime:
    """Return the first moment of the day after, by the clocks of a time zone, in UTC."""
    tomorrow = at.astimezone(ZoneInfo(time_zone)).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), ZoneInfo(time_zone)).astimezone(UTC)
