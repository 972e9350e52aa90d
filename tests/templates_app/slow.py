"""A stand-in for compiling that does not come to an end in time; a module of its own, for the child to load."""

import time


def compile_text(source: str) -> None:
    """Sleep for longer than any text may take."""
    time.sleep(5)
