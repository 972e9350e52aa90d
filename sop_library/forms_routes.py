"""The form of a route: one card for each step, to be changed, moved, added and removed without a script."""

from collections.abc import Sequence
from typing import Any

from django import forms

from accounts.fields import SafeCharField, SafeChoiceField, SafeIntegerField, SafeTextField
from accounts.models import Membership
from sop_library.domain.approval import QUORUMS, Quorum
from sop_library.domain.route import LONGEST_ROUTE, MOST_DAYS, ROUTE_MEANINGS, StepPlan
from sop_library.domain.signature import TITLES, Meaning
from sop_library.forms_people import PeopleField, PersonField
from sop_library.routing import RoutePlan

NO_STEP = "none"
ANY = ""
MOST_SIGNERS = 20


def days_field(label: str, help_text: str) -> SafeIntegerField:
    """Return a field for a number of days that may be left empty."""
    return SafeIntegerField(label=label, help_text=help_text, required=False, min_value=1, max_value=MOST_DAYS)


class RouteStepForm(forms.Form):
    """One step of a route."""

    meaning = SafeChoiceField(
        label="Signs as",
        required=False,
        initial=NO_STEP,
        choices=[(NO_STEP, "No step"), *((meaning.value, TITLES[meaning]) for meaning in ROUTE_MEANINGS)],
        error_messages={"invalid_choice": "Choose one of the meanings listed."},
    )
    own_title = SafeCharField(
        label="Name of the step", required=False, max_length=60,
        help_text="For a step in own words, such as “Checked by Legal”.",
    )  # fmt: skip
    own_statement = SafeTextField(
        label="Sentence that is signed", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="For a step in own words, such as “I checked this version against the contracts.”",
    )  # fmt: skip
    job_title = SafeChoiceField(
        label="Job title", required=False, help_text="Approvers who have it when a version is submitted."
    )
    department = SafeChoiceField(
        label="Department", required=False, help_text="With a job title as well: those who have both."
    )
    quorum = SafeChoiceField(label="Who has to sign", required=False, initial=Quorum.ONE, choices=list(QUORUMS.items()))
    count = SafeIntegerField(
        label="How many", required=False, min_value=1, max_value=MOST_SIGNERS, help_text="For a number of them."
    )
    due_days = days_field("Days to sign", "The step is due so many days after it begins.")
    remind_days = days_field("Reminder after days", "Whoever may sign gets an e-mail when so many days have passed.")
    escalate_days = days_field("Tell somebody after days", "When nobody has signed by then, the person below is told.")
    is_open = forms.BooleanField(label="The author may choose other people when submitting", required=False)
    remove = forms.BooleanField(label="Remove this step", required=False)

    def __init__(self, *args: Any, people: Sequence[Membership], told: Sequence[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["meaning"].needed = True  # type: ignore[attr-defined] # "No step" is an answer, not an option
        self.fields["quorum"].needed = True  # type: ignore[attr-defined] # a card that leaves it out means one of them
        for name, label in (("job_title", "title"), ("department", "department")):
            kept = self.initial.get(name, "")
            offered = sorted({getattr(person, label) for person in people} | {kept} - {""})
            self.fields[name].choices = [(ANY, "Any"), *((each, each) for each in offered if each)]  # type: ignore[attr-defined]
        self.fields["people"] = PeopleField(
            people, "People", help_text="None named, no job title and no department: anyone who may approve."
        )
        self.fields["escalate_to"] = PersonField(told, "Who is told", nobody="Nobody", required=False)

    @property
    def is_used(self) -> bool:
        """Whether the route has this step already."""
        return bool(self.initial.get("meaning") != NO_STEP)

    @property
    def plan(self) -> StepPlan | None:
        """The step as it was answered, None for a card that is not used."""
        data = self.cleaned_data
        if data.get("remove") or data.get("meaning", "") in {"", NO_STEP}:
            return None
        meaning, told = Meaning(data["meaning"]), data.get("escalate_to")
        own = meaning is Meaning.OTHER
        return StepPlan(
            meaning=meaning,
            people=tuple(sorted(person.pk for person in data.get("people", []))),
            job_title=data.get("job_title", ""),
            department=data.get("department", ""),
            quorum=Quorum(data.get("quorum") or Quorum.ONE),
            count=data.get("count") or 1,
            own_title=data.get("own_title", "") if own else "",
            own_statement=data.get("own_statement", "") if own else "",
            due_days=data.get("due_days"),
            remind_days=data.get("remind_days"),
            escalate_days=data.get("escalate_days"),
            escalate_to=told.pk if told else None,
            is_open=bool(data.get("is_open")),
        )


class RouteForm:
    """All cards of a route, and whether one person signs one step only."""

    def __init__(
        self, route: RoutePlan, people: Sequence[Membership], told: Sequence[Membership], data: Any = None
    ) -> None:
        self.route, self.people = route, people
        self.one_step_each = "one_step_each" in data if data is not None else route.one_step_each
        known = {person.pk: person for person in (*told, *people)}
        self.cards = [
            RouteStepForm(data, prefix=f"step{place}", initial=self._first(place, known), people=people, told=told)
            for place in range(1, LONGEST_ROUTE + 1)
        ]

    def _first(self, place: int, known: dict[int, Membership]) -> dict[str, Any]:
        if place > len(self.route.steps):
            return {"meaning": NO_STEP, "is_open": True}
        plan = self.route.steps[place - 1]
        plain = ("meaning", "own_title", "own_statement", "job_title", "department", "quorum", "count", "is_open",
                 "due_days", "remind_days", "escalate_days")  # fmt: skip
        people = [known[key] for key in plan.people if key in known]
        told = known.get(plan.escalate_to) if plan.escalate_to else None
        return {name: getattr(plan, name) for name in plain} | {"people": people, "escalate_to": told}

    def is_valid(self) -> bool:
        """Return whether each card can be read."""
        return all([card.is_valid() for card in self.cards])

    @property
    def plans(self) -> list[StepPlan]:
        """The steps as they were answered."""
        return [plan for plan in (card.plan for card in self.cards) if plan is not None]

    @property
    def shown(self) -> list[RouteStepForm]:
        """The cards in use and one more for a new step."""
        filled = [
            place for place, card in enumerate(self.cards, 1) if card["meaning"].value() not in {None, "", NO_STEP}
        ]
        return self.cards[: max([len(self.route.steps), *filled]) + 1]

    @property
    def words(self) -> list[dict[str, Any]]:
        """The steps of the route in words, for those who only look."""
        return [
            {"title": plan.title, "who": self._who(plan), "quorum": QUORUMS[plan.quorum], "days": plan.due_days}
            for plan in self.route.steps
        ]

    def _who(self, plan: StepPlan) -> str:
        names = [person.name_and_role for person in self.people if person.pk in plan.people]
        role = " in ".join(filter(None, (plan.job_title, plan.department)))
        return "; ".join(filter(None, (*names, role))) or "Anyone who may approve"

    @property
    def problems(self) -> list[dict[str, str]]:
        """What cannot be read, for the summary of errors."""
        return [
            {"text": f"Step {place}: {error}", "url": f"#{card[name].id_for_label}"}
            for place, card in enumerate(self.cards, 1)
            if card.is_bound
            for name, errors in card.errors.items()
            for error in errors
        ]


def moved(data: Any, move: str) -> Any:
    """Return what was sent with two cards in each other's place, as "2:up" or "2:down" says; else unchanged."""
    places = {f"{place}:{way}": (place, place + step)
              for place in range(1, LONGEST_ROUTE + 1) for way, step in (("up", -1), ("down", 1))
              if 1 <= place + step <= LONGEST_ROUTE}  # fmt: skip
    if move not in places:
        return data
    one, other = (f"step{place}-" for place in places[move])
    swapped = data.copy()
    for name in data:
        if name.startswith((one, other)):
            del swapped[name]
    for name in data:
        for here, there in ((one, other), (other, one)):
            if name.startswith(here):
                swapped.setlist(there + name.removeprefix(here), data.getlist(name))
    return swapped
