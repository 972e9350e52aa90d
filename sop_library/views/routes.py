"""The route of an organisation, and that of one of its templates."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import MemberRequest, member, refuse_wrong_role
from accounts.domain.roles import Role
from accounts.models import Membership
from accounts.refusals import BadInput
from sop_library.actions.routing import drop_route, set_route
from sop_library.domain.route import LONGEST_ROUTE
from sop_library.forms_routes import RouteForm, moved
from sop_library.models import Route
from sop_library.noting import are_allowed
from sop_library.querysets import sees_work
from sop_library.routing import RoutePlan, approvers_of, route_of
from sop_library.views.finding import template_called
from templates_app.models import Template


@member(Role.ADMIN)
@require_http_methods(["GET", "POST"])
def route(request: MemberRequest) -> HttpResponse:
    """The steps that versions pass between submit and publish, unless their template has a route of its own."""
    form, status, problems = _answered(request, route_of(request.member.organisation_id), None)
    if status == 302:
        messages.success(request, "The route is saved. It holds for versions submitted from now on.")
        return redirect("route", organisation=request.member.organisation.slug)
    own = Route.objects.visible_to(request.member).exclude(template=None).select_related("template")
    context = {"form": form, "problems": problems, "most": LONGEST_ROUTE, "own": own, "may_set": True}
    context["notes_allowed"] = are_allowed(request.member.organisation_id)
    return render(request, "sop_library/route.html", context, status=status)


@member(Role.MANAGER, Role.ADMIN)
@require_http_methods(["GET", "POST"])
def template_route(request: MemberRequest, slug: str) -> HttpResponse:
    """The steps of what is made from one template; managers look at them, admins set them."""
    if request.method == "POST":
        refuse_wrong_role(request.member, Role.ADMIN)
    template = template_called(request, slug)
    plan = route_of(request.member.organisation_id, template.pk)
    form, status, problems = _answered(request, plan, template)
    if status == 302:
        messages.success(request, f"The route of “{template}” is saved. It holds for versions submitted from now on.")
        return redirect("template_route", organisation=request.member.organisation.slug, slug=slug)
    context = {"form": form, "problems": problems, "most": LONGEST_ROUTE, "template": template}
    context |= {"may_set": request.member.is_admin, "is_own": plan.template is not None}
    return render(request, "sop_library/route.html", context, status=status)


@member(Role.ADMIN)
@require_POST
def drop(request: MemberRequest, slug: str) -> HttpResponse:
    """Let what is made from a template follow the organisation's route again."""
    template = template_called(request, slug)
    drop_route(template=template, by=request.member, at=timezone.now())
    messages.success(request, f"What is made from “{template}” follows the organisation's route from now on.")
    return redirect("template_route", organisation=request.member.organisation.slug, slug=slug)


def _answered(
    request: MemberRequest, plan: RoutePlan, template: Template | None
) -> tuple[RouteForm, int, list[dict[str, str]]]:
    """Return the form, the page's status (302 when the route was saved), and what is wrong with what was sent."""
    everybody = Membership.objects.visible_to(request.member).active()
    people, told = approvers_of(request.member.organisation_id), [person for person in everybody if sees_work(person)]
    if request.method != "POST":
        return RouteForm(plan, people, told), 200, []
    if "move" in request.POST:
        return RouteForm(plan, people, told, moved(request.POST, request.POST["move"])), 200, []
    form = RouteForm(plan, people, told, request.POST)
    if not form.is_valid():
        return form, 422, form.problems
    given: dict[str, Any] = {"template": template, "by": request.member, "at": timezone.now()}
    try:
        set_route(steps=form.plans, one_step_each=form.one_step_each, **given)
    except BadInput as problem:
        return form, problem.status, [{"text": problem.sentence, "url": "#steps"}]
    return form, 302, []
