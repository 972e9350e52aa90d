"""Changes to the library and to an organisation's values."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Membership
from accounts.refusals import NotAllowed
from audit import trail
from templates_app import shelf
from templates_app.domain.kinds import check_value
from templates_app.domain.variables import Variable
from templates_app.models import OrganisationValue, Pack, Template, TemplateVersion
from templates_app.texts import template_of


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many templates and packs the library holds, and how many files had changed since the last load."""

    templates: int
    packs: int
    changed: int


@transaction.atomic
def load_library() -> Loaded:
    """Bring the built-in files into the database and return what was there; raises TemplateError on a faulty file.

    SOPs keep their own copy of the text, so a newer built-in template changes no SOP.
    """
    places: dict[str, tuple[Pack, int]] = {}
    packs = shelf.packs()
    for shelved in packs:
        pack, _ = Pack.objects.update_or_create(
            slug=shelved.slug,
            defaults={
                "title": shelved.title,
                "category": shelved.category,
                "source_note": shelved.source,
                "summary": shelved.summary,
                "how_to_use": shelved.how_to_use,
                "faq": shelved.faq,
            },
        )
        places |= {slug: (pack, position) for position, slug in enumerate(shelved.templates, 1)}
    files = shelf.template_files()
    changed = sum(_load(slug, path.read_text(encoding="utf-8"), places.get(slug)) for slug, path in files.items())
    return Loaded(len(files), len(packs), changed)


def _load(slug: str, source: str, place: tuple[Pack, int] | None) -> bool:
    """Store one built-in template; return whether anything of it was new."""
    digest = hashlib.sha256(source.encode()).hexdigest()
    pack, position = place or (None, 0)
    if Template.objects.built_in().filter(slug=slug, digest=digest, pack=pack, position=position).exists():
        return False
    facts = {**listed_facts(source), "source": source, "digest": digest}
    place_in_pack = {"pack": pack, "position": position}
    template, _ = Template.objects.update_or_create(organisation=None, slug=slug, defaults={**facts, **place_in_pack})
    newest = template.versions.order_by("-number").first()
    if newest is None or newest.digest != digest:
        at = timezone.now()
        TemplateVersion.objects.create(
            template=template,
            number=(newest.number if newest else 0) + 1,
            source=source,
            digest=digest,
            saved_at=at,
            published_at=at,
        )
    return True


def listed_facts(source: str) -> dict[str, Any]:
    """Return what lists and filters need of a template's text, by column; raises TemplateError."""
    parsed = template_of(source)
    return {
        "title": parsed.title,
        "registry": parsed.registry,
        "category": parsed.category,
        "source_note": parsed.source_note,
        "summary": parsed.summary,
        "minutes": parsed.minutes,
        "updated": parsed.updated or date.min,
    }


@transaction.atomic
def set_organisation_value(*, variable: Variable, value: Any, by: Membership, at: datetime) -> OrganisationValue:
    """Give a variable one value for all SOPs and return it; raises kinds.ValueProblem, NotAllowed.

    Nothing published changes: a version holds its own frozen copy.
    """
    if not (by.is_manager or by.is_admin):
        raise NotAllowed("Only managers and admins set the values of the organisation.")
    checked = check_value(variable, value)
    row = (
        OrganisationValue.objects.select_for_update(no_key=True)
        .filter(organisation_id=by.organisation_id, name=variable.name)
        .first()
    )
    old = row.value if row else None
    if row is not None and old == checked:
        return row
    row, _ = OrganisationValue.objects.update_or_create(
        organisation=by.organisation,
        name=variable.name,
        defaults={"value": checked, "updated_at": at, "updated_by": by.user},
    )
    trail.record(
        organisation=by.organisation,
        by=by,
        action="value.changed",
        subject=row,
        at=at,
        data={"name": variable.name, "old": old, "new": checked},
    )
    return row
