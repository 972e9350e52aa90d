"""The reach of changed values as one request sees it: what was typed, what it touches, and what is done about it."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.access import MemberRequest
from accounts.reauth import asked_of, confirm
from accounts.refusals import Stale, WrongPassword, WrongState
from sop_library.actions.rollouts import start_rollout
from sop_library.actions.sharing import set_values
from sop_library.domain.days import day_in
from sop_library.domain.reach import Way
from sop_library.domain.signature import fingerprint
from sop_library.forms_reach import ReachForm, sizes_in
from sop_library.models import FrozenText, Rollout
from sop_library.noting import statement_of
from sop_library.reach import Touched, reach_of
from sop_library.sharing import Shared, state_of
from sop_library.views.telling import tell
from templates_app.forms import field_name, shown
from templates_app.models import OrganisationValue
from templates_app.organisations import writing_of

DIGEST = "digest-"


class ReachDesk:
    """New values, by variable name, and everything they touch. Values as they are stored show what is behind them."""

    def __init__(self, request: MemberRequest, shared: Shared, answers: Mapping[str, Any], seen: str) -> None:
        self.request, self.shared, self.answers, self.seen = request, shared, answers, seen
        self.at = timezone.now()
        self.sizes = sizes_in(request.POST, list(answers))
        self.reach = reach_of(request.member, shared.variables, answers, self.sizes, self.at)

    @property
    def is_stored(self) -> bool:
        """Whether these are the values as they are stored already, so that there is nothing to save."""
        kept = OrganisationValue.objects.visible_to(self.request.member).by_name()
        return all(kept.get(name) == answer for name, answer in self.answers.items())

    @property
    def may_start(self) -> bool:
        """Whether the member may start versions: managers may, admins store the values."""
        return self.request.member.is_manager

    def save_only(self) -> HttpResponse:
        """Store the values, start nothing, and lead back to them; raises Stale."""
        member = self.request.member
        set_values(variables=self.shared.variables, answers=self.answers, seen=self.seen, by=member, at=self.at)
        messages.success(self.request, "The values are saved. Nothing published changes, and no version was started.")
        return redirect("values", organisation=member.organisation.slug)

    def start(self) -> HttpResponse:
        """Store the values, set going what they mean, and lead to its progress; the same page again when refused."""
        form = self._form(self.request.POST)
        if not form.is_valid():
            return self.page(form, 422)
        try:
            if self.reach.notes:
                confirm(self.request, form.cleaned_data)
            made = self._started()
        except (WrongPassword, Stale, WrongState) as problem:
            # What the page shows now is what holds now: sent again after reading, it is no longer stale.
            self.seen = state_of(self.request.member.organisation_id)
            return self.page(form, tell(form, problem))
        return redirect("rollout", organisation=self.request.member.organisation.slug, pk=made.pk)

    def _started(self) -> Rollout:
        sent = self.request.POST
        return start_rollout(
            variables=self.shared.variables,
            answers=self.answers,
            sizes=self.sizes,
            shown={name.removeprefix(DIGEST): sent.get(name, "") for name in sent if name.startswith(DIGEST)},
            seen=self.seen,
            by=self.request.member,
            at=self.at,
        )

    def page(self, form: ReachForm | None = None, status: int = 200) -> HttpResponse:
        """Return the page: what changes, what it touches, what is signed."""
        form = form or self._form()
        by_way = {way: self.reach.by_way(way) for way in Way}
        context = {
            "reach": self.reach,
            "form": form,
            "seen": self.seen,
            "typed": self._typed(),
            "changes": [(change, form.sizes.get(change.variable.name)) for change in self.reach.changes],
            "notes": by_way[Way.NOTE],
            "drafts": by_way[Way.DRAFT],
            "kept": by_way[Way.KEEP],
            "later": by_way[Way.LATER],
            "signed": self._signed() if self.may_start else [],
            "statements": sorted({statement_of(each.summary) for each in self.reach.notes}),
            "signer": self.request.member.name_and_role,
            "may_start": self.may_start,
            "is_stored": self.is_stored,
        }
        return render(self.request, "sop_library/reach.html", context, status=status)

    def _form(self, data: Any = None) -> ReachForm:
        return ReachForm(data, reach=self.reach, sizes=self.sizes, asked=asked_of(self.request))

    def _signed(self) -> list[tuple[Touched, FrozenText, str]]:
        """Return each editorial note that would be signed, with its text and the fingerprint of that."""
        today = day_in(self.request.member.organisation.time_zone, self.at)
        notes = [(each, each.note(today)) for each in self.reach.notes]
        return [(each, note, fingerprint(note.digest)) for each, note in notes]

    def _typed(self) -> list[tuple[str, str]]:
        """Return what was typed as (control, value) pairs for the next form; a list gives its control several times."""
        pairs = []
        for name in (change.variable.name for change in self.reach.changes):
            answer = self.answers[name]
            value = shown(self.shared.variables[name], answer, writing_of(self.request.member.organisation))
            pairs += [(field_name(name), each) for each in (value if isinstance(value, list) else [value])]
        return pairs
