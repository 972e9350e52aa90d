"""Acts of several people at the same moment, on real connections."""

import threading
from collections.abc import Callable

from django.db import connections

Act = Callable[[], object]


def together(*acts: Act, meet: float = 60, wait: float = 90) -> list[object]:
    """Run the acts at the same moment, each on a connection of its own; return each one's result or what it raised.

    `meet` and `wait` are the seconds until all of them stand at the start, and until each has ended.
    """
    barrier = threading.Barrier(len(acts), timeout=meet)
    results: list[object] = [TimeoutError("an act did not come to an end") for _ in acts]

    def run(place: int, act: Act) -> None:
        try:
            barrier.wait()
            results[place] = act()
        except Exception as error:
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(wait)
    return results
