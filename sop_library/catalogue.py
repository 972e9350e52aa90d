"""The library of templates as managers choose from it: what each one asks for, and how long filling it takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from accounts.models import Membership
from templates_app.domain.frontmatter import Template as Text
from templates_app.domain.kinds import is_filled
from templates_app.domain.variables import Source, Variable
from templates_app.groups import groups_of
from templates_app.models import OrganisationValue, Pack, Template, TemplateVersion
from templates_app.querysets import TemplateQuerySet
from templates_app.texts import template_of

SECONDS_AN_ANSWER = 50
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
STARTER = "customer-service-call-handling"


def filling_minutes(answers: int) -> int:
    """Return about how many minutes that many answers take, in steps of five."""
    return 5 * max(1, ceil(answers * SECONDS_AN_ANSWER / 60 / 5))


@dataclass(frozen=True, slots=True)
class Offer:
    """A template with the number of answers it asks for."""

    template: Template
    answers: int

    @property
    def filling(self) -> int:
        """About how many minutes filling it takes."""
        return filling_minutes(self.answers)


@dataclass(frozen=True, slots=True)
class PackOffer:
    """A pack with those of its templates that were asked for."""

    pack: Pack
    offers: list[Offer]


def offer_of(template: Template) -> Offer:
    """Return a template as it is offered."""
    return Offer(template, len(template_of(template.source).answered))


def starter(member: Membership) -> Offer | None:
    """Return the template that a member begins with: the one made for that, else the shortest, else None."""
    offers = [offer_of(row) for row in Template.objects.visible_to(member).usable().filter(pack=None)]
    return min(offers, key=lambda offer: (offer.template.slug != STARTER, offer.answers), default=None)


def singles_in(found: TemplateQuerySet) -> list[Offer]:
    """Return the built-in templates that belong to no pack."""
    return [offer_of(row) for row in found if row.is_built_in and row.pack_id is None]


@dataclass(frozen=True, slots=True)
class OwnOffer:
    """A template of the organisation's own: the numbers of its published version and of its draft, if there are."""

    template: Template
    published: TemplateVersion | None
    draft: TemplateVersion | None
    answers: int

    @property
    def filling(self) -> int:
        """About how many minutes filling it takes."""
        return filling_minutes(self.answers)


def own_in(found: TemplateQuerySet) -> list[OwnOffer]:
    """Return the organisation's own templates, drafts and retired ones among them if they were asked for."""
    return [own_offer_of(row) for row in found.prefetch_related("versions") if not row.is_built_in]


def own_offer_of(template: Template) -> OwnOffer:
    """Return a template of the organisation's own as its list and its page show it."""
    versions = sorted(template.versions.all(), key=lambda version: version.number)
    published = next((version for version in reversed(versions) if not version.is_draft), None)
    draft = next((version for version in versions if version.is_draft), None)
    answers = len(template_of(template.source).answered) if template.is_published else 0
    return OwnOffer(template, published, draft, answers)


def packs_in(found: TemplateQuerySet) -> list[PackOffer]:
    """Return the packs that hold at least one of the templates, with those templates in the pack's order."""
    by_pack: dict[Pack, list[Offer]] = {}
    for row in found:
        if row.pack is not None:
            by_pack.setdefault(row.pack, []).append(offer_of(row))
    return [PackOffer(pack, offers) for pack, offers in by_pack.items()]


@dataclass(frozen=True, slots=True)
class Need:
    """One answer that somebody has to bring, unless the organisation has given it already."""

    variable: Variable
    is_given: bool


@dataclass(frozen=True, slots=True)
class Needs:
    """What templates ask for, by group; each answer once."""

    groups: list[tuple[str, list[Need]]]
    templates: int

    @property
    def procedures(self) -> str:
        """How many procedures the answers are for, in words up to ten."""
        return _NUMBERS[self.templates] if self.templates < len(_NUMBERS) else str(self.templates)

    @property
    def total(self) -> int:
        """How many answers there are."""
        return sum(len(needs) for _, needs in self.groups)

    @property
    def given(self) -> int:
        """How many of them the organisation has given already."""
        return sum(need.is_given for _, needs in self.groups for need in needs)

    @property
    def filling(self) -> int:
        """About how many minutes the answers take that are not given yet."""
        return filling_minutes(self.total - self.given)


def needs_of(parsed: Sequence[Text], member: Membership) -> Needs:
    """Return what the texts of templates ask of a member's organisation."""
    shared = OrganisationValue.objects.visible_to(member).by_name()
    groups = [(group.title, [_need(variable, shared) for variable in group.variables]) for group in groups_of(*parsed)]
    return Needs(groups, len(parsed))


def _need(variable: Variable, shared: Mapping[str, Any]) -> Need:
    return Need(variable, variable.source is Source.ORGANISATION and is_filled(variable, shared))
