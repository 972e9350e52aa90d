"""Setting the steps that every version of an organisation passes between submit and publish."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Membership, Organisation
from accounts.refusals import BadInput
from audit import trail
from sop_library.actions.approving import route_of
from sop_library.actions.checking import refuse_unless
from sop_library.domain.approval import LONGEST_ROUTE
from sop_library.domain.signature import TITLES, Meaning
from sop_library.models import RouteStep

Step = tuple[Meaning, Membership | None]


@transaction.atomic
def set_route(*, steps: Sequence[Step], by: Membership, at: datetime) -> list[RouteStep]:
    """Replace the organisation's route by these steps in order and return its rows; a person of None is anyone.

    Versions that are in review keep the steps they were submitted with. The same route again writes nothing.
    Raises NotAllowed for everyone but admins, BadInput for a route that no version could pass.
    """
    refuse_unless(by.is_admin and not by.is_suspended, "Only admins set the route.")
    _check(steps, by)
    # The organisation's row is the lock: two admins who save at once follow each other.
    organisation = Organisation.objects.select_for_update(no_key=True).get(pk=by.organisation_id)
    old = [(meaning, person) for _, meaning, person in route_of(organisation.pk)]
    rows = RouteStep.objects.filter(organisation=organisation)
    if rows and _as_data(old) == _as_data(steps):
        return list(rows)
    rows.delete()
    made = [
        RouteStep.objects.create(organisation=organisation, position=position, meaning=meaning, assignee=person)
        for position, (meaning, person) in enumerate(steps, 1)
    ]
    trail.record(
        organisation=organisation,
        by=by,
        action="route.changed",
        subject=organisation,
        at=at,
        data={"old": _as_data(old), "new": _as_data(steps)},
    )
    return made


def _check(steps: Sequence[Step], by: Membership) -> None:
    if not 1 <= len(steps) <= LONGEST_ROUTE:
        raise BadInput(f"A route has 1 to {LONGEST_ROUTE} steps; this has {len(steps)}.")
    if any(meaning not in {Meaning.REVIEWED, Meaning.APPROVED} for meaning, _ in steps):
        raise BadInput("Each step is either reviewed or approved.")
    if steps[-1][0] is not Meaning.APPROVED:
        raise BadInput("The last step has to be approved. Add that step or change the last one.")
    named = [person for _, person in steps if person is not None]
    for person in named:
        may_sign = person.organisation_id == by.organisation_id and person.is_approver and not person.is_suspended
        if not may_sign:
            raise BadInput("Choose approvers of your own organisation.")
    twice = next((person for person in named if [other.pk for other in named].count(person.pk) > 1), None)
    if twice is not None:
        name = twice.printed_name
        raise BadInput(f"{name} has two steps. A person signs once, so give one of them to somebody else.")


def _as_data(steps: Sequence[Step]) -> list[dict[str, Any]]:
    return [
        {"meaning": str(meaning), "title": TITLES[meaning], "person": person.pk if person else None,
         "name": person.printed_name if person else ""}
        for meaning, person in steps
    ]  # fmt: skip
