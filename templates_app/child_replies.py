"""What comes back from a child: a result, an exception, or one of the refusals defined here."""

import io
import pickle
from dataclasses import is_dataclass
from enum import Enum
from typing import Any, BinaryIO, cast

from templates_app.confinement import read_bytes

GIB = 1024**3
OWN_PACKAGES = ("templates_app.", "sop_library.", "tests.")
PLAIN_TYPES = {
    "builtins": {"set", "frozenset", "bytearray"},
    "datetime": {"date", "datetime", "timedelta", "timezone"},
    "decimal": {"Decimal"},
    "markupsafe": {"Markup"},
}


class ChildProblem(Exception):
    """A task that gave no result. `sentence` says what is wrong and what to do, for the person who asked."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class TooComplex(ChildProblem):
    """The task ran out of time or memory; the same input would do so again."""


class ChildBusy(ChildProblem):
    """Other tasks kept the child busy for too long; the same input may work later."""


class ChildBroken(ChildProblem):
    """The child cannot start: an installation problem, not one of the input."""


def out_of_time(seconds: float) -> TooComplex:
    """The refusal after `seconds` of wall or processor time."""
    return TooComplex(
        f"This text is too complex: work on it was stopped after {seconds:g} seconds. "
        "Make its largest table smaller or split the text in two."
    )


def out_of_memory(limit: int) -> TooComplex:
    """The refusal when the child died or ran out of `limit` bytes."""
    return TooComplex(
        f"This text is too complex: it needs more than {limit / GIB:.1f} GB of memory. "
        "Make its largest table smaller or split the text in two."
    )


def nested_too_deeply() -> TooComplex:
    """The refusal of a text whose parts are nested deeper than the layout can follow."""
    return TooComplex("This text is too complex: its lists, quotes or tables are nested too deeply. Nest them less.")


class Reply(pickle.Unpickler):
    """Reads data, our own records and exceptions; never a function, for a child works on hostile text."""

    def find_class(self, module_name: str, name: str) -> Any:
        """The named class, or UnpicklingError when it is not one of those."""
        if name in PLAIN_TYPES.get(module_name, ()):
            return super().find_class(module_name, name)
        if module_name == "builtins" or module_name.startswith(OWN_PACKAGES):
            found = super().find_class(module_name, name)
            if isinstance(found, type) and (issubclass(found, BaseException | Enum) or is_dataclass(found)):
                return found
        raise pickle.UnpicklingError(f"A child may not send {module_name}.{name}")


def receive(stream: BinaryIO) -> tuple[str, Any] | None:
    """The child's next message, or None when the child has gone."""
    data = read_bytes(stream)
    return None if data is None else cast("tuple[str, Any]", Reply(io.BytesIO(data)).load())
