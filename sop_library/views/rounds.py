"""Changing who signs a version in review, and standing in for somebody who is away."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import MemberRequest, member
from accounts.domain.roles import Role
from accounts.refusals import BadInput, NotFound
from sop_library.actions import delegating, rerouting
from sop_library.domain.days import day_in
from sop_library.domain.lifecycle import Status
from sop_library.forms_rounds import AddPersonForm, AddStepForm, DelegationForm, ReplaceForm
from sop_library.models import Delegation, Version
from sop_library.rounds import approvals_of, next_approval, stuck_words
from sop_library.routing import approvers_of
from sop_library.views.finding import open_version_of
from sop_library.views.telling import tell

# What each of the page's forms does and what it tells afterwards.
ACTS: dict[str, tuple[type[Any], Callable[..., Any], str]] = {
    "replace": (ReplaceForm, rerouting.replace_person, "Somebody else is named. Both names stay on record."),
    "person": (AddPersonForm, rerouting.add_person, "The person is named and gets an e-mail when it is their turn."),
    "step": (AddStepForm, rerouting.add_step, "The step is added. It comes after the one that waits now."),
}


@member(Role.MANAGER, Role.ADMIN)
@require_http_methods(["GET", "POST"])
def reroute(request: MemberRequest, number: str) -> HttpResponse:
    """Name other people for the steps of a version in review, or add one more step."""
    version = open_version_of(request, number, Status.IN_REVIEW)
    act = request.POST.get("act", "") if request.method == "POST" else ""
    forms = _forms(request, version, act)
    status = 422 if request.method == "POST" else 200
    if act in ACTS and forms[act].is_valid():
        _, change, told = ACTS[act]
        try:
            change(version=version, by=request.member, at=timezone.now(), **forms[act].answers)
        except BadInput as problem:
            status = tell(forms[act], problem)
        else:
            messages.success(request, told)
            return redirect("review", organisation=request.member.organisation.slug, number=number)
    now = next_approval(approvals_of(version))
    context = {"version": version, "sop": version.sop, "forms": forms, "form": forms.get(act), "now": now}
    context["stuck"] = stuck_words(now) if now else ""
    return render(request, "sop_library/reroute.html", context, status=status)


def _forms(request: MemberRequest, version: Version, act: str) -> dict[str, Any]:
    """Return the page's forms; the one that was sent has what was typed."""
    steps = [step for step in approvals_of(version) if not step.rule.is_done]
    people = [person for person in approvers_of(request.member.organisation_id) if person.pk != version.author_id]
    return {
        name: form(request.POST if name == act else None, prefix=name, steps=steps, people=people)
        for name, (form, _, _) in ACTS.items()
    }


@member(Role.APPROVER, Role.ADMIN)
@require_http_methods(["GET", "POST"])
def delegations(request: MemberRequest) -> HttpResponse:
    """Who stands in for whom: one's own, and for an administrator those of everybody."""
    at, people = timezone.now(), approvers_of(request.member.organisation_id)
    today = day_in(request.member.organisation.time_zone, at)
    form = DelegationForm(request.POST if request.method == "POST" else None, people=people, by=request.member)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            made = delegating.delegate(by=request.member, at=at, today=today, **form.answers)
        except BadInput as problem:
            status = tell(form, problem)
        else:
            days = f"{made.from_on:%-d %B} to {made.until_on:%-d %B %Y}"
            messages.success(request, f"{made.delegate} signs for {made.person} from {days}, under their own name.")
            return redirect("delegations", organisation=request.member.organisation.slug)
    rows = Delegation.objects.concerning(request.member).select_related("person__user", "delegate__user")
    current = [row for row in rows if row.ended_at is None and row.until_on >= today]
    context = {"form": form, "current": current, "past": [row for row in rows if row not in current][:20]}
    return render(request, "sop_library/delegations.html", {**context, "today": today}, status=status)


@member(Role.APPROVER, Role.ADMIN)
@require_POST
def end_delegation(request: MemberRequest, pk: int) -> HttpResponse:
    """End standing in at once."""
    rows = Delegation.objects.concerning(request.member).filter(pk=pk)
    found = rows.select_related("person__user", "delegate__user", "organisation").first()
    if found is None:
        raise NotFound
    delegating.end_delegation(delegation=found, by=request.member, at=timezone.now())
    messages.success(request, f"{found.delegate} no longer signs for {found.person}.")
    return redirect("delegations", organisation=request.member.organisation.slug)
