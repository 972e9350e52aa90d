"""The statement that everybody signs before their first signature (21 CFR 11.10(j), in the spirit of 11.100(c))."""

import hashlib
from datetime import UTC, datetime

import rfc8785

STATEMENT = (
    "My electronic signature in this system binds me as my handwritten signature does. I answer for everything that "
    "is signed with it. I keep my password and my codes to myself, let nobody else sign with them, and tell an "
    "administrator at once when somebody else may know them."
)


def seal(*, organisation: str, person: int, printed_name: str, role: str, statement: str, at: datetime) -> str:
    """Return the SHA-256 over all parts of a signed statement; any part changed or moved no longer matches."""
    covered: dict[str, str | int] = {
        "subject": f"{organisation}/statement",
        "person": person,
        "printed_name": printed_name,
        "role": role,
        "meaning": "accountable",
        "statement": statement,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
    }
    return hashlib.sha256(rfc8785.dumps({**covered})).hexdigest()
