"""What a regulation asks and whether it is met: findings, and two rules that replay the trail (21 CFR 11.10(f), (g)).

Nothing here is met by itself: a check that found nothing wrong says what it looked at.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from accounts.domain.roles import Role
from sop_library.domain.lifecycle import Status, Verb, transition

SHOWN = 3

VERB_OF = {
    "version.submitted": Verb.SUBMIT,
    "version.noted": Verb.NOTE,
    "version.signed": Verb.APPROVE,
    "version.returned": Verb.RETURN,
    "version.published": Verb.PUBLISH,
    "version.training_waived": Verb.PUT_IN_FORCE,
    "version.confirmed": Verb.CONFIRM,
    "version.withdrawn": Verb.WITHDRAW,
}
ROLE_ACTS = ("member.added", "member.changed")


class Result(StrEnum):
    """The three answers to a clause; the last one is work that only the organisation itself can do."""

    MET = "met"
    NOT_MET = "not met"
    BY_PROCEDURE = "by procedure"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a check found, in a sentence."""

    result: Result
    says: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One clause: what it asks in our words, which check was run on this installation, and its answer."""

    clause: str
    asks: str
    checked: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Act:
    """One entry of a trail, as far as order and authority go: action, its version, who, and its data."""

    sequence: int
    action: str
    subject: str
    user: int | None
    data: Mapping[str, Any]


def judged(wrong: Sequence[str], fine: str, otherwise: Result = Result.NOT_MET) -> Answer:
    """Return "met" with the sentence when nothing is wrong, else the other result with what is wrong, the first few."""
    if not wrong:
        return Answer(Result.MET, fine)
    more = f" And {len(wrong) - SHOWN} more." if len(wrong) > SHOWN else ""
    return Answer(otherwise, " ".join(wrong[:SHOWN]) + more)


def all_of(*answers: Answer) -> Answer:
    """Return one answer for several: the worst result, with the sentences that lead to it."""
    for result in (Result.NOT_MET, Result.BY_PROCEDURE):
        told = [answer.says for answer in answers if answer.result is result]
        if told:
            return Answer(result, " ".join(told))
    return Answer(Result.MET, " ".join(answer.says for answer in answers))


def order_faults(acts: Iterable[Act], present: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each recorded act that the lifecycle has no place for, and for each version elsewhere now.

    `acts` are those of versions in the order of the trail; `present` is the status of each version by its key.
    """
    states: dict[str, Status] = {}
    for act in acts:
        verb = VERB_OF.get(act.action)
        if verb is None:
            continue
        state = states.setdefault(act.subject, Status.DRAFT)
        row = transition(state, verb)
        if row is None:
            yield f"Entry {act.sequence} ({act.action}) cannot be, for its version was {state.replace('_', ' ')}."
            continue
        if verb is not Verb.APPROVE or act.data.get("last"):
            states[act.subject] = row.to
    for key, status in present.items():
        if states.get(key, Status.DRAFT) != status:
            yield f"Version {key} is {status.replace('_', ' ')}, which its recorded acts do not lead to."


def authority_faults(acts: Iterable[Act], users: Mapping[str, int]) -> Iterator[str]:
    """Yield a sentence for each act by somebody who did not hold a role for it then, by the trail's own account.

    `users` gives the user of each member that a role entry is about.
    """
    roles: dict[int | None, frozenset[str]] = {}
    for act in acts:
        if act.action in ROLE_ACTS:
            told = act.data.get("new", act.data)
            roles[users.get(act.subject)] = frozenset(told.get("roles", ()) if isinstance(told, Mapping) else ())
        verb = VERB_OF.get(act.action)
        if verb is None:
            continue
        allowed = {role.value for status in Status for role in _who(status, verb)}
        if not allowed & roles.get(act.user, frozenset()):
            yield f"Entry {act.sequence} ({act.action}) is by somebody who did not hold a role for it."


def _who(status: Status, verb: Verb) -> frozenset[Role]:
    row = transition(status, verb)
    return row.who if row else frozenset()


def as_text(findings: Iterable[Finding]) -> str:
    """Return findings as text for people: three lines each."""
    return "\n".join(
        f"{each.answer.result.upper():13} {each.clause}: {each.asks}\n"
        f"{'':13} Checked: {each.checked}\n"
        f"{'':13} {each.answer.says}\n"
        for each in findings
    )
