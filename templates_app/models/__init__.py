"""Templates, packs, and the values an organisation gives once for all of its SOPs."""

from templates_app.models.imports import ImportedFile
from templates_app.models.library import Pack, Template, TemplateVersion
from templates_app.models.values import OrganisationValue

__all__ = ["ImportedFile", "OrganisationValue", "Pack", "Template", "TemplateVersion"]
