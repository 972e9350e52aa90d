"""Plays one fault in a process of its own: `python -m tests.faults.child NAME ROUNDS FOLDER [POSTGRES] [short]`."""

import importlib
import signal
import sys
from pathlib import Path

from tests.faults.ground import Ground
from tests.faults.tally import Tally


def main(name: str, rounds: str, folder: str, *more: str) -> None:
    """Enter the ground and play the rounds; every line of JSON on stdout is the tally so far."""
    server = next((word for word in more if word.startswith("postgres")), "")
    database = "postgres" if server else "sqlite"
    ground = Ground(Path(folder), database, server)
    ground.enter()
    module = importlib.import_module(f"tests.faults.{name}")
    given = {"every": module.SHORT_EVERY} if "short" in more and hasattr(module, "SHORT_EVERY") else {}
    try:
        module.run(ground, int(rounds), Tally(name, database), **given)
    finally:
        ground.leave()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # to be told to end is to clear up as well
    main(*sys.argv[1:])
