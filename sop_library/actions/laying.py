"""Laying the steps of a round from the route, with the people who sign them."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from accounts.domain.roles import Role
from accounts.models import Membership
from accounts.refusals import BadInput
from sop_library.actions.checking import refuse_unless
from sop_library.domain import approval
from sop_library.domain.approval import Quorum
from sop_library.domain.route import StepPlan
from sop_library.domain.signature import Meaning
from sop_library.models import Approval, ApprovalPerson, Version
from sop_library.routing import RoutePlan, approvers_of, pool_of

Assignees = Mapping[int, Collection[Membership]]
Laid = tuple[StepPlan, Sequence[Membership]]


def chosen_people(route: RoutePlan, assignees: Assignees, *, by: Membership) -> list[Laid]:
    """Return each step of the route with the people who may sign it, nobody meaning any approver.

    `assignees` gives other people for a position where the route leaves that to the author. Titles and departments
    are resolved here: the round then says by name who may sign. BadInput, NotAllowed where nobody could.
    """
    approvers = approvers_of(by.organisation_id)
    laid: list[Laid] = [
        (plan, _people(number, plan, assignees.get(number), approvers, by))
        for number, plan in enumerate(route.steps, 1)
    ]
    check_people(laid, by=by, one_step_each=route.one_step_each)
    return laid


def _people(
    number: int, plan: StepPlan, given: Collection[Membership] | None, approvers: Sequence[Membership], by: Membership
) -> list[Membership]:
    pool = pool_of(plan, approvers, author=by.pk)
    if given is not None and {person.pk for person in given} != {person.pk for person in pool}:
        refuse_unless(plan.is_open, f"The route says who signs step {number}. Ask an administrator to change it.")
        return list(given)
    missing = set(plan.people) - {person.pk for person in pool} - {by.pk}
    if plan.names_people and (not pool or (plan.quorum is Quorum.ALL and missing)):
        names = ", ".join(str(person) for person in Membership.objects.filter(pk__in=missing).select_related("user"))
        told = f"{names} cannot sign at present" if names else "there is nobody of the route who can sign it"
        todo = "Choose somebody else." if plan.is_open else "Ask an administrator to change the route."
        raise BadInput(f"Step {number}, {plan.title.lower()}: {told}. {todo}")
    return pool


def check_people(laid: Sequence[Laid], *, by: Membership, one_step_each: bool) -> None:
    """Raise BadInput or NotAllowed unless these people can sign the steps, with `by` as the author."""
    named = [person for _, people in laid for person in people]
    if any(person.pk == by.pk for person in named):
        raise BadInput("You prepare this version, so choose somebody else to check and approve it.")
    refuse_unless(all(may_sign(person, by) for person in named), "Choose approvers of your own organisation.")
    for number, (plan, people) in enumerate(laid, 1):
        refuse_too_few(f"Step {number}, {plan.title.lower()}", plan, people)
    if one_step_each and not approval.can_be_finished([_as_rule(plan, people) for plan, people in laid]):
        raise BadInput("One person stands in two steps. A person signs once, so choose somebody else for one of them.")


def refuse_too_few(where: str, plan: StepPlan, people: Collection[Membership]) -> None:
    """Raise BadInput when the named people cannot meet the step's quorum."""
    if plan.quorum is Quorum.ALL and not people:
        raise BadInput(f"{where}: all of them sign, so name the people.")
    if people and plan.quorum is Quorum.SOME and len(people) < plan.count:
        raise BadInput(f"{where}: {plan.count} have to sign, so name as many people or more.")


def may_sign(person: Membership, by: Membership) -> bool:
    """Return whether a person may sign steps where `by` is a member."""
    return person.organisation_id == by.organisation_id and person.holds(Role.APPROVER)


def _as_rule(plan: StepPlan, people: Iterable[Membership]) -> approval.Step:
    keys = frozenset(person.pk for person in people)
    return approval.Step(0, plan.meaning, keys, plan.quorum, plan.count)


def lay_step(version: Version, position: int, plan: StepPlan, people: Iterable[Membership]) -> Approval:
    """Store and return one step of the version's round with its people."""
    row: Approval = Approval.objects.create(
        organisation_id=version.organisation_id,
        version=version,
        round=version.round,
        position=position,
        meaning=plan.meaning,
        title=plan.title,
        statement=plan.statement,
        **plan.terms,
    )
    ApprovalPerson.objects.bulk_create(ApprovalPerson(approval=row, person=person) for person in people)
    return row


def lay_prepared(version: Version, *, by: Membership, statement: str = "") -> Approval:
    """Store and return the step that the author signs; an editorial note has a statement of its own."""
    row = lay_step(version, 0, StepPlan(Meaning.PREPARED), [by])
    if statement:
        row.statement = statement
        row.save(update_fields=["statement"])
    return row


def lay_round(version: Version, laid: Iterable[Laid], *, by: Membership) -> Approval:
    """Store the steps of the version's round and return the author's own."""
    for position, (plan, people) in enumerate(laid, 1):
        lay_step(version, position, plan, people)
    return lay_prepared(version, by=by)
