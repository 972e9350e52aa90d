"""A version under review as its pages show it: steps, who is next, answers, changes, and the rounds that are over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import Membership
from audit.models import Entry
from sop_library.actions.approving import steps_as_rule
from sop_library.domain import approval
from sop_library.domain.comparison import ChangedValue, changed_values
from sop_library.domain.lifecycle import Status, Verb, verbs_for
from sop_library.domain.lines import ChangedLines, changed_lines
from sop_library.domain.numbering import Number
from sop_library.domain.signature import TITLES, Meaning
from sop_library.models import Approval, FrozenText, Signature, Version
from sop_library.record import long_date, printed_moment
from sop_library.texts import frozen_of
from templates_app.domain.kinds import is_filled, kind_of
from templates_app.domain.variables import Variable
from templates_app.domain.writing import PLAIN, Writing
from templates_app.organisations import writing_of
from templates_app.texts import template_of

ANYONE = "anyone who may approve"


def approvals_of(version: Version) -> list[Approval]:
    """Return the steps of the version's present round in order, with their signatures and people."""
    rows = Approval.objects.filter(version=version, round=version.round)
    return list(rows.select_related("signature", "assignee__user"))


def next_approval(approvals: Sequence[Approval]) -> Approval | None:
    """Return the step that waits, or None when all are signed."""
    return next((step for step in approvals if step.signed is None), None)


def who_signs(step: Approval) -> str:
    """Return the person a step waits for, or that anyone may sign it."""
    return step.assignee.printed_name if step.assignee else ANYONE


def what_is_next(version: Version, approvals: Sequence[Approval]) -> str:
    """Return one sentence that says what happens next with a version."""
    zone = ZoneInfo(version.organisation.time_zone)
    if version.in_force_from is not None:
        begins = version.in_force_from.astimezone(zone)
        return f"Effective {begins:%-d %B %Y %H:%M} ({version.organisation.time_zone})."
    if version.status == Status.DRAFT:
        return "Next: the author changes the draft and submits it again."
    step = next_approval(approvals)
    if step is None:
        return f"Next: a manager publishes it. Proposed effective date: {long_date(version.effective_on)}."
    signs = who_signs(step)
    return f"Next: {signs} signs as {TITLES[Meaning(step.meaning)].lower()}."


def stepper(version: Version, approvals: Sequence[Approval]) -> list[dict[str, str]]:
    """Return the steps of the round and the effective date, as the stepper component takes them."""
    zone = ZoneInfo(version.organisation.time_zone)
    waiting = next_approval(approvals)
    steps = [
        {
            "name": TITLES[Meaning(step.meaning)],
            "state": "done" if step.signed else "current" if step == waiting else "",
            "detail": _signed_words(step.signed, zone) if step.signed else f"Waiting: {who_signs(step)}",
        }
        for step in approvals
    ]
    ready = version.status == Status.APPROVED
    detail = long_date(version.effective_on) + (", waiting to be published" if ready else "")
    return [*steps, {"name": "Effective", "state": "current" if ready else "", "detail": detail}]


def _signed_words(signature: Signature, zone: ZoneInfo) -> str:
    return f"{signature.printed_name}, {signature.signed_at.astimezone(zone):%-d %b %Y %H:%M}"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a member may do with a version under review; `reason` says why they cannot sign it."""

    can_sign: bool
    can_return: bool
    can_publish: bool
    reason: str


def decision_of(version: Version, approvals: Sequence[Approval], member: Membership) -> Decision:
    """Return what the member may do with the version now."""
    verbs = verbs_for(Status(version.status), member.roles)
    reason = ""
    if Verb.APPROVE in verbs:
        reason = approval.refusal(steps_as_rule(approvals), person=member.pk)
    return Decision(Verb.APPROVE in verbs and not reason, Verb.RETURN in verbs, Verb.PUBLISH in verbs, reason)


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


def shown(variable: Variable, value: Any, writing: Writing = PLAIN) -> str:
    """Return a canonical value as the people of an organisation read it, "" for none."""
    if not is_filled(variable, {variable.name: value}):
        return ""
    unit = f" {variable.unit}" if variable.unit else ""
    return f"{kind_of(variable).inline(variable, value, writing)}{unit}"


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs from the version before; `lines` is None when the texts are too long to compare."""

    previous: Version
    values: tuple[ChangedValue, ...]
    lines: tuple[ChangedLines, ...] | None
    text_changed: bool


def changes_of(version: Version) -> Changes | None:
    """Return what differs between a version and the one before it, None for a first version."""
    previous = previous_of(version)
    if previous is None:
        return None
    old, new = frozen_of(previous), frozen_of(version)
    before, after = template_of(old.source), template_of(new.source)
    declared = {variable.name: variable for variable in (*before.answered, *after.answered)}
    names = [(variable.name, variable.label) for variable in declared.values()]
    writing = writing_of(version.organisation)
    changed = changed_values(old.values, new.values, names, lambda name, value: shown(declared[name], value, writing))
    return Changes(previous, changed, changed_lines(before.body, after.body), old.source != new.source)


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
    rows = Approval.objects.visible_to(member).filter(version=version).select_related("signature", "assignee__user")
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
