"""Renewing the keys that sign checkpoints and bundles and seal PDFs. Every organisation's trail tells of it."""

from datetime import datetime

from django.db import transaction

from accounts.models import Membership, Organisation
from audit import checkpoints, rotating, trail
from audit.models import Entry

ROTATED = "key.rotated"


def renew_keys(*, by: Membership | None = None, at: datetime) -> rotating.Change:
    """Make a new signing key and a new seal, tell it on every trail, then let them count; return what changed.

    The files of the new keys count only after the transaction has ended: a crash before that leaves the old ones, a
    crash after it leaves a change that `settle` finishes. The checkpoint over the entry is signed by the old key.
    """
    with rotating.alone():
        _settle()
        change = rotating.prepare(at)
        with transaction.atomic():
            for home in Organisation.objects.all():
                data = {"old": change.old, "new": change.new, "old_seal": change.old_seal, "new_seal": change.new_seal}
                trail.record(organisation=home, by=by, action=ROTATED, subject=home, at=at, data=data)
                checkpoints.make(organisation=home, at=at)
        rotating.finish()
    return change


def settle() -> None:
    """Bring a change of keys that was cut off to its end, or undo it: what the trails tell decides."""
    with rotating.alone():
        _settle()


def _settle() -> None:
    new = rotating.prepared()
    if new is not None and Entry.objects.filter(action=ROTATED, data__new=new).exists():
        rotating.finish()
    else:
        rotating.discard()
