"""The versions of a template: listed, compared, and taken out as files."""

import io
import zipfile
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from accounts.access import MemberRequest, member
from accounts.domain.roles import Role
from accounts.refusals import NotFound, WrongState
from sop_library.actions.viewing import export_template, export_templates
from sop_library.forms import row_version_in
from sop_library.template_changes import changes_between
from sop_library.views.comparing import walked
from sop_library.views.finding import template_called
from templates_app.actions_templates import text_of
from templates_app.models import Template, TemplateVersion

READERS = (Role.MANAGER, Role.ADMIN)
# The same files give the same archive: every member carries the first moment that a zip file can hold.
_MOMENT = (1980, 1, 1, 0, 0, 0)


def _versions_of(request: MemberRequest, template: Template) -> list[TemplateVersion]:
    rows = TemplateVersion.objects.visible_to(request.member).filter(template=template).newest_first()
    return list(rows.select_related("published_by__user", "saved_by__user"))


@member(*READERS)
@require_safe
def versions(request: MemberRequest, slug: str) -> HttpResponse:
    """Every version of a template, newest first."""
    template = template_called(request, slug)
    context = {"template": template, "versions": _versions_of(request, template)}
    return render(request, "sop_library/template_versions.html", context)


@member(*READERS)
@require_safe
def compare(request: MemberRequest, slug: str) -> HttpResponse:
    """What differs between two versions of a template, the newest two when the address names none."""
    template = template_called(request, slug)
    rows = _versions_of(request, template)
    new = _numbered(rows, request.GET.get("new"), rows[0])
    before = next((row for row in rows if row.number < new.number), new)
    old = _numbered(rows, request.GET.get("old"), before)
    changes = changes_between(old.source, new.source)
    context: dict[str, Any] = {"template": template, "versions": rows, "old": old, "new": new, "changes": changes}
    if changes.text:
        context |= walked(request, changes.text.count, {"old": str(old.number), "new": str(new.number)})
    return render(request, "sop_library/template_compare.html", context)


def _numbered(rows: list[TemplateVersion], asked: str | None, otherwise: TemplateVersion) -> TemplateVersion:
    """Return the version whose number an address asks for; the other one when it asks for none that is there."""
    number = row_version_in({"row_version": asked})
    return next((row for row in rows if row.number == number), otherwise)


@member(*READERS)
@require_safe
def export(request: MemberRequest, slug: str) -> HttpResponse:
    """One template as a file: the version that the address names, else its text as published, or its draft."""
    template = template_called(request, slug)
    asked = request.GET.get("version")
    if asked is None:
        _exported(request, template)
        return _file(text_of(template).encode(), f"{template.slug}.md", "text/markdown; charset=utf-8")
    rows = TemplateVersion.objects.visible_to(request.member).filter(template=template)
    found = rows.filter(number=row_version_in({"row_version": asked})).first()
    if found is None:
        raise NotFound
    _exported(request, template, str(found.number))
    name = f"{template.slug}_v{found.number}{'_draft' if found.is_draft else ''}.md"
    return _file(found.source.encode(), name, "text/markdown; charset=utf-8")


@member(*READERS)
@require_safe
def export_all(request: MemberRequest) -> HttpResponse:
    """Every template of the organisation's own as one archive of files."""
    rows = Template.objects.visible_to(request.member).own().order_by("slug")
    files = {f"{row.slug}.md": text_of(row).encode() for row in rows}
    if not files:
        raise WrongState("Your organisation has no templates of its own yet. Copy a built-in one, or start a new one.")
    if request.method == "GET":
        export_templates(templates=list(files), by=request.member, at=timezone.now())
    name = f"templates-{request.member.organisation.slug}.zip"
    return _file(archive_of(files), name, "application/zip")


def _exported(request: MemberRequest, template: Template, version: str = "") -> None:
    if request.method == "GET":
        export_template(template=template, version=version, by=request.member, at=timezone.now())


def archive_of(files: dict[str, bytes]) -> bytes:
    """Return a zip archive of the files; the same files always give the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            member_of = zipfile.ZipInfo(name, _MOMENT)
            member_of.external_attr = 0o644 << 16
            archive.writestr(member_of, content, zipfile.ZIP_DEFLATED, 9)
    return made.getvalue()


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
