"""The text of an editorial note: the published one again, with new values in the places of those that are editorial.

It can be worked out before the version is made, so that the manager signs exactly what the worker later freezes.
"""

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import date, datetime
from typing import Any

from sop_library.domain import numbering
from sop_library.domain.numbering import ChangeSize
from sop_library.domain.signature import frozen_digest
from sop_library.models import FrozenText, NotePolicy, Version
from sop_library.reviews import next_review_on
from templates_app.domain.rendering import Body, Mode, render
from templates_app.domain.writing import Writing
from templates_app.organisations import writing_of
from templates_app.texts import skeleton_of, template_of

# In the terms that the digest covers, so that a note can be told from a version that lost its approvals.
TERM, MARK = "note", "editorial note"


@dataclass(frozen=True, slots=True)
class SignedNote:
    """An editorial note as a manager signed it: the new values, what they are called, which text, when."""

    values: Mapping[str, Any]
    summary: str
    digest: str
    signed_at: datetime
    signed_on: date


def are_allowed(organisation_id: int) -> bool:
    """Return whether the organisation lets managers issue editorial notes; otherwise all changes go by the route."""
    return not NotePolicy.objects.filter(organisation_id=organisation_id, are_allowed=False).exists()


def summary_in_history(summary: str) -> str:
    """Return what the revision history says of a note."""
    return f"Editorial note: {summary}"


def statement_of(summary: str) -> str:
    """Return what the manager signs."""
    return f"Editorial note: only these values change. {summary} I checked each place, and issue it without the route."


def is_written_as_before(published: Version, frozen: FrozenText, writing: Writing | None = None) -> bool:
    """Return whether the published text comes out as it was approved, as is written today or in a way given.

    A newer product, or an organisation that writes dates otherwise since, would change more than the value.
    """
    return _body(frozen, frozen.values, writing or writing_of(published.organisation)).html == frozen.body


def _body(frozen: FrozenText, values: Mapping[str, Any], writing: Writing) -> Body:
    variables = template_of(frozen.source).variables
    return render(skeleton_of(frozen.source), variables, values, Mode.FINAL, writing)


def note_of(published: Version, frozen: FrozenText, values: Mapping[str, Any], summary: str, *, on: date) -> FrozenText:
    """Return the frozen text that the next version would have by editorial note, not saved and without its version.

    `frozen` is that of the published version, which was read `with_review`; `values` are the new ones, `on` the day it
    is signed. Raises MissingValues.
    """
    template = template_of(frozen.source)
    changed = {**frozen.values, **values}
    body = _body(frozen, changed, writing_of(published.organisation))
    terms = {
        "effective_on": str(on),
        "review_on": str(next_review_on(published)),
        "change_size": str(ChangeSize.EDITORIAL),
        "change_summary": summary_in_history(summary),
        TERM: MARK,
    }
    covered: dict[str, Any] = {
        "number": str(numbering.successor(published.number, ChangeSize.EDITORIAL)),
        "title": template.title,
        "source": frozen.source,
        "values": changed,
        "body": body.html,
        "terms": terms,
    }
    return FrozenText(
        organisation_id=published.organisation_id,
        round=1,
        outline=[list(astuple(heading)) for heading in body.outline],
        digest=frozen_digest(sop=published.sop.number, **covered),
        **covered,
    )
