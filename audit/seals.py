"""The installation's seal keys (RSA) and certificates: what published PDFs are sealed with.

One stands beside each signing key, in one file with the note by which that key vouches for the certificate: whoever
trusts the fingerprint of the signing key can trust the seal. Kept like the keys, and renewed with them.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import NameOID
from django.conf import settings

from audit import keys

BITS = 3072
# As long as records are commonly kept: an expired certificate alarms a reader of a document that is still good.
YEARS = 30
NOTE = "sopsite seal certificate\n"
_END = b"-----END %s-----\n"


@dataclass(frozen=True)
class Seal:
    """One seal key with its certificate and the note that binds it to a signing key."""

    private: bytes  # PEM
    pem: bytes
    note: str

    @cached_property
    def certificate(self) -> bytes:
        """The certificate in DER: what a `.crt` file holds."""
        return x509.load_pem_x509_certificate(self.pem).public_bytes(Encoding.DER)

    @cached_property
    def key(self) -> RSAPrivateKey:
        """The private key."""
        found = load_pem_private_key(self.private, password=None)
        if not isinstance(found, RSAPrivateKey):
            raise TypeError("The seal's key is of another kind.")
        return found

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the certificate in hex, as PDF readers show it."""
        return sha256(self.certificate).hexdigest()

    def is_bound(self, ours: dict[bytes, bytes]) -> bool:
        """Return whether the note is about this certificate and signed by one of our keys, which `keys.known` gives."""
        return self.note.startswith(_said(self.fingerprint)) and keys.holds(self.note, ours)


def current() -> Seal:
    """Return the seal that goes with the key that signs now; it is made when there is none yet."""
    path = _beside(keys.current_path())
    if not path.exists():
        keys.write_once(path, made(keys.current()))
    return read(path)


def all_seals() -> list[Seal]:
    """Return every seal, the oldest first, with those of keys that sign no more."""
    return [read(_beside(path)) for path in keys.paths() if _beside(path).exists()]


def known() -> dict[str, bytes]:
    """Return the certificates that our signing keys vouch for, by fingerprint."""
    ours = keys.known()
    return {seal.fingerprint: seal.certificate for seal in all_seals() if seal.is_bound(ours)}


def read(path: Path) -> Seal:
    """Return the seal of a file."""
    private, _, rest = path.read_bytes().partition(_END % b"PRIVATE KEY")
    certificate, _, note = rest.partition(_END % b"CERTIFICATE")
    return Seal(private + _END % b"PRIVATE KEY", certificate + _END % b"CERTIFICATE", note.decode())


def made(key: keys.Key) -> bytes:
    """Return the file of a new seal that a signing key vouches for."""
    private = generate_private_key(public_exponent=65537, key_size=BITS)
    certificate = _certificate(private)
    digest = sha256(certificate.public_bytes(Encoding.DER)).hexdigest()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    note = key.signed(f"{_said(digest)}key {key.fingerprint}\n")
    return pem + certificate.public_bytes(Encoding.PEM) + note.encode()


def _said(digest: str) -> str:
    return f"{NOTE}certificate {digest}\n"


def _beside(path: Path) -> Path:
    return path.with_suffix(".seal")


def _certificate(private: RSAPrivateKey) -> x509.Certificate:
    """Return a certificate that the key signs for itself: nobody else vouches for it but our signing key."""
    host = settings.PUBLIC_URL.partition("://")[2]
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"SOPsite seal, {host}"[:64])])
    now = datetime.now(UTC)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    builder = x509.CertificateBuilder(
        issuer_name=name,
        subject_name=name,
        public_key=private.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - timedelta(days=1),
        not_valid_after=now + timedelta(days=365 * YEARS),
    )
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    return builder.add_extension(usage, critical=True).sign(private, hashes.SHA256())
