"""Reading what was brought in: every read starts at `visible_to`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

if TYPE_CHECKING:
    from accounts.models import Membership
    from templates_app.models import ImportedFile

    ImportedFileRows = QuerySet[ImportedFile]
else:
    ImportedFileRows = QuerySet


class ImportedFileQuerySet(ImportedFileRows):
    def visible_to(self, member: Membership) -> ImportedFileQuerySet:
        """Return the files of the member's organisation; only managers bring files in and see them."""
        return self.filter(organisation_id=member.organisation_id) if member.is_manager else self.none()

    def to_review(self) -> ImportedFileQuerySet:
        """Return the files that are neither made into a template nor discarded."""
        return self.filter(template=None, discarded_at=None)

    def light(self) -> ImportedFileQuerySet:
        """Return the rows without their text, for lists."""
        return self.defer("lines", "dropped", "choices")
