"""Every step that waits for a signature, and who may give it now: one rule for pages, letters and reminders."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Membership, Organisation
from sop_library.domain import approval
from sop_library.domain.lifecycle import Status
from sop_library.models import Approval, Version
from sop_library.rounds import Times, as_rule, away_by_delegate, delegations_on, next_approval, times_of
from sop_library.routing import approvers_of


@dataclass(frozen=True, slots=True)
class Waiting:
    """The step of a version in review that waits, the people who may sign it now, since when and until when."""

    version: Version
    step: Approval
    people: list[Membership]
    since: datetime
    due_at: datetime | None
    remind_at: datetime | None
    escalate_at: datetime | None
    escalate_to: Membership | None

    def is_overdue(self, at: datetime) -> bool:
        """Whether its last day is over."""
        return self.due_at is not None and at >= self.due_at


def waiting_steps(organisation: Organisation, at: datetime) -> list[Waiting]:
    """Return the waiting step of each of the organisation's versions in review, with the people who may sign it."""
    return _found(organisation, _open(organisation), approvers_of(organisation.pk), at)


def waiting_step(version: Version, at: datetime) -> Waiting | None:
    """Return the step of one version that waits; None when it is not in review."""
    rows = [version] if version.status == Status.IN_REVIEW else []
    found = _found(version.organisation, rows, approvers_of(version.organisation_id), at)
    return found[0] if found else None


def waiting_for(member: Membership, at: datetime) -> list[Waiting]:
    """Return the steps that this member may sign now, by their own right or in the place of somebody who is away."""
    if not member.is_approver or member.is_suspended:
        return []
    rows = _found(member.organisation, _open(member.organisation), [member], at)
    return due_first(row for row in rows if row.people)


def due_first(rows: Iterable[Waiting]) -> list[Waiting]:
    """Return the rows with what is due first in front, so that what is overdue leads; then what waits longest."""
    return sorted(rows, key=lambda row: (row.due_at is None, row.due_at or row.since, row.since))


def _open(organisation: Organisation) -> list[Version]:
    rows = Version.objects.filter(organisation=organisation, status=Status.IN_REVIEW).light().order_by("frozen_at")
    return list(rows.select_related("sop", "organisation", "author__user"))


def _found(
    organisation: Organisation, versions: Iterable[Version], approvers: Iterable[Membership], at: datetime
) -> list[Waiting]:
    versions = list(versions)
    steps: dict[int, list[Approval]] = defaultdict(list)
    keys = [version.pk for version in versions]
    for row in Approval.objects.of_open_rounds().filter(version__in=keys).select_related("escalate_to__user"):
        steps[row.version_id].append(row)
    away = away_by_delegate(delegations_on(organisation.pk, organisation.time_zone, at)) if versions else {}
    found = []
    for version in versions:
        step = next_approval(steps[version.pk])
        times = step and times_of(version, steps[version.pk], step)
        if step and times:
            found.append(_waiting(version, step, times, _who_may_sign(version, steps[version.pk], approvers, away)))
    return found


def _who_may_sign(
    version: Version, approvals: list[Approval], approvers: Iterable[Membership], away: dict[int, set[int]]
) -> list[Membership]:
    steps = as_rule(approvals)

    def reason(person: Membership) -> str:
        absent, each = away.get(person.pk, set()), version.one_step_each
        return approval.verdict(steps, person=person.pk, away=absent, one_step_each=each).reason

    return [person for person in approvers if not reason(person)]


def _waiting(version: Version, step: Approval, times: Times, people: list[Membership]) -> Waiting:
    return Waiting(
        version=version,
        step=step,
        people=people,
        since=times.since,
        due_at=times.due_at,
        remind_at=times.remind_at,
        escalate_at=times.escalate_at,
        escalate_to=step.escalate_to,
    )
