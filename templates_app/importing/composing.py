"""Composing: lines, with a person's choices, become a whole template that compiles."""

from __future__ import annotations

import re
from collections.abc import Sequence

from accounts.domain.text import normal
from templates_app.domain.body import compile_text
from templates_app.domain.placeholders import find
from templates_app.domain.problems import Problem, TemplateError
from templates_app.domain.variables import Variable

from . import facts, frame, own, placing, promoting, records, sections, shapes, sweeping
from .conditions_found import condition_guesses, condition_names, condition_variable
from .escaping import literal
from .nodes import Aside, Node, Words, words_of
from .outlines import is_outline
from .passages import passages_of
from .places import Part
from .result import Choices, Imported, ReadFile, Unreadable
from .structure import structure
from .writing import Row, body_of

UNREADABLE_LINE = "This line cannot stand in a template: {problem}"
ROUNDS = 6

_LIMIT = re.compile(
    r"at most [\d,]+ (?:cells|bytes|placeholders|blocks|variables)|tables of a text|All blocks together"
    r"|A text has at most"
)
_PREFIX = re.compile(r"([ ]*(?:(?:[-*]|\d+\.)[ ]+(?:\[ \] )?|#{2,4}[ ]+|>[ ]+|: )?)(.*)")


def compose(read_file: ReadFile, choices: Choices | None = None) -> Imported:
    """Return the template made of a file's lines; the same lines and choices give the same template.

    Raise Unreadable when the file holds no words, or more than a template may hold.
    """
    choices = choices or Choices()
    if read_file.refusal:
        raise Unreadable(read_file.refusal)
    return own.template_as_it_is(read_file) or _Composer(read_file, choices).imported()


class _Composer:
    """Makes one template."""

    def __init__(self, read_file: ReadFile, choices: Choices) -> None:
        self.file = read_file
        self.choices = choices
        self.aside = Aside(choices.kept, list(read_file.dropped))

    def imported(self) -> Imported:
        """Return the template with everything that was found on the way."""
        nodes, around, swept = self._nodes()
        outline = is_outline(nodes)
        nodes = shapes.blocked(records.settled(nodes, self.aside), self.aside)
        if not any(words.text.strip() for node in nodes for words in words_of(node)) and not around.title:
            raise Unreadable(f"{self.file.name} holds no words that can be a procedure.")
        words, passages = passages_of(nodes, self._beside(around, swept))
        found, texts = placing.placed(words, passages, self.choices)
        self.aside.lines += found.set_aside
        names = condition_names(nodes, {variable.name for variable in found.variables})
        title = facts.title_of(self.choices.title, around, swept.facts, nodes, self.file.name)
        if around.title and facts.plain(around.title) != title:
            self.aside.mark(around.title, frame.ANOTHER_TITLE)
        rows = body_of(nodes, texts, names)
        conditions = condition_guesses(nodes, names, self.choices)
        variables = [*found.variables, *map(condition_variable, conditions)]
        source = self._compiled(
            rows, lambda used: facts.front_matter(title, around, nodes, used, swept.facts, found.guesses), variables
        )
        guesses = (*found.guesses, *conditions)
        return Imported(self.file.name, normal(title), source, guesses, self.aside.all(), outline)

    def _nodes(self) -> tuple[list[Node], frame.Frame, sweeping.Swept]:
        swept = sweeping.sweep(self.file.lines, self.aside)
        swept.lines, swept.numbers = sections.parted(swept.lines, swept.numbers)
        nodes = promoting.promoted(structure(swept, self.aside), swept.lines)
        nodes, around = frame.framed(
            nodes, self.aside, titled=bool(swept.facts.get("title") or swept.facts.get("name"))
        )
        return nodes, around, swept

    def _beside(self, around: frame.Frame, swept: sweeping.Swept) -> list[Words]:
        """Return words outside the text that may hold blanks: the title, front matter, headers and footers of pages."""
        title = [Words(around.title, around.title_line, Part.TITLE)] if around.title else []
        ends = [each for each in self.file.dropped if each.reason in (frame.PAGE_HEADER, frame.PAGE_FOOTER)]
        return [*title, *swept.told, *(Words(text, 0) for text in dict.fromkeys(each.text for each in ends))]

    def _compiled(self, rows: list[Row], front: facts.Front, variables: Sequence[Variable]) -> str:
        """Return the source, mended line by line until it compiles."""
        problem = Problem("it cannot be read")
        for attempt in range(ROUNDS):
            body = "\n".join(row.text for row in rows) + "\n"
            head = facts.written(front(_used(variables, body)))
            source = normal(f"{head}\n{body}")
            try:
                compile_text(source)
            except TemplateError as error:
                problem = error.problems[0]
                if any(_LIMIT.search(each.sentence) for each in error.problems):
                    break
                self._mend(rows, error.problems, head.count("\n") + 2, drop=attempt > 1)
            else:
                return source
        raise Unreadable(f"{self.file.name} cannot become a template. {problem.sentence}")

    def _mend(self, rows: list[Row], problems: Sequence[Problem], first: int, *, drop: bool) -> None:
        """Escape the lines that have a problem, or set them aside when that did not help."""
        for problem in problems:
            at = problem.line - first
            if not 0 <= at < len(rows) or not rows[at].text:
                continue
            row = rows[at]
            if drop:
                reason = UNREADABLE_LINE.format(problem=problem.sentence)
                self.aside.put(-row.line, row.text, reason)
                rows[at] = Row("", row.line)
            elif found := _PREFIX.fullmatch(row.text):
                rows[at] = Row(f"{found[1]}{literal(found[2])}", row.line)


def _used(variables: Sequence[Variable], body: str) -> list[Variable]:
    """Return the variables whose placeholder stands in the body: no other can be declared."""
    used = {use.name for use in find(body)}
    used |= {word for line in re.findall(r"^/+ when \| (.*)$", body, re.M) for word in line.split()}
    return [variable for variable in variables if variable.name in used]
