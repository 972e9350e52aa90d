"""One's own account: password, one-time codes, recovery codes, and the statement about signatures."""

from collections.abc import Callable
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts import accountability, codes, reauth
from accounts.access import MemberRequest, UserRequest, member, signed_in
from accounts.domain.accountability import STATEMENT
from accounts.forms_signing import ConfirmCodesForm, PromiseForm, SetUpCodesForm
from accounts.models import Codes, Membership, RecoveryCode
from accounts.refusals import BadInput, WrongPassword, WrongState
from accounts.returning import next_of, with_next

PENDING = "codes_to_confirm"


@signed_in
@require_safe
def account(request: UserRequest) -> HttpResponse:
    """Show how one signs in and signs, and lead to what can be changed."""
    memberships = Membership.objects.filter(user=request.user).active().select_related("organisation", "promise")
    context = {
        "codes": Codes.objects.filter(user=request.user).first(),
        "left": RecoveryCode.objects.filter(user=request.user, used_at=None).count(),
        "memberships": memberships,
        "requiring": [each.organisation.name for each in memberships if codes.must_set_up(each)],
        "next": next_of(request),
    }
    return render(request, "accounts/account.html", context)


@signed_in
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def codes_set_up(request: UserRequest) -> HttpResponse:
    """Show a new secret, take the first code and the password, and show the recovery codes once."""
    if request.method == "POST" and "begin" in request.POST and not codes.has_codes(request.user):
        request.session[PENDING] = codes.new_secret()
        return redirect(with_next(reverse("codes_set_up"), next_of(request)))
    kept = request.session.get(PENDING, "")
    if not kept or codes.has_codes(request.user):
        return redirect(with_next(reverse("account"), next_of(request)))
    form = SetUpCodesForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            reauth.confirm_secret(request, form.cleaned_data["password"])
            made = codes.set_up(
                user=request.user, kept=kept, code=form.cleaned_data["code"], by=request.user, at=timezone.now()
            )
        except (WrongPassword, BadInput) as refusal:
            form.add_error(refusal.field, refusal.sentence)
        else:
            del request.session[PENDING]
            return _recovery_page(request, made)
    return _set_up_page(request, form, kept)


def _set_up_page(request: UserRequest, form: SetUpCodesForm, kept: str) -> HttpResponse:
    secret = codes.shown(kept)
    side, path = codes.square(codes.address_of(request.user, kept))
    groups = " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))
    context = {"form": form, "secret": groups, "side": side, "path": path, "next": next_of(request)}
    return render(request, "accounts/codes_set_up.html", context, status=422 if form.errors else 200)


def _recovery_page(request: UserRequest, made: list[str]) -> HttpResponse:
    """Return the one page that shows the recovery codes."""
    reauth.start_over(request)
    text = f"Recovery codes of {request.user.email}. Each works once.\n\n" + "\n".join(made) + "\n"
    context = {"made": made, "file": f"data:text/plain;charset=utf-8,{quote(text)}", "next": next_of(request)}
    return render(request, "accounts/recovery_codes.html", context)


@signed_in
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def recovery_codes(request: UserRequest) -> HttpResponse:
    """Make ten new recovery codes, with password and code; the old ones end."""

    def made() -> HttpResponse:
        new = codes.renew_recovery_codes(user=request.user, by=request.user, at=timezone.now())
        return _recovery_page(request, new)

    return _with_password_and_code(request, "accounts/recovery_codes_new.html", made)


@signed_in
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def codes_remove(request: UserRequest) -> HttpResponse:
    """Stop using one-time codes, with password and code."""

    def removed() -> HttpResponse:
        codes.remove(user=request.user, by=request.user, at=timezone.now())
        messages.success(request, "One-time codes are removed. Your password alone signs you in.")
        return redirect("account")

    return _with_password_and_code(request, "accounts/codes_remove.html", removed)


def _with_password_and_code(request: UserRequest, page: str, act: Callable[[], HttpResponse]) -> HttpResponse:
    """Return what the act answers once password and code are right, and the page that asks for them until then."""
    if not codes.has_codes(request.user):
        return redirect("account")
    form = ConfirmCodesForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            reauth.confirm_secret(request, form.cleaned_data["password"], form.cleaned_data["code"])
            return act()
        except WrongPassword as refusal:
            form.add_error(refusal.field, refusal.sentence)
        except WrongState as refusal:
            form.add_error(None, refusal.sentence)
    return render(request, page, {"form": form}, status=422 if form.errors else 200)


@member()
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def promise(request: MemberRequest) -> HttpResponse:
    """The statement before one's first signature; then back to where the person wanted to sign."""
    back = next_of(request, reverse("landing", kwargs={"organisation": request.member.organisation.slug}))
    if accountability.has_promised(request.member):
        return redirect(back)
    form = PromiseForm(request.POST if request.method == "POST" else None, asked=reauth.asked_of(request))
    if form.is_valid():
        try:
            reauth.confirm(request, form.cleaned_data)
        except WrongPassword as refusal:
            form.add_error(refusal.field, refusal.sentence)
        else:
            accountability.promise(by=request.member, at=timezone.now())
            messages.success(request, "You signed the statement. It is kept, and you are not asked again.")
            return redirect(back)
    context = {
        "form": form,
        "statement": STATEMENT,
        "signer": request.member.name_and_role,
        "next": next_of(request),
    }
    return render(request, "accounts/promise.html", context, status=422 if form.errors else 200)
