"""What only administrators do to people, and who counts as one."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.domain.roles import Role
from accounts.models import IdentityCheck, Membership, Organisation
from accounts.refusals import BadInput, NotAllowed
from audit import trail


def refuse_other_than_admin(by: Membership | None, organisation: Organisation) -> None:
    """Raise NotAllowed unless `by` administers the organisation as it is stored now, or is None: the server itself."""
    if by is None:
        return
    stored = Membership.objects.get(pk=by.pk)
    if stored.organisation_id != organisation.pk or not stored.holds(Role.ADMIN):
        raise NotAllowed(f"Only an administrator of {organisation.name} can do this.")


@transaction.atomic
def record_identity(*, member: Membership, how: str, checked_on: date, by: Membership, at: datetime) -> IdentityCheck:
    """Keep how an administrator made sure who the member is (21 CFR 11.100(b)), and return it.

    NotAllowed unless `by` administers the organisation, and for oneself; BadInput for no words and a day to come.
    """
    organisation = member.organisation
    refuse_other_than_admin(by, organisation)
    if by.pk == member.pk:
        raise NotAllowed("Another administrator records how your identity was verified.")
    if not how.strip():
        raise BadInput("Write how the identity was verified.", field="how")
    if checked_on > at.astimezone(ZoneInfo(organisation.time_zone)).date():
        raise BadInput("The day cannot be in the future.", field="checked_on")
    made = IdentityCheck.objects.create(
        organisation=organisation, person=member, how=how, checked_on=checked_on, checked_by=by, recorded_at=at
    )
    data = {"how": how, "day": checked_on.isoformat()}
    trail.record(organisation=organisation, by=by, action="member.identity_verified", subject=member, at=at, data=data)
    return made
