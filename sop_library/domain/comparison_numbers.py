"""The changes of a merged document, numbered in reading order."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from sop_library.domain.comparison_pieces import Piece, State
from sop_library.domain.comparison_tree import plain

Kind = Literal["added", "removed", "changed"]
LONGEST = 90  # characters of a change in the list


@dataclass(frozen=True, slots=True)
class Change:
    """One change: where it is and, shortened, what went and what came ("" where a side has nothing to read).

    `anchor` is the id of its place in the compared document.
    """

    number: int
    kind: Kind
    section_number: str
    section_title: str
    old: str
    new: str

    @property
    def anchor(self) -> str:
        """The id of the change's place."""
        return f"change-{self.number}"


@dataclass(slots=True)
class _Found:
    section: tuple[str, str]
    old: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    states: set[State] = field(default_factory=set)

    def add(self, state: State, text: str) -> None:
        self.states.add(state)
        (self.old if state is State.REMOVED else self.new).append(text)

    def told(self, number: int) -> Change:
        kind: Kind = "changed"
        if len(self.states) == 1:
            kind = "added" if State.ADDED in self.states else "removed"
        return Change(number, kind, *self.section, _short(self.old), _short(self.new))


@dataclass(slots=True)
class _Numbering:
    found: list[_Found] = field(default_factory=list)
    section: tuple[str, str] = ("", "")

    def walk(self, pieces: Iterable[Piece]) -> None:
        """Number the changes; blocks that came or went next to one another are one change, up to the next heading."""
        group: tuple[int, set[State]] | None = None
        for piece in pieces:
            if piece.state in {State.ADDED, State.REMOVED}:
                group = self._whole(piece, group)
                continue
            group = None
            if piece.is_heading and piece.state is not State.FILLER:
                self.section = _section(piece)
            for hunk in piece.hunks:
                if not hunk.same:
                    piece.numbers.append(self._new())
                    old, new = plain(hunk.old), plain(hunk.new)
                    self._tell(State.REMOVED, old)
                    self._tell(State.ADDED, f"{new} (look or link changed)" if old == new else new)
            self.walk(piece.inside)

    def _whole(self, piece: Piece, group: tuple[int, set[State]] | None) -> tuple[int, set[State]] | None:
        if piece.is_heading:
            self.section = _section(piece)
        if piece.column is not None:
            if not piece.column.number:
                piece.column.number = self._new()
            piece.number = piece.column.number
            self.found[piece.number - 1].add(piece.state, piece.node.text)
            return None
        if group is None or _starts_anew(piece, group[1]):
            group = (self._new(), set())
        piece.number = group[0]
        group[1].add(piece.state)
        self.found[piece.number - 1].add(piece.state, piece.node.text)
        return group

    def _new(self) -> int:
        self.found.append(_Found(self.section))
        return len(self.found)

    def _tell(self, state: State, text: str) -> None:
        if text:
            self.found[-1].add(state, text)


def changes_in(pieces: Iterable[Piece]) -> tuple[Change, ...]:
    """Return the changes in reading order, and write their numbers into the pieces."""
    numbering = _Numbering()
    numbering.walk(pieces)
    return tuple(found.told(number) for number, found in enumerate(numbering.found, 1))


def _starts_anew(piece: Piece, states: set[State]) -> bool:
    """Whether a block begins another change: a heading, or one that went after others came."""
    return (piece.state in states and piece.is_heading) or (piece.state is State.REMOVED and State.ADDED in states)


def _section(piece: Piece) -> tuple[str, str]:
    return piece.node.number, plain(piece.node.tokens)


def _short(texts: list[str]) -> str:
    text = " … ".join(filter(None, texts)) if len(texts) > 1 else "".join(texts)
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rsplit(' ', 1)[0]} …"
