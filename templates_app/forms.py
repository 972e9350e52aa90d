"""The form of a few variables: one field for each, made from its declaration and checked by its kind."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from crispy_forms.layout import Fieldset, Layout
from django import forms

from accounts.domain.locales import DEFAULT
from accounts.forms import bare_helper
from templates_app.domain.kinds import ValueProblem, check_value, is_filled, kind_of
from templates_app.domain.kinds_measured import Money
from templates_app.domain.variables import Value, Variable
from templates_app.domain.writing import PLAIN, Writing
from templates_app.groups import Group
from templates_app.organisations import Offers
from templates_app.widgets import widget_for

PREFIX = "v-"
NOT_A_MEMBER = "Nobody in your organisation has this name. It is kept as you wrote it."

_SURROGATE = re.compile("[\ud800-\udfff]")


def field_name(variable: Variable | str) -> str:
    """Return the name of a variable's form control."""
    return PREFIX + (variable if isinstance(variable, str) else variable.name)


class AnswerField(forms.Field):
    """One variable's field. Never required: an empty answer is marked as needed, it is not an error while drafting."""

    def __init__(
        self, variable: Variable, kept: Any, writing: Writing, *, note: str = "", offered: Sequence[str] = ()
    ) -> None:
        """`kept` is the stored answer, `offered` the names a person, role or department is picked from."""
        words = " ".join(part for part in (variable.hint, note) if part)
        widget = widget_for(variable, offered)
        super().__init__(
            required=False, label=variable.label, help_text=words, widget=widget, initial=shown(variable, kept, writing)
        )
        self.variable, self.kept, self.writing, self.offered = variable, kept, writing, offered
        self.needed = variable.required
        self.how = kind_of(variable).how(variable, writing)
        self.used_in = self.warning = ""
        self.example = example_of(variable, writing)
        self.unit = unit_of(variable, writing)

    def clean(self, value: Any) -> Value | None:
        """Return the canonical value, None for no answer; raises ValidationError with the kind's sentence.

        An answer that says the same as the stored one stays as it is stored: nothing changes that nobody changed.
        """
        try:
            checked = check_value(self.variable, value, self.writing)
        except ValueProblem as problem:
            if self.variable.kind == "phone" and value and value == self.initial:
                return cast(Value, self.kept)  # kept under the rule of another region
            raise forms.ValidationError(_encodable(str(problem)), code="value") from None
        if kind_of(self.variable).is_empty(checked):
            return None
        return cast(Value, self.kept) if self._says_the_same(checked) else checked

    def _says_the_same(self, checked: Value) -> bool:
        """Return whether the stored answer, older and written with less, means the same."""
        if not is_filled(self.variable, {self.variable.name: self.kept}):
            return False
        try:
            return check_value(self.variable, self.kept, replace(self.writing, locale=DEFAULT)) == checked
        except ValueProblem:
            return False

    def warn(self, value: Any) -> str:
        """Return the sentence about a right answer that deserves a second look, "" for none."""
        name = value.strip() if isinstance(value, str) else ""
        unknown = self.variable.kind == "person" and name and self.offered and name not in self.offered
        return NOT_A_MEMBER if unknown else ""

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
        writing: Writing = PLAIN,
        offers: Offers | None = None,
    ) -> None:
        """`without` names variables that get no field; `notes` are sentences added to hints, by variable name.

        `writing` is how the organisation writes values, `offers` the names its people have, by kind.
        """
        super().__init__(data)
        self.writing, self.offers = writing, offers or {}
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
        name, offered = field_name(variable), self.offers.get(variable.kind, ())
        field = AnswerField(variable, value, self.writing, note=note, offered=offered)
        self.fields[name] = field
        present = self.data.get(name) if self.is_bound else field.initial
        offer_what_is_there(field, present)
        field.warning = field.warn(present)

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

    def warnings(self) -> dict[str, str]:
        """Return the sentence about each answer that deserves a second look, by the name of its control."""
        fields = {name: field for name, field in self.fields.items() if isinstance(field, AnswerField)}
        return {name: field.warning for name, field in fields.items() if field.warning}

    def typed(self) -> dict[str, str | list[str]]:
        """Return what the controls show, by variable name."""
        return {name.removeprefix(PREFIX): self[name].value() or "" for name in self.fields}


def shown(variable: Variable, value: Any, writing: Writing = PLAIN) -> str | list[str]:
    """Return what a control shows for a kept value, also when the text has given the variable another kind since."""
    kind = kind_of(variable)
    if value is None or kind.is_canonical(value):
        return kind.to_form(variable, value, writing)
    if kind.widget == "checkboxes":
        return [str(item) for item in value] if isinstance(value, list) else [str(value)]
    return "\n".join(str(item) for item in value) if isinstance(value, list) else str(value)


def offer_what_is_there(field: AnswerField, value: Any) -> None:
    """Add a choice that is no longer offered, so that neither saving nor an error page drops it unseen."""
    is_list = field.variable.kind == "choice" and isinstance(field.widget, forms.Select | forms.RadioSelect)
    if is_list and isinstance(value, str) and value and value not in field.variable.options:
        there = _encodable(value)
        field.widget.choices = [*field.widget.choices, (there, f"{there} (not offered)")]


def example_of(variable: Variable, writing: Writing = PLAIN) -> str:
    """Return the example as a person would type it, on one line."""
    if variable.example is None:
        return ""
    kind = kind_of(variable)
    if kind.widget == "rows" and isinstance(variable.example, list):
        return str(kind.to_form(variable, variable.example[:1], writing))
    if kind.widget in ("date", "number"):
        return str(kind.to_form(variable, variable.example, writing))
    return " ".join(kind.inline(variable, variable.example, writing).split())


def unit_of(variable: Variable, writing: Writing = PLAIN) -> str:
    """Return the word or sign after the control."""
    kind = kind_of(variable)
    if isinstance(kind, Money):
        return writing.sign(kind.usual(variable, writing))
    return variable.unit or {"percent": "%", "duration": "minutes"}.get(variable.kind, "")


def _encodable(value: Any) -> Any:
    return _SURROGATE.sub("\ufffd", value) if isinstance(value, str) else value
