"""The installation's signing keys (Ed25519): files beside the database, never in it, each readable by its owner alone.

The newest signs. An older one is kept, because what it signed stays to be checked, and because both sign the change.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
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
    return [_read(path) for path in _made()]


def current() -> Key:
    """Return the key that signs now; the first one is made when there is none."""
    return _read(_made()[-1])


def rotate(at: datetime) -> tuple[Key, Key]:
    """Make a new key that signs from now on, and return (old, new). Both sign the statement that says so."""
    old = current()
    _make(len(_files()) + 1)
    new = current()
    stamp = at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    text = f"sopsite key rotation\nold {old.fingerprint}\nnew {new.fingerprint}\ntime {stamp}\n"
    with (folder() / ROTATIONS).open("a", encoding="utf-8") as file:
        file.write(note(text, old.line(text), new.line(text)) + "\n")
    return old, new


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


def _made() -> list[Path]:
    """Return the files of the keys, the oldest first, after making the first one when there is none."""
    if not _files():
        _make(1)
    return _files()


def _files() -> list[Path]:
    return sorted(folder().glob("[0-9][0-9][0-9][0-9].key"))


def _read(path: Path) -> Key:
    private = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(private, Ed25519PrivateKey):
        raise TypeError(f"{path} holds another kind of key.")
    return Key(private)


def _make(number: int) -> None:
    """Write a new key, unless another process has just done it."""
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    private = Ed25519PrivateKey.generate()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path, aside = folder() / f"{number:04d}.key", folder() / f".new-{os.getpid()}"
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(aside, path)  # fails when the name is taken, and never shows half a key
    except FileExistsError:
        pass
    finally:
        aside.unlink()
