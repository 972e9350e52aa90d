"""Two versions of an SOP compared for people: which they chose, the documents, and the answers behind them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import Membership
from accounts.refusals import NotFound, WrongState
from sop_library.document import unrecorded
from sop_library.domain.comparison import Change, ChangedValue, Comparison, changed_values, compare
from sop_library.domain.lifecycle import Phase
from sop_library.domain.numbering import parse
from sop_library.models import SOP, Version
from sop_library.querysets import sees_work
from sop_library.texts import filling_of, frozen_of, shown
from templates_app.domain.frontmatter import Template
from templates_app.domain.rendering import Mode
from templates_app.domain.writing import Writing
from templates_app.organisations import writing_of
from templates_app.texts import template_of

# The same two texts are opened again and again: by each approver, for the page and for the PDF.
word_by_word = lru_cache(maxsize=16)(compare)


@dataclass(frozen=True, slots=True)
class Compared:
    """Two versions compared. `values` is None for members who see documents only and not the answers behind them."""

    old: Version
    new: Version
    text: Comparison
    values: tuple[ChangedValue, ...] | None

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes of the document in reading order."""
        return self.text.changes


def versions_of(sop: SOP, member: Membership) -> list[Version]:
    """Return the versions of an SOP that the member may compare, newest first, without their texts."""
    rows = Version.objects.visible_to(member).filter(sop=sop).light().newest_first()
    return list(rows.select_related("sop__owner__user", "organisation", "author__user"))


def chosen(versions: Sequence[Version], old: str, new: str, at: datetime) -> tuple[Version, Version]:
    """Return the two versions that an address asks for; without a word the newest, and the one in force before it.

    Raises NotFound for a number that is not among them, WrongState when there is nothing to compare with.
    """
    if len(versions) < 2:
        raise WrongState("There is only one version to open, so there is nothing to compare it with yet.")
    to = _numbered(versions, new) if new else versions[0]
    if old:
        return _numbered(versions, old), to
    in_force = next((row for row in versions if row.phase_at(at) is Phase.EFFECTIVE), None)
    if in_force is not None and in_force != to:
        return in_force, to
    return next((row for row in versions if row.number < to.number), versions[-1]), to


def _numbered(versions: Sequence[Version], text: str) -> Version:
    number = parse(text)
    found = next((row for row in versions if row.number == number), None)
    if found is None:
        raise NotFound("There is no such version that you can open. Choose two from the list of versions.")
    return found


def compared(old: Version, new: Version, member: Membership) -> Compared:
    """Return two versions compared as a member may see it; raises child.ChildProblem when a draft cannot be made."""
    before, after = _side(old), _side(new)
    text = word_by_word(before.body, after.body)
    return Compared(old, new, text, _values(before, after, writing_of(new.organisation)) if sees_work(member) else None)


def count_between(old: Version, new: Version) -> int:
    """Return how many changes there are between two issued versions that the reader may open."""
    return _counted(old.pk, old.digest, new.pk, new.digest)


@lru_cache(maxsize=64)
def _counted(old: int, old_digest: str, new: int, new_digest: str) -> int:
    """Return the count for two frozen texts, which never change."""
    rows = Version.objects.in_bulk([old, new])
    return word_by_word(_side(rows[old]).body, _side(rows[new]).body).count


@dataclass(frozen=True, slots=True)
class _Side:
    body: str
    template: Template
    values: Mapping[str, Any]


def _side(version: Version) -> _Side:
    """Return a version's document as frozen, or for a draft as it is now.

    Dates, numbers and signatures come from the record and differ in every version, so they are not compared.
    """
    if not version.is_draft:
        frozen = frozen_of(version)
        return _Side(unrecorded(frozen.body), template_of(frozen.source), frozen.values)
    filling = filling_of(version)
    return _Side(unrecorded(filling.body(version.source, Mode.DRAFT).html), filling.template, filling.values)


def _values(before: _Side, after: _Side, writing: Writing) -> tuple[ChangedValue, ...]:
    declared = {variable.name: variable for side in (before, after) for variable in side.template.answered}
    names = [(variable.name, variable.label) for variable in declared.values()]
    changed = changed_values(
        before.values, after.values, names, lambda name, value: shown(declared[name], value, writing)
    )
    title = (before.template.title, after.template.title)
    return (*([ChangedValue("", "Title", *title)] if title[0] != title[1] else []), *changed)


def standing(version: Version, at: datetime) -> str:
    """Return where a version stands at a moment, in a few words: "Effective since 1 Dec 2026"."""
    zone, writing = ZoneInfo(version.organisation.time_zone), writing_of(version.organisation)

    def day(moment: datetime | None) -> str:
        return writing.short_day(moment.astimezone(zone).date()) if moment else ""

    phase = version.phase_at(at)
    dates = {
        Phase.EFFECTIVE: f"since {day(version.in_force_from)}",
        Phase.TRAINING: f"for {writing.short_day(version.effective_on)}" if version.effective_on else "",
        Phase.SCHEDULED: f"from {day(version.in_force_from)}",
        Phase.SUPERSEDED: f"on {day(version.in_force_until)}",
        Phase.WITHDRAWN: f"on {day(version.withdrawn_at)}",
        Phase.DRAFT: f"saved {day(version.saved_at)}",
    }
    return f"{phase.value} {dates.get(phase, '')}".strip()
