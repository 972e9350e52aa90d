"""The form of a few variables: one field for each, made from its declaration and checked by its kind."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from crispy_forms.layout import Fieldset, Layout
from django import forms

from accounts.forms import bare_helper
from templates_app.domain.kinds import ValueProblem, check_value, kind_of
from templates_app.domain.variables import Value, Variable
from templates_app.domain.wording import SYMBOLS
from templates_app.groups import Group

PREFIX = "v-"
YES_NO = (("true", "Yes"), ("false", "No"))
HOW = {"lines": "One on a line.", "rows": "One row on a line, its cells parted by a bar: {columns}."}

_ISO_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SURROGATE = re.compile("[\ud800-\udfff]")


def field_name(variable: Variable | str) -> str:
    """Return the name of a variable's form control."""
    return PREFIX + (variable if isinstance(variable, str) else variable.name)


class DayInput(forms.TextInput):
    """A date control that turns into a text control for what is not a date, so that what was typed stays to be seen."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["type"] = "text" if value and not _ISO_DAY.fullmatch(str(value)) else "date"
        return context


class AnswerField(forms.Field):
    """One variable's field. Never required: an empty answer is marked as needed, it is not an error while drafting."""

    def __init__(self, variable: Variable, *, note: str = "") -> None:
        how = HOW.get(kind_of(variable).widget, "").format(columns=" | ".join(variable.columns))
        words = " ".join(part for part in (variable.hint, how, note) if part)
        super().__init__(required=False, label=variable.label, help_text=words, widget=widget_for(variable))
        self.variable = variable
        self.needed = variable.required
        self.used_in = ""
        self.example = example_of(variable)
        self.unit = unit_of(variable)

    def clean(self, value: Any) -> Value | None:
        """Return the canonical value, None for no answer; raises ValidationError with the kind's sentence."""
        try:
            checked = check_value(self.variable, value)
        except ValueProblem as problem:
            raise forms.ValidationError(_encodable(str(problem)), code="value") from None
        return None if kind_of(self.variable).is_empty(checked) else checked

    def prepare_value(self, value: Any) -> Any:
        """Return what the control shows; half characters, which no page can hold, are replaced."""
        return [_encodable(item) for item in value] if isinstance(value, list) else _encodable(value)


class AnswersForm(forms.Form):
    """Fields for some variables. Bound, it shows what was typed; otherwise the values as they are kept."""

    def __init__(
        self,
        groups: Sequence[Group],
        values: Mapping[str, Any],
        *,
        data: Any = None,
        notes: Mapping[str, str] | None = None,
        without: Collection[str] = (),
    ) -> None:
        """`without` names variables that get no field; `notes` are sentences added to hints, by variable name."""
        super().__init__(data)
        layout: list[Any] = []
        for group in groups:
            asked = [variable for variable in group.variables if variable.name not in without]
            for variable in asked:
                self._add(variable, values.get(variable.name), (notes or {}).get(variable.name, ""))
            names = [field_name(variable) for variable in asked]
            layout += [Fieldset(group.title, *names)] if names and len(groups) > 1 else names  # type: ignore[no-untyped-call]
        self.helper = bare_helper()
        self.helper.layout = Layout(*layout)  # type: ignore[no-untyped-call]

    def _add(self, variable: Variable, value: Any, note: str) -> None:
        name, field = field_name(variable), AnswerField(variable, note=note)
        field.initial = shown(variable, value)
        self.fields[name] = field
        offer_what_is_there(field, self.data.get(name) if self.is_bound else field.initial)

    def name_places(self, places: Mapping[str, str]) -> None:
        """Say at each field where its answer stands in the text: section numbers by variable name."""
        for name, field in self.fields.items():
            if isinstance(field, AnswerField):
                field.used_in = places.get(name.removeprefix(PREFIX), "")

    def answers(self) -> dict[str, Value | None]:
        """Return the right answers by variable name, None for one that was emptied.

        A control that was not sent at all says nothing about its answer. Wrong answers are in `problems`.
        """
        self.full_clean()
        found: dict[str, Value | None] = {}
        for name, field in self.fields.items():
            sent = not field.widget.value_omitted_from_data(self.data, self.files, name)
            if sent and name in self.cleaned_data:
                found[name.removeprefix(PREFIX)] = self.cleaned_data[name]
        return found

    def problems(self) -> dict[str, str]:
        """Return one sentence for each wrong answer, by the name of its control."""
        return {name: " ".join(str(error) for error in errors) for name, errors in self.errors.items()}

    def typed(self) -> dict[str, str | list[str]]:
        """Return what the controls show, by variable name."""
        return {name.removeprefix(PREFIX): self[name].value() or "" for name in self.fields}


def shown(variable: Variable, value: Any) -> str | list[str]:
    """Return what a control shows for a kept value, also when the text has given the variable another kind since."""
    kind = kind_of(variable)
    if value is None or kind.is_canonical(value):
        return kind.to_form(variable, value)
    if kind.widget == "checkboxes":
        return [str(item) for item in value] if isinstance(value, list) else [str(value)]
    return "\n".join(str(item) for item in value) if isinstance(value, list) else str(value)


def widget_for(variable: Variable) -> forms.Widget:
    """Return the control for a variable's kind.

    Numbers are typed into text controls: a number control throws away what it cannot read, unseen.
    """
    attrs = {"autocomplete": "off"}
    options = [(option, option) for option in variable.options]
    match kind_of(variable).widget:
        case "textarea" | "lines" | "rows":
            return forms.Textarea(attrs={"rows": 6})
        case "select":
            return forms.Select(choices=[("", "Choose one"), *options])
        case "checkboxes":
            return forms.CheckboxSelectMultiple(choices=options)
        case "yes_no":
            return forms.RadioSelect(choices=YES_NO)
        case "date":
            return DayInput(attrs=attrs)
        case "number":
            modes = {"integer": "numeric", "duration": "text"}
            mode = modes.get(variable.kind, "decimal")
            return forms.TextInput(attrs={**attrs, "inputmode": mode, "class": "short"})
        case "email" | "tel" | "url" as kind:
            return forms.TextInput(attrs={**attrs, "inputmode": kind})
        case _:
            return forms.TextInput(attrs=attrs)


def offer_what_is_there(field: AnswerField, value: Any) -> None:
    """Add a choice that is no longer offered, so that neither saving nor an error page drops it unseen."""
    is_list = isinstance(field.widget, forms.Select)
    if is_list and isinstance(value, str) and value and value not in field.variable.options:
        there = _encodable(value)
        field.widget.choices = [*field.widget.choices, (there, f"{there} (not offered)")]


def example_of(variable: Variable) -> str:
    """Return the example as a person would type it, on one line."""
    if variable.example is None:
        return ""
    kind = kind_of(variable)
    if kind.widget == "rows" and isinstance(variable.example, list):
        return str(kind.to_form(variable, variable.example[:1]))
    if kind.widget in ("date", "number"):
        return str(kind.to_form(variable, variable.example))
    return " ".join(kind.inline(variable, variable.example).split())


def unit_of(variable: Variable) -> str:
    """Return the word or sign after the control."""
    if variable.kind == "money":
        return SYMBOLS.get(variable.currency, variable.currency)
    return variable.unit or {"percent": "%", "duration": "minutes"}.get(variable.kind, "")


def _encodable(value: Any) -> Any:
    return _SURROGATE.sub("\ufffd", value) if isinstance(value, str) else value
