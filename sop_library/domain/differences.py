"""Where two renderings of one text differ: each place in the words around it, with the number of its section."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

SHOWN_AROUND = 90  # characters of a sentence kept on each side of a difference
_BLOCKS = r"p|li|t[dhr]|h[2-6]|d[td]|div|blockquote|caption|table|ul|ol|dl|summary"
_BEFORE_A_BLOCK = re.compile(rf"(?=<(?:{_BLOCKS})\b)")
_TAG = re.compile(r"<[^>]*>")
_NUMBER = re.compile(r'<h[23] id="[^"]*"><span class="num">([\d.]+)</span>')
# A word, the marks that close it, or the space between: a comma behind a name is no part of the change.
_WORDS = re.compile(r"\s+|[.,;:!?)\]]+(?=\s|$)|\S+?(?=[.,;:!?)\]]*(?:\s|$))")
_SENTENCE_ENDS = re.compile(r"(?<=[.!?…])\s+")


@dataclass(frozen=True, slots=True)
class Segment:
    """The words of one block of a body, and the section it stands in ("" before the first heading)."""

    section: str
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of words: "same" on both sides, "old" before, "new" after."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """One place where the texts differ."""

    section: str
    parts: tuple[Part, ...]


def segments_of(body: str) -> list[Segment]:
    """Return the blocks of a body that hold words, in order, each with its section's number."""
    found, section = [], ""
    for piece in _BEFORE_A_BLOCK.split(body):
        number = _NUMBER.match(piece)
        if number:
            section = number[1]
            piece = piece[number.end() :]
        text = " ".join(html.unescape(_TAG.sub("", piece)).split())
        if text:
            found.append(Segment(section, text))
    return found


def changed_places(before: str, after: str) -> list[Place]:
    """Return the places where two bodies (HTML) differ, in the order of the text."""
    old, new = segments_of(before), segments_of(after)
    if len(old) == len(new):
        pairs = [(a, b) for a, b in zip(old, new, strict=True) if a.text != b.text]
        if all(a.section == b.section for a, b in pairs):
            return [Place(b.section, _parts(a.text, b.text)) for a, b in pairs]
    return list(_moved(old, new))


def _moved(old: list[Segment], new: list[Segment]) -> Iterator[Place]:
    """Yield the places of texts that have gained or lost blocks."""
    matcher = SequenceMatcher(None, [each.text for each in old], [each.text for each in new], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            continue
        both = min(b - a, d - c)
        for before, after in zip(old[a : a + both], new[c : c + both], strict=True):
            yield Place(after.section, _parts(before.text, after.text))
        yield from (Place(gone.section, (Part("old", gone.text),)) for gone in old[a + both : b])
        yield from (Place(come.section, (Part("new", come.text),)) for come in new[c + both : d])


def _parts(before: str, after: str) -> tuple[Part, ...]:
    """Return one block's words on both sides, cut to the sentences in which they differ."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    parts: list[Part] = []
    for kind, a, b, c, d in _joined(SequenceMatcher(None, old, new, autojunk=False).get_opcodes(), old):
        if kind == "equal":
            parts.append(Part("same", "".join(old[a:b])))
            continue
        parts += [Part("old", "".join(old[a:b]))] if b > a else []
        parts += [Part("new", "".join(new[c:d]))] if d > c else []
    return _cut(parts)


def _joined(codes: Sequence[tuple[str, int, int, int, int]], old: list[str]) -> list[tuple[str, int, int, int, int]]:
    """Return the steps with a lone space between two differences counted as part of them: a name stays in one piece."""
    found: list[tuple[str, int, int, int, int]] = []
    for place, code in enumerate(codes):
        kind, a, b, _, d = code
        inside = 0 < place < len(codes) - 1 and kind == "equal" and not "".join(old[a:b]).strip()
        if found and found[-1][0] != "equal" and (inside or kind != "equal"):
            _, first, _, start, _ = found[-1]
            found[-1] = ("replace", first, b, start, d)
        else:
            found.append(code)
    return found


def _cut(parts: list[Part]) -> tuple[Part, ...]:
    last = len(parts) - 1
    cut = []
    for place, part in enumerate(parts):
        if part.kind != "same":
            cut.append(part)
            continue
        text = part.text
        head, tail = _first_sentence(text), _last_sentence(text)
        if place == 0:
            text = tail
        elif place == last:
            text = head
        elif len(head) + len(tail) < len(text):
            text = f"{head} … {tail}"
        cut.append(Part("same", text))
    return tuple(part for part in cut if part.text)


def _first_sentence(text: str) -> str:
    end = _SENTENCE_ENDS.search(text)
    text = text[: end.start()] if end else text
    return text if len(text) <= SHOWN_AROUND else f"{text[:SHOWN_AROUND].rpartition(' ')[0]} …"


def _last_sentence(text: str) -> str:
    ends = list(_SENTENCE_ENDS.finditer(text))
    text = text[ends[-1].end() :] if ends else text
    return text if len(text) <= SHOWN_AROUND else f"… {text[-SHOWN_AROUND:].partition(' ')[2]}"
