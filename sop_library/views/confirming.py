"""Still right: a version in force is looked at again, and signed for until its next review."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import MemberRequest, member
from accounts.accountability import promised_first
from accounts.domain.roles import Role
from accounts.reauth import asked_of, confirm
from accounts.refusals import BadInput, NotFound, Stale, WrongPassword
from sop_library import looking_again, reviewing
from sop_library.actions import confirming
from sop_library.domain.days import day_in, months_after
from sop_library.domain.numbering import Number
from sop_library.domain.reviews import statement_of
from sop_library.domain.signature import TITLES, Meaning
from sop_library.forms_dates import ConfirmForm
from sop_library.models import Confirmation, Publication, Version
from sop_library.reviews import review_of
from sop_library.views.finding import version_of
from sop_library.views.telling import tell


@member(Role.MANAGER, Role.APPROVER)
@promised_first
@require_http_methods(["GET", "HEAD", "POST"])
def still_right(request: MemberRequest, number: str, version: Number) -> HttpResponse:
    """The text, what has changed around it, and one signature that it is still right."""
    found, at = version_of(request, number, version), timezone.now()
    confirming.refuse_unless_confirmable(found, by=request.member, at=at)
    today = day_in(found.organisation.time_zone, at)
    sent, asked = request.POST if request.method == "POST" else None, asked_of(request)
    form = ConfirmForm(sent, initial=_first(found, today), today=today, asked=asked)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            confirm(request, form.cleaned_data)
            made = confirming.confirm_review(version=found, by=request.member, at=at, **form.answers)
        except (BadInput, WrongPassword) as problem:
            status = tell(form, problem)
        except Stale as stale:
            return _page(request, found, _anew(request, form, found), stale.status, stale.sentence)
        else:
            return redirect("confirmation", organisation=request.member.organisation.slug, pk=made.pk)
    return _page(request, found, form, status)


def _first(version: Version, today: date) -> dict[str, object]:
    """Return what the form holds at first: the organisation's months from today, and the place it would take."""
    next_review_on = months_after(today, version.organisation.review_months)
    turn = confirming.next_turn(version)
    return {"shown_digest": version.digest, "turn": turn, "next_review_on": next_review_on}


def _anew(request: MemberRequest, form: ConfirmForm, version: Version) -> ConfirmForm:
    """Return the form for the text and the confirmations of now, with what was typed into it but the password."""
    typed = {name: form.cleaned_data[name] for name in ("next_review_on", "note")}
    first = _first(version, form.today)
    return ConfirmForm(initial={**first, **typed}, today=form.today, asked=asked_of(request))


def _page(request: MemberRequest, version: Version, form: ConfirmForm, status: int, problem: str = "") -> HttpResponse:
    dated = Version.objects.with_dates().select_related("organisation").get(pk=version.pk)
    fixed = reviewing.both_times(version.frozen_at, version) if version.frozen_at else ""
    context = {
        "version": version,
        "sop": version.sop,
        "form": form,
        "problems": [{"text": problem}] if problem else [],
        "review": review_of(dated, timezone.now()),
        "since": looking_again.since(version, request.member),
        "page": Publication.objects.visible_to(request.member).get(version=version).page,
        "signer": request.member.name_and_role,
        "meaning": {
            "name": TITLES[Meaning.CONFIRMED],
            "statement": statement_of(),
        },
        "covers": f"Covers the text fixed {fixed}.",
        "kept": "Your name, role, the date and time and this meaning stand in the record, your name and the day above "
        "the procedure. The PDF that was published stays as it is. A signature cannot be removed.",
    }
    return render(request, "sop_library/still_right.html", context, status=status)


@member(Role.MANAGER, Role.APPROVER, Role.ADMIN)
@require_safe
def confirmation(request: MemberRequest, pk: int) -> HttpResponse:
    """One confirmation of a review, with everything it says and covers."""
    rows = Confirmation.objects.visible_to(request.member).filter(pk=pk)
    found = rows.select_related("version__sop", "version__organisation").first()
    if found is None:
        raise NotFound
    context = {
        "signature": found,
        "version": found.version,
        "sop": found.version.sop,
        "signed_at": reviewing.both_times(found.signed_at, found.version),
        "is_newest": confirming.next_turn(found.version) == found.turn + 1,
    }
    return render(request, "sop_library/confirmation.html", context)
