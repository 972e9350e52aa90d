"""Read and understood: signing it, and who has."""

from collections.abc import Iterator
from datetime import UTC

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts import reauth
from accounts.access import MemberRequest, member
from accounts.accountability import promised_first
from accounts.domain.roles import Role
from accounts.refusals import NotFound, WrongPassword
from sop_library import rolls
from sop_library.actions import training
from sop_library.actions.viewing import export_missing
from sop_library.cells import table
from sop_library.domain.lifecycle import Phase
from sop_library.domain.numbering import Number
from sop_library.domain.signature import STATEMENTS, TITLES, Meaning
from sop_library.forms_training import SignOffForm
from sop_library.models import SignOff, Version
from sop_library.reminding import last_reminders
from sop_library.reviewing import both_times
from sop_library.shelf import shelf_of, signed_at, training_words
from sop_library.views.finding import sop_of, version_of
from sop_library.views.telling import tell


@member()
@promised_first
@require_http_methods(["GET", "HEAD", "POST"])
def sign_off(request: MemberRequest, number: str, version: Number) -> HttpResponse:
    """The reader's own signature under a version: the statement, the password, and what it covers."""
    at = timezone.now()
    found = shelf_of(request.member, number, at).numbered(version)
    if found is None:
        raise NotFound
    if signed_at(found):
        return _back(found)
    training.refuse_unless_signable(found, at=at)
    sent, asked = request.POST if request.method == "POST" else None, reauth.asked_of(request)
    form = SignOffForm(sent, initial={"shown_digest": found.digest}, asked=asked)
    if request.method == "POST" and form.is_valid():
        try:
            reauth.confirm(request, form.cleaned_data)
        except WrongPassword as wrong:
            tell(form, wrong)
        else:
            shown = form.cleaned_data["shown_digest"]
            return _signed(request, training.sign_off(version=found, shown_digest=shown, by=request.member, at=at))
    return _sign_page(request, found, form)


def _back(version: Version) -> HttpResponse:
    return redirect(
        "version", organisation=version.organisation.slug, number=version.sop.number, version=version.number
    )


def _signed(request: MemberRequest, signature: SignOff) -> HttpResponse:
    when = both_times(signature.signed_at, signature.version)
    messages.success(request, f"You signed {signature.version} as read and understood, {when}.")
    return _back(signature.version)


def _sign_page(request: MemberRequest, version: Version, form: SignOffForm) -> HttpResponse:
    fixed = both_times(version.frozen_at, version) if version.frozen_at else ""
    context = {
        "version": version,
        "sop": version.sop,
        "form": form,
        "signer": request.member.name_and_role,
        "meaning": {"name": TITLES[Meaning.UNDERSTOOD], "statement": STATEMENTS[Meaning.UNDERSTOOD]},
        "covers": f"Covers the text fixed {fixed}.",
    }
    return render(request, "sop_library/sign_off.html", context, status=422 if request.method == "POST" else 200)


@member(Role.MANAGER, Role.APPROVER, Role.ADMIN)
@require_safe
def people(request: MemberRequest, number: str) -> HttpResponse:
    """Who has signed off the version in force, and who still has to."""
    sop = sop_of(request, number)
    roll = rolls.roll_of(sop, request.member, timezone.now())
    signed = [(row, both_times(row.signed_at, roll.version)) for row in roll.signed if roll.version]
    may_ask = request.member.is_manager or request.member.is_admin
    ahead = list(Version.objects.filter(sop=sop).asked_ahead(timezone.now()).light().newest_first()) if may_ask else []
    context = {"sop": sop, "roll": roll, "signed": signed, "ahead": ahead, "may_ask": may_ask}
    return render(request, "sop_library/sign_offs.html", context)


@member(Role.MANAGER, Role.ADMIN)
@require_safe
def missing(request: MemberRequest, number: str, version: Number) -> HttpResponse:
    """Who is asked to sign a version and has not, by department."""
    found, at = _asked_for(request, number, version), timezone.now()
    progress, phase = rolls.progress_of(found), found.phase_at(at)
    context = {
        "version": found,
        "sop": found.sop,
        "phase": phase,
        "progress": progress,
        "words": training_words(found, at, progress) if phase is Phase.TRAINING else "",
        "departments": rolls.departments_of(found, last_reminders(found)),
    }
    return render(request, "sop_library/missing.html", context)


@member(Role.MANAGER, Role.ADMIN)
@require_safe
def missing_csv(request: MemberRequest, number: str, version: Number) -> HttpResponse:
    """The same people as CSV, one a line; no cell can start a formula."""
    found = _asked_for(request, number, version)
    export_missing(version=found, by=request.member, at=timezone.now())
    head = ["procedure", "version", "department", "name", "role", "email", "last_reminder_utc"]
    response = HttpResponse(table(head, _missing_rows(found)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="missing-{found.sop.number}-v{found.number}.csv"'
    return response


def _missing_rows(version: Version) -> Iterator[list[str]]:
    for department in rolls.departments_of(version, last_reminders(version)):
        for row in department.missing:
            reminded = row.reminded_at.astimezone(UTC).isoformat(timespec="seconds") if row.reminded_at else ""
            who = [department.name, row.person.printed_name, row.person.printed_role, row.person.user.email, reminded]
            yield [version.sop.number, str(version.number), *who]


def _asked_for(request: MemberRequest, number: str, version: Number) -> Version:
    """Return a version that people are asked to sign, or may sign ahead; raises NotFound, WrongState."""
    found = version_of(request, number, version)
    training.refuse_unless_signable(found, at=timezone.now())
    dated: Version = Version.objects.with_dates().select_related("sop", "organisation").get(pk=found.pk)
    return dated
