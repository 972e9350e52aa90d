"""What an organisation sets once: its values for all SOPs, and the route every version passes."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import MemberRequest, member
from accounts.domain.roles import Role
from accounts.models import Membership
from accounts.refusals import BadInput, Stale
from sop_library.actions.approving import route_of
from sop_library.actions.routing import set_route
from sop_library.actions.sharing import set_values
from sop_library.domain.approval import LONGEST_ROUTE
from sop_library.forms_approving import NO_STEP, RouteStepForm, approvers_for, route_forms
from sop_library.sharing import Shared, in_words, shared_by, state_of
from templates_app.domain.variables import Variable
from templates_app.forms import AnswersForm, field_name
from templates_app.models import OrganisationValue
from templates_app.organisations import offers_for, writing_of


@member(Role.MANAGER, Role.ADMIN)
@require_http_methods(["GET", "POST"])
def values(request: MemberRequest) -> HttpResponse:
    """The values that hold for all SOPs, in one form."""
    shared = shared_by(request.member)
    organisation = request.member.organisation
    kept = OrganisationValue.objects.visible_to(request.member).by_name()
    data = request.POST if request.method == "POST" else None
    form = _form(request.member, shared, kept, data)
    status, problems = 200, []
    if data is not None:
        answers, seen = form.answers(), data.get("seen", "")
        status = 422 if form.problems() else 200
        if status == 200:
            try:
                changed = set_values(
                    variables=shared.variables, answers=answers, seen=seen, by=request.member, at=timezone.now()
                )
            except Stale as stale:
                status, problems = stale.status, [{"text": stale.sentence}]
            else:
                messages.success(request, _saved(shared, changed))
                return redirect("values", organisation=organisation.slug)
    context = {"form": form, "problems": problems, "seen": state_of(organisation.pk), "groups": shared.groups}
    return render(request, "sop_library/values.html", context, status=status)


def _form(by: Membership, shared: Shared, kept: dict[str, Any], data: Any) -> AnswersForm:
    """Return the form of all values, each field saying which SOPs use it."""
    offers = offers_for(by, shared.variables.values())
    form = AnswersForm(shared.groups, kept, data=data, writing=writing_of(by.organisation), offers=offers)
    for name, words in shared.used_in().items():
        form.fields[field_name(name)].used_in = words  # type: ignore[attr-defined]
    return form


def _saved(shared: Shared, changed: list[Variable]) -> str:
    """Return what was saved and what it touches."""
    if not changed:
        return "Nothing was different, so nothing was saved."
    labels = ", ".join(variable.label.lower() for variable in changed)
    drafts = shared.drafts_with(variable.name for variable in changed)
    touched = f"It shows at once in the drafts of {in_words(drafts)}." if drafts else "No draft uses it at present."
    return f"Saved: {labels}. {touched} Nothing that is in review or published changes: it keeps its own copy."


@member(Role.ADMIN)
@require_http_methods(["GET", "POST"])
def route(request: MemberRequest) -> HttpResponse:
    """The steps that every version passes between submit and publish."""
    organisation = request.member.organisation
    steps = route_of(organisation.pk)
    people = approvers_for(request.member)
    data = request.POST if request.method == "POST" else None
    forms = route_forms(steps, people, data)
    status, problems = (200 if data is None else 422), []
    if data is not None and all([form.is_valid() for form in forms]):
        try:
            chosen = [form.step for form in forms if form.step is not None]
            set_route(steps=chosen, by=request.member, at=timezone.now())
        except BadInput as problem:
            status, problems = problem.status, [{"text": problem.sentence, "url": "#steps"}]
        else:
            messages.success(request, "The route is saved. It holds for versions submitted from now on.")
            return redirect("route", organisation=organisation.slug)
    context = {"problems": [*problems, *_errors(forms)], "rows": _shown(forms, len(steps)), "most": LONGEST_ROUTE}
    return render(request, "sop_library/route.html", context, status=status)


def _errors(forms: list[RouteStepForm]) -> list[dict[str, Any]]:
    return [
        {"text": f"Step {place}: {error}", "url": f"#{form[name].id_for_label}"}
        for place, form in enumerate(forms, 1)
        if form.is_bound
        for name, errors in form.errors.items()
        for error in errors
    ]


def _shown(forms: list[RouteStepForm], used: int) -> list[RouteStepForm]:
    """Return the rows in use and one more for a new step."""
    filled = [place for place, form in enumerate(forms, 1) if form["meaning"].value() not in {None, "", NO_STEP}]
    return forms[: max([used, *filled]) + 1]
