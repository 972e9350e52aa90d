"""What runs inside the child: limits, no network, no foreign files, and the loop that answers tasks.

Only the standard library is imported here, so that a child starts fast and holds nothing worth stealing.
The parent's side is `templates_app/child.py`.
"""

import ctypes
import gc
import importlib
import os
import pickle
import resource
import shutil
import signal
import stat
import struct
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, BinaryIO

FILE_LIMIT = 100 * 1024 * 1024
NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000  # <linux/sched.h>
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
DENIED = (
    "socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.system", "os.startfile",
    "os.kill", "os.putenv", "pty.", "ctypes.",
    "urllib.", "http.", "ftplib.", "smtplib.", "poplib.", "imaplib.",
    "nntplib.", "telnetlib.", "webbrowser.", "sqlite3.", "syslog.", "signal.pthread_kill",
)  # fmt: skip
CHANGES = frozenset({
    "os.chflags", "os.chmod", "os.chown", "os.link", "os.mkdir", "os.mkfifo", "os.remove", "os.removexattr",
    "os.rename", "os.rmdir", "os.setxattr", "os.symlink", "os.truncate", "os.utime", "shutil.rmtree",
})  # fmt: skip
LISTINGS = frozenset({"os.listdir", "os.scandir"})
LENGTH = struct.Struct(">Q")
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/etc/fonts", "/usr/share/fontconfig")


def write_frame(stream: BinaryIO, message: object) -> None:
    """Write one length-prefixed pickle; a pickling error is raised before anything is sent."""
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(LENGTH.pack(len(data)) + data)
    stream.flush()


def read_bytes(stream: BinaryIO) -> bytes | None:
    """One frame's bytes, or None when the other side has gone."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    data = stream.read(length)
    return data if len(data) == length else None


def cut_network() -> bool:
    """Move into an empty network namespace; False where that is forbidden (the hook still denies)."""
    try:
        unshare = ctypes.CDLL(None, use_errno=True).unshare
    except (OSError, AttributeError):
        return False
    return bool(unshare(NEW_NETWORK) == 0 or unshare(NEW_USER | NEW_NETWORK) == 0)


def set_limits(memory: int) -> None:
    """Limits of the whole process: address space in bytes, file size, no core dump."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_LIMIT, FILE_LIMIT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def allow_cpu(seconds: float) -> None:
    """Let the current task use `seconds` of processor time more; past them the kernel ends the child."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(usage.ru_utime + usage.ru_stime + seconds) + 1, hard))


class Guard:
    """The audit hook: what this process may still open once its modules are loaded."""

    def __init__(self, readable: Sequence[str], writable: str, listed: Sequence[str]) -> None:
        self.writable = (os.path.realpath(writable) + os.sep,)
        self.readable = tuple(os.path.realpath(folder) + os.sep for folder in readable) + self.writable
        self.listed = frozenset(os.path.realpath(folder) for folder in listed)

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = args
            self.check(path, self.writable if flags & WRITING else self.readable)
        elif event in CHANGES:
            for path in args[: 2 if event in {"os.rename", "os.link", "os.symlink"} else 1]:
                self.check(path, self.writable)
        elif event in LISTINGS:
            if not isinstance(args[0], str) or os.path.realpath(args[0]) not in self.listed:
                self.check(args[0], self.readable)
        elif event.startswith(DENIED):
            raise PermissionError(f"{event} is not allowed here")

    def check(self, path: object, folders: tuple[str, ...]) -> None:
        """Raise PermissionError unless `path` lies in one of `folders`; a descriptor was checked before."""
        if isinstance(path, int):
            return
        name = os.path.realpath(os.fsdecode(path)) if isinstance(path, str | bytes | os.PathLike) else ""
        if not (name + os.sep).startswith(folders):
            raise PermissionError(f"{name or path!r} is not open to this process")


def python_folders(root: str) -> list[str]:
    """Folders that hold code and fonts: Python's own, installed packages, this project's packages, its static
    files.

    The project's root itself is not one of them: the data folder lies there unless configured otherwise.
    """
    paths = sysconfig.get_paths()
    installed = [paths[key] for key in ("stdlib", "platstdlib", "purelib", "platlib")]
    base = [sysconfig.get_path(key, vars={"base": sys.base_prefix}) for key in ("stdlib", "platstdlib")]
    project = [os.path.join(root, name) for name in ("templates_app", "sop_library", "static", "tests")]  # noqa: PTH118
    return [*installed, *base, *project, *FONT_FOLDERS]


def take_streams() -> tuple[BinaryIO, BinaryIO]:
    """The two pipes to the parent; prints then go to standard error and break no frame."""
    inward, outward = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return os.fdopen(inward, "rb"), os.fdopen(outward, "wb")


def load(modules: Sequence[str]) -> None:
    """Import what the tasks need, and call each module's `prepare_child()` where it has one."""
    for name in modules:
        module = importlib.import_module(name)
        prepare: Callable[[], None] | None = getattr(module, "prepare_child", None)
        if prepare is not None:
            prepare()


def own_error(error: Exception) -> Exception:
    """The exception as the parent can read it: Python's and ours as they are, others as RuntimeError."""
    known = type(error).__module__.split(".")[0] in {"builtins", "templates_app", "sop_library", "tests"}
    return error if known else RuntimeError(f"{type(error).__name__}: {error}")


def answer(data: bytes, outward: BinaryIO) -> None:
    """Run one task (module, function, arguments, processor seconds) and write its result or its exception."""
    module, name, args, seconds = pickle.loads(data)  # noqa: S301 (written by the parent, over a pipe only it holds)
    allow_cpu(seconds)
    function = getattr(importlib.import_module(module), name)
    try:
        reply = ("result", function(*args))
    except MemoryError:
        reply = ("memory", None)
    except RecursionError:
        reply = ("nesting", None)
    except Exception as error:
        reply = ("error", own_error(error))
    try:
        write_frame(outward, reply)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        write_frame(outward, ("error", RuntimeError(f"{type(reply[1]).__name__} cannot be sent back: {error}")))


def serve(root: str, memory: int, modules: Sequence[str]) -> None:
    """The child's whole life: close the doors, load, say `ready`, answer tasks until the parent has gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    inward, outward = take_streams()
    set_limits(memory)
    cut_network()
    sys.dont_write_bytecode = True
    private = tempfile.gettempdir()
    try:
        load(modules)
    except Exception as error:
        write_frame(outward, ("broken", f"{type(error).__name__}: {error}"))
        return
    sys.addaudithook(Guard(python_folders(root), private, sys.path))
    gc.collect()
    gc.freeze()
    gc.disable()  # a collection in the middle costs 4 % of a PDF; it is done between tasks instead
    write_frame(outward, ("ready", None))
    while (data := read_bytes(inward)) is not None:
        write_frame(outward, ("started", None))
        answer(data, outward)
        del data
        gc.collect()
    clean(private)


def clean(folder: str) -> None:
    """Remove this child's own temporary folder: the parent that made it may have been killed."""
    with suppress(OSError):
        if stat.S_ISDIR(os.lstat(folder).st_mode):
            shutil.rmtree(folder, ignore_errors=True)
