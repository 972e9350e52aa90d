"""SOPs and their versions."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from sop_library.domain.lifecycle import OPEN, STATUS_WORDS, Phase, Status, phase
from sop_library.domain.numbering import CHANGE_SIZES, ChangeSize, Number
from sop_library.domain.signature import TITLES, Meaning, fingerprint
from sop_library.domain.training import WHOLE
from sop_library.querysets import SOPQuerySet, VersionQuerySet

_STATUSES = list(STATUS_WORDS.items())
MEANINGS = [(meaning.value, TITLES[meaning]) for meaning in Meaning]


class SOP(models.Model):
    """One organisation's procedure."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="sops")
    prefix = models.CharField(max_length=8)
    serial = models.PositiveIntegerField()
    number = models.CharField(max_length=24)
    title = models.CharField(max_length=200)
    category = models.CharField(max_length=60)
    template = models.ForeignKey("templates_app.Template", on_delete=models.PROTECT, null=True, related_name="sops")
    owner = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="owned_sops")
    is_landing = models.BooleanField(default=False, help_text="The procedure that agents land on.")
    put_off = models.PositiveIntegerField(
        default=0, help_text="The newest version of the template that a manager put off; 0 when none was."
    )
    created_at = models.DateTimeField()

    objects = SOPQuerySet.as_manager()

    class Meta:
        ordering = ("prefix", "serial")
        constraints = (
            models.UniqueConstraint(fields=("organisation", "number"), name="sop_number_once"),
            models.UniqueConstraint(fields=("organisation", "prefix", "serial"), name="sop_serial_once"),
            models.UniqueConstraint(
                fields=("organisation",), condition=Q(is_landing=True), name="sop_one_landing_per_organisation"
            ),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Version(models.Model):
    """One numbered text of an SOP: a draft that can change, then frozen at submit, signed, published."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="versions")
    sop = models.ForeignKey(SOP, on_delete=models.PROTECT, related_name="versions")
    major = models.PositiveIntegerField()
    minor = models.PositiveIntegerField()
    previous_major = models.PositiveIntegerField(null=True)
    previous_minor = models.PositiveIntegerField(null=True)
    status = models.CharField(max_length=12, choices=_STATUSES, default=Status.DRAFT)
    change_size = models.CharField(max_length=12, choices=list(CHANGE_SIZES.items()), default=ChangeSize.MAJOR)
    change_summary = models.TextField(blank=True)
    is_note = models.BooleanField(default=False, help_text="Issued by editorial note: the author alone signed it.")
    title = models.CharField(max_length=200, help_text="The text's own title, so that lists need not read the text.")
    source = models.TextField()
    template_version = models.ForeignKey(
        "templates_app.TemplateVersion",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="The template's version that this text comes from: what a newer one is compared with.",
    )
    values = models.JSONField(default=dict)
    row_version = models.PositiveIntegerField(default=1, help_text="Counts saves, so that two tabs cannot overwrite.")
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="authored_versions")
    round = models.PositiveIntegerField(default=0, help_text="Counts submissions; approvals belong to one round.")
    one_step_each = models.BooleanField(default=True, help_text="Of its present round: one person signs one step only.")
    return_reason = models.TextField(blank=True)
    returned_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, null=True, related_name="+")
    effective_on = models.DateField(null=True)
    review_on = models.DateField(null=True)
    frozen_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    training_share = models.PositiveSmallIntegerField(
        null=True, help_text="Per cent of the audience that signs before it begins; empty when nobody is waited for."
    )
    in_force_from = models.DateTimeField(null=True)
    in_force_until = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawal_reason = models.TextField(blank=True)
    created_at = models.DateTimeField()

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ("sop_id", "major", "minor")
        constraints = (
            models.UniqueConstraint(fields=("sop", "major", "minor"), name="version_number_once"),
            # One chain from 1.0 on: every version names the one before it, none is named twice, and it counts by one.
            models.UniqueConstraint(fields=("sop", "previous_major", "previous_minor"), name="version_follows_once"),
            models.CheckConstraint(
                name="version_without_gap",
                condition=Q(previous_major=None, previous_minor=None, major=1, minor=0)
                | Q(previous_major=F("major"), previous_minor=F("minor") - 1)
                | Q(previous_major=F("major") - 1, previous_minor__isnull=False, minor=0),
            ),
            models.UniqueConstraint(
                fields=("sop",), condition=Q(status__in=sorted(OPEN)), name="version_one_open_per_sop"
            ),
            models.CheckConstraint(
                name="version_status_known", condition=Q(status__in=sorted(status.value for status in Status))
            ),
            models.CheckConstraint(
                name="version_frozen_unless_draft",
                condition=Q(status=Status.DRAFT, frozen_at=None, digest="")
                | (~Q(status=Status.DRAFT) & Q(frozen_at__isnull=False) & ~Q(digest="")),
            ),
            models.CheckConstraint(
                name="version_dated_when_published",
                condition=Q(status__in=sorted(OPEN), in_force_from=None, training_share=None)
                | Q(status__in=[Status.PUBLISHED, Status.WITHDRAWN], in_force_from__isnull=False)
                | Q(status__in=[Status.PUBLISHED, Status.WITHDRAWN], training_share__isnull=False),
            ),
            models.CheckConstraint(
                name="version_training_share_known",
                condition=Q(training_share=None) | Q(training_share__gte=1, training_share__lte=WHOLE),
            ),
            models.CheckConstraint(
                name="version_ends_after_it_begins",
                condition=Q(in_force_until=None) | Q(in_force_until__gte=F("in_force_from")),
            ),
        )
        indexes = (models.Index(fields=("organisation", "status")),)

    def __str__(self) -> str:
        return f"{self.sop.number} version {self.number}"

    @property
    def number(self) -> Number:
        """The version's own number, such as 1.1."""
        return Number(self.major, self.minor)

    @property
    def fingerprint(self) -> str:
        """The digest as people compare it by eye; "" for a draft."""
        return fingerprint(self.digest)

    @property
    def is_draft(self) -> bool:
        return self.status == Status.DRAFT

    def phase_at(self, at: datetime) -> Phase:
        """Return the name of the version's place in time."""
        return phase(Status(self.status), self.in_force_from, self.in_force_until, at)
