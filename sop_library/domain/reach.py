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


def why_no_note(*, is_allowed: bool, is_newest: bool, is_coming: bool, is_same: bool) -> str:
    """Return why an editorial change cannot be issued by note, "" when it can.

    A note is in force at once and follows the newest version, so that one has to be in force.
    """
    if not is_allowed:
        return "Editorial notes are switched off here, so it gets a draft for the route."
    if not is_newest:
        return "Its newest version was withdrawn, so it gets a draft for the route."
    if is_coming:
        return "Its newest version begins on a later day and a note would come before it, so it gets a draft."
    if not is_same:
        return "More of its text would be written otherwise today than this value, so it gets a draft for the route."
    return ""


def larger(first: ChangeSize, second: ChangeSize) -> ChangeSize:
    """Return the larger of two sizes: an organisation raises a template's size and never lowers it."""
    return max(first, second, key=ORDER.index)


def largest(sizes: Iterable[ChangeSize]) -> ChangeSize:
    """Return the largest size: values that change together go the way of the largest one."""
    return max(sizes, key=ORDER.index, default=ChangeSize.EDITORIAL)


def summary_of(changes: Iterable[tuple[str, str, str]]) -> str:
    """Return (label, old, new) as the revision history says it: "CRM system: Zendesk becomes Freshdesk."."""
    said = [f"{label}: {short(old) or 'nothing'} becomes {short(new) or 'nothing'}" for label, old, new in changes]
    rest = f"; and {len(said) - NAMED_AT_MOST} more" if len(said) > NAMED_AT_MOST else ""
    return "; ".join(said[:NAMED_AT_MOST]) + rest + "." if said else ""


def short(text: str) -> str:
    """Return a value on one line, cut where it gets long."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_AT_MOST else f"{line[:SHOWN_AT_MOST].rstrip()}…"
