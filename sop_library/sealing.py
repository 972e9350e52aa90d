"""The seal of a published PDF: an invisible certification signature (PAdES) that allows no change at all.

The only module that imports pyHanko, and only when there is something to seal or to check: it takes four tenths of a
second. Sealing happens where the database is, never in the killable child: the key must not reach it.
"""

import io
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from audit.seals import Seal

if TYPE_CHECKING:
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko.sign.validation import EmbeddedPdfSignature

FIELD = "Seal"
REASON = "Sealed as published; any change after this breaks the seal"
# The CMS of a 3072-bit key with its certificate takes about 2,000 bytes; fixed, so that nothing is signed to find out.
RESERVED = 8192


def sealed(pdf: bytes, seal: Seal, *, place: str, at: datetime) -> bytes:
    """Return the PDF with the seal around all of it; `place` is the address of the installation.

    Must be the last thing that is done to it. Two seals of one PDF differ in its identifier: store the bytes.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
    from pyhanko.sign.signers.pdf_signer import PdfSigningSession

    class At(PdfSigner):
        def init_signing_session(self, *args: object, **kwargs: object) -> PdfSigningSession:
            """Let the session have the moment of the act, not one of its own."""
            session = super().init_signing_session(*args, **kwargs)  # type: ignore[arg-type]
            session.system_time = at
            return session

    said = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        reason=REASON,
        location=place,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        subfilter=SigSeedSubFilter.PADES,
    )
    out = io.BytesIO()
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    At(said, _signer(seal)).sign_pdf(writer, output=out, bytes_reserved=RESERVED)
    return out.getvalue()


@lru_cache(maxsize=4)
def _signer(seal: Seal) -> "SimpleSigner":
    """Return what signs with a seal's key, which is read and proved once, not for each document."""
    from asn1crypto import keys, pem, x509  # type: ignore[import-untyped]
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    private = seal.key

    class Signer(SimpleSigner):
        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
            """Return the signature over what pyHanko gives, which is always to be hashed with SHA-256."""
            return private.sign(data, padding.PKCS1v15(), hashes.SHA256())

    return Signer(
        signing_cert=x509.Certificate.load(seal.certificate),
        signing_key=keys.PrivateKeyInfo.load(pem.unarmor(seal.private)[2]),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
    )


def seal_faults(pdf: bytes, wanted: str, known: Mapping[str, bytes]) -> Iterator[str]:
    """Yield what is wrong with the seal of a stored PDF, which its publication says to be by the certificate `wanted`.

    `known` holds the certificates of this installation. Nothing is asked over the network.
    """
    from pyhanko.pdf_utils.reader import PdfFileReader

    if wanted not in known:
        yield "its seal certificate is none of this installation."
    try:
        found = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
        if len(found) != 1:
            yield "the seal of its PDF is missing." if not found else f"its PDF carries {len(found)} seals, not one."
            return
        yield from _faults_of(found[0], len(pdf), wanted)
    except Exception as error:  # what somebody did to the file can make any part of a reader stumble
        yield f"the seal of its PDF cannot be read ({type(error).__name__})."


def _faults_of(seal: "EmbeddedPdfSignature", size: int, wanted: str) -> Iterator[str]:
    from pyhanko.sign.fields import MDPPerm
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    if seal.signer_cert.sha256.hex() != wanted:
        yield "its PDF is sealed with another key than its publication tells."
    # No change at all is allowed, so none needs to be judged.
    seal.compute_integrity_info(skip_diff=True)  # type: ignore[no-untyped-call]
    _, length, rest, tail = (int(number) for number in seal.byte_range)
    whole = rest + tail == size and length < rest
    if seal.coverage is not SignatureCoverageLevel.ENTIRE_FILE or not whole:
        yield "something was added to its PDF after it was sealed."
    if seal.docmdp_level is not MDPPerm.NO_CHANGES:
        yield "the seal of its PDF allows changes."
    intact, valid = validate_sig_integrity(seal.signer_info, seal.signer_cert, "data", seal.compute_digest())
    if not (intact and valid):
        yield "its PDF was changed after it was sealed."
