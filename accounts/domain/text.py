"""What text people may type: normal form, and the characters that are refused. Source: security.md, Bad inputs."""

import unicodedata

BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Letters and marks that print nothing although Unicode does not call them format characters.
BLANK_LETTERS = frozenset("\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800\u034f")
MOST_MARKS = 8


def normal(text: str) -> str:
    """Return the text in Unicode's NFC, so that what looks the same is stored and hashed the same."""
    return unicodedata.normalize("NFC", text)


def folded_email(address: str) -> str:
    """Return the address as it is stored and looked up: two spellings of one address are one person."""
    plain = unicodedata.normalize("NFKC", address).strip().casefold()
    return unicodedata.normalize("NFKC", plain)


def is_blank(text: str) -> bool:
    """Return whether nothing of the text would be seen: spaces, zero-width and other invisible characters only."""
    return all(
        character.isspace() or character in BLANK_LETTERS or unicodedata.category(character) in {"Cf", "Cc", "Mn"}
        for character in text
    )


def fault(text: str, *, many_lines: bool = False) -> str:
    """Return the sentence that says what is wrong with the characters, or empty text when all may be stored."""
    allowed = {"\n", "\r", "\t"} if many_lines else set()
    marks = 0
    for place, character in enumerate(text, start=1):
        if character in BIDI_CONTROLS:
            return f"Character {place} turns the reading direction around ({_code(character)}). Remove it."
        category = unicodedata.category(character)
        if category in {"Cc", "Cs", "Co", "Cn"} and character not in allowed:
            return f"Character {place} cannot be stored ({_code(character)}). Remove it."
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks > MOST_MARKS:
            return f"More than {MOST_MARKS} accents are stacked on one letter at character {place}. Remove some."
    return ""


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"
