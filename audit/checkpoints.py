"""Making checkpoints: at each publication, and hourly when a trail has grown. See `audit.domain.checkpoint`."""

from datetime import datetime
from typing import Any, Protocol

from django.conf import settings
from django.db import transaction

from audit import keys
from audit.domain import checkpoint, merkle
from audit.models import Checkpoint, Head


class Home(Protocol):
    """An organisation, as far as a checkpoint needs to know one; `accounts.Organisation` is the one there is."""

    pk: Any
    slug: Any


def origin_of(slug: str) -> str:
    """Return the first line of an organisation's checkpoints: where its trail lives."""
    return f"{settings.PUBLIC_URL.partition('://')[2]}/o/{slug}"


@transaction.atomic
def make(*, organisation: Home, at: datetime) -> Checkpoint | None:
    """Sign the trail as far as it has grown and return the checkpoint: the last one when nothing was added since.

    None for an organisation without entries.
    """
    head = Head.objects.select_for_update(no_key=True).filter(organisation_id=organisation.pk).first()
    if head is None or head.sequence == 0:
        return None
    found = Checkpoint.objects.filter(organisation_id=organisation.pk, size=head.sequence).first()
    if found is not None:
        return found
    root = merkle.root_of(head.nodes)
    moment = max(at, head.at) if head.at else at
    said = checkpoint.Checkpoint(origin_of(organisation.slug), head.sequence, root, moment.replace(microsecond=0))
    return Checkpoint.objects.create(
        organisation_id=organisation.pk,
        size=said.size,
        root=root.hex(),
        at=said.at,
        note=keys.current().signed(said.text),
    )


def newest(organisation_id: int) -> Checkpoint | None:
    """Return the organisation's newest checkpoint, None before the first."""
    return Checkpoint.objects.filter(organisation_id=organisation_id).newest_first().first()
