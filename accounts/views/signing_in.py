"""Signing in and out, and passwords."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import actions, links, reauth
from accounts.access import UserRequest, public, signed_in
from accounts.forms import ChangePasswordForm, SetPasswordForm, SignInForm, wrong_password
from accounts.refusals import LockedOut, WrongPassword


class SignIn(LoginView):
    """E-mail and password; then to where the person wanted to go, on this site only."""

    authentication_form = SignInForm
    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True
    http_method_names = ("get", "head", "post")  # Django's own view takes a PUT for a POST

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Return the page with the errors and status 422."""
        return self.render_to_response(self.get_context_data(form=form), status=422)


sign_in = public(SignIn.as_view())


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and go to the sign-in page."""
    logout(request)
    return redirect("sign_in")


@signed_in
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: UserRequest) -> HttpResponse:
    """Change one's own password; other sessions end, this one goes on."""
    form = ChangePasswordForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid():
        try:
            reauth.confirm(request, form.cleaned_data["password"])
        except WrongPassword as refusal:
            wrong_password(form, refusal.sentence)
        else:
            password = form.cleaned_data["new_password"]
            user = actions.change_password(user=request.user, password=password, by=request.user, at=timezone.now())
            update_session_auth_hash(request, user)
            messages.success(request, "Your password is changed. Other places where you were signed in are signed out.")
            return redirect("home")
    return render(request, "accounts/change_password.html", {"form": form}, status=422 if form.errors else 200)


@public
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def set_password(request: HttpRequest, person: int, token: str) -> HttpResponse:
    """Choose a first password through the link an administrator passed on."""
    user = links.person_of(person, token)
    if user is None:
        return render(request, "accounts/link_over.html", status=404)
    form = SetPasswordForm(request.POST if request.method == "POST" else None, user=user)
    if form.is_valid():
        actions.change_password(user=user, password=form.cleaned_data["new_password"], by=user, at=timezone.now())
        messages.success(request, "Your password is set. Sign in with it.")
        return redirect("sign_in")
    context = {"form": form, "person": user}
    return render(request, "accounts/set_password.html", context, status=422 if form.errors else 200)


def locked_out(request: HttpRequest, _response: Any = None, _credentials: Any = None) -> HttpResponse:
    """Return the page for too many wrong passwords; django-axes calls this."""
    refusal = LockedOut()
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"sentence": refusal.sentence}, status=refusal.status)
    context = {"status": refusal.status, "heading": "Too many wrong passwords", "sentence": refusal.sentence}
    return render(request, "accounts/locked_out.html", context, status=refusal.status)
