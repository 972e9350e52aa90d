"""What has changed around a version since it was fixed: whoever looks at it again starts there."""

from dataclasses import dataclass

from accounts.models import Membership
from sop_library.models import Version
from sop_library.newer import Newer, newer_than
from sop_library.texts import frozen_of, shown
from templates_app.domain.variables import Source
from templates_app.models import OrganisationValue
from templates_app.organisations import writing_of
from templates_app.texts import template_of


@dataclass(frozen=True, slots=True)
class ValueSince:
    """A value of the organisation that is another one now than in the version, both as people read them."""

    label: str
    then: str
    now: str


@dataclass(frozen=True, slots=True)
class Since:
    """The organisation's values that differ from those in a version, and the newer version of its template, if any."""

    values: list[ValueSince]
    newer: Newer | None


def since(version: Version, member: Membership) -> Since:
    """Return what has changed around an issued version since its text was fixed."""
    frozen, writing = frozen_of(version), writing_of(version.organisation)
    kept = OrganisationValue.objects.visible_to(member).by_name()
    asked = [each for each in template_of(frozen.source).answered if each.source is Source.ORGANISATION]
    values = [
        ValueSince(each.label, *(shown(each, held.get(each.name), writing) for held in (frozen.values, kept)))
        for each in asked
    ]
    return Since([each for each in values if each.then != each.now], newer_than(version, member))
