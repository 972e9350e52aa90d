"""People at their browsers, over real HTTP with keep-alive. What they do is read from the pages they get.

Everything that depends on a page is here: forms are filled by the kind of their fields, so a field more does no harm.
"""

import http.client
import re
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from lxml import html

SEAL = re.compile(r"\b[0-9a-f]{64}\b")
SIGNATURE = re.compile(r"/signatures/(\d+)/")


class Unanswered(Exception):
    """The connection broke: whether the act was done is not known."""


@dataclass(frozen=True)
class Page:
    """One answer of the server."""

    status: int
    path: str
    text: str
    leads_to: str = ""


@dataclass(frozen=True)
class Receipt:
    """What a person has in hand after signing: the signature's key, and its seal once the receipt was read."""

    key: int
    seal: str = ""


@dataclass(frozen=True)
class Filled:
    """A form as it is sent."""

    action: str
    fields: tuple[tuple[str, str], ...]


@dataclass
class Person:
    """Somebody who signs in with an e-mail address and a password."""

    port: int
    email: str
    password: str
    organisation: str = "northwind"
    cookies: dict[str, str] = field(default_factory=dict)
    line: http.client.HTTPConnection | None = None
    fresh: bool = True

    def sign_in(self) -> Page:
        """Sign in; the session holds over restarts of the server."""
        self.cookies.clear()
        page = self.get("/sign-in/")
        answer = self.send(self.form(page))
        if answer.status != 302:
            raise AssertionError(f"{self.email} could not sign in: {answer.status}")
        return answer

    def path(self, rest: str) -> str:
        """Return an address below the organisation."""
        return f"/o/{self.organisation}/{rest}"

    def signing(self, number: str) -> Filled | Page:
        """Return the filled form that signs the next step of a version, or the page that came in its place."""
        return self._signing(self.path(f"sops/{number}/review/sign/"))

    def understanding(self, number: str, version: str = "v1.0") -> Filled | Page:
        """Return the filled form that signs a version as read and understood, or the page that came in its place."""
        return self._signing(self.path(f"sops/{number}/{version}/sign-off/"))

    def _signing(self, path: str) -> Filled | Page:
        page = self.get(path)
        return self.form(page) if page.status == 200 else page

    def receipt_of(self, answer: Page) -> Receipt | None:
        """Return the receipt that an answer leads to, with its seal; None when it leads to none."""
        found = SIGNATURE.search(answer.leads_to)
        if answer.status != 302 or found is None:
            return None
        try:
            page = self.get(urlsplit(answer.leads_to).path)
        except Unanswered:
            return Receipt(int(found[1]))
        seals = SEAL.findall(html.fromstring(page.text).text_content())
        return Receipt(int(found[1]), seals[-1] if seals else "")

    def form(self, page: Page, **given: str) -> Filled:
        """Return the page's form that is sent by POST and asks for most, filled in as this person."""
        forms = [each for each in html.fromstring(page.text).forms if (each.method or "GET").upper() == "POST"]
        chosen = max(forms, key=_asks)
        fields: list[tuple[str, str]] = []
        for each in chosen.xpath(".//input | .//textarea | .//select"):
            value = self._value(each, given)
            if each.name and value is not None:
                fields.append((each.name, value))
        return Filled(urljoin(page.path, chosen.action or page.path), tuple(fields))

    def _value(self, element: Any, given: dict[str, str]) -> str | None:
        kind = (element.get("type") or element.tag).lower()
        if element.name in given:
            return given[element.name]
        if kind == "password":
            return self.password
        if kind == "email" or element.name in {"username", "email"}:
            return self.email
        if kind in {"checkbox", "radio"}:
            needed = element.get("required") is not None or element.get("checked") is not None
            return element.get("value", "on") if needed else None
        return None if kind in {"submit", "button", "file"} else str(element.value or "")

    def get(self, path: str) -> Page:
        """Fetch a page."""
        return self._asked("GET", path)

    def send(self, form: Filled, **headers: str) -> Page:
        """Send a form; raises Unanswered when the connection breaks on the way."""
        return self._asked("POST", form.action, urlencode(form.fields), headers)

    def send_and_hang_up(self, form: Filled) -> None:
        """Send a form and close the connection without waiting for the answer."""
        line = self._line()
        line.request("POST", form.action, urlencode(form.fields), self._headers({}))
        self.hang_up()

    def _asked(self, verb: str, path: str, body: str | None = None, headers: dict[str, str] | None = None) -> Page:
        reused = self.line is not None
        try:
            line = self._line()
            line.request(verb, path, body, self._headers(headers or {}, body))
            answer = line.getresponse()
            text = answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            self.hang_up()
            # A kept line that the server had closed meanwhile: a browser opens another for what changes nothing.
            if verb == "GET" and reused:
                return self._asked(verb, path, body, headers)
            raise Unanswered(f"{verb} {path}: {error}") from error
        self._keep_cookies(answer)
        if answer.getheader("Connection", "").lower() == "close":
            self.hang_up()
        return Page(answer.status, path, text, answer.getheader("Location") or "")

    def _line(self) -> http.client.HTTPConnection:
        if self.line is None:
            self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        return self.line

    def hang_up(self) -> None:
        """Close the connection."""
        if self.line is not None:
            self.line.close()
            self.line = None

    def _headers(self, more: dict[str, str], body: str | None = "") -> dict[str, str]:
        told = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        told |= {"Origin": f"http://127.0.0.1:{self.port}"}
        if body is not None:
            told["Content-Type"] = "application/x-www-form-urlencoded"
        return told | {name.replace("_", "-"): value for name, value in more.items()}

    def _keep_cookies(self, answer: http.client.HTTPResponse) -> None:
        for header in answer.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(header).items():
                self.cookies[name] = morsel.value


def _asks(form: Any) -> tuple[int, int]:
    """Return how much a form asks for: a password weighs most, then the number of its fields."""
    fields = form.xpath(".//input | .//textarea | .//select")
    return sum((each.get("type") or "") == "password" for each in fields), len(fields)
