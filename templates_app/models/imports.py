"""Files that an organisation brings in, until each one is made into a template or discarded."""

from django.db import models

from templates_app.querysets_imports import ImportedFileQuerySet


class ImportedFile(models.Model):
    """One file as it was read, with what people decided about it. What is made of both is worked out again each time.

    When a template that was never published is discarded, its file waits for review again.
    `file_name` is words to show, never a path. `dropped` holds [line, text, reason] for what was no text at all.
    """

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="imported_files")
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    bytes = models.PositiveIntegerField()
    lines = models.JSONField(default=list)
    dropped = models.JSONField(default=list)
    choices = models.JSONField(default=dict)
    row_version = models.PositiveIntegerField(default=1, help_text="Counts saves, so that two tabs cannot overwrite.")
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    template = models.ForeignKey(
        "templates_app.Template", on_delete=models.SET_NULL, null=True, related_name="imported_from"
    )
    discarded_at = models.DateTimeField(null=True)

    objects = ImportedFileQuerySet.as_manager()

    class Meta:
        ordering = ("-imported_at", "-pk")

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_open(self) -> bool:
        """Whether it still waits to be made into a template."""
        return self.template_id is None and self.discarded_at is None
