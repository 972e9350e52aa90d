"""Work that may freeze or swell is done in a child process that can be killed.

A table of ninety bytes can keep WeasyPrint busy for a minute and a line of brackets does the same to
Markdown, so both run here: one warm child for texts, one for PDFs, each with its own limits of time and
memory, without network, without the server's environment and without files other than code and fonts
(`confinement.py`).

The child is a fresh interpreter, not a fork: a fork of a server with threads may inherit a held lock, and
would carry the secret key and the database connection along. Its environment is written down here, whole.
"""

import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Literal, TypeVar, cast

from templates_app.child_replies import (
    GIB,
    ChildBroken,
    ChildBusy,
    ChildProblem,
    TooComplex,
    nested_too_deeply,
    out_of_memory,
    out_of_time,
    receive,
)
from templates_app.confinement import write_frame

__all__ = ["Child", "ChildBroken", "ChildBusy", "ChildProblem", "TooComplex", "run", "stop_all", "warm"]

T = TypeVar("T")
PoolName = Literal["text", "pdf"]

ROOT = Path(__file__).resolve().parent.parent
CPU_SECONDS = 30.0
START_SECONDS = 60.0
TASKS = 200
BOOT = (
    "import sys; sys.path.insert(0, {root!r}); from templates_app.confinement import serve; "
    "serve({root!r}, {memory}, {modules!r})"
)
# Where libraries and fonts are is the machine's business; nothing else of the server's environment is handed
# on.
KEPT = ("LD_LIBRARY_PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH", "TZ")


@contextmanager
def deadline(process: "subprocess.Popen[bytes]", seconds: float) -> Iterator[threading.Event]:
    """Kill `process` after `seconds`, which ends reads and writes too; the event says whether it did."""
    late = threading.Event()

    def stop() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()


class Child:
    """One child process, started when first needed and again after it was killed; one task at a time."""

    def __init__(self, memory: int = GIB, tasks: int = TASKS, cpu: float = CPU_SECONDS) -> None:
        self.memory, self.tasks, self.cpu = memory, tasks, cpu
        self.process: subprocess.Popen[bytes] | None = None
        self._modules: list[str] = []
        self._lock = threading.Lock()
        self._folder = ""
        self._ready = False
        self._done = 0

    def run(self, function: Callable[..., T], args: tuple[object, ...], seconds: float) -> T:
        """What `function(*args)` returns in the child; raises what it raises, or a ChildProblem."""
        if function.__qualname__ != function.__name__ or function.__module__ == "__main__":
            raise TypeError(f"{function.__qualname__} is not a function of an importable module")
        if not self._lock.acquire(timeout=seconds):
            raise ChildBusy("Other documents are being made just now. Try again in a minute.")
        try:
            self._know(function.__module__)
            task = (function.__module__, function.__name__, args, min(self.cpu, seconds))
            return cast("T", self._result(task, seconds))
        finally:
            self._lock.release()

    def warm(self, module: str) -> None:
        """Start the child with `module` loaded and return at once."""
        if self._lock.acquire(blocking=False):
            try:
                self._know(module)
                self._started()
            finally:
                self._lock.release()

    def stop(self) -> int | None:
        """End the child and remove its folder; returns how it ended."""
        process, self.process, self._ready = self.process, None, False
        if process is None:
            return None
        process.kill()
        code = process.wait()
        close(process)
        shutil.rmtree(self._folder, ignore_errors=True)
        return code

    def forget(self) -> None:
        """In a forked copy of this process: leave the child to the original, but let go of its pipes."""
        process, self.process, self._ready = self.process, None, False
        self._lock = threading.Lock()
        if process is not None:
            process.returncode = 0  # it is not ours to wait for
            close(process)

    def _know(self, module: str) -> None:
        """Modules are loaded before the doors close, so a child that lacks one is replaced."""
        if module not in self._modules:
            self.stop()
            self._modules.append(module)

    def _started(self) -> "subprocess.Popen[bytes]":
        """The running child, started when there is none; it may still be loading."""
        if self.process is not None and self.process.poll() is None:
            return self.process
        self.stop()
        self._folder = tempfile.mkdtemp(prefix="sopsite-child-")
        boot = BOOT.format(root=str(ROOT), memory=self.memory, modules=tuple(self._modules))
        self.process = subprocess.Popen(  # noqa: S603 (our own interpreter and our own text)
            [sys.executable, "-E", "-P", "-s", "-c", boot],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment(self._folder), cwd=self._folder,
            start_new_session=True,
        )  # fmt: skip
        self._done = 0
        return self.process

    def _prepared(self) -> "subprocess.Popen[bytes]":
        """The child, waiting for a task; raises ChildBroken when it cannot start."""
        process = self._started()
        if self._ready:
            return process
        with deadline(process, START_SECONDS):
            message = receive(pipe(process.stdout))
        if message is None or message[0] != "ready":
            self.stop()
            reason = message[1] if message else "it ended before it was ready"
            raise ChildBroken(f"The process that makes documents cannot start ({reason}). Ask your administrator.")
        self._ready = True
        return process

    def _result(self, task: tuple[object, ...], seconds: float) -> object:
        """The task's result. A child found dead before it took the task is replaced once."""
        for _ in range(2):
            process = self._prepared()
            with deadline(process, seconds) as late:
                taken, reply = ask(process, task)
            if reply is not None:
                return self._settle(reply)
            code = self.stop()
            self._started()
            if late.is_set():
                raise out_of_time(seconds)
            if taken:
                break
        raise out_of_time(self.cpu) if code == -signal.SIGXCPU else out_of_memory(self.memory)

    def _settle(self, reply: tuple[str, Any]) -> object:
        """The value of a reply, or the exception it stands for; replaces a child that has served its time."""
        self._done += 1
        if self._done >= self.tasks or reply[0] == "memory":
            self.stop()
            self._started()
        match reply:
            case "result", value:
                return value
            case "memory", _:
                raise out_of_memory(self.memory)
            case "nesting", _:
                raise nested_too_deeply()
            case _, error:
                raise error


def ask(process: "subprocess.Popen[bytes]", task: tuple[object, ...]) -> tuple[bool, tuple[str, Any] | None]:
    """Send a task: (whether the child took it, its reply or None when it died)."""
    try:
        write_frame(pipe(process.stdin), task)
        taken = receive(pipe(process.stdout)) is not None
        return taken, receive(pipe(process.stdout)) if taken else None
    except OSError:  # the pipe broke: the child had gone
        return False, None


def pipe(stream: Any) -> BinaryIO:
    """The stream, which Popen declares optional."""
    return cast("BinaryIO", stream)


def close(process: "subprocess.Popen[bytes]") -> None:
    """Close both pipes; bytes that a dead child did not take are dropped."""
    for stream in (process.stdin, process.stdout):
        with suppress(OSError):
            pipe(stream).close()


def environment(folder: str) -> dict[str, str]:
    """The child's whole environment: a private folder for temporary files, UTF-8, and no secret."""
    own = {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": folder,
        "TMPDIR": folder,
        "XDG_CACHE_HOME": folder,
    }
    return own | {name: os.environ[name] for name in KEPT if name in os.environ}


POOLS: dict[PoolName, Child] = {"text": Child(), "pdf": Child()}


def run(function: Callable[..., T], *args: object, seconds: float = 40, pool: PoolName = "text") -> T:
    """What `function(*args)` returns, worked out in the child of `pool`.

    Function, arguments and result must be picklable; the function belongs to a module that imports no Django.
    Raises the function's own exceptions, TooComplex after `seconds` or when memory runs out, ChildBusy,
    ChildBroken (all three a ChildProblem with a `sentence`). Limits: `security.md`, requirement R9.
    """
    return POOLS[pool].run(function, args, seconds)


def warm(function: Callable[..., object], *, pool: PoolName = "text") -> None:
    """Start the child that will run `function`, without waiting, so that the first request finds it ready."""
    POOLS[pool].warm(function.__module__)


def stop_all() -> None:
    """End every child of this process."""
    for one in POOLS.values():
        one.stop()


def _forget_all() -> None:
    for one in POOLS.values():
        one.forget()


atexit.register(stop_all)
os.register_at_fork(after_in_child=_forget_all)
