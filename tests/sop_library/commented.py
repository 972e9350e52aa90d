"""Comments made through the real actions, for any test that needs one."""

from collections.abc import Sequence
from datetime import datetime

from accounts.models import Membership
from sop_library.actions import approving, commenting
from sop_library.document import body_of
from sop_library.domain.anchoring import Passage
from sop_library.domain.marking import Document
from sop_library.domain.remarks import Kind
from sop_library.models import Comment, Version
from tests.sop_library.makers import moment
from tests.world import World


def passages(version: Version) -> Sequence[Passage]:
    """Return the sections of a version's text."""
    return Document(body_of(version)[0]).passages


def said(
    version: Version,
    by: Membership,
    words: str = "answered within 3 rings",
    *,
    section: str = "s-1",
    kind: Kind = Kind.MUST_FIX,
    text: str = "Two rings are the rule.",
    at: datetime | None = None,
) -> Comment:
    """Return a comment on words of a section."""
    anchor = commenting.anchor_for(passages(version), section, words, "", "")
    return commenting.comment(
        version=version,
        shown_digest=version.digest,
        anchor=anchor,
        kind=kind,
        text=text,
        by=by,
        at=at or moment(10),
    )


def returned(world: World, version: Version, at: datetime | None = None) -> Version:
    """Return the version as a draft again, sent back by Priya."""
    return approving.return_version(version=version, reason="See the comments.", by=world.priya, at=at or moment(12))
