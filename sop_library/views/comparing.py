"""Comparing two versions of an SOP, on a page and as a PDF."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from accounts.access import MemberRequest, member
from accounts.refusals import WrongState
from sop_library import comparing, comparing_paper
from sop_library.actions.viewing import Opened, opened
from sop_library.comparing import Compared
from sop_library.views.finding import sop_of
from sop_library.views.reading import NotMade
from templates_app.child import ChildProblem

VIEWS = {"inline": "In one text", "side": "Side by side"}


@member()
@require_safe
def compare(request: MemberRequest, number: str) -> HttpResponse:
    """Two versions that the member may see: what changed, and the text with its changes."""
    sop, at = sop_of(request, number), timezone.now()
    versions = comparing.versions_of(sop, request.member)
    context: dict[str, Any] = {"sop": sop, "versions": [(row, comparing.standing(row, at)) for row in versions]}
    try:
        found = _compared(request, versions)
    except WrongState as refusal:
        context |= {"alone": refusal.sentence}
    else:
        asked = {"from": str(found.old.number), "to": str(found.new.number)}
        context |= {"compared": found, **shown(request, found, asked)}
    return render(request, "sop_library/compare.html", context)


@member()
@require_safe
def compare_pdf(request: MemberRequest, number: str) -> HttpResponse:
    """The comparison of two versions as a PDF."""
    sop = sop_of(request, number)
    found = _compared(request, comparing.versions_of(sop, request.member))
    try:
        made = comparing_paper.pdf_of(found, by=request.member, at=timezone.now())
    except ChildProblem as problem:
        raise NotMade(problem.sentence) from problem
    if request.method == "GET":
        opened(found.new, Opened.COMPARISON, by=request.member, at=timezone.now(), old=str(found.old.number))
    response = HttpResponse(made, content_type="application/pdf")
    name = comparing_paper.file_name(found)
    response["Content-Disposition"] = content_disposition_header(as_attachment=False, filename=name) or "inline"
    return response


def _compared(request: MemberRequest, versions: list[Any]) -> Compared:
    asked = request.GET.get("from", ""), request.GET.get("to", "")
    old, new = comparing.chosen(versions, *asked, timezone.now())
    try:
        return comparing.compared(old, new, request.member)
    except ChildProblem as problem:
        raise NotMade(problem.sentence) from problem


def shown(request: MemberRequest, found: Compared, asked: dict[str, str]) -> dict[str, Any]:
    """Return what `compare_body.html` needs beside the comparison: the view, the change that is looked at, addresses.

    `asked` are the questions of the page's own address that its links keep.
    """
    numbers = {"from": found.old.number, "to": found.new.number}
    kwargs = {"organisation": request.member.organisation.slug, "number": found.new.sop.number}
    pdf_url = f"{reverse('compare_pdf', kwargs=kwargs)}?{urlencode(numbers)}"
    return {**walked(request, found.text.count, asked), "pdf_url": pdf_url}


def walked(request: MemberRequest, last: int, asked: dict[str, str]) -> dict[str, Any]:
    """Return what `compare_text.html` needs to lead through `last` changes; `asked` as in `shown`."""
    view = request.GET.get("view", "")
    view = view if view in VIEWS else "inline"
    given = request.GET.get("change", "")
    current = min(int(given), last) if given.isascii() and given.isdigit() and len(given) < 6 else 0
    keep = urlencode({**asked, "view": view})
    return {
        "view": view,
        "views": [(name, label, urlencode({**asked, "view": name})) for name, label in VIEWS.items()],
        "current": current,
        "keep": keep,
        "previous_change": max(current - 1, 1),
        "next_change": min(current + 1, last),
    }
