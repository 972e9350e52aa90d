"""What an organisation sets once: its values for all SOPs, and whether editorial notes are issued."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import MemberRequest, member
from accounts.domain.roles import Role
from accounts.refusals import BadInput, Stale
from sop_library.actions.noting import set_note_policy
from sop_library.actions.sharing import set_values
from sop_library.models import Rollout
from sop_library.reach import reach_of
from sop_library.sharing import NAMED_AT_MOST, Shared, about, in_words, shared_by, state_of
from sop_library.views.reach_desk import ReachDesk
from templates_app.domain.variables import Variable
from templates_app.forms import AnswersForm, field_name
from templates_app.models import OrganisationValue
from templates_app.organisations import offers_for, writing_of

ROLLOUTS_SHOWN = 5


@member(Role.MANAGER, Role.ADMIN)
@require_http_methods(["GET", "POST"])
def values(request: MemberRequest) -> HttpResponse:
    """The values that hold for all SOPs, in one form; one emptied or beyond drafts is looked at first."""
    shared = shared_by(request.member)
    kept = OrganisationValue.objects.visible_to(request.member).by_name()
    form = _form(request, shared, kept, request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _values_page(request, shared, form)
    answers, seen = form.answers(), request.POST.get("seen", "")
    if form.problems():
        return _values_page(request, shared, form, 422)
    changed = {name: answer for name, answer in answers.items() if (answer or None) != (kept.get(name) or None)}
    if changed and seen == state_of(request.member.organisation_id):
        desk = ReachDesk(request, shared, changed, seen)
        if desk.reach.is_to_be_looked_at:
            return desk.page()
    try:
        stored = set_values(
            variables=shared.variables, answers=answers, seen=seen, by=request.member, at=timezone.now()
        )
    except Stale as stale:
        return _values_page(request, shared, form, stale.status, stale.sentence)
    messages.success(request, _saved(shared, stored))
    return redirect("values", organisation=request.member.organisation.slug)


def _values_page(
    request: MemberRequest, shared: Shared, form: AnswersForm, status: int = 200, problem: str = ""
) -> HttpResponse:
    kept = OrganisationValue.objects.visible_to(request.member).by_name()
    stored = {name: value for name, value in kept.items() if name in shared.variables}
    reach = reach_of(request.member, shared.variables, stored, {}, timezone.now())
    context = {
        "form": form,
        "problems": [{"text": problem}] if problem else [],
        "seen": state_of(request.member.organisation_id),
        "groups": shared.groups,
        "behind": [each.sop.number for each in reach.behind],
        "rollouts": Rollout.objects.visible_to(request.member).with_progress()[:ROLLOUTS_SHOWN],
    }
    return render(request, "sop_library/values.html", context, status=status)


def _form(request: MemberRequest, shared: Shared, kept: dict[str, Any], data: Any) -> AnswersForm:
    """Return the form of all values, each field saying its kind, what a change decides, and which SOPs use it."""
    notes = {name: about(variable) for name, variable in shared.variables.items()}
    writing, offers = writing_of(request.member.organisation), offers_for(request.member, shared.variables.values())
    form = AnswersForm(shared.groups, kept, data=data, notes=notes, writing=writing, offers=offers)
    for name, numbers in shared.used_by.items():
        links = _record_links(request.member.organisation.slug, numbers)
        form.fields[field_name(name)].used_in = links  # type: ignore[attr-defined]
    return form


def _record_links(organisation: str, numbers: list[str]) -> SafeString:
    """Return the numbers as links to the records, cut where the list gets long."""
    named = [
        (reverse("record", kwargs={"organisation": organisation, "number": n}), n) for n in numbers[:NAMED_AT_MOST]
    ]
    rest = len(numbers) - len(named)
    links = format_html_join(", ", '<a href="{}">{}</a>', named)
    return format_html("{} and {} more", links, rest) if rest else links


def _saved(shared: Shared, changed: list[Variable]) -> str:
    """Return what was saved and what it touches."""
    if not changed:
        return "Nothing was different, so nothing was saved."
    labels = ", ".join(variable.label.lower() for variable in changed)
    drafts = shared.drafts_with(variable.name for variable in changed)
    touched = f"It shows at once in the drafts of {in_words(drafts)}." if drafts else "No draft uses it at present."
    return f"Saved: {labels}. {touched} Nothing that is in review or published changes: it keeps its own copy."


@member(Role.ADMIN)
@require_POST
def notes(request: MemberRequest) -> HttpResponse:
    """Let managers issue editorial notes, or have every change go by the route."""
    wanted = {"yes": True, "no": False}.get(request.POST.get("allowed", ""))
    if wanted is None:
        raise BadInput("Say whether managers may issue editorial notes: yes or no.", status=400)
    set_note_policy(are_allowed=wanted, by=request.member, at=timezone.now())
    told = "Managers may issue editorial notes." if wanted else "Editorial changes go by the route from now on."
    messages.success(request, told)
    return redirect("route", organisation=request.member.organisation.slug)
