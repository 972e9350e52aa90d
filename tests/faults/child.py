"""Plays one fault in a process of its own: `python -m tests.faults.child NAME ROUNDS FOLDER [POSTGRES-ADDRESS]`."""

import importlib
import sys
from pathlib import Path

from tests.faults.ground import Ground
from tests.faults.tally import Tally


def main(name: str, rounds: str, folder: str, server: str = "") -> None:
    """Enter the ground and play the rounds; every line of JSON on stdout is the tally so far."""
    database = "postgres" if server else "sqlite"
    ground = Ground(Path(folder), database, server)
    ground.enter()
    module = importlib.import_module(f"tests.faults.{name}")
    try:
        module.run(ground, int(rounds), Tally(name, database))
    finally:
        ground.leave()


if __name__ == "__main__":
    main(*sys.argv[1:])
