"""Choosing the people who sign: one of an organisation's approvers, several of them, or anybody who may approve."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from accounts.fields import SafeChoiceField
from accounts.models import Membership

ANYONE = "anyone"
NOT_LISTED = "Choose one of the people listed."


class PersonField(SafeChoiceField):
    """One person of those given, or nobody in particular, as `nobody` says it; "" asks for a person."""

    def __init__(
        self, people: Sequence[Membership], label: str, *, nobody: str = "Anyone who may approve", **kwargs: Any
    ) -> None:
        self.people = {str(person.pk): person for person in people}
        rows = [(key, person.name_and_role) for key, person in self.people.items()]
        first = [(ANYONE, nobody)] if nobody else [("", "Choose somebody")]
        super().__init__(label=label, choices=[*first, *rows], error_messages={"invalid_choice": NOT_LISTED}, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Return what the select shows: a person by key, nobody as anyone."""
        return value.pk if isinstance(value, Membership) else value or ANYONE

    def clean(self, value: Any) -> Membership | None:
        """Return the person, None for nobody in particular; ValidationError for anybody else."""
        return self.people.get(super().clean(value or ANYONE))


class PeopleField(forms.MultipleChoiceField):
    """Several of the people given, each with a box; none of them means anybody who may approve."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, people: Sequence[Membership], label: str, **kwargs: Any) -> None:
        self.people = {str(person.pk): person for person in people}
        super().__init__(
            label=label,
            required=False,
            choices=[(key, person.name_and_role) for key, person in self.people.items()],
            error_messages={"invalid_choice": NOT_LISTED, "invalid_list": NOT_LISTED},
            **kwargs,
        )

    def prepare_value(self, value: Any) -> Any:
        """Return the keys whose boxes are ticked."""
        return [each.pk if isinstance(each, Membership) else each for each in value or []]

    def clean(self, value: Any) -> list[Membership]:
        """Return the people; ValidationError for anybody else."""
        sent: Iterable[str] = [each for each in value or [] if each]
        return [self.people[key] for key in super().clean(list(sent))]
