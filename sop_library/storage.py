"""Stored files by content: each file's name is its SHA-256, so a changed file shows and no name comes from people."""

import os
import tempfile
from pathlib import Path

from django.conf import settings

from sop_library.domain.signature import sha256


def path_of(digest: str) -> Path:
    """Return where the file with this SHA-256 is kept."""
    return Path(settings.STORED_FILES) / digest[:2] / digest


def put(content: bytes) -> str:
    """Store the bytes so that they survive a power cut, and return their SHA-256. The same bytes are stored once.

    Written aside, forced to disk, then renamed: a reader meets the whole file or none.
    """
    digest = sha256(content)
    path = path_of(digest)
    if path.exists():
        return digest
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return digest


def get(digest: str) -> bytes:
    """Return the stored bytes; raises FileNotFoundError when they are gone."""
    return path_of(digest).read_bytes()
