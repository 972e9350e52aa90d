"""Lines of a body: which are code, which open or close a block, and which blocks are wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum

from .problems import Problem
from .suggestions import suggestion

SPOKEN = {"say": "Say", "avoid": "Do not say"}
CALLOUTS = {kind: kind.capitalize() for kind in ("note", "tip", "pitfall", "caution", "warning")}
PLAIN = ("checklist", "steps", "decision", "metrics", "table", "definitions", "faq")
# The library behind blocks looks at the whole text again for each of these (measured: 0.7 s and 1.2 s at the limit).
MOST_BLOCKS = 1_000
MOST_PARAGRAPHS = 4_000

KINDS = (*SPOKEN, *CALLOUTS, *PLAIN, "when")

_SLASHES = re.compile(r"[ \t]*(/{3,})[ \t]*(.*)")
_OPENING = re.compile(r"([\w-]+)[ \t]*(?:\|(.*))?")
_FENCE = re.compile(r"(`{3,}|~{3,})[ \t]*([\w#.+-]*)[ \t]*")
_FENCE_START = re.compile(r"`{3,}[^`]*|~{3,}.*")


class Role(Enum):
    """What a line is."""

    TEXT = "text"
    OPEN = "open"
    CLOSE = "close"
    FENCE = "fence"
    CODE = "code"


@dataclass(slots=True)
class Block:
    """An opened block: kind, title (or condition), its line in the source, its number of slashes."""

    kind: str
    title: str
    line: int
    slashes: int


@dataclass(slots=True)
class Layout:
    """The role of each line, the blocks in the order of their opening lines, and what is wrong."""

    roles: list[Role] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def layout(lines: list[str], first_line: int) -> Layout:
    """Return the layout of a body whose first line is `first_line` of the source."""
    scanner = _Scanner(first_line)
    for line in lines:
        scanner.read(line)
    return scanner.finish()


class _Scanner:
    def __init__(self, first_line: int) -> None:
        self.line = first_line
        self.found = Layout()
        self.open: list[Block] = []
        self.fence = ""
        self.fence_line = 0
        self.chunks = 0

    def read(self, line: str) -> None:
        """Take the next line."""
        self.found.roles.append(self._role(line))
        self.line += 1

    def finish(self) -> Layout:
        """Return what was found, with everything still open."""
        for block in self.open:
            self._unclosed(block)
        if self.fence:
            self._wrong(f"This code is never closed. End it with a line of {self.fence}", self.fence_line)
        if len(self.found.blocks) > MOST_BLOCKS:
            told = f"A text has at most {MOST_BLOCKS:,} blocks; this has {len(self.found.blocks):,}"
            self._wrong(told, self.found.blocks[MOST_BLOCKS].line)
        if self.chunks > MOST_PARAGRAPHS:
            self._wrong(f"All blocks together hold at most {MOST_PARAGRAPHS:,} paragraphs; this has {self.chunks:,}")
        return self.found

    def _role(self, line: str) -> Role:
        if self.fence:
            if line.rstrip() == self.fence:
                self.fence = ""
                return Role.FENCE
            return Role.CODE
        if _FENCE_START.fullmatch(line.rstrip()):
            return self._open_fence(line)
        match = _SLASHES.fullmatch(line)
        if match is None:
            self.chunks += bool(self.open) and not line.strip()
            return Role.TEXT
        return self._open(match) if match[2].strip() else self._close(len(match[1]))

    def _open_fence(self, line: str) -> Role:
        match = _FENCE.fullmatch(line)
        if match is None:
            self._wrong("After the marks that open code, write one word at most")
            return Role.TEXT
        self.fence, self.fence_line = match[1], self.line
        return Role.FENCE

    def _open(self, match: re.Match[str]) -> Role:
        slashes = len(match[1])
        opening = _OPENING.fullmatch(match[2].strip())
        if opening is None or opening[1].lower() not in KINDS:
            word = match[2].split("|")[0].strip()[:40]
            guess = suggestion(word.lower(), KINDS) or f"; the blocks are {', '.join(KINDS)}"
            self._wrong(f"There is no block “{word}”{guess}")
            kind, title = "", ""
        else:
            kind, title = opening[1].lower(), (opening[2] or "").strip()
        if self.open and self.open[-1].slashes <= slashes:
            around = self.open[-1]
            self._wrong(
                f"The block around this one (line {around.line}) needs more slashes than it: "
                f"close that block first, or give it {'/' * (slashes + 1)}"
            )
        block = Block(kind, title, self.line, slashes)
        self.open.append(block)
        self.found.blocks.append(block)
        return Role.OPEN

    def _close(self, slashes: int) -> Role:
        if all(block.slashes != slashes for block in self.open):
            told = "No block is open here" if not self.open else f"No block with {slashes} slashes is open here"
            self._wrong(f"{told}. Remove this line, or open a block before it")
            return Role.CLOSE
        while (block := self.open.pop()).slashes != slashes:
            self._unclosed(block)
        return Role.CLOSE

    def _unclosed(self, block: Block) -> None:
        name = f"This `{block.kind}` block" if block.kind else "This block"
        self._wrong(f"{name} is never closed. End it with a line of {'/' * block.slashes}", block.line)

    def _wrong(self, sentence: str, line: int = 0) -> None:
        self.found.problems.append(Problem(f"{sentence}.", line or self.line, 1))
