"""The front matter of an imported template: what lists show, and the declarations of its variables."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import PurePosixPath
from typing import Any

import yaml

from templates_app.domain.variables import Variable
from templates_app.domain.wording import lowered

from .frame import SECTION, Frame
from .nodes import Heading, Live, Node, Para, all_words
from .result import Guess

Front = Callable[[Sequence[Variable]], dict[str, Any]]

WORDS_A_MINUTE = 200
GENERAL = "General"
_CATEGORIES = (
    ("Customer service", r"customer|call handling|support agent|help ?desk|contact cent"),
    ("Information security", r"security|access control|encryption|incident response|vulnerabilit|hipaa|password"),
    ("People", r"employee|human resources|recruit|onboarding|leave|payroll|workforce"),
    ("Finance", r"invoice|accounts payable|expense|purchas|procurement|audit|financ"),
    ("Quality", r"quality|calibration|deviation|corrective|laborator|specimen|validation"),
    ("Safety", r"safety|hazard|emergency|protective equipment|chemical"),
    ("Operations", r"maintenance|inventory|warehouse|production|equipment|cleaning|facility"),
    ("IT", r"software|backup|server|network|deployment|database|system"),
)  # fmt: skip
_MARKS = re.compile(r"(\*{1,3}|(?<!\w)_{1,3}|`+)(?=\S)([^*`]{1,400}?)(?<=\S)\1")
_MARKDOWN = re.compile(r"\\(?=\W)|\[([^\[\]]*)\]\(([^()]+)\)")
_KIND = re.compile(r"(?:standard operating procedure|sop|policy|procedure|work instruction)s?(?: \(sop\))?", re.I)
_TITLED = re.compile(r"(?:title|(?:sop|document|procedure|policy)\s*(?:title|name))\W*(?::[*_\s]*(\S.*))?", re.I)
_NUMBERED = re.compile(r"\bSOP-([A-Z][A-Z0-9]{1,5})-\d")


def front_matter(
    title: str,
    frame: Frame,
    nodes: Sequence[Node],
    variables: Sequence[Variable],
    facts: Mapping[str, str],
    guesses: Sequence[Guess] = (),
) -> dict[str, Any]:
    """Return the front matter as a mapping; every value is within the limits of the language."""
    words = all_words(nodes)
    first = _in_words(_first_paragraph(nodes), guesses)
    summary = plain(frame.summary or facts.get("description") or facts.get("summary") or first or title)
    front: dict[str, Any] = {
        "title": title,
        "category": plain(facts.get("category", ""))[:60] or _category(f"{f'{title} ' * 8}{words[:4000]}"),
        "summary": summary[:1000],
        "minutes": frame.minutes or max(1, min(999, round(len(words.split()) / WORDS_A_MINUTE))),
    }
    if frame.updated or re.fullmatch(r"\d{4}-\d\d-\d\d", facts.get("updated", "")):
        front["updated"] = _day(frame.updated or facts["updated"])
    numbered = _NUMBERED.search(words)
    if numbered:
        front["prefix"] = numbered[1]
    if frame.how_to_use:
        front["how_to_use"] = [step for step in map(plain, frame.how_to_use) if step]
    if frame.faq:
        front["faq"] = [{"question": plain(question), "answer": plain(answer)} for question, answer in frame.faq]
    if variables:
        front["variables"] = {variable.name: declaration(variable) for variable in variables}
    return {key: value for key, value in front.items() if value}


def declaration(variable: Variable) -> dict[str, Any]:
    """Return the declaration of one variable as front matter writes it; what has its usual value is left out."""
    found: dict[str, Any] = {"label": variable.label, "kind": variable.kind, "source": str(variable.source)}
    if variable.is_answered:
        found["group"] = variable.group
    for key in ("hint", "unit"):
        found[key] = getattr(variable, key)
    found |= {"min": variable.minimum, "max": variable.maximum}
    found |= {"options": list(variable.options), "columns": list(variable.columns)}
    if variable.currency:
        found["currency"] = variable.currency
    if variable.is_answered or variable.example is not None:
        found["example"] = variable.example
    found = {key: value for key, value in found.items() if value not in ("", None, [])}
    found |= {key: str(found[key]) for key in ("min", "max") if key in found}
    return found if variable.required else {**found, "required": False}


def written(front: Mapping[str, Any]) -> str:
    """Return the mapping as the lines of front matter between its two lines of dashes."""
    text = yaml.safe_dump(dict(front), allow_unicode=True, sort_keys=False, width=100_000)
    return f"---\n{text}---\n"


def title_of(chosen: str, frame: Frame, facts: Mapping[str, str], nodes: Sequence[Node], name: str) -> str:
    """Return the title: chosen by a person, of the text, of its front matter, or of the file's name."""
    told = one_line(chosen, 200) or plain(frame.title) or plain(facts.get("title") or facts.get("name", ""))
    if _KIND.fullmatch(told or "SOP"):
        told = _told_by_control(nodes) or (told and _told_by_heading(nodes)) or told
    found = (told or _told_in_text(frame.summary, nodes) or _of_name(name))[:200].strip()
    return found or f"{_category(all_words(nodes)[:4000])} procedure"


def plain(text: str) -> str:
    """Return words without the marks of Markdown, on one line."""
    unmarked = _MARKS.sub(r"\2", text)
    return one_line(_MARKDOWN.sub(lambda found: _link(found) if found[2] else "", unmarked), 2_000)


def _link(found: re.Match[str]) -> str:
    """Return the words of a link, with its address when they are not the same."""
    address = found[2].removeprefix("mailto:")
    return found[1] if address == found[1] else f"{found[1]} ({address})"


def one_line(text: str, limit: int) -> str:
    """Return the text on one line, cut at a word when it is longer than `limit`."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    cut = text.rfind(" ", 0, limit)
    return text[: cut if cut > limit // 2 else limit - 1].rstrip() + "…"[: limit - cut]


def _told_in_text(summary: str, nodes: Sequence[Node]) -> str:
    first = next((node for node in nodes if isinstance(node, Para)), None)
    text = summary or (first.rows[0].text if first and first.rows else "")
    found = re.match(
        r"(?:An?|The|This) (?:SOP|Standard Operating Procedure)(?: Template)? for ([A-Z][\w ]{3,60}?) \b[a-z]+s\b", text
    )
    return found[1] if found else ""


def _told_by_control(nodes: Sequence[Node]) -> str:
    """Return the title that a table or a list of document control tells."""
    live = [node for node in nodes if isinstance(node, Live) and node.name == "DocumentControl"]
    words = [each.text.strip(" *_") for node in live for each in node.words]
    for at, text in enumerate(words):
        found = _TITLED.fullmatch(text)
        said = (found[1] or "".join(words[at + 1 : at + 2])) if found else ""
        if said and not re.search(r"[\[\]{}<>_]", said):
            return plain(said)
    return ""


def _told_by_heading(nodes: Sequence[Node]) -> str:
    """Return the words of a heading at the start that names no usual section."""
    first = nodes[0] if nodes else None
    said = plain(first.words.text) if isinstance(first, Heading) else ""
    return "" if SECTION.fullmatch(said) or re.search(r"[\[\]{}<>_]", said) else said


def _of_name(name: str) -> str:
    stem = PurePosixPath(name.replace("\\", "/")).name
    stem = re.sub(r"(?:\.[A-Za-z0-9]{1,8}){1,3}$", "", stem)
    words = [word for word in re.split(r"[\s_.-]+", stem) if word and not re.fullmatch(r"[0-9]+|[0-9a-f]{8,}", word)]
    return one_line(" ".join(words).capitalize(), 200)


def _first_paragraph(nodes: Sequence[Node]) -> str:
    for node in nodes:
        if isinstance(node, Para) and sum(len(row.text) for row in node.rows) > 60:
            return " ".join(row.text for row in node.rows)
        if isinstance(node, Heading) and node is not nodes[0]:
            continue
    return ""


def _in_words(text: str, guesses: Sequence[Guess]) -> str:
    """Return a copied text with the label of each variable in the place of its blank: a list holds no placeholders."""
    labels = {written: each.label for each in guesses for written in (each.as_written, *each.also_written) if written}
    for written in sorted(labels, key=len, reverse=True):
        text = text.replace(written, lowered(labels[written]))
    return text


def _category(text: str) -> str:
    counts = {name: len(re.findall(pattern, text, re.I)) for name, pattern in _CATEGORIES}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] > 1 else GENERAL


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""
