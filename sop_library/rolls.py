"""The roll of an SOP: which readers have signed off the version in force, and which still owe it."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Membership
from sop_library.domain.training import AUDIENCE, accepted_numbers
from sop_library.models import SOP, SignOff, Version
from sop_library.querysets import published_numbers


@dataclass(frozen=True, slots=True)
class Roll:
    """Signed and owing readers of the version in force; `version` is None when none is in force."""

    version: Version | None
    signed: list[SignOff]
    owing: list[Membership]

    @property
    def share(self) -> str:
        """How many have signed, in words: "3 of 5"."""
        return f"{len(self.signed)} of {len(self.signed) + len(self.owing)}"


def roll_of(sop: SOP, member: Membership, at: datetime) -> Roll:
    """Return the roll of an SOP at a moment. The audience owes; anybody else who signed is listed too."""
    versions = Version.objects.visible_to(member).issued().filter(sop=sop)
    version = versions.in_force(at).light().select_related("sop", "organisation").first()
    if version is None:
        return Roll(None, [], [])
    accepted = accepted_numbers(published_numbers(versions), version.number)
    rows = SignOff.objects.visible_to(member).filter(version__sop=sop)
    signed: dict[int, SignOff] = {}
    for row in rows.select_related("version").defer("version__source", "version__values").order_by("signed_at"):
        if row.version.number in accepted:
            signed[row.person_id] = row
    readers = Membership.objects.visible_to(member).active().holding(AUDIENCE)
    return Roll(version, list(signed.values()), [reader for reader in readers if reader.pk not in signed])
