"""The cast of every test, and the two organisations they work in.

Ana writes, Priya reviews, Ben approves, Mia administers, Rui reads, Sol is suspended; Zoe works elsewhere.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from accounts import accountability, actions
from accounts.domain.roles import Role
from accounts.models import Membership, Organisation

AT = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
PASSWORD = "lantern-otter-quartz-9"


@dataclass(frozen=True)
class World:
    """Northwind with its six people, and Contoso with Zoe."""

    northwind: Organisation
    contoso: Organisation
    ana: Membership
    priya: Membership
    ben: Membership
    mia: Membership
    rui: Membership
    sol: Membership
    zoe: Membership

    @property
    def everybody(self) -> dict[str, Membership]:
        """All people by first name."""
        names = ("ana", "priya", "ben", "mia", "rui", "sol", "zoe")
        return {name: getattr(self, name) for name in names}


def organisation(slug: str, name: str) -> Organisation:
    """Return a stored organisation."""
    return actions.create_organisation(slug=slug, name=name, time_zone="Europe/Lisbon", by=None, at=AT)


def person(home: Organisation, name: str, *roles: Role, title: str, department: str = "Support") -> Membership:
    """Return a member who signs in with `first name@slug.example` and PASSWORD."""
    email = f"{name.split()[0].lower()}@{home.slug}.example"
    member = actions.add_member(
        organisation=home, email=email, name=name, roles=roles, title=title, department=department, by=None, at=AT
    ).member
    member.user.set_password(PASSWORD)
    member.user.save(update_fields=["password"])
    accountability.promise(by=member, at=AT)
    return member


def build() -> World:
    """Store and return the world."""
    northwind = organisation("northwind", "Northwind Support")
    contoso = organisation("contoso", "Contoso Care")
    sol = person(northwind, "Sol Berg", Role.AGENT, title="Agent")
    mia = person(northwind, "Mia Keller", Role.ADMIN, title="Systems Administrator", department="IT")
    return World(
        northwind=northwind,
        contoso=contoso,
        ana=person(northwind, "Ana Silva", Role.MANAGER, title="Support Manager"),
        priya=person(northwind, "Priya Nair", Role.APPROVER, title="Quality Lead", department="Quality"),
        ben=person(northwind, "Ben Okafor", Role.APPROVER, title="Director of Support"),
        mia=mia,
        rui=person(northwind, "Rui Costa", Role.AGENT, title="Agent"),
        sol=actions.suspend_member(member=sol, by=mia, at=AT),
        zoe=person(contoso, "Zoe Martin", Role.MANAGER, Role.APPROVER, Role.ADMIN, title="Operations Lead"),
    )
