"""In which order the parts of a merged text stand, and who moved what."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from itertools import pairwise

Key = tuple[str, str | int]


def order(base: list[Key], ours: list[Key], theirs: list[Key]) -> list[Key]:
    """Return all keys in the order of our text; in the template's when only the template moved something."""
    places = {key: place for place, key in enumerate(base)}
    if not _is_moved(ours, places) and _is_moved(theirs, places):
        return _inserted(theirs, ours)
    return _inserted(ours, theirs)


def _is_moved(keys: list[Key], places: Mapping[Key, int]) -> bool:
    known = [places[key] for key in keys if key in places]
    return any(left > right for left, right in pairwise(known))


def _inserted(skeleton: list[Key], other: list[Key]) -> list[Key]:
    """Return the skeleton's keys with those that only `other` has, each run after the key it follows there."""
    known, shared = set(skeleton), set(other)
    runs: dict[Key | None, list[Key]] = {}
    anchor: Key | None = None
    for key in other:
        if key in known:
            anchor = key
        else:
            runs.setdefault(anchor, []).append(key)
    found: list[Key] = []
    waiting = runs.get(None, [])
    for key in skeleton:
        if key in shared:
            found += waiting
            waiting = runs.get(key, [])
        found.append(key)
    return [*found, *waiting]


def moves(base: list[Key], ours: list[Key], theirs: list[Key]) -> dict[Key, str]:
    """Return who moved what, by key."""
    places = {key: place for place, key in enumerate(base)}
    mine = _out_oforder(ours, places)
    others = _out_oforder(theirs, places)
    return {**dict.fromkeys(others, "lost" if mine else "theirs"), **dict.fromkeys(mine, "ours")}


def _out_oforder(keys: list[Key], places: Mapping[Key, int]) -> list[Key]:
    """Return the fewest keys that must have moved: all but the longest run that is still in order."""
    known = [key for key in keys if key in places]
    tops: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for at, key in enumerate(known):
        length = bisect_left(tops, places[key])
        if length == len(tops):
            tops.append(0)
            ends.append(0)
        tops[length], ends[length] = places[key], at
        before.append(ends[length - 1] if length else -1)
    stay = set()
    at = ends[-1] if ends else -1
    while at >= 0:
        stay.add(at)
        at = before[at]
    return [key for at, key in enumerate(known) if at not in stay]
