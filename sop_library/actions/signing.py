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
    version: Version, meaning: Meaning, *, digest: str, by: Membership, at: datetime, statement: str = ""
) -> dict[str, Any]:
    """Return the columns of a signature on this version (21 CFR 11.50), sealed over all of its parts (11.70).

    NotAllowed for a person who has not signed the statement about their signature (11.10(j)), and for one without
    one-time codes where the organisation requires them: no signature of any meaning is made but through here.
    """
    refuse_unless_may_sign(by)
    said = statement or STATEMENTS[meaning]
    return {
        "organisation_id": version.organisation_id,
        "person": by,
        "printed_name": by.printed_name,
        "role": by.printed_role,
        "meaning": meaning,
        "statement": said,
        "signed_at": at,
        "digest": digest,
        "seal": seal(
            subject=subject_of(version),
            digest=digest,
            person=by.pk,
            printed_name=by.printed_name,
            role=by.printed_role,
            meaning=meaning,
            statement=said,
            at=at,
        ),
    }
