"""Ordinary writing that looks like a blank: links, notes, citations, check boxes, tags, code and comparisons."""

from __future__ import annotations

import re

from .wordlists import BESIDE_STANDARDS, FIXED, GRAMMAR, KEYS, LOUD_TAGS, TAGS

_DESTINATION = re.compile(r"\(\s*(?:<[^<>\n]*>|[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)")
_ADDRESS = re.compile(r"[/.#:@\x00{]")
_DEFINITION = re.compile(r":[ \t]+(?:<|https?://|\S+[./#]\S*)")
_CHECK = re.compile(r"\s*[xX✓✔✗☐☑☒~*/\\-]?\s*")
_NOTE = re.compile(r"[\^!@|]|-@")
_NUMBERS = re.compile(r"[\d.]+(?:\([A-Za-z\d]{1,4}\))+|[\s\d.,;:()–—+/*-]*(?:pp?\.\s*[\d–-]+)?[\s\d.,;–-]*")
_NUMBERED = re.compile(
    r"(?:Fig|Figure|Table|Ref|Refs|Reference|Section|Sec|Eq|Equation|Appendix|Annex|Clause|Page)\.?\s*[\dA-Z][\d.]*[A-Za-z]?"
)
_CAPTION = re.compile(
    r"(?:fig(?:ure)?|table|image|photo|diagram)\.?\s*\d"
    r"|see (?:also|notes?|section|appendix|annex|attachment|table|figure|page|chapter|above|below)\b",
    re.IGNORECASE,
)
_PRESS = re.compile(r"\b(?:click|press|hit|tap|push|key)(?:ing)?(?: on)?(?: the)?[\s*_]*$", re.IGNORECASE)
_AUTHOR = re.compile(r"[A-Z][\w'’-]+(?: et al\.?| (?:and|&) [A-Z][\w'’-]+)?,? (?:19|20)\d\d[a-z]?")
_STANDARD = re.compile(r"[A-Z][A-Z0-9&/.():§-]*[A-Z0-9)][a-z]?\d*|\d[\w.()§:/–-]*")
_MONTH = re.compile(r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|month|year|quarter|fy)", re.IGNORECASE)
_COUNTED = re.compile(
    r"\s?%|[\s-](?:(?:business|working|calendar|failed)\s)?(?:second|minute|hour|day|week|month|year|ring|attempt|time)s?\b"
)
_COUNTING = re.compile(r"\b(?:of|step|section|page|level|version|rev|form|no\.)[ ]$", re.IGNORECASE)
_CLASS = re.compile(r"(?:[A-Za-z0-9]-[A-Za-z0-9]_?)+")
_QUOTED = re.compile(r"\s*[\"'“‘]")

_TAG = re.compile(r"/?\s*([A-Za-z][\w:-]*)\s*/?")
_ATTRIBUTE = re.compile(r"/?[A-Za-z][\w:-]*\s+[\w:.@-]+\s*=\s*[\"'“\w#]")
_LINKED = re.compile(r"(?:[a-z][a-z0-9+.-]*:(?://|\S+@|[\d+])|www\.)", re.IGNORECASE)
_MAIL = re.compile(r"\S+@\S+\.\w+")
_MAIL_PATTERN = re.compile(r"company|example|domain|your|name@|xxx|organi[sz]ation|first|last|\.\.\.", re.IGNORECASE)
_LINK_PATTERN = re.compile(r"[\[{]|\byour[-_ ]?(?:company|domain|org|site|url|link)|company\.|xxx", re.IGNORECASE)

_JSON = re.compile(r"[\"=;<>]|^\s*[\w-]+\s*:\s*\S|^\s*['\d#.:%!|\\@*-]|\\[a-z]+")
_LATEX = re.compile(r"(?:\\[a-zA-Z]+|[\^_}\]])$")
_SET = re.compile(r"\s*\w{1,2}(?:\s*,\s*\w{1,2})+\s*")


def is_ordinary_bracket(text: str, start: int, end: int, inner: str) -> bool:
    """Return whether the square brackets around `inner` are a link, a note, a check box, a citation or editing."""
    words = inner.strip().replace("\\", "")
    if _stands_for_a_number(text, start, end, words):
        return False
    if _CHECK.fullmatch(words) or _NOTE.match(words) or _QUOTED.match(words) or "\x00" in words:
        return True
    if text[start : start + 1] != "\\" and _is_link(text, start, end, words):
        return True
    if _is_pressed(text, start, words) or _CAPTION.match(words):
        return True
    if words.casefold().strip("._") in FIXED or words.strip(".… ") == "" or _CLASS.fullmatch(words):
        return True
    if _NUMBERS.fullmatch(words) or (_is_cited(words) and not _MONTH.match(words)):
        return True
    return not re.search(r"[^\W\d_]", words) or _is_editing(text, start, end, words)


def _is_cited(words: str) -> bool:
    """Return whether the words name a source: a figure, an author and a year, a standard with a number."""
    if _NUMBERED.fullmatch(words) or _AUTHOR.fullmatch(words):
        return True
    parts = re.split(r"[\s,;]+", words)
    named = len(parts[0]) > 1 and parts[0][:2].isupper() and bool(re.search(r"\d", words))
    return named and all(_STANDARD.fullmatch(part) or part in BESIDE_STANDARDS for part in parts)


def _is_pressed(text: str, start: int, words: str) -> bool:
    """Return whether the words are a key or a button: "Press <Enter>", "click [Save]"."""
    return words.casefold() in KEYS and bool(_PRESS.search(text[max(0, start - 30) : start]))


def _stands_for_a_number(text: str, start: int, end: int, words: str) -> bool:
    """Return whether a sign stands for a number: "[#]", "[%]", "[X] days"."""
    if words in ("#", "##", "%", "$", "$#", "#%"):
        return text[end : end + 1] not in ("(", "[")
    return words in ("X", "x", "Y", "N", "n") and bool(
        _COUNTED.match(text, end) or text[start - 1 : start] in ("$", "€", "£") or _COUNTING.search(text, 0, start)
    )


def _is_link(text: str, start: int, end: int, words: str) -> bool:
    after, before = text[end : end + 1], text[start - 1 : start]
    if before == "!":
        return True
    if after == "(":
        if text.startswith(("({{", "(\x00"), end):
            return True
        match = _DESTINATION.match(text, end)
        return match is not None and bool(_ADDRESS.search(match[0]) or match[0] == "()")
    if after == "[":  # the words of a reference link
        return bool(re.match(r"\[[^\[\]\s]{0,40}\]", text[end : end + 42]))
    if before == "]":
        return " " not in words
    return after == ":" and not text[:start].strip() and bool(_DEFINITION.match(text, end))


def _is_editing(text: str, start: int, end: int, words: str) -> bool:
    """Return whether an editor added letters or a small word: "employee[s]", "[T]he", "[the]" in a quotation."""
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    if before.isalnum() and words.islower() and " " not in words:
        return True
    if len(words) == 1 and (after.isalpha() or before.isalpha()):
        return True
    return words.casefold() in GRAMMAR


def is_ordinary_angle(text: str, start: int, end: int, inner: str) -> bool:
    """Return whether `<inner>` is a tag, an address, or a comparison."""
    words = inner.strip().replace("\\", "")
    if _is_pressed(text, start, words):
        return True
    if not words or (not words[0].isalpha() and words[0] not in "[{(\"'“*_") or "\x00" in words:
        return True
    if not re.search(r"[^\W\d_]", words):
        return True
    if inner[0].isspace() and not re.match(r"\s+[A-Z][A-Za-z]{2,}(?: [A-Z&][\w&]*)*\s+$", inner):
        return True
    if _LINKED.match(words):
        return not _LINK_PATTERN.search(words)
    if _MAIL.fullmatch(words):
        return not _MAIL_PATTERN.search(words)
    return _is_tag(text, start, words)


def _is_tag(text: str, start: int, words: str) -> bool:
    if _ATTRIBUTE.match(words):
        return True
    match = _TAG.fullmatch(words)
    if match is not None and (match[1] in TAGS or match[1] in LOUD_TAGS or words.endswith("/")):
        return True
    before = text[start - 1 : start]
    return " " not in words and (before.isalnum() or f"</{words}>" in text)


def is_ordinary_brace(text: str, start: int, end: int, inner: str) -> bool:
    """Return whether `{inner}` is data, an attribute, a formula or a control tag."""
    words = inner.strip()
    if not words or "\x00" in words or not re.search(r"[^\W\d_]", words):
        return True
    if _JSON.search(words) or _SET.fullmatch(inner) or "{" in words:
        return True
    return bool(_LATEX.search(text[max(0, start - 40) : start]))
