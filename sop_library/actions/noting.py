"""Issuing a version by editorial note, and whether an organisation wants that."""

from datetime import datetime

from django.db import transaction

from accounts.models import Membership
from accounts.refusals import Stale, WrongState
from audit import trail
from sop_library.actions.checking import checked_transition, move, record, refuse_unless
from sop_library.actions.drafting import start_revision
from sop_library.actions.laying import lay_prepared
from sop_library.actions.signing import parts
from sop_library.domain.lifecycle import Status, Verb
from sop_library.domain.numbering import ChangeSize
from sop_library.domain.signature import Meaning
from sop_library.models import SOP, NotePolicy, Signature, Version
from sop_library.noting import SignedNote, are_allowed, note_of, statement_of
from sop_library.reviews import next_review_on
from sop_library.texts import frozen_of


@transaction.atomic
def issue_note(*, sop: SOP, asked: SignedNote, rollout: int, by: Membership, at: datetime) -> Version:
    """Make, freeze and sign the next version as the manager signed it, and return it approved, to be published.

    A text that is another one now is refused as Stale. Raises NotAllowed, WrongState, MissingValues.
    """
    refuse_unless(are_allowed(sop.organisation_id), "Your organisation has switched editorial notes off.")
    rows = Version.objects.filter(sop=sop).issued().select_related("sop", "organisation")
    before = rows.with_review().newest_first().first()
    if before is None or before.status != Status.PUBLISHED:
        raise WrongState(f"{sop.number} has no published version as its newest one, so it goes by the route.")
    note = note_of(before, frozen_of(before), asked.values, asked.summary, on=asked.signed_on)
    if note.digest != asked.digest:
        raise Stale(
            f"{sop.number} changed after it was signed. Start the change of values again to sign its text of now."
        )
    summary = note.terms["change_summary"]
    version = start_revision(sop=sop, by=by, at=at, size=ChangeSize.EDITORIAL, summary=summary, rollout=rollout)
    moved = move(
        version,
        expected={"status": Status.DRAFT, "row_version": version.row_version},
        status=checked_transition(version, Verb.NOTE, by=by).to,
        is_note=True,
        round=note.round,
        row_version=version.row_version + 1,
        frozen_at=at,
        digest=note.digest,
        effective_on=asked.signed_on,
        review_on=next_review_on(before),
    )
    note.version, note.frozen_at = moved, at
    note.save(force_insert=True)
    _sign(moved, asked, by=by, at=at)
    return moved


def _sign(version: Version, asked: SignedNote, *, by: Membership, at: datetime) -> None:
    said = statement_of(asked.summary)
    step = lay_prepared(version, by=by, statement=said)
    made = parts(version, Meaning.PREPARED, digest=asked.digest, by=by, at=asked.signed_at, statement=said)
    signature = Signature.objects.create(approval=step, version=version, **made)
    record(
        version,
        "version.noted",
        by=by,
        at=at,
        digest=asked.digest,
        round=version.round,
        change_summary=version.change_summary,
        signed_at=asked.signed_at.isoformat(),
        signature=signature.pk,
        meaning=signature.meaning,
        seal=signature.seal,
    )


@transaction.atomic
def set_note_policy(*, are_allowed: bool, by: Membership, at: datetime) -> NotePolicy:
    """Let managers issue editorial notes or not, and return the policy; the same again writes nothing. NotAllowed."""
    refuse_unless(by.is_admin and not by.is_suspended, "Only admins decide on editorial notes.")
    policy, _ = NotePolicy.objects.select_for_update(no_key=True).get_or_create(organisation_id=by.organisation_id)
    if policy.are_allowed == are_allowed:
        return policy
    NotePolicy.objects.filter(pk=policy.pk).update(are_allowed=are_allowed)
    data = {"name": "Editorial notes", "old": not are_allowed, "new": are_allowed}
    trail.record(organisation=by.organisation, by=by, action="notes.changed", subject=by.organisation, at=at, data=data)
    policy.are_allowed = are_allowed
    return policy
