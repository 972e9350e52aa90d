"""Filtering the trail."""

from datetime import UTC, date, datetime, time
from typing import Any

from django import forms

from accounts.fields import SafeCharField, SafeChoiceField
from accounts.models import Membership
from audit.querysets import EntryQuerySet
from templates_app.widgets import DayInput

ACTIONS = {
    "": "Any action",
    "sop.": "Procedures",
    "version.": "Versions and signatures",
    "draft.": "Drafts",
    "value.": "Values",
    "route.": "Route",
    "member.": "People",
    "organisation.": "Organisation",
}


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=DayInput(attrs={"autocomplete": "off"}),
        error_messages={"invalid": "Enter a day as year, month and day, such as 2026-12-01."},
    )


class TrailForm(forms.Form):
    """Who, what, and from which day to which, in UTC."""

    person = forms.ModelChoiceField(
        queryset=Membership.objects.none(),
        required=False,
        empty_label="Anybody",
        error_messages={"invalid_choice": "Choose one of the people listed."},
    )
    action = SafeChoiceField(
        choices=list(ACTIONS.items()),
        required=False,
        error_messages={"invalid_choice": "Choose one of the actions listed."},
    )
    words = SafeCharField(max_length=200, required=False, label="Number or words")
    since = _day("From day")
    until = _day("To day")

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = Membership.objects.visible_to(member)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Return the answers; an error when the first day comes after the last."""
        asked = self.cleaned_data
        since, until = asked.get("since"), asked.get("until")
        if since and until and since > until:
            self.add_error("until", "The last day must be the first day or later.")
        return asked

    @property
    def is_used(self) -> bool:
        """Whether any filter is set."""
        return any(self.data.get(name) for name in self.fields)


def filtered(form: TrailForm, entries: EntryQuerySet) -> EntryQuerySet:
    """Return the entries that the form asks for; a filter that is wrong is not applied, and the page says so."""
    form.is_valid()
    asked = form.cleaned_data
    if asked.get("person"):
        entries = entries.filter(person=asked["person"].user)
    if asked.get("action"):
        entries = entries.filter(action__startswith=asked["action"])
    if asked.get("words"):
        entries = entries.filter(subject__icontains=asked["words"])
    if asked.get("since"):
        entries = entries.filter(at__gte=_moment(asked["since"], time.min))
    if asked.get("until"):
        entries = entries.filter(at__lte=_moment(asked["until"], time.max))
    return entries


def _moment(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, UTC)
