"""Connections that break when it matters most: at COMMIT, before it is sent or before its answer; and at the browser.

On PostgreSQL a proxy stands before the server. On either database a person's line breaks after the form was sent. In
each case sending the same again gives the one signature that there is.
"""

import contextlib
import random
import socket
import threading
import time

from django.db import Error, connection, connections

from sop_library.actions import approving
from sop_library.domain.signature import Meaning
from sop_library.models import Signature, Version
from tests.faults import story
from tests.faults.ground import Ground
from tests.faults.invariants import invariants
from tests.faults.people import Filled, Person
from tests.faults.site import Site
from tests.faults.tally import Tally
from tests.sop_library import makers
from tests.world import PASSWORD, World

ANEW_EVERY = 20
BEFORE, AFTER = "COMMIT was never sent", "the answer to COMMIT was lost"


class Proxy:
    """Hands bytes on between a client and PostgreSQL; `trap` says at which side of the next COMMIT it hangs up."""

    def __init__(self, host: str, port: int) -> None:
        self.target = (host, port)
        self.trap = ""
        self.sprung = 0
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listening.accept()
                server = socket.create_connection(self.target)
                threading.Thread(target=self._forth, args=(client, server), daemon=True).start()
                threading.Thread(target=self._back, args=(client, server), daemon=True).start()

    def _forth(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                if self.trap and b"COMMIT" in data:
                    self.sprung += 1
                    if self.trap == AFTER:
                        client.shutdown(socket.SHUT_WR)
                        server.sendall(data)
                        time.sleep(0.05)  # the server commits and answers into nothing
                    break
                server.sendall(data)
        _close(client, server)

    def _back(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                client.sendall(data)
        if not self.trap:
            _close(client, server)


def _close(*ends: socket.socket) -> None:
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


def run(ground: Ground, rounds: int, tally: Tally) -> None:
    """Play the rounds of this database."""
    home = story.world()
    ground.keep("start")
    if ground.server:
        _at_commit(ground, home, rounds, tally)
    else:
        _at_the_browser(ground, home, rounds, tally)


def _at_commit(ground: Ground, home: World, rounds: int, tally: Tally) -> None:
    told = connection.settings_dict
    straight = (told["HOST"], told["PORT"])
    proxy = Proxy(told["HOST"], int(told["PORT"]))
    for number in range(rounds):
        if number and number % ANEW_EVERY == 0:
            ground.back("start")
        version = makers.submitted(home)
        connections.close_all()
        told["HOST"], told["PORT"] = "127.0.0.1", proxy.port
        connection.ensure_connection()
        proxy.trap, proxy.sprung = random.Random(number).choice((BEFORE, AFTER)), 0
        tally.note(proxy.trap)
        try:
            approving.approve(version=version, shown_digest=version.digest, by=home.priya, at=makers.moment(20))
            tally.broken("a signature was acknowledged although the connection broke at COMMIT")
        except Error:
            tally.need(proxy.sprung, "the connection broke elsewhere than at COMMIT")
        finally:
            proxy.trap = ""
            connections.close_all()
            told["HOST"], told["PORT"] = straight
        before = _signatures(version)
        tally.note("the first try was stored", len(before))
        again = approving.approve(version=version, shown_digest=version.digest, by=home.priya, at=makers.moment(21))
        after = _signatures(version)
        tally.need(after == [again], f"{len(after)} signatures after the same was sent again")
        tally.need(not before or before == after, "the second try did not give the first signature")
        for sentence in invariants(quiet=False):
            tally.broken(sentence)
        tally.round_done(1)


def _at_the_browser(ground: Ground, home: World, rounds: int, tally: Tally) -> None:
    site = Site(ground)
    site.start()
    priya = Person(site.port, home.priya.user.email, PASSWORD)
    priya.sign_in()
    try:
        for number in range(rounds):
            version = makers.submitted(home)
            form = priya.signing(version.sop.number)
            if not tally.need(isinstance(form, Filled), f"no form to sign {version.sop.number}"):
                continue
            priya.send_and_hang_up(form)
            time.sleep(random.Random(number).uniform(0, 0.2))
            tally.note("stored when sent again", len(_signatures(version)))
            receipt = priya.receipt_of(priya.send(form))
            stored = _signatures(version)
            tally.need(len(stored) == 1, f"{len(stored)} signatures of one form sent over two lines")
            tally.need(receipt and [receipt.key] == [row.pk for row in stored], "the receipt is of another signature")
            for sentence in invariants(quiet=False):
                tally.broken(sentence)
            tally.round_done(1)
    finally:
        site.stop()


def _signatures(version: Version) -> list[Signature]:
    return list(Signature.objects.filter(version=version).exclude(meaning=Meaning.PREPARED))
