"""The statement that each member signs once, before their first signature (21 CFR 11.10(j))."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from accounts.access import MemberRequest
from accounts.codes import must_set_up
from accounts.domain.accountability import STATEMENT, seal
from accounts.models import Membership, Promise
from accounts.refusals import NotAllowed
from accounts.returning import with_next
from audit import trail

P = ParamSpec("P")


def has_promised(member: Membership) -> bool:
    """Return whether the member signed the statement here."""
    return Promise.objects.filter(person=member.pk).exists()


def refuse_unless_may_sign(member: Membership) -> None:
    """Raise NotAllowed for a member without the statement, or without one-time codes where they are required."""
    if not has_promised(member):
        raise NotAllowed("Before your first signature, read and sign the statement about it. Then sign again.")
    if must_set_up(member):
        raise NotAllowed(f"{member.organisation.name} requires one-time codes to sign. Set them up, then sign again.")


@transaction.atomic
def promise(*, by: Membership, at: datetime) -> Promise:
    """Sign the statement for oneself and return it; a second click gives the first one. NotAllowed when suspended."""
    stored = Membership.objects.select_related("user", "organisation").get(pk=by.pk)
    if stored.is_suspended:
        raise NotAllowed(f"Your access to {stored.organisation.name} is suspended. Ask an administrator there.")
    earlier = Promise.objects.filter(person=stored).first()
    if earlier is not None:
        return earlier
    parts: dict[str, Any] = {"printed_name": stored.printed_name, "role": stored.printed_role, "statement": STATEMENT}
    sealed = seal(organisation=stored.organisation.slug, person=stored.pk, at=at, **parts)
    try:
        with transaction.atomic():
            made = Promise.objects.create(
                organisation=stored.organisation, person=stored, signed_at=at, seal=sealed, **parts
            )
    except IntegrityError:
        # Two clicks at once: the other one was stored.
        return Promise.objects.get(person=stored)
    data = {"promise": made.pk, **parts, "signed_at": at.isoformat(), "seal": sealed}
    trail.record(
        organisation=stored.organisation, by=stored, action="member.promised", subject=stored, at=at, data=data
    )
    return made


def address(member: Membership, request: HttpRequest) -> str:
    """Return the page of the statement, which leads back here, or "" when the member has signed it."""
    if has_promised(member):
        return ""
    path = reverse("promise", kwargs={"organisation": member.organisation.slug})
    return with_next(path, request.get_full_path() if request.method in {"GET", "HEAD"} else "")


def promised_first(
    view: Callable[Concatenate[MemberRequest, P], HttpResponseBase],
) -> Callable[Concatenate[MemberRequest, P], HttpResponseBase]:
    """Lead a member who opens a signing page to the statement first, and back. Nothing is typed yet at a GET."""

    @wraps(view)
    def opened(request: MemberRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        first = address(request.member, request) if request.method in {"GET", "HEAD"} else ""
        return redirect(first) if first else view(request, *args, **kwargs)

    return cast(Callable[Concatenate[MemberRequest, P], HttpResponseBase], opened)
