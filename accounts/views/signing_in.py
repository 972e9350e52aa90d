"""Signing in and out, and passwords."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import actions, codes, limits, links, reauth, second_step
from accounts.access import UserRequest, public, signed_in
from accounts.forms import ChangePasswordForm, SetPasswordForm, SignInForm, wrong_password
from accounts.forms_signing import SignInCodeForm
from accounts.models import User
from accounts.refusals import LockedOut, WrongPassword
from accounts.returning import next_of, with_next


class SignIn(LoginView):
    """E-mail and password, then the code of those who use them; then to where they wanted to go, on this site only."""

    authentication_form = SignInForm
    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True
    http_method_names = ("get", "head", "post")  # Django's own view takes a PUT for a POST

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Return the page with the errors and status 422."""
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Sign in, or ask for the code first."""
        user = form.get_user()
        second_step.end(self.request)
        if not codes.has_codes(user):
            return _signed_in(self.request, user, self.get_success_url())
        # The password's try is given back, those before it are not forgotten: wrong codes add up with them.
        limits.give_back(self.request, user.email)
        second_step.begin(self.request, user)
        return redirect(with_next(reverse("sign_in_code"), self.get_redirect_url()))


sign_in = public(SignIn.as_view())


@public
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """The second step of signing in: a one-time or recovery code. Wrong ones count like wrong passwords."""
    user = second_step.person_of(request)
    if user is None:
        return redirect(with_next(reverse("sign_in"), next_of(request)))
    form = SignInCodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if not limits.count(request, user.email):
            raise LockedOut.of(request)
        if codes.use(user, form.cleaned_data["code"], timezone.now()):
            return _signed_in(request, user, next_of(request, reverse("home")))
        limits.wrong(request, user.email)
        if getattr(request, "axes_locked_out", False):
            second_step.end(request)
        form.add_error("code", reauth.WRONG_CODE)
    context = {"form": form, "next": next_of(request)}
    return render(request, "accounts/sign_in_code.html", context, status=422 if form.errors else 200)


def _signed_in(request: HttpRequest, user: User, where: str) -> HttpResponse:
    second_step.end(request)
    reauth.start_over(request)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return redirect(where)


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
            reauth.confirm_secret(request, form.cleaned_data["password"])
        except WrongPassword as refusal:
            wrong_password(form, refusal.sentence)
        else:
            password = form.cleaned_data["new_password"]
            user = actions.change_password(user=request.user, password=password, by=request.user, at=timezone.now())
            update_session_auth_hash(request, user)
            reauth.start_over(request)
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
        password = form.cleaned_data["new_password"]
        actions.change_password(user=user, password=password, by=user, at=timezone.now(), link=True)
        messages.success(request, "Your password is set. Sign in with it.")
        return redirect("sign_in")
    context = {"form": form, "person": user}
    return render(request, "accounts/set_password.html", context, status=422 if form.errors else 200)


def locked_out(request: HttpRequest, _response: Any = None, _credentials: Any = None) -> HttpResponse:
    """Return the page for too many wrong passwords; django-axes calls this."""
    refusal = LockedOut.of(request)
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"sentence": refusal.sentence}, status=refusal.status)
    context = {"status": refusal.status, "heading": "Too many wrong tries", "sentence": refusal.sentence}
    return render(request, "accounts/locked_out.html", context, status=refusal.status)
