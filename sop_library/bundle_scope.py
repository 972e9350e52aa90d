"""What an evidence bundle is about, and which entries of the trail belong to it (21 CFR 11.10(b))."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q

from accounts.models import Membership
from audit.models import Entry
from audit.querysets import EntryQuerySet
from sop_library.models import SOP, Version
from sop_library.record import printed_moment


@dataclass(frozen=True, slots=True)
class Scope:
    """A bundle's subject in words, the versions it is about, and who or until when; `whole` takes the whole trail."""

    words: str
    versions: frozenset[int] = frozenset()
    sops: frozenset[int] = frozenset()
    person: Membership | None = None
    until: datetime | None = None
    whole: bool = False

    def entries(self, organisation_id: int) -> EntryQuerySet:
        """Return the entries that belong to it, in order: all that was ever done to its versions, and by its person."""
        rows: EntryQuerySet = Entry.objects.filter(organisation_id=organisation_id).order_by("sequence")
        if self.whole:
            return rows
        wanted = Q(subject_kind="version", subject_id__in=[str(key) for key in self.versions])
        wanted |= Q(subject_kind="sop", subject_id__in=[str(key) for key in self.sops])
        if self.person is not None:
            wanted |= Q(person=self.person.user_id)
            wanted |= Q(subject_kind="membership", subject_id=str(self.person.pk))
        return rows.filter(wanted)


def of_everything(member: Membership) -> Scope:
    """Return the scope of the whole organisation."""
    versions = Version.objects.visible_to(member).values_list("pk", flat=True)
    return Scope(f"everything of {member.organisation.name}", versions=frozenset(versions), whole=True)


def of_sop(sop: SOP) -> Scope:
    """Return the scope of one procedure with all of its versions."""
    keys = Version.objects.filter(sop=sop).values_list("pk", flat=True)
    return Scope(f"procedure {sop}", versions=frozenset(keys), sops=frozenset({sop.pk}))


def of_person(member: Membership) -> Scope:
    """Return the scope of one person: what they did, and the versions that they signed, confirmed or commented on."""
    signed = Q(signatures__person=member) | Q(sign_offs__person=member) | Q(author=member) | Q(comments__by=member)
    signed |= Q(confirmations__person=member)
    keys = Version.objects.filter(signed, organisation_id=member.organisation_id).values_list("pk", flat=True)
    return Scope(f"person {member.printed_name}", versions=frozenset(keys), person=member)


def of_moment(member: Membership, at: datetime, zone: str) -> Scope:
    """Return the scope of one moment: the versions in force then, and everything that was done to them."""
    keys = Version.objects.visible_to(member).in_force(at).values_list("pk", flat=True)
    return Scope(f"what was in force on {printed_moment(at, ZoneInfo(zone))}", versions=frozenset(keys), until=at)
