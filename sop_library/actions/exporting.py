"""Handing evidence out: the act itself is on the trail, and in the bundle."""

from datetime import datetime

from django.db import transaction

from accounts.models import Membership
from accounts.refusals import NotAllowed
from audit import checkpoints, trail
from sop_library.bundle import bundle_of
from sop_library.bundle_scope import Scope


@transaction.atomic
def export_evidence(*, scope: Scope, by: Membership, at: datetime) -> bytes:
    """Return the evidence bundle of a scope; raises NotAllowed.

    The entry that tells of it is written first and a checkpoint after it, so that everything handed out is anchored.
    """
    if not by.is_admin or by.is_suspended:
        raise NotAllowed("Only administrators hand out evidence.")
    organisation = by.organisation
    data = {"scope": scope.words}
    trail.record(organisation=organisation, by=by, action="evidence.exported", subject=organisation, at=at, data=data)
    checkpoints.make(organisation=organisation, at=at)
    return bundle_of(scope, organisation, at)
