"""The groups of a form: a few variables under one heading, and how far each group is filled."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.text import slugify

from templates_app.domain.frontmatter import Template
from templates_app.domain.kinds import is_filled
from templates_app.domain.variables import Variable


@dataclass(frozen=True, slots=True)
class Group:
    """Answered variables under one heading; the slug names it in addresses."""

    slug: str
    title: str
    variables: tuple[Variable, ...]

    def filled(self, values: Mapping[str, object]) -> int:
        """Return how many of the variables have a value."""
        return sum(is_filled(variable, values) for variable in self.variables)

    def is_open(self, values: Mapping[str, object]) -> bool:
        """Return whether a required answer is missing."""
        return any(variable.required and not is_filled(variable, values) for variable in self.variables)

    def label(self, values: Mapping[str, object]) -> str:
        """Return the group's state in words: "2 of 3", "Complete", or "2 of 3, the rest is optional"."""
        filled, total = self.filled(values), len(self.variables)
        if filled == total:
            return "Complete"
        return f"{filled} of {total}" + ("" if self.is_open(values) else ", the rest is optional")


def groups_of(*templates: Template) -> tuple[Group, ...]:
    """Return the groups of one template, or of several together with each variable once, in the order they come."""
    found: dict[str, dict[str, Variable]] = {}
    seen: set[str] = set()
    for template in templates:
        for title, variables in template.groups_of():
            new = [variable for variable in variables if variable.name not in seen]
            seen.update(variable.name for variable in new)
            found.setdefault(title, {}).update({variable.name: variable for variable in new})
    titles = [title for title, variables in found.items() if variables]
    slugs = _slugs(titles)
    return tuple(Group(slug, title, tuple(found[title].values())) for slug, title in zip(slugs, titles, strict=True))


def _slugs(titles: list[str]) -> list[str]:
    """Return one slug for each title; titles that give none, or one that is taken, are told apart by their place."""
    slugs: list[str] = []
    for place, title in enumerate(titles, start=1):
        slug = slugify(title)[:60]
        slugs.append(slug if slug and slug not in slugs else f"{slug or 'group'}-{place}")
    return slugs
