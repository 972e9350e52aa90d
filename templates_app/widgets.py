"""The controls of variables, one for each kind."""

import json
import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from templates_app.domain.kinds import kind_of
from templates_app.domain.variables import Variable

YES_NO = (("true", "Yes"), ("false", "No"))
MOST_RADIOS = 4
PLAIN_ATTRIBUTES = {"autocomplete": "off"}

_ISO_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


class DayInput(forms.TextInput):
    """A date control that turns into a text control for what is not a date, so that what was typed stays to be seen."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["type"] = "text" if value and not _ISO_DAY.fullmatch(str(value)) else "date"
        return context


class OfferInput(forms.TextInput):
    """A text control that offers names; any other can be typed."""

    def __init__(self, offered: Sequence[str], attrs: dict[str, Any]) -> None:
        super().__init__(attrs)
        self.offered = offered

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """Return the control and the list of what it offers."""
        place = f"{(attrs or {}).get('id', name)}_offers"
        control = super().render(name, value, {**(attrs or {}), "list": place}, renderer)
        options = format_html_join("", '<option value="{}"></option>', ((each,) for each in self.offered))
        return format_html('{}<datalist id="{}">{}</datalist>', control, place, options)


def widget_for(variable: Variable, offered: Sequence[str] = ()) -> forms.Widget:
    """Return the control for a variable's kind; `offered` are names for a person, a role or a department."""
    match kind_of(variable).widget:
        case "textarea" | "lines" | "rows" as shape:
            return forms.Textarea(attrs={"rows": 6, **_rows(variable, shape)})
        case "select":
            return _choice(variable)
        case "checkboxes":
            return forms.CheckboxSelectMultiple(choices=[(option, option) for option in variable.options])
        case "yes_no":
            return forms.RadioSelect(choices=YES_NO)
        case "date":
            return DayInput(attrs=PLAIN_ATTRIBUTES)
        case "combobox" if offered:
            return OfferInput(offered, PLAIN_ATTRIBUTES)
        case shape:
            return forms.TextInput(attrs={**PLAIN_ATTRIBUTES, **_keys(variable, shape)})


def _rows(variable: Variable, shape: str) -> dict[str, str]:
    """Return the marks by which static/js/rows.js shows a list or a table as rows."""
    if shape == "rows":
        return {"data-rows": "table", "data-columns": json.dumps(list(variable.columns))}
    return {"data-rows": "list"} if shape == "lines" else {}


def _keys(variable: Variable, shape: str) -> dict[str, str]:
    """Return which keys a phone shows. Numbers too are typed into text controls: a number control throws away what it
    cannot read, unseen.
    """
    if shape == "number":
        mode = {"integer": "numeric", "duration": "text", "money": "text"}.get(variable.kind, "decimal")
        return {"inputmode": mode, "class": "short"}
    return {"inputmode": shape} if shape in {"email", "tel", "url"} else {}


def _choice(variable: Variable) -> forms.Widget:
    """Return radio buttons for a few options, a list for more; an optional answer can be taken back."""
    options = [(option, option) for option in variable.options]
    if len(options) > MOST_RADIOS:
        return forms.Select(choices=[("", "Choose one"), *options])
    return forms.RadioSelect(choices=options if variable.required else [*options, ("", "Leave it out")])
