"""One entry per act, chained by hash; one head per organisation that is locked while an entry is added."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from audit.domain.chain import GENESIS, Link
from audit.querysets import CheckpointQuerySet, EntryQuerySet


def printed_time(at: datetime) -> str:
    """Return the moment as it is hashed: UTC, microseconds, Z."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class Entry(models.Model):
    """What one person did to one thing at one moment. Rows are never changed or deleted: triggers refuse it."""

    append_only: ClassVar[bool] = True

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    sequence = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    person_name = models.CharField(max_length=200)
    action = models.CharField(max_length=80)
    subject_kind = models.CharField(max_length=80)
    subject_id = models.CharField(max_length=80)
    subject = models.CharField(max_length=300)
    data = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ("organisation", "sequence")
        verbose_name_plural = "entries"
        constraints = (
            models.UniqueConstraint(fields=("organisation", "sequence"), name="audit_entry_one_per_sequence"),
            models.UniqueConstraint(fields=("organisation", "previous"), name="audit_entry_no_fork"),
        )
        indexes = (
            models.Index(fields=("organisation", "subject_kind", "subject_id"), name="audit_entry_subject"),
            models.Index(fields=("organisation", "at"), name="audit_entry_at"),
            models.Index(fields=("organisation", "person", "at"), name="audit_entry_person"),
        )

    def __str__(self) -> str:
        return f"{self.sequence} {self.action} {self.subject}"

    @property
    def event(self) -> dict[str, Any]:
        """The mapping that is hashed; every column but the hash and the row number is in it."""
        return {
            "v": 1,
            "org": self.organisation_id,
            "seq": self.sequence,
            "prev": self.previous,
            "type": self.action,
            "at": printed_time(self.at),
            "actor": {"id": self.person_id, "printed_name": self.person_name},
            "object": {"kind": self.subject_kind, "id": self.subject_id, "label": self.subject},
            "payload": self.data,
        }

    @property
    def link(self) -> Link:
        """The entry as `audit.domain.chain.check` reads it."""
        return Link(event=self.event, hash=self.hash)


class Head(models.Model):
    """The end of one organisation's chain. Its row is the lock that lets one writer at a time add an entry."""

    organisation = models.OneToOneField("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    sequence = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default=GENESIS)
    at = models.DateTimeField(null=True)
    frontier = models.JSONField(default=list, help_text="The Merkle tree over all entries while it grows, in hex.")

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.sequence}"

    @property
    def nodes(self) -> list[bytes]:
        """The frontier as `audit.domain.merkle` takes it."""
        return [bytes.fromhex(node) for node in self.frontier]


class Checkpoint(models.Model):
    """A signed line that stands for all entries up to a size; whoever keeps one can hold the trail against it."""

    append_only: ClassVar[bool] = True

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    size = models.PositiveBigIntegerField()
    root = models.CharField(max_length=64)
    at = models.DateTimeField()
    note = models.TextField(help_text="The signed text, as it is handed out.")

    objects = CheckpointQuerySet.as_manager()

    class Meta:
        ordering = ("organisation", "size")
        constraints = (models.UniqueConstraint(fields=("organisation", "size"), name="audit_checkpoint_once"),)

    def __str__(self) -> str:
        return f"{self.size} {self.root[:16]}"


class Keeper(models.Model):
    """An e-mail address that an organisation's checkpoints are sent to: somebody outside who keeps them."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=254)
    added_at = models.DateTimeField()
    sent_size = models.PositiveBigIntegerField(default=0, help_text="The size of the newest checkpoint sent there.")
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("organisation", "address")
        constraints = (models.UniqueConstraint(fields=("organisation", "address"), name="audit_keeper_once"),)

    def __str__(self) -> str:
        return self.address
