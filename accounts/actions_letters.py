"""Which letters a person gets. A preference is no evidence, and the link in a letter proves nobody's identity: so
these acts add nothing to a trail, where an entry would claim that the person did it.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from accounts.domain.kinds import STOPPABLE, Kind
from accounts.models import StoppedLetter, User
from accounts.refusals import BadInput, NotAllowed


@transaction.atomic
def choose_letters(*, user: User, wanted: Collection[Kind], by: User, at: datetime) -> frozenset[Kind]:
    """Let the person get these kinds and no other that can be stopped; return the kinds that are stopped now.

    NotAllowed when `by` is somebody else, BadInput for a kind that is always sent.
    """
    if by.pk != user.pk:
        raise NotAllowed("Only the person themselves chooses their letters.")
    if not set(wanted) <= set(STOPPABLE):
        raise BadInput("Choose among the kinds that can be stopped; the others are always sent.")
    StoppedLetter.objects.filter(user=user, kind__in=[kind.value for kind in wanted]).delete()
    stopped = [kind for kind in STOPPABLE if kind not in wanted]
    for kind in stopped:
        stop_letters(user=user, kind=kind, at=at)
    return frozenset(stopped)


def stop_letters(*, user: User, kind: Kind, at: datetime) -> StoppedLetter:
    """Send the person no more letters of this kind and return the row; a second time changes nothing.

    Without `by`: whoever holds the link of the letter may. BadInput for a kind that is always sent.
    """
    if kind not in STOPPABLE:
        raise BadInput("Letters of this kind are always sent.")
    row, _ = StoppedLetter.objects.get_or_create(user=user, kind=kind.value, defaults={"stopped_at": at})
    return row
