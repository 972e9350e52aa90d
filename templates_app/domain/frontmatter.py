"""A template's source: YAML front matter between two lines of `---`, then the body."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from accounts.domain.text import offence, plain_lines

from .declarations import parse_variables
from .problems import Problem, TemplateError
from .suggestions import suggestion
from .variables import Variable
from .wording import iso_day
from .yaml_nodes import Node, read_yaml

LARGEST = 500_000  # bytes; the whole source
LARGEST_FRONT = 200_000
KEYS = (
    "title", "registry", "category", "source", "summary", "minutes", "updated", "prefix",
    "how_to_use", "faq", "groups", "variables",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """A question about using the template, and its answer."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Template:
    """A template as read: what the library shows, its variables, and its body with the line it starts on."""

    title: str
    registry: str
    category: str
    source_note: str
    summary: str
    minutes: int
    updated: date | None
    prefix: str
    how_to_use: tuple[str, ...]
    faq: tuple[Question, ...]
    groups: tuple[str, ...]
    variables: tuple[Variable, ...]
    body: str
    body_line: int
    source: str

    def variable(self, name: str) -> Variable:
        """Return the variable of that name; raise KeyError when there is none."""
        for variable in self.variables:
            if variable.name == name:
                return variable
        raise KeyError(name)

    @property
    def answered(self) -> tuple[Variable, ...]:
        """The variables that people answer (organisation and document), in the order of the declaration."""
        return tuple(variable for variable in self.variables if variable.is_answered)

    def groups_of(self) -> list[tuple[str, list[Variable]]]:
        """Return the groups of the form with their answered variables: `groups` first, others as they come."""
        found: dict[str, list[Variable]] = {title: [] for title in self.groups}
        for variable in self.answered:
            found.setdefault(variable.group, []).append(variable)
        return [(title, variables) for title, variables in found.items() if variables]


def parse(source: str) -> Template:
    """Return the template of a source; raise TemplateError with every problem of its front matter."""
    template, problems, _ = examine(source)
    if problems:
        raise TemplateError(problems)
    return template


def examine(source: str) -> tuple[Template, list[Problem], Mapping[str, int]]:
    """Return the template as far as it can be read, its problems, and the line of each declared variable.

    Raise TemplateError when there is nothing to read on with: wrong characters, no front matter, broken YAML.
    """
    text = checked(source)
    front, body, body_line = split(text)
    root, problems = read_yaml(front, 2)
    reader = _Reader(root, problems)
    declared = reader.node("variables")
    variables = parse_variables(declared, problems) if declared else ()
    template = Template(
        title=reader.text("title", 200, required=True),
        registry=reader.text("registry", 60),
        category=reader.text("category", 60),
        source_note=reader.text("source", 300),
        summary=reader.text("summary", 1000),
        minutes=reader.whole("minutes"),
        updated=reader.day("updated"),
        prefix=reader.prefix(),
        how_to_use=reader.texts("how_to_use"),
        faq=reader.questions(),
        groups=reader.texts("groups"),
        variables=variables,
        body=body,
        body_line=body_line,
        source=text,
    )
    return template, problems, declared.key_lines if declared else {}


def checked(source: str) -> str:
    """Return the source normalised; raise TemplateError for a wrong size or characters that cannot be kept."""
    if len(source) > LARGEST or len(source.encode("utf-8", "surrogatepass")) > LARGEST:
        size = len(source.encode("utf-8", "surrogatepass"))
        raise TemplateError([Problem(f"A template has at most {LARGEST:,} bytes; this has {size:,}.")])
    text = plain_lines(source)
    if not text.strip():
        raise TemplateError([Problem("The template is empty. Start it with a line of `---`.")])
    found = offence(text)
    if found is not None:
        offset, what = found
        line = text.count("\n", 0, offset) + 1
        column = offset - text.rfind("\n", 0, offset)
        raise TemplateError([Problem(f"Delete this: it is {what} and cannot be kept.", line, column)])
    return text


def split(source: str) -> tuple[str, str, int]:
    """Return (front matter, body, line the body starts on); raise TemplateError when there is no front matter."""
    text = plain_lines(source)
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        raise TemplateError([Problem("Start the template with a line of `---`, then its front matter.", 1, 1)])
    for index in range(1, len(lines)):
        if lines[index].rstrip() == "---":
            front = "\n".join(lines[1:index]) + "\n"
            if len(front) > LARGEST_FRONT:
                told = f"Front matter has at most {LARGEST_FRONT:,} characters; this has {len(front):,}."
                raise TemplateError([Problem(told, 1)])
            return front, "\n".join(lines[index + 1 :]), index + 2
    raise TemplateError([Problem("Close the front matter with a second line of `---`.", 1, 1)])


def join(front: str, body: str) -> str:
    """Return the source of front matter and body: `split` gives both back."""
    return f"---\n{front.strip(chr(10))}\n---\n{body}"


class _Reader:
    """Reads the top keys; each fault is noted and the rest read on."""

    def __init__(self, root: Node, problems: list[Problem]) -> None:
        self.pairs = root.pairs or {}
        self.problems = problems
        for key in self.pairs:
            if key not in KEYS:
                told = f"“{key}” is not known in the front matter{suggestion(key, KEYS)}."
                problems.append(Problem(told, root.key_lines[key], 1))

    def node(self, key: str) -> Node | None:
        """Return the node of a key, or None when nothing was written."""
        found = self.pairs.get(key)
        return None if found is None or found.is_empty else found

    def wrong(self, key: str, sentence: str) -> None:
        """Note a fault at the value of `key`."""
        node = self.pairs.get(key)
        self.problems.append(Problem(sentence, node.line if node else 1, node.column if node else 1))

    def text(self, key: str, limit: int, *, required: bool = False) -> str:
        """Return one text without its outer spaces."""
        node = self.node(key)
        if node is None:
            if required:
                self.wrong(key, f"Write a `{key}` in the front matter.")
            return ""
        if node.text is None:
            self.wrong(key, f"Write `{key}` as text.")
            return ""
        text = " ".join(node.text.split())
        if len(text) > limit:
            self.wrong(key, f"Use at most {limit} characters for `{key}`; this has {len(text)}.")
        return text

    def whole(self, key: str) -> int:
        """Return a whole number, 0 when nothing was written."""
        text = self.text(key, 20)
        if not text:
            return 0
        if not re.fullmatch("[0-9]{1,4}", text):
            self.wrong(key, f"Write `{key}` as a whole number, such as 8.")
            return 0
        return int(text)

    def day(self, key: str) -> date | None:
        """Return an ISO date, None when nothing was written."""
        text = self.text(key, 40)
        found = iso_day(text)
        if text and found is None:
            self.wrong(key, f"Write `{key}` as year, month and day, such as 2026-12-01.")
        return found

    def prefix(self) -> str:
        """Return the letters of the SOP numbers."""
        text = self.text("prefix", 10)
        if text and not re.fullmatch("[A-Z][A-Z0-9]{0,7}", text):
            self.wrong("prefix", "Write `prefix` as one to eight upper-case letters, such as CS.")
            return ""
        return text

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts."""
        node = self.node(key)
        if node is None:
            return ()
        if node.items is None or len(node.items) > 100 or any(not item.text for item in node.items):
            self.wrong(key, f"Write `{key}` as a list of at most 100 texts.")
            return ()
        return tuple(str(item.text).strip() for item in node.items)

    def questions(self) -> tuple[Question, ...]:
        """Return the questions and answers."""
        node = self.node("faq")
        found: list[Question] = []
        for item in (node.items or []) if node else []:
            pairs = item.pairs or {}
            if set(pairs) != {"question", "answer"} or not all(each.text for each in pairs.values()):
                told = "Write each entry of `faq` as `question: …` and `answer: …`."
                self.problems.append(Problem(told, item.line, item.column))
                continue
            found.append(Question(str(pairs["question"].text).strip(), str(pairs["answer"].text).strip()))
        if node and not node.items:
            self.wrong("faq", "Write `faq` as a list of questions and answers.")
        return tuple(found)
