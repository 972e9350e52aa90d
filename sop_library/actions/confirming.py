"""Looking at a version in force again and signing that it is still right."""

from datetime import date, datetime

from django.db import transaction

from accounts.models import Membership
from accounts.refusals import BadInput, Stale, WrongState
from sop_library.actions.beginning import take_turns
from sop_library.actions.checking import checked_transition, record
from sop_library.actions.signing import parts
from sop_library.domain.days import FURTHEST_YEARS, day_in, is_too_far
from sop_library.domain.lifecycle import Phase, Verb
from sop_library.domain.reviews import statement_of
from sop_library.domain.signature import Meaning
from sop_library.models import Confirmation, Version


@transaction.atomic
def confirm_review(
    *,
    version: Version,
    shown_digest: str,
    turn: int,
    next_review_on: date,
    note: str = "",
    by: Membership,
    at: datetime,
) -> Confirmation:
    """Sign that a version in force is still right and when it is looked at next, and return the confirmation.

    `turn` is the place that the page offered among the version's confirmations: the same person's second click gives
    the first one again, and somebody else who was first makes it Stale. Raises BadInput, NotAllowed, WrongState, Stale.
    """
    checked_transition(version, Verb.CONFIRM, by=by)
    take_turns(version.organisation_id)
    version = Version.objects.select_related("sop", "organisation").get(pk=version.pk)
    earlier = Confirmation.objects.filter(version=version, turn=turn).first()
    if earlier is not None and earlier.person_id == by.pk:
        return earlier
    refuse_unless_confirmable(version, by=by, at=at)
    if shown_digest != version.digest:
        raise Stale("The page you read showed another text. Read this one, then sign.")
    if turn != next_turn(version):
        raise Stale("Somebody confirmed this version after you opened the page. See the review that it set.")
    _check_day(next_review_on, day_in(version.organisation.time_zone, at))
    signed = parts(
        version, Meaning.CONFIRMED, digest=version.digest, by=by, at=at, statement=statement_of(next_review_on)
    )
    said = note.strip()
    made = Confirmation.objects.create(version=version, turn=turn, next_review_on=next_review_on, note=said, **signed)
    told = {"next_review_on": next_review_on.isoformat(), "turn": turn, **({"note": said} if said else {})}
    record(version, "version.confirmed", by=by, at=at, confirmation=made.pk, seal=made.seal, **told)
    return made


def next_turn(version: Version) -> int:
    """Return the place that the version's next confirmation takes."""
    return Confirmation.objects.filter(version=version).count() + 1


def refuse_unless_confirmable(version: Version, *, by: Membership, at: datetime) -> None:
    """Raise NotAllowed or WrongState unless this person may confirm the version now; the page asks before it signs.

    Managers own procedures and approvers answer for their content; who only administers judges neither.
    """
    checked_transition(version, Verb.CONFIRM, by=by)
    phase = version.phase_at(at)
    if phase is not Phase.EFFECTIVE:
        raise WrongState(f"{version} is {phase.value.lower()} now. Only the version in force is confirmed.")


def _check_day(next_review_on: date, today: date) -> None:
    if next_review_on <= today:
        raise BadInput("Next review must be after today.", field="next_review_on")
    if is_too_far(next_review_on, today):
        raise BadInput(f"Choose a day within the next {FURTHEST_YEARS} years.", field="next_review_on")
