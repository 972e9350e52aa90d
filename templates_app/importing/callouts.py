"""Paragraphs that warn, note or advise, and questions with answers."""

from __future__ import annotations

import re
from dataclasses import dataclass

KINDS = {
    "note": "note", "notes": "note", "nb": "note", "n.b.": "note", "warning": "warning", "danger": "warning",
    "caution": "caution", "attention": "caution", "important": "note", "notice": "note", "tip": "tip", "pro tip": "tip",
    "hint": "tip", "pitfall": "pitfall", "info": "note", "information": "note", "alert": "warning",
    "please note": "note", "important note": "note", "remember": "note",
}  # fmt: skip
BOXES = {
    **KINDS, "error": "warning", "bug": "warning", "check": "note", "success": "note", "summary": "note",
    "tldr": "note", "abstract": "note", "example": "note", "question": "note", "quote": "note", "failure": "warning",
}  # fmt: skip
_EMPHASIS = r"(?:\*\*|__|\*|_)"
_BOLD = r"(?:\*\*|__)"
_NAMES = "|".join(sorted(map(re.escape, KINDS), key=len, reverse=True))
_CALLOUT = re.compile(
    rf"{_EMPHASIS}?(?:⚠️?|❗|💡|ℹ️?|🛑)?[ ]?({_NAMES}){_EMPHASIS}?[ ]?(\(([^()\n]{{1,80}})\))?[ ]?[:!]"
    rf"{_EMPHASIS}?[ \t]*(.*)",
    re.I,
)
_BOX = re.compile(r"([ \t]*)(?:!!!|\?\?\?\+?)[ \t]*([\w-]+)?(?:[ \t]+\"([^\"]*)\")?[ \t]*(.*)")
_ALERT = re.compile(r"\[!([A-Za-z]+)\][ \t]*(.*)")
_Q = rf"{_BOLD}?Q(?:uestion)?[ ]?\d*[:.]{_BOLD}?[ \t]*"
_A = rf"{_BOLD}?A(?:nswer)?[ ]?\d*[:.]{_BOLD}?[ \t]*"
_BOTH = re.compile(rf"{_Q}(\S.*?)[ \t]{_A}(\S.*)")
_QUESTION = re.compile(rf"{_Q}(.+)")
_ANSWER = re.compile(rf"{_A}(.+)")


@dataclass(frozen=True, slots=True)
class Callout:
    """A callout: its kind, its title, its first words, and the mark that the kind's own label replaces."""

    kind: str
    title: str
    words: str
    mark: str


def callout(text: str) -> Callout | None:
    """Return the callout that a paragraph starts, or None."""
    found = _CALLOUT.fullmatch(text.strip())
    if found is None or (found[1].islower() and not found[2]):
        return None
    name = " ".join(found[1].lower().split())
    kind = KINDS[name]
    same = name == kind or name in ("notes", "nb", "n.b.")
    title = (found[3] or "").strip() or ("" if same else found[1].capitalize())
    replaced = found[1] if same or found[3] else ""
    return Callout(kind, title, found[4], replaced)


def box(line: str) -> tuple[str, Callout] | None:
    """Return (indentation, callout) of an opening line such as `!!! tip "Title"`, or None."""
    found = _BOX.fullmatch(line)
    if found is None or not line.strip("!? \t"):
        return None
    return found[1], _named(found[2] or "note", found[3] or found[4])


def alert(text: str) -> Callout | None:
    """Return the callout of a quote's first line such as `[!NOTE]`, or None."""
    found = _ALERT.fullmatch(text.strip())
    return _named(found[1], found[2]) if found else None


def _named(name: str, title: str) -> Callout:
    kind = BOXES.get(name.lower(), "note")
    if name.lower() == kind:
        return Callout(kind, title.strip(), "", name)
    return Callout(kind, title.strip() or name.capitalize(), "", name if title.strip() else "")


def question(text: str) -> tuple[str, str] | None:
    """Return (question, answer or empty text) of a line that asks, or None."""
    both = _BOTH.fullmatch(text.strip())
    if both:
        return _bare(both[1]), _bare(both[2])
    one = _QUESTION.fullmatch(text.strip())
    return (_bare(one[1]), "") if one else None


def answer(text: str) -> str:
    """Return the words of a line that answers, or empty text."""
    found = _ANSWER.fullmatch(text.strip())
    return _bare(found[1]) if found else ""


def _bare(text: str) -> str:
    """Return the words without one end of a bold mark whose other end stood around the letter."""
    text = text.strip()
    return text.removesuffix("**").strip() if text.count("**") % 2 and text.endswith("**") else text
