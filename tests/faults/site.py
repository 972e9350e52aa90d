"""The real server as `make run` starts it, in a process group of its own, killed and started again."""

import contextlib
import os
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

from sopsite.environment import ROOT
from tests.faults.ground import Ground, manage
from tests.postgres import free_port

STARTS_WITHIN = 90
ENDS_WITHIN = 60


class Site:
    """gunicorn and the background worker under `sop_serve`, on one ground and one port."""

    def __init__(self, ground: Ground, **settings: str) -> None:
        self.port = free_port()
        self.environment = ground.environment | {"PORT": str(self.port)} | settings
        self.log = ground.folder / "server.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start everything and return when it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                manage("sop_serve"), cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self.wait_ready()

    def wait_ready(self) -> None:
        """Return when the site answers; fail with the end of its log when it does not."""
        deadline = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < deadline and self.process is not None and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5):
                    return
            except OSError:
                time.sleep(0.05)
        self.kill()
        raise AssertionError(f"The site did not start:\n{self.log.read_text(errors='replace')[-3000:]}")

    def kill(self) -> None:
        """SIGKILL to all of its processes at once."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def kill_part(self, words: str) -> bool:
        """SIGKILL to one process whose command line holds these words: the youngest of them; return whether one was."""
        found = [pid for pid in self._members() if words in _command(pid)]
        for pid in sorted(found)[-1:]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                return True
        return False

    def ended(self) -> None:
        """Wait for the rest to end by itself, as it does when one part is gone, then clear away what is left."""
        if self.process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(ENDS_WITHIN)
        self.kill()

    def stop(self) -> None:
        """Stop as an operator does."""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.ended()

    def _members(self) -> list[int]:
        """Return the processes of the group."""
        group = self.process.pid if self.process else -1
        found = []
        for each in Path("/proc").iterdir():
            if each.name.isdecimal():
                with contextlib.suppress(OSError):
                    if os.getpgid(int(each.name)) == group:
                        found.append(int(each.name))
        return found


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
