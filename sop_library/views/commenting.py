"""Commenting on a version under review, answering comments, and calling them done."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import MemberRequest, member
from accounts.domain.roles import Role
from accounts.refusals import BadInput, NotFound, Stale
from sop_library import commenting, document
from sop_library.actions import commenting as acts
from sop_library.comparing import Compared
from sop_library.domain.lifecycle import Status
from sop_library.domain.marking import Document
from sop_library.domain.remarks import Kind, why_signing_waits
from sop_library.forms_commenting import CommentForm, NoteForm, ReplyForm
from sop_library.models import Comment, Resolution, Version
from sop_library.views.desk import address
from sop_library.views.finding import open_version_of, sop_of
from sop_library.views.telling import tell

SHOWN = {"all": "All", "open": "Open"}
BACK = {"fill", "check"}
Settle = Callable[..., Resolution | None]


@member(Role.APPROVER, Role.MANAGER)
@require_http_methods(["GET", "POST"])
def comment_new(request: MemberRequest, number: str) -> HttpResponse:
    """Comment on words of the text under review, or on a section of it."""
    version = open_version_of(request, number, Status.IN_REVIEW, Status.APPROVED)
    passages = Document(document.body_of(version)[0]).passages
    asked = {name: request.GET.get(name, "") for name in ("section", "words", "before", "after")}
    first = {"shown_digest": version.digest, **asked}
    form = CommentForm(request.POST if request.method == "POST" else None, passages=passages, initial=first)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            anchor = acts.anchor_for(passages, *(data[name] for name in ("section", "words", "before", "after")))
            said = {"anchor": anchor, "kind": Kind(data["kind"]), "text": data["text"]}
            shown = data["shown_digest"]
            made = acts.comment(version=version, shown_digest=shown, by=request.member, at=timezone.now(), **said)
        except (BadInput, Stale) as problem:
            status = tell(form, problem)
        else:
            return redirect(f"{address('review', version)}?tab=text#comment.{made.pk}")
    context = {"version": version, "sop": version.sop, "form": form}
    return render(request, "sop_library/comment_new.html", context, status=status)


@member(Role.APPROVER, Role.MANAGER)
@require_http_methods(["GET", "POST"])
def comment(request: MemberRequest, pk: int) -> HttpResponse:
    """One comment with all that was said about it: answer it, call it done, open it again."""
    found = _found(request, pk)
    form = ReplyForm(request.POST if request.method == "POST" else None)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            acts.reply(comment=found, text=form.cleaned_data["text"], by=request.member, at=timezone.now())
        except BadInput as problem:
            status = tell(form, problem)
        else:
            messages.success(request, "Your reply is kept with the comment.")
            return redirect(_after(request, found))
    return _comment_page(request, found, reply=form, status=status)


@member(Role.APPROVER, Role.MANAGER)
@require_POST
def comment_resolve(request: MemberRequest, pk: int) -> HttpResponse:
    """Call a comment done."""
    return _settled(request, pk, acts.resolve, "The comment is resolved.")


@member(Role.APPROVER, Role.MANAGER)
@require_POST
def comment_reopen(request: MemberRequest, pk: int) -> HttpResponse:
    """Open a comment again."""
    return _settled(request, pk, acts.reopen, "The comment is open again.")


@member(Role.APPROVER, Role.MANAGER, Role.ADMIN)
@require_safe
def comments(request: MemberRequest, number: str) -> HttpResponse:
    """Everything that was said about an SOP's versions, version by version and round by round."""
    sop = sop_of(request, number)
    rows = Version.objects.visible_to(request.member).filter(sop=sop).light().select_related("sop").newest_first()
    said = [(version, spoken_rounds(version, request)) for version in rows]
    context = {"sop": sop, "versions": [(version, rounds) for version, rounds in said if rounds]}
    return render(request, "sop_library/comments.html", context)


def spoken_rounds(version: Version, request: MemberRequest) -> list[tuple[int, list[commenting.Said]]]:
    """Return what was said about a version, newest round first."""
    return sorted(commenting.said_in_rounds(version, request.member).items(), reverse=True)


def beside_text(request: MemberRequest, version: Version) -> dict[str, Any]:
    """Return the full text of a version under review with its comments, as `review_text.html` takes them."""
    may_comment = request.member.is_approver or request.member.is_manager
    margin = _margin(
        request, version, document.body_of(version)[0], address("comment_new", version) if may_comment else ""
    )
    return {"page": document.working_page(version, margin.page), "margin": margin, **_filter(request)}


def beside_changes(request: MemberRequest, version: Version, found: Compared) -> dict[str, Any]:
    """Return the comparison with the comments marked in its one text, as `review.html` takes them."""
    margin = _margin(request, version, found.text.inline)
    marked = replace(found, text=replace(found.text, inline=margin.page))
    return {"compared": marked, "margin": margin, **_filter(request)}


def why_waiting(version: Version) -> dict[str, Any]:
    """Return the sentence of the decision bar while must-fix comments are open, and the first of them."""
    waits = why_signing_waits(commenting.open_must_fix(version))
    first = Comment.objects.filter(version=version).must_fix().open().first() if waits else None
    return {"waits": waits, "waits_for": first}


def _margin(request: MemberRequest, version: Version, page: str, link: str = "") -> commenting.Margin:
    only_open = request.GET.get("show", "") == "open"
    return commenting.beside(version, page, request.member, address=link, only_open=only_open)


def _filter(request: MemberRequest) -> dict[str, Any]:
    shown = request.GET.get("show", "")
    return {"show": shown if shown in SHOWN else "all", "shows": SHOWN.items(), "back": "review"}


def _found(request: MemberRequest, pk: int) -> Comment:
    """Return the comment, not a reply, with this key; raises NotFound."""
    rows = Comment.objects.visible_to(request.member).filter(pk=pk, parent=None)
    found: Comment | None = rows.select_related("version__sop", "version__organisation").first()
    if found is None:
        raise NotFound
    return found


def _settled(request: MemberRequest, pk: int, settle: Settle, done: str) -> HttpResponse:
    found, form = _found(request, pk), NoteForm(request.POST)
    if not form.is_valid():
        return _comment_page(request, found, note=form, status=422)
    at: datetime = timezone.now()
    settle(comment=found, note=form.cleaned_data["note"], by=request.member, at=at)
    messages.success(request, done)
    return redirect(_after(request, found))


def _comment_page(
    request: MemberRequest,
    found: Comment,
    *,
    reply: ReplyForm | None = None,
    note: NoteForm | None = None,
    status: int = 200,
) -> HttpResponse:
    version = found.version
    body = document.body_of(version)[0]
    threads = commenting.beside(version, body, request.member).threads
    context = {
        "version": version,
        "sop": version.sop,
        "thread": next(each for each in threads if each.comment.pk == found.pk),
        "reply": reply or ReplyForm(),
        "note": note or NoteForm(),
        "problem": note if note is not None else reply,
        "back_url": _after(request, found),
    }
    return render(request, "sop_library/comment.html", context, status=status)


def _after(request: MemberRequest, found: Comment) -> str:
    """Return where to go on: the page that the form stood on, or the one where the version is worked on now."""
    version, wanted = found.version, request.POST.get("back", "")
    is_under_review = version.status in {Status.IN_REVIEW, Status.APPROVED}
    if is_under_review:
        return f"{address('review', version)}?tab=text#comment.{found.pk}"
    if version.is_draft and request.member.is_manager:
        page = wanted if wanted in BACK else "fill"
        return f"{address(page, version)}#comment.{found.pk}"
    return address("comments", version)
