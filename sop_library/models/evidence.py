"""The evidence of who signed what: each row but a waiting step is append-only."""

from typing import TYPE_CHECKING, ClassVar

from django.db import models

from sop_library.domain.approval import Given, Quorum, Step
from sop_library.domain.signature import TITLES, Meaning, fingerprint
from sop_library.models.procedures import MEANINGS, Version
from sop_library.models.routes import StepTerms
from sop_library.querysets import (
    ApprovalQuerySet,
    ConfirmationQuerySet,
    FrozenTextQuerySet,
    PublicationQuerySet,
    SignatureQuerySet,
    SignOffQuerySet,
)

if TYPE_CHECKING:
    from accounts.models import Membership


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


class Approval(StepTerms):
    """One step of one round of a version, as the route was when it was submitted."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="approvals")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="approvals")
    round = models.PositiveIntegerField()
    position = models.PositiveSmallIntegerField()
    meaning = models.CharField(max_length=12, choices=MEANINGS)
    title = models.CharField(max_length=60)
    statement = models.TextField()

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        ordering = ("round", "position")
        constraints = (models.UniqueConstraint(fields=("version", "round", "position"), name="approval_position_once"),)

    def __str__(self) -> str:
        return f"{self.version}: {self.title}"

    @property
    def named(self) -> "list[Membership]":
        """The people who may sign it, in the order they were named; none means any approver."""
        return [row.person for row in self.people.all()]

    @property
    def signed(self) -> "list[Signature]":
        """The step's signatures in the order they were made."""
        return list(self.signatures.all())

    @property
    def waits_for(self) -> str:
        """The people whose signatures it still needs, in words."""
        names = [person.printed_name for person in self.named if person.pk in self.rule.open_places]
        if not self.named:
            missing = self.rule.needed - len(self.signed)
            return "anyone who may approve" if missing == 1 else f"{missing} people who may approve"
        last = " and " if self.quorum == Quorum.ALL else " or "
        return last.join(filter(None, (", ".join(names[:-1]), *names[-1:])))

    @property
    def verb(self) -> str:
        """What goes with `waits_for`: one person "signs", several who all have to "sign"."""
        missing = self.rule.needed - len(self.signed)
        return "sign" if missing > 1 and (self.quorum == Quorum.ALL or not self.named) else "signs"

    @property
    def rule(self) -> Step:
        """The step as the separation-of-duties rule takes it."""
        return Step(
            position=self.position,
            meaning=Meaning(self.meaning),
            people=frozenset(row.person_id for row in self.people.all()),
            quorum=Quorum(self.quorum),
            count=self.count,
            signed=tuple(Given(row.person_id, row.stood_in_for_id) for row in self.signatures.all()),
        )


class ApprovalPerson(models.Model):
    """One of the people whom a step of a round names."""

    approval = models.ForeignKey(Approval, on_delete=models.CASCADE, related_name="people")
    person = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("approval", "person"), name="approval_person_once"),)

    def __str__(self) -> str:
        return f"{self.approval}: {self.person}"


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

    @property
    def full_role(self) -> str:
        """The role, and in whose place the person signed where there is such."""
        return self.role

    @property
    def beyond(self) -> dict[str, str | int]:
        """The parts that few signatures have, as the seal covers them."""
        return {}


class Signature(Signed):
    """A signature on a step of the route. Append-only; it is void when its version has gone into a later round."""

    append_only: ClassVar[bool] = True

    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="signatures")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="signatures")
    own_title = models.CharField(max_length=60, blank=True, help_text="What a step in own words is called.")
    stood_in_for = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, null=True, related_name="+")
    stood_in_for_name = models.CharField(max_length=200, blank=True)

    objects = SignatureQuerySet.as_manager()

    class Meta:
        ordering = ("signed_at", "pk")
        constraints = (models.UniqueConstraint(fields=("approval", "person"), name="signature_once_per_step"),)

    def __str__(self) -> str:
        return f"{self.title} by {self.printed_name}"

    @property
    def title(self) -> str:
        """The meaning in words, or what a step in own words is called."""
        return self.own_title or super().title

    @property
    def full_role(self) -> str:
        """The role, and in whose place the person signed."""
        return f"{self.role} (standing in for {self.stood_in_for_name})" if self.stood_in_for_id else self.role

    @property
    def beyond(self) -> dict[str, str | int]:
        """In whose place it was made, and a step's own title, where there are such."""
        found: dict[str, str | int] = {"title": self.own_title} if self.own_title else {}
        if self.stood_in_for_id:
            found |= {"stood_in_for": self.stood_in_for_id, "stood_in_for_name": self.stood_in_for_name}
        return found


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
