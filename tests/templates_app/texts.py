"""Short ways to write a template and to see what becomes of it."""

from __future__ import annotations

from typing import Any

from lxml import html

from templates_app.domain.body import compile_text
from templates_app.domain.frontmatter import parse
from templates_app.domain.problems import TemplateError
from templates_app.domain.rendering import Body, Mode, render


def source(body: str, variables: str = "") -> str:
    """Return a template with a body and, a line each, the declarations of its variables."""
    lines = [f"  {line}" for line in variables.strip().split("\n") if line.strip()]
    declared = "\n".join(["variables:", *lines, ""]) if lines else ""
    return f"---\ntitle: Test\n{declared}---\n{body}"


def body_of(body: str, variables: str = "", values: dict[str, Any] | None = None, mode: Mode = Mode.FINAL) -> Body:
    text = source(body, variables)
    return render(compile_text(text), parse(text).variables, values or {}, mode)


def html_of(body: str, variables: str = "", values: dict[str, Any] | None = None, mode: Mode = Mode.FINAL) -> str:
    return body_of(body, variables, values, mode).html


def problems_of(text: str) -> list[str]:
    """Return the problems of a whole source, as they are shown; none when it compiles."""
    try:
        compile_text(text)
    except TemplateError as error:
        return [str(problem) for problem in error.problems]
    return []


def seen(markup: str) -> str:
    """Return the text a reader sees, with line breaks where the HTML has them."""
    if not markup.strip():
        return ""
    tree = html.fromstring(f"<div>{markup}</div>")
    for line_break in tree.iter("br"):
        line_break.tail = "\n" + (line_break.tail or "")
    return str(tree.text_content())
