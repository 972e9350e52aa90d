"""A small SMTP server that remembers each message it has taken: to whom, about what, under which Message-ID."""

import email
import email.policy
import socketserver
import threading
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Taken:
    """One message that was acknowledged to the sender, or of which only the whole text had come."""

    to: str
    subject: str
    key: str


class PostOffice:
    """Listens on a port of its own until it is closed; waits a little before it says that a message is taken."""

    def __init__(self, pause: float = 0.03) -> None:
        self.taken: list[Taken] = []
        office = self

        class Counter(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with _quiet():
                    office._serve(self.rfile, self.wfile, pause)

        socketserver.ThreadingTCPServer.allow_reuse_address = True
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Counter)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """The setting that sends e-mail here."""
        return f"smtp://127.0.0.1:{self.server.server_address[1]}"

    def close(self) -> None:
        """Stop listening."""
        self.server.shutdown()
        self.server.server_close()

    def _serve(self, come, go, pause: float) -> None:
        go.write(b"220 ready\r\n")
        to: list[str] = []
        while line := come.readline():
            word = line[:4].upper().strip()
            if word == b"DATA":
                go.write(b"354 go on\r\n")
                self._take(to, _message(come))
                time.sleep(pause)
                to = []
            elif word == b"RCPT":
                to.append(line.decode().partition("<")[2].partition(">")[0])
            go.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return

    def _take(self, to: list[str], data: bytes) -> None:
        message = email.message_from_bytes(data, policy=email.policy.default)
        for each in to:
            self.taken.append(Taken(each, str(message["Subject"]), str(message["Message-ID"])))


def _message(come) -> bytes:
    lines = []
    while (line := come.readline()) and line != b".\r\n":
        lines.append(line)
    return b"".join(lines)


class _quiet:
    """A sender that was killed breaks its line; that is what this is for."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        return kind is not None and issubclass(kind, OSError)
