"""Naming: a variable's name and label, made of free words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from ..domain.placeholders import NAME
from ..domain.wording import label_from
from .wordlists import ACRONYMS, SMALL

LONGEST_NAME = 40
LONGEST_LABEL = 80
MOST_WORDS = 6

_SPELT = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "Ae", "ø": "o", "Ø": "O", "œ": "oe", "Œ": "Oe", "ł": "l", "Ł": "L", "đ": "d"}
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_A-Za-z]+")
_LEAD = re.compile(
    r"(?:(?:please|kindly|optional|if applicable|if needed|placeholder for|tbd|e\.?g\.?)[\s:,.]+)*"
    r"(?:(?:insert|enter|add|specify|provide|indicate|fill[\s-]in|put|write|identify|describe|explain|outline|"
    r"summari[sz]e|define|select|choose|replace with|substitute|customi[sz]e|"
    r"(?:type|input|list|state|detail|set|name|include|give|note)(?=\s+(?:in|here|the|your|our|any|all|each|an?)\b))"
    r"(?:\s+(?:in|here|with))*\s+)?"
    r"(?:(?:and|or)\s+\w+\s+(?=(?:the|your|any|all)\b))?"
    r"(?:(?:the|a|an|your|our|their|its|this|these|any|each|all|relevant|appropriate|applicable|specific|"
    r"name of|name\(s\) of|names of|full name of|description of|details of)\s+)*",
    re.IGNORECASE,
)
_JOINED_LEAD = re.compile(r"^(?:(?i:your|insert|enter)_(?=\w)|(?:[Yy]our|[Ii]nsert|[Ee]nter)(?=[A-Z]))")
_TAIL = re.compile(
    r"(?:\s*[,;:–—(]|\s+-\s|\s+(?:e\.g\.|i\.e\.|such as|for example|here\b|including|if applicable|goes here)).*",
    re.IGNORECASE,
)


def words_of(text: str) -> list[str]:
    """Return the words of free text, of CamelCase or of snake_case, in Latin letters, as they are written."""
    plain = re.sub(r"(?<=\w)['’](?:[sS]\b)?", "", text)
    plain = plain.translate(_SPELT)
    latin = "".join(letter for letter in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(letter))
    return [word for word in _WORD.findall(latin) if word.isascii()]


def said(inner: str) -> str:
    """Return what a blank's words name: "insert the name of your company here" is "company"."""
    text = _JOINED_LEAD.sub("", " ".join(inner.split()))
    core = text[_LEAD.match(text).end() :] if _LEAD.match(text) else text  # type: ignore[union-attr]
    shorter = _TAIL.sub("", core).strip(" .:;,!?*_")
    return shorter if re.search(r"[^\W_]", shorter) else ""


def name_from(text: str) -> str:
    """Return a name for what the text says, at most LONGEST_NAME characters; empty when it has no Latin letters."""
    plain = text.strip()
    if NAME.fullmatch(plain) and len(plain) <= LONGEST_NAME and not plain.isupper():
        return plain
    words = words_of(plain)
    meaning = [word for word in words[:-1] if word.casefold() not in SMALL]
    meaning += [word for word in words[-1:] if word.casefold() not in SMALL or (meaning and word.casefold() == "by")]
    meaning = meaning or words
    while meaning and meaning[0].isdigit():
        meaning = meaning[1:]
    loud = not any(word.islower() or word.istitle() for word in meaning)
    name = ""
    for word in meaning[:MOST_WORDS]:
        longer = name + _capital(word, loud)
        if len(longer) > LONGEST_NAME:
            break
        name = longer
    return name or "".join(meaning)[:LONGEST_NAME].capitalize()


def _capital(word: str, loud: bool) -> str:
    if word.upper() in ACRONYMS:
        return word.upper()
    if word.isupper() and len(word) <= 4 and not loud:
        return word
    return word[:1].upper() + word[1:].lower()


def label_of(text: str, name: str) -> str:
    """Return plain words for a form: the text in sentence case, or the name split into words."""
    plain = " ".join(re.sub(r"[\\*_`<>{}\[\]]+", " ", text).split()).strip(" .:;,-–")
    if " " not in plain and words_of(plain):
        return label_from(name)[:LONGEST_LABEL]
    if len(plain) > LONGEST_LABEL:
        plain = plain[:LONGEST_LABEL].rsplit(" ", 1)[0].rstrip(" ,;(")
    words = plain.split(" ")
    label = " ".join(_spelt(word, plain.isupper()) for word in words)
    return label[:1].upper() + label[1:] if label else label_from(name)


def _spelt(word: str, loud: bool) -> str:
    """Return a word of a label: acronyms in capitals, other words small unless they are written in mixed letters."""
    bare = re.sub(r"\W", "", word)
    if bare.upper() in ACRONYMS and (bare.isupper() or len(bare) > 2):
        return word.upper()
    stays = not loud and len(bare) > 1 and bare[1:] != bare[1:].lower()
    return word if stays else word.lower()


def unique_name(name: str, taken: Collection[str], around: Collection[str]) -> str:
    """Return the name when nobody has it, else one that says where it stands, else one with a number."""
    if name not in taken:
        return name
    for text in around:
        place = name_from(text)
        longer = f"{place[: LONGEST_NAME - len(name)]}{name}" if place and not place.endswith(name) else ""
        if longer and longer not in taken and NAME.fullmatch(longer):
            return longer
    number = 2
    while f"{name}{number}" in taken:
        number += 1
    return f"{name}{number}"
