"""One-time and recovery codes as people type them, and as they are compared. RFC 6238, security.md R5 and V9."""

import secrets
import unicodedata

STEP = 30  # seconds
DIGITS = 6
RECOVERY_CODES = 10
# Without letters and digits that are taken for one another.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 4


def plain(typed: str) -> str:
    """Return a code in its one spelling: no spaces or hyphens, lower case, digits of any script as 0 to 9."""
    return "".join(
        str(unicodedata.decimal(letter)) if letter.isdecimal() else letter
        for letter in unicodedata.normalize("NFKC", typed).casefold()
        if letter.isalnum()
    )


def is_one_time(code: str) -> bool:
    """Return whether a plain code has the form of a one-time code; anything else is taken for a recovery code."""
    return len(code) == DIGITS and code.isascii() and code.isdecimal()


def steps_around(seconds: float) -> tuple[int, int, int]:
    """Return the steps whose codes count at a moment: a telephone's clock may be half a minute off either way."""
    now = int(seconds) // STEP
    return now - 1, now, now + 1


def new_recovery_code() -> str:
    """Return a new recovery code of 79 random bits, in groups of four: abcd-efgh-jkmn-pqrs."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
