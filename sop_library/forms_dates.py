"""The forms about dates: publishing, ending a training, and confirming that a version is still right."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.fields import SafeCharField, SafeIntegerField, SafeTextField
from accounts.forms import BareForm
from accounts.forms_signing import SigningForm
from sop_library.domain.days import FURTHEST_YEARS, is_too_far
from sop_library.domain.training import WHOLE
from sop_library.forms_approving import day_field, reason_field


def near(day: date, today: date) -> date:
    """Return the day; ValidationError when it is decades ahead."""
    if is_too_far(day, today):
        raise ValidationError(f"Choose a day within the next {FURTHEST_YEARS} years.")
    return day


class PublishForm(BareForm):
    """From when a version is in force, and which share of its readers signs before that."""

    effective_on = day_field("Effective date", "Today puts it in force at once; a later day at midnight of that day.")
    train_first = forms.BooleanField(
        label="People sign before it comes into force",
        help_text="Until enough have signed, the version before stays in force.",
        required=False,
    )
    training_share = SafeIntegerField(
        label="Per cent who must have signed",
        help_text="Of the people who are asked to sign it, from 1 to 100.",
        min_value=1,
        max_value=WHOLE,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, today: date, has_choice: bool, share: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["training_share"].needed = True  # type: ignore[attr-defined] # once the box is ticked
        self.initial = {"train_first": share is not None, "training_share": share or WHOLE, **self.initial}
        if not has_choice:
            del self.fields["train_first"], self.fields["training_share"]

    def clean_effective_on(self) -> date:
        """Return the effective day."""
        return near(self.cleaned_data["effective_on"], self.today)

    def clean(self) -> dict[str, Any]:
        """Return the answers; a share is asked for once people are to sign first."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        is_empty = data.get("training_share") is None and "training_share" not in self.errors
        if data.get("train_first") and is_empty:
            self.add_error("training_share", "Enter the per cent who must have signed.")
        return data

    @property
    def answers(self) -> dict[str, Any]:
        """The checked answers as `actions.publishing.publish` takes them."""
        data = self.cleaned_data
        share = data.get("training_share") if data.get("train_first") else None
        return {"effective_on": data["effective_on"], "training_share": share}


class PutInForceForm(BareForm):
    """Why a version comes into force before enough people have signed it."""

    reason = reason_field("Reason", "It stays on record that the training was not waited for.")

    def __init__(self, *args: Any, is_reached: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_reached:
            del self.fields["reason"]


class ConfirmForm(SigningForm):
    """When a version is looked at next, what was checked, and the signature that it is still right."""

    shown_digest = SafeCharField(widget=forms.HiddenInput, max_length=64)
    turn = SafeIntegerField(widget=forms.HiddenInput, min_value=1)
    next_review_on = day_field("Next review", "When somebody looks at the procedure again.")
    note = SafeTextField(
        label="What you checked",
        help_text="Kept with your signature.",
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_next_review_on(self) -> date:
        """Return the day of the next review."""
        return near(self.cleaned_data["next_review_on"], self.today)

    @property
    def answers(self) -> dict[str, Any]:
        """The checked answers as `actions.confirming.confirm_review` takes them."""
        return {name: self.cleaned_data[name] for name in ("shown_digest", "turn", "next_review_on", "note")}
