"""Who may open a view. Every view in the URL configuration is declared with one of the three decorators here.

    @member(Role.MANAGER, Role.ADMIN)
    def people(request: MemberRequest) -> HttpResponse: ...

`sopsite.checks` refuses to start with a view that has none, and the authorisation matrix test reads `access_of`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.codes import must_set_up
from accounts.domain.roles import Role
from accounts.models import Membership, User
from accounts.refusals import NotAllowed, NotFound
from accounts.returning import with_next

P = ParamSpec("P")
View = Callable[..., HttpResponseBase]


class UserRequest(HttpRequest):
    """A request of a person who is signed in."""

    user: User


class MemberRequest(UserRequest):
    """A request of a signed-in member of the organisation in the address."""

    member: Membership


class Door(StrEnum):
    """How far a view is open."""

    PUBLIC = "public"
    SIGNED_IN = "signed in"
    MEMBER = "member"


@dataclass(frozen=True, slots=True)
class Access:
    """What a view declares; no roles on a member's view means any role."""

    door: Door
    roles: frozenset[Role] = frozenset()


def access_of(view: object) -> Access | None:
    """Return what the view declares, or None when it declares nothing."""
    found = getattr(view, "access", None)
    return found if isinstance(found, Access) else None


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield each address of the site as written in the URL configuration, with its pattern."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, route)
        elif isinstance(entry, URLPattern):
            yield route, entry


def _declare(view: View, access: Access) -> View:
    cast(Any, view).access = access
    return view


def public(view: View) -> View:
    """Declare that anybody may open the view, signed in or not."""

    @wraps(view)
    def open_to_all(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    return _declare(login_not_required(open_to_all), Access(Door.PUBLIC))


def signed_in(view: Callable[Concatenate[UserRequest, P], HttpResponseBase]) -> View:
    """Declare that any signed-in person may open the view; others are sent to sign in."""

    @wraps(view)
    def open_to_users(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(cast(UserRequest, request), *args, **kwargs)

    return _declare(open_to_users, Access(Door.SIGNED_IN))


def member(*roles: Role) -> Callable[[Callable[Concatenate[MemberRequest, P], HttpResponseBase]], View]:
    """Declare that members of the organisation in the address may open the view, with one of the roles if any.

    The address names it as `organisation`; the view does not get that argument but `request.member`.
    Nobody signed in: to the sign-in page. A stranger: NotFound. Suspended or without the role: NotAllowed. Without
    one-time codes where the organisation requires them: to the page that sets them up, before anything else.
    """

    def declare(view: Callable[Concatenate[MemberRequest, P], HttpResponseBase]) -> View:
        @wraps(view)
        def open_to_members(request: HttpRequest, *args: Any, organisation: str, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            found = membership(request.user, organisation)
            refuse_wrong_role(found)
            inside = cast(MemberRequest, request)
            inside.member = found  # before the roles are looked at: the page that refuses says where one can go
            refuse_wrong_role(found, *roles)
            if must_set_up(found):
                return redirect(
                    with_next(reverse("account"), request.get_full_path() if request.method == "GET" else "")
                )
            return view(inside, *args, **kwargs)

        return _declare(open_to_members, Access(Door.MEMBER, frozenset(roles)))

    return declare


def membership(user: User, organisation: str) -> Membership:
    """Return the user's membership, suspended or not; NotFound for a stranger and for a slug that is not there."""
    found = Membership.objects.select_related("organisation").filter(user=user, organisation__slug=organisation).first()
    if found is None:
        raise NotFound
    found.user = user
    return found


def refuse_wrong_role(member: Membership, *roles: Role) -> None:
    """Raise NotAllowed for a suspended member, and for one who holds none of the roles when some are named."""
    if member.is_suspended:
        raise NotAllowed(f"Your access to {member.organisation.name} is suspended. Ask an administrator there.")
    if roles and not member.holds(*roles):
        wanted = " or ".join(role.label.lower() for role in Role if role in roles)
        raise NotAllowed(f"This needs the role {wanted}. Ask an administrator of {member.organisation.name}.")
