"""Declarations of variables, as they stand in the front matter."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from .kinds import KINDS, ValueProblem
from .placeholders import NAME
from .problems import Problem
from .suggestions import suggestion
from .variables import ANSWERED, CHANGES, RECORD_BLOCKS, WORKFLOW_NAMES, Source, Variable
from .wording import label_from
from .yaml_nodes import Node

KEYS = (
    "label", "kind", "source", "group", "hint", "example", "required",
    "unit", "min", "max", "options", "columns", "currency", "change",
)  # fmt: skip
MOST_VARIABLES = 200
MOST_COLUMNS = 20
NUMBERS = ("integer", "decimal", "money", "percent", "duration")
BELONGS = {
    "unit": ("integer", "decimal"),
    "min": NUMBERS,
    "max": NUMBERS,
    "options": ("choice", "choices"),
    "columns": ("table",),
    "currency": ("money",),
}


def parse_variables(node: Node, problems: list[Problem]) -> tuple[Variable, ...]:
    """Return the declared variables in order; what is wrong with any of them is added to `problems`."""
    if node.pairs is None:
        if not node.is_empty:
            problems.append(Problem("Write `variables` as `Name: {…}`, one name on a line.", node.line, node.column))
        return ()
    if len(node.pairs) > MOST_VARIABLES:
        told = f"A template has at most {MOST_VARIABLES} variables; this has {len(node.pairs)}."
        problems.append(Problem(told, node.line))
        return ()
    readers = (_Reader(name, each, node.key_lines[name], problems) for name, each in node.pairs.items())
    return tuple(reader.variable() for reader in readers)


class _Reader:
    """Reads one declaration; each fault is noted and the rest read on."""

    def __init__(self, name: str, node: Node, line: int, problems: list[Problem]) -> None:
        self.name = name
        self.line = line
        self.problems = problems
        self.pairs = node.pairs or {}
        if node.pairs is None and not node.is_empty:
            self.wrong("write its declaration as `{label: …, kind: …}`")

    def wrong(self, sentence: str, key: str = "") -> None:
        """Note a fault at the line of `key`, or of the name."""
        line = self.pairs[key].line if key in self.pairs else self.line
        self.problems.append(Problem(f"{self.name}: {sentence}.", line))

    def variable(self) -> Variable:
        """Return the variable as far as it can be read."""
        self._name_and_keys()
        kind = self._one_of("kind", tuple(KINDS), "text")
        source = Source(self._one_of("source", tuple(Source), Source.DOCUMENT))
        self._source_fits(source)
        found = Variable(
            name=self.name,
            label=self._text("label", 120) or label_from(self.name),
            kind=kind,
            source=source,
            group=self._text("group", 60) or "Details",
            hint=self._text("hint", 300),
            required=self._yes_no("required", True),
            unit=self._text("unit", 30),
            minimum=self._number("min"),
            maximum=self._number("max"),
            options=self._texts("options"),
            columns=self._texts("columns"),
            currency=self._text("currency", 3),
            change=self._one_of("change", CHANGES, "minor"),
        )
        self._kind_fits(found)
        return self._with_example(found)

    def _name_and_keys(self) -> None:
        if not NAME.fullmatch(self.name):
            self.wrong("a name starts with an upper-case letter and holds letters and digits only")
        elif len(self.name) > 60:
            self.wrong("use at most 60 characters for a name")
        if self.name in RECORD_BLOCKS:
            self.wrong(f"<{self.name}> comes from the record and needs no declaration; remove it")
        for key in self.pairs:
            if key not in KEYS:
                self.wrong(f"“{key}” is not known here{suggestion(key, KEYS)}", key)

    def _source_fits(self, source: Source) -> None:
        if self.name in WORKFLOW_NAMES and source is not Source.WORKFLOW:
            self.wrong("this name belongs to the record: write `source: workflow`, or use another name", "source")
        if source is Source.WORKFLOW and self.name not in WORKFLOW_NAMES:
            self.wrong(f"the record knows only {', '.join(WORKFLOW_NAMES)}", "source")
        if "change" in self.pairs and source not in ANSWERED:
            self.wrong("“change” belongs to values that people answer; remove it", "change")

    def _kind_fits(self, found: Variable) -> None:
        for key, kinds in BELONGS.items():
            if key in self.pairs and found.kind not in kinds:
                self.wrong(f"“{key}” belongs to {' and '.join(kinds)} only; this is {found.kind}", key)
        if found.kind in BELONGS["options"] and not found.options:
            self.wrong("list its `options`")
        if found.kind == "table" and not found.columns:
            self.wrong("list its `columns`")
        if len(found.columns) > MOST_COLUMNS:
            self.wrong(f"a table has at most {MOST_COLUMNS} columns; this has {len(found.columns)}", "columns")
        if found.minimum is not None and found.maximum is not None and found.minimum > found.maximum:
            self.wrong("`min` is greater than `max`", "min")
        if not re.fullmatch("([A-Z]{3})?", found.currency):
            self.wrong("write the currency as three letters, such as USD", "currency")

    def _with_example(self, found: Variable) -> Variable:
        node = self.pairs.get("example")
        if node is None or node.is_empty:
            if found.source in ANSWERED:
                self.wrong("give an `example`: the form shows it")
            return found
        try:
            return replace(found, example=KINDS[found.kind].check(found, node.raw()))
        except ValueProblem as problem:
            self.wrong(f"the example does not fit. {str(problem).removesuffix('.')}", "example")
            return found

    def _text(self, key: str, limit: int) -> str:
        node = self.pairs.get(key)
        if node is None or node.is_empty:
            return ""
        if node.text is None or "\n" in node.text.strip():
            self.wrong(f"write `{key}` as one line of text", key)
            return ""
        if len(node.text.strip()) > limit:
            self.wrong(f"use at most {limit} characters for `{key}`; this has {len(node.text.strip())}", key)
        return node.text.strip()

    def _one_of(self, key: str, allowed: tuple[str, ...], default: str) -> str:
        text = self._text(key, 60)
        if not text or text in allowed:
            return text or default
        guess = suggestion(text, allowed) or f"; use one of: {', '.join(allowed)}"
        self.wrong(f"“{text}” is not a {key}{guess}", key)
        return default

    def _yes_no(self, key: str, default: bool) -> bool:
        text = self._text(key, 20)
        if text.lower() in ("true", "yes"):
            return True
        if text.lower() in ("false", "no"):
            return False
        if text:
            self.wrong(f"write true or false for `{key}`", key)
        return default

    def _number(self, key: str) -> Decimal | None:
        text = self._text(key, 20)
        try:
            number = Decimal(text) if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) else None
        except InvalidOperation:
            number = None
        if text and number is None:
            self.wrong(f"write a number for `{key}`", key)
        return number

    def _texts(self, key: str) -> tuple[str, ...]:
        node = self.pairs.get(key)
        if node is None:
            return ()
        if node.items is None or any(not item.text or not item.text.strip() for item in node.items):
            self.wrong(f"write `{key}` as a list of texts", key)
            return ()
        found = [str(item.text).strip() for item in node.items]
        if len(found) != len(set(found)):
            self.wrong(f"`{key}` holds the same text twice", key)
        if len(found) > 100:
            self.wrong(f"`{key}` has at most 100 entries; this has {len(found)}", key)
        return tuple(found[:100])
