"""The form of an import's review: one row for each blank that was found, and the lines that are kept after all."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.fields import SafeCharField, SafeChoiceField
from templates_app.domain.declarations import BELONGS
from templates_app.domain.kinds import KINDS
from templates_app.domain.placeholders import NAME
from templates_app.domain.variables import RECORD_BLOCKS, WORKFLOW_NAMES, Source
from templates_app.importing.result import Choice, Choices, Guess

KIND_WORDS = {
    "text": "Text",
    "long_text": "Long text",
    "rich_text": "Text with emphasis",
    "integer": "Whole number",
    "decimal": "Decimal number",
    "money": "Amount of money",
    "percent": "Percentage",
    "duration": "Duration",
    "date": "Date",
    "yes_no": "Yes or no",
    "choice": "One of several",
    "choices": "Some of several",
    "list": "List",
    "table": "Table",
    "email": "E-mail address",
    "phone": "Telephone number",
    "url": "Web address",
    "person": "Person",
    "role": "Role",
    "department": "Department",
}
SOURCE_WORDS = {
    Source.ORGANISATION: "Organisation, once for all",
    Source.DOCUMENT: "Manager, in each procedure",
    Source.WORKFLOW: "The record, by itself",
    Source.READER: "Reader’s own profile",
    Source.CALL: "Reader, on each call",
}
LONGEST_BLANK_NAME = 60
_NAME = "Begin with an upper-case letter, then letters and digits only, such as EscalationContact."
_OPTION = '<option value="{}">{}</option>'


class PlainSelect(forms.Select):
    """A select that writes its options itself: a review has thousands, and Django renders a page for each."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Return the control."""
        written = (
            format_html('<option value="{}" selected>{}</option>' if key == value else _OPTION, key, words)
            for key, words in self.choices
        )
        options = format_html_join("", "{}", ((option,) for option in written))
        return format_html("<select{}>{}</select>", flatatt({**self.attrs, **(attrs or {}), "name": name}), options)


class BlankForm(forms.Form):
    """What one blank becomes. A field left empty keeps what was guessed."""

    name = SafeCharField(required=False, max_length=LONGEST_BLANK_NAME)
    label = SafeCharField(required=False, max_length=120)
    kind = SafeChoiceField(required=False, widget=PlainSelect)
    source = SafeChoiceField(
        required=False,
        choices=[(source.value, words) for source, words in SOURCE_WORDS.items()],
        widget=PlainSelect,
    )
    as_text = forms.BooleanField(required=False)

    def __init__(self, guess: Guess, choice: Choice, data: Any = None) -> None:
        super().__init__(
            data,
            prefix=f"b-{guess.key}",
            initial={
                "name": choice.name or guess.name,
                "label": choice.label or guess.label,
                "kind": choice.kind or guess.kind,
                "source": choice.source or guess.source,
                "as_text": choice.as_text,
            },
        )
        self.guess, self.choice = guess, choice
        self.fields["kind"].choices = [(name, KIND_WORDS.get(name, name)) for name in KINDS if self._is_offered(name)]  # type: ignore[attr-defined]
        for name in self.fields:
            self._describe(name)

    def _is_offered(self, kind: str) -> bool:
        """Return whether a kind can be chosen: one that needs options or columns only where the guess brings them."""
        needs_more = kind in {*BELONGS["options"], *BELONGS["columns"]}
        return not needs_more or kind == self.guess.kind or (kind in BELONGS["options"] and bool(self.guess.options))

    def _describe(self, name: str) -> None:
        attrs = self.fields[name].widget.attrs
        attrs |= {"autocomplete": "off", "spellcheck": "false"} if name == "name" else {}
        if self.is_bound and self[name].errors:
            attrs |= {"aria-invalid": "true", "aria-describedby": f"{self[name].auto_id}_error"}

    def clean_name(self) -> str:
        """Return the name; ValidationError for one that no placeholder can have."""
        name = str(self.cleaned_data["name"])
        if name and not NAME.fullmatch(name):
            raise ValidationError(_NAME, code="name")
        if name in RECORD_BLOCKS:
            raise ValidationError(f"{name} is a block of the record. Choose another name.", code="name")
        return name

    def clean(self) -> dict[str, Any]:
        """Return the data; an error where name and source do not go together."""
        data = self.cleaned_data
        if data.get("as_text"):
            # What stays text needs neither name nor source: nothing about them can be wrong.
            self.errors.clear()
            return data
        name, source = data.get("name") or self.guess.name, data.get("source") or self.guess.source
        if name in WORKFLOW_NAMES and source != Source.WORKFLOW:
            self.add_error("source", "The record gives this name. Choose “The record, by itself”, or another name.")
        if source == Source.WORKFLOW and name not in WORKFLOW_NAMES and "name" not in self.errors:
            self.add_error("source", f"The record knows only {', '.join(WORKFLOW_NAMES)}. Choose who else knows this.")
        return data

    def decided(self) -> Choice:
        """Return the choice as it is after this form: what was there before, with what was changed."""
        said = {name: self._said(name) for name in ("name", "label", "kind", "source")}
        return Choice(**said, as_text=bool(self.cleaned_data.get("as_text")))

    def _said(self, name: str) -> str:
        typed = str(self.cleaned_data.get(name) or "")
        before = str(getattr(self.choice, name))
        return before if not typed or typed == self.initial[name] else typed


class ReviewForm:
    """All decisions about one import in one form."""

    def __init__(
        self, guesses: Iterable[Guess], choices: Choices, title: str, keepable: Iterable[int], data: Any = None
    ) -> None:
        """`keepable` are the numbers of the source's lines that can be kept after all."""
        self.before, self.data = choices, data
        self.is_bound = data is not None
        self.head = TitleForm(data, initial={"title": title})
        self.blanks = [BlankForm(guess, choices.guesses.get(guess.key, Choice()), data) for guess in guesses]
        self.keepable = frozenset(keepable)
        groups = {guess.guess.group for guess in self.blanks if guess.guess.group}
        self.groups = groups | set(choices.merged)
        self.merged = frozenset(self._ticked("merged") & groups) if self.is_bound else choices.merged
        self.kept = self._kept() if self.is_bound else choices.kept

    def _ticked(self, name: str) -> set[str]:
        return set(self.data.getlist(name)) if hasattr(self.data, "getlist") else set()

    def _kept(self) -> frozenset[int]:
        return frozenset(line for line in self.keepable if str(line) in self._ticked("keep"))

    def is_valid(self) -> bool:
        """Return whether everything can be saved; every fault stands beside its field after this."""
        valid = [form.is_valid() for form in (self.head, *self.blanks)]
        self._refuse_same_names()
        for blank in self.blanks:
            for name in blank.fields:
                blank._describe(name)
        return all(valid) and not any(blank.errors for blank in self.blanks)

    def _refuse_same_names(self) -> None:
        seen: dict[str, BlankForm] = {}
        for blank in self.blanks:
            if blank.cleaned_data.get("as_text") or "name" in blank.errors:
                continue
            name = blank.cleaned_data.get("name") or blank.initial["name"]
            first = seen.setdefault(name, blank)
            if first is not blank and not self._are_one(first, blank):
                told = f"{name} is the name of another blank too. Give one of them another name."
                blank.add_error("name", told)

    def _are_one(self, first: BlankForm, second: BlankForm) -> bool:
        group = first.guess.group
        return bool(group) and group == second.guess.group and group in self.merged

    def choices(self) -> Choices:
        """Return every decision of a valid form, with earlier ones about blanks that are not shown now."""
        title = str(self.head.cleaned_data["title"] or "")
        guesses: Mapping[str, Choice] = {
            **self.before.guesses,
            **{blank.guess.key: blank.decided() for blank in self.blanks},
        }
        return Choices(
            guesses=guesses,
            merged=self.merged,
            kept=self.kept,
            title=self.before.title if not title or title == self.head.initial["title"] else title,
        )

    def problems(self) -> list[dict[str, str]]:
        """Return each fault with the address of its field, in the order of the page."""
        found = [
            {"text": f"Title: {error}", "url": f"#{self.head['title'].auto_id}"}
            for error in self.head.errors.get("title", [])
        ]
        for blank in self.blanks:
            shown = blank.initial["label"] or blank.guess.as_written
            for name, errors in blank.errors.items():
                found += [{"text": f"{shown}: {error}", "url": f"#{blank[name].auto_id}"} for error in errors]
        return found


class TitleForm(forms.Form):
    """The title of the template."""

    title = SafeCharField(required=False, max_length=200)
