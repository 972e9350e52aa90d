"""A comment and a signature at the same moment, on real connections: one of them is first, and both know."""

from collections.abc import Iterator
from functools import partial

import pytest
from django.db import connections

from accounts.refusals import WrongState
from audit.models import Entry
from sop_library import commenting as reading
from sop_library.actions import commenting
from sop_library.domain.anchoring import Anchor
from sop_library.domain.lifecycle import Status
from sop_library.domain.remarks import Kind
from sop_library.models import Comment, Resolution, Signature, Version
from tests.sop_library import makers
from tests.sop_library.commented import said
from tests.sop_library.makers import moment
from tests.sop_library.test_races import Act, approval_by, at_once, fresh, refused
from tests.world import World

pytestmark = pytest.mark.usefixtures("no_pdf_engine")


@pytest.fixture(autouse=True)
def _connections_are_given_back(open_world: World) -> Iterator[None]:
    yield
    connections.close_all()


def comment_by(world: World, version: Version) -> Act:
    return partial(
        commenting.comment,
        version=version,
        shown_digest=version.digest,
        anchor=Anchor("s-1", "Purpose"),
        kind=Kind.MUST_FIX,
        text="Wait.",
        by=world.priya,
        at=moment(5),
    )


def test_the_last_signature_came_before_a_must_fix_comment_or_is_refused(open_world: World) -> None:
    for _ in range(12):
        version = makers.reviewed(open_world)
        refused(at_once(approval_by(version, open_world.ben), comment_by(open_world, version)), WrongState)
        acts = Entry.objects.about(version).order_by("sequence")
        by_ben = [each.sequence for each in acts.filter(action="version.signed", person=open_world.ben.user_id)]
        made = acts.get(action="comment.made").sequence
        assert Comment.objects.filter(version=version).count() == 1
        # Both are there only when the signature came first.
        assert all(sequence < made for sequence in by_ben)
        assert Signature.objects.filter(version=version, person=open_world.ben).count() == len(by_ben)
        assert fresh(version).status == (Status.APPROVED if by_ben else Status.IN_REVIEW)


def test_resolving_at_the_same_moment_is_kept_once(open_world: World) -> None:
    for _ in range(5):
        comment = said(makers.submitted(open_world), open_world.priya, kind=Kind.SUGGESTION)
        people = (open_world.priya, open_world.ana)
        at_once(*(partial(commenting.resolve, comment=comment, by=who, at=moment(11)) for who in people))
        assert Resolution.objects.filter(comment=comment).count() == 1


def test_a_signature_and_opening_a_comment_again_never_pass_each_other(open_world: World) -> None:
    for _ in range(8):
        version = makers.reviewed(open_world)
        comment = said(version, open_world.priya, at=moment(4))
        commenting.resolve(comment=comment, by=open_world.priya, at=moment(4))
        opening = partial(commenting.reopen, comment=comment, by=open_world.priya, at=moment(5))
        refused(at_once(approval_by(version, open_world.ben), opening), WrongState)
        last = Entry.objects.about(version).order_by("-sequence").values_list("action", flat=True)[:1].get()
        assert last == "comment.reopened"
        assert reading.open_must_fix(version) == 1
