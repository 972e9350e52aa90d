"""Submitting a draft, signing it step by step, sending it back."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.models import Membership
from accounts.refusals import BadInput, Stale
from sop_library.actions.checking import checked_transition, move, record, refuse_unless
from sop_library.actions.signing import parts
from sop_library.commenting import refuse_while_open
from sop_library.domain import approval, numbering
from sop_library.domain.lifecycle import TRANSITIONS, Status, Verb
from sop_library.domain.numbering import ChangeSize, Number
from sop_library.domain.signature import Meaning, frozen_digest
from sop_library.models import Approval, FrozenText, RouteStep, Signature, Version
from sop_library.notices import tell_author, tell_signers
from sop_library.texts import Filling, filling_of
from templates_app.actions import set_organisation_value
from templates_app.domain.rendering import MissingValues, Mode
from templates_app.texts import skeleton_of


def submit(
    *,
    version: Version,
    row_version: int,
    change_size: ChangeSize,
    change_summary: str,
    effective_on: date,
    review_on: date,
    assignees: Mapping[int, Membership | None],
    by: Membership,
    at: datetime,
    today: date,
) -> Version:
    """Freeze the draft, sign it as prepared, lay out its route, and return it in review.

    `assignees` gives a person for a position of the route, None for anybody who may approve.
    Raises BadInput for missing answers, dates in the past, an author or one person twice among the assignees;
    NotAllowed, WrongState, Stale.
    """
    checked_transition(version, Verb.SUBMIT, by=by)
    _check_dates(effective_on, review_on, today)
    said = change_summary.strip()
    if version.previous_major is not None and not said:
        raise BadInput("Enter what changed since the version before.", field="change_summary")
    terms: dict[str, Any] = {"effective_on": effective_on, "review_on": review_on}
    terms |= {"change_size": change_size, "change_summary": said}
    # Compiled before the transaction opens: a text that takes long keeps no other writer waiting.
    skeleton_of(version.source)
    with transaction.atomic():
        frozen = _frozen(version, _shared_filling(version, by=by, at=at), terms, at=at)
        moved = _freeze(version, frozen, row_version, by=by, **terms)
        signature = _sign(moved, _lay_route(moved, assignees, by=by), by=by, at=at)
        _record_submitted(moved, signature, by=by, at=at)
        tell_signers.enqueue(moved.pk, moved.round)
    return moved


def _shared_filling(version: Version, *, by: Membership, at: datetime) -> Filling:
    """Return the draft's filling, after telling the organisation the values it did not know yet."""
    filling = filling_of(version)
    for variable in filling.newly_shared():
        set_organisation_value(variable=variable, value=filling.values[variable.name], by=by, at=at)
    return filling


def _freeze(version: Version, frozen: FrozenText, row_version: int, *, by: Membership, **said: Any) -> Version:
    """Move the draft into review with what the author said, store its frozen text, and return it; raises Stale."""
    number = _number(version, said["change_size"])
    moved = move(
        version,
        expected={"status": Status.DRAFT, "row_version": row_version},
        status=TRANSITIONS[Status.DRAFT, Verb.SUBMIT].to,
        major=number.major,
        minor=number.minor,
        author=by,
        round=version.round + 1,
        row_version=row_version + 1,
        return_reason="",
        returned_by=None,
        frozen_at=frozen.frozen_at,
        digest=frozen.digest,
        **said,
    )
    frozen.save(force_insert=True)
    return moved


def _record_submitted(version: Version, signature: Signature, *, by: Membership, at: datetime) -> None:
    record(
        version,
        "version.submitted",
        by=by,
        at=at,
        digest=version.digest,
        round=version.round,
        change_size=version.change_size,
        change_summary=version.change_summary,
        effective_on=version.effective_on.isoformat() if version.effective_on else "",
        review_on=version.review_on.isoformat() if version.review_on else "",
        **_signed(signature),
    )


def _check_dates(effective_on: date, review_on: date, today: date) -> None:
    if effective_on < today:
        raise BadInput("Effective date must be today or later.", field="effective_on")
    if review_on <= effective_on:
        raise BadInput("Review date must be after the effective date.", field="review_on")


def _number(version: Version, size: ChangeSize) -> Number:
    if version.previous_major is None or version.previous_minor is None:
        return numbering.FIRST
    return numbering.successor(Number(version.previous_major, version.previous_minor), size)


def _frozen(version: Version, filling: Filling, terms: Mapping[str, Any], *, at: datetime) -> FrozenText:
    """Return the row that freezes the round, not saved yet: text, answers, terms, body and the digest over them."""
    try:
        body = filling.body(version.source, Mode.FINAL)
    except MissingValues as missing:
        labels = ", ".join(label.lower() for label in missing.labels)
        raise BadInput(f"Fill these answers first: {labels}.") from missing
    names = {variable.name for variable in filling.template.answered}
    covered: dict[str, Any] = {
        "number": str(_number(version, terms["change_size"])),
        "title": filling.template.title,
        "source": version.source,
        "values": {name: value for name, value in filling.values.items() if name in names},
        "body": body.html,
        "terms": {name: str(value) for name, value in terms.items()},
    }
    return FrozenText(
        organisation_id=version.organisation_id,
        version=version,
        round=version.round + 1,
        outline=[list(astuple(heading)) for heading in body.outline],
        digest=frozen_digest(sop=version.sop.number, **covered),
        frozen_at=at,
        **covered,
    )


def _lay_route(version: Version, assignees: Mapping[int, Membership | None], *, by: Membership) -> Approval:
    """Make the round's steps: prepared first, then the organisation's route. Returns the prepared step."""
    steps = route_of(version.organisation_id)
    people = [by, *(assignees.get(position, default) for position, _, default in steps)]
    meanings = [Meaning.PREPARED, *(meaning for _, meaning, _ in steps)]
    if any(person is not None and person.pk == by.pk for person in people[1:]):
        raise BadInput("You prepare this version, so choose somebody else to check and approve it.")
    named = [person.pk for person in people if person is not None]
    if len(named) != len(set(named)):
        raise BadInput("One person stands in two steps. A person signs once, so choose somebody else for one of them.")
    for person in people[1:]:
        refuse_unless(
            person is None
            or (person.organisation_id == version.organisation_id and person.is_approver and not person.suspended_at),
            "Choose approvers of your own organisation.",
        )
    rows = [
        Approval.objects.create(
            organisation_id=version.organisation_id,
            version=version,
            round=version.round,
            position=position,
            meaning=meaning,
            assignee=person,
        )
        for position, (meaning, person) in enumerate(zip(meanings, people, strict=True))
    ]
    return rows[0]


def route_of(organisation_id: int) -> Sequence[tuple[int, Meaning, Membership | None]]:
    """Return an organisation's route as (position, meaning, default person): one reviewer, one approver by default."""
    rows = RouteStep.objects.filter(organisation_id=organisation_id).select_related("assignee__user")
    if rows:
        return [(number, Meaning(row.meaning), row.assignee) for number, row in enumerate(rows, 1)]
    return [(number, meaning, None) for number, meaning in enumerate(approval.DEFAULT_ROUTE, 1)]


@transaction.atomic
def approve(*, version: Version, shown_digest: str, by: Membership, at: datetime) -> Signature:
    """Sign the next step of the round and return the signature; the last step makes the version approved.

    `shown_digest` is the digest of the text the signer's page carried: a text that changed since is refused as Stale.
    A second click gives the first signature again. Raises NotAllowed, WrongState, Stale.
    """
    locked = Version.objects.select_for_update(of=("self",), no_key=True)
    version = locked.select_related("sop", "organisation").get(pk=version.pk)
    earlier = signed_already(version=version, by=by)
    if earlier is not None and earlier.digest == shown_digest:
        return earlier
    step = next_to_sign(version=version, shown_digest=shown_digest, by=by)
    signature = _sign(version, step, by=by, at=at)
    last = not Approval.objects.unsigned().filter(version=version, round=version.round).exists()
    if last:
        expected = {"status": Status.IN_REVIEW, "digest": shown_digest}
        version = move(version, expected=expected, status=TRANSITIONS[Status.IN_REVIEW, Verb.APPROVE].to)
    record(version, "version.signed", by=by, at=at, round=version.round, last=last, **_signed(signature))
    if last:
        tell_author.enqueue(version.pk)
    else:
        tell_signers.enqueue(version.pk, version.round)
    return signature


def next_to_sign(*, version: Version, shown_digest: str, by: Membership) -> Approval:
    """Return the step this person may sign now on the text they were shown; raises NotAllowed, WrongState, Stale.

    The signing page asks before it asks for a password, `approve` asks again inside its transaction.
    """
    checked_transition(version, Verb.APPROVE, by=by)
    if shown_digest != version.digest:
        when = version.frozen_at.strftime("%H:%M UTC") if version.frozen_at else ""
        raise Stale(f"This version changed at {when}. Read the new text, then sign it.")
    steps = list(Approval.objects.filter(version=version, round=version.round).select_related("signature"))
    sentence = approval.refusal(steps_as_rule(steps), person=by.pk)
    refuse_unless(not sentence, sentence)
    refuse_while_open(version)
    return next(step for step in steps if step.signed is None)


def signed_already(*, version: Version, by: Membership) -> Signature | None:
    """Return this person's signature in the version's present round, beside that of preparing it; None without one."""
    rows = Signature.objects.filter(version=version, person=by, approval__round=version.round)
    return None if version.is_draft else rows.exclude(meaning=Meaning.PREPARED).first()


def steps_as_rule(steps: Sequence[Approval]) -> list[approval.Step]:
    """Return the round's steps as the separation-of-duties rule takes them."""
    return [
        approval.Step(
            step.position, Meaning(step.meaning), step.assignee_id, step.signed.person_id if step.signed else None
        )
        for step in steps
    ]


def _sign(version: Version, step: Approval, *, by: Membership, at: datetime) -> Signature:
    return Signature.objects.create(
        approval=step, version=version, **parts(version, Meaning(step.meaning), digest=version.digest, by=by, at=at)
    )


def _signed(signature: Signature) -> dict[str, object]:
    return {"signature": signature.pk, "meaning": signature.meaning, "seal": signature.seal}


@transaction.atomic
def return_version(*, version: Version, reason: str, by: Membership, at: datetime) -> Version:
    """Send a version back to its author with a reason and return it as a draft.

    The round's signatures stay on record and are void: they belong to a round that is over.
    Raises BadInput without a reason, NotAllowed, WrongState, Stale.
    """
    row = checked_transition(version, Verb.RETURN, by=by, reason=reason)
    digest, status = version.digest, version.status
    moved = move(
        version,
        expected={"status": status, "round": version.round},
        status=row.to,
        is_note=False,
        return_reason=reason.strip(),
        returned_by=by,
        frozen_at=None,
        digest="",
    )
    record(moved, "version.returned", by=by, at=at, reason=reason.strip(), round=moved.round, void_digest=digest)
    tell_author.enqueue(moved.pk)
    return moved
