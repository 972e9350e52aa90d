"""The editor of a template's draft: its text, what the compiler says of it, and changes to one variable in it."""

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import MemberRequest, member
from accounts.domain.roles import Role
from accounts.refusals import BadInput, Stale
from sop_library import document
from sop_library.domain.days import clock_in
from sop_library.forms import row_version_in
from sop_library.views.finding import template_draft_of
from sop_library.views.telling import tell
from templates_app import checking
from templates_app.actions_templates import save_draft
from templates_app.checking import Checked
from templates_app.domain.blocks import CALLOUTS, PLAIN, SPOKEN
from templates_app.domain.declaring import removed
from templates_app.domain.edits import EditRefused
from templates_app.domain.placeholders import NAME
from templates_app.domain.problems import TemplateError
from templates_app.domain.variables import RECORD_BLOCKS
from templates_app.domain.wording import label_from
from templates_app.forms_templates import SourceForm, declaration_form
from templates_app.models import TemplateVersion

BLOCK_WORDS = {
    "say": "Words to say", "avoid": "Words not to say", "note": "Note", "tip": "Tip", "pitfall": "Pitfall",
    "caution": "Caution", "warning": "Warning", "checklist": "Checklist", "steps": "Numbered steps",
    "decision": "Decision table", "metrics": "Metrics table", "table": "Table", "definitions": "Definitions",
    "faq": "Questions and answers",
}  # fmt: skip


@member(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: MemberRequest, slug: str) -> HttpResponse:
    """Show a draft's text; keep what was typed, faulty or not, and say each fault by line and column."""
    draft = template_draft_of(request, slug)
    if request.method != "POST":
        return _page(request, draft, SourceForm(draft.source))
    form, by_script = SourceForm(draft.source, request.POST), request.headers.get("X-Autosave") == "1"
    try:
        draft = _kept(request, draft, form)
    except Stale:
        if by_script:
            raise
        return _page(request, template_draft_of(request, slug), form, 409)
    except BadInput as problem:
        if by_script:
            raise
        return _page(request, draft, form, tell(form, problem))
    if by_script:
        return JsonResponse({"row_version": draft.row_version, "saved_at": _saved_at(request, draft)})
    return _onwards(request, slug)


def _kept(request: MemberRequest, draft: TemplateVersion, form: SourceForm) -> TemplateVersion:
    """Return the draft with the typed text; a text that says nothing new is not saved again."""
    typed = form.typed()
    if typed == draft.source:
        return draft
    row_version = row_version_in(request.POST)
    return save_draft(version=draft, source=typed, row_version=row_version, by=request.member, at=timezone.now())


def _onwards(request: MemberRequest, slug: str) -> HttpResponse:
    """Return the way after saving: back to the editor, or to the page that the pressed button names."""
    then, place = str(request.POST.get("then", "")), {"organisation": request.member.organisation.slug, "slug": slug}
    name = {"": "template_edit", "publish": "template_publish", "new": "template_variable_new"}.get(then)
    if name is None:
        is_name = NAME.fullmatch(then) is not None
        name, place = ("template_variable", {**place, "name": then}) if is_name else ("template_edit", place)
    return redirect(reverse(name, kwargs=place))


def _saved_at(request: MemberRequest, draft: TemplateVersion) -> str:
    return clock_in(request.member.organisation.time_zone, draft.saved_at)


def _page(request: MemberRequest, draft: TemplateVersion, form: SourceForm, status: int = 200) -> HttpResponse:
    """Return the editor; at status 409 with what the draft holds now beside what was typed."""
    text = form.typed() if form.is_bound else draft.source
    checked = checking.check(text)
    body, trouble = preview_of(checked)
    context = {
        "template": draft.template,
        "version": draft,
        "form": form,
        "checked": checked,
        "body": body,
        "trouble": trouble,
        "saved_at": _saved_at(request, draft),
        "theirs": draft.source if status == 409 else None,
        "is_mine": draft.saved_by_id == request.member.pk,
        "declaration": declaration_form(EMPTY, ""),
        "blocks": [(kind, BLOCK_WORDS[kind]) for kind in (*SPOKEN, *CALLOUTS, *PLAIN)],
        "records": [(name, label_from(name)) for name in RECORD_BLOCKS],
    }
    return render(request, "sop_library/template_edit.html", context, status=status)


EMPTY = "---\ntitle: x\n---\n"
NO_PREVIEW = "The preview comes back when the problems are solved."


def preview_of(checked: Checked) -> tuple[str, str]:
    """Return (body HTML with the examples, "") or, when there is none, ("", the sentence why)."""
    sample = checked.sample()
    if sample is None:
        return "", checked.trouble or NO_PREVIEW
    return document.unrecorded(sample.html), ""


@member(Role.MANAGER)
@require_POST
def check(request: MemberRequest, slug: str) -> HttpResponse:
    """What the compiler says of the text as it is typed: problems, variables, optional sections, the preview."""
    template_draft_of(request, slug)
    checked = checking.check(SourceForm("", request.POST).typed())
    body, trouble = preview_of(checked)
    return JsonResponse({**checking.as_json(checked), "preview": body, "why": trouble})


@member(Role.MANAGER)
@require_POST
def change(request: MemberRequest, slug: str) -> HttpResponse:
    """The typed text with one variable added, changed, renamed or removed. Nothing is stored."""
    template_draft_of(request, slug)
    text, old = SourceForm("", request.POST).typed(), str(request.POST.get("old", ""))
    try:
        if request.POST.get("do") == "remove":
            return JsonResponse({"text": removed(text, old)})
        form = declaration_form(text, old, request.POST)
        if form.is_valid():
            return JsonResponse({"text": form.changed()})
        problems: dict[str, Any] = {name: " ".join(map(str, errors)) for name, errors in form.errors.items()}
    except EditRefused as refused:
        problems = {refused.field: refused.sentence}
    except TemplateError as error:
        problems = {"": str(error.problems[0])}
    return JsonResponse({"problems": problems})
