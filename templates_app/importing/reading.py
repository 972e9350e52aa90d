"""Reading: a file of any accepted kind becomes lines of Markdown-like text."""

from __future__ import annotations

import codecs
import hashlib
import json
import re
from dataclasses import replace

from accounts.domain.text import normal

from .archives import Archive
from .decoding import LARGEST_TEXT, decoded, lines_of
from .own import begins_as_own
from .result import ReadFile, Unreadable
from .webpage import lines_of_html
from .word import read_word

LARGEST_UPLOAD = 20_000_000  # bytes
MOST_DOCUMENTS = 200  # in one zip
ACCEPTED = "Markdown, text, HTML, Word (.docx) and zip"

_ENDINGS_OF_PAGES = (".html", ".htm", ".xhtml")
_OTHER = {
    b"%PDF": "a PDF", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old or encrypted Word file", b"{\\rtf": "Rich Text",
    b"\x89PNG": "an image", b"\xff\xd8\xff": "an image", b"GIF8": "an image", b"\x1f\x8b": "a gzip archive",
    b"Rar!": "a RAR archive", b"7z\xbc\xaf": "a 7z archive", b"\x7fELF": "a program", b"MZ": "a program",
    b"SQLite format 3": "a database",
}  # fmt: skip
_NOT_TEXTS = {
    ".csv": "a table of values", ".tsv": "a table of values", ".json": "data", ".yaml": "data", ".yml": "data",
    ".xml": "data", ".py": "a program", ".js": "a program", ".css": "a style sheet", ".svg": "an image",
    ".doc": "an old Word file", ".dot": "an old Word file", ".rtf": "Rich Text", ".odt": "an OpenDocument text",
    ".pages": "a Pages document", ".docm": "a Word file with macros", ".dotm": "a Word file with macros",
    ".xlsx": "a spreadsheet", ".pptx": "a presentation",
}  # fmt: skip
_PAGE = re.compile(r"\s*(?:<!--.*?-->\s*)?(?:<\?xml[^>]*\?>\s*)?<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)
_HIDDEN = re.compile(r"(?:^|/)(?:\.|__MACOSX/|~\$)")


def read(name: str, data: bytes) -> list[ReadFile]:
    """Return the documents of one file: one, or each of a zip's; raise Unreadable with one plain sentence."""
    name = shown_name(name)
    if len(data) > LARGEST_UPLOAD:
        raise Unreadable(f"{name} is too large: at most {LARGEST_UPLOAD:,} bytes, this has {len(data):,}.", 413)
    if data.startswith(b"PK\x03\x04") or data.startswith(b"PK\x05\x06"):
        return _of_zip(name, data)
    return [_of_bytes(_document(name, data), data)]


def shown_name(name: str) -> str:
    """Return a file's name for a sentence and for the record: its last part, short, signs that can be seen."""
    last = re.split(r"[/\\]", name)[-1] or "the file"
    text = "".join(sign if sign.isprintable() else "_" for sign in normal(last))
    return text if len(text) <= 120 else f"{text[:100]}…{text[-15:]}"


def _document(name: str, data: bytes) -> ReadFile:
    """Return one document that is no archive."""
    if not data.strip(b"\x00\xef\xbb\xbf \t\r\n"):
        raise Unreadable(f"{name} is empty.")
    for magic, kind in _OTHER.items():
        if data.startswith(magic):
            raise _refused(name, kind)
    ending = _ending(name)
    if ending == ".docx":
        raise Unreadable(f"{name} is not a Word file: its content is something else. Save it again as .docx.", 415)
    if ending in _NOT_TEXTS:
        raise _refused(name, _NOT_TEXTS[ending])
    text = decoded(name, data)
    if ending in _ENDINGS_OF_PAGES or _PAGE.match(text):
        lines, dropped = lines_of_html(text)
        return ReadFile(name, tuple(normal(line) for line in lines), tuple(dropped))
    if _is_data(text):
        raise _refused(name, "data")
    plain, mark = lines_of(text), "\ufeff" if data.startswith(codecs.BOM_UTF8) else ""
    return ReadFile(name, plain, verbatim=f"{mark}{text}" if begins_as_own(plain) else "")


def _of_zip(name: str, data: bytes) -> list[ReadFile]:
    """Return the document of a Word file, or every document of an archive of several."""
    archive = Archive(name, data)
    names = archive.names()
    if any(each == "[Content_Types].xml" or each.startswith("word/") for each in names) or _ending(name) == ".docx":
        return [_of_bytes(read_word(name, data), data)]
    if "mimetype" in names or any(each.startswith(("xl/", "ppt/", "META-INF/")) for each in names):
        raise _refused(name, "a file of another office program")
    documents = [each for each in names if not _HIDDEN.search(each)]
    if len(documents) > MOST_DOCUMENTS:
        raise Unreadable(f"{name} holds {len(documents):,} files; at most {MOST_DOCUMENTS} are read at once.", 413)
    found: list[ReadFile] = []
    for each in documents:
        found.append(_member(archive, each))
    if not any(not each.refusal for each in found):
        told = found[0].refusal if found else f"Accepted are {ACCEPTED}."
        raise Unreadable(f"{name} holds no file that can be read. {told}", 415)
    return found


def _member(archive: Archive, path: str) -> ReadFile:
    """Return one document of an archive; what is wrong with it alone is told when it is composed."""
    content = archive.read(path)
    name = shown_name(path)
    try:
        if not content.startswith(b"PK"):
            return _of_bytes(_document(name, content), content)
        if _ending(name) != ".docx":
            raise Unreadable(f"{archive.name} holds another archive, {name}. Unpack it first.")
        return _of_bytes(read_word(name, content), content)
    except Unreadable as refusal:
        return ReadFile(name, (), (), refusal.sentence)


def _of_bytes(read_file: ReadFile, data: bytes) -> ReadFile:
    """Return the document with the digest and the size of its own bytes."""
    return replace(read_file, sha256=hashlib.sha256(data).hexdigest(), size=len(data))


def _is_data(text: str) -> bool:
    """Return whether a text is JSON, whatever its name says."""
    if not re.match(r"\s*[\[{]", text):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _refused(name: str, kind: str) -> Unreadable:
    return Unreadable(f"{name} is {kind}, which cannot be read. Accepted are {ACCEPTED}.", 415)


def _ending(name: str) -> str:
    found = re.search(r"\.[A-Za-z0-9]{1,8}$", name)
    return found[0].lower() if found else ""


__all__ = ["ACCEPTED", "LARGEST_TEXT", "LARGEST_UPLOAD", "read", "shown_name"]
