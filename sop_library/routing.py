"""Which route a version passes, and whom its steps name today."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q

from accounts.domain.roles import Role
from accounts.models import Membership
from sop_library.domain.route import DEFAULT_STEPS, StepPlan
from sop_library.models import Route


@dataclass(frozen=True, slots=True)
class RoutePlan:
    """A route's steps in order, whether one person signs one of them only, and whose it is.

    `route` is its key, None for the built-in one; `template` that of the template it is for, None for all others.
    """

    steps: tuple[StepPlan, ...] = DEFAULT_STEPS
    one_step_each: bool = True
    route: int | None = None
    template: int | None = None


def route_of(organisation_id: int, template_id: int | None = None) -> RoutePlan:
    """Return the route of what is made from a template: the template's, else the organisation's, else the built-in."""
    rows = Route.objects.filter(organisation_id=organisation_id)
    wanted = Q(template=None) if template_id is None else Q(template=None) | Q(template_id=template_id)
    found = rows.filter(wanted).order_by(F("template").asc(nulls_last=True)).prefetch_related("steps__people").first()
    if found is None:
        return RoutePlan()
    steps = tuple(row.plan for row in found.steps.all())
    return RoutePlan(steps, found.one_step_each, found.pk, found.template_id)


def approvers_of(organisation_id: int) -> list[Membership]:
    """Return the people who may sign steps in an organisation, by name."""
    rows = Membership.objects.filter(organisation_id=organisation_id).active().holding(Role.APPROVER)
    return list(rows.select_related("user", "organisation").order_by("user__name", "pk"))


def pool_of(plan: StepPlan, approvers: Sequence[Membership], *, author: int | None = None) -> list[Membership]:
    """Return whom a step names among the approvers, without the author; for a step that names nobody it is empty."""
    return [person for person in approvers if person.pk != author and _is_named(plan, person)]


def _is_named(plan: StepPlan, person: Membership) -> bool:
    if person.pk in plan.people:
        return True
    if not (plan.job_title or plan.department):
        return False
    has_title = not plan.job_title or person.title.casefold() == plan.job_title.casefold()
    return has_title and (not plan.department or person.department.casefold() == plan.department.casefold())


def route_data(route: RoutePlan) -> dict[str, Any]:
    """Return a route as the trail tells it."""
    keys = {key for step in route.steps for key in (*step.people, step.escalate_to) if key is not None}
    people = {
        person.pk: person.printed_name for person in Membership.objects.filter(pk__in=keys).select_related("user")
    }
    return {
        "one_step_each": route.one_step_each,
        "steps": [_step_data(step, people) for step in route.steps],
    }


def _step_data(step: StepPlan, people: dict[int, str]) -> dict[str, Any]:
    """Return what a step says; what it leaves out is not told."""
    said: dict[str, Any] = {
        "title": step.title,
        "meaning": str(step.meaning),
        "statement": step.own_statement,
        "quorum": str(step.quorum),
        "count": step.count if step.quorum == "some" else None,
        "people": [{"id": key, "name": people.get(key, "")} for key in step.people],
        "job_title": step.job_title,
        "department": step.department,
        "author_may_choose": step.is_open,
        "due_days": step.due_days,
        "remind_days": step.remind_days,
        "escalate_days": step.escalate_days,
        "escalate_to": people.get(step.escalate_to or 0, ""),
    }
    return {name: value for name, value in said.items() if value not in (None, "", [])}
