"""Whether each round has the steps and people that the trail tells of, and each stand-in the right to be one."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from audit.models import Entry
from sop_library.domain.days import day_in
from sop_library.models import Approval, Signature, Version
from sop_library.rounds import round_data
from sop_library.verifying_facts import Facts, whole

_LAID = ("version.submitted", "version.route_changed")
# The organisation may have moved to another time zone since, and with it the day of a signature.
_SLACK = timedelta(days=1)


def round_faults(facts: Facts) -> Iterator[str]:
    """Yield a sentence for each round that differs from what the trail recorded of it, and each stand-in without right.

    Rounds submitted before the trail told of their steps are left out.
    """
    told = _told()
    steps: dict[int, list[Approval]] = defaultdict(list)
    for step in Approval.objects.order_by("position").whole().iterator(chunk_size=500):
        version = facts.versions.get(step.version_id)
        if version is not None and step.round == version.round:
            steps[step.version_id].append(step)
    for key, (route, one_step_each) in told.items():
        version = facts.versions.get(key[0])
        if version is None or version.is_draft or version.round != key[1]:
            continue
        if _plain(round_data(steps[version.pk])) != _plain(route) or version.one_step_each != one_step_each:
            yield f"{facts.name(version)}: its steps or their people are not those that the audit trail recorded."
    yield from _stand_ins(facts)


def _told() -> dict[tuple[int, int], tuple[list[dict[str, Any]], bool]]:
    """Return the route of each version's rounds as recorded last, and whether one person signs one step of it only."""
    found: dict[tuple[int, int], tuple[list[dict[str, Any]], bool]] = {}
    rows = Entry.objects.filter(action__in=_LAID).order_by("organisation_id", "sequence")
    for subject, data in rows.values_list("subject_id", "data").iterator(chunk_size=1000):
        key = (whole(subject), whole(data.get("round")))
        if "route" in data:
            found[key] = (data["route"], data.get("one_step_each", True))
        elif key in found and "new" in data:
            found[key] = (data["new"], found[key][1])
    return found


def _plain(route: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the steps with people as keys alone: a person may have taken another name since."""
    return [{**step, "people": sorted(person["id"] for person in step.get("people", []))} for step in route]


def _stand_ins(facts: Facts) -> Iterator[str]:
    made, ended = _delegations()
    rows = Signature.objects.exclude(stood_in_for=None).select_related("version__organisation").order_by("pk")
    for row in rows.iterator(chunk_size=500):
        version = facts.versions.get(row.version_id)
        acts = facts.signed.get(row.pk, [])
        if version is None or not acts:
            continue  # told by the check of signatures
        if not any(_covers(each, row, version, acts[0].sequence, ended) for each in made):
            yield (
                f"{facts.name(version)}: {row.printed_name} signed in the place of {row.stood_in_for_name}, and the "
                "audit trail does not tell of that right."
            )


def _delegations() -> tuple[list[tuple[int, dict[str, Any]]], dict[int, int]]:
    """Return what was recorded of each delegation with its place in the trail, and the places where they ended."""
    made: list[tuple[int, dict[str, Any]]] = []
    ended: dict[int, int] = {}
    rows = Entry.objects.filter(action__in=("delegation.made", "delegation.ended")).order_by("sequence")
    for sequence, action, data in rows.values_list("sequence", "action", "data"):
        if action == "delegation.made":
            made.append((sequence, data))
        else:
            ended[whole(data.get("delegation"))] = sequence
    return made, ended


def _covers(
    told: tuple[int, dict[str, Any]], row: Signature, version: Version, sequence: int, ended: dict[int, int]
) -> bool:
    """Return whether a delegation was made before a signature, had not ended, and held on its day."""
    made_at, data = told
    day = day_in(version.organisation.time_zone, row.signed_at)
    return (
        (data["person_id"], data["delegate_id"]) == (row.stood_in_for_id, row.person_id)
        and made_at < sequence < ended.get(data["delegation"], sequence + 1)
        and date.fromisoformat(data["from_on"]) - _SLACK <= day <= date.fromisoformat(data["until_on"]) + _SLACK
    )
