"""What a changed value of the organisation decides for a procedure that uses it."""

from collections.abc import Iterable
from enum import StrEnum

from sop_library.domain.numbering import ChangeSize

ORDER = (ChangeSize.EDITORIAL, ChangeSize.MINOR, ChangeSize.MAJOR)
SHOWN_AT_MOST = 60
NAMED_AT_MOST = 12


class Way(StrEnum):
    """How a procedure comes to hold the new value. Nothing published changes by itself."""

    NOTE = "note"
    DRAFT = "draft"
    KEEP = "keep"
    LATER = "later"


def larger(first: ChangeSize, second: ChangeSize) -> ChangeSize:
    """Return the larger of two sizes: an organisation raises a template's size and never lowers it."""
    return max(first, second, key=ORDER.index)


def largest(sizes: Iterable[ChangeSize]) -> ChangeSize:
    """Return the largest size: values that change together go the way of the largest one."""
    return max(sizes, key=ORDER.index, default=ChangeSize.EDITORIAL)


def way_of(size: ChangeSize, *, notes_allowed: bool, is_scheduled: bool) -> Way:
    """Return how a procedure without an open version takes the change: editorial by note, anything else by the route.

    A note is in force at once, so it cannot come before a version that is published for a later day.
    """
    return Way.NOTE if size is ChangeSize.EDITORIAL and notes_allowed and not is_scheduled else Way.DRAFT


def summary_of(changes: Iterable[tuple[str, str, str]]) -> str:
    """Return (label, old, new) as the revision history says it: "CRM system: Zendesk becomes Freshdesk."."""
    said = [f"{label}: {short(old) or 'nothing'} becomes {short(new) or 'nothing'}" for label, old, new in changes]
    rest = f"; and {len(said) - NAMED_AT_MOST} more" if len(said) > NAMED_AT_MOST else ""
    return "; ".join(said[:NAMED_AT_MOST]) + rest + "." if said else ""


def short(text: str) -> str:
    """Return a value on one line, cut where it gets long."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_AT_MOST else f"{line[:SHOWN_AT_MOST].rstrip()}…"
