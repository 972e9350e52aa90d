"""Submitting a draft, signing it step by step, sending it back."""

from collections.abc import Mapping
from dataclasses import astuple
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.models import Membership
from accounts.refusals import BadInput, Stale
from sop_library.actions.checking import checked_transition, move, record, refuse_unless
from sop_library.actions.delegating import held_place
from sop_library.actions.laying import Assignees, chosen_people, lay_round
from sop_library.actions.signing import parts
from sop_library.commenting import refuse_while_open
from sop_library.domain import numbering
from sop_library.domain.lifecycle import TRANSITIONS, Status, Verb
from sop_library.domain.numbering import ChangeSize, Number
from sop_library.domain.signature import Meaning, frozen_digest
from sop_library.models import Approval, FrozenText, Signature, Version
from sop_library.notices import tell_author, tell_signers
from sop_library.rounds import approvals_of, next_approval, round_data, verdict_on
from sop_library.routing import route_of
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
    assignees: Assignees,
    by: Membership,
    at: datetime,
    today: date,
) -> Version:
    """Freeze the draft, sign it as prepared, lay out its route, and return it in review.

    `assignees` gives the people for a position of the route, none of them for anybody who may approve; a position that
    it leaves out has those of the route. Raises BadInput for missing answers, dates in the past, and people who could
    not sign all steps; NotAllowed, WrongState, Stale.
    """
    checked_transition(version, Verb.SUBMIT, by=by)
    _check_dates(effective_on, review_on, today)
    said = _summary(version, change_summary)
    terms: dict[str, Any] = {"effective_on": effective_on, "review_on": review_on}
    terms |= {"change_size": change_size, "change_summary": said}
    # Compiled before the transaction opens: a text that takes long keeps no other writer waiting.
    skeleton_of(version.source)
    with transaction.atomic():
        frozen = _frozen(version, _shared_filling(version, by=by, at=at), terms, at=at)
        route = route_of(version.organisation_id, version.sop.template_id)
        laid = chosen_people(route, assignees, by=by)
        moved = _freeze(version, frozen, row_version, by=by, one_step_each=route.one_step_each, **terms)
        signature = _sign(moved, lay_round(moved, laid, by=by), by=by, at=at)
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
        one_step_each=version.one_step_each,
        route=round_data(approvals_of(version)),
        **_signed(signature),
    )


def _summary(version: Version, change_summary: str) -> str:
    said = change_summary.strip()
    if version.previous_major is not None and not said:
        raise BadInput("Enter what changed since the version before.", field="change_summary")
    return said


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


@transaction.atomic
def approve(
    *, version: Version, shown_digest: str, by: Membership, at: datetime, position: int | None = None
) -> Signature:
    """Sign the next step of the round and return the signature; the last step makes the version approved.

    `shown_digest` is the digest of the text the signer's page carried, `position` the step it named: a text or step
    that is another one since is refused as Stale. A second click gives the first signature again.
    Raises NotAllowed, WrongState, Stale.
    """
    version = locked(version)
    earlier = signed_already(version=version, by=by, position=position)
    if earlier is not None and earlier.digest == shown_digest:
        return earlier
    step, place = _turn(version, shown_digest, by, at, position)
    signature = _sign(version, step, by=by, at=at, place=place)
    now = next_approval(approvals_of(version))
    last = now is None
    if last:
        expected = {"status": Status.IN_REVIEW, "digest": shown_digest}
        version = move(version, expected=expected, status=TRANSITIONS[Status.IN_REVIEW, Verb.APPROVE].to)
    told = {"round": version.round, "position": step.position, "last": last, **_signed(signature)}
    record(version, "version.signed", by=by, at=at, **told)
    if now is None:
        tell_author.enqueue(version.pk)
    elif now.position != step.position:
        # Whoever else signs the same step was told when it began.
        tell_signers.enqueue(version.pk, version.round)
    return signature


def locked(version: Version) -> Version:
    """Return the version as it is stored now, held until the transaction ends: acts on one round follow each other."""
    rows = Version.objects.select_for_update(of=("self",), no_key=True)
    found: Version = rows.select_related("sop", "organisation").get(pk=version.pk)
    return found


def next_to_sign(
    *, version: Version, shown_digest: str, by: Membership, at: datetime, position: int | None = None
) -> Approval:
    """Return the step this person may sign now on the text they were shown; raises NotAllowed, WrongState, Stale.

    The signing page asks before it asks for a password, `approve` asks again inside its transaction.
    """
    return _turn(version, shown_digest, by, at, position)[0]


def _turn(
    version: Version, shown_digest: str, by: Membership, at: datetime, position: int | None
) -> tuple[Approval, int | None]:
    """Return the step this person may sign now, and the key of the person in whose place, None for their own."""
    checked_transition(version, Verb.APPROVE, by=by)
    if shown_digest != version.digest:
        when = version.frozen_at.strftime("%H:%M UTC") if version.frozen_at else ""
        raise Stale(f"This version changed at {when}. Read the new text, then sign it.")
    steps = approvals_of(version)
    verdict = verdict_on(version, steps, by, at=at)
    refuse_unless(not verdict.reason, verdict.reason)
    refuse_while_open(version)
    step = next_approval(steps)
    if step is None or position not in {None, step.position}:
        raise Stale("The step that you were shown is signed. Look at the version again, then sign the step of now.")
    return step, verdict.stands_in_for


def signed_already(*, version: Version, by: Membership, position: int | None = None) -> Signature | None:
    """Return this person's signature in the version's present round, beside that of preparing it; None without one.

    With a position, that in this step alone. Without one, and where the route lets a person sign several steps, only
    a signature in the step that waits counts, and the newest one when none waits.
    """
    if version.is_draft:
        return None
    rows = Signature.objects.filter(version=version, person=by, approval__round=version.round)
    rows = rows.exclude(meaning=Meaning.PREPARED).order_by("-approval__position")
    if position is None and not version.one_step_each:
        step = next_approval(approvals_of(version))
        position = step.position if step else None
    return rows.first() if position is None else rows.filter(approval__position=position).first()


def _sign(version: Version, step: Approval, *, by: Membership, at: datetime, place: int | None = None) -> Signature:
    absent = None if place is None else held_place(place, by=by, at=at)
    made = parts(
        version, Meaning(step.meaning), digest=version.digest, by=by, at=at, statement=step.statement,
        own_title=step.title if step.meaning == Meaning.OTHER else "", stood_in_for=absent,
    )  # fmt: skip
    signature: Signature = Signature.objects.create(approval=step, version=version, **made)
    return signature


def _signed(signature: Signature) -> dict[str, object]:
    told = {"signature": signature.pk, "meaning": signature.meaning, "seal": signature.seal}
    return told | signature.beyond


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
