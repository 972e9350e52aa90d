"""Submitting a draft, reading a version under review, signing it, sending it back."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import MemberRequest, member
from accounts.accountability import promised_first
from accounts.domain.roles import Role
from accounts.models import Membership
from accounts.reauth import asked_of, confirm
from accounts.refusals import BadInput, NotAllowed, NotFound, Stale, WrongPassword, WrongState
from sop_library import comparing, reviewing
from sop_library.actions import approving
from sop_library.actions.checking import checked_transition
from sop_library.commenting import counts_of
from sop_library.domain.days import day_in
from sop_library.domain.lifecycle import Status, Verb
from sop_library.domain.signature import STATEMENTS, Meaning
from sop_library.forms_approving import ReturnForm, SignForm, SubmitForm
from sop_library.models import Approval, Signature, Version
from sop_library.rounds import approvals_of, next_approval, stuck_words
from sop_library.routing import route_of
from sop_library.texts import filling_of
from sop_library.views.commenting import beside_changes, beside_text, spoken_rounds, why_waiting
from sop_library.views.comparing import shown
from sop_library.views.finding import open_version_of
from sop_library.views.telling import tell
from templates_app.child import ChildProblem

TABS = {"text": "Full text", "values": "Values", "changes": "Changes", "history": "History"}


@member(Role.MANAGER)
@promised_first
@require_http_methods(["GET", "POST"])
def submit(request: MemberRequest, number: str) -> HttpResponse:
    """Ask what the author has to say, take their password, freeze the draft and sign it as prepared."""
    version = open_version_of(request, number, Status.DRAFT, Status.IN_REVIEW)
    if version.status == Status.IN_REVIEW and version.author == request.member:
        return redirect(_address(request, "review", number))  # a second click on the button
    version = open_version_of(request, number, Status.DRAFT)
    at = timezone.now()
    today = day_in(request.member.organisation.time_zone, at)
    route = route_of(version.organisation_id, version.sop.template_id)
    sent, asked = request.POST if request.method == "POST" else None, asked_of(request)
    form = SubmitForm(sent, version=version, by=request.member, route=route, today=today, asked=asked)
    gaps = _gaps(request, version)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid() and not gaps:
        try:
            confirm(request, form.cleaned_data)
            done = approving.submit(version=version, by=request.member, at=at, today=today, **form.answers)
        except (BadInput, WrongPassword, Stale, ChildProblem) as problem:
            status = tell(form, problem)
        else:
            return _submitted(request, done)
    return _submit_page(request, version, form, gaps, status)


def _gaps(request: MemberRequest, version: Version) -> list[dict[str, str]]:
    """Return the missing answers, each with the address of its field."""
    fill = _address(request, "fill", version.sop.number)
    return [
        {"text": f"Not filled yet: {variable.label}", "url": f"{fill}?field={variable.name}"}
        for variable in filling_of(version).missing
    ]


def _submit_page(
    request: MemberRequest, version: Version, form: SubmitForm, gaps: list[dict[str, str]], status: int
) -> HttpResponse:
    context = {
        "version": version,
        "sop": version.sop,
        "form": form,
        "gaps": gaps,
        "problems": gaps if request.method == "POST" else [],
        "signer": request.member.name_and_role,
        "statement": STATEMENTS[Meaning.PREPARED],
        "is_stale": status == 409,
    }
    return render(request, "sop_library/submit.html", context, status=status)


def _submitted(request: MemberRequest, version: Version) -> HttpResponse:
    approvals = approvals_of(version)
    messages.success(
        request,
        f"{version} is submitted and signed by you as prepared. {reviewing.what_is_next(version, approvals)} "
        "When every step is signed, a manager publishes it. If somebody asks for changes, it comes back to you as a "
        "draft.",
    )
    return redirect(_address(request, "review", version.sop.number))


@member(Role.MANAGER, Role.APPROVER, Role.ADMIN)
@require_safe
def review(request: MemberRequest, number: str) -> HttpResponse:
    """The version under review: text, values, changes or history, and what the reader may decide."""
    version = open_version_of(request, number, Status.IN_REVIEW, Status.APPROVED)
    approvals, at = approvals_of(version), timezone.now()
    tab = request.GET.get("tab", "")
    if tab not in TABS:
        tab = "text" if version.previous_major is None else "changes"
    context = {
        "version": version,
        "sop": version.sop,
        "tab": tab,
        "tabs": TABS.items(),
        "steps": reviewing.stepper(version, approvals, at),
        "next": reviewing.what_is_next(version, approvals),
        "decision": reviewing.decision_of(version, approvals, request.member, at),
        **why_waiting(version),
        **_stuck(request, version, approvals),
        **_tab(request, version, tab),
    }
    return render(request, "sop_library/review.html", context)


def _stuck(request: MemberRequest, version: Version, approvals: list[Approval]) -> dict[str, str]:
    """Return why the step that waits cannot be completed, and where those who may change who signs do so."""
    now = next_approval(approvals)
    may_change = request.member.is_manager or request.member.is_admin
    address = _address(request, "reroute", version.sop.number) if now and may_change else ""
    return {"stuck": stuck_words(now) if now else "", "reroute_url": address}


def _tab(request: MemberRequest, version: Version, tab: str) -> dict[str, Any]:
    """Return what one tab shows; the others cost nothing."""
    match tab:
        case "values":
            return {"groups": reviewing.answers_of(version)}
        case "changes":
            return _changes(request, version)
        case "history":
            said = spoken_rounds(version, request)
            return {"rounds": reviewing.rounds_of(version, request.member), "said": said}
    return beside_text(request, version)


def _changes(request: MemberRequest, version: Version) -> dict[str, Any]:
    """Return the version compared with the one before it; a first version has none."""
    previous = reviewing.previous_of(version)
    if previous is None:
        return {"compared": None}
    found = comparing.compared(previous, version, request.member)
    return {**beside_changes(request, version, found), **shown(request, found, {"tab": "changes"})}


@member(Role.APPROVER)
@promised_first
@require_http_methods(["GET", "POST"])
def sign(request: MemberRequest, number: str) -> HttpResponse:
    """Sign the next step of the version, with the password, on the text that was shown."""
    version = open_version_of(request, number, Status.IN_REVIEW, Status.APPROVED)
    sent, asked = request.POST if request.method == "POST" else None, asked_of(request)
    form = SignForm(sent, initial={"shown_digest": version.digest}, asked=asked)
    shown_now = _shown_now(form, version, request.member)
    position = shown_now["position"] if sent else _step_signed(request)
    earlier = approving.signed_already(version=version, by=request.member, position=position)
    if earlier is not None:
        return redirect(_receipt_address(request, earlier))
    try:
        step = approving.next_to_sign(**shown_now, at=timezone.now())
        if request.method == "POST" and form.is_valid():
            confirm(request, form.cleaned_data)
            return redirect(_receipt_address(request, approving.approve(**shown_now, at=timezone.now())))
    except Stale as stale:
        return _stale_page(request, number, stale)
    except WrongPassword as wrong:
        tell(form, wrong)
    except (NotAllowed, WrongState):
        # Of two clicks at once the other may have signed since the question above: both lead to its receipt.
        earlier = approving.signed_already(version=version, by=request.member, position=position)
        if earlier is None:
            raise
        return redirect(_receipt_address(request, earlier))
    return _sign_page(request, version, form, step)


def _shown_now(form: SignForm, version: Version, member: Membership) -> dict[str, Any]:
    """Return what the signer's page showed, as the actions take it; a page that is opened now shows what is now."""
    form.is_valid()
    shown = form.cleaned_data.get("shown_digest", "") if form.is_bound else version.digest
    position = form.cleaned_data.get("shown_step") if form.is_bound else None
    return {"version": version, "by": member, "shown_digest": shown, "position": position}


def _step_signed(request: MemberRequest) -> int | None:
    """Return the step that the dialog asks about after signing: it leads to its receipt, not to the step that follows.

    None for any other text than one or two digits.
    """
    asked = request.GET.get("step", "")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 3 else None


def _sign_page(request: MemberRequest, version: Version, form: SignForm, step: Approval) -> HttpResponse:
    fixed = reviewing.both_times(version.frozen_at, version) if version.frozen_at else ""
    form.initial["shown_step"] = step.position
    stands_in_for = reviewing.absent_for(version, request.member, timezone.now())
    context = {
        "version": version,
        "sop": version.sop,
        "form": form,
        "signer": request.member.name_and_role
        + (f" (standing in for {stands_in_for.printed_name})" if stands_in_for else ""),
        "meaning": {"name": step.title, "statement": step.statement},
        "covers": f"Covers the text fixed {fixed}.",
    }
    return render(request, "sop_library/sign.html", context, status=422 if form.errors else 200)


def _stale_page(request: MemberRequest, number: str, stale: Stale) -> HttpResponse:
    context = {
        "status": stale.status,
        "heading": "The text changed",
        "sentence": stale.sentence,
        "link_url": _address(request, "review", number),
        "link_label": "Read the new text",
    }
    return render(request, "error.html", context, status=stale.status)


@member(Role.MANAGER, Role.APPROVER)
@require_http_methods(["GET", "POST"])
def return_version(request: MemberRequest, number: str) -> HttpResponse:
    """Send a version back to its author, with a reason."""
    version = open_version_of(request, number, Status.IN_REVIEW, Status.APPROVED)
    checked_transition(version, Verb.RETURN, by=request.member, reason="asked below")
    form = ReturnForm(request.POST if request.method == "POST" else None, initial={"shown_digest": version.digest})
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["shown_digest"] != version.digest:
            return _stale_page(request, number, Stale("This version changed after you opened it. Read the new text."))
        try:
            reason = form.cleaned_data["reason"]
            approving.return_version(version=version, reason=reason, by=request.member, at=timezone.now())
        except BadInput as problem:
            status = tell(form, problem)
        else:
            author = version.author.printed_name
            messages.success(request, f"{version} went back to {author} as a draft, with your reason.")
            return redirect(_address(request, "record", number))
    signatures = Signature.objects.filter(version=version, approval__round=version.round)
    counts = counts_of([version]).get(version.pk, "")
    context = {"version": version, "sop": version.sop, "form": form, "signatures": signatures, "counts": counts}
    return render(request, "sop_library/return.html", context, status=status)


@member(Role.MANAGER, Role.APPROVER, Role.ADMIN)
@require_safe
def receipt(request: MemberRequest, pk: int) -> HttpResponse:
    """One signature, with everything it says and covers."""
    rows = Signature.objects.visible_to(request.member).filter(pk=pk)
    signature = rows.select_related("approval", "version__sop", "version__organisation").first()
    if signature is None:
        raise NotFound
    version = signature.version
    context = {
        "signature": signature,
        "version": version,
        "sop": version.sop,
        "signed_at": reviewing.both_times(signature.signed_at, version),
        "is_void": reviewing.is_void(signature),
        "next": reviewing.what_is_next(version, approvals_of(version)),
        "is_open": version.status in {Status.IN_REVIEW, Status.APPROVED},
        "is_issued": version.status in {Status.PUBLISHED, Status.WITHDRAWN},
    }
    return render(request, "sop_library/receipt.html", context)


def _address(request: MemberRequest, name: str, number: str) -> str:
    return reverse(name, kwargs={"organisation": request.member.organisation.slug, "number": number})


def _receipt_address(request: MemberRequest, signature: Signature) -> str:
    return reverse("receipt", kwargs={"organisation": request.member.organisation.slug, "pk": signature.pk})
