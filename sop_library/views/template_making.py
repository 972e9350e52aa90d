"""An organisation's own templates: copied or new, the next draft, published, discarded, out of use and in use again."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import MemberRequest, member
from accounts.domain.roles import Role
from accounts.refusals import BadInput, Stale
from sop_library.forms import row_version_in
from sop_library.template_changes import changes_between
from sop_library.views.finding import template_called, template_draft_of
from sop_library.views.telling import tell
from templates_app import actions_templates as actions
from templates_app import checking
from templates_app.child import ChildProblem
from templates_app.domain.problems import TemplateError
from templates_app.forms_templates import NewTemplateForm, PublishTemplateForm
from templates_app.models import Template, TemplateVersion

form_methods = require_http_methods(["GET", "HEAD", "POST"])


def _to(request: MemberRequest, name: str, template: Template) -> HttpResponse:
    return redirect(name, organisation=request.member.organisation.slug, slug=template.slug)


@member(Role.MANAGER)
@require_POST
def copy(request: MemberRequest, slug: str) -> HttpResponse:
    """Copy a template into the organisation's own and open the copy."""
    found = template_called(request, slug)
    made = actions.copy_template(template=found, by=request.member, at=timezone.now())
    told = "This is your copy. Change its title and its text, then publish it so that procedures can be made from it."
    messages.success(request, told)
    return _to(request, "template_edit", made.template)


@member(Role.MANAGER)
@form_methods
def new(request: MemberRequest) -> HttpResponse:
    """Start a template with a short text."""
    form = NewTemplateForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        made = actions.start_template(title=form.cleaned_data["title"], by=request.member, at=timezone.now())
        return _to(request, "template_edit", made.template)
    return render(request, "sop_library/template_new.html", {"form": form}, status=422 if form.is_bound else 200)


@member(Role.MANAGER)
@require_POST
def start_draft(request: MemberRequest, slug: str) -> HttpResponse:
    """Start the next version of an own template and open it."""
    found = template_called(request, slug)
    made = actions.start_draft(template=found, by=request.member, at=timezone.now())
    return _to(request, "template_edit", made.template)


@member(Role.MANAGER)
@form_methods
def publish(request: MemberRequest, slug: str) -> HttpResponse:
    """Make the draft the template's text; a faulty text stays a draft and its faults are named."""
    draft = template_draft_of(request, slug)
    form = PublishTemplateForm(request.POST if request.method == "POST" else None, is_first=draft.number == 1)
    if not (form.is_bound and form.is_valid()):
        return _publish_page(request, draft, form, 422 if form.is_bound else 200)
    try:
        made = actions.publish_draft(
            version=draft,
            row_version=row_version_in(request.POST),
            change_summary=form.cleaned_data["change_summary"],
            by=request.member,
            at=timezone.now(),
        )
    except TemplateError:
        return _publish_page(request, draft, form, 422)
    except (BadInput, Stale, ChildProblem) as refusal:
        return _publish_page(request, template_draft_of(request, slug), form, tell(form, refusal))
    messages.success(request, f"Version {made.number} is published. Procedures made from now on take it.")
    return _to(request, "template", made.template)


def _publish_page(
    request: MemberRequest, draft: TemplateVersion, form: PublishTemplateForm, status: int = 200
) -> HttpResponse:
    checked = checking.check(draft.source)
    before = draft.template.source
    context: dict[str, Any] = {
        "template": draft.template,
        "version": draft,
        "form": form,
        "checked": checked,
        "changes": changes_between(before, draft.source) if before else None,
    }
    return render(request, "sop_library/template_publish.html", context, status=status)


@member(Role.MANAGER)
@form_methods
def discard(request: MemberRequest, slug: str) -> HttpResponse:
    """Ask once, then remove the draft; a template that was never published goes with it."""
    draft = template_draft_of(request, slug)
    context = {"template": draft.template, "version": draft, "problems": []}
    if request.method != "POST":
        return render(request, "sop_library/template_discard.html", context)
    try:
        row_version = row_version_in(request.POST)
        stays = actions.discard_draft(version=draft, row_version=row_version, by=request.member, at=timezone.now())
    except Stale as stale:
        told = f"{stale.sentence} Look at it before you discard it."
        return render(
            request, "sop_library/template_discard.html", {**context, "problems": [{"text": told}]}, status=409
        )
    messages.success(request, f"The draft of {draft.template.title} is discarded.")
    if stays:
        return _to(request, "template", draft.template)
    return redirect("templates", organisation=request.member.organisation.slug)


@member(Role.MANAGER)
@require_POST
def retire(request: MemberRequest, slug: str) -> HttpResponse:
    """Take an own template out of use."""
    found = template_called(request, slug)
    actions.retire(template=found, by=request.member, at=timezone.now())
    messages.success(request, "It is out of use: no procedure can be made from it. Those made before stay as they are.")
    return _to(request, "template", found)


@member(Role.MANAGER)
@require_POST
def restore(request: MemberRequest, slug: str) -> HttpResponse:
    """Take an own template into use again."""
    found = template_called(request, slug)
    actions.restore(template=found, by=request.member, at=timezone.now())
    messages.success(request, "It is in use again.")
    return _to(request, "template", found)
