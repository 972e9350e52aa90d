"""Stand-ins for work that does not come to an end in time; a module of its own, for the child to load."""

import time


def compile_text(source: str) -> None:
    """Sleep for longer than any text may take."""
    time.sleep(5)


def merge(base: str, ours: str, theirs: str) -> None:
    """Sleep for longer than any merge may take."""
    time.sleep(5)
