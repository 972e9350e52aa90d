"""What every page's frame shows: the organisation, the person, and the places their roles can go."""

from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from accounts.domain.roles import Role
from accounts.models import Membership

# (label, URL name, roles that see it; none means everybody)
_PLACES: tuple[tuple[str, str, frozenset[Role]], ...] = (
    ("My work", "work", frozenset({Role.MANAGER, Role.APPROVER, Role.ADMIN})),
    ("Procedures", "procedures", frozenset()),
    ("Templates", "templates", frozenset({Role.MANAGER, Role.APPROVER, Role.ADMIN})),
    ("Values", "values", frozenset({Role.MANAGER, Role.ADMIN})),
    ("Trail", "trail", frozenset({Role.MANAGER, Role.APPROVER, Role.ADMIN})),
    ("People", "people", frozenset({Role.ADMIN})),
    ("Route", "route", frozenset({Role.ADMIN})),
    ("Evidence", "evidence", frozenset({Role.ADMIN})),
    ("Organisation", "organisation", frozenset({Role.ADMIN})),
)

# The first part of addresses that lie under a place without beginning with its own address.
_UNDER = {"": "procedures", "import": "templates", "packs": "templates", "signatures": "procedures"}


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return what `base.html` reads: organisation, member, navigation, account links."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return {"home_url": reverse("home"), "sign_in_url": reverse("sign_in")}
    frame = {
        "home_url": reverse("home"),
        "account_name": person.name,
        "account_url": reverse("account"),
        "letters_url": reverse("letters"),
        "sign_out_url": reverse("sign_out"),
    }
    member: Membership | None = getattr(request, "member", None)
    if member is None:
        return frame
    roles, addresses = member.roles, _addresses(member.organisation.slug)
    under = _UNDER.get(request.path.removeprefix(addresses["landing"]).partition("/")[0])
    return frame | {
        "member": member,
        "organisation": member.organisation,
        "home_url": addresses["landing"],
        "navigation": [
            {
                "label": label,
                "url": addresses[name],
                "current": name == under or request.path.startswith(addresses[name]),
            }
            for label, name, who in _PLACES
            if not who or who & roles
        ],
    }


@lru_cache(maxsize=1024)
def _addresses(slug: str) -> dict[str, str]:
    """Return the addresses of an organisation's places by name: every page shows them, and they never change."""
    names = ("landing", *(name for _, name, _ in _PLACES))
    return {name: reverse(name, kwargs={"organisation": slug}) for name in names}
