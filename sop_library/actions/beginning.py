"""From when a version is in force: its day, and where people sign before that, the moment when enough have.

A version in training has no first moment yet, so the one before it stays in force. The sign-off that reaches the share
sets the moment in its own transaction: nothing waits for a job.
"""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from accounts.models import Membership, Organisation
from accounts.refusals import BadInput, WrongState
from sop_library.actions.checking import checked_transition, move, record
from sop_library.domain.days import day_in, midnight
from sop_library.domain.lifecycle import Phase, Status, Verb
from sop_library.domain.training import Progress
from sop_library.models import Version
from sop_library.record import long_date
from sop_library.rolls import progress_of


def take_turns(organisation_id: int) -> None:
    """Hold the organisation's row: dates and the landing procedure are worked out from rows that others may change.

    Without it two acts at the same moment, such as a withdrawal and a publication, leave two versions in force.
    """
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation_id)


def end_those_before(version: Version, begins: datetime) -> None:
    """Let every version before this one that is in force, scheduled or in training end when this one begins."""
    earlier = Q(major__lt=version.major) | Q(major=version.major, minor__lt=version.minor)
    begun_by_then = Q(in_force_from=None) | Q(in_force_from__lte=begins)
    goes_on = Q(in_force_until=None) | Q(in_force_until__gt=begins)
    Version.objects.issued().filter(earlier, begun_by_then, goes_on, sop=version.sop_id).update(in_force_until=begins)


def begin_what_is_trained(sop_id: int, *, by: Membership, at: datetime) -> None:
    """Put the SOP's versions in training in force for which enough people have signed; call it inside an action."""
    keys = Version.objects.in_training(at).filter(sop=sop_id).newest_first().values_list("pk", flat=True)
    for key in list(keys):  # each read anew: a newer one that begins may end those before it
        version = Version.objects.select_related("sop", "organisation").get(pk=key)
        progress = progress_of(version)
        if progress.is_reached:
            begun = _begin(version, at)
            if begun is not None:
                _record("version.trained", begun, progress, by=by, at=at)


@transaction.atomic
def put_in_force(*, version: Version, reason: str, by: Membership, at: datetime) -> Version:
    """End a version's training and return it: in force from its day, from now on when that has passed.

    Before enough people have signed a reason is needed, which stays on record. Raises BadInput, NotAllowed, WrongState.
    """
    checked_transition(version, Verb.PUT_IN_FORCE, by=by)
    take_turns(version.organisation_id)
    version = Version.objects.select_related("sop", "organisation").get(pk=version.pk)
    refuse_unless_in_training(version, at=at)
    progress, said = progress_of(version), reason.strip()
    if not progress.is_reached and not said:
        raise BadInput("Enter a reason: it is kept with the version.", field="reason")
    begun = _begin(version, at)
    if begun is None:
        raise WrongState(f"{version} would begin only when a newer version does. Withdraw the newer one first.")
    action = "version.trained" if progress.is_reached else "version.training_waived"
    _record(action, begun, progress, by=by, at=at, **({"reason": said} if said else {}))
    return begun


def refuse_unless_in_training(version: Version, *, at: datetime) -> None:
    """Raise WrongState unless the version is in training now."""
    phase = version.phase_at(at)
    if phase is not Phase.TRAINING:
        raise WrongState(f"{version} is {phase.value.lower()} now, so its training cannot be ended.")


def _begin(version: Version, at: datetime) -> Version | None:
    """Put a version in training in force and return it, None when a newer one begins before it would."""
    assert version.effective_on is not None  # what is published has a day
    begins, ends = max(midnight(version.effective_on, version.organisation.time_zone), at), version.in_force_until
    if ends is not None and begins >= ends:
        return None
    moved = move(
        version,
        expected={"status": Status.PUBLISHED, "in_force_from": None, "in_force_until": ends},
        in_force_from=begins,
    )
    end_those_before(moved, begins)
    return moved


def _record(action: str, version: Version, progress: Progress, *, by: Membership, at: datetime, **data: object) -> None:
    begins = version.in_force_from.isoformat() if version.in_force_from else ""
    counted = {"share": progress.share, "signed": progress.signed, "asked": progress.asked}
    record(version, action, by=by, at=at, in_force_from=begins, **counted, **data)


def beginning(version: Version, effective_on: date, at: datetime) -> datetime:
    """Return the moment a version comes into force: now for today, midnight in the organisation's zone otherwise."""
    zone = version.organisation.time_zone
    today = day_in(zone, at)
    if effective_on < today:
        raise BadInput("Effective date must be today or later.", field="effective_on")
    if version.effective_on is not None and effective_on < version.effective_on:
        approved = long_date(version.effective_on)
        raise BadInput(f"It was approved for use from {approved}. Choose that day or later.", field="effective_on")
    begins = at if effective_on == today else midnight(effective_on, zone)
    _refuse_before_another(version, begins, at)
    return begins


def _refuse_before_another(version: Version, begins: datetime, at: datetime) -> None:
    """Raise BadInput unless the moment is after those of the versions that are scheduled or in training."""
    zone = version.organisation.time_zone
    others = Version.objects.filter(sop=version.sop_id).exclude(pk=version.pk)
    for row in others.scheduled(at).order_by("-in_force_from"):
        if row.in_force_from is not None and begins <= row.in_force_from:
            first = long_date(day_in(zone, row.in_force_from))
            raise BadInput(f"Version {row.number} begins on {first}. Choose a later day.", field="effective_on")
    for row in others.in_training(at):
        if row.effective_on is not None and begins <= midnight(row.effective_on, zone):
            first = long_date(row.effective_on)
            told = f"Version {row.number} is in training for {first}. Choose a later day."
            raise BadInput(told, field="effective_on")
