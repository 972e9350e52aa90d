"""The one form that the templates of a pack share."""

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from accounts.access import MemberRequest
from sop_library.actions.adopting import made_from
from templates_app.domain.kinds import is_filled, kind_of
from templates_app.domain.variables import Source, Variable
from templates_app.forms import AnswersForm
from templates_app.groups import groups_of
from templates_app.models import OrganisationValue, Pack, Template
from templates_app.organisations import offers_for, writing_of
from templates_app.texts import template_of

SAVED_FOR_ALL = "Will be saved for the whole organisation."


class PackDesk:
    """A pack with every variable of its templates once, and what the organisation has given already."""

    def __init__(self, request: MemberRequest, pack: Pack) -> None:
        self.request, self.pack = request, pack
        self.writing = writing_of(request.member.organisation)
        self.templates = list(Template.objects.visible_to(request.member).filter(pack=pack).order_by("position"))
        self.groups = groups_of(*(template_of(template.source) for template in self.templates))
        kept = OrganisationValue.objects.visible_to(request.member).by_name()
        self.given = {
            variable.name: (variable, kept[variable.name])
            for group in self.groups
            for variable in group.variables
            if variable.source is Source.ORGANISATION and is_filled(variable, kept)
        }

    def form(self, data: QueryDict | None = None) -> AnswersForm:
        """Return the form of everything that has not been given yet."""
        variables = [variable for group in self.groups for variable in group.variables]
        notes = {each.name: SAVED_FOR_ALL for each in variables if each.source is Source.ORGANISATION}
        offers = offers_for(self.request.member, variables)
        return AnswersForm(
            self.groups, {}, data=data, notes=notes, without=self.given, writing=self.writing, offers=offers
        )

    def page(self, form: AnswersForm | None = None, status: int = 200, adopted: str = "") -> HttpResponse:
        """Return the page; `form` holds what was typed when it could not be used, `adopted` says who was first."""
        form = form or self.form()
        context = {
            "pack": self.pack,
            "templates": self.templates,
            "form": form,
            "made": made_from(self.pack, self.request.member),
            "adopted": adopted,
            "shared": [self._row(variable, value) for variable, value in self.given.values()],
        }
        return render(self.request, "sop_library/adopt_pack.html", context, status=status)

    def _row(self, variable: Variable, value: Any) -> dict[str, Any]:
        slug = self.request.member.organisation.slug
        here = reverse("adopt_pack", kwargs={"organisation": slug, "slug": self.pack.slug})
        url = f"{reverse('values', kwargs={'organisation': slug})}?{urlencode({'next': here})}"
        return {
            "label": variable.label,
            "value": kind_of(variable).inline(variable, value, self.writing),
            "lines": [],
            "url": url,
        }
