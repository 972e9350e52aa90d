"""The letters a person gets: chosen on a page of their account, or stopped by the link in a letter."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from accounts.access import UserRequest, public, signed_in
from accounts.actions_keepers import keepers_of, leave_keepers
from accounts.actions_letters import choose_letters, stop_letters
from accounts.checkpoint_letters import keeper_of
from accounts.domain.kinds import STOPPABLE, Kind
from accounts.forms_letters import LettersForm
from accounts.letters import letter_of
from accounts.models import StoppedLetter


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def letters(request: UserRequest) -> HttpResponse:
    """Show and change which kinds of letters one gets oneself."""
    stopped = set(StoppedLetter.objects.filter(user=request.user).values_list("kind", flat=True))
    kept = {"kinds": [kind.value for kind in STOPPABLE if kind.value not in stopped]}
    form = LettersForm(request.POST if request.method == "POST" else None, initial=kept)
    if form.is_valid():
        wanted = form.cleaned_data["kinds"]
        choose_letters(user=request.user, wanted=wanted, by=request.user, at=timezone.now())
        messages.success(request, "Saved. It holds from the next letter on.")
        return redirect("letters")
    context = {"form": form, "always": Kind.SECURITY}
    return render(request, "accounts/letters.html", context, status=422 if form.errors else 200)


@public
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponseBase:
    """Stop a kind by the link in a letter, signed in or not; a mail program does it in one request (RFC 8058).

    Only that request goes without the token against forged forms: it can do nothing but what the address says.
    """
    return _unless_forged(_stop, request, token)


@public
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop_checkpoints(request: HttpRequest, token: str) -> HttpResponseBase:
    """Take an address off the list that checkpoints are sent to, by the link in such a letter; as `stop` does."""
    return _unless_forged(_stop_checkpoints, request, token)


def _unless_forged(view: Callable[..., HttpResponse], request: HttpRequest, token: str) -> HttpResponseBase:
    one_click = request.method == "POST" and request.POST.get("List-Unsubscribe") == "One-Click"
    return view(request, token) if one_click else csrf_protect(view)(request, token)


def _stop(request: HttpRequest, token: str) -> HttpResponse:
    found = letter_of(token)
    if found is None:
        return render(request, "accounts/stop_letters_unknown.html", status=404)
    user, kind = found
    if request.method == "POST":
        stop_letters(user=user, kind=kind, at=timezone.now())
    is_stopped = StoppedLetter.objects.filter(user=user, kind=kind.value).exists()
    return render(request, "accounts/stop_letters.html", {"kind": kind, "is_stopped": is_stopped})


def _stop_checkpoints(request: HttpRequest, token: str) -> HttpResponse:
    found = keeper_of(token)
    if found is None:
        return render(request, "accounts/stop_letters_unknown.html", status=404)
    home, address = found
    if request.method == "POST":
        leave_keepers(organisation=home, address=address, at=timezone.now())
    context = {"home": home, "address": address, "is_stopped": address not in keepers_of(home)}
    return render(request, "accounts/stop_checkpoints.html", context)
