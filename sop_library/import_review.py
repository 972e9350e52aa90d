"""A file that was brought in, as its review shows it: the source line by line, and the template made of it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from templates_app.importing.result import Guess, Imported, ReadFile, SetAside


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a line's characters; with a guess when it is a blank."""

    text: str
    guess: Guess | None = None


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One line of the source. `unmarked` are blanks of this line whose words are not found in it as they are."""

    number: int
    pieces: tuple[Piece, ...]
    unmarked: tuple[Guess, ...] = ()
    aside: str = ""
    is_kept: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written on it."""
        return not any(piece.text.strip() for piece in self.pieces)


def source_lines(read_file: ReadFile, imported: Imported, kept: frozenset[int]) -> list[SourceLine]:
    """Return the source's lines with their blanks and what was set aside."""
    asides = {abs(each.line): each.reason for each in imported.set_aside if each.line}
    by_line: dict[int, list[Guess]] = {}
    for guess in imported.guesses:
        for number in guess.lines:
            by_line.setdefault(number, []).append(guess)
    found = []
    for number, text in enumerate(read_file.lines, 1):
        guesses = by_line.get(number, [])
        pieces = pieces_of(text, guesses)
        marked = {piece.guess.key for piece in pieces if piece.guess}
        unmarked = tuple(guess for guess in guesses if guess.key not in marked)
        found.append(SourceLine(number, pieces, unmarked, asides.get(number, ""), number in kept))
    return found


def pieces_of(text: str, guesses: Iterable[Guess]) -> tuple[Piece, ...]:
    """Return a line cut at its blanks. The longest writing wins; blanks written alike are taken in their order."""
    waiting: dict[str, list[Guess]] = {}
    for guess in guesses:
        for writing in dict.fromkeys((guess.as_written, *guess.also_written)):
            if writing.strip():
                waiting.setdefault(writing, []).append(guess)
    if not waiting:
        return (Piece(text),)
    pattern = re.compile("|".join(re.escape(writing) for writing in sorted(waiting, key=len, reverse=True)))
    pieces, end = [], 0
    for match in pattern.finditer(text):
        same = waiting[match[0]]
        guess = same.pop(0) if len(same) > 1 else same[0]
        pieces += [Piece(text[end : match.start()]), Piece(match[0], guess)]
        end = match.end()
    return tuple(piece for piece in (*pieces, Piece(text[end:])) if piece.text)


@dataclass(frozen=True, slots=True)
class Counts:
    """What the page says of an import in figures."""

    blanks: int
    lines: int
    aside: int


def counts_of(read_file: ReadFile, imported: Imported) -> Counts:
    """Return the figures of an import."""
    return Counts(len(imported.guesses), len(read_file.lines), len(imported.set_aside))


@dataclass(frozen=True, slots=True)
class AsideRow:
    """Words that are set aside, or were until somebody kept them. `line` is 0 for what is not of one line."""

    line: int
    text: str
    reason: str
    is_keepable: bool
    is_kept: bool = False


def keepable_lines(imported: Imported) -> frozenset[int]:
    """Return the numbers of the lines that are set aside and could be kept: those that the importer numbers from 1."""
    return frozenset(each.line for each in imported.set_aside if each.line > 0)


def aside_rows(read_file: ReadFile, imported: Imported, kept: frozenset[int], ticked: frozenset[int]) -> list[AsideRow]:
    """Return what is set aside and the lines that were kept after all, in the order of the source.

    `ticked` are those that the form shows as kept, saved or not.
    """
    found = [_row(each, ticked) for each in imported.set_aside]
    shown = {row.line for row in found if row.is_keepable}
    again = [number for number in kept if number not in shown and 0 < number <= len(read_file.lines)]
    found += [AsideRow(each, read_file.lines[each - 1], "You kept it.", True, each in ticked) for each in again]
    return sorted(found, key=lambda row: (row.line == 0, row.line))


def _row(each: SetAside, ticked: frozenset[int]) -> AsideRow:
    return AsideRow(abs(each.line), each.text, each.reason, each.line > 0, each.line in ticked)
