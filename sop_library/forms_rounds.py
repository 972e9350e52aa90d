"""The forms that change the steps and people of a round, and those of standing in for somebody."""

from collections.abc import Sequence
from typing import Any

from django import forms

from accounts.fields import SafeCharField, SafeChoiceField, SafeIntegerField, SafeTextField
from accounts.forms import BareForm
from accounts.models import Membership
from sop_library.domain.approval import QUORUMS, Quorum
from sop_library.domain.route import ROUTE_MEANINGS, StepPlan
from sop_library.domain.signature import TITLES, Meaning
from sop_library.forms_approving import day_field, reason_field
from sop_library.forms_people import PeopleField, PersonField
from sop_library.forms_routes import MOST_SIGNERS, days_field
from sop_library.models import Approval


class _RoundForm(BareForm):
    """A form about the steps of a round that are not complete."""

    def __init__(self, *args: Any, steps: Sequence[Approval], people: Sequence[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.steps, self.people = steps, people
        self.lay()

    def lay(self) -> None:
        """Make the fields that depend on the round."""
        raise NotImplementedError


class ReplaceForm(_RoundForm):
    """Somebody in the place of a person who has not signed."""

    reason = reason_field("Reason", "It is kept with the version. Such as “Sol Berg has left the company.”")

    def lay(self) -> None:
        """Offer each named person whose signature is missing, by step."""
        self.places = {
            f"{step.position}-{person.pk}": (step, person)
            for step in self.steps
            for person in step.named
            if person.pk in step.rule.open_places
        }
        rows = [(key, f"{person.printed_name} in “{step.title}”") for key, (step, person) in self.places.items()]
        self.fields["place"] = SafeChoiceField(label="In the place of", choices=rows)
        self.fields["successor"] = PersonField(self.people, "Signs instead", nobody="")
        self.order_fields(["place", "successor", "reason"])

    @property
    def answers(self) -> dict[str, Any]:
        """The checked answers as `actions.rerouting.replace_person` takes them."""
        step, person = self.places[self.cleaned_data["place"]]
        told = {"successor": self.cleaned_data["successor"], "reason": self.cleaned_data["reason"]}
        return {"position": step.position, "person": person, **told}


class AddPersonForm(_RoundForm):
    """One more person for a step that names people."""

    def lay(self) -> None:
        """Offer the steps that name people."""
        rows = [(str(step.position), step.title) for step in self.steps if step.named]
        self.fields["step"] = SafeChoiceField(label="Step", choices=rows)
        self.fields["person"] = PersonField(self.people, "Person", nobody="")

    @property
    def answers(self) -> dict[str, Any]:
        """The checked answers as `actions.rerouting.add_person` takes them."""
        return {"position": int(self.cleaned_data["step"]), "person": self.cleaned_data["person"]}


class AddStepForm(_RoundForm):
    """One more step after the one that waits."""

    meaning = SafeChoiceField(
        label="Signs as", choices=[(meaning.value, TITLES[meaning]) for meaning in ROUTE_MEANINGS]
    )
    own_title = SafeCharField(label="Name of the step", required=False, max_length=60, help_text="For own words only.")
    own_statement = SafeTextField(
        label="Sentence that is signed", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="For own words only.",
    )  # fmt: skip
    quorum = SafeChoiceField(label="Who has to sign", choices=list(QUORUMS.items()))
    count = SafeIntegerField(
        label="How many", required=False, min_value=1, max_value=MOST_SIGNERS, help_text="For a number of them."
    )
    due_days = days_field("Days to sign", "The step is due so many days after it begins.")

    def lay(self) -> None:
        """Offer the people."""
        self.fields["named"] = PeopleField(self.people, "People", help_text="None: anyone who may approve.")

    @property
    def answers(self) -> dict[str, Any]:
        """The checked answers as `actions.rerouting.add_step` takes them."""
        data = self.cleaned_data
        meaning = Meaning(data["meaning"])
        own = meaning is Meaning.OTHER
        plan = StepPlan(
            meaning=meaning,
            people=tuple(person.pk for person in data["named"]),
            quorum=Quorum(data["quorum"]),
            count=data["count"] or 1,
            own_title=data["own_title"] if own else "",
            own_statement=data["own_statement"] if own else "",
            due_days=data["due_days"],
        )
        return {"plan": plan, "people": data["named"]}


class DelegationForm(BareForm):
    """Who stands in for whom, and when."""

    from_on = day_field("First day", "From the beginning of this day.")
    until_on = day_field("Last day", "Until the end of this day.")

    def __init__(self, *args: Any, people: Sequence[Membership], by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        if by.is_admin:
            nobody = "" if not by.is_approver else f"{by.printed_name} (you)"
            self.fields["person"] = PersonField([each for each in people if each != by], "Who is away", nobody=nobody)
        others = [each for each in people if each != by] if not by.is_admin else people
        self.fields["delegate"] = PersonField(others, "Who signs instead", nobody="")
        self.order_fields(["person", "delegate", "from_on", "until_on"])

    @property
    def answers(self) -> dict[str, Any]:
        """The checked answers as `actions.delegating.delegate` takes them."""
        return {**self.cleaned_data, "person": self.cleaned_data.get("person") or self.by}
