"""Publishing an approved version, and withdrawing one."""

from copy import copy
from datetime import date, datetime

from django.db import transaction

from accounts.checkpoint_letters import send_newest
from accounts.models import Membership
from accounts.refusals import BadInput, WrongState
from audit import checkpoints, trail
from sop_library import storage
from sop_library.actions.beginning import begin_what_is_trained, beginning, end_those_before, take_turns
from sop_library.actions.checking import checked_transition, move, record, refuse_unless
from sop_library.commenting import refuse_while_open
from sop_library.document import Published, published_document
from sop_library.domain.lifecycle import Phase, Status, Verb
from sop_library.domain.numbering import ChangeSize
from sop_library.domain.signature import sha256
from sop_library.domain.training import WHOLE, accepted_numbers
from sop_library.models import SOP, Publication, Version
from sop_library.querysets import published_numbers


def publish(
    *, version: Version, effective_on: date, by: Membership, at: datetime, training_share: int | None = None
) -> Version:
    """Store page and PDF, put the version in force from a date, end the one before it, and return it.

    With a share of people who must have signed first it begins in training, and the one before it stays in force.
    The PDF is made before the transaction opens, because it takes most of a second and writers wait for each other;
    if it fails, nothing is published. Raises BadInput for a date in the past or before the approved one, and for a
    share that cannot be; NotAllowed, WrongState, Stale, and child.TooComplex.
    """
    row = checked_transition(version, Verb.PUBLISH, by=by)
    begins, share = beginning(version, effective_on, at), share_for(version, training_share, at)
    dated = copy(version)
    dated.effective_on, dated.training_share = effective_on, share
    dated.in_force_from = begins if share is None else None
    made = published_document(anchored(dated, at), by=by, at=at)
    pdf_sha256 = storage.put(made.pdf)
    with transaction.atomic():
        take_turns(version.organisation_id)
        moved = move(
            version,
            expected={"status": Status.APPROVED, "digest": version.digest},
            status=row.to,
            effective_on=effective_on,
            training_share=share,
            in_force_from=dated.in_force_from,
        )
        refuse_while_open(moved)
        _record_published(moved, _store(moved, made, pdf_sha256, by=by, at=at), made)
        if share is None:
            end_those_before(moved, begins)
        else:
            begin_what_is_trained(moved.sop_id, by=by, at=at)
        now = Version.objects.select_related("sop", "organisation", "author__user").get(pk=moved.pk)
        send_newest(anchored(now, at).organisation, at, is_hourly=False)
        return now


def _record_published(version: Version, publication: Publication, made: Published) -> None:
    """Give the SOP its newest text's title, and write what was published into the trail."""
    _update_sop(version)
    begins = version.in_force_from
    training = {} if begins else {"effective_on": str(version.effective_on), "training_share": version.training_share}
    record(
        version,
        "version.published",
        by=publication.published_by,
        at=publication.published_at,
        digest=version.digest,
        in_force_from=begins.isoformat() if begins else "",
        page_sha256=publication.page_sha256,
        pdf_sha256=publication.pdf_sha256,
        pdf_bytes=publication.pdf_bytes,
        seal_cert_sha256=made.seal_cert_sha256,
        **training,
    )


def anchored(version: Version, at: datetime) -> Version:
    """Sign the trail as far as it has grown, and return the version.

    Done before the PDF is made, which names the checkpoint, and again with the publication itself.
    """
    checkpoints.make(organisation=version.organisation, at=at)
    return version


def share_for(version: Version, wanted: int | None, at: datetime) -> int | None:
    """Return the share that must have signed before a version begins, None when nobody is waited for.

    Training goes with a major change, which everybody signs. A smaller one that follows a version in training takes
    that one's share over: its text holds what people have not been trained in. Raises BadInput.
    """
    if version.change_size != ChangeSize.MAJOR:
        share = _share_taken_over(version, at)
        if share is None and wanted is not None:
            raise BadInput("Only a major change has training before it begins.", field="training_share")
        return share
    if wanted is not None and not 1 <= wanted <= WHOLE:
        raise BadInput("Choose a share from 1 to 100 per cent.", field="training_share")
    return wanted


def _share_taken_over(version: Version, at: datetime) -> int | None:
    rows = Version.objects.filter(sop=version.sop_id)
    sizes = [*published_numbers(rows.issued()), (version.number, ChangeSize(version.change_size))]
    accepted = accepted_numbers(sizes, version.number)
    training = next((row for row in rows.in_training(at).newest_first() if row.number in accepted), None)
    return training.training_share if training else None


def _store(version: Version, made: Published, pdf_sha256: str, *, by: Membership, at: datetime) -> Publication:
    return Publication.objects.create(
        organisation_id=version.organisation_id,
        version=version,
        page=made.page,
        page_sha256=sha256(made.page),
        outline=made.outline,
        pdf_sha256=pdf_sha256,
        pdf_bytes=len(made.pdf),
        renderer=made.renderer,
        published_at=at,
        published_by=by,
    )


def _update_sop(version: Version) -> None:
    """Give the SOP its newest text's title; the organisation's first published procedure becomes the landing one."""
    SOP.objects.filter(pk=version.sop_id).update(title=version.title)
    if not SOP.objects.filter(organisation_id=version.organisation_id, is_landing=True).exists():
        SOP.objects.filter(pk=version.sop_id).update(is_landing=True)


@transaction.atomic
def withdraw(*, version: Version, reason: str, by: Membership, at: datetime) -> Version:
    """Take a published version out of use, with a reason, and return it. It stays readable, marked in words.

    A version withdrawn before its date gives the one before it back its open end; one in training held none. Raises
    BadInput without a reason, NotAllowed, WrongState.
    """
    row = checked_transition(version, Verb.WITHDRAW, by=by, reason=reason)
    begins, ends = version.in_force_from, version.in_force_until
    refuse_superseded(version, at=at)
    take_turns(version.organisation_id)
    before_it_began = begins is not None and at < begins
    if before_it_began:
        version.sop.versions.filter(status=Status.PUBLISHED, in_force_until=begins).update(in_force_until=ends)
    moved = move(
        version,
        # A version published in between has set our end: the dates given back above would overlap its own. The last
        # sign-off of a training has set its beginning.
        expected={"status": Status.PUBLISHED, "in_force_from": begins, "in_force_until": ends},
        status=row.to,
        withdrawn_at=at,
        withdrawal_reason=reason.strip(),
        in_force_until=begins if before_it_began else min(at, ends) if ends else at,
    )
    record(moved, "version.withdrawn", by=by, at=at, reason=reason.strip(), digest=moved.digest)
    return moved


def refuse_superseded(version: Version, *, at: datetime) -> None:
    """Raise WrongState for a version that a newer one has followed already; the page asks before its form."""
    if version.phase_at(at) is Phase.SUPERSEDED:
        raise WrongState(f"{version} is superseded already, so there is nothing to take out of use.")


@transaction.atomic
def choose_landing(*, sop: SOP, by: Membership, at: datetime) -> SOP:
    """Make this the procedure that agents land on, and return it; raises NotAllowed, WrongState."""
    refuse_unless(
        by.organisation_id == sop.organisation_id and (by.is_manager or by.is_admin),
        "Only managers and admins choose the landing procedure.",
    )
    if not Version.objects.issued().filter(sop=sop).exists():
        raise WrongState(f"{sop.number} has no published version yet, so nobody could land on it. Publish it first.")
    take_turns(by.organisation_id)
    SOP.objects.filter(organisation_id=by.organisation_id, is_landing=True).update(is_landing=False)
    SOP.objects.filter(pk=sop.pk).update(is_landing=True)
    data = {"number": sop.number}
    trail.record(organisation=by.organisation, by=by, action="sop.landing", subject=sop, at=at, data=data)
    return sop
