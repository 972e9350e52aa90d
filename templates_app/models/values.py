"""The values an organisation gives once for all of its SOPs."""

from django.conf import settings
from django.db import models

from templates_app.querysets import OrganisationValueQuerySet


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
