"""Who owes a sign-off. Derived from audience, version in force and size of change; only sign-offs are recorded.

A version may be published for training: it begins at its date, and not before a share of its audience has signed.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from accounts.domain.roles import Role
from sop_library.domain.lifecycle import Phase
from sop_library.domain.numbering import ChangeSize, Number

# Who is asked to sign: everybody with this role. Others may sign and are listed, but owe nothing.
AUDIENCE = Role.AGENT
# When a version can be signed: also ahead of its date, because training ends before a procedure begins.
SIGNABLE = frozenset({Phase.EFFECTIVE, Phase.SCHEDULED, Phase.TRAINING})
WHOLE = 100


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of those who are asked have signed, and the share in per cent that must have before it begins."""

    signed: int
    asked: int
    share: int

    @property
    def needed(self) -> int:
        """How many must have signed: a share of a person is a person."""
        return -(-self.share * self.asked // WHOLE)

    @property
    def is_reached(self) -> bool:
        """Whether enough have signed; where nobody is asked, nobody is waited for."""
        return self.signed >= self.needed

    @property
    def words(self) -> str:
        """How many have signed: "12 of 20"."""
        return f"{self.signed} of {self.asked}"


def accepted_numbers(published: Iterable[tuple[Number, ChangeSize]], current: Number) -> frozenset[Number]:
    """Return the versions whose sign-off counts for `current`: from the last major change up to it.

    An editorial or minor change asks nobody to sign again, so a sign-off on 1.0 still counts under 1.1.
    """
    counted: set[Number] = set()
    for number, size in sorted(published, reverse=True):
        if number > current:
            continue
        counted.add(number)
        if size is ChangeSize.MAJOR or number.minor == 0:
            break
    return frozenset(counted)


def owes(signed: Collection[Number], accepted: Collection[Number]) -> bool:
    """Return whether somebody who signed off those versions still owes one of the accepted ones."""
    return not set(signed) & set(accepted)
