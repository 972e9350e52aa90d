"""Sorting: all blanks of a source become variables, each once; the passages get placeholders in their places."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..domain.declarations import MOST_VARIABLES
from ..domain.variables import Variable
from .boilerplate import is_boilerplate
from .choosing import Chosen, chosen
from .guessing import Meaning, guess, letters
from .naming import unique_name
from .places import Passage
from .replacing import replaced
from .result import Choice, Choices, Guess, SetAside, Sort
from .surroundings import Seen, seen

TOO_MANY = f"A template has at most {MOST_VARIABLES} variables: this blank stays as it was written."
ABOUT_THE_TEMPLATE = "It stands in a sentence about the template itself."


@dataclass(frozen=True, slots=True)
class Sorted:
    """The passages with placeholders, a guess for each variable, the variables, what stayed words, and what is lost.

    `words` are blanks of sentences about the template: they stay as written and are no variables.
    """

    texts: tuple[str, ...]
    guesses: tuple[Guess, ...]
    variables: tuple[Variable, ...]
    set_aside: tuple[SetAside, ...]
    words: tuple[Guess, ...]


@dataclass(slots=True)
class _Entry:
    """One variable to be: its first meaning, and every blank that stands for it."""

    meaning: Meaning
    blanks: list[Seen] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)


def sort(passages: Sequence[Passage], choices: Choices | None = None) -> Sorted:
    """Return the passages with placeholders and what each blank was taken for; the same input gives the same output."""
    choices = choices or Choices()
    entries, words = _entries(passages, choices)
    kept = dict(list(entries.items())[:MOST_VARIABLES])
    spare = [each for entry in list(entries.values())[MOST_VARIABLES:] for each in entry.blanks]
    settled = _settled(kept, choices.guesses)
    recurring = _recurring(kept.values())
    guesses = tuple(_guess(key, kept[key], settled[key], recurring) for key in kept)
    put = {id(each): settled[key] for key, entry in kept.items() for each in entry.blanks}
    places: list[list[tuple[Seen, Chosen | None]]] = [[] for _ in passages]
    for each in sorted((*words, *spare, *(each for entry in kept.values() for each in entry.blanks)), key=_position):
        places[each.passage].append((each, put.get(id(each))))
    texts = tuple(replaced(passage.text, here) for passage, here in zip(passages, places, strict=True))
    variables = {each.variable.name: each.variable for each in reversed(settled.values()) if not each.as_text}
    order = dict.fromkeys(each.variable.name for each in settled.values() if not each.as_text)
    aside = tuple(SetAside(each.line, each.blank.as_written, TOO_MANY) for each in spare)
    return Sorted(texts, guesses, tuple(variables[name] for name in order), aside, tuple(map(_word, words)))


def _position(found: Seen) -> tuple[int, int]:
    return found.passage, found.blank.start


def _entries(passages: Sequence[Passage], choices: Choices) -> tuple[dict[str, _Entry], list[Seen]]:
    """Return the variables to be by key, in the order of the source, and the blanks that are only words."""
    entries: dict[str, _Entry] = {}
    words: list[Seen] = []
    for found in seen(passages):
        if is_boilerplate(found):
            words.append(found)
            continue
        meaning = guess(found)
        key = meaning.group if meaning.group in choices.merged else meaning.key
        entry = entries.setdefault(key, _Entry(meaning))
        entry.blanks.append(found)
        entry.keys.add(meaning.key)
    return entries, words


def _settled(entries: Mapping[str, _Entry], decided: Mapping[str, Choice]) -> dict[str, Chosen]:
    """Return the variable of each key: no two of them have the same name unless a person said so."""
    taken: set[str] = set()
    found: dict[str, Chosen] = {}
    for key, entry in entries.items():
        choice, meaning = decided.get(key, Choice()), entry.meaning
        if not choice.name:
            place = entry.blanks[0].place
            around = (entry.blanks[0].label, *reversed(place.headings), place.column)
            meaning = replace(meaning, name=unique_name(meaning.name, taken, around))
            taken.add(meaning.name)
        found[key] = chosen(meaning, choice)
    return found


def _recurring(entries: Iterable[_Entry]) -> set[str]:
    """Return the groups whose instruction stands in more than one place."""
    places: dict[str, set[str]] = {}
    for entry in entries:
        if entry.meaning.group:
            places.setdefault(entry.meaning.group, set()).update(entry.keys)
    return {group for group, keys in places.items() if len(keys) > 1}


def _guess(key: str, entry: _Entry, settled: Chosen, recurring: Collection[str]) -> Guess:
    written = list(dict.fromkeys(each.blank.as_written for each in entry.blanks))
    variable, meaning = settled.variable, entry.meaning
    return Guess(
        key=key,
        group=meaning.group if meaning.group in recurring else "",
        name=variable.name,
        label=variable.label,
        kind=variable.kind,
        source=str(variable.source),
        as_written=written[0],
        also_written=tuple(filter(None, written[1:])),
        occurrences=len(entry.blanks),
        lines=tuple(dict.fromkeys(each.line for each in entry.blanks)),
        sort=meaning.sort,
        reason=meaning.reason,
        hint=variable.hint,
        example=variable.example,
        unit=variable.unit,
        options=variable.options,
    )


def _word(found: Seen) -> Guess:
    blank = found.blank
    return Guess(
        key=f"words.{letters(blank.inner)}.{found.line}",
        group="",
        name="",
        label="",
        kind="",
        source="",
        as_written=blank.as_written,
        also_written=(),
        occurrences=1,
        lines=(found.line,),
        sort=Sort.BOILERPLATE,
        reason=ABOUT_THE_TEMPLATE,
    )
