"""A mail server of our own that does what mail servers do: take letters, refuse, hang, babble, break off (F13)."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage as Received
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings
from django_tasks_db.models import DBTaskResult

from accounts import letters
from accounts.letters import Kind
from sop_library import notices
from sop_library.models import Version
from tests.sop_library import makers
from tests.world import World

SMTP = "django.core.mail.backends.smtp.EmailBackend"


class Server:
    """One mail server on a port of this machine; `manner` says how it behaves, `taken` what it answered 250 to."""

    def __init__(self, manner: str = "good") -> None:
        self.manner = manner
        self.taken: list[Received] = []
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listening.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def close(self) -> None:
        # A thread that waits in accept is woken by a shutdown, not by a close.
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        self.thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self.listening.accept()
            except OSError:
                return
            with client:
                client.settimeout(10)
                try:
                    self._talk(client)
                except OSError:
                    continue

    def _talk(self, client: socket.socket) -> None:
        if self.manner == "garbage":
            client.sendall(b"\xff\x00 no mail here \xfe\r\n" * 50)
            return
        if self.manner == "hangs":
            client.recv(1)
            return
        client.sendall(b"220 stub\r\n")
        lines = client.makefile("rb")
        for line in iter(lines.readline, b""):
            command = line.split(b" ")[0].strip().upper()
            if command == b"DATA":
                client.sendall(b"354 go on\r\n")
                if not self._take(client, lines):
                    return
            elif command == b"RCPT" and self.manner == "refuses" and b"priya@" in line:
                client.sendall(b"550 nobody of that name\r\n")
            elif command == b"QUIT":
                client.sendall(b"221 bye\r\n")
                return
            else:
                client.sendall(b"250 fine\r\n")

    def _take(self, client: socket.socket, lines: Any) -> bool:
        """Read one letter; False when the line is cut before the sender hears that it was taken."""
        raw = b""
        for line in iter(lines.readline, b".\r\n"):
            raw += line.removeprefix(b".") if line.startswith(b"..") else line
        received = message_from_bytes(raw, policy=policy.default)
        assert isinstance(received, Received)
        self.taken.append(received)
        if self.manner == "breaks off":
            return False
        client.sendall(b"250 taken\r\n")
        return True


@contextmanager
def through(server: Server, *, timeout: int = 5) -> Iterator[Server]:
    """Send through this server inside."""
    with override_settings(
        EMAIL_BACKEND=SMTP, EMAIL_HOST="127.0.0.1", EMAIL_PORT=server.port, EMAIL_USE_TLS=False, EMAIL_TIMEOUT=timeout
    ):
        try:
            yield server
        finally:
            server.close()


def tell(version: Version, *more: Any) -> int:
    told: int = notices.tell_signers.func(version.pk, version.round, *more)
    return told


def addresses(server: Server) -> list[str]:
    return sorted(str(received["To"]) for received in server.taken)


def retries() -> list[list[Any]]:
    rows = DBTaskResult.objects.filter(task_path="sop_library.notices.tell_signers").order_by("enqueued_at")
    return [row.args_kwargs["args"] for row in rows if len(row.args_kwargs["args"]) > 2]


def test_a_letter_arrives_as_it_was_written(world: World) -> None:
    with through(Server()) as server:
        text = "Lese es bitte: „größer als 5 €“.\n.\nEin Punkt allein war in der Zeile darüber."
        assert letters.write([world.ben], Kind.TURN, "SOP-CS-001 Größe", text, about="1") == []
    (received,) = server.taken
    assert (received["Subject"], received["To"], received["From"]) == (
        "SOP-CS-001 Größe",
        "ben@northwind.example",
        "sop@localhost",
    )
    content = received.get_content().replace("\r\n", "\n")
    assert content.startswith(f"Hello Ben Okafor,\n\n{text}\n\n-- \nYou get this letter because ")
    assert str(received["List-Unsubscribe"]).strip().startswith("<http://127.0.0.1:8000/letters/stop/")
    assert received["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert received["Message-ID"]


@pytest.mark.parametrize("manner", ["garbage", "hangs"])
def test_a_server_that_hangs_or_talks_nonsense_is_tried_again_and_nothing_is_lost(manner: str, world: World) -> None:
    version = makers.submitted(world)
    with through(Server(manner), timeout=1):
        assert tell(version) == 0
    ((*again, left),) = retries()
    assert again == [version.pk, 1, 2]
    assert sorted(left) == sorted([world.priya.pk, world.ben.pk])
    with through(Server()) as server:
        assert tell(version, 2, left) == 2
    assert addresses(server) == ["ben@northwind.example", "priya@northwind.example"]


def test_a_server_that_is_down_is_tried_again(world: World) -> None:
    version = makers.submitted(world)
    server = Server()
    server.close()
    with override_settings(EMAIL_BACKEND=SMTP, EMAIL_HOST="127.0.0.1", EMAIL_PORT=server.port, EMAIL_TIMEOUT=2):
        assert tell(version) == 0
    assert len(retries()) == 1


def test_one_refused_address_keeps_nobody_waiting(world: World) -> None:
    version = makers.submitted(world)
    with through(Server("refuses")) as server:
        assert tell(version) == 1
    assert addresses(server) == ["ben@northwind.example"]
    assert retries() == [[version.pk, 1, 2, [world.priya.pk]]]


def test_a_line_cut_before_the_answer_gives_the_same_message_id_twice(world: World) -> None:
    version = makers.submitted(world, assignees={1: world.priya, 2: world.ben})
    with through(Server("breaks off")) as cut:
        assert tell(version) == 0, "the sender cannot know that it was taken"
    ((*_, left),) = retries()
    with through(Server()) as good:
        assert tell(version, 2, left) == 1
    (first,), (second,) = cut.taken, good.taken
    assert first["To"] == second["To"] == "priya@northwind.example"
    assert first["Message-ID"] == second["Message-ID"]


def test_a_worker_that_dies_after_sending_sends_the_same_message_id_again(world: World) -> None:
    version = makers.submitted(world, assignees={1: world.priya, 2: world.ben})
    seen = []
    for _ in range(2):
        with through(Server()) as server:
            tell(version)
        seen += [str(received["Message-ID"]) for received in server.taken]
    assert len(seen) == 2
    assert len(set(seen)) == 1


def test_a_server_that_hangs_holds_the_worker_for_one_limit_however_many_are_written_to(world: World) -> None:
    assert 5 <= settings.EMAIL_TIMEOUT <= 30
    with through(Server("hangs"), timeout=1):
        began = time.monotonic()
        people = [world.ana, world.priya, world.ben, world.mia, world.rui]
        assert letters.write(people, Kind.TURN, "Subject", "Text.") == [person.pk for person in people]
    assert time.monotonic() - began < 4
