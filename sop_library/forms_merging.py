"""The form of a merge: one decision for each part that both sides changed, and the text by hand where it has faults."""

from typing import Any

from django import forms

from accounts.fields import SafeChoiceField
from accounts.forms import bare_helper
from sop_library.forms import SourceField, row_version_in
from sop_library.merges import Merge, Row
from templates_app.domain.merging import Choice, Take
from templates_app.domain.problems import TemplateError

LONGEST_LINE_SHOWN = 80


class MergeForm(forms.Form):
    """Fields `choice-<key>` and `own-<key>` for each conflict; `result` once a merged text could not be used."""

    def __init__(self, merge: Merge, data: Any = None) -> None:
        """Show nothing decided, or what was sent."""
        super().__init__(data)
        self.merge = merge
        self.helper = bare_helper()
        for row in merge.conflicts:
            self.fields[f"choice-{row.key}"] = _choice(row)
            self.fields[f"own-{row.key}"] = _own(row)
        self.is_edited = data is not None and "result" in data and data.get("act") != "again"
        if self.is_edited:
            self._add_result()

    def _add_result(self) -> None:
        """Add the field of the merged text."""
        self.fields["result"] = SourceField(
            label="The merged text",
            required=False,
            help_text="Change it here, then save it. The choices below are no longer used for it.",
            widget=forms.Textarea(attrs={"class": "source", "rows": 24, "spellcheck": "true"}),
        )
        self.fields["result"].needed = True  # type: ignore[attr-defined]  # keeps the word "(optional)" away

    @property
    def rows(self) -> list[tuple[Row, forms.BoundField, forms.BoundField]]:
        """Each conflict with its two fields."""
        return [(row, self[f"choice-{row.key}"], self[f"own-{row.key}"]) for row in self.merge.conflicts]

    def clean(self) -> dict[str, Any]:
        """Ask for words where somebody wants their own."""
        for row in self.merge.conflicts:
            wants = self.cleaned_data.get(f"choice-{row.key}") == Take.OWN
            if wants and not self.cleaned_data.get(f"own-{row.key}", "").strip():
                self.add_error(f"own-{row.key}", "Write your own words, or choose another answer.")
        return self.cleaned_data

    def choices(self) -> dict[str, Choice]:
        """Return the decisions of a valid form by the key of the conflict."""
        found = {row.key: Take(self.cleaned_data[f"choice-{row.key}"]) for row in self.merge.conflicts}
        return {key: Choice(take, self.cleaned_data.get(f"own-{key}", "")) for key, take in found.items()}

    def source(self) -> str:
        """Return the merged text of a valid form: as it was changed by hand, or as the choices give it."""
        if self.is_edited:
            return str(self.cleaned_data["result"])
        return self.merge.text(self.choices())

    def tell(self, error: TemplateError, source: str) -> None:
        """Put each problem beside the merged text, with the words of its line; the text is there to change."""
        if "result" not in self.fields:
            self.data = {**self.data, "result": source}
            self._add_result()
        idle = [] if self.is_edited else self.merge.left_out(self.choices())
        if idle:
            self.fields["result"].help_text += f" Left out, because nothing uses them: {', '.join(idle)}."
        lines = source.split("\n")
        for problem in error.problems:
            words = lines[problem.line - 1].strip() if 0 < problem.line <= len(lines) else ""
            shown = words if len(words) <= LONGEST_LINE_SHOWN else f"{words[:LONGEST_LINE_SHOWN]}…"
            self.add_error("result", f"{problem} The line reads “{shown}”." if shown else str(problem))

    def lost(self) -> list[str]:
        """Return own words that were sent for a part that is no longer to be decided: shown, so as not to be lost."""
        sent = ((name, str(value)) for name, value in self.data.items())
        return [value for name, value in sent if name.startswith("own-") and name not in self.fields and value.strip()]


def number_in(data: Any) -> int:
    """Return the number of the template's version that a page showed, 0 when it says none."""
    return row_version_in({"row_version": data.get("template_number")})


def _choice(row: Row) -> SafeChoiceField:
    part = row.part
    answers = [
        (Take.OURS, "Keep yours" if part.ours else "Leave it out, as you did"),
        (Take.THEIRS, "Take the template's" if part.theirs else "Leave it out, as the template does"),
    ]
    if part.may_take_both:
        answers.append((Take.BOTH, "Both, yours first"))
    answers.append((Take.OWN, "Your own words, written below"))
    return SafeChoiceField(
        label="What shall stand here?",
        choices=answers,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), f"{row.label}: choose what shall stand here."),
    )


def _own(row: Row) -> SourceField:
    side = row.part.ours or row.part.theirs
    field = SourceField(
        label="Your own words",
        required=False,
        initial=side.text if side else "",
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "true"}),
    )
    field.needed = True  # type: ignore[attr-defined]  # keeps the word "(optional)" away
    return field
