"""What an organisation brings to its forms and documents: how it writes values, and the people it can name."""

from collections.abc import Iterable, Mapping

from accounts.models import Membership, Organisation
from templates_app.domain.variables import Variable
from templates_app.domain.writing import Writing

# What a member can be offered as, by kind of variable.
_NAMED = {"person": "user__name", "role": "title", "department": "department"}

Offers = Mapping[str, tuple[str, ...]]


def writing_of(organisation: Organisation) -> Writing:
    """Return how the organisation writes values."""
    return Writing(organisation.locale, organisation.phone_region, organisation.currency)


def offers_for(member: Membership, variables: Iterable[Variable]) -> Offers:
    """Return the names, job titles and departments of the member's own organisation, by the kinds that ask for them.

    One query when any of the variables asks, none otherwise; suspended members are not offered.
    """
    kinds = [kind for kind in _NAMED if any(variable.kind == kind for variable in variables)]
    if not kinds:
        return {}
    columns = [_NAMED[kind] for kind in kinds]
    rows = list(Membership.objects.visible_to(member).active().values_list(*columns))
    return {kind: tuple(sorted({row[place] for row in rows} - {""})) for place, kind in enumerate(kinds)}
