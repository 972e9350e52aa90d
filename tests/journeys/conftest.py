"""The real server on a data folder of its own, and a real browser before it.

The server is the one that `make run` starts: gunicorn and the worker. The demonstration organisation is in it.
"""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from sopsite.environment import ROOT
from sopsite.machine import chromium
from tests.postgres import free_port

PASSWORD = "journey-lantern-otter-9"
STARTS_WITHIN = 90


@dataclass(frozen=True)
class Site:
    """A running site: its address and its data folder."""

    url: str
    folder: Path

    def path(self, rest: str = "") -> str:
        """Return an address below the demonstration organisation."""
        return f"{self.url}/o/northwind/{rest}"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Start the site and stop it after the last journey."""
    folder, port = tmp_path_factory.mktemp("site"), free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SOP_", "DJANGO_"))}
    environment |= {"SOP_DATA_DIR": str(folder), "PORT": str(port), "SOP_DEMO_PASSWORD": PASSWORD}
    environment.pop("DATABASE_URL", None)
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "manage.py", "sop_serve"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/readyz", server, folder / "server.log")
            yield Site(f"http://127.0.0.1:{port}", folder)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(40)


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the site answers; fail with its log when it does not."""
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"The site did not start:\n{log.read_text(errors='replace')}")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use the machine's own Chromium; a build of Playwright's own is not needed."""
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    return {**browser_type_launch_args, "executable_path": chromium(), "args": quiet}


Opens = Callable[..., "Person"]


class Person:
    """One person at their own browser. Anything the page's content policy refuses or a script trips over is kept."""

    def __init__(self, page: Page, site: Site) -> None:
        self.page, self.site, self.name = page, site, ""
        self.trouble: list[str] = []
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("console", lambda message: self._heard(message.type, message.text))
        page.on("response", lambda answer: self._answered(answer.status, answer.url))

    def _heard(self, kind: str, text: str) -> None:
        # Chromium logs every answer of 400 and over; those that matter are judged by `_answered`.
        # A newer preview replaces one that is on its way, which htmx logs: by design, see `hx-sync` in the workspace.
        expected = ("Failed to load resource", "htmx:sendAbort", "htmx:afterRequest")
        if kind == "error" and not any(words in text for words in expected):
            self.trouble.append(text)

    def _answered(self, status: int, url: str) -> None:
        if status >= 500:
            self.trouble.append(f"{status} {url}")

    def sign_in(self, name: str, password: str = PASSWORD) -> None:
        """Sign in as a person of the demonstration."""
        self.name = name
        self.page.goto(f"{self.site.url}/sign-in/")
        self.page.get_by_label("E-mail").fill(f"{name}@northwind.example")
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(f"{self.site.url}/o/**")

    def confirm(self, within: Any = None, password: str = PASSWORD) -> None:
        """Fill what a signature asks: e-mail and password at the first one of a session, then the password alone."""
        form = within or self.page
        form.get_by_label("Your password").wait_for()
        address = form.get_by_label("Your e-mail")
        if address.count():
            address.fill(f"{self.name}@northwind.example")
        form.get_by_label("Your password").fill(password)

    def go(self, rest: str = "") -> Page:
        """Open an address below the organisation."""
        self.page.goto(self.site.path(rest))
        return self.page

    def finds_no_barrier(self) -> None:
        """Run axe on the page as it stands; any finding fails, named with where it is."""
        found = Axe().run(self.page).response["violations"]
        told = [f"{row['id']}: {row['help']} at {[node['target'] for node in row['nodes']][:3]}" for row in found]
        assert not told, f"{self.page.url}\n" + "\n".join(told)


@pytest.fixture
def opens(browser: Browser, site: Site) -> Iterator[Opens]:
    """Return a function that seats a person at a browser of their own, signed in; their troubles fail the test."""
    people: list[Person] = []

    def seat(name: str = "", *, phone: bool = False, dark: bool = False, scripts: bool = True) -> Person:
        size = {"width": 390, "height": 844} if phone else {"width": 1280, "height": 900}
        context = browser.new_context(
            viewport=size, color_scheme="dark" if dark else "light", java_script_enabled=scripts, has_touch=phone
        )
        person = Person(context.new_page(), site)
        people.append(person)
        if name:
            person.sign_in(name)
        return person

    yield seat
    for person in people:
        person.page.context.close()
        assert not person.trouble, person.trouble
