"""Carrying changed values of the organisation into its procedures: one row a change, one a procedure."""

from datetime import datetime, timedelta

from django.db import models

from sop_library.domain.numbering import CHANGE_SIZES
from sop_library.domain.reach import Way
from sop_library.models.procedures import SOP, Version
from sop_library.querysets import RolloutItemQuerySet, RolloutQuerySet

STOPPED_AFTER = timedelta(seconds=60)


class NotePolicy(models.Model):
    """Whether an organisation's managers may issue editorial notes; without a row they may."""

    organisation = models.OneToOneField(
        "accounts.Organisation", on_delete=models.PROTECT, primary_key=True, related_name="note_policy"
    )
    are_allowed = models.BooleanField(default=True)

    def __str__(self) -> str:
        return "Editorial notes are allowed" if self.are_allowed else "Editorial changes go by the route"


class Rollout(models.Model):
    """One change of values, carried into every procedure it touches by the background worker."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="rollouts")
    summary = models.TextField(help_text="What changes, such as “CRM system: Zendesk becomes Freshdesk.”")
    started_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(help_text="Also when the manager signed the editorial notes in it.")
    moved_at = models.DateTimeField(help_text="When it was last begun, resumed, or went on to a procedure.")

    objects = RolloutQuerySet.as_manager()

    class Meta:
        ordering = ("-started_at", "-pk")

    def __str__(self) -> str:
        return self.summary

    def has_stopped(self, at: datetime) -> bool:
        """Return whether nothing has moved for so long that its worker must be gone."""
        return at - self.moved_at > STOPPED_AFTER


class RolloutItem(models.Model):
    """What one change of values means for one procedure, and how far it is."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DONE = "done", "Done"
        LATER = "later", "To do later"
        FAILED = "failed", "Failed"

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    rollout = models.ForeignKey(Rollout, on_delete=models.PROTECT, related_name="items")
    sop = models.ForeignKey(SOP, on_delete=models.PROTECT, related_name="+")
    way = models.CharField(max_length=8, choices=[(way.value, way.value) for way in Way])
    change_size = models.CharField(max_length=12, choices=list(CHANGE_SIZES.items()))
    change_summary = models.TextField()
    values = models.JSONField(help_text="The new values of this procedure, by name.")
    digest = models.CharField(max_length=64, blank=True, help_text="Of an editorial note: the text that was signed.")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    sentence = models.TextField(blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, null=True, related_name="rollout_items")

    objects = RolloutItemQuerySet.as_manager()

    class Meta:
        ordering = ("sop__prefix", "sop__serial")
        constraints = (models.UniqueConstraint(fields=("rollout", "sop"), name="rollout_sop_once"),)

    def __str__(self) -> str:
        return f"{self.sop.number}: {self.get_state_display()}"
