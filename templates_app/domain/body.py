"""Compiling: a template's source becomes a skeleton that values are filled into.

Structure first, values last: the source is parsed once and cached by its digest; values never go through a parser.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from . import conditions, limits, tokens
from .blocks import Layout, Role, layout
from .conditions import ConditionProblem
from .frontmatter import Template, examine
from .kinds import kind_of
from .markup import TooDeep, to_html
from .placeholders import Placeholder, find
from .problems import Problem, TemplateError
from .suggestions import suggestion
from .variables import RECORD_BLOCKS, Variable
from .wording import singular


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A compiled text: SHA-256 of its source, the Jinja2 text written by this compiler, names and conditions used."""

    digest: str
    jinja: str
    uses: tuple[str, ...]
    conditions: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return the skeleton as JSON values; `from_json` takes them back."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Skeleton:
        """Return the skeleton that `as_json` gave."""
        uses, written = data["uses"], data["conditions"]
        if not isinstance(uses, list | tuple) or not isinstance(written, list | tuple):
            raise TypeError("uses and conditions must be lists")
        return cls(str(data["digest"]), str(data["jinja"]), tuple(map(str, uses)), tuple(map(str, written)))


def compile_text(source: str) -> Skeleton:
    """Return the skeleton of a source; raise TemplateError with every problem found, by line and column."""
    template, problems, declared_on = examine(source)
    lines = template.body.split("\n")
    found = layout(lines, template.body_line)
    problems += found.problems
    problems += limits.check(lines, found, template.body_line)
    writer = _Writer(template, lines, found)
    problems += writer.problems(declared_on)
    if problems:
        raise TemplateError(problems)
    digest = hashlib.sha256(source.encode()).hexdigest()
    return Skeleton(digest, writer.jinja(), tuple(use.name for use in writer.uses), tuple(writer.conditions))


class _Writer:
    """Writes the Jinja2 text of one template."""

    def __init__(self, template: Template, lines: list[str], found: Layout) -> None:
        self.variables: dict[str, Variable] = {each.name: each for each in template.variables}
        self.body = template.body
        self.first_line = template.body_line
        self.lines = lines
        self.found = found
        self.uses = find(template.body, template.body_line)
        self.numbers = {(use.line, use.column): number for number, use in enumerate(self.uses)}
        self.conditions = [block.title for block in found.blocks if block.kind == "when"]

    def problems(self, declared_on: Mapping[str, int]) -> Iterator[Problem]:
        """Yield what is wrong with placeholders and conditions."""
        if len(self.uses) > limits.MOST_PLACEHOLDERS:
            told = f"A text has at most {limits.MOST_PLACEHOLDERS:,} placeholders; this has {len(self.uses):,}."
            yield Problem(told, self.uses[limits.MOST_PLACEHOLDERS].line)
        used = {use.name for use in self.uses}
        for block in self.found.blocks:
            if block.kind == "when":
                used |= {word for word in block.title.split() if word in self.variables}
                yield from self._condition(block.title, block.line)
        for use in self.uses:
            yield from self._placeholder(use)
        for name in self.variables:
            if name not in used:
                told = f"{name} is declared but not used. Write <{name}> in the text, or remove the declaration."
                yield Problem(told, declared_on.get(name, 0), 3)

    def _condition(self, text: str, line: int) -> Iterator[Problem]:
        try:
            conditions.check(conditions.parse(text), self.variables)
        except ConditionProblem as problem:
            yield Problem(str(problem), line, 1)

    def _placeholder(self, use: Placeholder) -> Iterator[Problem]:
        if use.name in RECORD_BLOCKS:
            if not self._is_alone(use):
                yield Problem(f"Put <{use.name}> on a line of its own.", use.line, use.column)
        elif use.name not in self.variables:
            guess = suggestion(use.name, (*self.variables, *RECORD_BLOCKS))
            told = f"<{use.name}> is not declared{guess}. Declare it, or write \\<{use.name}> to show it as text."
            yield Problem(told, use.line, use.column)
        elif not kind_of(self.variables[use.name]).is_inline and not self._is_alone(use):
            yield Problem(f"<{use.name}> is a table: put it on a line of its own.", use.line, use.column)

    def _is_alone(self, use: Placeholder) -> bool:
        row = use.line - self.first_line
        return self.lines[row].strip() == f"<{use.name}>" and self.found.roles[row] is Role.TEXT

    def _stands_for_a_block(self, use: Placeholder) -> bool:
        block = use.name in RECORD_BLOCKS or kind_of(self.variables[use.name]).is_block
        return block and self._is_alone(use)

    def _wants_unit(self, use: Placeholder) -> bool:
        """Return whether the unit must follow the number: after "within <Rings>", not in "<Rings> rings"."""
        unit = self.variables[use.name].unit.casefold()
        if not unit:
            return False
        follows = self.body[use.end : use.end + 80].casefold().lstrip(" \n\t*_-\u00a0")
        return not re.match(rf"(?:{re.escape(unit)}|{re.escape(singular(unit))})\b", follows)

    def jinja(self) -> str:
        """Return the Jinja2 text; raise TemplateError for what only Markdown could tell."""
        titles = [self._tokens(block.title, block.line) for block in self.found.blocks]
        try:
            html, seen = to_html("\n".join(self._markdown()), self.found.blocks, titles)
        except (TooDeep, RecursionError) as error:
            told = f"Lists, quotes and blocks go at most {limits.DEEPEST} levels deep."
            raise TemplateError([Problem(told)]) from error
        except Exception as error:  # Markdown libraries answer strange texts with many kinds of error
            told = "This text cannot be read. Undo the latest change and make it in smaller steps."
            raise TemplateError([Problem(told)]) from error
        problems = [
            Problem("This block is not recognised here. Indent it like the text around it.", block.line, 1)
            for number, block in enumerate(self.found.blocks)
            if number not in seen
        ]
        return self._assembled(html, problems)

    def _markdown(self) -> Iterator[str]:
        """Yield the lines for Markdown: blocks numbered and set apart, tokens in place of what is not text."""
        number = -1
        for row, (line, role) in enumerate(zip(self.lines, self.found.roles, strict=True)):
            if role is Role.OPEN:
                number += 1
                block = self.found.blocks[number]
                indent = line[: line.index("/")]
                yield from ("", f"{indent}{'/' * block.slashes} {block.kind} | {number}", "")
            elif role is Role.CLOSE:
                yield from ("", line, "")
            elif role is Role.FENCE:
                yield _MARKS.match(line)[0]  # type: ignore[index]  # a line with this role starts with marks
            else:
                text = self._tokens(line, self.first_line + row, boxes=role is Role.TEXT)
                if tokens.BLOCK in text:
                    yield from ("", text, "")
                else:
                    yield from ("", text) if self._is_next_term(row) else (text,)

    def _is_next_term(self, row: int) -> bool:
        """Return whether a term follows a definition without a blank line, which Markdown would nest."""
        if not 0 < row < len(self.lines) - 1 or not _DEFINITION.match(self.lines[row + 1]):
            return False
        return bool(_DEFINITION.match(self.lines[row - 1])) and not _DEFINITION.match(self.lines[row])

    def _tokens(self, text: str, line: int, *, boxes: bool = True) -> str:
        """Return one line with every `<`, `&`, check box and placeholder as a token."""
        if boxes:
            text = text.replace("[ ]", f"{tokens.BOX}  ")  # as long as before: columns stay true
        uses = find(text) if "<" in text else []
        offset = self._title_offset(line, text) if uses else 0
        parts, last = [], 0
        for use in uses:
            number = self.numbers[(line, use.column + offset)]
            sign = tokens.BLOCK if self._stands_for_a_block(self.uses[number]) else tokens.INLINE
            parts += [_plain(text[last : use.start]), f"{sign}{number}{tokens.END}"]
            last = use.end
        return "".join([*parts, _plain(text[last:])]).replace(f"{tokens.BOX}  ", tokens.BOX)

    def _title_offset(self, line: int, text: str) -> int:
        row = line - self.first_line
        if self.found.roles[row] is not Role.OPEN or not text:
            return 0
        return self.lines[row].rfind(text.replace(f"{tokens.BOX}  ", "[ ]"))

    def _assembled(self, html: str, problems: list[Problem]) -> str:
        """Return clean HTML as Jinja2 text: the author's braces as entities, ours around names we know."""
        html = html.replace("{", "&#123;").replace("}", "&#125;")
        html = _CODE.sub(lambda code: code[0].replace(tokens.BOX, "[ ]"), html)
        placed: set[int] = set()
        html = _BLOCK.sub(lambda match: self._expression(int(match[1]), "b", placed), html)
        html = _INLINE.sub(lambda match: self._expression(int(match[1]), "i", placed), html)
        whens = [number for number, block in enumerate(self.found.blocks) if block.kind == "when"]
        html = _WHEN.sub(lambda match: f"{{% if when[{whens.index(int(match[1]))}] %}}", html)
        html = _END_WHEN.sub("{% endif %}", html)
        html = html.replace(tokens.BOX, '<span class="box"></span>')
        html = html.replace(tokens.LESS, "&lt;").replace(tokens.AND, "&amp;")
        for number, use in enumerate(self.uses):
            if number not in placed:
                told = f"<{use.name}> cannot stand here: move it out of the link or the code around it."
                problems.append(Problem(told, use.line, use.column))
        if problems:
            raise TemplateError(problems)
        return html

    def _expression(self, number: int, table: str, placed: set[int]) -> str:
        """Return the Jinja2 expression of one placeholder, and note in `placed` that it has its place."""
        use = self.uses[number]
        if table == "i":
            if use.name in RECORD_BLOCKS or not kind_of(self.variables[use.name]).is_inline:
                return ""
            table = "u" if self._wants_unit(use) else "i"
        placed.add(number)
        return f"{{{{ {table}['{use.name}'] }}}}"


_DEFINITION = re.compile(r" {0,3}: ")
_MARKS = re.compile("`+|~+")
_CODE = re.compile(r"<code>[^<]*</code>")
_BLOCK = re.compile(rf"<p>\s*{tokens.BLOCK}([0-9]+){tokens.END}\s*</p>")
_INLINE = re.compile(rf"[{tokens.INLINE}{tokens.BLOCK}]([0-9]+){tokens.END}")
_WHEN = re.compile(rf'<div class="when">\s*{tokens.WHEN}([0-9]+){tokens.END}')
_END_WHEN = re.compile(rf"{tokens.END_WHEN}\s*</div>")
_LITERAL = re.compile(r"\\<(?=[A-Z][A-Za-z0-9]*>)")


def _plain(text: str) -> str:
    """Return text between placeholders with its `<` and `&` as tokens; the backslash of `\\<Name>` goes."""
    return _LITERAL.sub(tokens.LESS, text).replace("<", tokens.LESS).replace("&", tokens.AND)
