"""The roll of a version: which readers have signed it off, and which still owe it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Membership
from accounts.querysets import MembershipQuerySet
from sop_library.domain.numbering import ChangeSize, Number
from sop_library.domain.training import AUDIENCE, Progress, accepted_numbers
from sop_library.models import SOP, SignOff, Version
from sop_library.querysets import SignOffQuerySet, published_numbers


@dataclass(frozen=True, slots=True)
class Roll:
    """Signed and owing readers of a version; `version` is None when none is in force."""

    version: Version | None
    signed: list[SignOff]
    owing: list[Membership]

    @property
    def share(self) -> str:
        """How many have signed, in words: "3 of 5"."""
        return f"{len(self.signed)} of {len(self.signed) + len(self.owing)}"


@dataclass(frozen=True, slots=True)
class Missing:
    """Somebody who is asked to sign and has not, and when they were reminded last, if they were."""

    person: Membership
    reminded_at: datetime | None


@dataclass(frozen=True, slots=True)
class Department:
    """The people of one department who are asked to sign a version, and those of them who have not."""

    name: str
    asked: int
    missing: list[Missing]

    @property
    def signed(self) -> int:
        """How many have signed."""
        return self.asked - len(self.missing)

    @property
    def per_cent(self) -> int:
        """The share that has signed, in whole per cent and never rounded up to 100."""
        return self.signed * 100 // self.asked


def roll_of(sop: SOP, member: Membership, at: datetime) -> Roll:
    """Return the roll of an SOP at a moment. The audience owes; anybody else who signed is listed too."""
    versions = Version.objects.visible_to(member).issued().filter(sop=sop)
    version = versions.in_force(at).light().select_related("sop", "organisation").first()
    if version is None:
        return Roll(None, [], [])
    rows = accepted_sign_offs(version).visible_to(member)
    signed: dict[int, SignOff] = {}
    for row in rows.select_related("version").defer("version__source", "version__values").order_by("signed_at"):
        signed[row.person_id] = row
    readers = Membership.objects.visible_to(member).active().holding(AUDIENCE)
    return Roll(version, list(signed.values()), [reader for reader in readers if reader.pk not in signed])


def accepted_sign_offs(version: Version) -> SignOffQuerySet:
    """Return the sign-offs that count for an issued version: on itself, or on those before it up to a major change."""
    issued = Version.objects.issued().filter(sop=version.sop_id)
    accepted = accepted_numbers(published_numbers(issued), version.number)
    keys = [row.pk for row in issued.only("major", "minor") if row.number in accepted]
    return SignOff.objects.filter(version__in=keys)


def asked_of(version: Version) -> MembershipQuerySet:
    """Return the people who are asked to sign a version: the organisation's audience, whoever has signed or not."""
    return Membership.objects.filter(organisation=version.organisation_id).active().holding(AUDIENCE)


def owing_of(version: Version) -> MembershipQuerySet:
    """Return those asked to sign an issued version who have not: reminders go to them."""
    return asked_of(version).exclude(pk__in=accepted_sign_offs(version).values("person"))


def progress_of(version: Version) -> Progress:
    """Return how far the training of an issued version is, which waits for nobody when it has no share."""
    return progress_of_each([version])[version.pk]


def progress_of_each(versions: Sequence[Version]) -> dict[int, Progress]:
    """Return the same for several issued versions of one organisation by key, in three queries."""
    if not versions:
        return {}
    asked = set(asked_of(versions[0]).values_list("pk", flat=True))
    sops = {version.sop_id for version in versions}
    issued: dict[int, dict[Number, tuple[int, ChangeSize]]] = {key: {} for key in sops}
    for row in Version.objects.issued().filter(sop__in=sops).only("sop_id", "major", "minor", "change_size"):
        issued[row.sop_id][row.number] = (row.pk, ChangeSize(row.change_size))
    signers: dict[int, set[int]] = {}
    for version_id, person in SignOff.objects.filter(version__sop__in=sops).values_list("version_id", "person_id"):
        signers.setdefault(version_id, set()).add(person)
    found = {}
    for version in versions:
        numbers = issued[version.sop_id]
        accepted = accepted_numbers(((each, size) for each, (_, size) in numbers.items()), version.number)
        signed = set().union(*(signers.get(numbers[number][0], set()) for number in accepted))
        found[version.pk] = Progress(len(signed & asked), len(asked), version.training_share or 0)
    return found


def departments_of(version: Version, reminded: Mapping[int, datetime]) -> list[Department]:
    """Return the audience of an issued version by department, in the order of names; people without one come last.

    `reminded` tells when members were reminded last, by their key.
    """
    missing = set(owing_of(version).values_list("pk", flat=True))
    found: dict[str, list[Membership]] = {}
    people = asked_of(version).select_related("user").order_by("user__name", "pk")
    for person in people:
        found.setdefault(person.department.strip(), []).append(person)
    rows = sorted(found.items(), key=lambda pair: (not pair[0], pair[0].casefold()))
    return [
        Department(name, len(them), [Missing(each, reminded.get(each.pk)) for each in them if each.pk in missing])
        for name, them in rows
    ]
