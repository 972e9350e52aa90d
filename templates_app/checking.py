"""A text while it is being written: its problems, its variables and where they are used, its body as a sample."""

from dataclasses import dataclass
from typing import Any

from templates_app.child import ChildProblem
from templates_app.domain import frontmatter
from templates_app.domain.body import Skeleton
from templates_app.domain.edits import Manuscript
from templates_app.domain.frontmatter import Template
from templates_app.domain.kinds import kind_of
from templates_app.domain.problems import Problem, TemplateError
from templates_app.domain.renaming import on_lines, sections, uses
from templates_app.domain.rendering import Body, Mode, render
from templates_app.domain.variables import Source, Variable
from templates_app.texts import newly_compiled

KIND_WORDS = {
    "text": "Text", "long_text": "Long text", "rich_text": "Text with emphasis", "integer": "Whole number",
    "decimal": "Decimal number", "money": "Money", "percent": "Per cent", "duration": "Duration", "date": "Date",
    "yes_no": "Yes or no", "choice": "One of several", "choices": "Some of several", "list": "List",
    "table": "Table", "email": "E-mail", "phone": "Telephone", "url": "Web address", "person": "Person",
    "role": "Role", "department": "Department",
}  # fmt: skip
SOURCE_WORDS = {
    Source.ORGANISATION: "The organisation, once for all procedures",
    Source.DOCUMENT: "The manager, in the form of each procedure",
    Source.WORKFLOW: "The record: numbers, dates and names",
    Source.READER: "The reader's own profile",
    Source.CALL: "The reader, for one call",
}


_FROM = {
    Source.ORGANISATION: "from the organisation",
    Source.DOCUMENT: "from the form",
    Source.WORKFLOW: "from the record",
    Source.READER: "from the reader's profile",
    Source.CALL: "filled on each call",
}


@dataclass(frozen=True, slots=True)
class Declared:
    """A declared variable, the line of its declaration, and the lines of the body that use it."""

    variable: Variable
    line: int
    lines: tuple[int, ...]

    @property
    def what(self) -> str:
        """Its kind and its source in words."""
        kind = KIND_WORDS.get(self.variable.kind, self.variable.kind)
        return f"{kind}, {_FROM[self.variable.source]}"

    @property
    def where(self) -> str:
        """Where it is used, in words."""
        return f"Used on {on_lines(self.lines)}" if self.lines else "Not used yet"


@dataclass(frozen=True, slots=True)
class Section:
    """An optional part of the body: its condition and the line it opens on."""

    condition: str
    line: int


@dataclass(frozen=True, slots=True)
class Checked:
    """What the compiler says of a text.

    `template` is None when the front matter cannot be read; `trouble` is the sentence of a child that gave no answer.
    """

    problems: tuple[Problem, ...]
    trouble: str
    template: Template | None
    skeleton: Skeleton | None
    variables: tuple[Declared, ...] = ()
    sections: tuple[Section, ...] = ()

    def sample(self) -> Body | None:
        """Return the body with the examples as values, None for a text that does not compile."""
        if self.skeleton is None or self.template is None:
            return None
        values = {each.name: each.example for each in self.template.variables if each.example is not None}
        return render(self.skeleton, self.template.variables, values, Mode.PREVIEW)


def check(source: str) -> Checked:
    """Return what the compiler says of a text, and of its variables as far as they can be read."""
    problems, trouble, skeleton = _compiled(source)
    try:
        template, _, declared_on = frontmatter.examine(source)
        text = Manuscript(source)
    except TemplateError:
        return Checked(problems, trouble, None, skeleton)
    used = uses(text)
    variables = tuple(
        Declared(each, declared_on.get(each.name, 0), used.get(each.name, ())) for each in template.variables
    )
    optional = tuple(Section(block.title, block.line) for block in sections(text))
    return Checked(problems, trouble, template, skeleton, variables, optional)


def _compiled(source: str) -> tuple[tuple[Problem, ...], str, Skeleton | None]:
    try:
        return (), "", newly_compiled(source)
    except TemplateError as error:
        return error.problems, "", None
    except ChildProblem as problem:
        return (), problem.sentence, None


def as_json(checked: Checked) -> dict[str, Any]:
    """Return what the editor shows of a checked text, without the preview."""
    return {
        "problems": [
            {"line": found.line, "column": found.column, "sentence": found.sentence} for found in checked.problems
        ],
        "trouble": checked.trouble,
        "readable": checked.template is not None,
        "variables": [_declared(each) for each in checked.variables],
        "sections": [{"condition": each.condition, "line": each.line} for each in checked.sections],
    }


def _declared(each: Declared) -> dict[str, Any]:
    variable = each.variable
    return {
        "name": variable.name,
        "line": each.line,
        "lines": each.lines,
        "where": each.where,
        "kind": variable.kind,
        "what": each.what,
        "source": variable.source,
        "label": variable.label,
        "is_block": kind_of(variable).is_block,
        "options": variable.options,
        "facts": facts_of(variable),
    }


def facts_of(variable: Variable) -> dict[str, Any]:
    """Return a variable's declaration as the controls of its form show it."""
    kind = kind_of(variable)
    example = "" if variable.example is None else kind.to_form(variable, variable.example)
    return {
        "name": variable.name,
        "label": variable.label,
        "kind": variable.kind,
        "source": str(variable.source),
        "group": variable.group,
        "hint": variable.hint,
        "example": "\n".join(example) if isinstance(example, list) else example,
        "options": "\n".join(variable.options),
        "columns": "\n".join(variable.columns),
        "required": variable.required,
    }
