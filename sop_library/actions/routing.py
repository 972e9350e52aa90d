"""Setting the steps that versions pass between submit and publish, for an organisation or one of its templates."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import Membership, Organisation
from accounts.refusals import BadInput
from audit import trail
from sop_library.actions.checking import refuse_unless
from sop_library.actions.laying import may_sign
from sop_library.domain import approval
from sop_library.domain.route import StepPlan, fault_of
from sop_library.domain.signature import Meaning
from sop_library.models import Route, RouteStep
from sop_library.querysets import sees_work
from sop_library.routing import RoutePlan, route_data, route_of
from templates_app.models import Template


@transaction.atomic
def set_route(
    *,
    steps: Sequence[StepPlan],
    by: Membership,
    at: datetime,
    template: Template | None = None,
    one_step_each: bool = True,
) -> Route:
    """Give the organisation, or what it makes from a template, a route of these steps in order, and return it.

    Versions that are in review keep the steps they were submitted with. The same route again writes nothing.
    Raises NotAllowed for everyone but admins, BadInput for a route that no version could pass.
    """
    refuse_unless(by.is_admin and not by.is_suspended, "Only admins set the route.")
    _check(steps, by, one_step_each=one_step_each)
    key = template.pk if template else None
    # The organisation's row is the lock: two admins who save at once follow each other.
    organisation = Organisation.objects.select_for_update(no_key=True).get(pk=by.organisation_id)
    old = route_of(organisation.pk, key)
    new = RoutePlan(tuple(steps), one_step_each, old.route, key)
    if old == new and old.route is not None:
        return Route.objects.get(pk=old.route)
    route, _ = Route.objects.update_or_create(
        organisation=organisation, template=template, defaults={"one_step_each": one_step_each}
    )
    route.steps.all().delete()
    for position, plan in enumerate(steps, 1):
        _store(route, position, plan)
    _record(organisation, template, old, new, by=by, at=at)
    return route


@transaction.atomic
def drop_route(*, template: Template, by: Membership, at: datetime) -> None:
    """Take a template's own route away: what is made from it follows the organisation's again. NotAllowed.

    A template without one is left as it is.
    """
    refuse_unless(by.is_admin and not by.is_suspended, "Only admins set the route.")
    organisation = Organisation.objects.select_for_update(no_key=True).get(pk=by.organisation_id)
    rows = Route.objects.filter(organisation=organisation, template=template)
    old = route_of(organisation.pk, template.pk)
    if rows.delete()[0]:
        _record(organisation, template, old, route_of(organisation.pk, template.pk), by=by, at=at)


def _record(
    organisation: Organisation,
    template: Template | None,
    old: RoutePlan,
    new: RoutePlan,
    *,
    by: Membership,
    at: datetime,
) -> None:
    about = {"template": template.title} if template else {}
    data = {**about, "old": route_data(old), "new": route_data(new)}
    trail.record(organisation=organisation, by=by, action="route.changed", subject=organisation, at=at, data=data)


def _store(route: Route, position: int, plan: StepPlan) -> None:
    is_own = plan.meaning is Meaning.OTHER
    row = RouteStep.objects.create(
        route=route,
        position=position,
        meaning=plan.meaning,
        own_title=plan.own_title if is_own else "",
        own_statement=plan.own_statement if is_own else "",
        job_title=plan.job_title,
        department=plan.department,
        is_open=plan.is_open,
        **plan.terms,
    )
    row.people.set(plan.people)


def _check(steps: Sequence[StepPlan], by: Membership, *, one_step_each: bool) -> None:
    fault = fault_of(steps)
    if fault:
        raise BadInput(fault)
    keys = {key for step in steps for key in step.people}
    people = {person.pk: person for person in Membership.objects.filter(pk__in=keys).select_related("user")}
    if len(people) < len(keys) or not all(may_sign(person, by) for person in people.values()):
        raise BadInput("Choose approvers of your own organisation.")
    told = {step.escalate_to for step in steps if step.escalate_to is not None}
    rows = Membership.objects.filter(pk__in=told, organisation_id=by.organisation_id).active()
    if sum(sees_work(person) for person in rows) < len(told):
        raise BadInput("Choose managers, approvers or administrators of your own organisation as those who are told.")
    # A role may bring further people, so only steps that name people alone can be known to be too few.
    fixed = [step for step in steps if step.people and not (step.job_title or step.department)]
    rule = [approval.Step(0, step.meaning, frozenset(step.people), step.quorum, step.count) for step in fixed]
    if one_step_each and not approval.can_be_finished(rule):
        alone = [step.people for step in fixed]
        twice = next((key for key in sorted(keys) if sum(key in each for each in alone) > 1), None)
        name = people[twice].printed_name if twice is not None else "Somebody"
        raise BadInput(f"{name} has two steps. A person signs once, so give one of them to somebody else.")
