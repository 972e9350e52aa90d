"""Turns refusals and errors into pages with a plain sentence, or JSON for a script that asks for it."""

import errno
import logging
import secrets
import sys
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url
from django.template.loader import render_to_string

from accounts.refusals import Refusal
from accounts.uploads import MOST_BYTES, FilesTooBig
from templates_app.child import ChildProblem
from templates_app.domain.problems import TemplateError

log = logging.getLogger("sopsite.refusals")
GetResponse = Callable[[HttpRequest], HttpResponseBase]

HEADINGS = {
    400: "This could not be read",
    401: "You are signed out",
    403: "This is not open to you",
    404: "There is nothing here",
    405: "This address does not take that",
    409: "Something changed in between",
    413: "Too much at once",
    422: "Something needs another look",
    429: "Too many tries",
    500: "Something broke here",
    503: "This could not be made",
    507: "The disk is full",
}
UNREADABLE = "The address or the form holds a character that cannot be stored. Remove it and send again."
NOT_TAKEN = "This address only works with the button that leads to it. Go back to the page and use the button there."
NO_ROOM = (
    "The server's disk is full, so nothing of this was stored. Go back: what you typed is still in the form. "
    "Send it again when an administrator has made room."
)
SIGNED_OUT = "You are signed out. Sign in again in another tab, then come back: what you typed is still on this page."


def wants_json(request: HttpRequest) -> bool:
    """Return whether a script asks, which reads the sentence from JSON."""
    return "application/json" in request.headers.get("Accept", "")


def refusal_page(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    """Return the error page, or its JSON, with this status and sentence."""
    if wants_json(request):
        return JsonResponse({"sentence": sentence}, status=status)
    context = {"status": status, "heading": HEADINGS.get(status, "This did not work"), "sentence": sentence}
    return render(request, "error.html", context, status=status)


class RefusalMiddleware:
    """Shows refusals raised by views and actions, and answers what cannot be read before a view sees it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if _is_unreadable(request):
            return refusal_page(request, 400, UNREADABLE)
        response = self.get_response(request)
        if _leads_to_sign_in(response) and (wants_json(request) or "HX-Request" in request.headers):
            # A script would follow the redirect and take the sign-in page for its answer.
            return refusal_page(request, 401, SIGNED_OUT)
        if response.status_code == 405 and not getattr(response, "content", b""):
            return _in_words(request, response)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page for a refusal and for text the database cannot hold; None leaves the rest to Django."""
        if isinstance(exception, Refusal):
            if exception.status in {403, 429}:
                extra = {"event": "refused", "user": request.user.pk, "path": request.path, "status": exception.status}
                log.warning("An act was refused.", extra=extra)
            return refusal_page(request, exception.status, exception.sentence)
        if _is_about_characters(exception):
            return refusal_page(request, 400, UNREADABLE)
        if _is_out_of_room(exception):
            return _no_room(request)
        if isinstance(exception, ChildProblem):
            return refusal_page(request, 503, exception.sentence)
        if isinstance(exception, TemplateError):
            return refusal_page(request, 409, f"The stored text no longer fits the template language. {exception}")
        return None


class PrivateMiddleware:
    """Keeps pages out of every cache unless a view says otherwise itself."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store, private"
        return response


def _is_unreadable(request: HttpRequest) -> bool:
    texts = [request.path, *request.GET.keys(), *(value for values in request.GET.lists() for value in values[1])]
    return any("\0" in text or any("\ud800" <= character <= "\udfff" for character in text) for text in texts)


def _is_about_characters(exception: Exception) -> bool:
    """Return whether the error comes from NUL or half a surrogate pair on the way to the database."""
    if isinstance(exception, UnicodeEncodeError):
        return exception.reason == "surrogates not allowed"
    words = str(exception).lower()
    is_data = isinstance(exception, ValueError) or type(exception).__name__ == "DataError"
    return is_data and ("nul (0x00)" in words or "null character" in words or "\\u0000" in words)


def _is_out_of_room(exception: BaseException | None) -> bool:
    """Return whether an error, or what led to it, comes from a full disk: of SQLite, PostgreSQL or the file system."""
    while exception is not None:
        if isinstance(exception, OSError) and exception.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            return True
        if getattr(exception, "sqlstate", "") == "53100" or "database or disk is full" in str(exception):
            return True
        exception = exception.__cause__
    return False


def _no_room(request: HttpRequest) -> HttpResponse:
    """Return the page for a full disk; like that for an error of ours it reads neither session nor database."""
    log.error("The disk is full.", extra={"event": "disk", "path": request.path, "status": 507})
    if wants_json(request):
        return JsonResponse({"sentence": NO_ROOM}, status=507)
    page = render_to_string("error.html", {"status": 507, "heading": HEADINGS[507], "sentence": NO_ROOM})
    return HttpResponse(page, status=507)


def _in_words(request: HttpRequest, response: HttpResponseBase) -> HttpResponse:
    """Return the page for an address that does not take this method; Django's own answer is an empty page."""
    page = refusal_page(request, 405, NOT_TAKEN)
    page["Allow"] = response.get("Allow", "")
    return page


def _leads_to_sign_in(response: HttpResponseBase) -> bool:
    sign_in = resolve_url(settings.LOGIN_URL)
    return response.status_code == 302 and response.get("Location", "").partition("?")[0] == sign_in


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return the page for a form without its token."""
    log.warning("A form came without its token.", extra={"event": "csrf", "path": request.path})
    sentence = (
        "This form was open too long, or its cookie is blocked. Go back, load the page again and send the form again."
    )
    return refusal_page(request, 403, sentence)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the page for a request that cannot be read, 413 for one that is too big."""
    if isinstance(exception, TooManyFilesSent):
        return refusal_page(request, 413, f"Send at most {settings.DATA_UPLOAD_MAX_NUMBER_FILES} files at once.")
    if isinstance(exception, FilesTooBig):
        most = MOST_BYTES // 1_000_000
        return refusal_page(request, 413, f"Files are at most {most} MB together. Send fewer at once.")
    if isinstance(exception, RequestDataTooBig):
        most = (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) // 1024**2
        return refusal_page(request, 413, f"That is more than {most} MB. Send it in smaller parts.")
    return refusal_page(request, 400, "The browser sent something that cannot be read. Load the page again.")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the page for a refusal that Django itself raised."""
    return refusal_page(request, 403, "Your account may not do this.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the page for an address with nothing behind it."""
    return refusal_page(request, 404, "There is nothing at this address.")


def server_error(request: HttpRequest) -> HttpResponse:
    """Return the page for an error of ours, with a number that is in the log too.

    The page reads neither session nor database: either may be what is broken.
    """
    if _is_out_of_room(sys.exc_info()[1]):  # on the way out, such as when the session is stored
        return _no_room(request)
    number = secrets.token_hex(4)
    log.error("Error %s", number, extra={"event": "error", "path": request.path, "status": 500})
    sentence = f"The error is ours and is written down as {number}. Try once more; if it stays, pass that number on."
    if wants_json(request):
        return JsonResponse({"sentence": sentence, "number": number}, status=500)
    page = render_to_string("error.html", {"status": 500, "heading": HEADINGS[500], "sentence": sentence})
    return HttpResponse(page, status=500)
