"""The forms of an organisation's own templates: a text, one variable's declaration, a new template, publishing."""

from typing import Any

from django import forms

from accounts.fields import SafeCharField, SafeChoiceField, SafeTextField
from accounts.forms import BareForm, bare_helper
from templates_app.actions_templates import LONGEST_SUMMARY
from templates_app.checking import KIND_WORDS, SOURCE_WORDS, facts_of
from templates_app.domain import frontmatter
from templates_app.domain.declarations import BELONGS
from templates_app.domain.declaring import Fact, added, declared_as
from templates_app.domain.edits import EditRefused
from templates_app.domain.kinds import KINDS, ValueProblem
from templates_app.domain.renaming import LONGEST_NAME, renamed
from templates_app.domain.variables import ANSWERED, Variable
from templates_app.domain.verbatim import with_line_ends_of


class SourceForm(forms.Form):
    """A template's whole text in one control."""

    text = forms.CharField(
        label="Text",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"class": "source", "rows": 34, "spellcheck": "false", "autocapitalize": "off"}),
    )

    def __init__(self, stored: str, data: Any = None) -> None:
        """Show the stored text, or what was typed."""
        super().__init__(data, initial={"text": stored})
        self.stored = stored
        self.fields["text"].needed = True  # type: ignore[attr-defined]  # keeps the word "(optional)" away
        self.helper = bare_helper()

    def typed(self) -> str:
        """Return what was typed with the line ends of the stored text, so that an unchanged text is the same bytes."""
        return with_line_ends_of(str(self.data.get("text", "")), self.stored)


class DeclarationForm(forms.Form):
    """One variable as its declaration says it."""

    name = SafeCharField(
        label="Name in the text",
        max_length=LONGEST_NAME + 20,
        help_text="Letters and digits, the first one upper case: CompanyName is written <CompanyName>.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    label = SafeCharField(label="Label", max_length=120, help_text="As the form asks for it, in plain words.")
    kind = SafeChoiceField(label="Kind", choices=list(KIND_WORDS.items()), initial="text")
    source = SafeChoiceField(
        label="Who knows it",
        choices=list(SOURCE_WORDS.items()),
        initial="document",
    )
    group = SafeCharField(label="Group in the form", max_length=60, required=False)
    hint = SafeCharField(label="Hint", max_length=300, required=False, help_text="One line under the label.")
    options = SafeTextField(
        label="Options", required=False, help_text="One on a line.", widget=forms.Textarea(attrs={"rows": 4})
    )
    columns = SafeTextField(
        label="Columns", required=False, help_text="One on a line.", widget=forms.Textarea(attrs={"rows": 3})
    )
    example = SafeTextField(
        label="Example",
        required=False,
        help_text="Shown in the form and used for the preview. Lists: one on a line. Rows: cells parted by a bar.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    required = forms.BooleanField(label="An answer is required", required=False, initial=True)

    def __init__(self, source: str, old: Variable | None, *args: Any, **kwargs: Any) -> None:
        """`source` is the text to change; `old` the variable as it is declared, None for a new one."""
        super().__init__(*args, **kwargs)
        self.text, self.old = source, old
        self.fields["example"].needed = True  # type: ignore[attr-defined]  # not optional where people answer
        self.helper = bare_helper()

    def clean(self) -> dict[str, Any]:
        """Return the data; an example that does not fit the kind gets the kind's own sentence."""
        data = self.cleaned_data
        if self.errors:
            return data
        for key in ("options", "columns"):
            if data["kind"] in BELONGS[key] and not _lines(data[key]):
                self.add_error(key, "List them, one on a line.")
        if not self.errors and data["source"] in ANSWERED and not data["example"]:
            self.add_error("example", "Give an example: the form shows it.")
        if not self.errors and data["example"]:
            self._check_example(data)
        return data

    def _check_example(self, data: dict[str, Any]) -> None:
        kind, raw = KINDS[data["kind"]], data["example"]
        lines = _lines(raw) if kind.widget == "checkboxes" else raw
        variable = Variable(
            "Example", "Example", data["kind"],
            options=tuple(_lines(data["options"])), columns=tuple(_lines(data["columns"])),
        )  # fmt: skip
        try:
            data["canonical"] = kind.check(variable, lines)
        except ValueProblem as problem:
            self.add_error("example", str(problem))

    def changed(self) -> str:
        """Return the text with the declaration of a valid form; raises EditRefused, TemplateError."""
        data = self.cleaned_data
        now = _facts(
            data["label"], data["kind"], data["source"], data["group"], data["hint"], data.get("canonical"),
            _lines(data["options"]), _lines(data["columns"]), required=data["required"],
        )  # fmt: skip
        if self.old is None:
            return added(self.text, data["name"], now)
        old = self.old
        before = _facts(
            old.label, old.kind, old.source, old.group, old.hint, old.example,
            list(old.options), list(old.columns), required=old.required,
        )  # fmt: skip
        text = self.text if data["name"] == old.name else renamed(self.text, old.name, data["name"])
        return declared_as(text, data["name"], {key: fact for key, fact in now.items() if fact != before.get(key)})

    def tell(self, refused: EditRefused) -> None:
        """Put the sentence beside its field, or above the form when it is about none."""
        self.add_error(refused.field if refused.field in self.fields else None, refused.sentence)


def _facts(
    label: str, kind: str, source: str, group: str, hint: str, example: Any, options: list[str], columns: list[str],
    *, required: bool,
) -> dict[str, Fact]:  # fmt: skip
    """Return what a declaration says, None for a key that it does without."""
    is_answered = source in ANSWERED
    facts: dict[str, Fact] = {
        "label": label,
        "kind": kind,
        "source": str(source),
        "group": (group or None) if is_answered else None,
        "hint": hint or None,
        "example": None if example in (None, "", []) else _fact(example),
        "required": None if required else "false",
        "options": options if kind in BELONGS["options"] else None,
        "columns": columns if kind in BELONGS["columns"] else None,
    }
    return facts if is_answered else {**facts, "change": None}


def _fact(value: Any) -> Fact:
    """Return a canonical value as the front matter writes it: everything is text there."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return [_fact(item) for item in value] if isinstance(value, list) else str(value)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in (text or "").split("\n") if line.strip()]


class NewTemplateForm(BareForm):
    """The title of a new template."""

    title = SafeCharField(
        label="Title",
        max_length=200,
        help_text="What the procedure is called, such as “Answering calls”.",
        error_messages={"required": "Enter the title."},
    )


class PublishTemplateForm(forms.Form):
    """What has changed since the version before."""

    change_summary = SafeTextField(
        label="What has changed",
        max_length=LONGEST_SUMMARY,
        help_text="One or two sentences for those who use the template. They are kept with the version.",
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Say what has changed: it is kept with the version."},
    )

    def __init__(self, *args: Any, is_first: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_first:
            self.fields["change_summary"].required = False
        self.helper = bare_helper()


def declaration_form(text: str, old: str, data: Any = None) -> DeclarationForm:
    """Return the form of a declared variable, of a new one when `old` is empty; raises EditRefused, TemplateError."""
    template, _, _ = frontmatter.examine(text)
    declared = {variable.name: variable for variable in template.variables}
    if old and old not in declared:
        raise EditRefused(f"{old[:LONGEST_NAME]} is not declared in the text.")
    initial = facts_of(declared[old]) if old else {}
    return DeclarationForm(text, declared.get(old), data, initial=initial, auto_id="declare-%s")
