"""Two editors of one draft. See `races`."""

from tests.faults import races
from tests.faults.ground import Ground
from tests.faults.tally import Tally

DATABASES = ("sqlite", "postgres")
LONG = {"sqlite": 500, "postgres": 100}
SHORT = {"sqlite": 12, "postgres": 4}


def run(ground: Ground, rounds: int, tally: Tally) -> None:
    """Play the rounds."""
    races.play(ground, rounds, tally, races.two_editors)
