"""What changed values reach: looking at it, setting it going, and watching it being carried out."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import MemberRequest, member
from accounts.domain.roles import Role
from accounts.refusals import NotFound, Stale
from sop_library.actions.rollouts import resume_rollout, try_again
from sop_library.conflicting import report_of
from sop_library.models import Rollout, RolloutItem
from sop_library.sharing import Shared, shared_by, state_of
from sop_library.views.reach_desk import ReachDesk
from templates_app.forms import AnswersForm
from templates_app.groups import Group
from templates_app.models import OrganisationValue
from templates_app.organisations import writing_of

NAME = "name"


@member(Role.MANAGER, Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def reach(request: MemberRequest) -> HttpResponse:
    """Show what new values touch, or what is behind the stored ones; store them and set going what they mean."""
    shared = shared_by(request.member)
    kept = OrganisationValue.objects.visible_to(request.member).by_name()
    stored = {name: value for name, value in kept.items() if name in shared.variables}
    if request.method != "POST":
        return ReachDesk(request, shared, stored, state_of(request.member.organisation_id)).page()
    answers = _typed(request, shared) if NAME in request.POST else stored
    desk = ReachDesk(request, shared, answers, request.POST.get("seen", ""))
    if "look" in request.POST:
        return desk.page()
    if "only" in request.POST:
        try:
            return desk.save_only()
        except Stale as stale:
            messages.error(request, stale.sentence)
            return redirect("values", organisation=request.member.organisation.slug)
    return desk.start()


def _typed(request: MemberRequest, shared: Shared) -> dict[str, Any]:
    """Return the right answers that the page before carried, by variable name; it took only right ones."""
    names = [name for name in dict.fromkeys(request.POST.getlist(NAME)) if name in shared.variables]
    asked = [Group("all", "", tuple(shared.variables[name] for name in names))]
    kept = OrganisationValue.objects.visible_to(request.member).by_name()
    return AnswersForm(asked, kept, data=request.POST, writing=writing_of(request.member.organisation)).answers()


@member(Role.MANAGER, Role.ADMIN)
@require_safe
def conflicts(request: MemberRequest) -> HttpResponse:
    """Where the organisation's procedures disagree with each other."""
    report = report_of(request.member, shared_by(request.member).variables)
    return render(request, "sop_library/conflicts.html", {"report": report})


@member(Role.MANAGER, Role.ADMIN)
@require_safe
def rollout(request: MemberRequest, pk: int) -> HttpResponse:
    """How far a change of values is; htmx asks for the inside alone."""
    found = _rollout_of(request, pk)
    items = list(found.items.select_related("sop", "version"))
    counted = {state: sum(item.state == state for item in items) for state in RolloutItem.State.values}
    done = len(items) - counted[RolloutItem.State.WAITING]
    context = {
        "rollout": found,
        "items": items,
        "counted": counted,
        "done": done,
        "is_over": done == len(items),
        "has_stopped": done < len(items) and found.has_stopped(timezone.now()),
    }
    inside = "HX-Request" in request.headers
    return render(request, f"sop_library/rollout{'_inside' if inside else ''}.html", context)


def _rollout_of(request: MemberRequest, pk: int) -> Rollout:
    found: Rollout | None = (
        Rollout.objects.visible_to(request.member).filter(pk=pk).select_related("started_by__user").first()
    )
    if found is None:
        raise NotFound
    return found


@member(Role.MANAGER)
@require_POST
def resume(request: MemberRequest, pk: int) -> HttpResponse:
    """Set a change of values going again whose worker is gone."""
    found = resume_rollout(rollout=_rollout_of(request, pk), by=request.member, at=timezone.now())
    return redirect("rollout", organisation=request.member.organisation.slug, pk=found.pk)


@member(Role.MANAGER)
@require_POST
def again(request: MemberRequest, pk: int, number: str) -> HttpResponse:
    """Let the worker take up a procedure that failed once more."""
    items = _rollout_of(request, pk).items.select_related("sop", "rollout", "organisation")
    item = items.filter(sop__number=number).first()
    if item is None:
        raise NotFound
    try_again(item=item, by=request.member, at=timezone.now())
    return redirect("rollout", organisation=request.member.organisation.slug, pk=pk)
