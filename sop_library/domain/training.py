"""Who owes a sign-off. Derived from audience, version in force and size of change; only sign-offs are recorded."""

from collections.abc import Collection, Iterable

from accounts.domain.roles import Role
from sop_library.domain.lifecycle import Phase
from sop_library.domain.numbering import ChangeSize, Number

# Who is asked to sign: everybody with this role. Others may sign and are listed, but owe nothing.
AUDIENCE = Role.AGENT
# When a version can be signed: also ahead of its date, because training ends before a procedure begins.
SIGNABLE = frozenset({Phase.EFFECTIVE, Phase.SCHEDULED})


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
