"""How long an account stays locked from an address: 15 minutes, then twice as long each time, at most a day."""

from datetime import timedelta

FIRST = timedelta(minutes=15)
LONGEST = timedelta(hours=24)
FORGOTTEN = timedelta(days=1)  # after the end of the last lock


def duration(locks: int) -> timedelta:
    """Return how long the lock lasts that is the `locks`-th in a row; the first one for 0 and 1."""
    doublings = min(max(locks - 1, 0), 10)
    return min(FIRST * (1 << doublings), LONGEST)


def words(left: timedelta) -> str:
    """Return a time to wait, rounded up: “15 minutes”, “2 hours”."""
    minutes = max(-(-int(left.total_seconds()) // 60), 1)
    if minutes < 120:
        return f"{minutes} minute{'' if minutes == 1 else 's'}"
    return f"{-(-minutes // 60)} hours"
