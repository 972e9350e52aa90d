"""Hostile input into every form and every question in an address: a plain sentence, never a server error.

The forms are those of the URL configuration (`test_matrix`): each is opened by a person who may send it, and each of
its fields gets each hostile value while the others hold what a person would send. Values: the rows "Variable form
values", "Names, titles, tags", "HTTP" and "Search / filters" of the security notes.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve, reverse
from lxml import html

from accounts import actions, links
from accounts.domain.roles import Role
from sop_library.models import Version
from templates_app import texts
from tests import ceremony
from tests import test_matrix as matrix
from tests.conftest import ClientOf
from tests.sop_library import conftest as stand_ins
from tests.sop_library import makers
from tests.templates_app import slow
from tests.templates_app.test_forms import TEXT as EVERY_KIND
from tests.test_matrix import ANSWERS, PEOPLE, Scene, address
from tests.world import AT, PASSWORD, World

HOSTILE = {
    "brackets": "[" * 10_000,
    "long": "a" * 200_000,
    "jinja": "{{ 7*7 }}{% include '/etc/passwd' %}{#",
    "script": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "cell": '</td><td colspan="100000">',
    "marks": "|*_`#~ \n\n1. --- ](javascript:x) ![](http://169.254.169.254/)",
    "surrogate": "a\ud800b",
    "nul": "a\x00b",
    "direction": "a\u202eb\u2066c",
    "invisible": "\u200b\u3164",
    "stacked": "e" + "\u0301" * 200_000,
    "lookalike": "N\u043erthwind",
    "right to left": "\u05d0\u05d1\u05d2 \u0639\u0631\u0628",
    "header": "a\r\nBcc: all@evil.example",
    "number": "9" * 30,
    "power": "1E+999999",
    "none": "NaN",
    "digits": "\u0663\u0664",
    "first day": "0001-01-01",
    "last day": "9999-12-31",
    "link": "javascript:alert(1)",
    "formula": "=1+1",
    "path": "../../etc/passwd",
}
# For controls that offer a choice, where every value but those offered is the same to the server.
TAMPERED = ("jinja", "surrogate", "nul", "number", "long")
no_pdf_engine = stand_ins.no_pdf_engine
POSTS = [name for name, (_, by_post) in ANSWERS.items() if by_post]
FORM = "application/x-www-form-urlencoded"
Sent = dict[str, list[str]]


@pytest.fixture
def scene(world: World, no_pdf_engine: None) -> Scene:
    """One SOP in each state, without the PDF engine."""
    found: Scene = matrix.scene.__wrapped__(world)  # type: ignore[attr-defined]
    return found


@dataclass(frozen=True)
class Form:
    """A form as a browser would send it, and which of its controls take typed text."""

    sent: Sent
    typed: frozenset[str]


def allowed(name: str, by_post: bool = True) -> str:
    """Return a person whom the route lets in, by first name; nobody signed in where that is as good."""
    answers = dict(zip(PEOPLE, ANSWERS[name][1 if by_post else 0].split(), strict=True))
    if answers["anonymous"] != "302":
        return "anonymous"
    return next(who for who, status in answers.items() if status not in {"403", "404"} and who != "anonymous")


def where_of(name: str, scene: Scene, world: World) -> str:
    """Return the address of a route; the one for setting a password has a link that holds."""
    return links.path_for(world.rui.user) if name == "set_password" else address(name, scene, world)


def tree_of(answer: Any) -> Any:
    return html.fromstring(answer.content.decode(errors="replace") or "<p></p>")


def form_of(answer: Any, where: str) -> Form:
    """Return the form of a page that is sent to the page's own address; one made-up field where there is none."""
    for form in tree_of(answer).xpath("//form[@method='post']"):
        if (form.get("action") or "").partition("?")[0] in {"", where}:
            return read(form)
    return Form({"anything": ["x"]}, frozenset({"anything"}))


def read(form: Any) -> Form:
    sent: Sent = {}
    typed = set()
    for control in form.xpath(".//*[@name]"):
        name, kind = control.get("name"), control.get("type", control.tag)
        if name == "csrfmiddlewaretoken":
            continue
        match kind:
            case "radio" | "checkbox":
                here = [control.get("value", "on")] if control.get("checked") is not None else []
            case "select":
                here = control.xpath(".//option[@selected]/@value") or control.xpath(".//option/@value")[:1]
            case "textarea":
                here = [control.text_content().removeprefix("\n")]
            case "password":
                here = [PASSWORD]
            case _:
                here = [control.get("value", "")]
        sent.setdefault(name, []).extend(here)
        if kind in {"text", "email", "tel", "url", "date", "textarea"}:
            typed.add(name)
    return Form(sent, frozenset(typed))


def encoded(data: Sent) -> bytes:
    """Return a form's body as a hostile client sends it: half characters and all."""
    pairs = [(name, value) for name, values in data.items() for value in values]
    return "&".join(f"{quote(name)}={quote(value, errors='surrogatepass')}" for name, value in pairs).encode()


@contextmanager
def undone() -> Iterator[None]:
    """Take back whatever is stored inside, so that the next value meets the same scene."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


# What a person must never read: Django's own words, and those that the house does not use.
NOT_OURS = re.compile(r"\b(invalid|please|oops|ensure this|enter a valid|select a valid|traceback)\b", re.IGNORECASE)


def faults_of(answer: Any) -> list[str]:
    """Return what is wrong with an answer to hostile input: a server error, no sentence, not our words, or markup."""
    status = answer.status_code
    if status in {302, 304}:
        return [] if answer["Location"].startswith(("/", "?")) and answer["Location"][1:2] != "/" else ["leads away"]
    if status >= 500:
        return [f"answers {status}"]
    text = answer.getvalue().decode(errors="replace")
    if "text/html" not in answer["Content-Type"]:
        return []
    found = ["runs a script"] if "<script>alert" in text or "<img src=x" in text else []
    if status >= 400:
        said = tree_of(answer).xpath("//*[@class='refusal']/*[@class='lead'] | //*[@role='alert'] | (//main//p)[1]")
        sentences = " ".join(each.text_content().strip() for each in said)
        # What was typed may stand in a sentence; only our own words are judged.
        own = sentences[:2_000]
        found += [] if sentences.endswith((".", "…")) or "." in own else [f"answers {status} without a sentence"]
        found += [f"says “{words[0]}”"] if (words := NOT_OURS.search(own)) else []
    return found


@pytest.mark.parametrize("name", sorted({*POSTS} - {"fill"}))
def test_every_field_of_every_form_takes_everything(name: str, world: World, scene: Scene, client_of: ClientOf) -> None:
    where = where_of(name, scene, world)
    with undone():
        form = form_of(matrix.client(allowed(name), world, client_of).get(where), where)
    wrong = []
    for field in form.sent:
        for title in HOSTILE if field in form.typed else TAMPERED:
            with undone():
                browser = matrix.client(allowed(name), world, client_of)
                answer = post(browser, where, {**form.sent, field: [HOSTILE[title]]})
                wrong += [f"{field}, {title}: {fault}" for fault in faults_of(answer)]
                if answer.status_code == 422 and field in form.typed and not shows(answer, field, HOSTILE[title]):
                    wrong.append(f"{field}, {title}: what was typed is gone")
    assert not wrong


def test_fields_of_every_kind_take_everything_at_once(world: World, scene: Scene, client_of: ClientOf) -> None:
    draft = makers.draft(world, values={}, source=EVERY_KIND)
    where = address("fill", replace(scene, draft=draft), world)
    form = form_of(client_of(world.ana).get(where), where)
    assert len(form.typed) > 15
    wrong = []
    for title, value in HOSTILE.items():
        with undone():
            # Twenty of the longest would be more than one request may carry.
            value = value[:5_000]
            sent = {field: [value] if field != "row_version" else kept for field, kept in form.sent.items()}
            answer = post(client_of(world.ana), where, sent)
        wrong += [f"{title}: {fault}" for fault in faults_of(answer)]
        assert answer.status_code == 422
        wrong += [f"{title}: {field} is gone" for field in form.typed if not shows(answer, field, value)]
    assert not wrong


def post(browser: Client, where: str, data: Sent) -> Any:
    browser.raise_request_exception = False
    if data.get("identity") == [""]:
        data = {**data, "identity": [getattr(browser, "email", "")]}  # as the browser fills it in beside a password
    return browser.post(where, encoded(data), content_type=FORM)


# Forms that nobody of the cast meets: the statement, the code after the password, and the setting up of codes.
NEWCOMER = {
    "promise": ("identity", "password", "next"),
    "sign_in_code": ("code", "next"),
    "codes_set_up": ("code", "password", "next"),
    "codes_remove": ("code", "password"),
    "recovery_codes": ("code", "password"),
}


@pytest.mark.parametrize("name", NEWCOMER)
def test_the_forms_of_newcomers_take_everything(name: str, world: World) -> None:
    added = actions.add_member(
        organisation=world.northwind, email="nia@northwind.example", name="Nia", roles=[Role.AGENT], by=None, at=AT
    ).member
    added.user.set_password(PASSWORD)
    added.user.save()
    browser, wrong = Client(), []
    if name in {"codes_remove", "recovery_codes", "sign_in_code"}:
        ceremony.enrolled(added)
    browser.post("/sign-in/", {"username": added.user.email, "password": PASSWORD})
    if name != "sign_in_code":
        browser.force_login(added.user, backend="django.contrib.auth.backends.ModelBackend")
    browser.post("/account/codes/", {"begin": "yes"})
    where = "/o/northwind/statement/" if name == "promise" else reverse(name)
    assert browser.get(where).status_code == 200
    sent = {"identity": ["x"], "password": ["wrong"], "code": ["000000"], "next": ["/"]}
    for field in NEWCOMER[name]:
        for title, value in HOSTILE.items():
            with undone():
                answer = post(browser, where, {**sent, field: [value]})
                wrong += [f"{field}, {title}: {fault}" for fault in faults_of(answer)]
                if answer.status_code not in {400, 413, 422}:
                    wrong.append(f"{field}, {title}: answers {answer.status_code}")
    assert not wrong


def shows(answer: Any, field: str, value: str) -> bool:
    """Return whether the page that came back holds what was typed; half characters and NUL no page can hold."""
    control = next(iter(tree_of(answer).xpath(f"//main//*[@name='{field}']")), None)
    if control is None or "\0" in value or "\ud800" in value:
        return control is not None
    shown = control.text_content() if control.tag == "textarea" else control.get("value", "")
    return same(shown) == same(value)


def same(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


# Search and filters

ASKED = {
    "sign_in": ("next",),
    "sign_in_code": ("next",),
    "account": ("next",),
    "codes_set_up": ("next",),
    "promise": ("next",),
    "procedures": ("q", "state"),
    "templates": ("q", "category"),
    "template_edit": ("line",),
    "template_compare": ("old", "new", "view", "change"),
    "template_export": ("version",),
    "fill": ("group", "field"),
    "sign": ("step",),
    "review": ("tab", "view", "change", "show"),
    "comment_new": ("section", "words", "before", "after"),
    "compare": ("from", "to", "view", "change"),
    "compare_pdf": ("from", "to"),
    "trail": ("person", "action", "words", "since", "until", "views", "page"),
    "trail_csv": ("person", "action", "words", "since", "until", "views"),
}
EVERYWHERE = ("q", "page", "group", "field", "tab", "state", "person", "words", "since", "next", "sort", "order_by")


@pytest.mark.parametrize("name", ASKED)
def test_every_question_in_an_address_takes_everything(
    name: str, world: World, scene: Scene, client_of: ClientOf
) -> None:
    browser = matrix.client(allowed(name, by_post=False), world, client_of)
    browser.raise_request_exception = False
    where, wrong = address(name, scene, world), []
    for key in ASKED[name]:
        for title, value in HOSTILE.items():
            asked = quote(value[:10_000], errors="surrogatepass")
            begun = time.process_time()
            answer = browser.get(f"{where}?{key}={asked}")
            wrong += [f"{key}, {title}: {fault}" for fault in faults_of(answer)]
            if time.process_time() - begun > 1:
                wrong.append(f"{key}, {title}: takes longer than a second")
    assert not wrong


@pytest.mark.parametrize("title", ["brackets", "jinja", "surrogate", "nul", "number"])
def test_no_page_minds_a_question_it_does_not_know(title: str, world: World, scene: Scene, client_of: ClientOf) -> None:
    asked = quote(HOSTILE[title][:500], errors="surrogatepass")
    query = "&".join(f"{key}={asked}&{key}[]={asked}" for key in EVERYWHERE)
    wrong = {}
    for name in ANSWERS:
        browser = matrix.client(allowed(name, by_post=False), world, client_of)
        browser.raise_request_exception = False
        faults = faults_of(browser.get(f"{address(name, scene, world)}?{query}"))
        if faults:
            wrong[name] = faults
    assert not wrong


@pytest.mark.parametrize("key", ["sort", "order_by", "ordering", "o", "user__password__startswith", "author__user"])
def test_no_list_is_sorted_or_filtered_by_a_key_from_outside(
    key: str, world: World, scene: Scene, client_of: ClientOf
) -> None:
    mia = client_of(world.mia)
    for name in ("work", "procedures", "templates", "trail", "people"):
        where = address(name, scene, world)
        plain, asked = (rows_in(mia.get(f"{where}{query}")) for query in ("", f"?{key}=-password"))
        assert plain == asked, name


def rows_in(answer: Any) -> str:
    (main,) = tree_of(answer).xpath("//main")
    for control in main.xpath(".//input[@type='hidden']"):
        control.getparent().remove(control)
    return same(main.text_content())


def test_percent_and_underscore_are_no_wildcards(world: World, scene: Scene, client_of: ClientOf) -> None:
    ana = client_of(world.ana)
    for name, sign in (("procedures", "%"), ("procedures", "_"), ("templates", "%")):
        page = rows_in(ana.get(f"{address(name, scene, world)}?q={quote(sign)}"))
        assert scene.in_force.sop.number not in page, (name, sign)


# HTTP

BODIES = {
    "json": (b'{"row_version": 1, "v-CompanyName": "\\ud800", "n": NaN}', "application/json"),
    "deep json": (b"[" * 10_000, "application/json"),
    "xml": (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "application/xml"),
    "nothing": (b"", ""),
    "no boundary": (b"a=b", "multipart/form-data"),
    "cut short": (b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb', "multipart/form-data; boundary=x"),
    "long boundary": (b"--", f"multipart/form-data; boundary={'x' * 5_000}"),
    "broken base64": (
        b'--x\r\nContent-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64\r\n\r\n!\r\n--x--\r\n',
        "multipart/form-data; boundary=x",
    ),
    "a file": (
        b'--x\r\nContent-Disposition: form-data; name="password"; filename="../a"\r\n\r\nb\r\n--x--\r\n',
        "multipart/form-data; boundary=x",
    ),
    "10,000 fields": ("&".join(f"f{n}=1" for n in range(10_000)).encode(), FORM),
    "too much": (b"a=" + b"x" * 3_000_000, FORM),
    "broken percent": (b"a=%zz&%=%&&&=&=x", FORM),
    "other charset": ("a=\u00e9".encode("utf-16"), f"{FORM}; charset=utf-16"),
    "no charset": (b"a=b", f"{FORM}; charset=there-is-none"),
    "bytes": (bytes(range(256)) * 20, FORM),
}


@pytest.mark.parametrize("title", BODIES)
def test_no_form_minds_a_body_of_another_kind(title: str, world: World, scene: Scene, client_of: ClientOf) -> None:
    body, kind = BODIES[title]
    wrong = {}
    for name in POSTS:
        browser = matrix.client(allowed(name), world, client_of)
        browser.raise_request_exception = False
        with undone():
            answer = browser.generic("POST", where_of(name, scene, world), body, content_type=kind)
        faults = faults_of(answer)
        if faults:
            wrong[name] = faults
    assert not wrong


def test_a_field_sent_twice_is_no_error(world: World, scene: Scene, client_of: ClientOf) -> None:
    wrong = {}
    for name in POSTS:
        where = where_of(name, scene, world)
        with undone():
            browser = matrix.client(allowed(name), world, client_of)
            form = form_of(browser.get(where), where)
            answer = post(browser, where, {field: [*values, "9", *values, "x"] for field, values in form.sent.items()})
        if faults_of(answer):
            wrong[name] = faults_of(answer)
    assert not wrong


def test_no_header_turns_one_method_into_another(world: World, scene: Scene, client_of: ClientOf) -> None:
    before = matrix.contents()
    for name in POSTS:
        browser, where = matrix.client(allowed(name), world, client_of), where_of(name, scene, world)
        plain = browser.get(where).status_code
        for header in ("X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"):
            assert browser.get(f"{where}?_method=POST", headers={header: "POST"}).status_code == plain, name
        for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "NONSENSE"):
            assert browser.generic(method, where).status_code in {302, 403, 405, 404}, (method, name)
    assert matrix.contents() == before


ODD_HEADERS = {
    "cookie": {"Cookie": f"session={'x' * 9_000}; csrf=\x7f; a=b=c;;"},
    "language": {"Accept-Language": "x" * 9_000 + ";q=nan"},
    "range": {"Range": "bytes=0-1,5-,-9999999999999"},
    "unchanged": {"If-None-Match": "*,*" * 3_000, "If-Modified-Since": "yesterday"},
    "accept": {"Accept": "*/*" * 3_000},
    "scripts": {"HX-Request": "true", "HX-Current-URL": "http://[", "X-Autosave": "\u00ff"},
    "huge": {"X-Long": "x" * 60_000},
    "proxy": {"X-Forwarded-For": "', ', " * 900, "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher"},
}


@pytest.mark.parametrize("title", ODD_HEADERS)
def test_no_page_minds_odd_headers(title: str, world: World, scene: Scene, client_of: ClientOf) -> None:
    wrong = {}
    for name in ANSWERS:
        browser = matrix.client(allowed(name, by_post=False), world, client_of)
        browser.raise_request_exception = False
        answer = browser.get(address(name, scene, world), headers=ODD_HEADERS[title])
        if faults_of(answer) or b"evil.example" in answer.getvalue():
            wrong[name] = answer.status_code
    assert not wrong


@pytest.mark.parametrize("host", ["evil.example", "testserver@evil.example", "a b", "[::1", ""])
def test_another_host_gets_a_sentence_and_no_page(host: str, world: World, client_of: ClientOf) -> None:
    browser = client_of(world.ana)
    browser.raise_request_exception = False
    for where in ("/", "/sign-in/", "/o/northwind/work/"):
        answer = browser.get(where, headers={"Host": host})
        assert answer.status_code == 400
        assert faults_of(answer) == []
        assert b"evil.example" not in answer.content


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example", "\\\\evil.example",
     "https:evil.example", "///evil.example", "/\t/evil.example", "http://testserver@evil.example/", " //evil.example",
     "data:text/html,x", "//evil.example\\@testserver/"],
)  # fmt: skip
def test_next_never_leads_off_the_site(target: str, world: World, client_of: ClientOf) -> None:
    where = f"{reverse('sign_in')}?next={quote(target)}"
    form = {"username": world.ana.user.email, "password": PASSWORD, "next": target}
    for answer in (Client().post(where, form), client_of(world.ana).get(where)):
        assert answer.status_code == 302
        assert answer["Location"] == "/"


# The text of a draft

TEXTS = {
    "an unknown placeholder": ("## A\n\nCall <Nobody> now.\n", "line 3, column 6"),
    "an unclosed block": ("## A\n\n/// say\nHello\n", "line 3"),
    "an unknown block": ("## A\n\n/// sing\nLa\n///\n", "line 3"),
    "brackets": ("## A\n\n" + "[" * 10_000, "line 3"),
    "an image": ("## A\n\n![x](http://169.254.169.254/)\n", "line 3, column 1"),
    "a placeholder in an address": ("## A\n\n[x](https://a.example/<CompanyName>)\n", "line 3"),
    "a condition": ("## A\n\n/// if | __import__('os')\nx\n///\n", "line 3"),
    "too many cells": ("## A\n\n" + "|a" * 40 + "|\n" + "|-" * 40 + "|\n" + ("|b" * 40 + "|\n") * 90, "line"),
    "300 levels": ("## A\n\n" + "\n".join("  " * depth + "- x" for depth in range(300)) + "\n", "line"),
    "NUL": ("## A\n\nab\x00c\n", "line 3, column 3"),
    "direction": ("## A\n\nab\u202ec\n", "line 3, column 3"),
    "stacked": ("## A\n\ne" + "\u0301" * 20_000 + "\n", "line 3"),
    "private use": ("## A\n\nab\ue000\n", "line 3, column 3"),
}


def change_text(browser: Client, version: Version, body: str) -> HttpResponse:
    where = reverse("text", kwargs={"organisation": "northwind", "number": version.sop.number})
    form = form_of(browser.get(where), where)
    answer: HttpResponse = post(browser, where, {**form.sent, "body": [body]})
    return answer


@pytest.mark.parametrize("title", TEXTS)
def test_a_faulty_text_names_the_place_and_is_kept(title: str, world: World, client_of: ClientOf) -> None:
    body, place = TEXTS[title]
    version = makers.draft(world)
    answer = change_text(client_of(world.ana), version, body)
    assert answer.status_code == 422
    (summary,) = tree_of(answer).xpath("//*[@role='alert']")
    assert place in summary.text_content()
    assert faults_of(answer) == []
    if "\x00" not in body:
        (kept,) = tree_of(answer).xpath("//textarea[@name='body']")
        assert kept.text_content().strip() == body.strip()
    assert Version.objects.get(pk=version.pk).source == version.source


HARMLESS = {
    "jinja": "{{ 7*7 }} {% raw %} {# {{ self.__init__.__globals__ }} {% include '/etc/passwd' %}",
    "20,000 expressions": "{{ 1 }} " * 400 + "\n\n" + ("{{ 1 }} " * 100 + "\n") * 20,
    "a bomb of cells": '<table><tr><td colspan="100000" style="display:flex">x</td></tr></table>',
    "scripts": "<script>alert(1)</script><img src=x onerror=alert(1)><svg/onload=alert(1)>",
    "attributes": "x {: onclick=alert(1) } <p hx-get=/x x-data=1 @click=y>z</p> [a](javascript:alert(1))",
    "foreign resources": "<link rel=stylesheet href=http://169.254.169.254/><style>@import 'http://x'</style>",
}


@pytest.mark.parametrize("title", HARMLESS)
def test_markup_and_code_in_a_text_stay_text(title: str, world: World, client_of: ClientOf) -> None:
    ana, version = client_of(world.ana), makers.draft(world)
    answer = change_text(ana, version, makers.SOURCE.split("---\n", 2)[2] + f"\n## More\n\n{HARMLESS[title]}\n")
    if answer.status_code == 422:
        assert faults_of(answer) == []
        assert "line " in tree_of(answer).xpath("string(//*[@role='alert'])")
        return
    for name in ("fill", "check", "preview", "text"):
        page = ana.get(reverse(name, kwargs={"organisation": "northwind", "number": version.sop.number}))
        assert page.status_code == 200
        shown = tree_of(page)
        text_of = shown.xpath("//*[@name='body']") if name == "text" else [shown]
        assert text_of
        odd = (
            "//*[@onerror or @onload or @onclick or @style or @colspan or @hx-get[.='/x'] or starts-with(@href,'java')]"
        )
        assert not shown.xpath(odd), name
        assert not shown.xpath("//style | //script[not(@src)] | //svg[@onload] | //img[@src='x']"), name


def test_a_text_that_takes_too_long_gets_a_sentence_and_is_kept(
    world: World, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    version, ana = makers.draft(world), client_of(world.ana)
    monkeypatch.setattr(texts, "compile_text", slow.compile_text)
    monkeypatch.setattr(texts, "COMPILE_SECONDS", 0.5)
    answer = change_text(ana, version, "## A bomb\n\nThis takes five seconds.\n")
    assert answer.status_code == 422
    assert faults_of(answer) == []
    assert "too" in tree_of(answer).xpath("string(//*[@role='alert'])")
    assert "This takes five seconds." in tree_of(answer).xpath("string(//textarea[@name='body'])")
    assert Version.objects.get(pk=version.pk).source == version.source


def test_a_draft_whose_text_takes_too_long_can_still_be_opened_and_mended(
    world: World, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    version, ana = makers.draft(world), client_of(world.ana)
    texts.skeleton_of.cache_clear()
    monkeypatch.setattr(texts, "compile_text", slow.compile_text)
    monkeypatch.setattr(texts, "COMPILE_SECONDS", 0.5)
    place = {"organisation": "northwind", "number": version.sop.number}
    for name in ("fill", "text", "check", "preview", "submit", "record"):
        answer = ana.get(reverse(name, kwargs=place))
        assert answer.status_code == 200, name
    where = reverse("submit", kwargs=place)
    answer = post(ana, where, form_of(ana.get(where), where).sent)
    assert answer.status_code == 422
    assert faults_of(answer) == []
    assert resolve(where).url_name == "submit"
    assert Version.objects.get(pk=version.pk).is_draft
