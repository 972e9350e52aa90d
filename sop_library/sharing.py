"""The variables an organisation answers once for all of its SOPs: which there are, and which SOPs use them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from accounts.models import Membership
from sop_library.domain.lifecycle import OPEN, Status
from sop_library.domain.signature import sha256
from sop_library.models import Version
from templates_app.domain.frontmatter import Template as Text
from templates_app.domain.variables import Source, Variable
from templates_app.groups import Group, groups_of
from templates_app.models import OrganisationValue, Template
from templates_app.texts import template_of

NAMED_AT_MOST = 8
KIND_WORDS = {"yes_no": "Yes or no", "url": "Web address", "choices": "Several of a list", "choice": "One of a list"}
CHANGE_WORDS = {
    "editorial": "A change is editorial: a new version by editorial note",
    "minor": "A change is minor: a draft for the route, readers see a notice",
    "major": "A change is major: a draft for the route, everyone signs off again",
}


@dataclass(frozen=True, slots=True)
class Shared:
    """The organisation's variables in groups, and the SOPs whose present text uses each, by variable name."""

    groups: tuple[Group, ...]
    used_by: dict[str, list[str]]
    drafts: dict[str, list[str]]

    @property
    def variables(self) -> dict[str, Variable]:
        """The variables by name."""
        return {variable.name: variable for group in self.groups for variable in group.variables}

    def drafts_with(self, names: Iterable[str]) -> list[str]:
        """Return the numbers of the SOPs with a draft that uses one of the variables."""
        return sorted({number for name in names for number in self.drafts.get(name, [])})


def shared_by(member: Membership) -> Shared:
    """Return the organisation's variables of its SOPs' present texts and of the library, each once.

    Where texts declare a variable differently the SOPs' declaration counts, as it is the one in use.
    """
    present = _present_versions(member)
    texts = [template_of(version.source) for version in present]
    usable = Template.objects.visible_to(member).usable()
    library = [template_of(source) for source in usable.values_list("source", flat=True)]
    used_by: dict[str, list[str]] = {}
    drafts: dict[str, list[str]] = {}
    for version, text in zip(present, texts, strict=True):
        for variable in _shared_only(text).variables:
            used_by.setdefault(variable.name, []).append(version.sop.number)
            if version.is_draft:
                drafts.setdefault(variable.name, []).append(version.sop.number)
    return Shared(groups_of(*map(_shared_only, [*texts, *library])), used_by, drafts)


def _shared_only(text: Text) -> Text:
    return replace(text, variables=tuple(each for each in text.variables if each.source is Source.ORGANISATION))


def _present_versions(member: Membership) -> list[Version]:
    """Return each SOP's version that is worked on, or else its newest published one, in the order of the numbers."""
    rows = Version.objects.visible_to(member).filter(status__in=[*OPEN, Status.PUBLISHED])
    newest = dict(rows.order_by("major", "minor").values_list("sop_id", "pk"))
    return list(rows.filter(pk__in=newest.values()).select_related("sop").order_by("sop__prefix", "sop__serial"))


def about(variable: Variable) -> str:
    """Return the kind of a variable, and what a change of its value decides, in words."""
    kind = KIND_WORDS.get(variable.kind, variable.kind.replace("_", " ").capitalize())
    return f"{kind}. {CHANGE_WORDS[variable.change]}."


def in_words(numbers: list[str]) -> str:
    """Return numbers as a list in a sentence, cut where it gets long."""
    named = numbers[:NAMED_AT_MOST]
    rest = len(numbers) - len(named)
    if rest:
        return f"{', '.join(named)} and {rest} more"
    return " and ".join(part for part in (", ".join(named[:-1]), named[-1] if named else "") if part)


def state_of(organisation_id: int) -> str:
    """Return a mark of the organisation's values as they are now; any save changes it."""
    rows = OrganisationValue.objects.filter(organisation_id=organisation_id).order_by("name")
    return sha256(" ".join(f"{row.name}={row.updated_at.isoformat()}" for row in rows))
