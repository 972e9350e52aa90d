"""Where a comment's words stand, in the text they were said of and in the texts that come after it.

An anchor is the W3C's text quote selector: the exact words, with the words before and after them, and the section.
Words are compared, never spaces, so that another line break or emphasis moves nothing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

LONGEST = 500  # characters of a selection
CONTEXT, MOST_CONTEXT = 8, 64  # words kept on either side: more when fewer would not tell two places apart
ENOUGH = 0.5  # the share of the words around that has to be there still
TELLING = 6  # so many words in a row are told from others by themselves


# A word with the signs inside it ("4.1", "follow-up"), or one sign. Every sort of space only keeps words apart.
_PIECE = re.compile(r"\w(?:\S*\w)?|[^\w\s]")


class Standing(StrEnum):
    """What became of the words that a comment is about."""

    SAME = "same"
    MOVED = "moved"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a comment is about: words of a section with what stood around them, or the section when there are none."""

    section: str
    title: str
    words: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """The text of one section, with the id and the title of its heading; sections do not hold one another."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where an anchor stands now: the section ("" when it is gone) and the offsets of the words in its text."""

    standing: Standing
    section: str
    start: int = 0
    end: int = 0


class NotFoundOnce(ValueError):
    """The words stand nowhere in the section, or in several places that cannot be told apart; `times` says which."""

    def __init__(self, times: int) -> None:
        super().__init__(times)
        self.times = times


@dataclass(frozen=True, slots=True)
class _Spot:
    """One place where words stand: the words of its section, each with its offsets, and which of them they are."""

    passage: Passage
    pieces: Sequence[re.Match[str]]
    first: int
    length: int

    def before(self, count: int) -> list[str]:
        return [piece[0] for piece in self.pieces[max(self.first - count, 0) : self.first]]

    def after(self, count: int) -> list[str]:
        end = self.first + self.length
        return [piece[0] for piece in self.pieces[end : end + count]]

    @property
    def start(self) -> int:
        return self.pieces[self.first].start()

    @property
    def end(self) -> int:
        return self.pieces[self.first + self.length - 1].end()

    def likeness(self, before: Sequence[str], after: Sequence[str]) -> float:
        """Return which share of the words that stood around is around here too, in the same order; 1 for none."""
        asked = len(before) + len(after)
        if not asked:
            return 1.0
        return (_common(before, self.before(len(before))) + _common(after, self.after(len(after)))) / asked


def words_of(text: str) -> list[str]:
    """Return the words and signs of a text, without its spaces."""
    return [piece[0] for piece in _pieces(text)]


def anchored(passages: Sequence[Passage], section: str, words: str, before: str = "", after: str = "") -> Anchor:
    """Return the anchor for words of a section, or for the section when there are no words.

    `before` and `after` are what the selection stood between, and decide when the words are there more than once.
    Raises KeyError for an unknown section, NotFoundOnce.
    """
    passage = {each.id: each for each in passages if each.id}[section]
    wanted = words_of(words)
    if not wanted:
        return Anchor(section, passage.title)
    spots = list(_spots(passage, wanted))
    around = words_of(before)[-CONTEXT:], words_of(after)[:CONTEXT]
    likest = _likest([(spot.likeness(*around), spot) for spot in spots])
    if len(likest) != 1:
        raise NotFoundOnce(len(spots))
    return _kept(passages, likest[0], wanted)


def place(anchor: Anchor, passages: Sequence[Passage]) -> Place:
    """Return where an anchor stands in a text; of places that cannot be told apart none is chosen: `changed`."""
    home, wanted = _home(anchor, passages), words_of(anchor.words)
    if not wanted:
        return Place(Standing.SAME if home else Standing.CHANGED, home)
    before, after = words_of(anchor.before), words_of(anchor.after)
    spots = [spot for passage in passages for spot in _spots(passage, wanted)]
    likest = _likest([(spot.likeness(before, after), spot) for spot in spots])
    chosen = [spot for spot in likest if spot.passage.id == home] if len(likest) > 1 else likest
    if len(chosen) != 1 or not _is_enough(chosen[0].likeness(before, after), spots, wanted):
        return Place(Standing.CHANGED, home)
    spot = chosen[0]
    standing = Standing.SAME if spot.passage.id == home else Standing.MOVED
    return Place(standing, spot.passage.id, spot.start, spot.end)


def _home(anchor: Anchor, passages: Sequence[Passage]) -> str:
    """Return the id of an anchor's section in a text, "" when it is gone.

    A section is known by its title: ids count the headings, so a section put in before it changes them.
    """
    title = words_of(anchor.title)
    named = [each.id for each in passages if each.id and words_of(each.title) == title]
    if anchor.section in named:
        return anchor.section
    return named[0] if len(named) == 1 else ""


def _is_enough(likeness: float, spots: Sequence[_Spot], wanted: Sequence[str]) -> bool:
    return likeness >= ENOUGH or (len(spots) == 1 and len(wanted) >= TELLING)


def _kept(passages: Sequence[Passage], spot: _Spot, wanted: Sequence[str]) -> Anchor:
    """Return the anchor of a place with as many words around it as tell it from every other."""
    others = [other for passage in passages for other in _spots(passage, wanted)]
    count = CONTEXT
    while count < MOST_CONTEXT and _are_alike(spot, others, count):
        count *= 2
    text = spot.passage.text
    first = spot.pieces[max(spot.first - count, 0)].start()
    last = spot.pieces[min(spot.first + spot.length + count, len(spot.pieces)) - 1].end()
    parts = text[spot.start : spot.end], text[first : spot.start], text[spot.end : last]
    return Anchor(spot.passage.id, spot.passage.title, *(" ".join(part.split()) for part in parts))


def _are_alike(spot: _Spot, others: Sequence[_Spot], count: int) -> bool:
    around = spot.before(count), spot.after(count)
    return sum((other.before(count), other.after(count)) == around for other in others) > 1


def _spots(passage: Passage, wanted: Sequence[str]) -> Iterator[_Spot]:
    pieces = _pieces(passage.text)
    texts = [piece[0] for piece in pieces]
    length = len(wanted)
    for first, word in enumerate(texts):
        if word == wanted[0] and texts[first : first + length] == list(wanted):
            yield _Spot(passage, pieces, first, length)


def _likest(scored: Sequence[tuple[float, _Spot]]) -> list[_Spot]:
    best = max((score for score, _ in scored), default=0.0)
    return [spot for score, spot in scored if score == best]


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    return sum(block.size for block in SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks())


def _pieces(text: str) -> list[re.Match[str]]:
    return list(_PIECE.finditer(text))
