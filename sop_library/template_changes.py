"""What differs between two texts of a template: the body word by word, its lines as they are written, and variables.

Words are compared in the body with the examples, so what no example shows, such as a condition or a part that it hides,
is in the lines alone; a text that does not compile has only its lines.
"""

from dataclasses import dataclass, fields

from sop_library.comparing import word_by_word
from sop_library.document import sample_of
from sop_library.domain.comparison import Comparison
from sop_library.domain.lines import ChangedLines, changed_lines
from templates_app.checking import KIND_WORDS, SOURCE_WORDS, facts_of
from templates_app.child import ChildProblem
from templates_app.domain import frontmatter
from templates_app.domain.problems import TemplateError
from templates_app.domain.variables import Source, Variable

_FACT_WORDS = {
    "label": "label", "kind": "kind", "source": "who knows it", "group": "group", "hint": "hint", "example": "example",
    "required": "required", "unit": "unit", "minimum": "smallest", "maximum": "greatest", "options": "options",
    "columns": "columns", "currency": "currency", "change": "size of a change",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChangedVariable:
    """One variable that is new, gone or declared differently; `details` are (what, before, after)."""

    name: str
    label: str
    state: str
    details: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class TemplateChanges:
    """What differs.

    `text` is None when one of the texts does not compile, `lines` when the texts are too long to compare.
    """

    variables: tuple[ChangedVariable, ...]
    text: Comparison | None
    lines: tuple[ChangedLines, ...] | None
    is_same: bool


def changes_between(old: str, new: str) -> TemplateChanges:
    """Return what differs between two texts; a front matter that cannot be read counts as one without variables."""
    before, after = _read(old), _read(new)
    variables = tuple(_changed(before[0], after[0]))
    return TemplateChanges(variables, _words_of(old, new), changed_lines(before[1], after[1]), old == new)


def _words_of(old: str, new: str) -> Comparison | None:
    try:
        return word_by_word(sample_of(old), sample_of(new))
    except (TemplateError, ChildProblem):
        return None


def _read(source: str) -> tuple[dict[str, Variable], str]:
    try:
        template, _, _ = frontmatter.examine(source)
    except TemplateError:
        return {}, source
    return {variable.name: variable for variable in template.variables}, template.body


def _changed(before: dict[str, Variable], after: dict[str, Variable]) -> list[ChangedVariable]:
    found = [ChangedVariable(name, each.label, "Removed") for name, each in before.items() if name not in after]
    for name, each in after.items():
        if name not in before:
            found.append(ChangedVariable(name, each.label, "Added"))
        elif each != before[name]:
            found.append(ChangedVariable(name, each.label, "Changed", tuple(_details(before[name], each))))
    return found


def _details(old: Variable, new: Variable) -> list[tuple[str, str, str]]:
    names = [field.name for field in fields(Variable) if getattr(old, field.name) != getattr(new, field.name)]
    return [(_FACT_WORDS.get(name, name), _words(old, name), _words(new, name)) for name in names]


def _words(variable: Variable, name: str) -> str:
    value = getattr(variable, name)
    match name:
        case "kind":
            return KIND_WORDS.get(variable.kind, variable.kind)
        case "source":
            return SOURCE_WORDS[Source(value)]
        case "example":
            return str(facts_of(variable)["example"]).replace("\n", "; ")
        case "required":
            return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
