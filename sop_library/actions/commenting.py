"""What people say about a version under review: comments, replies, and that a comment is done or not done after all."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import transaction

from accounts.domain.roles import Role
from accounts.models import Membership
from accounts.refusals import BadInput, Stale, WrongState
from sop_library.actions.checking import record, refuse_unless
from sop_library.domain import anchoring, remarks
from sop_library.domain.anchoring import Anchor, Passage
from sop_library.domain.lifecycle import OPEN, STATUS_WORDS, Status
from sop_library.domain.remarks import Kind
from sop_library.domain.signature import sha256
from sop_library.models import Comment, Resolution, Version

_UNDER_REVIEW = {Status.IN_REVIEW, Status.APPROVED}


@transaction.atomic
def comment(
    *, version: Version, shown_digest: str, anchor: Anchor, kind: Kind, text: str, by: Membership, at: datetime
) -> Comment:
    """Say something about a section or words of the text under review, and return the comment.

    The version is locked as signing locks it: a comment and the last signature never cross.
    Raises BadInput for an empty or long text, NotAllowed, WrongState, and Stale when another text was shown.
    """
    _refuse_role(by, "comment on a version")
    locked = _locked(version, by=by)
    if locked.status not in _UNDER_REVIEW:
        raise WrongState(f"{locked} is {STATUS_WORDS[Status(locked.status)].lower()} now, so it takes no comments.")
    if locked.is_note:
        raise WrongState(f"{locked} is an editorial note. Nobody reviews it, so it takes no comments.")
    if locked.digest != shown_digest:
        raise Stale("The text changed after you opened it. Read the new text, then comment on it.")
    made = Comment.objects.create(
        kind=kind,
        section=anchor.section,
        section_title=anchor.title,
        words=anchor.words,
        before=anchor.before,
        after=anchor.after,
        **_said(locked, text, by=by, at=at),
    )
    anchored = {name: getattr(made, name) for name in ("section", "section_title", "words", "before", "after")}
    record(locked, "comment.made", by=by, at=at, kind=str(kind), **_told(made), **anchored)
    return made


@transaction.atomic
def reply(*, comment: Comment, text: str, by: Membership, at: datetime) -> Comment:
    """Answer a comment and return the reply; raises BadInput, NotAllowed, WrongState."""
    _refuse_role(by, "reply to a comment")
    locked = _open(comment, by=by)
    made = Comment.objects.create(parent=comment, **_said(locked, text, by=by, at=at))
    record(locked, "comment.replied", by=by, at=at, parent=comment.pk, **_told(made))
    return made


@transaction.atomic
def resolve(*, comment: Comment, note: str = "", by: Membership, at: datetime) -> Resolution | None:
    """Call a comment done; return the row, None when it is done already. Raises BadInput, NotAllowed, WrongState."""
    _refuse_role(by, "resolve a comment")
    locked = _open(comment, by=by)
    sentence = remarks.refusal_to_resolve(
        Kind(comment.kind),
        by.roles,
        is_theirs=comment.by_id == by.pk,
        is_of_this_round=comment.round == locked.round,
        is_draft=locked.is_draft,
    )
    refuse_unless(not sentence, sentence)
    return _settle(locked, comment, is_resolved=True, note=note, by=by, at=at)


@transaction.atomic
def reopen(*, comment: Comment, note: str = "", by: Membership, at: datetime) -> Resolution | None:
    """Open a comment again; return the row, None when it is open. Raises BadInput, NotAllowed, WrongState."""
    _refuse_role(by, "open a comment again")
    locked = _open(comment, by=by)
    sentence = remarks.refusal_to_reopen(by.roles, is_theirs=comment.by_id == by.pk)
    refuse_unless(not sentence, sentence)
    return _settle(locked, comment, is_resolved=False, note=note, by=by, at=at)


def anchor_for(passages: Sequence[Passage], section: str, words: str, before: str, after: str) -> Anchor:
    """Return the anchor of words on a page; raises BadInput that says what to do when they are not there once."""
    if len(words) > anchoring.LONGEST:
        raise BadInput(f"Choose at most {anchoring.LONGEST} characters to comment on.", field="words")
    try:
        return anchoring.anchored(passages, section, words, before, after)
    except KeyError:
        raise BadInput("This text has no such section. Open the text again and choose one.", field="words") from None
    except anchoring.NotFoundOnce as problem:
        sentence = (
            f"These words stand in the section {problem.times} times. Add some of the words around them."
            if problem.times
            else "These words do not stand in the section. Copy them from the text as they stand there."
        )
        raise BadInput(sentence, field="words") from None


def _refuse_role(by: Membership, doing: str) -> None:
    allowed = by.is_approver or by.is_manager
    refuse_unless(allowed, f"Only a member with the role {Role.APPROVER} or {Role.MANAGER} can {doing}.")


def _locked(version: Version, *, by: Membership) -> Version:
    refuse_unless(by.organisation_id == version.organisation_id, "This procedure belongs to another organisation.")
    rows = Version.objects.select_for_update(of=("self",), no_key=True).select_related("sop", "organisation")
    found: Version = rows.get(pk=version.pk)
    return found


def _open(comment: Comment, *, by: Membership) -> Version:
    """Return the locked version of a comment that can still be answered; raises WrongState once it was issued."""
    locked = _locked(comment.version, by=by)
    if locked.status not in OPEN:
        raise WrongState(f"{locked} was published. What was said in its review stays as it is.")
    if comment.parent_id is not None:
        raise WrongState("This is a reply. Answer the comment that it belongs to.")
    return locked


def _settle(
    version: Version, comment: Comment, *, is_resolved: bool, note: str, by: Membership, at: datetime
) -> Resolution | None:
    newest = Resolution.objects.filter(comment=comment).order_by("-pk").first()
    if bool(newest and newest.is_resolved) is is_resolved:
        return None  # a second click
    said = _checked(note)
    made = Resolution.objects.create(
        organisation_id=version.organisation_id,
        comment=comment,
        round=version.round,
        is_resolved=is_resolved,
        note=said,
        by=by,
        printed_name=by.printed_name,
        at=at,
    )
    action = "comment.resolved" if is_resolved else "comment.reopened"
    told = {"resolution": made.pk, "comment": comment.pk, "round": made.round, "said_at": utc(at)}
    record(version, action, by=by, at=at, note_sha256=sha256(said), **told)
    return made


def _said(version: Version, text: str, *, by: Membership, at: datetime) -> dict[str, object]:
    said = _checked(text)
    if not said:
        raise BadInput("Write what you want to say.", field="text")
    return {
        "organisation_id": version.organisation_id,
        "version": version,
        "round": version.round,
        "text": said,
        "by": by,
        "printed_name": by.printed_name,
        "made_at": at,
    }


def _checked(text: str) -> str:
    said = text.strip()
    if len(said) > remarks.LONGEST:
        raise BadInput(f"Shorten this to {remarks.LONGEST} characters; it has {len(said)}.", field="text")
    return said


def _told(made: Comment) -> dict[str, object]:
    return {"comment": made.pk, "round": made.round, "said_at": utc(made.made_at), "text_sha256": sha256(made.text)}


def utc(at: datetime) -> str:
    """Return a moment as the trail's data tells it: to the microsecond, so that it says the same as the row."""
    return at.astimezone(UTC).isoformat()
