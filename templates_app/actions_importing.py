"""An imported text becomes a template of an organisation."""

from datetime import datetime

from django.db import transaction

from accounts.models import Membership
from accounts.refusals import NotAllowed
from audit import trail
from templates_app.actions_templates import listed_as_far_as_read, store_template
from templates_app.importing.result import Imported
from templates_app.models import Template
from templates_app.texts import template_of


@transaction.atomic
def import_template(*, imported: Imported, file_name: str, sha256: str, by: Membership, at: datetime) -> Template:
    """Store an imported text as a new template with a first draft, and return it; nothing is published.

    `sha256` is the digest of the file as it came, in the trail with its name and the person (21 CFR 11.10(h): where
    the data came from). Raises NotAllowed for those who are no managers, TemplateError for a text that does not parse.
    """
    if not by.is_manager:
        raise NotAllowed("Only managers bring in procedures.")
    template_of(imported.source)  # one that does not parse is no template yet
    facts = listed_as_far_as_read(imported.source)
    draft = store_template(slug=imported.slug or imported.title, source=imported.source, facts=facts, by=by, at=at)
    template: Template = draft.template
    trail.record(
        organisation=by.organisation,
        by=by,
        action="template.imported",
        subject=template,
        at=at,
        data={
            "file_name": file_name,
            "sha256": sha256,
            "template_sha256": draft.digest,
            "variables": len(imported.guesses),
            "set_aside": len(imported.set_aside),
        },
    )
    return template
