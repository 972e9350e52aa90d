"""Reading templates: every read starts at `visible_to`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import F, Q, QuerySet

if TYPE_CHECKING:
    from accounts.models import Membership
    from templates_app.models import OrganisationValue, Pack, Template, TemplateVersion

    TemplateRows = QuerySet[Template]
    TemplateVersionRows = QuerySet[TemplateVersion]
    PackRows = QuerySet[Pack]
    ValueRows = QuerySet[OrganisationValue]
else:
    TemplateRows = TemplateVersionRows = PackRows = ValueRows = QuerySet


class TemplateQuerySet(TemplateRows):
    def visible_to(self, member: Membership) -> TemplateQuerySet:
        """Return the built-in templates and those of the member's organisation."""
        return self.filter(Q(organisation=None) | Q(organisation_id=member.organisation_id))

    def matching(self, words: str) -> TemplateQuerySet:
        """Return the templates that hold every one of the words in title, summary, category or text."""
        found = self
        for word in words.split()[:8]:
            found = found.filter(
                Q(title__icontains=word)
                | Q(summary__icontains=word)
                | Q(category__icontains=word)
                | Q(source__icontains=word)
            )
        return found

    def built_in(self) -> TemplateQuerySet:
        """Return the templates that ship with the product."""
        return self.filter(organisation=None)

    def published(self) -> TemplateQuerySet:
        """Return the templates that have a published text."""
        return self.exclude(digest="")

    def usable(self) -> TemplateQuerySet:
        """Return the templates that procedures can be made from: published, and not taken out of use."""
        return self.published().filter(retired_at=None)

    def own(self) -> TemplateQuerySet:
        """Return the templates of organisations, without those that ship with the product."""
        return self.exclude(organisation=None)

    def open_to(self, member: Membership) -> TemplateQuerySet:
        """Return the templates whose pages a member may open; drafts and retired ones are for managers and admins."""
        seen = self.visible_to(member)
        return seen if member.is_manager or member.is_admin else seen.usable()

    def called(self, slug: str) -> Template | None:
        """Return the template with this slug, or None: an organisation's own before a built-in one of the same slug."""
        return self.filter(slug=slug).order_by(F("organisation").asc(nulls_last=True)).first()


class TemplateVersionQuerySet(TemplateVersionRows):
    def visible_to(self, member: Membership) -> TemplateVersionQuerySet:
        """Return the versions of the built-in templates and of those of the member's organisation."""
        return self.filter(Q(organisation=None) | Q(organisation_id=member.organisation_id))

    def published(self) -> TemplateVersionQuerySet:
        """Return the versions that are final."""
        return self.exclude(published_at=None)

    def drafts(self) -> TemplateVersionQuerySet:
        """Return the versions that are being worked on."""
        return self.filter(published_at=None)

    def newest_first(self) -> TemplateVersionQuerySet:
        """Return the versions with the highest number first."""
        return self.order_by("-number")


class PackQuerySet(PackRows):
    def visible_to(self, member: Membership) -> PackQuerySet:
        """Return the packs: they are built in, so every member of an organisation sees all of them."""
        return self.all() if member.pk else self.none()


class OrganisationValueQuerySet(ValueRows):
    def visible_to(self, member: Membership) -> OrganisationValueQuerySet:
        """Return the values of the member's organisation."""
        return self.filter(organisation_id=member.organisation_id)

    def by_name(self) -> dict[str, Any]:
        """Return the values by variable name."""
        return dict(self.values_list("name", "value"))
