"""Archives are looked at before anything in them is unpacked, and nothing is ever written to disk."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from .result import Unreadable

MOST_MEMBERS = 2_000
LARGEST_UNPACKED = 60_000_000  # bytes of all members together, counted while reading
LARGEST_RATIO = 100  # unpacked bytes for each packed byte
CHUNK = 65_536

_ENCRYPTED = 0x1


class Archive:
    """A zip file in memory, checked; members are read with every limit counted."""

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self.packed = len(data)
        self.unpacked = 0
        try:
            self.zip = zipfile.ZipFile(io.BytesIO(data))
            self.members = self.zip.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError, RuntimeError) as error:
            raise Unreadable(f"{name} is broken: it is not a whole zip archive. Save or download it again.") from error
        self._check()

    def _check(self) -> None:
        """Refuse what no honest archive has, by the directory alone."""
        if len(self.members) > MOST_MEMBERS:
            found = f"{len(self.members):,}"
            raise Unreadable(f"{self.name} holds too many files: at most {MOST_MEMBERS:,}, this has {found}.", 413)
        names: set[str] = set()
        for member in self.members:
            path = member.filename.replace("\\", "/")
            if path.startswith("/") or ".." in path.split("/") or re.match("[A-Za-z]:", path):
                raise Unreadable(f"{self.name} holds a file that points outside it: {_shown(path)}.")
            if path.casefold() in names:
                raise Unreadable(f"{self.name} holds two files of the name {_shown(path)}.")
            names.add(path.casefold())
            if member.flag_bits & _ENCRYPTED:
                raise Unreadable(f"{self.name} is encrypted. Remove its password first.")
        self._refuse_overlaps()
        declared = sum(member.file_size for member in self.members)
        if declared > LARGEST_UNPACKED:
            raise self._too_large(declared)

    def _refuse_overlaps(self) -> None:
        """Refuse members that share bytes: a small file can unpack to any size that way."""
        end = 0
        for member in sorted(self.members, key=lambda each: each.header_offset):
            if member.header_offset < end:
                raise Unreadable(
                    f"{self.name} is not an honest archive: {_shown(member.filename)} overlaps another file."
                )
            end = member.header_offset + 30 + member.compress_size

    def names(self) -> list[str]:
        """Return the names of all files in it, without folders."""
        return [member.filename for member in self.members if not member.is_dir()]

    def read(self, name: str, most: int | None = None) -> bytes:
        """Return the bytes of a member; raise Unreadable past a limit, whatever the directory says."""
        member = self.zip.getinfo(name)
        found = bytearray()
        try:
            with self.zip.open(member) as stream:
                while chunk := stream.read(CHUNK):
                    found += chunk
                    self.unpacked += len(chunk)
                    self._count(name, len(found), most)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
            raise Unreadable(f"{self.name} is broken: {_shown(name)} cannot be unpacked.") from error
        return bytes(found)

    def _count(self, name: str, size: int, most: int | None) -> None:
        if self.unpacked > LARGEST_UNPACKED:
            raise self._too_large(self.unpacked)
        if most is not None and size > most:
            told = f"{self.name} is too large: its {_shown(name)} may have {most:,} bytes, this has more."
            raise Unreadable(told, 413)
        if self.unpacked > CHUNK and self.unpacked > self.packed * LARGEST_RATIO:
            told = f"{self.name} is packed too tightly: it unpacks to more than {LARGEST_RATIO} times its size."
            raise Unreadable(told, 413)

    def _too_large(self, found: int) -> Unreadable:
        told = f"{self.name} is too large: at most {LARGEST_UNPACKED:,} bytes unpacked, this has {found:,} or more."
        return Unreadable(told, 413)


def _shown(name: str) -> str:
    """Return a member's name for a sentence: short, and only signs that can be seen."""
    text = "".join(sign if sign.isprintable() else "?" for sign in name)
    return f"“{text[:80]}{'…' if len(text) > 80 else ''}”"
