"""Changing the values that an organisation gives once for all of its SOPs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Membership, Organisation
from accounts.refusals import Stale
from sop_library.sharing import state_of
from templates_app.actions import set_organisation_value
from templates_app.domain.variables import Variable
from templates_app.models import OrganisationValue


@transaction.atomic
def set_values(
    *, variables: Mapping[str, Variable], answers: Mapping[str, Any], seen: str, by: Membership, at: datetime
) -> list[Variable]:
    """Store the answers that differ from what is kept and return their variables; all or none.

    `seen` is `state_of` when the form was shown. Raises Stale when somebody else saved since, kinds.ValueProblem,
    NotAllowed.
    """
    # The organisation's row is the lock: two people who save at once follow each other.
    Organisation.objects.select_for_update(no_key=True).get(pk=by.organisation_id)
    if seen != state_of(by.organisation_id):
        raise Stale(_who_was_first(by.organisation_id))
    kept = OrganisationValue.objects.visible_to(by).by_name()
    changed = [variables[name] for name, answer in answers.items() if (answer or None) != (kept.get(name) or None)]
    for variable in changed:
        answer = answers[variable.name]
        set_organisation_value(variable=variable, value="" if answer is None else answer, by=by, at=at)
    return changed


def _who_was_first(organisation_id: int) -> str:
    rows = OrganisationValue.objects.filter(organisation_id=organisation_id).select_related("updated_by")
    last = rows.order_by("-updated_at").first()
    who = f"{last.updated_by.name} saved at {last.updated_at:%H:%M} UTC" if last else "Somebody saved"
    return f"{who} while you had these values open. What you typed is below: compare it, then save again."
