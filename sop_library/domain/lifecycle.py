"""The life of a version: one table that actions enforce, pages offer as buttons, `docs/lifecycle.md` prints.

What is in force is not a status. A published version has a date range, and `phase` names where a moment falls in it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from accounts.domain.roles import Role
from sop_library.domain.signature import Meaning


class Status(StrEnum):
    """What has been done with a version."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


STATUS_WORDS = {
    Status.DRAFT: "Draft",
    Status.IN_REVIEW: "In review",
    Status.APPROVED: "Approved",
    Status.PUBLISHED: "Published",
    Status.WITHDRAWN: "Withdrawn",
}


class Verb(StrEnum):
    """What a person may do to a version."""

    SUBMIT = "submit"
    NOTE = "note"
    APPROVE = "approve"
    RETURN = "return"
    PUBLISH = "publish"
    PUT_IN_FORCE = "put in force"
    CONFIRM = "confirm"
    WITHDRAW = "withdraw"


class Phase(StrEnum):
    """The name of a version's place in time, as the badge shows it."""

    DRAFT = "Draft"
    IN_REVIEW = "In review"
    APPROVED = "Approved"
    TRAINING = "In training"
    SCHEDULED = "Scheduled"
    EFFECTIVE = "Effective"
    SUPERSEDED = "Superseded"
    WITHDRAWN = "Withdrawn"


@dataclass(frozen=True, slots=True)
class Transition:
    """Where a verb leads, who may do it, which meaning is signed, whether a reason must be given."""

    to: Status
    who: frozenset[Role]
    signed: bool = False
    reason: bool = False
    note: str = ""


_MANAGERS = frozenset({Role.MANAGER})
_APPROVERS = frozenset({Role.APPROVER})
_OWNERS = frozenset({Role.MANAGER, Role.ADMIN})

TRANSITIONS: dict[tuple[Status, Verb], Transition] = {
    (Status.DRAFT, Verb.SUBMIT): Transition(
        Status.IN_REVIEW,
        _MANAGERS,
        signed=True,
        note=f"the author signs “{Meaning.PREPARED.value}”; the text is frozen",
    ),
    (Status.DRAFT, Verb.NOTE): Transition(
        Status.APPROVED,
        _MANAGERS,
        signed=True,
        note="an editorial note: the author alone signs “prepared”; only editorial values differ",
    ),
    (Status.IN_REVIEW, Verb.APPROVE): Transition(
        Status.APPROVED, _APPROVERS, signed=True, note="each step of the route signs; the last one moves the version on"
    ),
    (Status.IN_REVIEW, Verb.RETURN): Transition(
        Status.DRAFT, _MANAGERS | _APPROVERS, reason=True, note="the round's signatures are void; the text thaws"
    ),
    (Status.APPROVED, Verb.RETURN): Transition(
        Status.DRAFT, _MANAGERS | _APPROVERS, reason=True, note="the round's signatures are void; the text thaws"
    ),
    (Status.APPROVED, Verb.PUBLISH): Transition(
        Status.PUBLISHED, _OWNERS, note="page and PDF are stored; the version before it ends when this one begins"
    ),
    (Status.PUBLISHED, Verb.PUT_IN_FORCE): Transition(
        Status.PUBLISHED, _OWNERS, note="only in training; before enough people have signed, a reason is required"
    ),
    (Status.PUBLISHED, Verb.CONFIRM): Transition(
        Status.PUBLISHED, _MANAGERS | _APPROVERS, signed=True, note="only in force: “still right”, with the next review"
    ),
    (Status.PUBLISHED, Verb.WITHDRAW): Transition(
        Status.WITHDRAWN, _OWNERS, reason=True, note="it stays readable, marked in words"
    ),
}

OPEN = frozenset({Status.DRAFT, Status.IN_REVIEW, Status.APPROVED})


def transition(status: Status, verb: Verb) -> Transition | None:
    """Return the row of the table, or None when the verb does not apply to the status."""
    return TRANSITIONS.get((status, verb))


def verbs_for(status: Status, roles: frozenset[Role]) -> tuple[Verb, ...]:
    """Return the verbs that somebody with these roles may use on a version with this status, in table order."""
    return tuple(verb for (state, verb), row in TRANSITIONS.items() if state is status and row.who & roles)


def phase(status: Status, in_force_from: datetime | None, in_force_until: datetime | None, at: datetime) -> Phase:
    """Return the name of the version's place in time at a moment.

    A published version without a first moment is in training: it begins when enough people have signed.
    """
    if status is not Status.PUBLISHED:
        return Phase(STATUS_WORDS[status])
    if in_force_from is not None and at < in_force_from:
        return Phase.SCHEDULED
    if in_force_until is not None and at >= in_force_until:
        return Phase.SUPERSEDED
    return Phase.EFFECTIVE if in_force_from is not None else Phase.TRAINING


def as_markdown() -> str:
    """Return the table as Markdown, for `docs/lifecycle.md`."""
    rows = ["| from | verb | to | who | signed | reason | what happens |", "|---|---|---|---|---|---|---|"]
    for (status, verb), row in TRANSITIONS.items():
        who = ", ".join(sorted(role.value for role in row.who))
        signed, reason = ("yes" if row.signed else "no"), ("required" if row.reason else "none")
        rows.append(f"| {status.value} | {verb.value} | {row.to.value} | {who} | {signed} | {reason} | {row.note} |")
    return "\n".join(rows) + "\n"
