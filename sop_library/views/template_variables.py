"""One variable of a template's draft on a page of its own: what the editor's panel does, without a script."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import MemberRequest, member
from accounts.domain.roles import Role
from accounts.refusals import BadInput, NotFound, Stale, WrongState
from sop_library.forms import row_version_in
from sop_library.views.finding import template_draft_of
from sop_library.views.telling import tell
from templates_app.actions_templates import save_draft
from templates_app.domain.declaring import removed
from templates_app.domain.edits import EditRefused, Manuscript
from templates_app.domain.problems import TemplateError
from templates_app.domain.renaming import on_lines, uses
from templates_app.forms_templates import DeclarationForm, declaration_form
from templates_app.models import TemplateVersion

form_methods = require_http_methods(["GET", "HEAD", "POST"])


@member(Role.MANAGER)
@form_methods
def new(request: MemberRequest, slug: str) -> HttpResponse:
    """Declare one more variable."""
    return _answer(request, template_draft_of(request, slug), "")


@member(Role.MANAGER)
@form_methods
def variable(request: MemberRequest, slug: str, name: str) -> HttpResponse:
    """Change, rename or remove one variable."""
    return _answer(request, template_draft_of(request, slug), name)


def _answer(request: MemberRequest, draft: TemplateVersion, name: str) -> HttpResponse:
    is_sent = request.method == "POST"
    try:
        form = declaration_form(draft.source, name, request.POST if is_sent else None)
        used = uses(Manuscript(draft.source)).get(name, ())
    except EditRefused:
        raise NotFound from None
    except TemplateError as error:
        told = f"The front matter cannot be read. Mend it in the text first: {error.problems[0]}"
        raise WrongState(told) from None
    status = _keep(request, draft, form) if is_sent else 200
    if status == 302:
        return redirect("template_edit", organisation=request.member.organisation.slug, slug=draft.template.slug)
    context = {
        "template": draft.template,
        "version": draft,
        "form": form,
        "name": name,
        "where": f"Used on {on_lines(used)}" if used else "Not used in the text",
        "is_used": bool(used),
    }
    return render(request, "sop_library/template_variable.html", context, status=status)


def _keep(request: MemberRequest, draft: TemplateVersion, form: DeclarationForm) -> int:
    """Store the draft with what the form asks; return the page's status, 302 when all is done."""
    try:
        text = _wanted(request, draft, form)
        if text is None:
            return 422
        save_draft(
            version=draft, source=text, row_version=row_version_in(request.POST), by=request.member, at=timezone.now()
        )
    except EditRefused as refused:
        form.tell(refused)
        return 422
    except (BadInput, Stale) as refusal:
        return tell(form, refusal)
    messages.success(request, "The text is changed and saved.")
    return 302


def _wanted(request: MemberRequest, draft: TemplateVersion, form: DeclarationForm) -> str | None:
    """Return the text that the form asks for, None when something in the form is wrong."""
    if request.POST.get("do") == "remove" and form.old is not None:
        form.errors.clear()
        return removed(draft.source, form.old.name)
    return form.changed() if form.is_valid() else None
