"""One file that was brought in, open for review: its page, and what is decided on it."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.access import MemberRequest
from accounts.refusals import NotFound, Stale
from sop_library.document import sample_of
from sop_library.forms import row_version_in
from sop_library.forms_blanks import ReviewForm
from sop_library.import_review import aside_rows, counts_of, keepable_lines, source_lines
from templates_app import imported as port
from templates_app.actions_bringing_in import make_template, save_choices
from templates_app.child import ChildProblem
from templates_app.domain.problems import TemplateError
from templates_app.importing.result import Choices, Guess, Imported, Unreadable
from templates_app.models import ImportedFile
from templates_app.texts import skeleton_of

# Why no template comes of a file: each says so in a sentence.
_NO_TEMPLATE = (Unreadable, TemplateError, ChildProblem)


def imported_file_of(request: MemberRequest, pk: int) -> ImportedFile:
    """Return the file with this key; raises NotFound."""
    rows = ImportedFile.objects.visible_to(request.member).select_related("template", "imported_by__user")
    found: ImportedFile | None = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


class ImportDesk:
    """A file, the template that it gives at present, and the form of its blanks."""

    def __init__(self, request: MemberRequest, row: ImportedFile) -> None:
        self.request, self.row = request, row
        self.read_file = port.read_file_of(row)
        self.choices = port.choices_of(row.choices)
        self.trouble = ""
        try:
            self.imported = port.composed(row)
            self.guesses = self._guesses()
        except _NO_TEMPLATE as problem:
            self.trouble = getattr(problem, "sentence", str(problem))
            self.imported = Imported(row.file_name, row.file_name, "", (), self.read_file.dropped, outline_only=False)
            self.guesses = []

    def _guesses(self) -> list[Guess]:
        """Return what was guessed; a blank that became text again keeps its row, so that it can be taken back."""
        found = {guess.key: guess for guess in self.imported.guesses}
        gone = {key for key, choice in self.choices.guesses.items() if choice.as_text and key not in found}
        if not gone:
            return list(found.values())
        return [
            found.get(guess.key, guess)
            for guess in port.composed(self.row, {}).guesses
            if guess.key in found or guess.key in gone
        ]

    def form(self, data: Any = None) -> ReviewForm:
        """Return the form of all decisions."""
        keepable = keepable_lines(self.imported) | self.choices.kept
        return ReviewForm(self.guesses, self.choices, self.imported.title, keepable, data)

    def answer(self) -> HttpResponse:
        """Save what was decided, and make the template when that was asked for; nothing typed is lost."""
        form = self.form(self.request.POST)
        if not form.is_valid():
            return self.page(form, 422)
        wrong = self.wrong(form.choices())
        if wrong:
            return self.page(form, 422, wrong)
        try:
            self.row = save_choices(
                row=self.row,
                choices=form.choices(),
                row_version=row_version_in(self.request.POST),
                by=self.request.member,
                at=timezone.now(),
            )
        except Stale as stale:
            fresh = ImportDesk(self.request, imported_file_of(self.request, self.row.pk))
            return fresh.page(fresh.form(self.request.POST), 409, conflict=stale.sentence)
        return self._made() if "make" in self.request.POST else self._applied()

    def wrong(self, choices: Choices) -> str:
        """Return why no template can be made with these choices, or nothing when it can."""
        try:
            skeleton_of(port.composed(self.row, port.stored(choices)).source)
        except _NO_TEMPLATE as problem:
            return str(getattr(problem, "sentence", problem))
        return ""

    def _applied(self) -> HttpResponse:
        messages.success(self.request, "Applied: the template on this page is made with your choices.")
        return redirect(self.address("import_review", pk=self.row.pk) + "#blanks")

    def _made(self) -> HttpResponse:
        template = make_template(row=self.row, by=self.request.member, at=timezone.now())
        messages.success(self.request, f"{self.row.file_name} is now the template “{template}”, a draft.")
        return redirect(self.address("template", slug=template.slug))

    def address(self, name: str, **kwargs: Any) -> str:
        """Return an address below the organisation."""
        return reverse(name, kwargs={"organisation": self.request.member.organisation.slug, **kwargs})

    def page(self, form: ReviewForm, status: int = 200, problem: str = "", *, conflict: str = "") -> HttpResponse:
        """Return the review page."""
        problems = form.problems() if form.is_bound else []
        context = {
            "row": self.row,
            "imported": self.imported,
            "form": form,
            "groups": blocks_of(form),
            "lines": source_lines(self.read_file, self.imported, self.choices.kept),
            "asides": aside_rows(self.read_file, self.imported, self.choices.kept, form.kept),
            "counts": counts_of(self.read_file, self.imported),
            "problems": problems + ([{"text": problem, "url": ""}] if problem else []),
            "conflict": conflict,
            **self._sample(),
        }
        return render(self.request, "sop_library/import_review.html", context, status=status)

    def _sample(self) -> Mapping[str, str]:
        if self.trouble:
            return {"sample": "", "trouble": self.trouble}
        try:
            return {"sample": sample_of(self.imported.source), "trouble": ""}
        except _NO_TEMPLATE as problem:
            return {"sample": "", "trouble": str(getattr(problem, "sentence", problem))}


def blocks_of(form: ReviewForm) -> list[dict[str, Any]]:
    """Return the rows of the form in blocks: a recurring instruction's rows stand together under its switch."""
    blocks: dict[str, dict[str, Any]] = {}
    for blank in form.blanks:
        group = blank.guess.group
        several = group in form.merged or sum(each.guess.group == group for each in form.blanks) > 1
        key = f"g-{group}" if group and several else f"b-{blank.guess.key}"
        block = blocks.setdefault(key, {"group": group if group and several else "", "rows": []})
        block["rows"].append(blank)
    for block in blocks.values():
        block["is_one"] = block["group"] in form.merged
        block["places"] = sum(blank.guess.occurrences for blank in block["rows"])
    return list(blocks.values())
