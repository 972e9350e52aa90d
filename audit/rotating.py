"""Changing the keys: the new ones lie ready in a folder of their own until the trails tell of the change.

A change is prepared, told in one transaction of the database, and finished. Whatever stops it in between, either the
old key signs and no trail tells of a new one, or the trails tell of it and `finish` can be done at any time later.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from audit import keys, seals
from audit.domain.checkpoint import note

STATEMENT = "statement.txt"


@dataclass(frozen=True)
class Change:
    """The fingerprints of the signing key and the seal certificate, before and after."""

    old: str
    new: str
    old_seal: str
    new_seal: str


@contextmanager
def alone() -> Iterator[None]:
    """Let one process at a time change the keys; the others wait."""
    keys.folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(keys.folder() / ".lock", os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def prepare(at: datetime) -> Change:
    """Make the next key and its seal beside those that count, with the statement that both keys sign."""
    old, old_seal = keys.current(), seals.current()
    path = _waiting() / keys.path_of(len(keys.paths()) + 1).name
    keys.write_once(path, keys.made())
    new = keys.read(path)
    keys.write_once(path.with_suffix(".seal"), seals.made(new))
    seal = seals.read(path.with_suffix(".seal"))
    stamp = at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    text = (
        f"sopsite key rotation\nold {old.fingerprint}\nnew {new.fingerprint}\ntime {stamp}\nseal {seal.fingerprint}\n"
    )
    keys.write_once(_waiting() / STATEMENT, note(text, old.line(text), new.line(text)).encode())
    return Change(old.fingerprint, new.fingerprint, old_seal.fingerprint, seal.fingerprint)


def prepared() -> str | None:
    """Return the fingerprint of the key that lies ready, None when no change is under way."""
    found = sorted(_waiting().glob("*.key"))
    return keys.read(found[0]).fingerprint if found else None


def finish() -> None:
    """Put the prepared keys in place. The signing key comes last: it is what makes the others count."""
    (path,) = _waiting().glob("*.key")
    for each in (path.with_suffix(".seal"), _waiting() / STATEMENT):
        content = each.read_bytes()
        if each.name == STATEMENT:
            _add_to_rotations(content.decode())
        else:
            keys.write_once(keys.folder() / each.name, content)
    keys.write_once(keys.folder() / path.name, path.read_bytes())
    discard()


def discard() -> None:
    """Take away what was prepared."""
    shutil.rmtree(_waiting(), ignore_errors=True)


def _add_to_rotations(statement: str) -> None:
    """Add a statement to the others, once, without ever showing half of it."""
    told, path = keys.rotations(), keys.folder() / keys.ROTATIONS
    if statement not in told:
        keys.written_aside(path, f"{told}{statement}\n".encode()).replace(path)
        keys.sync(path.parent)


def _waiting() -> Path:
    return keys.folder() / "next"
