"""What a signature says and covers.

21 CFR 11.50 asks for printed name, date and time, and meaning; 11.70 that a signature cannot be moved elsewhere:
it covers the digest of the frozen text, and the signature's own seal covers all of its parts.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import rfc8785


class Meaning(StrEnum):
    """Why somebody signs."""

    PREPARED = "prepared"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    RELEASED = "released"
    OTHER = "other"
    UNDERSTOOD = "understood"
    CONFIRMED = "confirmed"


# A step in own words brings its own statement and title.
STATEMENTS = {
    Meaning.PREPARED: "I prepared this version and submit it for review.",
    Meaning.REVIEWED: "I reviewed this version and checked it for accuracy.",
    Meaning.APPROVED: "I approve this version for use.",
    Meaning.RELEASED: "I release this version for use.",
    Meaning.UNDERSTOOD: "I have read this version, I understand it, and I will follow it.",
    Meaning.CONFIRMED: "I checked this version. It is still right",
}

TITLES = {
    Meaning.PREPARED: "Prepared",
    Meaning.REVIEWED: "Reviewed",
    Meaning.APPROVED: "Approved",
    Meaning.RELEASED: "Released",
    Meaning.OTHER: "In own words",
    Meaning.UNDERSTOOD: "Read and understood",
    Meaning.CONFIRMED: "Still right",
}


def sha256(content: str | bytes) -> str:
    """Return the SHA-256 of bytes, or of text as UTF-8, in lower-case hex."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def frozen_digest(
    *,
    sop: str,
    number: str,
    title: str,
    source: str,
    values: Mapping[str, Any],
    body: str,
    terms: Mapping[str, str],
) -> str:
    """Return the SHA-256 over the canonical JSON (RFC 8785) of everything a signature covers.

    `sop` is the SOP's number, `number` the version's, `terms` its dates, change size and change summary. `values` holds
    texts, whole numbers, booleans and lists of them: no floats, whose text differs between programs.
    """
    covered = {"sop": sop, "number": number, "title": title, "source": source}
    return sha256(rfc8785.dumps({**covered, "values": dict(values), "body": body, "terms": dict(terms)}))


def seal(
    *,
    subject: str,
    digest: str,
    person: int,
    printed_name: str,
    role: str,
    meaning: str,
    statement: str,
    at: datetime,
    **beyond: str | int,
) -> str:
    """Return the SHA-256 over all parts of one signature; any part changed or moved no longer matches.

    `beyond` are parts that few signatures have, such as in whose place it was made: they are covered where they are
    there, and a signature without them has the seal it always had.
    """
    return sha256(
        rfc8785.dumps(
            {
                "subject": subject,
                "digest": digest,
                "person": person,
                "printed_name": printed_name,
                "role": role,
                "meaning": meaning,
                "statement": statement,
                "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
                **beyond,
            }
        )
    )


def fingerprint(digest: str) -> str:
    """Return the short form people compare by eye: first and last characters of a digest."""
    return f"{digest[:4]} {digest[4:8]} … {digest[-4:]}".upper() if digest else ""
