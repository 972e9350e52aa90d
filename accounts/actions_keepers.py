"""Who keeps an organisation's checkpoints outside of it: up to five addresses that each new one is sent to."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.administering import refuse_other_than_admin
from accounts.domain.text import folded_email
from accounts.models import Membership, Organisation
from accounts.refusals import BadInput
from audit import trail
from audit.models import Keeper

MOST = 5


@transaction.atomic
def choose_keepers(*, addresses: Iterable[str], by: Membership, at: datetime) -> list[str]:
    """Let checkpoints be sent to these addresses and no others; return them as stored, in order.

    NotAllowed unless `by` administers the organisation, BadInput for more than five. Nothing changed, nothing logged.
    """
    home: Organisation = Organisation.objects.select_for_update(no_key=True).get(pk=by.organisation_id)
    refuse_other_than_admin(by, home)
    wanted = sorted({folded_email(address) for address in addresses})
    if len(wanted) > MOST:
        raise BadInput(f"Name at most {MOST} addresses; there are {len(wanted)}.", field="addresses")
    before = keepers_of(home)
    if wanted != before:
        Keeper.objects.filter(organisation=home).exclude(address__in=wanted).delete()
        for address in set(wanted) - set(before):
            Keeper.objects.create(organisation=home, address=address, added_at=at)
        _record(home, by, at, before, wanted)
    return wanted


@transaction.atomic
def leave_keepers(*, organisation: Organisation, address: str, at: datetime) -> bool:
    """Take an address off the list and return whether it was there. Without `by`: whoever holds its letter may."""
    home: Organisation = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    before = keepers_of(home)
    if address not in before:
        return False
    Keeper.objects.filter(organisation=home, address=address).delete()
    after = [kept for kept in before if kept != address]
    _record(home, None, at, before, after, how="by the recipient")
    return True


def keepers_of(organisation: Organisation) -> list[str]:
    """Return the addresses that checkpoints are sent to, in order."""
    return sorted(Keeper.objects.filter(organisation=organisation).values_list("address", flat=True))


def _record(
    home: Organisation, by: Membership | None, at: datetime, old: list[str], new: list[str], **more: str
) -> None:
    data = {"old": {"addresses": old}, "new": {"addresses": new}, **more}
    trail.record(organisation=home, by=by, action="organisation.keepers", subject=home, at=at, data=data)
