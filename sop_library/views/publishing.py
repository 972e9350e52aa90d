"""Publishing an approved version, withdrawing one, and choosing the procedure agents land on."""

import logging
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import MemberRequest, member
from accounts.domain.roles import Role
from accounts.refusals import BadInput, Refusal
from sop_library import rolls
from sop_library.actions import beginning, publishing
from sop_library.actions.checking import checked_transition
from sop_library.domain.days import day_in
from sop_library.domain.lifecycle import Phase, Status, Verb
from sop_library.domain.numbering import ChangeSize, Number
from sop_library.forms_approving import WithdrawForm
from sop_library.forms_dates import PublishForm, PutInForceForm
from sop_library.models import Version
from sop_library.record import long_date
from sop_library.shelf import shelf_of
from sop_library.views.finding import open_version_of, sop_of, version_of
from sop_library.views.telling import tell
from templates_app.child import ChildBroken, ChildProblem

log = logging.getLogger("sopsite.publishing")
NO_PDF = "The PDF could not be made, so nothing was published. Try again; if it fails again, tell your administrator."


@member(Role.MANAGER, Role.ADMIN)
@require_http_methods(["GET", "POST"])
def publish(request: MemberRequest, number: str) -> HttpResponse:
    """Ask from when, then publish: page and PDF stored, or nothing."""
    version = open_version_of(request, number, Status.APPROVED)
    at = timezone.now()
    form = _publish_form(request, version, at)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            done = publishing.publish(version=version, by=request.member, at=at, **form.answers)
        except (BadInput, ChildProblem) as problem:
            status = tell(form, problem)
        except Refusal:
            raise
        except Exception:  # whatever the text provokes in the PDF engine: nothing is published then
            log.exception("Publishing failed.", extra={"event": "publish_failed", "path": request.path})
            status = tell(form, ChildBroken(NO_PDF))
        else:
            return _published(request, done, at)
    return _publish_page(request, version, form, status)


def _publish_form(request: MemberRequest, version: Version, at: datetime) -> PublishForm:
    """Return the form with the approved day; only a major change has a choice about training."""
    today = day_in(version.organisation.time_zone, at)
    first = max(today, version.effective_on or today)
    return PublishForm(
        request.POST if request.method == "POST" else None,
        initial={"effective_on": first},
        today=today,
        has_choice=version.change_size == ChangeSize.MAJOR,
        share=version.organisation.training_share,
    )


def _publish_page(request: MemberRequest, version: Version, form: PublishForm, status: int) -> HttpResponse:
    shelf = shelf_of(request.member, version.sop.number, timezone.now())
    context = {
        "version": version,
        "sop": version.sop,
        "form": form,
        "in_force": shelf.in_force,
        "scheduled": shelf.scheduled,
        "in_training": shelf.in_training,
        "share": publishing.share_for(version, None, shelf.at),
    }
    return render(request, "sop_library/publish.html", context, status=status)


def _published(request: MemberRequest, version: Version, at: datetime) -> HttpResponse:
    if version.phase_at(at) is Phase.TRAINING:
        share = f"{version.training_share} % have signed"
        told = f"{version} is published for training. Until {share}, what is in force does not change."
    elif version.phase_at(at) is Phase.SCHEDULED:
        told = f"{version} is published. It begins on {long_date(version.effective_on)}; until then nothing changes."
    else:
        told = f"{version} is published and in force from now."
    messages.success(request, told)
    return redirect(
        "version", organisation=request.member.organisation.slug, number=version.sop.number, version=version.number
    )


@member(Role.MANAGER, Role.ADMIN)
@require_http_methods(["GET", "POST"])
def withdraw(request: MemberRequest, number: str, version: Number) -> HttpResponse:
    """Take a published version out of use, with a reason."""
    found = version_of(request, number, version)
    checked_transition(found, Verb.WITHDRAW, by=request.member, reason="asked below")
    at = timezone.now()
    publishing.refuse_superseded(found, at=at)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            publishing.withdraw(version=found, by=request.member, at=at, **form.cleaned_data)
        except BadInput as problem:
            status = tell(form, problem)
        else:
            messages.success(request, f"{found} is withdrawn. It stays readable, marked in words.")
            return redirect("record", organisation=request.member.organisation.slug, number=number)
    shelf = shelf_of(request.member, number, at)
    phase = found.phase_at(at)
    state = {"phase": phase, "begins": found.in_force_from, "in_force": shelf.in_force, "coming": shelf.scheduled}
    state["waiting"] = shelf.in_training
    context = {"version": found, "sop": found.sop, "form": form, **state}
    return render(request, "sop_library/withdraw.html", context, status=status)


@member(Role.MANAGER, Role.ADMIN)
@require_http_methods(["GET", "POST"])
def put_in_force(request: MemberRequest, number: str, version: Number) -> HttpResponse:
    """End a version's training: once enough have signed, or before that with a reason."""
    found, at = version_of(request, number, version), timezone.now()
    beginning.refuse_unless_in_training(found, at=at)
    progress = rolls.progress_of(found)
    form = PutInForceForm(request.POST if request.method == "POST" else None, is_reached=progress.is_reached)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data.get("reason", "")
        try:
            done = beginning.put_in_force(version=found, reason=reason, by=request.member, at=at)
        except BadInput as problem:
            status = tell(form, problem)
        else:
            return _published(request, done, at)
    shelf = shelf_of(request.member, number, at)
    context = {"version": found, "sop": found.sop, "form": form, "progress": progress, "in_force": shelf.in_force}
    return render(request, "sop_library/put_in_force.html", context, status=status)


@member(Role.MANAGER, Role.ADMIN)
@require_POST
def landing(request: MemberRequest, number: str) -> HttpResponse:
    """Make this the procedure that agents land on."""
    sop = publishing.choose_landing(sop=sop_of(request, number), by=request.member, at=timezone.now())
    messages.success(request, f"Agents now land on {sop}.")
    return redirect("record", organisation=request.member.organisation.slug, number=number)
