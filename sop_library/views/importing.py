"""Bringing in procedures that an organisation has already, and reviewing what was made of each file."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import MemberRequest, member
from accounts.domain.roles import Role
from accounts.refusals import WrongState
from accounts.uploads import names_refused
from sop_library.bringing_in import Taken, take
from sop_library.forms_importing import BringInForm
from sop_library.views.import_desk import ImportDesk, imported_file_of
from templates_app.actions_bringing_in import discard
from templates_app.models import ImportedFile

form_methods = require_http_methods(["GET", "HEAD", "POST"])


@member(Role.MANAGER)
@form_methods
def bring_in(request: MemberRequest) -> HttpResponse:
    """Show the form and what waits for review; take files and pasted text, each file for itself."""
    if request.method != "POST":
        return _page(request, BringInForm())
    form = BringInForm(request.POST, request.FILES, refused=names_refused(request))
    if not form.is_valid():
        return _page(request, form, status=422)
    sent = form.cleaned_data
    taken = take(sent["uploads"], sent["text"], sent["title"], form.refused, by=request.member, at=timezone.now())
    if taken.refused:
        return _page(request, form, taken, status=taken.status)
    messages.success(request, _told(taken))
    organisation = request.member.organisation.slug
    if len(taken.rows) == 1:
        return redirect("import_review", organisation=organisation, pk=taken.rows[0].pk)
    return redirect("bring_in", organisation=organisation)


def _told(taken: Taken) -> str:
    if len(taken.rows) == 1:
        return f"{taken.rows[0]} was read. Look at what was found."
    return f"{len(taken.rows)} files were read. Review them one by one."


def _page(request: MemberRequest, form: BringInForm, taken: Taken | None = None, status: int = 200) -> HttpResponse:
    rows = ImportedFile.objects.visible_to(request.member).to_review().light().select_related("imported_by__user")
    context: dict[str, Any] = {"form": form, "rows": rows, "taken": taken}
    return render(request, "sop_library/import.html", context, status=status)


@member(Role.MANAGER)
@form_methods
def review(request: MemberRequest, pk: int) -> HttpResponse:
    """Show a file beside the template made of it; save what was decided, or make the template."""
    row = imported_file_of(request, pk)
    if row.template is not None:
        return redirect("template", organisation=request.member.organisation.slug, slug=row.template.slug)
    if not row.is_open:
        raise WrongState(f"{row} was discarded. Bring the file in again to make a template of it.")
    desk = ImportDesk(request, row)
    return desk.answer() if request.method == "POST" else desk.page(desk.form())


@member(Role.MANAGER)
@require_POST
def discard_file(request: MemberRequest, pk: int) -> HttpResponse:
    """Take a file off the list."""
    row = discard(row=imported_file_of(request, pk), by=request.member, at=timezone.now())
    messages.success(request, f"{row} was discarded. Nothing was made of it.")
    return redirect("bring_in", organisation=request.member.organisation.slug)
