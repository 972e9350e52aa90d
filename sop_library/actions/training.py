"""Readers sign that they have read and understood."""

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.models import Membership
from accounts.refusals import Stale, WrongState
from sop_library.actions.beginning import begin_what_is_trained, take_turns
from sop_library.actions.checking import record, refuse_unless
from sop_library.actions.signing import parts
from sop_library.domain.signature import Meaning
from sop_library.domain.training import SIGNABLE
from sop_library.models import SignOff, Version


def sign_off(*, version: Version, shown_digest: str, by: Membership, at: datetime) -> SignOff:
    """Record that the reader has read and understood a version, and return the sign-off.

    The signature that reaches the share of a version in training puts that version in force.

    A second click gives the first one again. Raises NotAllowed, WrongState when it is neither in force nor coming,
    Stale when the page showed another text.
    """
    refuse_unless(by.organisation_id == version.organisation_id, "This procedure belongs to another organisation.")
    earlier = SignOff.objects.filter(version=version, person=by).first()
    if earlier is not None:
        return earlier
    refuse_unless_signable(version, at=at)
    if shown_digest != version.digest:
        raise Stale("The page you read showed another text. Read this one, then sign.")
    try:
        with transaction.atomic():
            is_waited_for = Version.objects.in_training(at).filter(sop=version.sop_id).exists()
            if is_waited_for:
                # Of the last two people at once, the second must see the first one's signature.
                take_turns(version.organisation_id)
                version = Version.objects.select_related("sop", "organisation").get(pk=version.pk)
                refuse_unless_signable(version, at=at)
            signed = SignOff.objects.create(
                version=version, **parts(version, Meaning.UNDERSTOOD, digest=version.digest, by=by, at=at)
            )
            record(version, "version.understood", by=by, at=at, sign_off=signed.pk, seal=signed.seal)
            if is_waited_for:
                begin_what_is_trained(version.sop_id, by=by, at=at)
    except IntegrityError:
        # Two clicks at once: the other one was stored.
        return SignOff.objects.get(version=version, person=by)
    return signed


def refuse_unless_signable(version: Version, *, at: datetime) -> None:
    """Raise WrongState unless readers can sign the version now; the signing page asks before it takes a password."""
    phase = version.phase_at(at)
    if phase not in SIGNABLE:
        raise WrongState(f"{version} is {phase.value.lower()}. Read and sign the version in force.")
