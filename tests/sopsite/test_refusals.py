"""Errors as pages: a status, a sentence, never a server error for what people type."""

import errno
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import DataError, OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import override_settings
from django.urls import path

from accounts.access import member, public
from accounts.models import Membership
from accounts.refusals import BadInput, LockedOut, NotAllowed, NotFound, Stale, WrongPassword, WrongState
from sopsite.refusals import RefusalMiddleware, bad_request
from sopsite.urls import urlpatterns as site
from tests.conftest import ClientOf
from tests.world import World

RAISED: dict[str, Exception] = {
    "bad": BadInput("Choose a date."),
    "bad400": BadInput("Choose a date.", status=400),
    "forbidden": NotAllowed("Ask Mia."),
    "missing": NotFound(),
    "state": WrongState("It is published already."),
    "stale": Stale("This version changed at 09:14."),
    "password": WrongPassword(),
    "locked": LockedOut(),
    "surrogate": UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"),
    "nul": ValueError("A string literal cannot contain NUL (0x00) characters."),
    "data": DataError("unsupported Unicode escape sequence: \\u0000 cannot be converted to text."),
    "denied": PermissionDenied("x"),
    "ours": RuntimeError("boom"),
}
STATUSES = {
    "bad": 422, "bad400": 400, "forbidden": 403, "missing": 404, "state": 409, "stale": 409, "password": 403,
    "locked": 429, "surrogate": 400, "nul": 400, "data": 400, "denied": 403, "ours": 500,
}  # fmt: skip


@public
def raising(request, name):
    raise RAISED[name]


@public
def echo(request):
    return HttpResponse(request.POST.get("a", ""))


@public
def cached(request):
    answer = HttpResponse("x")
    answer["Cache-Control"] = "private, max-age=60"
    return answer


@member()
def inside(request):
    return HttpResponse(str(Membership.objects.filter(title=request.GET.get("q", "")).count()))


urlpatterns = [
    path("raise/<str:name>/", raising),
    path("echo/", echo),
    path("cached/", cached),
    path("o/<slug:organisation>/inside/", inside),
    *site,
]
handler400 = "sopsite.refusals.bad_request"
handler403 = "sopsite.refusals.permission_denied"
handler404 = "sopsite.refusals.not_found"
handler500 = "sopsite.refusals.server_error"

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture
def browser() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("name", RAISED)
def test_each_refusal_has_its_status_and_a_page(browser: Client, name: str):
    answer = browser.get(f"/raise/{name}/")
    assert answer.status_code == STATUSES[name]
    assert "<h1>" in answer.content.decode()
    assert answer["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize("name", RAISED)
def test_a_script_gets_the_sentence_as_json(browser: Client, name: str):
    answer = browser.get(f"/raise/{name}/", headers={"Accept": "application/json"})
    assert answer.status_code == STATUSES[name]
    assert answer.json()["sentence"].endswith(".")


def test_the_sentence_is_text_and_not_html(browser: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(RAISED, "bad", BadInput("<script>alert(1)</script> {{ 7*7 }}"))
    page = browser.get("/raise/bad/").content.decode()
    assert "<script>alert" not in page
    assert "{{ 7*7 }}" in page


def test_our_own_error_tells_nothing_but_a_number(browser: Client, caplog: pytest.LogCaptureFixture):
    page = browser.get("/raise/ours/").content.decode()
    assert "boom" not in page
    (number,) = [str(record.args).strip("(',)") for record in caplog.records if record.name == "sopsite.refusals"]
    assert number in page


@pytest.mark.parametrize("query", ["?q=%00", "?%00=1", "?q=a%00b", "?next=%00"])
def test_nul_in_the_address_is_400_with_a_sentence(world: World, client_of: ClientOf, query: str):
    answer = client_of(world.rui).get(f"/o/northwind/inside/{query}")
    assert answer.status_code == 400
    assert "cannot be stored" in answer.content.decode()


@pytest.mark.parametrize("tail", ["%ED%A0%80", "%FF%FE", "%F0%9F", "a" * 5000, "%27%3B--", "[[[[", "%E2%80%AE"])
def test_broken_utf8_and_odd_text_in_the_query_is_no_server_error(world: World, client_of: ClientOf, tail: str):
    assert client_of(world.rui).get(f"/o/northwind/inside/?q={tail}").status_code == 200


@pytest.mark.parametrize("tail", ["%00", "%ED%A0%80", "%FF", "..%2F..%2Fetc%2Fpasswd", "a" * 3000])
def test_odd_addresses_are_not_found_or_not_readable(browser: Client, tail: str):
    assert browser.get(f"/nothing/{tail}").status_code in {400, 404}


def test_half_a_surrogate_pair_in_the_query_is_400():
    request: Any = RequestFactory().get("/")
    request.GET = type("Q", (dict,), {"lists": lambda self: [("q", ["\ud800"])]})({"q": "\ud800"})
    assert RefusalMiddleware(lambda _request: HttpResponse())(request).status_code == 400


def test_too_much_at_once_is_413(browser: Client):
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=1024**2):
        answer = browser.post("/echo/", {"a": "x" * (1024**2 + 1)}, content_type="application/x-www-form-urlencoded")
        answer = browser.post("/echo/", b"a=" + b"x" * 1024**2, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413
    assert "more than 1 MB" in answer.content.decode()
    request = RequestFactory().get("/")
    assert bad_request(request, RequestDataTooBig()).status_code == 413


def test_too_many_fields_are_400(browser: Client):
    answer = browser.post(
        "/echo/", "&".join(f"a{n}=1" for n in range(2100)), content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 400


def test_a_form_without_its_token_is_refused_with_a_sentence():
    answer = Client(enforce_csrf_checks=True).post("/sign-in/", {"username": "a", "password": "b"})
    assert answer.status_code == 403
    assert "send the form again" in answer.content.decode()


def test_pages_stay_out_of_caches_unless_a_view_says_otherwise(world: World, client_of: ClientOf):
    assert client_of(world.mia).get("/o/northwind/people/")["Cache-Control"] == "no-store, private"
    assert Client().get("/cached/")["Cache-Control"] == "private, max-age=60"
    assert "no-store" in Client().get("/sign-in/")["Cache-Control"]


def test_every_page_carries_the_strict_policy(world: World, client_of: ClientOf):
    policy = client_of(world.mia).get("/o/northwind/people/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "nonce" not in policy


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize(
    "error",
    [OperationalError("database or disk is full"), OSError(errno.ENOSPC, "No space left on device")],
    ids=["database", "files"],
)
def test_a_full_disk_is_said_plainly(rf: RequestFactory, error: Exception, as_json: bool) -> None:
    request = rf.post("/o/northwind/", headers={"Accept": "application/json"} if as_json else {})
    answer = RefusalMiddleware(lambda _: HttpResponse()).process_exception(request, error)
    assert answer is not None
    assert answer.status_code == 507
    assert b"what you typed is still in the form" in answer.content
