"""Hostile input into every form and every question in an address: a sentence, never a server error."""

from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse
from lxml import html

from sop_library.models import Version
from tests import test_matrix as matrix
from tests.conftest import ClientOf
from tests.sop_library import makers
from tests.test_matrix import ANSWERS, Scene, address
from tests.world import World

__all__ = ["scene"]
scene = matrix.scene

HOSTILE = {
    "brackets": "[" * 10_000,
    "long": "a" * 200_000,
    "jinja": "{{ 7*7 }}{% include '/etc/passwd' %}{#",
    "script": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "marks": "|*_`#~ \n\n1. --- </td>",
    "surrogate": "a\ud800b",
    "nul": "a\x00b",
    "direction": "a\u202eb\u2066c",
    "invisible": "\u200b\u3164",
    "stacked": "e" + "\u0301" * 2_000,
    "number": "9" * 30,
    "power": "1E+999999",
    "digits": "\u0663\u0664",
    "date": "0001-01-01",
    "link": "javascript:alert(1)",
}
# Who may post to a route, by the first person whom the matrix lets in.
POSTS = [name for name, (_, by_post) in ANSWERS.items() if by_post]


def allowed(name: str) -> str:
    """Return a person whom the route lets in."""
    answers = dict(zip(matrix.PEOPLE, ANSWERS[name][1].split(), strict=True))
    return next((who for who, status in answers.items() if who != "anonymous" and status not in {"403", "404"}), "ana")


def fields(page: bytes) -> dict[str, str]:
    """Return the names of a page's form fields with the values they show."""
    tree = html.fromstring(page or b"<p></p>")
    found = {}
    for field in tree.xpath("//main//form//*[@name]"):
        found[field.get("name")] = field.get("value") or "" if field.get("type") == "hidden" else ""
    found.pop("csrfmiddlewaretoken", None)
    return found


def encoded(data: dict[str, str]) -> bytes:
    """Return a form's body as a hostile client sends it: half characters and all."""
    return "&".join(f"{quote(name)}={quote(value, errors='surrogatepass')}" for name, value in data.items()).encode()


def post(browser: Client, where: str, data: dict[str, str]) -> tuple[int, str]:
    answer = browser.post(where, encoded(data), content_type="application/x-www-form-urlencoded")
    return answer.status_code, answer.content.decode(errors="replace")


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_no_form_answers_with_a_server_error(hostile: str, world: World, scene: Scene, client_of: ClientOf) -> None:
    wrong = {}
    for name in POSTS:
        where = address(name, scene, world)
        browser = matrix.client(allowed(name), world, client_of)
        shown = browser.get(where)
        kept = fields(shown.content) if shown.status_code == 200 else {}
        data = {field: value or hostile for field, value in kept.items()} or {"anything": hostile}
        status, text = post(browser, where, data)
        if status >= 500 or "<script>alert" in text or "onerror=alert(1)>" in text.replace("&gt;", ""):
            wrong[name] = status
    assert not wrong


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_no_question_in_an_address_is_a_server_error(
    hostile: str, world: World, scene: Scene, client_of: ClientOf
) -> None:
    browser, asked = client_of(world.ana), quote(hostile[:6_000], errors="surrogatepass")
    wrong = {}
    for name in ANSWERS:
        where = address(name, scene, world)
        for key in ("q", "page", "group", "field", "tab", "state", "category", "since", "person", "next"):
            answer = browser.get(f"{where}?{key}={asked}")
            if answer.status_code >= 500:
                wrong[f"{name}?{key}"] = answer.status_code
    assert not wrong


def test_next_never_leads_off_the_site(world: World, client_of: ClientOf) -> None:
    for target in ("https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"):
        answer = Client().post(
            f"{reverse('sign_in')}?next={quote(target)}",
            {"username": world.ana.user.email, "password": "lantern-otter-quartz-9", "next": target},
        )
        assert answer.status_code == 302
        assert "evil" not in answer["Location"]
        assert "javascript" not in answer["Location"]


def test_a_form_without_its_token_is_refused_with_a_sentence(world: World, scene: Scene) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(world.ana.user, backend="django.contrib.auth.backends.ModelBackend")
    answer = browser.post(address("submit", scene, world), {"password": "x"})
    assert answer.status_code == 403
    assert "<h1" in answer.content.decode()


def test_every_page_carries_the_headers_that_close_it(world: World, scene: Scene, client_of: ClientOf) -> None:
    for name in ANSWERS:
        answer = client_of(world.mia).get(address(name, scene, world))
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy, name
        assert "unsafe" not in policy, name
        assert answer["X-Content-Type-Options"] == "nosniff", name
        assert answer["X-Frame-Options"] == "DENY", name
        if answer.status_code == 200 and name not in {"healthz", "readyz"}:
            assert "private" in answer["Cache-Control"] or "no-store" in answer["Cache-Control"], name


def test_a_name_with_markup_is_text_on_every_page(world: World, scene: Scene, client_of: ClientOf) -> None:
    world.ana.user.name = "<img src=x onerror=alert(1)>"
    world.ana.user.save()
    for name in ANSWERS:
        for person in ("ana", "mia", "priya"):
            answer = matrix.client(person, world, client_of).get(address(name, scene, world))
            if not answer.streaming and "text/html" in answer["Content-Type"]:
                assert b"<img src=x" not in answer.content, name


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("## A\n\nCall <Nobody> now.\n", "line 3, column 6"),
        ("## A\n\n/// say\nHello\n", "line 3"),
        ("## A\n\n" + "[" * 10_000, "line 3"),
        ("## A\n\n/// sing\nLa\n///\n", "sing"),
        ("## A\n\n![x](http://169.254.169.254/)\n", "mage"),
    ],
)
def test_a_faulty_text_names_the_place_and_is_kept(body: str, sentence: str, world: World, client_of: ClientOf) -> None:
    version = makers.draft(world)
    where = reverse("text", kwargs={"organisation": "northwind", "number": version.sop.number})
    browser = client_of(world.ana)
    data = fields(browser.get(where).content)
    front = version.source.split("---\n")[1]
    status, text = post(browser, where, {**data, "front": front, "body": body})
    assert status == 422
    assert sentence in text
    kept = html.fromstring(text).xpath("//textarea[@name='body']")[0].text_content().strip()
    assert kept == body.strip()
    assert Version.objects.get(pk=version.pk).source == version.source
