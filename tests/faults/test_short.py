"""A short run of every fault, each in a process and on a data folder of its own. `make fault` is the long one."""

import os

import pytest

from tests.faults.playing import NAMES, play
from tests.faults.tally import Tally

SERVER = os.environ.get("DATABASE_URL", "")
DATABASE = "postgres" if SERVER.startswith("postgres") else "sqlite"


@pytest.mark.parametrize("name", NAMES)
def test_nothing_acknowledged_is_lost_or_doubled_and_every_invariant_holds(name: str) -> None:
    tallies: list[Tally] = []
    play(name, DATABASE, None, SERVER if DATABASE == "postgres" else "", tallies, short=True)
    for tally in tallies:
        assert tally.violations == []
        assert tally.rounds > 0
    if not tallies:
        pytest.skip(f"{name} is not for {DATABASE}")
