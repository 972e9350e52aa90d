"""An imported text becomes a template of an organisation."""

import hashlib
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from accounts.models import Membership
from accounts.refusals import NotAllowed
from audit import trail
from templates_app.actions import listed_facts
from templates_app.importing.result import Imported
from templates_app.models import Template, TemplateVersion

LONGEST_SLUG = 80


@transaction.atomic
def import_template(*, imported: Imported, file_name: str, sha256: str, by: Membership, at: datetime) -> Template:
    """Store an imported text as a new template with a first draft, and return it; nothing is published.

    `sha256` is the digest of the file as it came, in the trail with its name and the person (21 CFR 11.10(h): where
    the data came from). Raises NotAllowed for those who are no managers, TemplateError for a text that does not parse.
    """
    if not by.is_manager:
        raise NotAllowed("Only managers bring in procedures.")
    template = Template.objects.create(
        organisation=by.organisation, slug=_free_slug(imported.title, by), **_listed(imported.source)
    )
    draft = TemplateVersion.objects.create(
        organisation=by.organisation,
        template=template,
        number=1,
        source=imported.source,
        digest=hashlib.sha256(imported.source.encode()).hexdigest(),
        saved_at=at,
        saved_by=by,
    )
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


def _listed(source: str) -> dict[str, Any]:
    """Return what lists need of the text, no longer than the columns for it."""
    facts = listed_facts(source)
    for field in Template._meta.fields:
        if field.name in facts and field.max_length and isinstance(facts[field.name], str):
            facts[field.name] = facts[field.name][: field.max_length]
    return facts


def _free_slug(title: str, by: Membership) -> str:
    """Return a slug of the title that no template of the organisation has, built-in ones left alone too."""
    stem = slugify(title)[: LONGEST_SLUG - 5].strip("-") or "template"
    taken = set(Template.objects.visible_to(by).filter(slug__startswith=stem).values_list("slug", flat=True))
    numbered = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (stem, *numbered) if slug not in taken)
