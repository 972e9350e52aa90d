"""Naming somebody who signs while one is away, and ending that."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from accounts.models import Membership, Organisation
from accounts.refusals import BadInput, NotAllowed, WrongState
from audit import trail
from sop_library.actions.checking import refuse_unless
from sop_library.actions.laying import may_sign
from sop_library.domain.days import day_in
from sop_library.models import Delegation

LONGEST_DAYS = 365


@transaction.atomic
def delegate(
    *,
    person: Membership,
    delegate: Membership,
    from_on: date,
    until_on: date,
    by: Membership,
    at: datetime,
    today: date,
) -> Delegation:
    """Let another approver sign in a person's place from one day until another, both counted in; return it.

    The delegate signs as themselves. Nobody stands in for a delegate in turn. NotAllowed for everybody but the person
    and admins, BadInput for days that are over or overlap, and for people who could not sign.
    """
    refuse_unless(by.organisation_id == person.organisation_id, "This person belongs to another organisation.")
    _refuse_others(person, by)
    _check_people(person, delegate)
    _check_days(from_on, until_on, today)
    # The organisation's row is the lock: two delegations of one person follow each other and are compared.
    organisation = Organisation.objects.select_for_update(no_key=True).get(pk=person.organisation_id)
    _refuse_overlap(person, from_on, until_on)
    made: Delegation = Delegation.objects.create(
        organisation=organisation,
        person=person,
        delegate=delegate,
        from_on=from_on,
        until_on=until_on,
        made_at=at,
        made_by=by,
    )
    _record(made, "delegation.made", by=by, at=at)
    return made


@transaction.atomic
def end_delegation(*, delegation: Delegation, by: Membership, at: datetime) -> Delegation:
    """End a delegation at once and return it; what was signed stays. NotAllowed, WrongState when it is ended."""
    refuse_unless(by.organisation_id == delegation.organisation_id, "This belongs to another organisation.")
    _refuse_others(delegation.person, by)
    if not Delegation.objects.filter(pk=delegation.pk, ended_at=None).update(ended_at=at):
        raise WrongState("This was ended already.")
    delegation.ended_at = at
    _record(delegation, "delegation.ended", by=by, at=at)
    return delegation


def held_place(person: int, *, by: Membership, at: datetime) -> Membership:
    """Return the person in whose place `by` signs now; their delegation does not end before the transaction does.

    Without that, the trail could tell of its end before a signature that was given by it. NotAllowed when it has ended.
    """
    day = day_in(by.organisation.time_zone, at)
    rows = Delegation.objects.select_for_update(of=("self",), no_key=True).on(day)
    found: Delegation | None = rows.filter(person=person, delegate=by).select_related("person__user").first()
    if found is None:
        raise NotAllowed("You no longer stand in for anybody whom this step names.")
    return found.person


def _refuse_others(person: Membership, by: Membership) -> None:
    is_theirs = person.pk == by.pk and by.is_approver
    refuse_unless(
        (is_theirs or by.is_admin) and not by.is_suspended,
        "Only the person who is away, or an administrator, says who stands in.",
    )


def _check_people(person: Membership, delegate: Membership) -> None:
    if person.pk == delegate.pk:
        raise BadInput("Choose somebody else: a person cannot stand in for themselves.", field="delegate")
    if not (may_sign(delegate, person) and may_sign(person, person)):
        raise BadInput("Choose approvers of your own organisation.", field="delegate")


def _check_days(from_on: date, until_on: date, today: date) -> None:
    if until_on < from_on:
        raise BadInput("The last day must be the first day or later.", field="until_on")
    if until_on < today:
        raise BadInput("The last day must be today or later.", field="until_on")
    if (until_on - from_on).days > LONGEST_DAYS:
        raise BadInput("Name somebody for a year at most.", field="until_on")


def _refuse_overlap(person: Membership, from_on: date, until_on: date) -> None:
    same_days = Q(from_on__lte=until_on, until_on__gte=from_on)
    other = Delegation.objects.filter(same_days, person=person, ended_at=None).select_related("delegate__user").first()
    if other is not None:
        days = f"{other.from_on:%-d %B} to {other.until_on:%-d %B %Y}"
        raise BadInput(f"{other.delegate} stands in from {days} already. End that first, or choose other days.")


def _record(delegation: Delegation, action: str, *, by: Membership, at: datetime) -> None:
    data = {
        "delegation": delegation.pk,
        "person": delegation.person.printed_name,
        "person_id": delegation.person_id,
        "delegate": delegation.delegate.printed_name,
        "delegate_id": delegation.delegate_id,
        "from_on": delegation.from_on.isoformat(),
        "until_on": delegation.until_on.isoformat(),
    }
    trail.record(
        organisation=delegation.organisation, by=by, action=action, subject=delegation.person, at=at, data=data
    )
