"""A route as somebody sets it: its steps in order, who signs them, how many of them, and by when."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sop_library.domain.approval import Quorum
from sop_library.domain.signature import STATEMENTS, TITLES, Meaning

LONGEST_ROUTE = 6
MOST_DAYS = 365
ROUTE_MEANINGS = (Meaning.REVIEWED, Meaning.APPROVED, Meaning.RELEASED, Meaning.OTHER)
# What makes a version ready to be published.
FINAL_MEANINGS = (Meaning.APPROVED, Meaning.RELEASED)


@dataclass(frozen=True, slots=True)
class StepPlan:
    """One step of a route; people and `escalate_to` are membership ids, `job_title` and `department` name approvers.

    `own_title` and `own_statement` are the words of a step of the meaning OTHER. Days count from when the step begins.
    `is_open` says whether the author may choose other people when submitting.
    """

    meaning: Meaning
    people: tuple[int, ...] = ()
    job_title: str = ""
    department: str = ""
    quorum: Quorum = Quorum.ONE
    count: int = 1
    own_title: str = ""
    own_statement: str = ""
    due_days: int | None = None
    remind_days: int | None = None
    escalate_days: int | None = None
    escalate_to: int | None = None
    is_open: bool = True

    @property
    def title(self) -> str:
        """What the step is called."""
        return self.own_title if self.meaning is Meaning.OTHER else TITLES[self.meaning]

    @property
    def statement(self) -> str:
        """What is signed in the step."""
        return self.own_statement if self.meaning is Meaning.OTHER else STATEMENTS[self.meaning]

    @property
    def terms(self) -> dict[str, Any]:
        """What a stored step of a route and of a round both keep: how many sign, and by when."""
        return {
            "quorum": self.quorum,
            "count": self.count,
            "due_days": self.due_days,
            "remind_days": self.remind_days,
            "escalate_days": self.escalate_days,
            "escalate_to_id": self.escalate_to,
        }

    @property
    def names_people(self) -> bool:
        """Whether it is for certain people or a role, and not for any approver."""
        return bool(self.people or self.job_title or self.department)


DEFAULT_STEPS = (StepPlan(Meaning.REVIEWED), StepPlan(Meaning.APPROVED))


def fault_of(steps: Sequence[StepPlan]) -> str:
    """Return why no version could pass these steps, or "" when one can."""
    if not 1 <= len(steps) <= LONGEST_ROUTE:
        return f"A route has 1 to {LONGEST_ROUTE} steps; this has {len(steps)}."
    if any(step.meaning not in ROUTE_MEANINGS for step in steps):
        return "Each step is reviewed, approved, released, or in own words."
    if steps[-1].meaning not in FINAL_MEANINGS:
        return "The last step has to be approved or released. Add that step or change the last one."
    for number, step in enumerate(steps, 1):
        fault = fault_of_step(step)
        if fault:
            return f"Step {number}: {fault}"
    return ""


def fault_of_step(step: StepPlan) -> str:
    """Return why nobody could sign this step, in words that follow its number, or ""."""
    if step.meaning is Meaning.OTHER and not (step.own_title.strip() and step.own_statement.strip()):
        return "a step in own words needs a name and the sentence that is signed."
    if step.quorum is Quorum.ALL and not step.names_people:
        return "all of them can sign only when you say who they are. Name people, or choose another number."
    if step.quorum is Quorum.SOME and step.count < 2:
        return "enter how many have to sign, 2 or more."
    only_people = step.people and not (step.job_title or step.department)
    if step.quorum is Quorum.SOME and only_people and step.count > len(step.people):
        return f"{step.count} have to sign, and {len(step.people)} are named. Name more people or ask for fewer."
    return _days_fault(step)


def _days_fault(step: StepPlan) -> str:
    days = (step.due_days, step.remind_days, step.escalate_days)
    if any(each is not None and not 1 <= each <= MOST_DAYS for each in days):
        return f"days are whole numbers from 1 to {MOST_DAYS}."
    if step.escalate_days is not None and step.escalate_to is None:
        return "choose who is told when nobody signs."
    if step.escalate_to is not None and step.escalate_days is None:
        return "enter after how many days that person is told."
    return ""
