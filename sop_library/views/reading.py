"""The procedure as people read it: the one in force, any version by its number, and its PDF."""

import hashlib
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from accounts.access import MemberRequest, member
from accounts.domain.roles import Role
from accounts.refusals import NotFound, Refusal
from sop_library import comparing, document, rolls, storage
from sop_library.actions.viewing import Opened, opened
from sop_library.domain.lifecycle import Phase
from sop_library.domain.numbering import Number
from sop_library.domain.signature import STATEMENTS, Meaning
from sop_library.models import Publication, Version
from sop_library.querysets import sees_work
from sop_library.shelf import Shelf, landing_shelf, shelf_of
from sop_library.views.finding import sop_of, version_of
from templates_app.child import ChildProblem


class NotMade(Refusal):
    """The PDF could not be made now."""

    status = 503


@member()
@require_safe
def landing(request: MemberRequest) -> HttpResponse:
    """An agent lands on the procedure in force; people with work to do land on their work."""
    if sees_work(request.member):
        return redirect("work", organisation=request.member.organisation.slug)
    shelf = landing_shelf(request.member, timezone.now())
    if shelf.in_force is None:
        return redirect("procedures", organisation=request.member.organisation.slug)
    return _page(request, shelf, shelf.in_force)


@member()
@require_safe
def in_force(request: MemberRequest, number: str) -> HttpResponse:
    """The procedure in force under its own address; one that was never issued sends people to its record."""
    shelf = shelf_of(request.member, number, timezone.now())
    if shelf.shown is None:
        sop_of(request, number)
        return redirect("record", organisation=request.member.organisation.slug, number=number)
    return _page(request, shelf, shelf.shown)


@member()
@require_safe
def version(request: MemberRequest, number: str, version: Number) -> HttpResponse:
    """One issued version; one that is still being worked on sends people to its record."""
    shelf = shelf_of(request.member, number, timezone.now())
    found = shelf.numbered(version)
    if found is None:
        version_of(request, number, version)
        return redirect("record", organisation=request.member.organisation.slug, number=number)
    return _page(request, shelf, found)


def _page(request: MemberRequest, shelf: Shelf, version: Version) -> HttpResponse:
    """Return the reading page, or 304 when the reader's browser holds it as it is."""
    if request.method == "GET":  # also when the browser holds the page: somebody reads it
        opened(version, Opened.PAGE, by=request.member, at=shelf.at)
    around = _around(shelf, version)
    coming = [str(row.number) for row in around["coming"]]
    said = (request.member.organisation.locale, around["banner"].text, str(around["owes"]), str(around["signed"]))
    tag = _tag(request, version.page_sha256, *said, *coming)  # type: ignore[attr-defined]
    if get_messages(request):
        tag = ""  # a page with a message is for once: kept, it would tell it again
    kept = get_conditional_response(request, etag=tag) if tag else None
    if kept is not None:
        return _privately(kept, tag)
    text, contents = _stored(version.pk, version.page_sha256)  # type: ignore[attr-defined]
    page = document.for_reader(text, request.member.printed_name)
    context = {"page": page, "contents": contents, "sees_work": sees_work(request.member), **around}
    return _privately(render(request, "sop_library/read.html", context), tag)


@lru_cache(maxsize=64)
def _stored(version: int, page_sha256: str) -> tuple[str, SafeString]:
    """Return what was stored for a version that the reader may see, and its contents list: neither ever changes."""
    stored = Publication.objects.filter(version=version, page_sha256=page_sha256)
    text, headings = stored.values_list("page", "outline").get()
    outline = [dict(zip(("id", "number", "title", "level"), row, strict=True)) for row in headings]
    return text, render_to_string("components/contents.html", {"outline": outline})


def _around(shelf: Shelf, version: Version) -> dict[str, Any]:
    """Return what stands around the text of a version: banner, sign-off, other versions."""
    is_trained = version.phase_at(shelf.at) is Phase.TRAINING
    banner = shelf.banner(version, rolls.progress_of(version) if is_trained else None)
    return {
        "version": version,
        "sop": version.sop,
        "banner": banner,
        "owes": shelf.owes(version),
        "may_sign": shelf.may_sign(version),
        "signed": shelf.counting(version),
        "statement": STATEMENTS[Meaning.UNDERSTOOD],
        "is_asked": shelf.is_asked,
        "other_label": f"Open v{banner.other.number}" if banner.other else "",
        "coming": [row for row in shelf.coming if row is not version],
        "coming_changes": _coming_changes(shelf, version),
    }


def _coming_changes(shelf: Shelf, version: Version) -> int:
    """Return how many changes the first coming version brings to the one in force; 0 on the page of any other."""
    if not shelf.coming or version is not shelf.in_force:
        return 0
    return comparing.count_between(version, shelf.coming[0])


def _tag(request: MemberRequest, *parts: str) -> str:
    """Return the page's ETag: what is stored, what is said around it, and for whom and in which session."""
    reader = request.member
    frame = [reader.organisation.name, reader.printed_name, *(role.value for role in reader.roles_in_order)]
    made = [*parts, *frame, str(request.session.session_key), settings.VERSION, request.path]
    return f'"{hashlib.sha256(chr(0).join(made).encode()).hexdigest()[:32]}"'


def _privately(response: HttpResponse, tag: str) -> HttpResponse:
    """Let the reader's own browser keep the page, and ask each time whether it still holds."""
    if tag:
        response["ETag"] = tag
        response["Cache-Control"] = "private, no-cache"
    return response


@member()
@require_safe
def pdf(request: MemberRequest, number: str, version: Number) -> HttpResponse:
    """The PDF of a version: as published while it is in force or will be, otherwise made now and marked in words."""
    found = version_of(request, number, version)
    at = timezone.now()
    _pdf_opened(request, found)
    if found.phase_at(at) in {Phase.EFFECTIVE, Phase.SCHEDULED, Phase.TRAINING}:
        return _as_published(request, found)
    try:
        return _pdf(found, document.pdf_now(found, by=request.member, at=at))
    except ChildProblem as problem:
        raise NotMade(problem.sentence) from problem


@member(Role.MANAGER, Role.APPROVER, Role.ADMIN)
@require_safe
def pdf_as_published(request: MemberRequest, number: str, version: Number) -> HttpResponse:
    """The PDF exactly as it was stored when the version was published, for evidence."""
    found = version_of(request, number, version)
    _pdf_opened(request, found)
    return _as_published(request, found)


def _pdf_opened(request: MemberRequest, version: Version) -> None:
    if request.method == "GET":
        opened(version, Opened.PDF, by=request.member, at=timezone.now())


def _as_published(request: MemberRequest, version: Version) -> HttpResponse:
    publication = Publication.objects.visible_to(request.member).filter(version=version).defer("page").first()
    if publication is None:
        raise NotFound(f"{version} is not published, so there is no PDF as published.")
    try:
        return _pdf(version, storage.get(publication.pdf_sha256))
    except FileNotFoundError:
        raise NotFound("The stored PDF is missing. An admin can run sop_verify to see what is lost.") from None


def _pdf(version: Version, content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    name = document.file_name(version)
    response["Content-Disposition"] = content_disposition_header(as_attachment=False, filename=name) or "inline"
    return response
