"""What was said in a review: comments with their replies, and whether each is settled. Rows are only ever added."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from sop_library.domain.anchoring import Anchor
from sop_library.domain.remarks import KIND_WORDS, Kind
from sop_library.models.procedures import Version
from sop_library.querysets_comments import CommentQuerySet, ResolutionQuerySet


class Comment(models.Model):
    """A comment on words or a section of one round's text, or a reply to one, which has no kind. Append-only."""

    append_only: ClassVar[bool] = True

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="comments")
    round = models.PositiveIntegerField(help_text="The round it was said in, or after whose return.")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replies")
    kind = models.CharField(max_length=12, choices=list(KIND_WORDS.items()), blank=True)
    section = models.TextField(blank=True, help_text="The id of the section's heading.")
    section_title = models.TextField(blank=True)
    words = models.TextField(blank=True, help_text="The words it is about; none stands for the section.")
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    text = models.TextField()
    by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    printed_name = models.CharField(max_length=200)
    made_at = models.DateTimeField()

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ("made_at", "pk")
        indexes = (models.Index(fields=("version", "kind"), name="comment_by_version"),)
        constraints = (
            models.CheckConstraint(
                name="comment_has_kind_unless_reply",
                condition=Q(parent=None, kind__in=sorted(kind.value for kind in Kind))
                | Q(parent__isnull=False, kind=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display() or 'Reply'} by {self.printed_name}"

    @property
    def anchor(self) -> Anchor:
        """What it is about."""
        return Anchor(self.section, self.section_title, self.words, self.before, self.after)

    @property
    def is_must_fix(self) -> bool:
        """Whether signing waits for it while it is open."""
        return self.kind == Kind.MUST_FIX


class Resolution(models.Model):
    """That somebody called a comment done, or opened it again; the newest row holds. Append-only."""

    append_only: ClassVar[bool] = True

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="resolutions")
    round = models.PositiveIntegerField()
    is_resolved = models.BooleanField()
    note = models.TextField(blank=True)
    by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    printed_name = models.CharField(max_length=200)
    at = models.DateTimeField()

    objects = ResolutionQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{'Resolved' if self.is_resolved else 'Opened again'} by {self.printed_name}"
