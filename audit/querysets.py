"""What of the audit trail a member may read."""

from typing import TYPE_CHECKING, Any, Protocol, Self

from django.db import models

if TYPE_CHECKING:
    from audit.models import Checkpoint, Entry  # noqa: F401


class Reader(Protocol):
    """A member, as far as the trail needs to know one; `accounts.Membership` is the one there is."""

    organisation_id: Any
    suspended_at: Any
    is_manager: Any
    is_approver: Any
    is_admin: Any


def may_read(member: Reader) -> bool:
    """Return whether a member reads the trail: managers, approvers and admins who are not suspended."""
    return member.suspended_at is None and bool(member.is_manager or member.is_approver or member.is_admin)


class EntryQuerySet(models.QuerySet["Entry"]):
    def visible_to(self, member: Reader) -> Self:
        """Return the entries of the member's organisation; agents and suspended members see none."""
        return self.filter(organisation_id=member.organisation_id) if may_read(member) else self.none()

    def about(self, subject: models.Model) -> Self:
        """Return the entries whose subject is this object."""
        return self.filter(subject_kind=subject._meta.model_name, subject_id=str(subject.pk))

    def newest_first(self) -> Self:
        """Return the entries with the latest on top."""
        return self.order_by("-sequence")


class CheckpointQuerySet(models.QuerySet["Checkpoint"]):
    def visible_to(self, member: Reader) -> Self:
        """Return the checkpoints of the member's organisation: the same people read them who read the entries."""
        return self.filter(organisation_id=member.organisation_id) if may_read(member) else self.none()

    def newest_first(self) -> Self:
        """Return the checkpoints with the largest size on top."""
        return self.order_by("-size")
