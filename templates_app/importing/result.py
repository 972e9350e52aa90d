"""What importing gives: the lines that were read, the template made of them, each guess, and what was set aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Sort(StrEnum):
    """What a blank of a source was taken for."""

    VARIABLE = "variable"  # a name of something
    DEFAULT = "default"  # a text that can stand as it is, such as a role written as an example
    INSTRUCTION = "instruction"  # words that tell the author what to write there
    FORMAT = "format"  # a pattern, such as a date's letters
    BOILERPLATE = "boilerplate"  # words about the template itself: never a variable


@dataclass(frozen=True, slots=True)
class SetAside:
    """A line of the source that is not in the template: its number from 1 (0: not of one line), its words, and why."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReadFile:
    """One file as lines of Markdown-like text, and what could not be turned into lines.

    `sha256` and `size` (bytes) are of the file itself, also of one in an archive; both say nothing about its lines.
    `refusal` is the sentence for a file of an archive that cannot be read while others can: composing it raises that.
    `verbatim` is the text to its last sign where it begins as a template of this product does, else "".
    """

    name: str
    lines: tuple[str, ...]
    dropped: tuple[SetAside, ...] = ()
    refusal: str = ""
    sha256: str = field(default="", compare=False)
    size: int = field(default=0, compare=False)
    verbatim: str = ""


@dataclass(frozen=True, slots=True)
class Guess:
    """One variable that was made of a blank.

    `key` names it in choices and never changes; guesses with the same `group` are one recurring instruction, which
    can be one variable or one for each place. `lines` are the numbers of the source's lines where it stands.
    """

    key: str
    group: str
    name: str
    label: str
    kind: str
    source: str
    as_written: str
    also_written: tuple[str, ...]
    occurrences: int
    lines: tuple[int, ...]
    sort: Sort
    reason: str
    hint: str = ""
    example: object = None
    unit: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person decided about one guess; an empty text keeps what was guessed."""

    name: str = ""
    label: str = ""
    kind: str = ""
    source: str = ""
    as_text: bool = False  # no blank at all: the words stay as they were written


@dataclass(frozen=True, slots=True)
class Choices:
    """All decisions: by a guess's key, the groups that become one variable, the set-aside lines to keep after all."""

    guesses: Mapping[str, Choice] = field(default_factory=dict)
    merged: frozenset[str] = frozenset()
    kept: frozenset[int] = frozenset()
    title: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """A file made into a template: `source` is the whole template text, front matter and body, and it compiles."""

    file: str
    title: str
    source: str
    guesses: tuple[Guess, ...]
    set_aside: tuple[SetAside, ...]
    outline_only: bool
    slug: str = ""  # the name of the file that an own template came in, without its ending


class Unreadable(ValueError):
    """A file that cannot be read, with the sentence that says why and what to do."""

    def __init__(self, sentence: str, status: int = 422) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status  # 413 too large, 415 another kind of file, 422 otherwise

    def __reduce__(self) -> tuple[type[Unreadable], tuple[str, int]]:
        return (Unreadable, (self.sentence, self.status))
