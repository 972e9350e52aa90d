"""The manager's pages: making a draft, filling it, editing its text, checking it before it is submitted."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import MemberRequest, member
from accounts.domain.roles import Role
from accounts.refusals import NotFound, Stale
from sop_library.actions import adopting, drafting
from sop_library.commenting import beside
from sop_library.domain.lifecycle import Status
from sop_library.forms import TextForm, row_version_in
from sop_library.models import Version
from sop_library.texts import Filling, draft_filling, filling_of
from sop_library.views.desk import Conflict, Desk, address, clock, preview_of, summary_row, values_address
from sop_library.views.finding import open_version_of, sop_of
from sop_library.views.pack_desk import PackDesk
from sop_library.views.telling import tell
from templates_app.child import ChildProblem
from templates_app.domain.problems import TemplateError
from templates_app.domain.rendering import Mode
from templates_app.domain.variables import Source, Variable
from templates_app.forms import field_name
from templates_app.groups import Group, groups_of
from templates_app.models import OrganisationValue, Pack, Template
from templates_app.organisations import writing_of

form_methods = require_http_methods(["GET", "HEAD", "POST"])
ON_CALLS = (Source.READER, Source.CALL)


@member(Role.MANAGER)
@require_POST
def use_template(request: MemberRequest, slug: str) -> HttpResponse:
    """Make an SOP from a template and open its draft."""
    template = Template.objects.open_to(request.member).called(slug)
    if template is None:
        raise NotFound
    version = drafting.start_sop(template=template, by=request.member, at=timezone.now())
    return redirect(address("fill", version))


@member(Role.MANAGER)
@require_POST
def revise(request: MemberRequest, number: str) -> HttpResponse:
    """Make the next draft of an SOP and open it."""
    version = drafting.start_revision(sop=sop_of(request, number), by=request.member, at=timezone.now())
    return redirect(address("fill", version))


@member(Role.MANAGER)
@form_methods
def fill(request: MemberRequest, number: str) -> HttpResponse:
    """Show one group of a draft; keep the right answers and show again what is wrong, nothing typed lost."""
    desk = Desk(request, open_version_of(request, number, Status.DRAFT))
    if request.method != "POST":
        return desk.page()
    autosave = request.headers.get("X-Autosave") == "1"
    form = desk.form(request.POST)
    try:
        desk = desk.keep(form, row_version_in(request.POST), timezone.now())
    except Stale:
        now = open_version_of(request, number, Status.DRAFT)
        return Conflict(Desk(request, now), autosave).answer()
    if autosave:
        return desk.saved(form)
    if form.errors:
        return desk.page(form, 422)
    return redirect(desk.after())


@member(Role.MANAGER)
@require_safe
def preview(request: MemberRequest, number: str) -> HttpResponse:
    """The draft's body as it stands, for the inside of the preview; the page asks for it after each save."""
    drafts = Version.objects.visible_to(request.member).filter(sop__number=number, status=Status.DRAFT)
    # Asked for after every change: two columns, no ordering, no row of thirty columns made into an object.
    row = drafts.order_by().values_list("source", "values", "round")[:1]
    found = next(iter(row), None)
    if found is None:
        open_version_of(request, number, Status.DRAFT)  # says why there is none
        raise NotFound
    source, values, round_number = found
    shared = OrganisationValue.objects.visible_to(request.member).order_by().by_name()
    writing = writing_of(request.member.organisation)
    body, trouble = preview_of(draft_filling(source, values, shared, writing), source)
    if round_number:  # it was returned, so there may be comments to mark
        body = beside(open_version_of(request, number, Status.DRAFT), body, request.member).page
    context = {"body": body, "trouble": trouble, "organisation": request.member.organisation}
    return HttpResponse(render_to_string("sop_library/preview.html", context))


@member(Role.MANAGER)
@form_methods
def text(request: MemberRequest, number: str) -> HttpResponse:
    """Show a draft's text; keep a text without faults, or say each fault by line and column, nothing typed lost."""
    version = open_version_of(request, number, Status.DRAFT)
    if request.method != "POST":
        return _text_page(request, version, TextForm(version.source))
    form = TextForm(version.source, request.POST)
    try:
        if form.is_valid() and form.source() != version.source:
            drafting.save_text(
                version=version,
                source=form.source(),
                row_version=row_version_in(request.POST),
                by=request.member,
                at=timezone.now(),
            )
    except TemplateError as error:
        form.tell(error)
    except ChildProblem as problem:
        return _text_page(request, version, form, tell(form, problem))
    except Stale:
        return _text_page(request, open_version_of(request, number, Status.DRAFT), form, 409)
    return _text_page(request, version, form, 422) if form.errors else redirect(address("text", version))


def _text_page(request: MemberRequest, version: Version, form: TextForm, status: int = 200) -> HttpResponse:
    """Return the text page; at status 409 with what the draft holds now beside what was typed."""
    filling = filling_of(version)
    body, trouble = preview_of(filling, version.source)
    context = {
        "version": version,
        "sop": version.sop,
        "title": filling.template.title,
        "form": form,
        "body": body,
        "trouble": trouble,
        "saved_at": clock(version.saved_at, version),
        "theirs": TextForm(version.source).initial if status == 409 else None,
        "is_mine": version.saved_by_id == request.member.pk,
    }
    return render(request, "sop_library/text.html", context, status=status)


@member(Role.MANAGER)
@require_safe
def check(request: MemberRequest, number: str) -> HttpResponse:
    """What is still missing, every answer, the whole text: read before submitting."""
    version = open_version_of(request, number, Status.DRAFT)
    filling = filling_of(version)
    body, trouble = preview_of(filling, version.source, Mode.DRAFT)
    margin = beside(version, body, request.member)
    filled, total = filling.progress
    context = {
        "version": version,
        "sop": version.sop,
        "title": filling.template.title,
        "filled": filled,
        "total": total,
        "missing": [(variable, _field_address(version, variable)) for variable in filling.missing],
        "groups": _summary(version, filling),
        "newly_shared": filling.newly_shared(),
        "on_calls": sum(variable.source in ON_CALLS for variable in filling.template.variables),
        "margin": margin,
        "back": "check",
        "body": margin.page,
        "trouble": trouble,
    }
    return render(request, "sop_library/check.html", context)


def _field_address(version: Version, variable: Variable) -> str:
    """Return the address that opens a variable's field; the fragment finds it without scripts too."""
    return f"{address('fill', version, field=variable.name)}#field-{field_name(variable)}"


def _summary(version: Version, filling: Filling) -> list[tuple[Group, list[dict[str, Any]]]]:
    """Return each group with the rows of its summary list; each leads to where the answer is changed."""
    given = values_address(version, address("check", version))
    return [
        (
            group,
            [
                summary_row(each, filling, given if filling.is_shared(each) else _field_address(version, each))
                for each in group.variables
            ],
        )
        for group in groups_of(filling.template)
    ]


@member(Role.MANAGER)
@form_methods
def adopt_pack(request: MemberRequest, slug: str) -> HttpResponse:
    """Show the one form that a pack's templates share; then make all their drafts with its answers."""
    pack = Pack.objects.visible_to(request.member).filter(slug=slug).first()
    if pack is None:
        raise NotFound
    page = PackDesk(request, pack)
    if request.method != "POST":
        return page.page()
    form = page.form(request.POST)
    answers = {name: value for name, value in form.answers().items() if value is not None}
    if form.errors:
        return page.page(form, 422)
    try:
        drafts = adopting.adopt_pack_with_answers(
            pack=pack, answers=answers, made=row_version_in(request.POST), by=request.member, at=timezone.now()
        )
    except Stale as stale:
        return page.page(form, 409, stale.sentence)
    messages.success(request, f"{len(drafts)} drafts made from {pack}.")
    return redirect(reverse("work", kwargs={"organisation": request.member.organisation.slug}))
