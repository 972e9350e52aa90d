"""The form of the letters a person gets."""

from typing import Any

from django import forms

from accounts.domain.kinds import STOPPABLE, Kind
from accounts.forms import bare_helper


class LettersForm(forms.Form):
    """One box for each kind that can be stopped; checked means that it is sent."""

    kinds = forms.MultipleChoiceField(
        label="Send me",
        choices=[(kind.value, f"{kind.label}. {kind.meaning}") for kind in STOPPABLE],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages={"invalid_choice": "Choose from the kinds listed."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()

    def clean_kinds(self) -> list[Kind]:
        """Return the kinds that the person wants."""
        return [Kind(value) for value in self.cleaned_data["kinds"]]
