"""Storing changed values of the organisation and setting going what they mean for its procedures."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Membership, Organisation
from accounts.refusals import Stale, WrongState
from audit import trail
from sop_library.actions.checking import refuse_unless
from sop_library.actions.sharing import set_values
from sop_library.carrying import carry_on
from sop_library.domain.days import day_in
from sop_library.domain.numbering import ChangeSize
from sop_library.domain.reach import Way
from sop_library.models import Rollout, RolloutItem
from sop_library.reach import Reach, Touched, reach_of
from templates_app.domain.variables import Variable
from templates_app.models import OrganisationValue

_MANAGERS_ONLY = "Only managers start new versions. Save the values; a manager brings the procedures into step."


@transaction.atomic
def start_rollout(
    *,
    variables: Mapping[str, Variable],
    answers: Mapping[str, Any],
    sizes: Mapping[str, ChangeSize],
    shown: Mapping[str, str],
    seen: str,
    by: Membership,
    at: datetime,
) -> Rollout:
    """Store the answers, set going what they mean for each procedure they touch, and return the rollout.

    `shown` holds the digest of each editorial note that the signer's page carried, by SOP number: a text that changed
    since is refused. `seen` is `state_of` when the form was shown. The password was asked for before.
    Raises NotAllowed, Stale, WrongState when nothing is touched, kinds.ValueProblem.
    """
    refuse_unless(by.is_manager and not by.is_suspended, _MANAGERS_ONLY)
    # The organisation's row is the lock: what is touched is worked out from rows that others may change.
    Organisation.objects.select_for_update(no_key=True).get(pk=by.organisation_id)
    reach = reach_of(by, variables, answers, sizes, at)
    set_values(variables=variables, answers=answers, seen=seen, by=by, at=at)
    if not reach.touched:
        raise WrongState("Every procedure holds these values already, so there is nothing to start.")
    digests = _signed(reach, shown, by, at)
    rollout = Rollout.objects.create(
        organisation_id=by.organisation_id, summary=reach.summary, started_by=by, started_at=at, moved_at=at
    )
    RolloutItem.objects.bulk_create(_item(rollout, each, digests.get(each.sop.number, "")) for each in reach.touched)
    _record(rollout, reach, digests, by=by, at=at)
    carry_on.enqueue(rollout.pk)
    return rollout


def _signed(reach: Reach, shown: Mapping[str, str], by: Membership, at: datetime) -> dict[str, str]:
    """Return the digest of each editorial note, by SOP number; raises Stale unless the page showed the same."""
    today = day_in(by.organisation.time_zone, at)
    digests = {each.sop.number: each.note(today).digest for each in reach.notes}
    for number, digest in digests.items():
        if shown.get(number) != digest:
            raise Stale(f"The text of {number} changed after you opened this page. Look at it again, then sign.")
    return digests


def _item(rollout: Rollout, touched: Touched, digest: str) -> RolloutItem:
    return RolloutItem(
        organisation_id=rollout.organisation_id,
        rollout=rollout,
        sop=touched.sop,
        way=touched.way,
        change_size=touched.size,
        change_summary=touched.summary,
        values=touched.held.values,
        digest=digest,
    )


def _record(rollout: Rollout, reach: Reach, digests: Mapping[str, str], *, by: Membership, at: datetime) -> None:
    data = {
        "summary": rollout.summary,
        "procedures": [each.sop.number for each in reach.touched],
        "drafts": [each.sop.number for each in reach.by_way(Way.DRAFT)],
        "notes_signed": [f"{number} {digest}" for number, digest in digests.items()],
    }
    trail.record(organisation=by.organisation, by=by, action="rollout.started", subject=rollout, at=at, data=data)


@transaction.atomic
def resume_rollout(*, rollout: Rollout, by: Membership, at: datetime) -> Rollout:
    """Set a rollout going again whose worker is gone, and return it; raises NotAllowed, WrongState while it moves."""
    refuse_unless(by.is_manager and by.organisation_id == rollout.organisation_id, _MANAGERS_ONLY)
    locked = Rollout.objects.select_for_update(of=("self",), no_key=True).get(pk=rollout.pk)
    if not RolloutItem.objects.waiting().filter(rollout=locked).exists():
        raise WrongState("Every procedure of this change has been dealt with.")
    if not locked.has_stopped(at):
        raise WrongState("This change is being carried out at this moment. Give it a minute.")
    Rollout.objects.filter(pk=locked.pk).update(moved_at=at)
    data = {"waiting": RolloutItem.objects.waiting().filter(rollout=locked).count()}
    trail.record(organisation=by.organisation, by=by, action="rollout.resumed", subject=locked, at=at, data=data)
    carry_on.enqueue(locked.pk)
    return locked


@transaction.atomic
def try_again(*, item: RolloutItem, by: Membership, at: datetime) -> RolloutItem:
    """Let the worker take up a procedure that failed once more, and return it; what was signed for it still counts.

    Raises NotAllowed; WrongState when it has not failed, or the organisation's values are others by now.
    """
    refuse_unless(by.is_manager and by.organisation_id == item.organisation_id, _MANAGERS_ONLY)
    number, kept = item.sop.number, OrganisationValue.objects.visible_to(by).by_name()
    if any(kept.get(name) != value for name, value in item.values.items()):
        raise WrongState(f"The values have changed since. Bring {number} into step from the page of values.")
    State = RolloutItem.State
    rows = RolloutItem.objects.filter(pk=item.pk, state=State.FAILED)
    if not rows.update(state=State.WAITING, sentence="", tries=0):
        raise WrongState(f"{number} has not failed, or somebody has tried again already. Look at where it stands now.")
    Rollout.objects.filter(pk=item.rollout_id).update(moved_at=at)
    data = {"number": number}
    trail.record(organisation=by.organisation, by=by, action="rollout.retried", subject=item.rollout, at=at, data=data)
    carry_on.enqueue(item.rollout_id)
    return RolloutItem.objects.select_related("sop", "rollout").get(pk=item.pk)
