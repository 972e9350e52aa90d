"""Making a signature row: the same for every meaning, so that no signature lacks a part of what it must hold."""

from datetime import datetime
from typing import Any

from accounts.accountability import refuse_unless_may_sign
from accounts.models import Membership
from sop_library.domain.signature import STATEMENTS, Meaning, seal
from sop_library.models import Version


def subject_of(version: Version) -> str:
    """Return what a seal names as the signed record; stable for ever, as numbers are never used again."""
    return f"{version.organisation.slug}/{version.sop.number}/{version.number}"


def parts(
    version: Version,
    meaning: Meaning,
    *,
    digest: str,
    by: Membership,
    at: datetime,
    statement: str = "",
    own_title: str = "",
    stood_in_for: Membership | None = None,
) -> dict[str, Any]:
    """Return the columns of a signature on this version (21 CFR 11.50), sealed over all of its parts (11.70).

    `own_title` and `stood_in_for` are for signatures in a step of the route, which alone have these columns.
    NotAllowed for a person who has not signed the statement about their signature (11.10(j)), and for one without
    one-time codes where the organisation requires them: no signature of any meaning is made but through here.
    """
    refuse_unless_may_sign(by)
    named: dict[str, Any] = {"person": by.pk, "printed_name": by.printed_name, "role": by.printed_role}
    said: dict[str, Any] = {"meaning": meaning, "statement": statement or STATEMENTS[meaning]}
    beyond: dict[str, Any] = {"title": own_title} if own_title else {}
    columns: dict[str, Any] = {"own_title": own_title} if own_title else {}
    if stood_in_for is not None:
        name = stood_in_for.printed_name
        beyond |= {"stood_in_for": stood_in_for.pk, "stood_in_for_name": name}
        columns |= {"stood_in_for": stood_in_for, "stood_in_for_name": name}
    columns |= {**named, **said, "person": by, "organisation_id": version.organisation_id}
    made = seal(subject=subject_of(version), digest=digest, at=at, **named, **said, **beyond)
    return columns | {"signed_at": at, "digest": digest, "seal": made}
