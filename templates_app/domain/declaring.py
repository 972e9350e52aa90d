"""Adding, changing and removing one variable's declaration, everything else in the text byte for byte as it was."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from .declarations import BELONGS, KEYS
from .edits import EditRefused, Manuscript
from .renaming import on_lines, refuse_name, uses
from .starter import quoted
from .yaml_nodes import Node

# What a declaration can hold for a key: one text, a list, rows of a table; None takes the key out.
Fact = str | Sequence[object] | None
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _/.-]*[A-Za-z0-9]|[A-Za-z0-9]")
_UNSAFE = re.compile("null", re.IGNORECASE)


def declared_as(source: str, name: str, facts: Mapping[str, Fact]) -> str:
    """Return the text with these facts in a variable's declaration; keys that do not fit its kind go.

    Raises EditRefused when it is not declared, TemplateError for unreadable front matter.
    """
    text = Manuscript(source)
    _, node = text.declared(name)
    if node.pairs is None and not node.is_empty:
        raise EditRefused(f"Write the declaration of {name} as `{{label: …, kind: …}}` in the text first.")
    changes = {key: fact for key, fact in facts.items() if fact is None or _says_something_new(node, key, fact)}
    there = (node.pairs or {}).get("kind")
    kind = facts.get("kind") or (there.text if there else "") or "text"
    changes |= {key: None for key, kinds in BELONGS.items() if kind not in kinds and key in (node.pairs or {})}
    return text.edited(text.in_front(*edit) for edit in _changes(text.front, node, changes))


def added(source: str, name: str, facts: Mapping[str, Fact]) -> str:
    """Return the text with one more declaration after the last; raises EditRefused, TemplateError."""
    text = Manuscript(source)
    node = text.variables
    names = node.pairs or {} if node else {}
    if node and node.text:
        raise EditRefused("Write `variables:` on a line of its own in the front matter first.")
    refuse_name(name, set(names), of_record=facts.get("source") == "workflow")
    line = f"{name}: {_mapping(facts)}"
    return text.edited([text.in_front(*_added(text.front, node, line))])


def removed(source: str, name: str) -> str:
    """Return the text without a variable's declaration; raises EditRefused while it is used, TemplateError."""
    text = Manuscript(source)
    node, _ = text.declared(name)
    used = uses(text).get(name)
    if used:
        raise EditRefused(f"{name} is used on {on_lines(used)}. Take it out of the text first.")
    return text.edited([text.in_front(*_removed(text.front, node, name))])


def written(fact: object) -> str:
    """Return a fact as YAML on one line."""
    if isinstance(fact, list | tuple):
        return f"[{', '.join(written(item) for item in fact)}]"
    text = str(fact or "")
    return text if _PLAIN.fullmatch(text) and not _UNSAFE.fullmatch(text) else quoted(text)


def _mapping(facts: Mapping[str, Fact]) -> str:
    known = [key for key in KEYS if facts.get(key) is not None]
    return f"{{{', '.join(f'{key}: {written(facts[key])}' for key in known)}}}"


def _says_something_new(node: Node, key: str, fact: Fact) -> bool:
    there = (node.pairs or {}).get(key)
    return there is None or there.raw() != fact


def _changes(front: str, node: Node, changes: Mapping[str, Fact]) -> Iterator[tuple[int, int, str]]:
    pairs = node.pairs or {}
    new = {key: fact for key, fact in changes.items() if key not in pairs and fact is not None}
    gone = {key for key, fact in changes.items() if fact is None and key in pairs}
    if not pairs:
        if new:
            yield node.start, node.end, f"{_gap(front, node.start)}{_mapping(new)}"
    elif node.is_flow and gone:
        yield node.start, node.end, _rewritten(front, node, changes)
    else:
        for key in pairs:
            if key in gone:
                yield _removed(front, node, key)
            elif key in changes:
                yield _replaced(front, node, key, changes[key])
        if new:
            yield _appended(front, node, new)


def _rewritten(front: str, node: Node, changes: Mapping[str, Fact]) -> str:
    """Return a declaration in braces with the changes; what does not change stays as it was written."""
    kept = {
        key: f"{key}: {written(changes[key])}" if key in changes else front[node.key_spans[key][0] : _end(node, key)]
        for key in node.pairs or {}
        if changes.get(key, "") is not None
    }
    new = {key: f"{key}: {written(fact)}" for key, fact in changes.items() if fact is not None}
    return f"{{{', '.join({**new, **kept}[key] for key in dict.fromkeys([*kept, *new]))}}}"


def _replaced(front: str, node: Node, key: str, fact: Fact) -> tuple[int, int, str]:
    """Return the edit that puts a new value in place of an old one; a value of several lines keeps its line end."""
    value = (node.pairs or {})[key]
    start = value.start
    if not value.is_flow and (value.items or value.pairs):
        start = front.index(":", node.key_spans[key][1]) + 1
    there = front[start : value.end]
    tail = there[len(there.rstrip("\n")) :][:1]
    return start, value.end, f"{_gap(front, start)}{written(fact)}{tail}"


def _gap(front: str, start: int) -> str:
    return "" if front[start - 1 : start].isspace() else " "


def _end(node: Node, key: str) -> int:
    return max((node.pairs or {})[key].end, node.key_spans[key][1])


def _appended(front: str, node: Node, new: Mapping[str, Fact]) -> tuple[int, int, str]:
    if not node.is_flow:
        return _after(front, node.end, _lines(front, node, new))
    end = _end(node, list(node.pairs or {})[-1])
    told = "".join(f", {key}: {written(fact)}" for key, fact in new.items())
    return end, end, told


def _lines(front: str, node: Node, new: Mapping[str, Fact]) -> str:
    indent = _indent(front, min(start for start, _ in node.key_spans.values()))
    return "".join(f"{indent}{key}: {written(fact)}\n" for key, fact in new.items())


def _indent(front: str, start: int) -> str:
    line = front.rfind("\n", 0, start) + 1
    return " " * (start - line)


def _after(front: str, end: int, lines: str) -> tuple[int, int, str]:
    """Return the edit that puts whole lines below the line on which a value ends."""
    if front[end - 1 : end] == "\n":
        return end, end, lines
    place = front.find("\n", end) + 1
    return place, place, lines


def _added(front: str, node: Node | None, line: str) -> tuple[int, int, str]:
    if node is None:
        return len(front), len(front), f"variables:\n  {line}\n"
    if not node.pairs:
        if node.is_flow:
            return node.start, node.end, f"{{{line}}}"
        return node.start, node.end, f"\n  {line}"
    if node.is_flow:
        end = _end(node, list(node.pairs)[-1])
        return end, end, f", {line}"
    first = min(start for start, _ in node.key_spans.values())
    return _after(front, node.end, f"{_indent(front, first)}{line}\n")


def _removed(front: str, node: Node, name: str) -> tuple[int, int, str]:
    start, end = node.key_spans[name][0], _end(node, name)
    if node.is_flow:
        after = re.compile(r"\s*,\s*").match(front, end)
        if after:
            return start, after.end(), ""
        before = re.compile(r",\s*$").search(front, node.start, start)
        return (before.start() if before else start), end, ""
    line = front.rfind("\n", 0, start) + 1
    whole, stop, _ = _after(front, end, "")
    return line, max(whole, stop), ""
