"""Publishing an approved version, and withdrawing one."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.models import Membership, Organisation
from accounts.refusals import BadInput, WrongState
from audit import checkpoints, trail
from sop_library import storage
from sop_library.actions.checking import checked_transition, move, record, refuse_unless
from sop_library.document import Published, published_document
from sop_library.domain.lifecycle import Phase, Status, Verb
from sop_library.domain.signature import sha256
from sop_library.models import SOP, Publication, Version


def publish(*, version: Version, effective_on: date, by: Membership, at: datetime) -> Version:
    """Store page and PDF, put the version in force from a date, end the one before it, and return it.

    The PDF is made before the transaction opens, because it takes most of a second and writers wait for each other;
    if it fails, nothing is published. Raises BadInput for a date in the past or before the approved one,
    NotAllowed, WrongState, Stale, and child.TooComplex.
    """
    row = checked_transition(version, Verb.PUBLISH, by=by)
    begins = beginning(version, effective_on, at)
    made = published_document(anchored(version, at), in_force_from=begins, by=by, at=at)
    pdf_sha256 = storage.put(made.pdf)
    with transaction.atomic():
        _take_turns(version.organisation_id)
        moved = move(
            version,
            expected={"status": Status.APPROVED, "digest": version.digest},
            status=row.to,
            effective_on=effective_on,
            in_force_from=begins,
        )
        _end_the_one_before(moved, begins)
        publication = _store(moved, made, pdf_sha256, by=by, at=at)
        _update_sop(moved)
        record(
            moved,
            "version.published",
            by=by,
            at=at,
            digest=moved.digest,
            in_force_from=begins.isoformat(),
            page_sha256=publication.page_sha256,
            pdf_sha256=pdf_sha256,
            pdf_bytes=publication.pdf_bytes,
            seal_cert_sha256=made.seal_cert_sha256,
        )
        return anchored(moved, at)


def anchored(version: Version, at: datetime) -> Version:
    """Sign the trail as far as it has grown, and return the version.

    Done before the PDF is made, which names the checkpoint, and again with the publication itself.
    """
    checkpoints.make(organisation=version.organisation, at=at)
    return version


def beginning(version: Version, effective_on: date, at: datetime) -> datetime:
    """Return the moment a version comes into force: now for today, midnight in the organisation's zone otherwise."""
    zone = ZoneInfo(version.organisation.time_zone)
    today = at.astimezone(zone).date()
    if effective_on < today:
        raise BadInput("Effective date must be today or later.", field="effective_on")
    if version.effective_on is not None and effective_on < version.effective_on:
        approved = f"{version.effective_on:%-d %B %Y}"
        raise BadInput(f"It was approved for use from {approved}. Choose that day or later.", field="effective_on")
    scheduled = Version.objects.scheduled(at).filter(sop=version.sop_id).exclude(pk=version.pk).first()
    begins = at if effective_on == today else datetime.combine(effective_on, time(), zone)
    if scheduled is not None and scheduled.in_force_from is not None and begins <= scheduled.in_force_from:
        first = f"{scheduled.in_force_from.astimezone(zone):%-d %B %Y}"
        raise BadInput(f"Version {scheduled.number} begins on {first}. Choose a later day.", field="effective_on")
    return begins


def _take_turns(organisation_id: int) -> None:
    """Hold the organisation's row: dates and the landing procedure are worked out from rows that others may change.

    Without it a withdrawal and a publication at the same moment leave two versions in force.
    """
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation_id)


def _end_the_one_before(version: Version, begins: datetime) -> None:
    """Let the versions that are in force or scheduled end when this one begins."""
    still = version.sop.versions.exclude(pk=version.pk).filter(status=Status.PUBLISHED, in_force_until=None)
    still.update(in_force_until=begins)


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

    A version withdrawn before its date gives the one before it back its open end. Raises BadInput without a reason,
    NotAllowed, WrongState.
    """
    row = checked_transition(version, Verb.WITHDRAW, by=by, reason=reason)
    begins, ends = version.in_force_from, version.in_force_until
    if begins is None:
        raise WrongState(f"{version} has no date to end.")
    if version.phase_at(at) is Phase.SUPERSEDED:
        raise WrongState(f"{version} is superseded already, so there is nothing to take out of use.")
    _take_turns(version.organisation_id)
    before_it_began = at < begins
    if before_it_began:
        version.sop.versions.filter(status=Status.PUBLISHED, in_force_until=begins).update(in_force_until=ends)
    moved = move(
        version,
        # A version published in between has set our end: the dates given back above would overlap its own.
        expected={"status": Status.PUBLISHED, "in_force_until": ends},
        status=row.to,
        withdrawn_at=at,
        withdrawal_reason=reason.strip(),
        in_force_until=begins if before_it_began else min(at, ends) if ends else at,
    )
    record(moved, "version.withdrawn", by=by, at=at, reason=reason.strip(), digest=moved.digest)
    return moved


@transaction.atomic
def choose_landing(*, sop: SOP, by: Membership, at: datetime) -> SOP:
    """Make this the procedure that agents land on, and return it; raises NotAllowed, WrongState."""
    refuse_unless(
        by.organisation_id == sop.organisation_id and (by.is_manager or by.is_admin),
        "Only managers and admins choose the landing procedure.",
    )
    if not Version.objects.issued().filter(sop=sop).exists():
        raise WrongState(f"{sop.number} has no published version yet, so nobody could land on it. Publish it first.")
    _take_turns(by.organisation_id)
    SOP.objects.filter(organisation_id=by.organisation_id, is_landing=True).update(is_landing=False)
    SOP.objects.filter(pk=sop.pk).update(is_landing=True)
    data = {"number": sop.number}
    trail.record(organisation=by.organisation, by=by, action="sop.landing", subject=sop, at=at, data=data)
    return sop
