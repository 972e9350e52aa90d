"""What every action on a version checks first: the verb against the table, the roles, the state when it is saved."""

from datetime import datetime
from typing import Any

from accounts.domain.roles import Role
from accounts.models import Membership
from accounts.refusals import BadInput, NotAllowed, Stale, WrongState
from audit import trail
from sop_library.domain.lifecycle import STATUS_WORDS, Status, Transition, Verb, transition
from sop_library.models import Version

_DOING = {
    Verb.SUBMIT: "submit a version",
    Verb.NOTE: "issue an editorial note",
    Verb.APPROVE: "sign a version",
    Verb.RETURN: "return a version",
    Verb.PUBLISH: "publish a version",
    Verb.PUT_IN_FORCE: "end the training of a version",
    Verb.CONFIRM: "confirm a version",
    Verb.WITHDRAW: "withdraw a version",
}


def refuse_unless(allowed: bool, sentence: str) -> None:
    """Raise NotAllowed with the sentence unless the person may do it."""
    if not allowed:
        raise NotAllowed(sentence)


def checked_transition(version: Version, verb: Verb, *, by: Membership, reason: str = "") -> Transition:
    """Return the table's row for this verb; raises NotAllowed, WrongState, or BadInput for a missing reason."""
    refuse_unless(by.organisation_id == version.organisation_id, "This procedure belongs to another organisation.")
    row = transition(Status(version.status), verb)
    if row is None:
        refuse_role(verb, by)
        raise WrongState(f"{version} is {STATUS_WORDS[Status(version.status)].lower()} now, so you cannot {verb} it.")
    refuse_unless(bool(row.who & by.roles), _role_sentence(verb, row.who))
    if row.reason and not reason.strip():
        raise BadInput("Enter a reason: it is kept with the version.")
    return row


def refuse_role(verb: Verb, by: Membership) -> None:
    """Raise NotAllowed when no status would let these roles use the verb, before the state is told."""
    rows = [transition(status, verb) for status in Status]
    who: frozenset[Role] = frozenset().union(*(row.who for row in rows if row))
    refuse_unless(bool(who & by.roles), _role_sentence(verb, who))


def _role_sentence(verb: Verb, who: frozenset[Role]) -> str:
    return f"Only a member with the role {' or '.join(sorted(role.value for role in who))} can {_DOING[verb]}."


def move(version: Version, *, expected: dict[str, Any], **changes: Any) -> Version:
    """Compare and set: save the changes only when the columns still hold what was expected, and return the version.

    Raises Stale when somebody else was first.
    """
    rows = Version.objects.filter(pk=version.pk, **expected).update(**changes)
    if not rows:
        raise Stale("This version changed while you had it open. Read it again; nothing of yours was signed.")
    return Version.objects.select_related("sop", "organisation", "author__user").get(pk=version.pk)


def record(version: Version, action: str, *, by: Membership, at: datetime, **data: Any) -> None:
    """Write the act into the trail with what identifies the version."""
    trail.record(
        organisation=version.organisation,
        by=by,
        action=action,
        subject=version,
        at=at,
        data={"number": version.sop.number, "version": str(version.number), **data},
    )
