"""Which procedures a change of the organisation's values touches, where in their text, and what it decides for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import Q

from accounts.models import Membership
from sop_library.domain.comparison import ChangedValue
from sop_library.domain.differences import Place, changed_places
from sop_library.domain.lifecycle import OPEN, STATUS_WORDS, Status
from sop_library.domain.numbering import ChangeSize
from sop_library.domain.reach import ORDER, Way, larger, largest, summary_of, why_no_note
from sop_library.emptied import Emptied, emptied_of
from sop_library.models import SOP, FrozenText, Version
from sop_library.noting import are_allowed, is_written_as_before, note_of
from sop_library.texts import draft_filling, shown
from templates_app.domain.kinds import is_filled
from templates_app.domain.rendering import Mode, render
from templates_app.domain.variables import Source, Variable
from templates_app.domain.writing import Writing
from templates_app.models import OrganisationValue
from templates_app.organisations import writing_of
from templates_app.texts import skeleton_of, template_of

PLACES_AT_MOST = 12
WHAT = {
    Way.NOTE: "A new version by editorial note, in force at once. Nobody signs off again.",
    Way.DRAFT: "A draft is started. It is checked, approved and published like any other.",
    Way.KEEP: "The open draft takes the value at once; nothing else is started.",
    Way.LATER: "The version in review keeps the values it was submitted with. To do after it is published.",
}


@dataclass(frozen=True)
class Held:
    """What one version holds now, and what it would hold with the new values."""

    version: Version
    source: str
    before: Mapping[str, Any]
    news: Mapping[str, Any]
    frozen: FrozenText | None = None

    @cached_property
    def changed(self) -> tuple[Variable, ...]:
        """The version's own variables whose value would differ."""
        asked = (each for each in template_of(self.source).answered if each.source is Source.ORGANISATION)
        return tuple(
            each
            for each in asked
            if each.name in self.news
            and is_filled(each, self.news)
            and self.before.get(each.name) != self.news[each.name]
        )

    @property
    def writing(self) -> Writing:
        """How the organisation writes values."""
        return writing_of(self.version.organisation)

    @property
    def values(self) -> dict[str, Any]:
        """The new values by name."""
        return {variable.name: self.news[variable.name] for variable in self.changed}

    def body(self, values: Mapping[str, Any]) -> str:
        """Return the body with these values, gaps marked: rendering asks only that the text compiles."""
        variables = template_of(self.source).variables
        return render(skeleton_of(self.source), variables, values, Mode.DRAFT, self.writing).html


@dataclass(frozen=True)
class Touched:
    """One procedure that the change touches: what it is read from, which way it goes, and where its text differs."""

    sop: SOP
    held: Held
    published: Version | None
    open: Version | None
    size: ChangeSize
    way: Way
    why: str = ""

    @cached_property
    def changes(self) -> tuple[ChangedValue, ...]:
        """The values that differ, as people read them."""
        return tuple(
            ChangedValue(
                variable.name,
                variable.label,
                shown(variable, self.held.before.get(variable.name), self.held.writing),
                shown(variable, self.held.news[variable.name], self.held.writing),
            )
            for variable in self.held.changed
        )

    @property
    def summary(self) -> str:
        """What changes, in one line."""
        return summary_of((change.label, change.old, change.new) for change in self.changes)

    @cached_property
    def places(self) -> list[Place]:
        """Where the text differs, before and after."""
        return changed_places(
            self.held.body(self.held.before), self.held.body({**self.held.before, **self.held.values})
        )

    @property
    def shown_places(self) -> list[Place]:
        """The first of the places: a name can stand in a hundred."""
        return self.places[:PLACES_AT_MOST]

    @property
    def more_places(self) -> int:
        """How many places are not shown."""
        return max(len(self.places) - PLACES_AT_MOST, 0)

    @property
    def what(self) -> str:
        """What the change decides for this procedure, in words."""
        return self.why or WHAT[self.way]

    @property
    def open_words(self) -> str:
        """The open version and its state, such as "1.1 (in review)"; "" for none."""
        return f"{self.open.number} ({STATUS_WORDS[Status(self.open.status)].lower()})" if self.open else ""

    def note(self, on: date) -> FrozenText:
        """Return the text of the editorial note as it would be signed on a day."""
        if self.published is None or self.held.frozen is None:
            raise ValueError(f"{self.sop.number} has no published text to note a change on.")
        return note_of(self.published, self.held.frozen, self.held.values, self.summary, on=on)


@dataclass(frozen=True)
class Change:
    """One value that changes: how many procedures it touches, and the sizes it may be given."""

    variable: Variable
    old: str
    new: str
    numbers: list[str]
    declared: ChangeSize
    emptied: Emptied = field(default_factory=Emptied)

    @property
    def sizes(self) -> list[ChangeSize]:
        """The sizes above that of the templates."""
        return [size for size in ORDER if ORDER.index(size) > ORDER.index(self.declared)]


@dataclass(frozen=True)
class Reach:
    """Everything that a set of new values touches."""

    changes: list[Change] = field(default_factory=list)
    touched: list[Touched] = field(default_factory=list)

    def by_way(self, *ways: Way) -> list[Touched]:
        """Return the procedures that go one of these ways."""
        return [each for each in self.touched if each.way in ways]

    @property
    def notes(self) -> list[Touched]:
        """The procedures that would get a version by editorial note."""
        return self.by_way(Way.NOTE)

    @property
    def behind(self) -> list[Touched]:
        """The procedures that need something to be started."""
        return self.by_way(Way.NOTE, Way.DRAFT)

    @property
    def is_to_be_looked_at(self) -> bool:
        """Whether more is touched than drafts that take a new value at once: issued versions, or a value emptied."""
        beyond = any(each.published or (each.open and not each.open.is_draft) for each in self.touched)
        return beyond or self.empties

    @property
    def empties(self) -> bool:
        """Whether a value is emptied that procedures hold."""
        return any(change.emptied.is_felt for change in self.changes)

    @property
    def summary(self) -> str:
        """What changes, in one line."""
        return summary_of((change.variable.label, change.old, change.new) for change in self.changes)


@dataclass
class _Standing:
    """One SOP with what its published version and its open one hold; whether the former is its newest issued one."""

    sop: SOP
    published: Held | None = None
    opened: Held | None = None
    is_newest: bool = False

    def touched(self, sizes: Mapping[str, ChangeSize], notes_allowed: bool, at: datetime) -> Touched | None:
        """Return what the new values mean for the SOP, None when they change nothing in it."""
        held = next((each for each in (self.published, self.opened) if each and each.changed), None)
        if held is None or (self.opened is not None and not self.opened.changed):
            return None  # nothing of it differs, or what is being worked on holds the new values already
        size = largest(
            larger(ChangeSize(each.change), sizes.get(each.name, ChangeSize.EDITORIAL)) for each in held.changed
        )
        if self.opened is not None:
            way, why = (Way.KEEP if self.opened.version.is_draft else Way.LATER), ""
        elif size is not ChangeSize.EDITORIAL:
            way, why = Way.DRAFT, ""
        else:
            begins = held.version.in_force_from
            is_coming = begins is None or begins > at
            is_same = held.frozen is not None and is_written_as_before(held.version, held.frozen)
            facts = {"is_newest": self.is_newest, "is_coming": is_coming, "is_same": is_same}
            why = why_no_note(is_allowed=notes_allowed, **facts)
            way = Way.DRAFT if why else Way.NOTE
        published, opened = (each.version if each else None for each in (self.published, self.opened))
        return Touched(self.sop, held, published, opened, size, way, why)


def reach_of(
    member: Membership,
    variables: Mapping[str, Variable],
    news: Mapping[str, Any],
    sizes: Mapping[str, ChangeSize],
    at: datetime,
) -> Reach:
    """Return what the new values touch; with the values as they are stored, what is behind them.

    `sizes` raises the size of a change by variable name. The number of queries does not depend on that of procedures.
    """
    kept = OrganisationValue.objects.visible_to(member).by_name()
    allowed = are_allowed(member.organisation_id)
    standing = _standing(member, kept, news)
    found = (each.touched(sizes, allowed, at) for each in standing)
    touched = [each for each in found if each is not None]
    writing = writing_of(member.organisation)
    held = [one for each in standing for one in (each.published, each.opened) if one is not None]
    changes = [
        replace(
            _change(variables[name], kept, news, touched, writing),
            emptied=emptied_of(variables[name], kept, news, held),
        )
        for name in news
        if name in variables
    ]
    return Reach(
        [each for each in changes if each.numbers or news[each.variable.name] != kept.get(each.variable.name)], touched
    )


def _standing(member: Membership, kept: Mapping[str, Any], news: Mapping[str, Any]) -> list[_Standing]:
    visible = Version.objects.visible_to(member)
    present = visible.filter(Q(status__in=sorted(OPEN)) | Q(status=Status.PUBLISHED, in_force_until=None))
    # The newest last: beside a version in training, the one in force is there too.
    rows = list(present.with_review().select_related("sop").order_by("sop__prefix", "sop__serial", "major", "minor"))
    newest = set(dict(visible.issued().order_by("major", "minor").values_list("sop_id", "pk")).values())
    texts = FrozenText.objects.visible_to(member).filter(version__in=[row.pk for row in rows if not row.is_draft])
    frozen = {(text.version_id, text.round): text for text in texts.defer("outline")}
    found: dict[int, _Standing] = {}
    for row in rows:
        row.organisation = member.organisation
        standing = found.setdefault(row.sop_id, _Standing(row.sop))
        held = _held(row, frozen.get((row.pk, row.round)), kept, news)
        if row.status in OPEN:
            standing.opened = held
        else:
            standing.published, standing.is_newest = held, row.pk in newest
    return list(found.values())


def _held(row: Version, frozen: FrozenText | None, kept: Mapping[str, Any], news: Mapping[str, Any]) -> Held:
    if frozen is not None:
        return Held(row, frozen.source, frozen.values, news, frozen)
    return Held(row, row.source, draft_filling(row.source, row.values, kept).values, news)


def _change(
    variable: Variable,
    kept: Mapping[str, Any],
    news: Mapping[str, Any],
    touched: Sequence[Touched],
    writing: Writing,
) -> Change:
    name = variable.name
    using = [(each, own) for each in touched for own in each.held.changed if own.name == name]
    declared = min((ChangeSize(own.change) for _, own in using), key=ORDER.index, default=ChangeSize(variable.change))
    olds = list(dict.fromkeys(shown(own, each.held.before.get(name), writing) for each, own in using))
    old = kept.get(name) if kept.get(name) != news[name] else None
    told = shown(variable, old, writing) if old is not None else ", ".join(olds)
    numbers = [each.sop.number for each, _ in using]
    return Change(variable, told, shown(variable, news[name], writing), numbers, declared)
