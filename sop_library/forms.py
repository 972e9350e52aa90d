"""The form of a draft's text, and the counter that every form of a draft carries."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms

from accounts.domain.text import plain_lines
from accounts.forms import bare_helper
from templates_app.domain import frontmatter
from templates_app.domain.problems import Problem, TemplateError

_COUNTER = re.compile("[0-9]{1,9}")


def row_version_in(data: Mapping[str, Any]) -> int:
    """Return the row version a form was made with; 0, which no draft has, when it says none."""
    sent = str(data.get("row_version") or "")
    return int(sent) if _COUNTER.fullmatch(sent) and sent.isascii() else 0


class SourceField(forms.Field):
    """Several lines exactly as typed. The template language says by line and column what cannot stay."""

    def to_python(self, value: Any) -> str:
        """Return the text with plain newlines."""
        return plain_lines(value) if isinstance(value, str) else ""


class TextForm(forms.Form):
    """A draft's text in its two parts: the body, and the front matter with the variables."""

    body = SourceField(
        label="Text",
        required=False,
        help_text="Markdown: ## starts a heading, <CompanyName> is a placeholder, /// say opens a block.",
        widget=forms.Textarea(attrs={"class": "source", "rows": 30, "spellcheck": "true"}),
    )
    front = SourceField(
        label="Variables and details",
        required=False,
        help_text="Each placeholder of the text is declared here with its label, kind and group.",
        widget=forms.Textarea(attrs={"class": "source", "rows": 24, "spellcheck": "false"}),
    )

    def __init__(self, source: str, data: Any = None) -> None:
        """Show the two parts of `source`, or what was typed."""
        front, body, _ = frontmatter.split(source)
        super().__init__(data, initial={"front": front, "body": body})
        for field in self.fields.values():
            field.needed = True  # type: ignore[attr-defined]  # keeps the word "(optional)" away
        self.helper = bare_helper()

    def clean_front(self) -> str:
        """Return the front matter; a line of `---` inside would move what follows into the text unseen."""
        front: str = self.cleaned_data["front"]
        for number, line in enumerate(front.split("\n"), start=1):
            if line.rstrip() == "---":
                raise forms.ValidationError(f"Variables and details, line {number}: delete the line of `---`.")
        return front

    def source(self) -> str:
        """Return the whole source of a valid form."""
        return frontmatter.join(self.cleaned_data["front"], self.cleaned_data["body"])

    def tell(self, error: TemplateError) -> None:
        """Put each problem at the part it is in, with line and column counted in that part."""
        typed = self.cleaned_data["front"]
        leading = len(typed) - len(typed.lstrip("\n"))
        body_line = typed.strip("\n").count("\n") + 4
        for problem in error.problems:
            if problem.line >= body_line or not problem.line:
                self.add_error("body", _placed("Text", problem, 1 - body_line))
            else:
                self.add_error("front", _placed("Variables and details", problem, leading - 1))


def _placed(part: str, problem: Problem, shift: int) -> str:
    """Return "Text, line 12, column 8: …"; without a place when the problem has none in this part."""
    line = problem.line + shift
    if not problem.line or line < 1:
        return f"{part}: {problem.sentence}"
    column = f", column {problem.column}" if problem.column else ""
    return f"{part}, line {line}{column}: {problem.sentence}"
