"""Boilerplate: sentences about the template itself, whose braces and brackets are words."""

from __future__ import annotations

import re

from .surroundings import Seen

_GENERIC = re.compile(
    r"(?:all |any |each |every |the )*(?:square |curly |angle )?(?:variables?(?: names?)?|placeholders?(?: text)?|"
    r"brackets?|bracketed(?: \w+)?|braces?|fields?|blanks?|text in (?:square |curly |angle )?brackets|"
    r"highlighted(?: text)?|tokens?|items? in brackets|merge fields?|template variables?)",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"\b(?:replac|customi[sz]|substitut|fill|edit|updat|complet|delet|remov|adapt|modif|chang|enclosed|mark"
    r"|indicat|populat"
    r"|search|format|syntax|wrapped|denot)\w*\b",
    re.IGNORECASE,
)
_TEMPLATE = re.compile(
    r"\b(?:placeholders?|bracketed|(?:square|curly|angle|in|between|the) (?:brackets|braces)|template variables?"
    r"|merge fields?|(?:text|items?|words|fields?|values?|everything|anything"
    r"|sections?) in (?:\w+ )?(?:brackets|braces|italics))\b",
    re.IGNORECASE,
)
_REPLACE = re.compile(
    r"(?:^|\b(?:to|and|then|or|please|must|should|by)\s+|[:;,-]\s*)(?:find and |search and |search for |globally )?"
    r"(?:replac(?:e|ing)|substitut(?:e|ing)|chang(?:e|ing)|search(?: for)?)\s+"
    r"(?:all |each |every |any |the |instances of |occurrences of |references to |text |words? |[\"'“‘`*_]+)*$",
    re.IGNORECASE,
)
_WITH = re.compile(
    r"[\"'”’`*_,\s]*(?:(?:and|or|etc)\b.{0,60})?\s*\b(?:throughout\b|(?:with|by|to)\s+(?:your|our|actual|real"
    r"|appropriate|relevant|specific|correct"
    r"|the (?:name|actual|appropriate|relevant|correct|specific|legal|company|organi[sz]ation)))",
    re.IGNORECASE,
)
_SENTENCE_START = re.compile(r"[.!?]\s+(?=[A-Z\"“(])|\n")


def is_boilerplate(found: Seen) -> bool:
    """Return whether the blank stands in a sentence that explains how to fill the template."""
    before = _SENTENCE_START.split(found.before)[-1]
    after = _SENTENCE_START.split(found.after[:120])[0]
    if _GENERIC.fullmatch(found.blank.inner):
        return bool(_ABOUT.search(before) or _ABOUT.search(after) or _TEMPLATE.search(before + " " + after))
    if _REPLACE.search(f"{before} ") and _WITH.match(after):
        return True
    return bool(_TEMPLATE.search(before) and _ABOUT.search(before))
