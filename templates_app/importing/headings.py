"""Which lines are headings, in every dialect, and what they say without their numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass

SMALL = frozenset((
    "a", "an", "and", "as", "at", "but", "by", "for", "from", "in", "into", "nor", "of", "on", "or", "per", "the", "to",
    "up", "via", "vs", "with",
))  # fmt: skip
MOST_WORDS = 12
FEW_WORDS = 5
WIDEST_GAP = 2

ATX = re.compile(r"[ ]{0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*")
UNDERLINE = re.compile(r"[ ]{0,3}(={2,}|-{3,})[ \t]*")
_BOLD = re.compile(r"[ ]{0,3}(?:\*\*\*|\*\*|__)(?=\S)((?:(?!\*\*|__).)+?)(?:\*\*\*|\*\*|__)(:?)[ \t]*")
_NUMBER = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,3})([.):]?)[ \t]+(?=\S)(.+)")
_ROMAN_NUMBER = re.compile(r"([IVX]{1,5})[.)][ \t]+(\S.*)")
_ROMAN = (
    "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI", "XVII",
)  # fmt: skip
_WORD_NUMBER = re.compile(
    r"((?:section|phase|part|article|chapter)[ ]+(?:\d{1,2}|[IVX]{1,4}))[ ]*[:.–—-][ ]*(\S.*)", re.I
)
_SENTENCE = re.compile(r"[.;,!?]$")
_BLANK = re.compile(r"[\[{<].*[\]}>]|_{3,}.*")


@dataclass(frozen=True, slots=True)
class Found:
    """A heading: its number as written, its words, and its depth (1 for "4.", 2 for "4.1"; 0 without a number)."""

    number: str
    words: str
    depth: int


class Numbers:
    """Follows the numbers of headings: a line is one only where its number comes next."""

    def __init__(self) -> None:
        self.top = 0
        self.roman = 0

    def fits(self, number: str, *, gap: bool = False) -> bool:
        """Return whether a heading with this number can stand here, and remember it when it can.

        With `gap`, up to WIDEST_GAP numbers may be left out before it.
        """
        if number.isalpha():
            return self._fits_roman(number)
        parts = [int(part) for part in number.split(".")]
        if len(parts) == 1 or (len(parts) == 2 and parts[1] == 0):
            if not self.top < parts[0] <= self.top + 1 + (WIDEST_GAP if gap else 0):
                return False
            self.top = parts[0]
            return True
        if self.top in (0, parts[0] - 1):
            self.top = parts[0]
        return parts[0] == self.top

    def _fits_roman(self, number: str) -> bool:
        fits = number in _ROMAN[self.roman : self.roman + 1]
        self.roman += fits
        return fits


def unnumbered(words: str) -> Found:
    """Return the words of a marked heading without the number that the product writes itself."""
    words = words.strip()
    bare = re.sub(r"^(\*{1,3}|_{1,3})(?=\S)([^*]*)\1$", r"\2", words).strip()
    found = _NUMBER.fullmatch(bare)
    if found and (found[2] or "." in found[1]):
        return Found(f"{found[1]}{found[2]}", found[3].strip(), _depth(found[1]))
    worded = _WORD_NUMBER.fullmatch(bare)
    if worded:
        return Found(f"{worded[1]}:", worded[2].strip(), 1)
    return Found("", bare if "**" not in bare else words, 0)


def bold(line: str) -> Found | None:
    """Return the heading that a line of bold words alone is, or None."""
    found = _BOLD.fullmatch(line)
    if found is None or _BLANK.fullmatch(found[1].strip()) or len(found[1].split()) > MOST_WORDS:
        return None
    heading = unnumbered(found[1])
    ended = found[1].rstrip().endswith(":") or bool(found[2])
    if _SENTENCE.search(heading.words) or (ended and not heading.number) or not re.search(r"[^\W\d_]", heading.words):
        return None
    return Found(heading.number, heading.words.rstrip(": "), heading.depth)


def plain(line: str, following: str, numbers: Numbers) -> Found | None:
    """Return the heading that an unmarked line with a number is, or None; `following` is the next line with words."""
    if len(line) - len(line.lstrip()) > 3 or len(line) > 120:
        return None
    worded = _WORD_NUMBER.fullmatch(line.strip())
    if worded and len(worded[2].split()) <= MOST_WORDS and not _SENTENCE.search(worded[2]):
        return Found(f"{worded[1]}:", worded[2].rstrip(": "), 1)
    if roman := _roman(line.strip(), numbers):
        return roman
    found = _NUMBER.fullmatch(line.strip())
    if found is None or _SENTENCE.search(found[3]) or found[3].startswith(("[", "{", "<", "_")):
        return None
    depth, words = _depth(found[1]), found[3].rstrip(": ")
    marked = found[2] or found[1].endswith(".0") or len(words.split()) <= FEW_WORDS
    goes_on = _goes_on(int(found[1].split(".")[0]), following) and not (words.isupper() and following[:1] == " ")
    if depth == 1 and not (marked and _is_titled(words, 8) and not goes_on):
        return None
    if depth > 1 and (not words[:1].isupper() or len(words.split()) > MOST_WORDS):
        return None
    if not numbers.fits(found[1], gap=words.isupper() or found[1].endswith(".0")):
        return None
    return Found(f"{found[1]}{found[2]}", words, depth)


def _roman(line: str, numbers: Numbers) -> Found | None:
    """Return the heading that a line with a Roman number is, or None: "IV. RECORDS"."""
    found = _ROMAN_NUMBER.fullmatch(line)
    if found is None or _SENTENCE.search(found[2]) or not _is_titled(found[2].rstrip(": "), 8):
        return None
    return Found(f"{found[1]}.", found[2].rstrip(": "), 1) if numbers.fits(found[1]) else None


def capitals(line: str) -> bool:
    """Return whether a line is a heading by its capitals alone."""
    words = line.strip().rstrip(":")
    letters = [sign for sign in words if sign.isalpha()]
    return bool(
        len(letters) > 3
        and words.isupper()
        and len(words.split()) <= 8
        and not re.search(r"[\[\]{}<>_|.;!?=]", words)
        and not line.strip().startswith(("-", "*", "•"))
    )


def is_title_like(text: str) -> bool:
    """Return whether a short line reads as a title: few words, no sentence, most of them with a capital."""
    return len(text) <= 90 and _is_titled(text, 9) and not (_SENTENCE.search(text) or _BLANK.search(text))


def _is_titled(words: str, most: int) -> bool:
    parts = [word for word in re.findall(r"[^\W\d_][\w'’/&-]*", words) if word.lower() not in SMALL]
    if not parts or len(words.split()) > most or not words.lstrip('"“(')[:1].isupper():
        return False
    return bool(sum(word[:1].isupper() for word in parts) / len(parts) >= 0.6)


def _goes_on(number: int, following: str) -> bool:
    """Return whether the next line continues a list, or belongs to this item of one."""
    found = re.match(r"[ ]{0,3}(\d{1,2})[.)][ \t]", following)
    if found:
        return int(found[1]) == number + 1
    return bool(re.match(r"[ ]{2,}\S", following))


def _depth(number: str) -> int:
    parts = number.split(".")
    return 1 if len(parts) == 2 and parts[1] == "0" else len(parts)
