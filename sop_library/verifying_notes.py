"""Whether every version that one person issued alone is an editorial note, and changes no more than such a note may."""

from collections.abc import Iterator
from dataclasses import replace

from django.db.models import Q

from accounts.domain.locales import LOCALES, currency_of, region_of
from sop_library.domain import evidence
from sop_library.domain.lifecycle import Status
from sop_library.domain.numbering import ChangeSize, Number
from sop_library.models import Confirmation, FrozenText, Version
from sop_library.noting import MARK, TERM, is_written_as_before
from sop_library.verifying_facts import Facts
from templates_app.domain.variables import Source
from templates_app.domain.writing import Writing
from templates_app.organisations import writing_of
from templates_app.texts import template_of

_ISSUED = {Status.PUBLISHED, Status.WITHDRAWN}


def note_faults(facts: Facts) -> Iterator[str]:
    """Yield a sentence for each editorial note that is none, and for each that is kept as an ordinary version."""
    rows = FrozenText.objects.filter(Q(version__is_note=True) | Q(**{f"terms__{TERM}__isnull": False}))
    for row in rows.order_by("pk").iterator(chunk_size=50):
        version = facts.versions.get(row.version_id)
        if version is None or version.is_draft or version.round != row.round:
            continue
        yield from (f"{facts.name(version)}: {fault}" for fault in _note(facts, version, row))


def _note(facts: Facts, version: Version, row: FrozenText) -> Iterator[str]:
    if version.is_note != (row.terms.get(TERM) == MARK):
        yield "whether it is an editorial note is not what its signed text says."
        return
    before = _before(facts, version)
    if before is None:
        yield "it is an editorial note, yet no published version stands before it."
        return
    template = template_of(row.source)
    shared = (each for each in template.variables if each.source is Source.ORGANISATION)
    editorial = {variable.name for variable in shared if variable.change == "editorial"}
    kept = replace(_as_rule(before), review_on=_review_on(before, row))
    yield from evidence.note_faults(kept, _as_rule(row, version.change_size), editorial)
    # A newer product may write the same text otherwise, so the body is asked only where the one before is still met.
    if not _is_written_alike(version, before, row):
        yield "it is an editorial note, yet its text is not the one before with its own values."


def _is_written_alike(version: Version, before: FrozenText, row: FrozenText) -> bool:
    """Return whether one way of writing gives both texts, or none gives even the first."""
    is_met = False
    for writing in _writings(version):
        if is_written_as_before(version, before, writing):
            is_met = True
            if is_written_as_before(version, row, writing):
                return True
    return not is_met


def _writings(version: Version) -> Iterator[Writing]:
    """Yield how the organisation writes now, then how it may have written when the note was made."""
    now = writing_of(version.organisation)
    yield now
    for locale in LOCALES:
        yield replace(now, locale=locale)
        yield Writing(locale, region_of(locale), currency_of(locale))


def _before(facts: Facts, version: Version) -> FrozenText | None:
    """Return the text of the version that a note follows, None when that was never issued."""
    if version.previous_major is None or version.previous_minor is None:
        return None
    number = Number(version.previous_major, version.previous_minor)
    same = (each for each in facts.versions.values() if each.sop_id == version.sop_id and each.number == number)
    found = next((each for each in same if each.status in _ISSUED), None)
    return FrozenText.objects.filter(version=found, round=found.round).first() if found else None


def _review_on(before: FrozenText, row: FrozenText) -> str:
    """Return the review that counted for the version before when the note was made."""
    confirmed = Confirmation.objects.filter(version=before.version_id, signed_at__lte=row.frozen_at)
    newest = confirmed.order_by("-turn").first()
    return newest.next_review_on.isoformat() if newest else str(before.terms.get("review_on", ""))


def _as_rule(row: FrozenText, kept_size: str = "") -> evidence.Noted:
    """Return what the rule compares; of two sizes that differ the one that is not editorial counts."""
    size = str(row.terms.get("change_size", ""))
    told = size if size != ChangeSize.EDITORIAL else kept_size
    return evidence.Noted(row.title, row.source, row.values, told, str(row.terms.get("review_on", "")))
