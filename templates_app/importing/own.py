"""A file that is a template of this product already comes back as it is."""

from __future__ import annotations

from collections.abc import Sequence

from templates_app.domain import frontmatter
from templates_app.domain.body import compile_text
from templates_app.domain.placeholders import find
from templates_app.domain.problems import TemplateError
from templates_app.domain.variables import Variable

from .result import Guess, Imported, ReadFile, Sort

REASON = "Declared in the template itself."


def begins_as_own(lines: Sequence[str]) -> bool:
    """Return whether lines begin as a template of this product does: with front matter."""
    return bool(lines) and lines[0].rstrip() == "---"


def template_as_it_is(read_file: ReadFile) -> Imported | None:
    """Return the template when the file is one and compiles, else None: not a sign of it is changed."""
    if not begins_as_own(read_file.lines):
        return None
    source = read_file.verbatim or "\n".join(read_file.lines)
    try:
        template = frontmatter.parse(source)
        compile_text(source)
    except TemplateError:
        return None
    lines: dict[str, list[int]] = {}
    for use in find(template.body, template.body_line):
        lines.setdefault(use.name, []).append(use.line)
    guesses = tuple(_guess(variable, lines.get(variable.name, [])) for variable in template.variables)
    slug = read_file.name.removesuffix(".md")
    return Imported(read_file.name, template.title, source, guesses, read_file.dropped, outline_only=False, slug=slug)


def _guess(variable: Variable, lines: list[int]) -> Guess:
    return Guess(
        key=variable.name, group=variable.name, name=variable.name, label=variable.label, kind=variable.kind,
        source=str(variable.source), as_written=f"<{variable.name}>", also_written=(), occurrences=len(lines),
        lines=tuple(dict.fromkeys(lines)), sort=Sort.VARIABLE, reason=REASON, hint=variable.hint,
        example=variable.example, unit=variable.unit, options=variable.options or variable.columns,
    )  # fmt: skip
