"""What holds for the whole organisation, for its administrators."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts import actions
from accounts.access import MemberRequest, member
from accounts.actions_keepers import choose_keepers, keepers_of
from accounts.domain.roles import Role
from accounts.forms import OrganisationForm
from accounts.forms_letters import KeepersForm
from accounts.refusals import BadInput
from audit import keys


@member(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def organisation(request: MemberRequest) -> HttpResponse:
    """Show and change name, time zone, paper, review months, locale, region and currency."""
    home = request.member.organisation
    kept = {name: getattr(home, name) for name in actions.ORGANISATION_FACTS}
    form = OrganisationForm(request.POST if request.method == "POST" else None, initial=kept)
    if form.is_valid():
        try:
            actions.change_organisation(facts=form.cleaned_data, by=request.member, at=timezone.now())
        except BadInput as refusal:
            form.add_error(refusal.field or None, refusal.sentence)
        else:
            messages.success(request, "Saved. Drafts are written this way from now on; nothing published changes.")
            return redirect("organisation", organisation=home.slug)
    context = {"form": form, "organisation": home}
    return render(request, "accounts/organisation.html", context, status=422 if form.errors else 200)


@member(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def keepers(request: MemberRequest) -> HttpResponse:
    """Show and change the addresses that checkpoints are sent to."""
    home = request.member.organisation
    kept = {"addresses": "\n".join(keepers_of(home))}
    form = KeepersForm(request.POST if request.method == "POST" else None, initial=kept)
    if form.is_valid():
        choose_keepers(addresses=form.cleaned_data["addresses"], by=request.member, at=timezone.now())
        messages.success(request, "Saved. The next checkpoint goes to these addresses.")
        return redirect("keepers", organisation=home.slug)
    context = {"form": form, "fingerprint": keys.current().fingerprint}
    return render(request, "accounts/keepers.html", context, status=422 if form.errors else 200)
