"""The people of an organisation, for its administrators."""

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions, codes, links
from accounts.access import MemberRequest, member
from accounts.administering import record_identity
from accounts.domain.roles import Role
from accounts.forms import AddPersonForm, ChangePersonForm
from accounts.forms_signing import IdentityForm, RemoveCodesForm
from accounts.models import Membership, Promise
from accounts.refusals import BadInput, NotFound, WrongState


def _person(request: MemberRequest, person: int) -> Membership:
    """Return the member of the same organisation with this number; NotFound otherwise."""
    found = Membership.objects.visible_to(request.member).filter(pk=person).first()
    if found is None:
        raise NotFound
    return found


@member(Role.ADMIN)
@require_safe
def people(request: MemberRequest) -> HttpResponse:
    """List everybody, suspended members too."""
    everybody = Membership.objects.visible_to(request.member)
    return render(request, "accounts/people.html", {"people": everybody, "organisation": request.member.organisation})


@member(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def person_add(request: MemberRequest) -> HttpResponse:
    """Add a person; one without an account gets a link to set a password, shown once to pass on."""
    form = AddPersonForm(request.POST if request.method == "POST" else None)
    organisation = request.member.organisation
    if form.is_valid():
        try:
            added = actions.add_member(
                organisation=organisation, **form.cleaned_data, by=request.member, at=timezone.now()
            )
        except WrongState as refusal:
            form.add_error("email", refusal.sentence)
        else:
            if added.is_new:
                return _link_page(request, added.member, links.path_for(added.member.user))
            messages.success(request, f"{added.member} is added and signs in with their present password.")
            return redirect("people", organisation=organisation.slug)
    context = {"form": form, "organisation": organisation}
    return render(request, "accounts/person_add.html", context, status=422 if form.errors else 200)


@member(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def person_change(request: MemberRequest, person: int) -> HttpResponse:
    """Change a member's job title, department and roles."""
    found = _person(request, person)
    form = ChangePersonForm(request.POST) if request.method == "POST" else ChangePersonForm.of(found)
    if form.is_valid():
        try:
            actions.change_roles(member=found, **form.cleaned_data, by=request.member, at=timezone.now())
        except WrongState as refusal:
            form.add_error("roles", refusal.sentence)
        else:
            messages.success(request, f"{found} is saved.")
            return redirect("people", organisation=request.member.organisation.slug)
    return _person_page(request, found, form=form)


def _person_page(request: MemberRequest, found: Membership, **forms: Form) -> HttpResponse:
    """Return the page of a member; of its forms the one that was sent is given."""
    today = timezone.localdate(timezone=ZoneInfo(found.organisation.time_zone))
    context = {
        "form": ChangePersonForm.of(found),
        "identity_form": IdentityForm(initial={"checked_on": today}),
        "codes_form": RemoveCodesForm(),
        **forms,
        "person": found,
        "organisation": request.member.organisation,
        "may_have_link": links.may_be_made_for(found),
        "promise": Promise.objects.filter(person=found).first(),
        "checks": found.identity_checks.select_related("checked_by__user"),
        "has_codes": codes.has_codes(found.user),
        "is_oneself": found == request.member,
    }
    wrong = next((form for form in forms.values() if form.errors), None)
    context["wrong"] = wrong
    return render(request, "accounts/person_change.html", context, status=422 if wrong else 200)


@member(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def person_codes(request: MemberRequest, person: int) -> HttpResponse:
    """Remove a member's one-time codes after making sure who asks for it."""
    found = _person(request, person)
    form = RemoveCodesForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and not codes.has_codes(found.user):
        raise WrongState(f"{found} has no one-time codes.")
    if not form.is_valid():
        return _person_page(request, found, codes_form=form)
    codes.remove_for(member=found, reason=form.cleaned_data["reason"], by=request.member, at=timezone.now())
    messages.success(request, f"The one-time codes of {found} are removed, and {found} is told by e-mail.")
    return redirect("person_change", organisation=request.member.organisation.slug, person=found.pk)


@member(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def person_identity(request: MemberRequest, person: int) -> HttpResponse:
    """Keep how a member's identity was verified."""
    found = _person(request, person)
    if request.method != "POST":
        return _person_page(request, found)
    form = IdentityForm(request.POST)
    if form.is_valid():
        try:
            record_identity(member=found, **form.cleaned_data, by=request.member, at=timezone.now())
        except BadInput as refusal:
            form.add_error(refusal.field, refusal.sentence)
    if form.errors:
        return _person_page(request, found, identity_form=form)
    messages.success(request, f"How the identity of {found} was verified is on the record.")
    return redirect("person_change", organisation=request.member.organisation.slug, person=found.pk)


@member(Role.ADMIN)
@require_POST
def person_suspend(request: MemberRequest, person: int) -> HttpResponse:
    """Close the organisation to a member and end their sessions."""
    found = actions.suspend_member(member=_person(request, person), by=request.member, at=timezone.now())
    messages.success(request, f"{found} is suspended and signed out everywhere.")
    return redirect("people", organisation=request.member.organisation.slug)


@member(Role.ADMIN)
@require_POST
def person_restore(request: MemberRequest, person: int) -> HttpResponse:
    """Open the organisation to a suspended member again."""
    found = actions.restore_member(member=_person(request, person), by=request.member, at=timezone.now())
    messages.success(request, f"{found} is a member again.")
    return redirect("people", organisation=request.member.organisation.slug)


@member(Role.ADMIN)
@require_POST
def person_link(request: MemberRequest, person: int) -> HttpResponse:
    """Show a new link for somebody who has no password or lost it."""
    found = _person(request, person)
    path = actions.make_link(member=found, by=request.member, at=timezone.now())
    return _link_page(request, found, path)


def _link_page(request: MemberRequest, found: Membership, path: str) -> HttpResponse:
    context = {"person": found, "link": request.build_absolute_uri(path), "organisation": request.member.organisation}
    return render(request, "accounts/person_link.html", context)
