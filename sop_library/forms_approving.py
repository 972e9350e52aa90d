"""The forms of submitting, signing, returning, publishing and withdrawing a version."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.fields import SafeCharField, SafeChoiceField, SafeIntegerField, SafeTextField
from accounts.forms import BareForm
from accounts.forms_signing import SigningForm
from accounts.models import Membership
from sop_library.domain import numbering
from sop_library.domain.approval import Quorum
from sop_library.domain.days import FURTHEST_YEARS, is_too_far, months_after
from sop_library.domain.numbering import CHANGE_SIZES, ChangeSize, Number
from sop_library.domain.route import StepPlan
from sop_library.forms_people import PeopleField, PersonField
from sop_library.models import ApprovalPerson, Version
from sop_library.routing import RoutePlan, approvers_of, pool_of

DATE_FORMATS = ["%Y-%m-%d", "%d %B %Y", "%d %b %Y"]


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


class _DatedForm(BareForm):
    """A form that knows what day it is where the organisation is."""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

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

    def __init__(self, *args: Any, version: Version, by: Membership, route: RoutePlan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.version, self.route = version, route
        self.others = [person for person in approvers_of(by.organisation_id) if person.pk != by.pk]
        self.pools = {number: pool_of(plan, self.others) for number, plan in enumerate(route.steps, 1)}
        self.initial = {**self._first_answers(by), **self.initial}
        for number, plan in self._asked():
            self.fields[step_name(number)] = self._people_field(number, plan)
        self._fit_to_version()

    def _asked(self) -> Iterator[tuple[int, StepPlan]]:
        """Yield the steps whose people the author chooses; for the others the route says who they are."""
        for number, plan in enumerate(self.route.steps, 1):
            if plan.is_open or not plan.names_people:
                yield number, plan

    def _people_field(self, number: int, plan: StepPlan) -> forms.Field:
        label = f"Step {number}: {plan.title.lower()} by"
        if self._is_of_one(number, plan):
            return PersonField(self.others, label)
        return PeopleField(self.others, label, help_text=quorum_words(plan))

    def _is_of_one(self, number: int, plan: StepPlan) -> bool:
        """Whether a select is enough: one signature, by one person or by anyone."""
        return plan.quorum is Quorum.ONE and len(self.pools[number]) < 2

    def _first_answers(self, by: Membership) -> dict[str, Any]:
        effective = max(self.version.effective_on or self.today, self.today)
        review = self.version.review_on
        if review is None or review <= effective:
            review = months_after(effective, by.organisation.review_months)
        steps = {step_name(number): self._first_people(number, plan) for number, plan in self._asked()}
        return {
            "change_size": self.version.change_size,
            "change_summary": self.version.change_summary,
            "effective_on": effective,
            "review_on": review,
            "row_version": self.version.row_version,
            **steps,
        }

    def _first_people(self, number: int, plan: StepPlan) -> Any:
        """Return whom a step names before anything is chosen: those of the round before, else those of the route."""
        rows = ApprovalPerson.objects.filter(approval__version=self.version, approval__round=self.version.round)
        keys = set(rows.filter(approval__position=number).values_list("person", flat=True))
        before = [person for person in self.others if person.pk in keys]
        people = before or self.pools[number]
        if self._is_of_one(number, plan):
            return people[0] if people else None
        return people

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
    def people(self) -> list[tuple[forms.BoundField | None, str]]:
        """Each step of the route: the field for its people, or the words that say who they are."""
        asked = dict(self._asked())
        return [
            (self[step_name(number)], "") if number in asked else (None, self._fixed_words(number, plan))
            for number, plan in enumerate(self.route.steps, 1)
        ]

    def _fixed_words(self, number: int, plan: StepPlan) -> str:
        names = "; ".join(person.name_and_role for person in self.pools[number])
        return f"Step {number}: {plan.title.lower()} by {names}. {quorum_words(plan)}"

    @property
    def too_few(self) -> int:
        """How many approvers the organisation lacks for this route, where each of them signs once."""
        needed = sum(plan.count if plan.quorum is Quorum.SOME else 1 for plan in self.route.steps)
        return max(needed - len(self.others), 0) if self.route.one_step_each else 0

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
            "assignees": {number: _as_people(data[step_name(number)]) for number, _ in self._asked()},
        }


def _as_people(answer: Membership | list[Membership] | None) -> list[Membership]:
    return answer if isinstance(answer, list) else [answer] if answer else []


def quorum_words(plan: StepPlan) -> str:
    """Return how many of a step's people have to sign."""
    match plan.quorum:
        case Quorum.ONE:
            return "One of them signs."
        case Quorum.ALL:
            return "All of them sign."
    return f"{plan.count} of them sign. With none named, any {plan.count} who may approve."


def step_name(position: int) -> str:
    """Return the name of the select for a step of the route."""
    return f"step_{position}"


def previous_number(version: Version) -> Number | None:
    """Return the number of the version before, None for a first version."""
    if version.previous_major is None or version.previous_minor is None:
        return None
    return Number(version.previous_major, version.previous_minor)


class SignForm(SigningForm):
    """What identifies the signer, and the digest of the text and the step that their page showed."""

    shown_digest = SafeCharField(widget=forms.HiddenInput, max_length=64)
    shown_step = SafeIntegerField(widget=forms.HiddenInput, required=False)


class ReturnForm(BareForm):
    """Why a version goes back to its author."""

    shown_digest = SafeCharField(widget=forms.HiddenInput, max_length=64)
    reason = reason_field("What has to change", "The author reads this. Name the section and what you expect there.")


class WithdrawForm(BareForm):
    """Why a version is taken out of use."""

    reason = reason_field("Reason", "Readers see it above the version.")
