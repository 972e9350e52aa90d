"""Variables: what a placeholder stands for, and who can know its value."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

Value = str | int | bool | list[str] | list[list[str]]

RECORD_BLOCKS = ("DocumentControl", "RevisionHistory", "Approvals", "TrainingRecord")

WORKFLOW_NAMES = {
    "SOPNumber": "set when numbered",
    "VersionNumber": "set when submitted",
    "EffectiveDate": "set when approved",
    "ReviewDate": "set when approved",
    "PreparedBy": "set when submitted",
    "ReviewedBy": "set when reviewed",
    "ApprovedBy": "set when approved",
}


class Source(StrEnum):
    """Who can know a variable's value, and when."""

    ORGANISATION = "organisation"
    DOCUMENT = "document"
    WORKFLOW = "workflow"
    READER = "reader"
    CALL = "call"


ANSWERED = (Source.ORGANISATION, Source.DOCUMENT)
# How much a procedure changes when this value does: what decides who has to approve and sign off again.
CHANGES = ("editorial", "minor", "major")


@dataclass(frozen=True, slots=True)
class Variable:
    """One declared variable. `example` is in the canonical form of its kind, None when there is none.

    `currency` is "" where the template names none: the organisation's own holds.
    """

    name: str
    label: str
    kind: str = "text"
    source: Source = Source.DOCUMENT
    group: str = "Details"
    hint: str = ""
    example: Value | None = None
    required: bool = True
    unit: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    options: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    currency: str = ""
    change: str = "minor"

    @property
    def is_answered(self) -> bool:
        """Whether people answer it in a form; only these count towards progress."""
        return self.source in ANSWERED
