"""Word files: checked part by part, then turned into HTML by mammoth; what that leaves out is told."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import lxml.etree
import mammoth

from accounts.domain.text import normal

from .archives import Archive
from .frame import PAGE_FOOTER, PAGE_HEADER
from .result import ReadFile, SetAside, Unreadable
from .webpage import lines_of_html
from .word_lines import W, with_lines

DOCUMENT = "word/document.xml"
LARGEST_DOCUMENT = 8_000_000  # bytes of document.xml
MOST_PARAGRAPHS = 20_000
DEEPEST = 150  # elements inside one another; a table in a table takes four
STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
u => u
strike => s
"""
PARTS = (
    (r"word/header\d*\.xml", PAGE_HEADER),
    (r"word/footer\d*\.xml", PAGE_FOOTER),
    (r"word/comments\.xml", "A comment beside the text."),
)
TRACKED = "Text that was deleted while changes were tracked."
PLACELESS = "Words that have no place in the running text."
PICTURE = "Images have no place in a template."
OBJECT = "An object of another program: only text is read."

_PARAGRAPH = re.compile(rb"<(?:\w+:)?p[\s>/]")
_MARKUP = re.compile(r"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_PARSER: Any = lxml.etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def read_word(name: str, data: bytes) -> ReadFile:
    """Return the lines of a Word file; raise Unreadable with the reason."""
    archive = Archive(name, data)
    parts = _parts(name, archive)
    document = parts[DOCUMENT]
    count = len(_PARAGRAPH.findall(document))
    if count > MOST_PARAGRAPHS:
        raise Unreadable(f"{name} has too many paragraphs: at most {MOST_PARAGRAPHS:,}, this has {count:,}.", 413)
    tree = _tree(name, document)
    parts[DOCUMENT] = with_lines(tree, document)
    lines, dropped = lines_of_html(_html(name, parts))
    lines = [normal(line) for line in lines]
    dropped = [*dropped, *_left_out(parts, tree), *_placeless(tree, lines, dropped)]
    return ReadFile(name, tuple(lines), tuple(dropped))


def _parts(name: str, archive: Archive) -> dict[str, bytes]:
    """Return every part that is read, by its name; refuse macros and what is no Word file."""
    names = archive.names()
    for each in names:
        if each.lower().endswith("vbaproject.bin") or "vbadata" in each.lower():
            raise Unreadable(f"{name} holds macros. Save it as .docx without macros.", 415)
    if DOCUMENT not in names:
        raise Unreadable(f"{name} is not a Word file: it has no {DOCUMENT}.", 415)
    parts: dict[str, bytes] = {}
    for each in names:
        if each.endswith((".xml", ".rels")):
            most = LARGEST_DOCUMENT if each == DOCUMENT else None
            parts[each] = archive.read(each, most)
            _refuse_markup(name, each, parts[each])
    if b"macroEnabled" in parts.get("[Content_Types].xml", b""):
        raise Unreadable(f"{name} is a Word file with macros. Save it as .docx.", 415)
    return parts


def _refuse_markup(name: str, part: str, data: bytes) -> None:
    """Refuse a document type or entity in any encoding."""
    for encoding in ("latin-1", "utf-16-le", "utf-16-be"):
        if (encoding == "latin-1" or b"\x00" in data[:64]) and _MARKUP.search(data.decode(encoding, "replace")):
            raise Unreadable(f"{name} declares a document type in {part}, which no Word file does.")


def _tree(name: str, document: bytes) -> Any:
    try:
        root = lxml.etree.fromstring(document, parser=_PARSER)
    except (lxml.etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(f"{name} is broken: its {DOCUMENT} is not well-formed.") from error
    depth = 0
    for event, _ in lxml.etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEEPEST:
            raise Unreadable(f"{name} is nested too deeply: tables inside tables go at most {DEEPEST} elements deep.")
    return root


def _html(name: str, parts: dict[str, bytes]) -> str:
    """Return mammoth's HTML of the checked parts alone: no image, no embedded file reaches it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for part, data in parts.items():
            archive.writestr(part, data)
    packed.seek(0)
    try:
        made = mammoth.convert_to_html(  # type: ignore[no-untyped-call]
            packed, style_map=STYLES, convert_image=lambda image: []
        )
    except RecursionError as error:
        raise Unreadable(f"{name} is nested too deeply.") from error
    except Exception as error:  # the library answers broken files with many kinds of error
        raise Unreadable(f"{name} cannot be read as a Word file. Open it in Word and save it again.") from error
    return f"<html><body>{made.value}</body></html>"


def _left_out(parts: dict[str, bytes], tree: Any) -> Iterator[SetAside]:
    """Yield what is no part of the running text, with its words where it has any."""
    for pattern, reason in PARTS:
        for part in sorted(parts):
            if re.fullmatch(pattern, part):
                yield from (SetAside(0, words, reason) for words in _paragraphs(parts[part]))
    for deleted in tree.iter(f"{W}del"):
        words = " ".join("".join(text.text or "" for text in deleted.iter(f"{W}delText")).split())
        if words:
            yield SetAside(0, words, TRACKED)
    pictures = sum(1 for _ in tree.iter("{http://schemas.openxmlformats.org/drawingml/2006/main}blip"))
    pictures += sum(1 for _ in tree.iter("{urn:schemas-microsoft-com:vml}imagedata"))
    if pictures:
        yield SetAside(0, f"{pictures} image{'s' if pictures > 1 else ''}", PICTURE)
    if next(tree.iter(f"{W}object"), None) is not None:
        yield SetAside(0, "An embedded object", OBJECT)


def _paragraphs(data: bytes) -> Iterator[str]:
    try:
        root = lxml.etree.fromstring(data, parser=_PARSER)
    except (lxml.etree.XMLSyntaxError, ValueError):
        return
    for paragraph in root.iter(f"{W}p"):
        words = " ".join("".join(text.text or "" for text in paragraph.iter(f"{W}t")).split())
        if words:
            yield words


def _placeless(tree: Any, lines: list[str], dropped: list[SetAside]) -> Iterator[SetAside]:
    """Yield the paragraphs whose words the converter left out, such as those of drawings."""
    found = _letters(" ".join([*lines, *(each.text for each in dropped)]))
    for paragraph in tree.iter(f"{W}p"):
        words = " ".join("".join(text.text or "" for text in paragraph.iter(f"{W}t")).split())
        if words and _letters(words) not in found:
            missing = [word for word in words.split() if _letters(word) not in found]
            if missing:
                yield SetAside(0, words, PLACELESS)


def _letters(text: str) -> str:
    return "".join(re.findall(r"\w+", normal(text))).casefold()
