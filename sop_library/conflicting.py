"""What an organisation's present procedures say, gathered for the comparison of one with another."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.urls import reverse

from accounts.models import Membership
from audit.models import Entry
from sop_library.domain.conflicts import (
    Answer,
    Conflict,
    Leftover,
    Stand,
    answer_conflicts,
    leftovers,
    row_conflicts,
    rows_of,
)
from sop_library.domain.differences import segments_of
from sop_library.domain.lifecycle import OPEN, Status
from sop_library.models import FrozenText, Version
from sop_library.texts import Filling, draft_filling, shown
from templates_app.domain.kinds import is_filled
from templates_app.domain.places import places
from templates_app.domain.rendering import Mode
from templates_app.domain.variables import Source, Variable
from templates_app.domain.writing import Writing
from templates_app.models import OrganisationValue
from templates_app.organisations import writing_of
from templates_app.texts import template_of

# Who does it and when may well differ from one procedure to the next.
NOT_COMPARED = frozenset({"person", "role", "department", "date", "list", "table", "long_text", "rich_text", "choices"})
NOT_SOUGHT = frozenset({"yes_no", "table"})


@dataclass(frozen=True, slots=True)
class Report:
    """Where an organisation's procedures disagree, and how many were compared."""

    compared: int
    answers: list[Conflict]
    terms: list[Conflict]
    leftovers: list[Leftover]

    @property
    def count(self) -> int:
        """How many disagreements there are."""
        return len(self.answers) + len(self.terms) + len(self.leftovers)


def report_of(member: Membership, variables: Mapping[str, Variable]) -> Report:
    """Return where the present procedures disagree: each as published, or as it is worked on before that.

    `variables` are the organisation's by name. The number of queries does not depend on that of procedures.
    """
    kept = OrganisationValue.objects.visible_to(member).by_name()
    replaced = _replaced(member, variables, kept)
    present = _present(member, kept)
    stands = [_stand(row, filling, kept, bool(replaced), _address(member, row)) for row, filling in present]
    return Report(len(stands), answer_conflicts(stands), row_conflicts(stands), leftovers(stands, replaced))


def _present(member: Membership, kept: Mapping[str, Any]) -> list[tuple[Version, Filling]]:
    """Return each SOP's present version with its filling, in the order of the numbers."""
    visible = Version.objects.visible_to(member)
    rows = visible.filter(Q(status__in=sorted(OPEN)) | Q(status=Status.PUBLISHED, in_force_until=None))
    chosen: dict[int, Version] = {}
    for row in rows.select_related("sop").order_by("sop__prefix", "sop__serial", "major", "minor"):
        if row.sop_id not in chosen or row.status == Status.PUBLISHED:
            chosen[row.sop_id] = row
    texts = FrozenText.objects.visible_to(member).filter(version__in=list(chosen.values())).defer("body", "outline")
    frozen = {(text.version_id, text.round): text.values for text in texts}
    writing = writing_of(member.organisation)
    return [(row, _filling(row, frozen.get((row.pk, row.round)), kept, writing)) for row in chosen.values()]


def _filling(row: Version, frozen: Mapping[str, Any] | None, kept: Mapping[str, Any], writing: Writing) -> Filling:
    if frozen is None or row.is_draft:
        return draft_filling(row.source, row.values, kept, writing)
    return Filling(template_of(row.source), frozen, {}, writing)


def _stand(row: Version, filling: Filling, kept: Mapping[str, Any], want_words: bool, address: str) -> Stand:
    body = filling.body(row.source, Mode.PREVIEW).html
    stands_in = places(body)
    own = (each for each in filling.template.answered if each.source is Source.DOCUMENT)
    answers = [
        Answer(
            each.name, each.label, shown(each, filling.values[each.name], filling.writing), stands_in.get(each.name, "")
        )
        for each in own
        if each.kind not in NOT_COMPARED and is_filled(each, filling.values)
    ]
    # With the organisation's values of now in their places, an old one that is left was typed by hand.
    present = draft_filling(row.source, filling.values, kept, filling.writing)
    now = present.body(row.source, Mode.DRAFT).html if want_words else ""
    return Stand(row.sop.number, answers, rows_of(body), segments_of(now), address)


def _address(member: Membership, row: Version) -> str:
    """Return where the member can read the text of a version; drafts are open to managers alone."""
    given = {"organisation": member.organisation.slug, "number": row.sop.number}
    if row.status == Status.PUBLISHED:
        return reverse("version", kwargs={**given, "version": row.number})
    if row.is_draft:
        return reverse("check", kwargs=given) if member.is_manager else ""
    return f"{reverse('review', kwargs=given)}?tab=text"


def _replaced(
    member: Membership, variables: Mapping[str, Variable], kept: Mapping[str, Any]
) -> list[tuple[str, str, str]]:
    """Return the values that the organisation has replaced, as (label, old, new), as its people read them.

    Of a list each item that is no longer in it is a value of its own.
    """
    changes = Entry.objects.visible_to(member).filter(action="value.changed").values_list("data", flat=True)
    writing = writing_of(member.organisation)
    found: dict[tuple[str, str], tuple[str, str, str]] = {}
    for data in changes.order_by("sequence"):
        variable = variables.get(data.get("name", ""))
        if variable is None or _is_bare(variable):
            continue
        now = kept.get(variable.name)
        for old in _gone(variable, data.get("old"), now, writing):
            found[variable.name, old] = (variable.label, old, _told(variable, now, writing))
    return list(found.values())


def _gone(variable: Variable, old: Any, now: Any, writing: Writing) -> list[str]:
    """Return what of an old value the present one does not hold, as people read it."""
    if isinstance(old, list):
        present = {str(item).casefold() for item in now} if isinstance(now, list) else set()
        return [item for item in old if isinstance(item, str) and item.casefold() not in present]
    told = _told(variable, old, writing)
    return [told] if told and told != _told(variable, now, writing) else []


def _told(variable: Variable, value: Any, writing: Writing) -> str:
    """Return a value with single plain spaces, as the words that it is looked for in are."""
    return " ".join(shown(variable, value, writing).split())


def _is_bare(variable: Variable) -> bool:
    """Return whether its values stand in texts by chance: a yes, a table's cells, a number that counts nothing."""
    return variable.kind in NOT_SOUGHT or (variable.kind in {"integer", "decimal"} and not variable.unit)
