"""Bytes to lines: which encodings are read, and what is said about the others."""

from __future__ import annotations

import codecs
import re

from accounts.domain.text import normal

from .result import Unreadable

LARGEST_TEXT = 1_000_000  # bytes of one text file

_WIDE = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_BREAKS = re.compile("\r\n|\r|\u2028|\u2029|\x85|\x0b|\x0c")


def decoded(name: str, data: bytes) -> str:
    """Return the text of a file in UTF-8, or in UTF-16 with its byte order mark; raise Unreadable for others."""
    if len(data) > LARGEST_TEXT:
        told = f"{name} is too large: a text may have {LARGEST_TEXT:,} bytes, this has {len(data):,}. Split it."
        raise Unreadable(told, 413)
    encoding = next((encoding for mark, encoding in _WIDE if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        byte = data[error.start] if error.start < len(data) else 0
        told = (
            f"{name} is not UTF-8: byte {error.start + 1:,} is {byte:#04x}. "
            "Save it as UTF-8 text, or open it in Word and save it as .docx."
        )
        raise Unreadable(told, 415) from error
    if "\x00" in text:
        place = text.index("\x00") + 1
        raise Unreadable(f"{name} is not a text: character {place:,} is a NUL. Save it as UTF-8 text.", 415)
    return text


def lines_of(text: str) -> tuple[str, ...]:
    r"""Return the lines of a text in NFC, whatever ended them."""
    return tuple(normal(_BREAKS.sub("\n", text.removeprefix("\ufeff"))).split("\n"))
