"""The steps of a version's round as rules, pages and the trail take them: whose turn it is, since when, until when."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import Membership
from sop_library.domain import approval
from sop_library.domain.days import day_in, days_later, end_of_day
from sop_library.models import Approval, Delegation, Version


def approvals_of(version: Version) -> list[Approval]:
    """Return the steps of the version's present round in order, with their signatures and people."""
    return list(Approval.objects.of_round(version))


def as_rule(approvals: Iterable[Approval]) -> list[approval.Step]:
    """Return the round's steps as the separation-of-duties rule takes them."""
    return [step.rule for step in approvals]


def next_approval(approvals: Sequence[Approval]) -> Approval | None:
    """Return the step that waits, or None when all are signed."""
    waiting = approval.next_step(as_rule(approvals))
    return next((step for step in approvals if waiting and step.position == waiting.position), None)


def delegations_on(organisation_id: int, zone: str, at: datetime) -> list[Delegation]:
    """Return the delegations in force at a moment, by the organisation's days."""
    rows = Delegation.objects.filter(organisation_id=organisation_id).on(day_in(zone, at))
    return list(rows.select_related("person__user", "delegate__user"))


def away_by_delegate(delegations: Iterable[Delegation]) -> dict[int, set[int]]:
    """Return for each delegate the people who are away."""
    found: dict[int, set[int]] = defaultdict(set)
    for row in delegations:
        found[row.delegate_id].add(row.person_id)
    return found


def away_for(member: Membership, at: datetime) -> set[int]:
    """Return the people in whose place a member may sign at a moment."""
    rows = delegations_on(member.organisation_id, member.organisation.time_zone, at)
    return away_by_delegate(rows)[member.pk]


def verdict_on(
    version: Version, approvals: Iterable[Approval], member: Membership, *, at: datetime
) -> approval.Verdict:
    """Return whether the member may sign the version's next step at a moment, and in whose place."""
    away = away_for(member, at)
    steps = as_rule(approvals)
    return approval.verdict(steps, person=member.pk, away=away, one_step_each=version.one_step_each)


@dataclass(frozen=True, slots=True)
class Times:
    """Since when a step waits, and the moments that follow from it; None where the route sets none."""

    since: datetime
    due_at: datetime | None
    remind_at: datetime | None
    escalate_at: datetime | None


def times_of(version: Version, approvals: Sequence[Approval], step: Approval) -> Times | None:
    """Return the times of a step that has begun, from the signatures before it alone; None for one still to come.

    A step begins when the one before it is complete. It is due at the end of the organisation's day so many days later.
    """
    before = [each for each in approvals if each.position < step.position]
    if not all(each.rule.is_done for each in before):
        return None
    moments = [signature.signed_at for each in before[-1:] for signature in each.signed]
    since = max(moments, default=version.frozen_at)
    if since is None:
        return None
    zone = version.organisation.time_zone

    def later(days: int | None) -> datetime | None:
        return None if days is None else days_later(zone, since, days)

    due = later(step.due_days)
    return Times(since, due and end_of_day(zone, due), later(step.remind_days), later(step.escalate_days))


def stuck_words(step: Approval) -> str:
    """Return why the people whom a step names cannot complete it, and what to do; "" when they can.

    Somebody who is suspended or lost the role keeps their place until another person is named: a quorum never shrinks.
    """
    waiting = [person for person in step.named if person.pk in step.rule.open_places]
    gone = [person for person in waiting if person.is_suspended or not person.is_approver]
    missing = step.rule.needed - len(step.signed)
    if not gone or len(waiting) - len(gone) >= missing:
        return ""
    why = [f"{each} is suspended" if each.is_suspended else f"{each} is no approver any more" for each in gone]
    return f"{' and '.join(why)}, so this step cannot be completed. Name somebody else."


def round_data(approvals: Iterable[Approval]) -> list[dict[str, Any]]:
    """Return the steps of a round after that of preparing it, as the trail tells them."""
    return [_step_data(step) for step in approvals if step.position]


def _step_data(step: Approval) -> dict[str, Any]:
    said: dict[str, Any] = {
        "position": step.position,
        "title": step.title,
        "meaning": step.meaning,
        "quorum": step.quorum,
        "needed": step.rule.needed,
        "people": [{"id": person.pk, "name": person.printed_name} for person in step.named],
        "due_days": step.due_days,
    }
    return {name: value for name, value in said.items() if value not in (None, [])}
