"""The evidence of who signed what: each row but a waiting step is append-only."""

from typing import ClassVar, cast

from django.db import models

from sop_library.domain.signature import TITLES, Meaning, fingerprint
from sop_library.models.procedures import MEANINGS, Version
from sop_library.querysets import (
    ApprovalQuerySet,
    ConfirmationQuerySet,
    FrozenTextQuerySet,
    PublicationQuerySet,
    SignatureQuerySet,
    SignOffQuerySet,
)


class FrozenText(models.Model):
    """What one round's signatures cover: text, answers and body as they were at submit. Append-only, kept when void."""

    append_only: ClassVar[bool] = True

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="frozen_texts")
    round = models.PositiveIntegerField()
    number = models.CharField(max_length=12)
    title = models.CharField(max_length=200)
    source = models.TextField()
    values = models.JSONField()
    body = models.TextField()
    terms = models.JSONField(help_text="Effective and review date, change size and summary, as submitted.")
    outline = models.JSONField()
    digest = models.CharField(max_length=64)
    frozen_at = models.DateTimeField()

    objects = FrozenTextQuerySet.as_manager()

    class Meta:
        ordering = ("version_id", "round")
        constraints = (models.UniqueConstraint(fields=("version", "round"), name="frozen_text_once_per_round"),)

    def __str__(self) -> str:
        return f"{self.version} as submitted, round {self.round}"


class Approval(models.Model):
    """One step of one round of a version."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="approvals")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="approvals")
    round = models.PositiveIntegerField()
    position = models.PositiveSmallIntegerField()
    meaning = models.CharField(max_length=12, choices=MEANINGS)
    assignee = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, null=True, blank=True, related_name="approvals"
    )

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        ordering = ("round", "position")
        constraints = (models.UniqueConstraint(fields=("version", "round", "position"), name="approval_position_once"),)

    def __str__(self) -> str:
        return f"{self.version}: {TITLES[Meaning(self.meaning)]}"

    @property
    def signed(self) -> "Signature | None":
        """The step's signature, or None while it waits."""
        return cast("Signature | None", getattr(self, "signature", None))


class Signed(models.Model):
    """What every signature holds (21 CFR 11.50): printed name, role, meaning, time, and the digest it covers."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    printed_name = models.CharField(max_length=200)
    role = models.CharField(max_length=200)
    meaning = models.CharField(max_length=12, choices=MEANINGS)
    statement = models.TextField()
    signed_at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)

    class Meta:
        abstract = True

    @property
    def fingerprint(self) -> str:
        """The digest as people compare it by eye."""
        return fingerprint(self.digest)

    @property
    def title(self) -> str:
        """The meaning in words."""
        return TITLES[Meaning(self.meaning)]


class Signature(Signed):
    """A signature on a step of the route. Append-only; it is void when its version has gone into a later round."""

    append_only: ClassVar[bool] = True

    approval = models.OneToOneField(Approval, on_delete=models.PROTECT, related_name="signature")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="signatures")

    objects = SignatureQuerySet.as_manager()

    class Meta:
        ordering = ("signed_at", "pk")

    def __str__(self) -> str:
        return f"{self.title} by {self.printed_name}"


class SignOff(Signed):
    """A reader's signature that they have read and understood a version. Append-only."""

    append_only: ClassVar[bool] = True

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="sign_offs")

    objects = SignOffQuerySet.as_manager()

    class Meta:
        ordering = ("signed_at", "pk")
        constraints = (models.UniqueConstraint(fields=("version", "person"), name="sign_off_once"),)

    def __str__(self) -> str:
        return f"{self.version} understood by {self.printed_name}"


class Confirmation(Signed):
    """A signature that a version in force is still right, with the next review it sets. Append-only."""

    append_only: ClassVar[bool] = True

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="confirmations")
    turn = models.PositiveIntegerField(help_text="Counts a version's confirmations from 1 on.")
    next_review_on = models.DateField()
    note = models.TextField(blank=True)

    objects = ConfirmationQuerySet.as_manager()

    class Meta:
        ordering = ("version_id", "turn")
        constraints = (models.UniqueConstraint(fields=("version", "turn"), name="confirmation_once_per_turn"),)

    def __str__(self) -> str:
        return f"{self.version} confirmed by {self.printed_name}"


class Publication(models.Model):
    """What was published: the page as it is read and the PDF as it is kept, each with its SHA-256. Append-only."""

    append_only: ClassVar[bool] = True

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="publications")
    version = models.OneToOneField(Version, on_delete=models.PROTECT, related_name="publication")
    page = models.TextField()
    page_sha256 = models.CharField(max_length=64)
    outline = models.JSONField()
    pdf_sha256 = models.CharField(max_length=64)
    pdf_bytes = models.PositiveIntegerField()
    renderer = models.CharField(max_length=80)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")

    objects = PublicationQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.version} as published"
