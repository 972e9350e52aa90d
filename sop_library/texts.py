"""A version's text with its answers: what is filled, what is missing, and the body they give."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sop_library.models import FrozenText, Version
from templates_app.domain.frontmatter import Template
from templates_app.domain.kinds import is_filled
from templates_app.domain.rendering import Body, Mode, render
from templates_app.domain.variables import Source, Variable
from templates_app.domain.writing import PLAIN, Writing
from templates_app.models import OrganisationValue
from templates_app.organisations import writing_of
from templates_app.texts import skeleton_of, template_of


@dataclass(frozen=True, slots=True)
class Filling:
    """A version's template, the values that hold for it, and which of them the organisation gave."""

    template: Template
    values: Mapping[str, Any]
    shared: Mapping[str, Any]
    writing: Writing = PLAIN

    def is_shared(self, variable: Variable) -> bool:
        """Return whether the organisation has given this variable's value for all SOPs."""
        return variable.source is Source.ORGANISATION and variable.name in self.shared

    @property
    def progress(self) -> tuple[int, int]:
        """How many of the answers that the manager owes are filled, and how many there are."""
        return filled_of(self.template.answered, self.values)

    @property
    def missing(self) -> list[Variable]:
        """The required variables without a value, in the order of the form."""
        return [
            variable
            for variable in self.template.answered
            if variable.required and not is_filled(variable, self.values)
        ]

    def newly_shared(self) -> list[Variable]:
        """The organisation's variables answered in this draft and not known to the organisation yet."""
        return [
            variable
            for variable in self.template.answered
            if variable.source is Source.ORGANISATION
            and variable.name not in self.shared
            and is_filled(variable, self.values)
        ]

    def body(self, source: str, mode: Mode) -> Body:
        """Return the body in a mode; raises MissingValues in the final one."""
        return render(skeleton_of(source), self.template.variables, self.values, mode, self.writing)


def filled_of(variables: tuple[Variable, ...] | list[Variable], values: Mapping[str, Any]) -> tuple[int, int]:
    """Return how many of the variables have a value, and how many there are."""
    return sum(is_filled(variable, values) for variable in variables), len(variables)


def filling_of(version: Version, shared: Mapping[str, Any] | None = None) -> Filling:
    """Return the filling of a version: a draft takes the organisation's values as they are now, others as frozen.

    `shared` saves the query when a list of drafts already has the organisation's values by name.
    """
    if not version.is_draft:
        return Filling(template_of(version.source), frozen_of(version).values, {}, writing_of(version.organisation))
    if shared is None:
        shared = OrganisationValue.objects.filter(organisation_id=version.organisation_id).by_name()
    return draft_filling(version.source, version.values, shared, writing_of(version.organisation))


def draft_filling(
    source: str, values: Mapping[str, Any], shared: Mapping[str, Any], writing: Writing = PLAIN
) -> Filling:
    """Return the filling of a draft's text: the organisation's values that it asks for stand over its own."""
    template = template_of(source)
    of_organisation = [variable for variable in template.answered if variable.source is Source.ORGANISATION]
    asked = {variable.name: shared[variable.name] for variable in of_organisation if is_filled(variable, shared)}
    return Filling(template, {**values, **asked}, asked, writing)


def frozen_of(version: Version) -> FrozenText:
    """Return what the version's present round froze; raises FrozenText.DoesNotExist for a draft."""
    return FrozenText.objects.get(version=version, round=version.round)
