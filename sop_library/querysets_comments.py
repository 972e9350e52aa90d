"""Reading the comments of a review: every read starts at `visible_to`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import OuterRef, Q, QuerySet, Subquery

from sop_library.domain.remarks import Kind
from sop_library.querysets import sees_work

if TYPE_CHECKING:
    from accounts.models import Membership
    from sop_library.models import Comment, Resolution

    CommentRows = QuerySet[Comment]
    ResolutionRows = QuerySet[Resolution]
else:
    CommentRows = ResolutionRows = QuerySet


class CommentQuerySet(CommentRows):
    def visible_to(self, member: Membership) -> CommentQuerySet:
        """Return the comments and replies of the organisation's versions; agents see none."""
        return self.filter(organisation_id=member.organisation_id) if sees_work(member) else self.none()

    def with_state(self) -> CommentQuerySet:
        """Return comments, without replies, with `is_resolved`: what the newest resolution says, None without one."""
        from sop_library.models import Resolution

        newest = Resolution.objects.filter(comment=OuterRef("pk")).order_by("-pk")
        return self.filter(parent=None).annotate(is_resolved=Subquery(newest.values("is_resolved")[:1]))

    def open(self) -> CommentQuerySet:
        """Return the comments that nobody has called done, or that were opened again."""
        return self.with_state().filter(Q(is_resolved=None) | Q(is_resolved=False))

    def must_fix(self) -> CommentQuerySet:
        """Return the comments that signing waits for while they are open."""
        return self.filter(kind=Kind.MUST_FIX)


class ResolutionQuerySet(ResolutionRows):
    def visible_to(self, member: Membership) -> ResolutionQuerySet:
        """Return who called which comments done, or opened them again; agents see none."""
        return self.filter(organisation_id=member.organisation_id) if sees_work(member) else self.none()
