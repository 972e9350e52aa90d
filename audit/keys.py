"""The installation's signing keys (Ed25519): files beside the database, never in it, each readable by its owner alone.

The newest signs. An older one is kept, because what it signed stays to be checked, and because both sign the change
(`audit.rotating`).
"""

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from django.conf import settings

from audit.domain.checkpoint import key_id, note, parts_of, signature_line

ROTATIONS = "rotations.txt"


@dataclass(frozen=True)
class Key:
    """One signing key."""

    private: Ed25519PrivateKey

    @cached_property
    def public(self) -> bytes:
        """The public key's 32 bytes."""
        return self.private.public_key().public_bytes_raw()

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the public key in hex: what an auditor is given by another way than the bundle."""
        return sha256(self.public).hexdigest()

    @property
    def name(self) -> str:
        """The key's name in signature lines."""
        return f"sopsite-{self.fingerprint[:16]}"

    def line(self, text: str) -> str:
        """Return the signature line over a text."""
        return signature_line(self.name, self.public, self.private.sign(text.encode()))

    def signed(self, text: str) -> str:
        """Return the text as a signed note."""
        return note(text, self.line(text))


def folder() -> Path:
    """Return where the keys are."""
    return Path(settings.DATA_DIR) / "keys"


def all_keys() -> list[Key]:
    """Return every key, the oldest first; the first one is made when there is none."""
    return [read(path) for path in paths()]


def current() -> Key:
    """Return the key that signs now; the first one is made when there is none."""
    return read(current_path())


def current_path() -> Path:
    """Return the file of the key that signs now."""
    return paths()[-1]


def rotations() -> str:
    """Return every statement of a change of keys, one signed note after another."""
    path = folder() / ROTATIONS
    return path.read_text(encoding="utf-8") if path.exists() else ""


def known() -> dict[bytes, bytes]:
    """Return our public keys by the four bytes that name them in signature lines."""
    return {key_id(key.name, key.public): key.public for key in all_keys()}


def holds(signed: str, ours: Mapping[bytes, bytes]) -> bool:
    """Return whether a signed note carries a right signature of our keys, which `known` gives, and no other."""
    text, lines = parts_of(signed)
    return bool(lines) and all(_is_right(ours.get(which), signature, text) for _, which, signature in lines)


def _is_right(public: bytes | None, signature: bytes, text: str) -> bool:
    if public is None:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text.encode())
    except InvalidSignature:
        return False
    return True


def paths() -> list[Path]:
    """Return the files of the keys, the oldest first, after making the first one when there is none."""
    if not _files():
        write_once(path_of(1), made())
    return _files()


def path_of(number: int) -> Path:
    """Return where the key of a number is."""
    return folder() / f"{number:04d}.key"


def _files() -> list[Path]:
    return sorted(folder().glob("[0-9][0-9][0-9][0-9].key"))


def read(path: Path) -> Key:
    """Return the key of a file; raises TypeError for a key of another kind."""
    private = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(private, Ed25519PrivateKey):
        raise TypeError(f"{path} holds another kind of key.")
    return Key(private)


def made() -> bytes:
    """Return the file of a new key."""
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def write_once(path: Path, content: bytes) -> None:
    """Write a file for its owner alone, whole or not at all, unless another process has just done it."""
    aside = written_aside(path, content)
    try:
        os.link(aside, path)  # fails when the name is taken, and never shows half a key
    except FileExistsError:
        pass
    finally:
        aside.unlink()
    sync(path.parent)


def written_aside(path: Path, content: bytes) -> Path:
    """Return a file beside the path that holds the content, forced to disk and ready to take the path's name."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = path.parent / f".new-{os.getpid()}-{threading.get_ident()}"
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return aside


def sync(place: Path) -> None:
    """Force the names in a folder to disk."""
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
