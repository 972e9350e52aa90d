"""Whether everything that was said in a review is as the audit trail tells it, and nothing of it is gone or made up."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from audit.models import Entry
from sop_library.actions.commenting import utc
from sop_library.domain.signature import sha256
from sop_library.models import Comment, Resolution
from sop_library.verifying_facts import Act, Facts, whole

_SAID = {"comment.made", "comment.replied"}
_SETTLED = {True: "comment.resolved", False: "comment.reopened"}
_ANCHOR = ("section", "section_title", "words", "before", "after")


def comment_faults(facts: Facts) -> Iterator[str]:
    """Yield one sentence for each comment, reply or resolution that differs from its entry, lacks it, or is gone."""
    said, settled = _acts(_SAID, "comment"), _acts(set(_SETTLED.values()), "resolution")
    comments = Comment.objects.select_related("by").order_by("pk")
    for row in comments.iterator(chunk_size=500):
        fault = _comment(facts, row, said.pop(row.pk, []))
        if fault:
            yield f"{facts.name_of_key(row.version_id)}: comment {row.pk} of {row.printed_name} {fault}."
    resolutions = Resolution.objects.select_related("by", "comment").order_by("pk")
    for each in resolutions.iterator(chunk_size=500):
        fault = _resolution(facts, each, settled.pop(each.pk, []))
        if fault:
            name = facts.name_of_key(each.comment.version_id)
            yield f"{name}: resolution {each.pk} of comment {each.comment_id} by {each.printed_name} {fault}."
    for what, left in (("comment", said), ("resolution", settled)):
        for act in (act for acts in left.values() for act in acts):
            yield f"{facts.name_of_key(act.version)}: the {what} that audit entry {act.sequence} tells of is gone."


def _acts(actions: set[str], key: str) -> dict[int, list[Act]]:
    """Return the acts by the key of the row they made."""
    entries = Entry.objects.filter(action__in=actions).order_by("organisation_id", "sequence")
    rows = entries.values_list(
        "sequence", "action", "organisation_id", "subject_id", "person_id", "person_name", "data"
    )
    found: dict[int, list[Act]] = defaultdict(list)
    for sequence, action, organisation, subject, user, name, data in rows.iterator(chunk_size=1000):
        said = {**data, "person_name": name} if isinstance(data, dict) else {}
        found[whole(said.get(key))].append(Act(sequence, action, organisation, subject, user, said))
    return found


def _comment(facts: Facts, row: Comment, acts: list[Act]) -> str:
    is_reply = row.parent_id is not None
    told: dict[str, Any] = {"text_sha256": sha256(row.text), "said_at": utc(row.made_at)}
    told |= {"parent": row.parent_id} if is_reply else {"kind": row.kind}
    told |= {} if is_reply else {name: getattr(row, name) for name in _ANCHOR}
    action = "comment.replied" if is_reply else "comment.made"
    return _differs(facts, row, row.version_id, acts, action, told)


def _resolution(facts: Facts, row: Resolution, acts: list[Act]) -> str:
    told = {"comment": row.comment_id, "note_sha256": sha256(row.note), "said_at": utc(row.at)}
    return _differs(facts, row, row.comment.version_id, acts, _SETTLED[row.is_resolved], told)


def _differs(
    facts: Facts, row: Comment | Resolution, version: int, acts: list[Act], action: str, told: dict[str, Any]
) -> str:
    """Return what is wrong with a row beside its one entry, "" when they say the same."""
    if len(acts) != 1:
        return "is not in the audit trail" if not acts else "is in the audit trail more than once"
    told |= {"round": row.round, "person_name": row.printed_name}
    act, kept = acts[0], facts.versions.get(version)
    where = (act.action, whole(act.version), act.organisation, act.user)
    if kept is None or where != (action, version, row.organisation_id, row.by.user_id):
        return f"is not what audit entry {act.sequence} tells"
    if row.organisation_id != kept.organisation_id or any(act.data.get(name) != value for name, value in told.items()):
        return f"is not what audit entry {act.sequence} tells"
    return ""
