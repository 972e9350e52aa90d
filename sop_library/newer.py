"""Procedures whose template has a newer version than the text they were made from."""

from dataclasses import dataclass

from django.urls import reverse

from accounts.models import Membership
from sop_library.domain.lifecycle import OPEN
from sop_library.models import Version
from templates_app.models import TemplateVersion


@dataclass(frozen=True, slots=True)
class Newer:
    """A version behind its template, the number of the template's newest version, and where to see what changed.

    `is_put_off` when a manager said "Not now" to that number: then only the record page tells of it.
    """

    version: Version
    number: int
    url: str
    is_put_off: bool

    @property
    def must_wait(self) -> bool:
        """Whether the version is under review, so that its text cannot change now."""
        return self.version.status in OPEN and not self.version.is_draft


def newer_for(member: Membership) -> list[Newer]:
    """Return what a manager could bring up to date, in the order of the SOPs' numbers: one query for all of it."""
    if not member.is_manager:
        return []
    rows = Version.objects.visible_to(member).light().behind_template().select_related("sop", "organisation")
    return [found for row in rows.order_by("sop__number") if (found := offer_of(row, member))]


def newer_than(version: Version, member: Membership) -> Newer | None:
    """Return the offer of one version's template, None when there is none or it was put off; one query."""
    if not member.is_manager or version.template_version_id is None:
        return None
    row = Version.objects.visible_to(member).filter(pk=version.pk).light().beside_template()
    found = offer_of(row.select_related("sop", "organisation").first(), member)
    return None if found and found.is_put_off else found


def offer_of(version: Version | None, member: Membership) -> Newer | None:
    """Return the offer of a version fetched with `beside_template`, None when its text is up to date."""
    if version is None or not member.is_manager:
        return None
    number, newest = version.template_number, version.newest_template_number  # type: ignore[attr-defined]
    if number is None or newest is None or newest <= number:
        return None
    place = {"organisation": version.organisation.slug, "number": version.sop.number}
    return Newer(version, newest, reverse("newer", kwargs=place), version.sop.put_off >= newest)


def versions_since(origin: TemplateVersion) -> list[TemplateVersion]:
    """Return the published versions of a template after the one a text comes from, newest first."""
    rows = TemplateVersion.objects.published().newest_first().select_related("template")
    return list(rows.filter(template=origin.template_id, number__gt=origin.number))
