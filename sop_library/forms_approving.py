"""The forms of submitting, signing, returning, publishing and withdrawing a version."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.domain.roles import Role
from accounts.fields import SafeCharField, SafeChoiceField, SafeIntegerField, SafeTextField
from accounts.forms import bare_helper
from accounts.forms_signing import SigningForm
from accounts.models import Membership
from sop_library.domain import numbering
from sop_library.domain.approval import LONGEST_ROUTE
from sop_library.domain.days import FURTHEST_YEARS, is_too_far, months_after
from sop_library.domain.numbering import CHANGE_SIZES, ChangeSize, Number
from sop_library.domain.signature import TITLES, Meaning
from sop_library.models import Version

ANYONE = "anyone"
NO_STEP = "none"
DATE_FORMATS = ["%Y-%m-%d", "%d %B %Y", "%d %b %Y"]
ROUTE_MEANINGS = (Meaning.REVIEWED, Meaning.APPROVED)
Route = Sequence[tuple[int, Meaning, Membership | None]]


def day_field(label: str, help_text: str) -> forms.DateField:
    """Return a field for one day."""
    return forms.DateField(
        label=label,
        help_text=help_text,
        input_formats=DATE_FORMATS,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": f"Enter the {label.lower()}.",
            "invalid": f"Enter the {label.lower()} as year, month and day, such as 2026-12-01.",
        },
    )


def reason_field(label: str, help_text: str) -> SafeTextField:
    """Return a field for a reason that is kept with the version."""
    return SafeTextField(
        label=label,
        help_text=help_text,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Enter a reason: it is kept with the version."},
    )


class PersonField(SafeChoiceField):
    """One of the organisation's approvers with their role, as signatures print them, or anyone of them."""

    def __init__(self, people: Sequence[Membership], label: str) -> None:
        self.people = {str(person.pk): person for person in people}
        named = [(key, f"{person.printed_name}, {person.printed_role}") for key, person in self.people.items()]
        super().__init__(
            label=label,
            choices=[(ANYONE, "Anyone who may approve"), *named],
            error_messages={"invalid_choice": "Choose one of the people listed."},
        )

    def prepare_value(self, value: Any) -> Any:
        """Return what the select shows: a person by key, nobody as anyone."""
        return value.pk if isinstance(value, Membership) else value or ANYONE

    def clean(self, value: Any) -> Membership | None:
        """Return the person, None for anyone; ValidationError for anybody else."""
        return self.people.get(super().clean(value or ANYONE))


def approvers_for(member: Membership) -> list[Membership]:
    """Return the people who may sign steps in the member's organisation."""
    return list(Membership.objects.visible_to(member).active().holding(Role.APPROVER))


class _DatedForm(forms.Form):
    """A form that knows what day it is where the organisation is."""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.helper = bare_helper()

    def near(self, name: str) -> date:
        """Return the day of a field; ValidationError when it is decades ahead."""
        day: date = self.cleaned_data[name]
        if is_too_far(day, self.today):
            raise ValidationError(f"Choose a day within the next {FURTHEST_YEARS} years.")
        return day

    def clean_effective_on(self) -> date:
        """Return the effective day."""
        return self.near("effective_on")


class SubmitForm(SigningForm, _DatedForm):
    """What the author says when submitting, who signs next, and the author's own signature."""

    change_size = SafeChoiceField(
        label="Size of the change",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose the size of the change.",
            "invalid_choice": "Choose one of the sizes listed.",
        },
    )
    change_summary = SafeTextField(
        label="What changed",
        help_text="One or two sentences. They stand in the revision history.",
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Enter what changed since the version before."},
    )
    effective_on = day_field("Effective date", "Today or later. Publishing can move it later, not earlier.")
    review_on = day_field("Review date", "When somebody looks at the procedure again.")
    row_version = SafeIntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, version: Version, by: Membership, route: Route, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.version, self.route = version, route
        self.initial = {**self._first_answers(by), **self.initial}
        self.others = [person for person in approvers_for(by) if person.pk != by.pk]
        for position, meaning, _ in route:
            label = f"Step {position}: {TITLES[meaning].lower()} by"
            self.fields[step_name(position)] = PersonField(self.others, label)
        self._fit_to_version()

    def _first_answers(self, by: Membership) -> dict[str, Any]:
        effective = max(self.version.effective_on or self.today, self.today)
        review = self.version.review_on
        if review is None or review <= effective:
            review = months_after(effective, by.organisation.review_months)
        before = dict(self.version.approvals.filter(round=self.version.round).values_list("position", "assignee"))
        steps = {
            step_name(position): before.get(position, person.pk if person else None)
            for position, _, person in self.route
        }
        return {
            "change_size": self.version.change_size,
            "change_summary": self.version.change_summary,
            "effective_on": effective,
            "review_on": review,
            "row_version": self.version.row_version,
            **steps,
        }

    def _fit_to_version(self) -> None:
        """A first version is always 1.0 and major, and has nothing to be compared with."""
        before = previous_number(self.version)
        if before is None:
            del self.fields["change_size"], self.fields["change_summary"]
            return
        self.fields["change_size"].choices = [  # type: ignore[attr-defined]
            (size.value, f"{words}. Becomes version {numbering.successor(before, size)}.")
            for size, words in CHANGE_SIZES.items()
        ]

    def clean_review_on(self) -> date:
        """Return the review day."""
        return self.near("review_on")

    @property
    def people(self) -> list[forms.BoundField]:
        """The selects for the steps of the route."""
        return [self[step_name(position)] for position, _, _ in self.route]

    @property
    def answers(self) -> dict[str, Any]:
        """The checked answers as `actions.approving.submit` takes them."""
        data = self.cleaned_data
        return {
            "row_version": data["row_version"],
            "change_size": ChangeSize(data.get("change_size") or ChangeSize.MAJOR),
            "change_summary": data.get("change_summary", ""),
            "effective_on": data["effective_on"],
            "review_on": data["review_on"],
            "assignees": {position: data[step_name(position)] for position, _, _ in self.route},
        }


def step_name(position: int) -> str:
    """Return the name of the select for a step of the route."""
    return f"step_{position}"


def previous_number(version: Version) -> Number | None:
    """Return the number of the version before, None for a first version."""
    if version.previous_major is None or version.previous_minor is None:
        return None
    return Number(version.previous_major, version.previous_minor)


class SignForm(SigningForm):
    """What identifies the signer, and the digest of the text that their page showed."""

    shown_digest = SafeCharField(widget=forms.HiddenInput, max_length=64)


class ReturnForm(forms.Form):
    """Why a version goes back to its author."""

    shown_digest = SafeCharField(widget=forms.HiddenInput, max_length=64)
    reason = reason_field("What has to change", "The author reads this. Name the section and what you expect there.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()


class WithdrawForm(forms.Form):
    """Why a version is taken out of use."""

    reason = reason_field("Reason", "Readers see it above the version.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper()


class RouteStepForm(forms.Form):
    """One step of the organisation's route."""

    meaning = SafeChoiceField(
        label="Signs as",
        required=False,
        initial=NO_STEP,
        choices=[(NO_STEP, "No step"), *((meaning.value, TITLES[meaning]) for meaning in ROUTE_MEANINGS)],
        error_messages={"invalid_choice": "Choose reviewed or approved."},
    )
    remove = forms.BooleanField(label="Remove this step", required=False)

    def __init__(self, *args: Any, people: Sequence[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["meaning"].needed = True  # type: ignore[attr-defined] # "No step" is an answer, not an option
        self.fields["person"] = PersonField(people, "Person")
        self.order_fields(["meaning", "person", "remove"])

    @property
    def is_used(self) -> bool:
        """Whether the route has this step already."""
        return bool(self.initial.get("meaning") != NO_STEP)

    @property
    def step(self) -> tuple[Meaning, Membership | None] | None:
        """The step as it was answered, None for a row that is not used."""
        data = self.cleaned_data
        if data.get("remove") or data.get("meaning", "") in {"", NO_STEP}:
            return None
        return Meaning(data["meaning"]), data.get("person")


def route_forms(route: Route, people: Sequence[Membership], data: Any = None) -> list[RouteStepForm]:
    """Return one form for each step a route can have, filled from the route or from what was sent."""
    first = {position: (meaning, person) for position, meaning, person in route}
    made = []
    for position in range(1, LONGEST_ROUTE + 1):
        meaning, person = first.get(position, (NO_STEP, None))
        initial = {"meaning": meaning, "person": person}
        made.append(RouteStepForm(data, prefix=f"step{position}", initial=initial, people=people))
    return made
