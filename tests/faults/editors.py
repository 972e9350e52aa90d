"""Two editors of one draft. See `races`."""

from tests.faults import races
from tests.faults.ground import Ground
from tests.faults.tally import Tally


def run(ground: Ground, rounds: int, tally: Tally) -> None:
    """Play the rounds."""
    races.play(ground, rounds, tally, races.two_editors)
