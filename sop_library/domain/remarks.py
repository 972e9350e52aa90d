"""What a comment of a review is, and who may say that it is settled.

A must-fix comment stands between a version and its signatures. So in the round it was made in, while the text cannot
change, only its own author takes it back; once the version has been returned, whoever changes the text says that it is
done, by name. Whoever made it, and any approver, opens it again.
"""

from collections.abc import Collection
from enum import StrEnum

from accounts.domain.roles import Role

LONGEST = 2_000  # characters of a comment, a reply, a note


class Kind(StrEnum):
    """How much a comment weighs."""

    MUST_FIX = "must_fix"
    SUGGESTION = "suggestion"


KIND_WORDS = {Kind.MUST_FIX: "Must fix", Kind.SUGGESTION: "Suggestion"}


def refusal_to_resolve(
    kind: Kind, roles: Collection[Role], *, is_theirs: bool, is_of_this_round: bool, is_draft: bool
) -> str:
    """Return the sentence that says why a person may not resolve a comment, "" when they may."""
    if is_theirs:
        return ""
    if kind is Kind.MUST_FIX and is_of_this_round and not is_draft:
        return (
            "A must-fix comment of this round is resolved by the person who made it. "
            "Reply to it, or send the version back so that the text can change."
        )
    if is_draft and Role.MANAGER not in roles:
        return "While the version is a draft, its author or another manager says that a comment is done."
    return ""


def refusal_to_reopen(roles: Collection[Role], *, is_theirs: bool) -> str:
    """Return the sentence that says why a person may not open a comment again, "" when they may."""
    if is_theirs or Role.APPROVER in roles:
        return ""
    return "Only the person who made the comment or an approver can open it again. You can reply to it."


def counted(must_fix: int, suggestions: int) -> str:
    """Return how many comments there are in words: "2 must-fix, 1 suggestion", "" for none."""
    told = [f"{must_fix} must-fix"] if must_fix else []
    if suggestions:
        told.append(f"{suggestions} suggestion{'' if suggestions == 1 else 's'}")
    return ", ".join(told)


def why_signing_waits(must_fix: int) -> str:
    """Return the sentence that says why nobody can sign or publish, "" when no must-fix comment is open."""
    if not must_fix:
        return ""
    are = "1 must-fix comment is open" if must_fix == 1 else f"{must_fix} must-fix comments are open"
    until = "it is" if must_fix == 1 else "they are"
    return f"{are}. Signing and publishing wait until {until} resolved or the version is sent back for changes."
