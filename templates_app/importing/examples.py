"""Examples that fit the kind of a variable: the form shows them, and a template is tried with them."""

from __future__ import annotations

from contextlib import suppress

from templates_app.domain.kinds import ValueProblem, check_value
from templates_app.domain.variables import Source, Value, Variable

from .result import Guess

EXAMPLES: dict[str, Value] = {
    "text": "Example", "long_text": "One or two sentences.", "rich_text": "One or two sentences.", "integer": 3,
    "decimal": "1.5", "money": "100.00", "percent": "10", "duration": 60, "date": "2026-12-01", "yes_no": True,
    "list": ["First item", "Second item"], "email": "name@example.com", "phone": "+1 555 010 0123",
    "url": "https://example.com/page", "person": "Dana Okafor", "role": "Support Manager", "department": "Support",
}  # fmt: skip


def example_of(guess: Guess) -> Value:
    """Return the guess's own example when it fits its kind, else one that does."""
    variable = as_variable(guess)
    for example in (guess.example, _sample(guess)):
        with suppress(ValueProblem):
            checked = check_value(variable, example)
            if checked not in ("", []):
                return checked
    return EXAMPLES["text"]


def as_variable(guess: Guess) -> Variable:
    """Return the variable that a guess declares, without an example."""
    options = guess.options if guess.kind in ("choice", "choices") else ()
    columns = guess.options if guess.kind == "table" else ()
    return Variable(
        guess.name, guess.label, guess.kind, Source(guess.source), unit=guess.unit, options=options, columns=columns
    )


def _sample(guess: Guess) -> Value:
    if guess.kind == "choice":
        return guess.options[0]
    if guess.kind == "choices":
        return list(guess.options[:1])
    if guess.kind == "table":
        return [["Example"] * len(guess.options)]
    found = EXAMPLES.get(guess.kind, "Example")
    if guess.kind == "text" and guess.label:
        return f"Example {guess.label[:1].lower()}{guess.label[1:100]}"
    return list(found) if isinstance(found, list) and guess.kind == "list" else found
