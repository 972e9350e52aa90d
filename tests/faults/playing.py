"""Plays one fault on one database in a process of its own and reads its figures as they grow."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from sopsite.environment import ROOT
from tests.faults.tally import Tally, from_json

# Each is a module of this package, in the order of the issue: rounds for long, and in `make test`, by database.
PLAN: dict[str, tuple[dict[str, int], dict[str, int]]] = {
    "kills": ({"sqlite": 100, "postgres": 50}, {"sqlite": 1, "postgres": 1}),
    "publish_steps": ({"sqlite": 20, "postgres": 4}, {"sqlite": 1, "postgres": 1}),
    "disk_full": ({"sqlite": 40}, {"sqlite": 1}),
    "lost_connections": ({"sqlite": 100, "postgres": 300}, {"sqlite": 2, "postgres": 4}),
    "approvers": ({"sqlite": 1000, "postgres": 200}, {"sqlite": 4, "postgres": 2}),
    "double_submit": ({"sqlite": 2000, "postgres": 200}, {"sqlite": 6, "postgres": 2}),
    "editors": ({"sqlite": 500, "postgres": 100}, {"sqlite": 4, "postgres": 2}),
    "clock": ({"sqlite": 200, "postgres": 50}, {"sqlite": 6, "postgres": 2}),
    "tampering": ({"sqlite": 2000, "postgres": 200}, {"sqlite": 60, "postgres": 20}),
}
NAMES = tuple(PLAN)


def play(
    name: str,
    database: str,
    rounds: int | None,
    server: str,
    into: list[Tally],
    *,
    short: bool = False,
    told: Callable[[Tally], None] = lambda tally: None,
) -> None:
    """Add the fault's figures to the list; a fault that is not for this database adds nothing.

    A child that ends badly is a violation with the end of what it said.
    """
    planned = PLAN[name][short].get(database)
    if planned is None:
        return
    number = rounds or planned
    place = len(into)
    into.append(Tally(name, database))
    with tempfile.TemporaryDirectory(prefix="sop-faults-") as folder:
        words = [sys.executable, "-m", "tests.faults.child", name, str(number), f"{folder}/data"]
        words += [server] if database == "postgres" else []
        words += ["short"] if short else []
        with (Path(folder) / "said").open("w+b") as said:
            child = subprocess.Popen(
                words, cwd=ROOT, stdout=subprocess.PIPE, stderr=said, text=True, start_new_session=True
            )
            try:
                for line in child.stdout or ():
                    tally = from_json(line)
                    if tally is not None:
                        into[place] = tally
                        told(tally)
                child.wait()
            finally:
                _end(child)
            if child.returncode:
                said.seek(0)
                into[place].broken(f"the round did not come to its end: {said.read().decode(errors='replace')[-1500:]}")


def _end(child: "subprocess.Popen[str]") -> None:
    """Let the child clear up after itself: it stops its servers and drops its databases."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGINT)
        try:
            child.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
