"""Changing the steps and people of a round that has begun: on record, and never what is signed already."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Membership
from accounts.refusals import BadInput, WrongState
from sop_library.actions.approving import locked
from sop_library.actions.checking import record, refuse_unless
from sop_library.actions.laying import check_people, lay_step, may_sign
from sop_library.domain import approval
from sop_library.domain.lifecycle import STATUS_WORDS, Status
from sop_library.domain.route import FINAL_MEANINGS, StepPlan, fault_of_step
from sop_library.models import Approval, ApprovalPerson, Version
from sop_library.notices import tell_signers
from sop_library.rounds import approvals_of, as_rule, next_approval, round_data

LONGEST_ROUND = 12


@transaction.atomic
def add_step(
    *, version: Version, plan: StepPlan, people: Collection[Membership], by: Membership, at: datetime
) -> Approval:
    """Put one more step after the one that waits now, and return it.

    NotAllowed, WrongState when the version is not in review, BadInput for a step or people that could not sign.
    """
    version, steps, now = _open_round(version, by)
    if len(steps) > LONGEST_ROUND:
        raise BadInput(f"A round has at most {LONGEST_ROUND} steps.")
    if fault := fault_of_step(plan):
        raise BadInput(fault[:1].upper() + fault[1:])
    if now.position == steps[-1].position and plan.meaning not in FINAL_MEANINGS:
        raise BadInput("It would be the last step, and that has to be approved or released.")
    check_people([(plan, list(people))], by=version.author, one_step_each=False)
    old = round_data(steps)
    for step in reversed(steps):
        if step.position > now.position:
            Approval.objects.filter(pk=step.pk).update(position=step.position + 1)
    made = lay_step(version, now.position + 1, plan, people)
    _check_and_record(version, old, f"Step “{plan.title}” added", by=by, at=at)
    return made


@transaction.atomic
def add_person(*, version: Version, position: int, person: Membership, by: Membership, at: datetime) -> Approval:
    """Name one more person for a step that is not complete, and return the step.

    NotAllowed, WrongState, BadInput for somebody who could not sign it and for a step that anyone may sign.
    """
    version, steps, _ = _open_round(version, by)
    step = _step_at(steps, position)
    if not step.named:
        raise BadInput("Anyone who may approve can sign this step already.")
    old = round_data(steps)
    _name(version, step, person)
    _check_and_record(version, old, f"{person.printed_name} added to “{step.title}”", by=by, at=at)
    tell_signers.enqueue(version.pk, version.round, left=[person.pk])
    return step


@transaction.atomic
def replace_person(
    *,
    version: Version,
    position: int,
    person: Membership,
    successor: Membership,
    reason: str,
    by: Membership,
    at: datetime,
) -> Approval:
    """Name somebody in the place of a person who has not signed, with a reason, and return the step.

    NotAllowed, WrongState, BadInput without a reason or for somebody who could not sign it.
    """
    version, steps, _ = _open_round(version, by)
    step = _step_at(steps, position)
    if not reason.strip():
        raise BadInput("Enter a reason: it is kept with the version.", field="reason")
    if person.pk not in step.rule.open_places:
        raise BadInput(f"{person.printed_name} has no place in this step that waits for a signature.")
    old = round_data(steps)
    ApprovalPerson.objects.filter(approval=step, person=person).delete()
    _name(version, step, successor)
    what = f"{successor.printed_name} in the place of {person.printed_name} in “{step.title}”"
    _check_and_record(version, old, what, reason=reason.strip(), by=by, at=at)
    tell_signers.enqueue(version.pk, version.round, left=[successor.pk])
    return step


def _open_round(version: Version, by: Membership) -> tuple[Version, list[Approval], Approval]:
    """Return the version as it is stored, its steps, and the one that waits; the version stays locked."""
    refuse_unless(by.organisation_id == version.organisation_id, "This procedure belongs to another organisation.")
    allowed = (by.is_manager or by.is_admin) and not by.is_suspended
    refuse_unless(allowed, "Only managers and administrators change who signs a version.")
    version = locked(version)
    steps = approvals_of(version) if version.status == Status.IN_REVIEW else []
    now = next_approval(steps)
    if now is None or version.status != Status.IN_REVIEW:
        state = STATUS_WORDS[Status(version.status)].lower()
        raise WrongState(f"{version} is {state} now, so its steps cannot be changed.")
    return version, steps, now


def _step_at(steps: Collection[Approval], position: int) -> Approval:
    step = next((each for each in steps if each.position == position and each.position), None)
    if step is None or step.rule.is_done:
        raise WrongState("This step is complete now. Look at the version again.")
    return step


def _name(version: Version, step: Approval, person: Membership) -> None:
    if person.pk == version.author_id:
        raise BadInput(f"{person.printed_name} prepared this version. Somebody else has to check and approve it.")
    if not may_sign(person, version.author):
        raise BadInput("Choose approvers of your own organisation.")
    if person.pk in step.rule.people | step.rule.signers:
        raise BadInput(f"{person.printed_name} stands in this step already.")
    ApprovalPerson.objects.create(approval=step, person=person)


def _check_and_record(
    version: Version, old: list[dict[str, Any]], what: str, *, by: Membership, at: datetime, reason: str = ""
) -> None:
    steps = approvals_of(version)
    if version.one_step_each and not approval.can_be_finished(as_rule(steps)):
        raise BadInput("One person would have to sign two steps, and a person signs once. Choose somebody else.")
    told = {"what": what, "reason": reason, "old": old, "new": round_data(steps)}
    record(version, "version.route_changed", by=by, at=at, round=version.round, **told)
