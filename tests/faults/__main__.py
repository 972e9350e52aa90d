"""Plays faults for long and prints the table of `docs/reliability.md`.

    make fault            or    python -m tests.faults
    python -m tests.faults kills tampering --rounds 20 --database sqlite --json figures.json
    python -m tests.faults --docs         writes the table into docs/reliability.md too

Each fault runs in a process and on a data folder of its own. Ctrl+C ends the run and keeps the figures so far.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from sopsite.environment import ROOT
from sopsite.machine import postgres_folder
from tests.faults import table
from tests.faults.playing import NAMES, play
from tests.faults.tally import Tally

DOCS = ROOT / "docs" / "reliability.md"


def main(words: list[str]) -> int:
    """Play what was asked for; return 1 when a promise was broken."""
    parser = _parser()
    given = parser.parse_args(words)
    if set(given.names) - set(NAMES):
        parser.error(f"the faults are {', '.join(NAMES)}")
    given.database = given.database or ["sqlite", "postgres"]
    if not os.environ.get("DATABASE_URL", "").startswith("postgres") and "postgres" in given.database:
        if postgres_folder() is not None:
            starting = [
                sys.executable,
                str(ROOT / "tests" / "postgres.py"),
                sys.executable,
                "-m",
                "tests.faults",
                *words,
            ]
            return subprocess.run(starting, cwd=ROOT, check=False).returncode
        print("PostgreSQL is not on this machine, so the faults run on SQLite alone.")
    server = os.environ.get("DATABASE_URL", "")
    databases = [each for each in given.database if each == "sqlite" or server.startswith("postgres")]
    tallies: list[Tally] = []
    try:
        for name in given.names or NAMES:
            for database in databases:
                play(name, database, given.rounds, server, tallies, told=_progress)
    except KeyboardInterrupt:
        print("\nStopped; these are the figures so far.", file=sys.stderr)
    return _finish(tallies, given)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults", description="Plays faults and prints their figures."
    )
    parser.add_argument("names", nargs="*", help=f"which of {', '.join(NAMES)}; all when none is named")
    parser.add_argument("--rounds", type=int, help="how many rounds of each; without it as many as the docs promise")
    parser.add_argument("--database", action="append", choices=("sqlite", "postgres"), help="both when not given")
    parser.add_argument("--json", type=Path, help="write the figures there")
    parser.add_argument("--docs", action="store_true", help="write the table into docs/reliability.md")
    return parser


def _progress(tally: Tally) -> None:
    if sys.stderr.isatty():
        print(f"\r{table.line_of(tally)}", end="", file=sys.stderr, flush=True)


def _finish(tallies: list[Tally], given: argparse.Namespace) -> int:
    text = table.of(tallies)
    print(f"\n{text}")
    for tally in tallies:
        for sentence in tally.violations[:20]:
            print(f"{tally.fault} on {tally.database}, {sentence}")
    if given.json:
        given.json.write_text(json.dumps([json.loads(each.as_json()) for each in tallies], indent=1), encoding="utf-8")
    if given.docs and tallies:
        table.write(DOCS, text)
    return 1 if any(tally.violations for tally in tallies) else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # to be told to end is to clear up as well
    raise SystemExit(main(sys.argv[1:]))
