"""Templates, packs, and the values an organisation gives once for all of its SOPs."""

from django.conf import settings
from django.db import models

from templates_app.querysets import OrganisationValueQuerySet, PackQuerySet, TemplateQuerySet


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
    """A reusable SOP text. `source` is the whole file; the other columns are what lists and filters need of it."""

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
    source = models.TextField()
    digest = models.CharField(max_length=64)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        ordering = ("pack_id", "position", "title")
        constraints = (
            models.UniqueConstraint(fields=("organisation", "slug"), name="template_slug_once_per_organisation"),
            models.UniqueConstraint(
                fields=("slug",), condition=models.Q(organisation=None), name="template_slug_once_built_in"
            ),
        )

    def __str__(self) -> str:
        return self.title


class OrganisationValue(models.Model):
    """One variable's value, the same for every SOP of the organisation."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="values")
    name = models.CharField(max_length=80)
    value = models.JSONField()
    updated_at = models.DateTimeField()
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = OrganisationValueQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("organisation", "name"), name="value_once_per_organisation"),)

    def __str__(self) -> str:
        return self.name
