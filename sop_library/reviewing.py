"""A version under review as its pages show it: steps, who is next, answers, and the rounds that are over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import Membership
from audit.models import Entry
from sop_library.domain.approval import Verdict
from sop_library.domain.lifecycle import Status, Verb, verbs_for
from sop_library.domain.numbering import Number
from sop_library.models import Approval, Delegation, FrozenText, Signature, Version
from sop_library.record import long_date, printed_moment
from sop_library.rounds import approvals_of, delegations_on, next_approval, times_of, verdict_on
from sop_library.texts import frozen_of, shown
from templates_app.domain.kinds import is_filled
from templates_app.domain.variables import Variable
from templates_app.domain.writing import Writing
from templates_app.organisations import writing_of
from templates_app.texts import template_of


def what_is_next(version: Version, approvals: Sequence[Approval]) -> str:
    """Return one sentence that says what happens next with a version."""
    zone = ZoneInfo(version.organisation.time_zone)
    if version.in_force_from is not None:
        begins = version.in_force_from.astimezone(zone)
        return f"Effective {begins:%-d %B %Y %H:%M} ({version.organisation.time_zone})."
    if version.status == Status.DRAFT:
        return "Next: the author changes the draft and submits it again."
    if version.status in {Status.PUBLISHED, Status.WITHDRAWN}:
        return _training_sentence(version)
    step = next_approval(approvals)
    if step is None:
        return f"Next: a manager publishes it. Proposed effective date: {long_date(version.effective_on)}."
    return f"Next: {step.waits_for} {step.verb} as {step.title.lower()}."


def _training_sentence(version: Version) -> str:
    """Return what becomes of an issued version that has not begun."""
    if version.status == Status.WITHDRAWN:
        return "It was withdrawn before it came into force."
    if version.in_force_until is not None:
        return "A newer version takes its place, unless enough people sign it before that one begins."
    return f"Next: it begins on {long_date(version.effective_on)} or later, once enough people have signed it."


def stepper(version: Version, approvals: Sequence[Approval], at: datetime) -> list[dict[str, Any]]:
    """Return the steps of the round and the effective date, as the stepper component takes them."""
    waiting = next_approval(approvals)
    away = delegations_on(version.organisation_id, version.organisation.time_zone, at) if waiting else []
    steps = [_shown_step(version, approvals, step, waiting, away, at) for step in approvals]
    ready = version.status == Status.APPROVED
    detail = long_date(version.effective_on) + (", waiting to be published" if ready else "")
    return [*steps, {"name": "Effective", "state": "current" if ready else "", "lines": [detail]}]


def _shown_step(
    version: Version,
    approvals: Sequence[Approval],
    step: Approval,
    waiting: Approval | None,
    away: Sequence[Delegation],
    at: datetime,
) -> dict[str, Any]:
    zone = ZoneInfo(version.organisation.time_zone)
    lines = [_signed_words(signature, zone) for signature in step.signed]
    is_current = waiting is not None and step.pk == waiting.pk
    if step.rule.is_done:
        return {"name": step.title, "state": "done", "lines": lines}
    if step.rule.needed > 1:
        lines = [f"{len(step.signed)} of {step.rule.needed} signed", *lines]
    lines.append(f"Waiting: {step.waits_for}")
    lines += [_stand_in_words(row) for row in away if row.person_id in step.rule.open_places]
    told = {"name": step.title, "state": "current" if is_current else "", "lines": lines}
    return told | (_times_words(version, approvals, step, at) if is_current else {})


def _stand_in_words(row: Delegation) -> str:
    return f"{row.delegate.printed_name} for {row.person.printed_name} until {row.until_on:%-d %B}"


def _times_words(version: Version, approvals: Sequence[Approval], step: Approval, at: datetime) -> dict[str, Any]:
    times = times_of(version, approvals, step)
    if times is None:
        return {}
    zone = ZoneInfo(version.organisation.time_zone)
    told: dict[str, Any] = {"since": f"Since {times.since.astimezone(zone):%-d %b %Y %H:%M}"}
    if times.due_at is not None:
        told |= {"due": due_words(times.due_at, zone, at), "is_overdue": at >= times.due_at}
    return told


def due_words(due_at: datetime, zone: ZoneInfo, at: datetime) -> str:
    """Return the last day of a step in words: "Due 12 May 2026" or "Overdue since 12 May 2026: 2 days"."""
    last = due_at.astimezone(zone).date() - timedelta(days=1)
    over = (at.astimezone(zone).date() - last).days
    if at < due_at:
        return f"Due {long_date(last)}"
    return f"Overdue by {over} day{'' if over == 1 else 's'}: it was due {long_date(last)}"


def _signed_words(signature: Signature, zone: ZoneInfo) -> str:
    place = f" for {signature.stood_in_for_name}" if signature.stood_in_for_id else ""
    return f"{signature.printed_name}{place}, {signature.signed_at.astimezone(zone):%-d %b %Y %H:%M}"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a member may do with a version under review; `reason` says why they cannot sign it."""

    can_sign: bool
    can_return: bool
    can_publish: bool
    reason: str
    stands_in_for: str = ""


def decision_of(version: Version, approvals: Sequence[Approval], member: Membership, at: datetime) -> Decision:
    """Return what the member may do with the version now."""
    verbs = verbs_for(Status(version.status), member.roles)
    found, absent = Verdict(), None
    if Verb.APPROVE in verbs:
        found = verdict_on(version, approvals, member, at=at)
        absent = _person(found.stands_in_for, member)
    may_sign = Verb.APPROVE in verbs and not found.reason
    may_return, may_publish = Verb.RETURN in verbs, Verb.PUBLISH in verbs
    return Decision(may_sign, may_return, may_publish, found.reason, absent.printed_name if absent else "")


def absent_for(version: Version, member: Membership, at: datetime) -> Membership | None:
    """Return the person in whose place the member would sign the next step; None for their own."""
    return _person(verdict_on(version, approvals_of(version), member, at=at).stands_in_for, member)


def _person(key: int | None, member: Membership) -> Membership | None:
    return None if key is None else Membership.objects.visible_to(member).filter(pk=key).first()


def previous_of(version: Version) -> Version | None:
    """Return the version before this one, None for a first version."""
    if version.previous_major is None or version.previous_minor is None:
        return None
    number = Number(version.previous_major, version.previous_minor)
    found: Version | None = Version.objects.numbered(number).filter(sop_id=version.sop_id).first()
    return found


def answers_of(version: Version) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the frozen answers by group, as the summary component takes them."""
    frozen = frozen_of(version)
    groups, writing = template_of(frozen.source).groups_of(), writing_of(version.organisation)
    return [(title, [_row(variable, frozen.values, writing) for variable in variables]) for title, variables in groups]


def _row(variable: Variable, values: dict[str, Any], writing: Writing) -> dict[str, Any]:
    if not is_filled(variable, values):
        return {"label": variable.label, "lines": [], "value": "Not filled"}
    value = values[variable.name]
    if variable.kind == "list":
        return {"label": variable.label, "lines": value}
    if variable.kind == "table":
        return {"label": variable.label, "lines": [" | ".join(row) for row in value]}
    return {"label": variable.label, "lines": [], "value": shown(variable, value, writing)}


@dataclass(frozen=True, slots=True)
class Round:
    """One submission with its steps, and its return when it was sent back."""

    number: int
    submitted_at: datetime | None
    steps: list[Approval]
    returned: Entry | None

    @property
    def is_void(self) -> bool:
        """Whether its signatures no longer count."""
        return self.returned is not None


def rounds_of(version: Version, member: Membership) -> list[Round]:
    """Return every round of the version, newest first, with the returns as the trail tells them."""
    frozen = FrozenText.objects.visible_to(member).filter(version=version).defer("source", "values", "body", "outline")
    times = {row.round: row.frozen_at for row in frozen}
    entries = Entry.objects.visible_to(member).about(version).filter(action="version.returned")
    returns = {entry.data["round"]: entry for entry in entries}
    rows = Approval.objects.visible_to(member).filter(version=version).whole()
    steps: dict[int, list[Approval]] = {}
    for row in rows:
        steps.setdefault(row.round, []).append(row)
    return [
        Round(number, times.get(number), steps[number], returns.get(number)) for number in sorted(steps, reverse=True)
    ]


def is_void(signature: Signature) -> bool:
    """Return whether a signature belongs to a round that was returned."""
    return signature.version.is_draft or signature.approval.round < signature.version.round


def both_times(at: datetime, version: Version) -> str:
    """Return a moment in UTC and, where it differs, in the organisation's time zone with its name."""
    name = version.organisation.time_zone
    told = printed_moment(at, ZoneInfo("UTC"))
    return told if name == "UTC" else f"{told} ({printed_moment(at, ZoneInfo(name))}, {name})"
