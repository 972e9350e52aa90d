"""What text people may type: normal form, and the characters that are refused. The one home of this rule for names,
values and templates. Source: the rows "Variable form values" and "Names, titles, tags" of the security notes, measured.
"""

import re
import unicodedata

MOST_MARKS = 8  # combining marks in a row: 200,000 of them froze the PDF engine for over 100 seconds

_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_CONTROL_IN_LINES = re.compile("[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_RUN = re.compile(f"[^\x00-\u02ff]{{{MOST_MARKS + 1},}}")
_BREAKS = re.compile("\r\n|\r|\u2028|\u2029")
# Letters that print nothing although Unicode does not call them format characters.
_BLANK_LETTERS = frozenset("\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800\u034f")


def normal(text: str) -> str:
    """Return the text in Unicode's NFC, so that what looks the same is stored and hashed the same."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def plain_lines(text: str) -> str:
    r"""Return the text without byte order mark, with `\n` as its only line break, in NFC."""
    return normal(_BREAKS.sub("\n", text.removeprefix("\ufeff")))


def folded_email(address: str) -> str:
    """Return the address as it is stored and looked up: two spellings of one address are one person."""
    plain = unicodedata.normalize("NFKC", address).strip().casefold()
    return unicodedata.normalize("NFKC", plain)


def is_blank(text: str) -> bool:
    """Return whether nothing of the text would be seen: spaces, zero-width and other invisible characters only."""
    if text.isascii() and text.isprintable():
        return not text.strip()
    return all(
        letter.isspace() or letter in _BLANK_LETTERS or unicodedata.category(letter) in {"Cf", "Cc", "Mn"}
        for letter in text
    )


def offence(text: str, *, private_use: bool = False, many_lines: bool = True) -> tuple[int, str] | None:
    """Return (offset, what it is) of the first character that cannot be kept, or None."""
    patterns = [(_CONTROL_IN_LINES if many_lines else _CONTROL, "a control character")]
    if not text.isascii():  # the others are found in other alphabets only
        patterns.append((_SURROGATE, "half of a character (a lone surrogate)"))
        patterns.append((_BIDI, "a character that turns the direction of the text round"))
        if not private_use:
            patterns.append((_PRIVATE, "a private-use character"))
    found = [(match.start(), words) for pattern, words in patterns if (match := pattern.search(text))]
    marks = None if text.isascii() else _stacked(text)
    if marks is not None:
        found.append((marks, f"more than {MOST_MARKS} combining marks in a row"))
    return min(found, default=None)


def fault(text: str, *, many_lines: bool = False) -> str:
    """Return the sentence that says what is wrong with the characters, or empty text when all may be stored."""
    found = offence(text, many_lines=many_lines) or _unassigned(text)
    if found is None:
        return ""
    place, words = found
    return f"Character {place + 1} (U+{ord(text[place]):04X}) is {words}. Remove it."


def _unassigned(text: str) -> tuple[int, str] | None:
    """Return the first code point that Unicode has not given out: a later Unicode may give it any meaning."""
    places = (place for place, letter in enumerate(text) if unicodedata.category(letter) == "Cn")
    place = next(places, None)
    return None if place is None else (place, "not a character of any script")


def _stacked(text: str) -> int | None:
    """Return the offset of the first run of too many combining marks, or None."""
    for run in _RUN.finditer(text):
        count = 0
        for offset, letter in enumerate(run[0]):
            count = count + 1 if unicodedata.category(letter) in {"Mn", "Me"} else 0
            if count > MOST_MARKS:
                return run.start() + offset
    return None
