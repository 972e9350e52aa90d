"""Templates with their versions, and packs."""

from django.db import models
from django.db.models import Q

from templates_app.querysets import PackQuerySet, TemplateQuerySet, TemplateVersionQuerySet


class Pack(models.Model):
    """Several templates adopted together, their shared variables filled once. Built in: every organisation sees it."""

    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=200)
    category = models.CharField(max_length=60)
    source_note = models.CharField(max_length=200, blank=True)
    summary = models.TextField()
    how_to_use = models.JSONField(default=list)
    faq = models.JSONField(default=list)

    objects = PackQuerySet.as_manager()

    class Meta:
        ordering = ("title",)

    def __str__(self) -> str:
        return self.title


class Template(models.Model):
    """A reusable SOP text. `source` is its newest published version, "" while the first one is still a draft.

    The other columns are what lists and filters need of that text, or of the draft while nothing is published.
    """

    organisation = models.ForeignKey(
        "accounts.Organisation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="templates",
        help_text="Empty for a built-in template, which every organisation sees.",
    )
    slug = models.SlugField(max_length=80)
    pack = models.ForeignKey(Pack, on_delete=models.PROTECT, null=True, blank=True, related_name="templates")
    position = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(max_length=200)
    registry = models.CharField(max_length=40, blank=True)
    category = models.CharField(max_length=60)
    source_note = models.CharField(max_length=200, blank=True)
    summary = models.TextField()
    minutes = models.PositiveSmallIntegerField()
    updated = models.DateField()
    source = models.TextField(blank=True)
    digest = models.CharField(max_length=64, blank=True)
    retired_at = models.DateTimeField(
        null=True, help_text="Since then no procedure can be made from it; those made before stay as they are."
    )

    objects = TemplateQuerySet.as_manager()

    class Meta:
        ordering = ("pack_id", "position", "title")
        constraints = (
            models.UniqueConstraint(fields=("organisation", "slug"), name="template_slug_once_per_organisation"),
            models.UniqueConstraint(
                fields=("slug",), condition=Q(organisation=None), name="template_slug_once_built_in"
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def is_built_in(self) -> bool:
        """Whether it ships with the product, so that every organisation sees it and none can change it."""
        return self.organisation_id is None

    @property
    def is_published(self) -> bool:
        """Whether it has a published text."""
        return bool(self.digest)

    @property
    def is_retired(self) -> bool:
        """Whether it was taken out of use."""
        return self.retired_at is not None


class TemplateVersion(models.Model):
    """One numbered text of a template: a draft that can change, or published and never changed again."""

    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="template_versions"
    )
    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    source = models.TextField()
    digest = models.CharField(max_length=64)
    change_summary = models.TextField(blank=True)
    row_version = models.PositiveIntegerField(default=1, help_text="Counts saves, so that two tabs cannot overwrite.")
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, null=True, related_name="+")

    objects = TemplateVersionQuerySet.as_manager()

    class Meta:
        ordering = ("template_id", "number")
        constraints = (
            models.UniqueConstraint(fields=("template", "number"), name="template_version_number_once"),
            models.UniqueConstraint(
                fields=("template",), condition=Q(published_at=None), name="template_version_one_draft"
            ),
        )

    def __str__(self) -> str:
        return f"{self.template} version {self.number}"

    @property
    def is_draft(self) -> bool:
        return self.published_at is None
