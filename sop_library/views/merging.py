"""The page on which a newer version of a template meets a procedure's own text."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import MemberRequest, member
from accounts.domain.roles import Role
from accounts.refusals import Stale, WrongState
from sop_library.actions.drafting import start_revision
from sop_library.actions.merging import merge_template, put_off_template, refuse_older, take_up_template
from sop_library.domain.comparison import Comparison
from sop_library.domain.lifecycle import OPEN, STATUS_WORDS, Status
from sop_library.forms import row_version_in
from sop_library.forms_merging import MergeForm, number_in
from sop_library.merges import Merge, counted, merged_document, sentences
from sop_library.models import Version
from sop_library.newer import versions_since
from sop_library.views.desk import address, clock
from sop_library.views.finding import newest_version_of
from sop_library.views.reading import NotMade
from sop_library.views.telling import tell
from templates_app.child import ChildProblem
from templates_app.domain.problems import TemplateError
from templates_app.models import TemplateVersion
from templates_app.organisations import writing_of

form_methods = require_http_methods(["GET", "HEAD", "POST"])


@member(Role.MANAGER)
@form_methods
def newer(request: MemberRequest, number: str) -> HttpResponse:
    """Show what a newer template changes beside what we changed; merge both into the draft, nothing typed lost."""
    desk = MergeDesk(request, newest_version_of(request, number))
    if request.method != "POST":
        return desk.page(desk.form())
    form = desk.form(request.POST)
    try:
        if (act := desk.act()) is not None:
            return act
        desk.refuse_older_page()
        if form.is_valid():
            return desk.preview(form) if request.POST.get("act") == "preview" else desk.keep(form)
    except TemplateError as error:
        form.tell(error, form.source())
    except ChildProblem as problem:
        return desk.page(form, tell(form, problem))
    except Stale as stale:
        desk = MergeDesk(request, newest_version_of(request, number))
        return desk.page(desk.form(request.POST), 409, stale.sentence)
    return desk.page(form, 422)


class MergeDesk:
    """A version of an SOP with the versions that its template has had since."""

    def __init__(self, request: MemberRequest, version: Version) -> None:
        """Raise WrongState for a version under review, and for a text that is up to date."""
        if version.status in OPEN and not version.is_draft:
            now = STATUS_WORDS[Status(version.status)].lower()
            raise WrongState(f"{version} is {now} now. Finish that version first, then bring in the newer template.")
        origin = version.template_version
        self.since = versions_since(origin) if origin else []
        if origin is None or not self.since:
            raise WrongState(f"{version.sop.number} has the newest text of its template already.")
        self.request, self.version = request, version
        self.origin: TemplateVersion = origin
        self.newest = self.since[0]
        try:
            self.merge = Merge(origin.source, version.source, self.newest.source)
        except ChildProblem as problem:
            raise NotMade(problem.sentence) from problem

    def act(self) -> HttpResponse | None:
        """Do what a button asks that merges nothing: start a revision, put off, take up again; None for another."""
        given: dict[str, Any] = {"by": self.request.member, "at": timezone.now()}
        match self.request.POST.get("act"):
            case "revise":
                return redirect(address("newer", start_revision(sop=self.version.sop, **given)))
            case "put_off":
                newest = put_off_template(version=self.version, number=number_in(self.request.POST), **given)
                told = f"Version {newest.number} of the template is put off. The procedure's record leads back to it."
                messages.success(self.request, told)
                return redirect(address("fill" if self.version.is_draft else "record", self.version))
            case "take_up":
                take_up_template(version=self.version, **given)
                return redirect(address("newer", self.version))
        return None

    def form(self, data: Any = None) -> MergeForm:
        """Return the form with nothing decided, or with what was sent."""
        return MergeForm(self.merge, data)

    def refuse_older_page(self) -> None:
        """Raise Stale when the draft or the template changed since the page was shown, WrongState without a draft."""
        version, sent = self.version, self.request.POST
        if not version.is_draft:
            raise WrongState(f"{version.sop.number} has no draft now. Start a new version to bring in the template.")
        if row_version_in(sent) != version.row_version:
            who = "You" if version.saved_by_id == self.request.member.pk else version.saved_by.printed_name
            raise Stale(f"{who} changed this draft at {clock(version.saved_at, version)}, after this page was shown.")
        refuse_older(version, number_in(sent))

    def keep(self, form: MergeForm) -> HttpResponse:
        """Merge, and open the draft for filling with what to look at; raises what `merge_template` raises."""
        version, answers = merge_template(
            version=self.version,
            number=self.newest.number,
            source=form.source(),
            decided=counted(form.choices()),
            is_edited=form.is_edited,
            row_version=self.version.row_version,
            by=self.request.member,
            at=timezone.now(),
        )
        messages.success(self.request, f"Version {self.newest.number} of the template is merged into this draft.")
        for sentence in sentences(answers, version.values, writing_of(version.organisation)):
            messages.warning(self.request, sentence)
        return redirect(address("fill", version))

    def preview(self, form: MergeForm) -> HttpResponse:
        """Return the page with the merged document beside the draft as it is; nothing is stored.

        Raises TemplateError, child.ChildProblem.
        """
        return self.page(form, merged=merged_document(self.version, form.source()))

    def page(
        self, form: MergeForm, status: int = 200, changed: str = "", merged: Comparison | None = None
    ) -> HttpResponse:
        """Return the page; `changed` says what somebody else changed since it was shown."""
        context = {
            "version": self.version,
            "sop": self.version.sop,
            "newest": self.newest,
            "origin": self.origin,
            "since": self.since,
            "merge": self.merge,
            "form": form,
            "changed": changed,
            "merged": merged,
            "answers": self.merge.answers(
                self.version.source, self.version.values, writing_of(self.version.organisation)
            ),
        }
        return render(self.request, "sop_library/merge.html", context, status=status)
