"""The four roles. A member may hold several."""

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """What a member does in an organisation."""

    AGENT = "agent"
    MANAGER = "manager"
    APPROVER = "approver"
    ADMIN = "admin"

    @property
    def label(self) -> str:
        """The role as pages print it."""
        return LABELS[self]

    @property
    def field(self) -> str:
        """The membership's column that holds this role."""
        return f"is_{self.value}"


LABELS = {
    Role.AGENT: "Agent",
    Role.MANAGER: "Manager",
    Role.APPROVER: "Approver",
    Role.ADMIN: "Administrator",
}


def in_order(roles: Iterable[Role]) -> list[Role]:
    """Return the roles without repeats, in the order they are declared."""
    given = set(roles)
    return [role for role in Role if role in given]


def printed(roles: Iterable[Role]) -> str:
    """Return the roles as a person reads them, such as `Manager, Approver`; empty text for none."""
    return ", ".join(role.label for role in in_order(roles))
