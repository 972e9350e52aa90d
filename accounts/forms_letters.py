"""The forms of the letters that a person gets, and of the addresses that checkpoints go to."""

from django import forms
from django.core.exceptions import ValidationError

from accounts.actions_keepers import MOST
from accounts.domain.kinds import STOPPABLE, Kind
from accounts.fields import SafeEmailField, SafeTextField
from accounts.forms import BareForm


class LettersForm(BareForm):
    """One box for each kind that can be stopped; checked means that it is sent."""

    kinds = forms.MultipleChoiceField(
        label="Send me",
        choices=[(kind.value, f"{kind.label}. {kind.meaning}") for kind in STOPPABLE],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages={"invalid_choice": "Choose from the kinds listed."},
    )

    def clean_kinds(self) -> list[Kind]:
        """Return the kinds that the person wants."""
        return [Kind(value) for value in self.cleaned_data["kinds"]]


class KeepersForm(BareForm):
    """One e-mail address a line."""

    addresses = SafeTextField(
        label="Send checkpoints to",
        help_text=f"One e-mail address a line, at most {MOST}. Empty: checkpoints are sent to nobody.",
        max_length=2_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": MOST, "autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_addresses(self) -> list[str]:
        """Return the addresses, folded; ValidationError names the first line that is none, and too many."""
        lines = [line.strip() for line in (self.cleaned_data["addresses"] or "").splitlines() if line.strip()]
        field, found = SafeEmailField(), []
        for number, line in enumerate(lines, 1):
            try:
                found.append(field.clean(line))
            except ValidationError:
                raise ValidationError(f"Address {number} is no e-mail address such as ana@example.org.") from None
        if len(set(found)) > MOST:
            raise ValidationError(f"Name at most {MOST} addresses; there are {len(set(found))}.")
        return found
