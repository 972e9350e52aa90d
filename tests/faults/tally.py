"""What one fault has met so far: rounds, acts that were acknowledged, and each promise that was found broken."""

import json
import time
from dataclasses import asdict, dataclass, field


@dataclass
class Tally:
    """The running figures of one fault on one database; every round prints them, so that a stopped run keeps them."""

    fault: str
    database: str
    rounds: int = 0
    acts: int = 0
    seconds: float = 0.0
    violations: list[str] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)
    begun: float = field(default_factory=time.monotonic, repr=False)

    def broken(self, sentence: str) -> None:
        """Keep one promise that did not hold, with the round it broke in."""
        self.violations.append(f"round {self.rounds + 1}: {sentence}")

    def need(self, holds: object, sentence: str) -> bool:
        """Keep the sentence unless something holds; return whether it does."""
        if not holds:
            self.broken(sentence)
        return bool(holds)

    def note(self, what: str, times: int = 1) -> None:
        """Count something worth telling that is neither an acknowledged act nor a violation."""
        self.notes[what] = self.notes.get(what, 0) + times

    def round_done(self, acts: int = 0) -> None:
        """Count a round and print the figures as one line of JSON."""
        self.rounds += 1
        self.acts += acts
        self.seconds = round(time.monotonic() - self.begun, 1)
        print(self.as_json(), flush=True)

    def as_json(self) -> str:
        """Return the figures as one line."""
        told = asdict(self)
        del told["begun"]
        return json.dumps(told, ensure_ascii=False)


def from_json(line: str) -> Tally | None:
    """Return the figures of a printed line, None for any other line."""
    if not line.startswith('{"fault":'):
        return None
    return Tally(**json.loads(line))
