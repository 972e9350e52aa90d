"""A merge as its page shows it: what is to be decided, what is taken, what stays, and what becomes of the answers."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sop_library.comparing import word_by_word
from sop_library.document import unrecorded
from sop_library.domain.comparison import Comparison
from sop_library.domain.comparison_words import Budget
from sop_library.domain.marks import Mark, Words, marked
from sop_library.models import Version
from sop_library.texts import draft_filling, filling_of, shown
from templates_app import child
from templates_app.checking import KIND_WORDS
from templates_app.domain.assembling import assemble, left_out
from templates_app.domain.carrying import Carried, carried
from templates_app.domain.merging import Choice, Part, Side, State, Take, merge
from templates_app.domain.pieces import Shape
from templates_app.domain.problems import TemplateError
from templates_app.domain.rendering import Mode
from templates_app.domain.writing import PLAIN, Writing
from templates_app.models import OrganisationValue
from templates_app.texts import template_of

MOST_SHOWN = 200
KEY_WORDS = {
    "title": "Title",
    "registry": "The template's own number",
    "category": "Category",
    "source": "What it is built from",
    "summary": "Summary",
    "minutes": "Reading time",
    "updated": "Date of the template",
    "prefix": "Letters of the number",
    "how_to_use": "How to use it",
    "faq": "Questions about using it",
    "groups": "Order of the groups",
    "variables": "Variables",
}
MOVED = {
    "ours": "You put it elsewhere; it stays there.",
    "theirs": "The template puts it elsewhere; it moves with it.",
    "lost": "The template puts it elsewhere; your order stays, because you moved parts too.",
}
MERGE_SECONDS = 8


@lru_cache(maxsize=16)
def merged_parts(base: str, ours: str, theirs: str) -> tuple[Part, ...]:
    """Return the parts of the merge, worked out in the killable child; raises child.ChildProblem."""
    return child.run(merge, base, ours, theirs, seconds=MERGE_SECONDS, pool="text")


@dataclass(frozen=True, slots=True)
class Column:
    """One side of a part: its text with marks against where both come from, or a sentence where it has none."""

    words: tuple[Words, ...]
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One part that differs; `key` names it as long as its three texts stay the same."""

    key: str
    place: int
    part: Part
    label: str
    theirs: Column
    ours: Column
    moved: str


class Merge:
    """The merge of a text with its template's newer version; making it raises child.ChildProblem."""

    def __init__(self, base: str, ours: str, theirs: str) -> None:
        self.parts = merged_parts(base, ours, theirs)
        self.budget = Budget()
        rows = self._rows()
        self.conflicts = [row for row in rows if row.part.state is State.CONFLICT]
        self.taken = [row for row in rows if _is_taken(row.part)]
        self.kept = [row for row in rows if row.part.state in (State.OURS, State.AGREED) or row.part.moved == "ours"]

    @property
    def automatic(self) -> list[tuple[str, list[Row], int]]:
        """What needs no decision: heading, the rows shown, how many more there are."""
        found = (("Taken from the template", self.taken), ("Your own changes that stay", self.kept))
        return [(title, rows[:MOST_SHOWN], max(0, len(rows) - MOST_SHOWN)) for title, rows in found if rows]

    def text(self, choices: Mapping[str, Choice]) -> str:
        """Return the merged text; choices go by the key of a conflict, the others stay ours."""
        return assemble(self.parts, self._by_place(choices))

    def left_out(self, choices: Mapping[str, Choice]) -> list[str]:
        """Return the names of the variables whose declaration the merged text leaves out, because nothing uses it."""
        return left_out(self.parts, self._by_place(choices))

    def _by_place(self, choices: Mapping[str, Choice]) -> dict[int, Choice]:
        return {row.place: choices[row.key] for row in self.conflicts if row.key in choices}

    def answers(self, ours: str, values: Mapping[str, Any], writing: Writing) -> list[str]:
        """Return what becomes of the answers, a sentence each; none while the merged text cannot be read."""
        try:
            after = template_of(self.text({})).variables
        except TemplateError:
            return []
        return sentences(carried(template_of(ours).variables, after, values), values, writing)

    def _rows(self) -> list[Row]:
        found: list[Row] = []
        keys: Counter[str] = Counter()
        heading = ""
        for place, part in enumerate(self.parts):
            if part.shape is Shape.HEADING:
                heading = part.text or heading
            if part.state is State.SAME and not part.moved:
                continue
            key = _key(part)
            keys[key] += 1
            unique = key if keys[key] == 1 else f"{key}-{keys[key]}"
            label = _label(part, heading)
            theirs, ours = self._column(part.base, part.theirs, "template"), self._column(part.base, part.ours, "text")
            found.append(Row(unique, place, part, label, theirs, ours, MOVED.get(part.moved, "")))
        return found

    def _column(self, base: Side | None, side: Side | None, whose: str) -> Column:
        if side is None:
            gone = {"template": "The template leaves this out now.", "text": "You took this out."}
            return Column((), gone[whose] if base else "It is not there.")
        if base and base.text == side.text:
            return Column((Words(Mark.SAME, side.text),))
        return Column(marked(base.text if base else "", side.text, self.budget))


def sentences(answers: Carried, values: Mapping[str, Any], writing: Writing) -> list[str]:
    """Return what people should know about the answers, a sentence each."""
    told = []
    for each in answers.recast:
        if each.changes_kind:
            was, now = KIND_WORDS[each.old.kind].lower(), KIND_WORDS[each.new.kind].lower()
            what = "fill it in again" if each.sentence else "check it"
            told.append(f"{each.new.label} was of the kind “{was}”, is now “{now}”: {what}.")
        else:
            told.append(f"{each.new.label} has other limits now. {each.sentence}")
    for variable in answers.removed:
        kept = shown(variable, values[variable.name], writing)
        told.append(f"{variable.label} is no longer asked for. Your answer “{kept}” stays with the draft, unused.")
    if answers.added:
        told.append(f"New to fill in: {PLAIN.series([variable.label for variable in answers.added])}.")
    return told


def merged_document(version: Version, source: str) -> Comparison:
    """Return how a draft's document changes with `source` as its text; raises TemplateError, child.ChildProblem."""
    shared = OrganisationValue.objects.filter(organisation_id=version.organisation_id).by_name()
    now = filling_of(version, shared)
    values = carried(now.template.variables, template_of(source).variables, version.values).values
    merged = draft_filling(source, values, shared, now.writing)
    before, after = (
        unrecorded(each.body(text, Mode.DRAFT).html) for each, text in ((now, version.source), (merged, source))
    )
    return word_by_word(before, after)


def counted(choices: Mapping[str, Choice]) -> dict[str, int]:
    """Return how many conflicts were decided in each way."""
    counts = Counter(choice.take for choice in choices.values())
    return {take.value: counts[take] for take in Take if counts[take]}


def _is_taken(part: Part) -> bool:
    return part.state in (State.THEIRS, State.COMBINED) or part.moved in ("theirs", "lost")


def _key(part: Part) -> str:
    sides: Sequence[Side | None] = (part.base, part.ours, part.theirs)
    told = repr([part.shape, part.name, *(side.text if side else None for side in sides)])
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _words(side: Side | None) -> str:
    return side.text if side else ""


def _label(part: Part, heading: str) -> str:
    match part.shape:
        case Shape.KEY:
            return KEY_WORDS.get(part.name, part.name)
        case Shape.VARIABLE:
            return f"Variable {part.name}"
        case Shape.HEADING:
            return f"Heading “{(_words(part.base) or _words(part.theirs) or _words(part.ours)).lstrip('#').strip()}”"
        case Shape.EDGE:
            return "Start of the text"
    where = heading.lstrip("#").strip()
    return f"{part.shape.capitalize()} under “{where}”" if where else part.shape.capitalize()
