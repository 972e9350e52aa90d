# ruff: noqa: S605, S606, PTH208, PTH211 (the forbidden acts, as they are)
"""Small functions for the child to run in `test_child`: no Django, no test framework."""

import os
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from templates_app.domain.problems import Problem, TemplateError


def double(number: int) -> int:
    return number * 2


def who() -> int:
    return os.getpid()


def environment() -> dict[str, str]:
    """What the process sees, and what the kernel says it was started with."""
    lines = Path("/proc/self/environ")
    try:
        lines.read_bytes()
    except PermissionError:
        return dict(os.environ)
    return {"proc": "readable"}


def sleep(seconds: float) -> None:
    time.sleep(seconds)


def spin() -> None:
    while True:
        pass


def swell() -> int:
    return len(b"x" * (3 * 1024**3))


def dig(depth: int = 0) -> int:
    return dig(depth + 1) + 1


def die() -> None:
    os.abort()


def refuse() -> None:
    raise TemplateError([Problem("An unknown placeholder <X>", 3, 7)])


def foreign_error() -> None:
    socket_error = type("ForeignError", (Exception,), {"__module__": "somewhere.else_"})
    raise socket_error("told in words")


class Bomb:
    def __reduce__(self):
        return (os.getenv, ("HOME",))


def send_a_call() -> object:
    return Bomb()


def through_a_link() -> str:
    link = Path(tempfile.gettempdir(), "link")
    os.symlink("/etc/passwd", link)
    return link.read_text()


def try_everything(outside: str) -> dict[str, str]:
    """What each forbidden act answers: the name of the exception, or "done"."""
    acts = {
        "socket": lambda: socket.create_connection(("127.0.0.1", 9), timeout=1),
        "resolve": lambda: socket.getaddrinfo("localhost", 80),
        "subprocess": lambda: subprocess.run(["/bin/true"], check=True),
        "system": lambda: os.system("/bin/true"),
        "fork": os.fork,
        "exec": lambda: os.execv("/bin/true", ["true"]),
        "spawn": lambda: os.posix_spawn("/bin/true", ["true"], {}),
        "read": lambda: Path("/etc/passwd").read_text(),
        "read_project": lambda: Path(outside, "manage.py").read_text(),
        "read_upwards": lambda: Path(tempfile.gettempdir(), "../../etc/passwd").read_text(),
        "write": lambda: Path(outside, "child-was-here").write_text("x"),
        "remove": lambda: Path(outside, "manage.py").unlink(),
        "list": lambda: os.listdir("/etc"),
        "link": through_a_link,
        "temporary": lambda: Path(tempfile.gettempdir(), "own").write_text("x"),
    }  # fmt: skip
    answers = {}
    for name, act in acts.items():
        try:
            act()
            answers[name] = "done"
        except Exception as error:
            answers[name] = type(error).__name__
    return answers
