"""Filtering the trail."""

from datetime import UTC, date, datetime, time
from typing import Any

from django import forms

from accounts.fields import SafeCharField, SafeChoiceField
from accounts.models import Membership
from audit.querysets import EntryQuerySet
from sop_library.trail_words import ACTION_WORDS, GROUP_WORDS, OPENED
from templates_app.widgets import DayInput


def _actions() -> list[tuple[str, Any]]:
    """Return what can be chosen: any action, all of one thing, or one action, grouped by what they are about."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for action, words in ACTION_WORDS.items():
        groups.setdefault(action.partition(".")[0], []).append((action, words))
    found: list[tuple[str, Any]] = [("", "Any action")]
    for name, actions in groups.items():
        title = GROUP_WORDS.get(name, name.capitalize())
        found.append((title, [(f"{name}.", f"{title}: all"), *actions]))
    return found


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=DayInput(attrs={"autocomplete": "off"}),
        error_messages={"invalid": "Enter a day as year, month and day, such as 2026-12-01."},
    )


class TrailForm(forms.Form):
    """Who, what, about which thing, from which day to which, in UTC; and whether opening things is shown."""

    person = forms.ModelChoiceField(
        queryset=Membership.objects.none(),
        required=False,
        empty_label="Anybody",
        error_messages={"invalid_choice": "Choose one of the people listed."},
    )
    action = SafeChoiceField(
        choices=_actions,
        required=False,
        error_messages={"invalid_choice": "Choose one of the actions listed."},
    )
    words = SafeCharField(max_length=200, required=False, label="About (number or words)")
    since = _day("From day")
    until = _day("To day")
    views = SafeChoiceField(label="Who opened what", choices=[("", "Left out"), ("on", "Shown")], required=False)

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
        is_group = asked["action"].endswith(".")
        entries = entries.filter(**{"action__startswith" if is_group else "action": asked["action"]})
    if asked.get("words"):
        entries = entries.filter(subject__icontains=asked["words"])
    if asked.get("since"):
        entries = entries.filter(at__gte=_moment(asked["since"], time.min))
    if asked.get("until"):
        entries = entries.filter(at__lte=_moment(asked["until"], time.max))
    return entries


def without_views(form: TrailForm, entries: EntryQuerySet) -> EntryQuerySet:
    """Return the entries without those of opening things, which would bury the changes, unless the form asks for them.

    `filtered` has read the form. Tables and bundles hold all.
    """
    wants = form.cleaned_data.get("views") or form.cleaned_data.get("action") in OPENED
    return entries if wants else entries.exclude(action__in=OPENED)


def _moment(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, UTC)
