"""One group of a draft, open for filling: its page, its saved answers, and what happens when somebody was first."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from accounts.access import MemberRequest
from sop_library.actions.drafting import save_values
from sop_library.commenting import beside
from sop_library.domain.days import clock_in
from sop_library.models import Version
from sop_library.newer import newer_than
from sop_library.texts import Filling, filling_of
from templates_app.child import ChildProblem
from templates_app.domain.kinds import is_filled, kind_of
from templates_app.domain.places import places
from templates_app.domain.rendering import Mode
from templates_app.domain.variables import Source, Variable
from templates_app.forms import PREFIX, AnswersForm, field_name
from templates_app.groups import Group, groups_of
from templates_app.organisations import offers_for

SAVED_FOR_ALL = "Will be saved for the whole organisation when you submit."
NOTHING_ASKED = Group("", "Details", ())


def clock(at: datetime, version: Version) -> str:
    """Return the time of day in the organisation's time zone, such as "14:32"."""
    return clock_in(version.organisation.time_zone, at)


def address(name: str, version: Version, **query: str) -> str:
    """Return the address of a page about the version's SOP, by the page's name."""
    kwargs = {"organisation": version.organisation.slug, "number": version.sop.number}
    return reverse(name, kwargs=kwargs) + (f"?{urlencode(query)}" if query else "")


def values_address(version: Version, back: str) -> str:
    """Return the address of the organisation's values; its button leads back to `back`."""
    url = reverse("values", kwargs={"organisation": version.organisation.slug})
    return f"{url}?{urlencode({'next': back})}"


def preview_of(filling: Filling, source: str, mode: Mode = Mode.PREVIEW) -> tuple[str, str]:
    """Return (body HTML, "") or, when the text cannot be worked out now, ("", the sentence why)."""
    try:
        return filling.body(source, mode).html, ""
    except ChildProblem as problem:
        return "", problem.sentence


def summary_row(variable: Variable, filling: Filling, url: str) -> dict[str, Any]:
    """Return a row of `components/summary.html` for one answer."""
    value = filling.values.get(variable.name)
    label = f"{variable.label}, from organisation" if filling.is_shared(variable) else variable.label
    row: dict[str, Any] = {"label": label, "url": url, "lines": []}
    if not is_filled(variable, filling.values):
        words = "Not filled yet" if variable.required else "Left empty, it is optional"
        return {**row, "value": words, "missing": variable.required, "action": "Fill in"}
    if isinstance(value, list):
        row["lines"] = [", ".join(item) if isinstance(item, list) else item for item in value]
    written = kind_of(variable).inline(variable, value, filling.writing)  # type: ignore[arg-type]
    return {**row, "value": written, "action": "Change"}


class Desk:
    """A draft with the group that the address asks for."""

    def __init__(self, request: MemberRequest, version: Version) -> None:
        self.request = request
        self.version = version
        self.filling = filling_of(version)
        self.groups = groups_of(self.filling.template)
        self.group = self._asked_for(request.GET)

    def _asked_for(self, query: QueryDict) -> Group:
        """Return the group named by ?group=, or that of the variable named by ?field=; else the first open."""
        slug, name = query.get("group"), query.get("field")
        for group in self.groups:
            if group.slug == slug or any(variable.name == name for variable in group.variables):
                return group
        still_open = (group for group in self.groups if group.is_open(self.filling.values))
        return next(still_open, self.groups[0] if self.groups else NOTHING_ASKED)

    def url(self, **query: str) -> str:
        """Return the address of this workspace."""
        return address("fill", self.version, **query)

    def form(self, data: QueryDict | None = None) -> AnswersForm:
        """Return the group's form: what is kept, or what was typed."""
        notes = {
            variable.name: SAVED_FOR_ALL for variable in self.group.variables if variable.source is Source.ORGANISATION
        }
        return AnswersForm(
            [self.group],
            self.version.values,
            data=data,
            notes=notes,
            without=self.filling.shared,
            writing=self.filling.writing,
            offers=offers_for(self.request.member, self.group.variables),
        )

    def keep(self, form: AnswersForm, row_version: int, at: datetime) -> "Desk":
        """Store the right answers and return the desk with them; raises Stale, WrongState, NotAllowed.

        What says nothing new is not saved again: a second click and a retried autosave are no conflict.
        """
        kept = self.version.values
        changed = {name: value for name, value in form.answers().items() if kept.get(name) != value}
        if not changed:
            return self
        saved = save_values(
            version=self.version, values=changed, row_version=row_version, by=self.request.member, at=at
        )
        return Desk(self.request, saved)

    def after(self) -> str:
        """Return the address that follows this group: the next one, or the check page after the last."""
        slugs = [group.slug for group in self.groups]
        here = slugs.index(self.group.slug) + 1 if self.group.slug in slugs else len(slugs)
        return self.url(group=slugs[here]) if here < len(slugs) else address("check", self.version)

    def next_open(self) -> str:
        """Return the address of the next group with a missing answer, or of the check page when none is left."""
        here = self.groups.index(self.group) if self.group in self.groups else 0
        for group in (*self.groups[here + 1 :], *self.groups[:here]):
            if group.is_open(self.filling.values):
                return self.url(group=group.slug)
        return address("check", self.version)

    def saved(self, form: AnswersForm) -> JsonResponse:
        """Return autosave's answer, as `docs/interface.md` has it."""
        filled, total = self.filling.progress
        return JsonResponse(
            {
                "saved_at": clock(self.version.saved_at, self.version),
                "row_version": self.version.row_version,
                "filled": filled,
                "total": total,
                "groups": {group.slug: self._state(group) for group in self.groups},
                "problems": form.problems(),
                "warnings": form.warnings(),
            }
        )

    def _state(self, group: Group) -> dict[str, Any]:
        values = self.filling.values
        return {
            "filled": group.filled(values),
            "total": len(group.variables),
            "label": group.label(values),
            "open": group.is_open(values),
        }

    def page(self, form: AnswersForm | None = None, status: int = 200, **more: Any) -> HttpResponse:
        """Return the workspace; `form` holds what was typed when it could not be saved."""
        form = form or self.form()
        body, trouble = preview_of(self.filling, self.version.source)
        form.name_places(places(body))
        margin = beside(self.version, body, self.request.member)
        filled, total = self.filling.progress
        context = {
            "version": self.version,
            "sop": self.version.sop,
            "title": self.filling.template.title,
            "filled": filled,
            "total": total,
            "saved_at": clock(self.version.saved_at, self.version),
            "groups": [
                {"slug": group.slug, "title": group.title, "current": group is self.group, **self._state(group)}
                for group in self.groups
            ],
            "group": self.group,
            "step": self.groups.index(self.group) + 1 if self.group in self.groups else 0,
            "shared": self._shared_rows(),
            "form": form,
            "newer": newer_than(self.version, self.request.member),
            "body": margin.page,
            "trouble": trouble,
            "margin": margin,
            "back": "fill",
            "next_open": self.next_open(),
            "is_last": self.group is self.groups[-1] if self.groups else True,
        }
        return render(self.request, "sop_library/fill.html", {**context, **more}, status=status)

    def _shared_rows(self) -> list[dict[str, Any]]:
        back = values_address(self.version, self.url(group=self.group.slug))
        return [
            {**summary_row(variable, self.filling, back), "label": variable.label}
            for variable in self.group.variables
            if self.filling.is_shared(variable)
        ]


class Conflict:
    """What was typed on a page that is older than the draft, beside what the draft holds now."""

    def __init__(self, desk: Desk, wants_json: bool) -> None:
        """`desk` is opened anew, with the draft as it is now."""
        self.desk, self.wants_json = desk, wants_json
        self.typed = desk.form(desk.request.POST)
        self.mine, self.theirs = self.typed.typed(), desk.form().typed()

    def answer(self) -> HttpResponse:
        """Return status 409: JSON for autosave, otherwise the page with both texts and what was typed in the form."""
        version = self.desk.version
        saver, at = version.saved_by, clock(version.saved_at, version)
        sentence = f"{saver} changed this at {at}: keep yours or take theirs."
        if saver == self.desk.request.member:
            sentence = f"You changed this in another tab at {at}: keep what you typed here or take what is saved."
        if not self.wants_json:
            return self.desk.page(self.typed, 409, conflict=sentence, sides=self._sides(), dropped=self._dropped())
        theirs = {field_name(name): value for name, value in self.theirs.items()}
        told = {"sentence": sentence, "by": saver.printed_name, "at": at, "theirs": theirs}
        return JsonResponse({**told, "row_version": version.row_version}, status=409)

    def _sides(self) -> list[dict[str, str]]:
        labels = {variable.name: variable.label for variable in self.desk.group.variables}
        return [
            {"label": labels[name], "mine": _words(self.mine[name]), "theirs": _words(value)}
            for name, value in self.theirs.items()
            if _words(value) != _words(self.mine[name])
        ]

    def _dropped(self) -> list[dict[str, str]]:
        """Return typed answers for which the draft has no field here any more: shown, so as not to be lost."""
        sent: Mapping[str, Any] = self.desk.request.POST
        return [
            {"label": name.removeprefix(PREFIX)[:80], "mine": str(value)}
            for name, value in sent.items()
            if name.startswith(PREFIX) and name not in self.typed.fields and str(value).strip()
        ]


def _words(value: str | list[str]) -> str:
    text = "\n".join(value) if isinstance(value, list) else value
    return text.replace("\r\n", "\n").strip()
