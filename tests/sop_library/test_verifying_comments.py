"""`sop_verify` finds what somebody has changed about what was said in a review."""

import pytest
from django.db import DatabaseError, transaction

from audit.models import Entry
from sop_library import verifying
from sop_library.actions import commenting
from sop_library.models import Comment, Resolution, Version
from tests.database import open_protected_tables
from tests.sop_library import makers
from tests.sop_library.commented import returned, said
from tests.sop_library.makers import moment
from tests.world import World


@pytest.fixture
def comment(world: World) -> Comment:
    """A must-fix comment of Priya's with Ana's reply, resolved by Ana after the return and opened again by Ben."""
    version = makers.submitted(world)
    made = said(version, world.priya)
    returned(world, version)
    commenting.reply(comment=made, text="Which rule?", by=world.ana, at=moment(13))
    commenting.resolve(comment=made, note="Done.", by=world.ana, at=moment(14))
    commenting.reopen(comment=made, by=world.ben, at=moment(15))
    return made


def found() -> list[str]:
    return [fault for fault in verifying.faults() if "triggers" not in fault]


def test_what_was_said_is_no_fault(comment: Comment) -> None:
    assert list(verifying.faults()) == []
    assert verifying.counted()["comments"] == 2


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("text", "Fine."),
        ("kind", "suggestion"),
        ("words", "Every"),
        ("round", 2),
        ("section_title", "Why"),
        ("after", ""),
        ("printed_name", "Ben Okafor"),
        ("made_at", moment(2)),
    ],
)
def test_it_finds_a_changed_comment(comment: Comment, column: str, value: object) -> None:
    open_protected_tables()
    Comment.objects.filter(pk=comment.pk).update(**{column: value})
    (fault,) = found()
    assert f"comment {comment.pk} of" in fault
    assert "is not what audit entry" in fault


def test_it_finds_a_comment_given_to_somebody_else_or_another_version(comment: Comment, world: World) -> None:
    open_protected_tables()
    Comment.objects.filter(pk=comment.pk).update(by=world.ben)
    assert "is not what audit entry" in found()[0]
    Comment.objects.filter(pk=comment.pk).update(by=world.priya, version=makers.draft(world))
    assert any("is not what audit entry" in fault for fault in found())


def test_it_finds_a_changed_reply(comment: Comment) -> None:
    open_protected_tables()
    Comment.objects.filter(parent=comment).update(text="Yes.")
    (fault,) = found()
    assert "of Ana Silva is not what audit entry" in fault


@pytest.mark.parametrize(("column", "value"), [("is_resolved", True), ("note", "It is."), ("round", 7)])
def test_it_finds_a_changed_resolution(comment: Comment, column: str, value: object) -> None:
    open_protected_tables()
    newest = Resolution.objects.order_by("-pk")[:1].get()
    Resolution.objects.filter(pk=newest.pk).update(**{column: value})
    (fault,) = found()
    assert f"resolution {newest.pk} of comment {comment.pk} by Ben Okafor is not what audit entry" in fault


def test_it_finds_what_is_gone(comment: Comment) -> None:
    open_protected_tables()
    Resolution.objects.order_by("-pk")[:1].get().delete()
    entry = Entry.objects.filter(action="comment.reopened").get()
    (fault,) = found()
    assert fault.endswith(f"the resolution that audit entry {entry.sequence} tells of is gone.")


def test_it_finds_a_comment_that_nobody_made(comment: Comment, world: World) -> None:
    version = Version.objects.get(pk=comment.version_id)
    parts = {"text": "Approved by all.", "by": world.ben, "printed_name": "Ben Okafor", "made_at": moment(16)}
    Comment.objects.create(
        organisation=version.organisation, version=version, round=1, kind="suggestion", section="s-1", **parts
    )
    (fault,) = found()
    assert "of Ben Okafor is not in the audit trail" in fault


@pytest.mark.parametrize("model", [Comment, Resolution])
def test_the_database_refuses_a_change(comment: Comment, model: type[Comment] | type[Resolution]) -> None:
    for act in (lambda: model._base_manager.update(round=9), lambda: model._base_manager.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
