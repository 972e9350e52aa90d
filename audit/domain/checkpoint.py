"""Checkpoints: a signed line that anybody can keep, and hold an organisation's trail against years later.

The text is a C2SP tlog-checkpoint: origin, number of entries, Merkle root in base64, then lines of our own (the time).
It is signed as a C2SP signed note with Ed25519. Who holds one can prove that nothing before it was changed or cut off.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

ED25519 = b"\x01"  # the signed note's number for the algorithm
_DASH = "\u2014 "


class NotANote(ValueError):
    """A text that is no signed note: one sentence."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a trail had grown: whose it is, how many entries, their root, and when."""

    origin: str
    size: int
    root: bytes
    at: datetime

    @property
    def text(self) -> str:
        """The text that is signed, with its last line end."""
        at = self.at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\ntime {at}\n"

    @property
    def short(self) -> str:
        """What is printed on paper: the size and the first half of the root's first bytes."""
        return f"{self.size} {self.root.hex()[:16]}"


def read(text: str) -> Checkpoint:
    """Return the checkpoint of a text without its signatures; raises NotANote."""
    lines = text.split("\n")
    try:
        origin, size, root, at = lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True), lines[3]
        found = Checkpoint(origin, size, root, datetime.fromisoformat(at.removeprefix("time ")))
    except (IndexError, ValueError, binascii.Error) as error:
        raise NotANote("This is not a checkpoint.") from error
    if found.text != text or len(root) != 32:
        raise NotANote("This is not a checkpoint in its one form.")
    return found


def key_id(name: str, public: bytes) -> bytes:
    """Return the four bytes that tell in a signature line which key made it (C2SP signed-note)."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


def signature_line(name: str, public: bytes, signature: bytes) -> str:
    """Return the line that carries a signature."""
    return f"{_DASH}{name} {base64.b64encode(key_id(name, public) + signature).decode()}\n"


def note(text: str, *lines: str) -> str:
    """Return a signed note: the text, a blank line, the signature lines."""
    return f"{text}\n{''.join(lines)}"


def parts_of(signed: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """Return (text, signatures as name, key id, 64 bytes) of a signed note; raises NotANote."""
    text, gap, rest = signed.rpartition("\n\n")
    if not gap or not rest.endswith("\n"):
        raise NotANote("This text carries no signature.")
    found = []
    for line in rest[:-1].split("\n"):
        name, _, value = line.removeprefix(_DASH).partition(" ")
        try:
            raw = base64.b64decode(value, validate=True)
        except (ValueError, binascii.Error):
            raw = b""
        if not line.startswith(_DASH) or not name or len(raw) != 68:
            raise NotANote("A signature line cannot be read.")
        found.append((name, raw[:4], raw[4:]))
    return f"{text}\n", found
