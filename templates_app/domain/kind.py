"""What every kind of variable can do."""

from __future__ import annotations

from markupsafe import Markup, escape

from .variables import Value, Variable
from .writing import PLAIN, Writing

SHOWN_AT_MOST = 40


class ValueProblem(ValueError):
    """A value that cannot be kept: one plain sentence that names the field."""


def refusal(variable: Variable, sentence: str, found: object = None) -> ValueProblem:
    """Return the problem "Label: sentence", with what was typed when it is short enough to help."""
    typed = "" if found is None else str(found).encode("utf-8", "replace").decode()
    if len(typed) > SHOWN_AT_MOST:
        typed = typed[:SHOWN_AT_MOST] + "…"
    told = f" You typed “{typed}”." if typed.strip() and typed.isprintable() else ""
    return ValueProblem(f"{variable.label}: {sentence}.{told}")


def as_html(text: str) -> Markup:
    """Return text marked as HTML: the caller has escaped every value in it."""
    return Markup(text)  # noqa: S704


class Kind:
    """One kind: its form widget, its checking, its canonical JSON and how it is shown.

    `writing` is how the organisation writes values; without one it is British English and no organisation is known.
    """

    name: str = ""
    widget: str = "text"
    is_block = False
    is_inline = True

    def check(self, variable: Variable, raw: object, writing: Writing = PLAIN) -> Value:
        """Return the canonical value of form text or canonical JSON; empty stays empty; raise ValueProblem."""
        raise NotImplementedError

    def is_canonical(self, value: object) -> bool:
        """Return whether a stored value has the type this kind stores: a wrong one counts as not filled."""
        return isinstance(value, str)

    def is_empty(self, value: object) -> bool:
        """Return whether the value says nothing."""
        return value is None or value == "" or value == []

    def how(self, variable: Variable, writing: Writing = PLAIN) -> str:
        """Return the sentence that says how an answer is written, "" where the control says it."""
        return ""

    def inline(self, variable: Variable, value: Value, writing: Writing = PLAIN) -> str:
        """Return the value as plain text for the middle of a sentence."""
        return str(value)

    def markup(self, variable: Variable, value: Value, writing: Writing = PLAIN) -> Markup:
        """Return the value as escaped HTML for the middle of a sentence; line breaks are kept."""
        return as_html(str(escape(self.inline(variable, value, writing))).replace("\n", "<br>"))

    def block(self, variable: Variable, value: Value, writing: Writing = PLAIN) -> Markup | None:
        """Return block HTML for a placeholder alone on its line, or None when it is the same as inline."""
        return None

    def to_form(self, variable: Variable, value: Value, writing: Writing = PLAIN) -> str | list[str]:
        """Return what the form field shows for a canonical value."""
        return "" if value is None else str(value)
