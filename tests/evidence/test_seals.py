"""The seal of published PDFs: what it covers, whose it is, how it is checked, and how its key is renewed."""

import io
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from cryptography import x509
from django.core.management import call_command
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.generic import NameObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from audit import keys, rotating, seals
from audit.models import Entry
from sop_library import sealing, storage, verifying
from sop_library.actions import renewing
from sop_library.actions.renewing import renew_keys, settle
from sop_library.models import Publication
from sopsite.environment import ROOT
from tests.conftest import ClientOf
from tests.database import open_protected_tables
from tests.evidence import test_bundle as bundles
from tests.sop_library import makers, reaching
from tests.sop_library.conftest import blank_page
from tests.world import World
from tools import sopverify

AT = datetime(2026, 5, 4, 9, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path, settings: object) -> Path:
    """Give the test keys of its own."""
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    return tmp_path / "keys"


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in for the PDF engine where a test is not about what is on the paper."""
    monkeypatch.setattr("sop_library.formats.pdf.render_pdf", blank_page)


def stored() -> bytes:
    return storage.get(Publication.objects.order_by("-pk")[0].pdf_sha256)


def another() -> seals.Seal:
    """Return a seal that somebody made for themselves."""
    content = seals.made(keys.current())
    path = keys.folder() / "forged"
    path.write_bytes(content)
    try:
        return seals.read(path)
    finally:
        path.unlink()


def faults_of(pdf: bytes) -> list[str]:
    wanted = seals.current().fingerprint
    return list(sealing.seal_faults(pdf, wanted, seals.known()))


# What is sealed


def test_a_published_pdf_is_sealed_as_a_whole_and_other_readers_say_so(world: World, tmp_path: Path) -> None:
    makers.published(world)
    path = tmp_path / "published.pdf"
    path.write_bytes(stored())
    told = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, check=True).stdout
    assert "Signature is Valid" in told
    assert "Total document signed" in told
    assert "ETSI.CAdES.detached" in told
    (signature,) = PdfFileReader(io.BytesIO(stored())).embedded_signatures
    trusted = list(load_certs_from_pemder_data(seals.current().certificate))
    status = validate_pdf_signature(signature, ValidationContext(trust_roots=trusted))
    assert status.bottom_line, status.pretty_print_details()


def test_a_sealed_pdf_keeps_its_tags_and_shows_no_mark_of_the_seal(world: World) -> None:
    makers.published(world)
    with pikepdf.open(io.BytesIO(stored())) as opened:
        assert opened.Root.MarkInfo.Marked
        assert opened.open_metadata()["pdfuaid:part"] == "1"
        (field,) = opened.Root.AcroForm.Fields
        assert [int(number) for number in field.Rect] == [0, 0, 0, 0]
        assert int(opened.Root.Perms.DocMDP.Reference[0].TransformParams.P) == 1


def test_the_publication_names_the_certificate(world: World, stand_in: None) -> None:
    version = makers.published(world)
    told = Entry.objects.about(version).get(action="version.published").data
    assert told["seal_cert_sha256"] == seals.current().fingerprint
    assert list(verifying.faults()) == []


def test_a_version_by_editorial_note_is_sealed_too(world: World, stand_in: None) -> None:
    version = reaching.published(world)
    items = reaching.carried_out(reaching.started(world.ana, CRMSystem="Freshdesk"))
    assert str(items[version.sop.number].version.number) == "1.1"
    assert faults_of(stored()) == []


# What is found


def lengthened(pdf: bytes) -> bytes:
    return pdf + b"junk"


def updated(pdf: bytes) -> bytes:
    writer, out = IncrementalPdfFileWriter(io.BytesIO(pdf)), io.BytesIO()
    writer.root["/Another"] = NameObject("/Word")
    writer.update_root()
    writer.write(out)
    return out.getvalue()


def stripped(pdf: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        del opened.Root.AcroForm
        del opened.Root.Perms
        del opened.pages[0].Annots
        opened.save(out)
    return out.getvalue()


def sealed_by_another(pdf: bytes) -> bytes:
    return sealing.sealed(blank_page("another text"), another(), place="https://sop.example", at=AT)


def flipped(pdf: bytes) -> bytes:
    changed = bytearray(pdf)
    changed[pdf.index(b"/Title") + 10] ^= 1
    return bytes(changed)


ATTACKS = {
    lengthened: "something was added to its PDF after it was sealed.",
    updated: "something was added to its PDF after it was sealed.",
    stripped: "the seal of its PDF is missing.",
    sealed_by_another: "its PDF is sealed with another key than its publication tells.",
    flipped: "its PDF was changed after it was sealed.",
}


@pytest.mark.parametrize(("attack", "sentence"), ATTACKS.items())
def test_what_is_done_to_a_sealed_pdf_is_a_fault_even_when_its_row_is_changed_with_it(
    attack: Callable[[bytes], bytes], sentence: str, world: World, stand_in: None
) -> None:
    makers.published(world)
    open_protected_tables()
    Publication.objects.update(pdf_sha256=storage.put(attack(stored())))
    assert f"SOP-CS-001 version 1.0: {sentence}" in list(verifying.faults())


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_program_for_auditors_finds_each_by_the_seal_alone(
    attack: Callable[[bytes], bytes], world: World, stand_in: None
) -> None:
    makers.published(world)
    certificate = seals.current().certificate
    assert sopverify.tried(sopverify.is_sealed, stored(), certificate)
    assert not sopverify.tried(sopverify.is_sealed, attack(stored()), certificate)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_bundle_with_such_a_pdf_signed_anew_is_found(
    attack: Callable[[bytes], bytes], world: World, stand_in: None, tmp_path: Path
) -> None:
    makers.published(world)
    files = bundles.files_of(bundles.made(world))
    name = next(name for name in files if name.startswith("documents/"))
    spoilt = bundles.signed_anew({**files, name: attack(files[name])}, keys.current().line)
    code, said = bundles.check(tmp_path, spoilt)
    assert code == 1
    assert "its seal is missing, broken or made by another key" in said


def test_a_certificate_that_no_trusted_key_vouches_for_is_found(world: World, stand_in: None, tmp_path: Path) -> None:
    makers.published(world)
    files, wanted = bundles.files_of(bundles.made(world)), seals.current().fingerprint
    for change in ({f"keys/{wanted}.note": b""}, {f"keys/{wanted}.crt": another().certificate}):
        code, said = bundles.check(tmp_path, bundles.signed_anew({**files, **change}, keys.current().line))
        assert code == 1
        assert "no trusted key vouches for its seal certificate" in said


def test_a_certificate_of_another_installation_is_a_fault(folder: Path) -> None:
    wanted = another().fingerprint
    assert next(sealing.seal_faults(b"", wanted, seals.known())) == "its seal certificate is none of this installation."


# Before there were seals


@pytest.fixture
def unsealed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Publish as it was done before there were seals, until the function that this gives is called."""
    from sop_library.actions import publishing

    real = publishing.record

    def without(*args: object, **data: object) -> object:
        data.pop("seal_cert_sha256", None)
        return real(*args, **data)  # type: ignore[arg-type]

    monkeypatch.setattr(publishing, "record", without)
    monkeypatch.setattr("sop_library.document.sealed", lambda pdf, *args, **kwargs: pdf)
    return monkeypatch.undo


def test_what_was_published_before_seals_stays_good(
    world: World, stand_in: None, unsealed: Callable[[], None], tmp_path: Path
) -> None:
    makers.published(world)
    assert list(verifying.faults()) == []
    assert verifying.counted()["of them not sealed (published before seals)"] == 1
    code, said = bundles.check(tmp_path, bundles.made(world))
    assert code == 0, said
    assert "1 PDFs held against the events that published them, 0 sealed" in said


def test_a_version_without_a_seal_after_others_had_one_is_a_fault(
    world: World, stand_in: None, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    makers.published(world)
    request.getfixturevalue("unsealed")
    makers.published(world)
    assert list(verifying.faults()) == [
        "SOP-CS-002 version 1.0: it was published without a seal after others had been sealed."
    ]
    code, said = bundles.check(tmp_path, bundles.made(world))
    assert code == 1
    assert "it was published without a seal after others had been sealed" in said


# The key and its certificate


def test_key_and_certificate_are_made_once_and_for_their_owner_alone(folder: Path) -> None:
    first = seals.current()
    assert seals.current() == first
    assert {path.name for path in folder.iterdir()} == {"0001.key", "0001.seal"}
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert x509.load_der_x509_certificate(first.certificate).public_key().key_size == 3072  # type: ignore[union-attr]
    assert seals.known() == {first.fingerprint: first.certificate}


def test_a_certificate_whose_note_is_by_a_stranger_is_not_known(folder: Path) -> None:
    seals.current()
    stranger = keys.Key(keys.Ed25519PrivateKey.generate())
    (folder / "0001.seal").write_bytes(seals.made(stranger))
    assert seals.known() == {}


def test_both_keys_sign_the_change_and_every_trail_tells_of_it(world: World, folder: Path) -> None:
    old, old_seal = keys.current(), seals.current()
    change = renew_keys(at=makers.moment(5))
    assert (keys.current().fingerprint, seals.current().fingerprint) == (change.new, change.new_seal)
    assert set(seals.known()) == {old_seal.fingerprint, change.new_seal}
    ((said, lines),) = sopverify.notes_in(keys.rotations())
    assert f"seal {change.new_seal}\n" in said
    public = {key.fingerprint: key.public for key in keys.all_keys()}
    assert sopverify.signers(said, lines, public) == {old.fingerprint, change.new}
    told = Entry.objects.filter(action="key.rotated")
    assert {row.organisation_id for row in told} == {world.northwind.pk, world.contoso.pk}
    assert told[0].data["new_seal"] == change.new_seal
    assert list(verifying.faults()) == []


def test_what_the_old_key_sealed_stays_good_after_a_change(world: World, stand_in: None, tmp_path: Path) -> None:
    before = keys.current().fingerprint
    makers.published(world)
    renew_keys(at=makers.moment(30))
    makers.published(world)
    assert list(verifying.faults()) == []
    code, said = bundles.check(tmp_path, bundles.made(world), key=before)
    assert code == 0, said
    assert "2 PDFs held against the events that published them, 2 sealed" in said


class Crash(BaseException):
    """The machine stops."""


STEPS = ("seal", "key", "statement", "told", "placed")


def crashing(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the change of keys stop at a step."""

    def stop(*args: object, **kwargs: object) -> None:
        raise Crash

    places = {
        "seal": "audit.seals.made",
        "key": "audit.rotating.note",
        "statement": "sop_library.actions.renewing.trail.record",
        "told": "audit.rotating.finish",
        "placed": "audit.rotating.discard",
    }
    calls = iter([False, True] if step == "placed" else [True])
    real = rotating.discard

    def at_the_second(*args: object) -> None:
        stop() if next(calls, True) else real()

    monkeypatch.setattr(places[step], at_the_second if step == "placed" else stop)


@pytest.mark.parametrize("step", STEPS)
def test_a_crash_in_a_change_leaves_the_old_key_or_one_that_the_trails_tell_of(
    step: str, world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, old_seal = keys.current().fingerprint, seals.current().fingerprint
    with monkeypatch.context() as broken:
        crashing(step, broken)
        with pytest.raises(Crash):
            renew_keys(at=makers.moment(5))
    told = Entry.objects.filter(action=renewing.ROTATED).first()
    assert list(verifying.faults()) == []
    settle()
    wanted = (told.data["new"], told.data["new_seal"]) if told else (old, old_seal)
    assert (keys.current().fingerprint, seals.current().fingerprint) == wanted
    assert (told is None) == (step in {"seal", "key", "statement"})
    assert rotating.prepared() is None
    renew_keys(at=makers.moment(6))
    assert list(verifying.faults()) == []
    assert keys.rotations().count("sopsite key rotation") == (2 if told else 1)


def test_a_new_key_that_is_told_of_and_gone_is_a_fault(world: World, folder: Path) -> None:
    renew_keys(at=makers.moment(5))
    (folder / "0002.key").unlink()
    told = [fault for fault in verifying.faults() if "is not among the keys" in fault]
    assert len(told) == 2


def test_the_command_shows_both_fingerprints_and_renews_both(world: World, folder: Path) -> None:
    out = io.StringIO()
    call_command("sop_key", "--rotate", stdout=out)
    assert f"The signing key's fingerprint: {keys.current().fingerprint}" in out.getvalue()
    assert f"The seal certificate's fingerprint: {seals.current().fingerprint}" in out.getvalue()
    assert len(seals.all_seals()) == 2


# The pages


def test_the_record_says_sealed_and_evidence_hands_out_the_certificate(
    world: World, stand_in: None, client_of: ClientOf
) -> None:
    version, seal = makers.published(world), seals.current()
    page = client_of(world.ana).get(f"/o/northwind/sops/{version.sop.number}/record/").content.decode()
    assert f'Sealed <span class="number">{seal.fingerprint[:16]}</span>' in page
    where = f"/o/northwind/evidence/seals/{seal.fingerprint}.crt"
    assert where in client_of(world.mia).get("/o/northwind/evidence/").content.decode()
    answer = client_of(world.mia).get(where)
    assert answer.content == seal.certificate
    assert answer["Content-Disposition"] == f'attachment; filename="sopsite-seal-{seal.fingerprint[:16]}.crt"'


def test_there_is_no_certificate_of_another_fingerprint(world: World, client_of: ClientOf) -> None:
    assert client_of(world.mia).get(f"/o/northwind/evidence/seals/{'ab' * 32}.crt").status_code == 404


def test_the_page_says_nothing_of_a_seal_where_there_is_none(
    world: World, stand_in: None, unsealed: Callable[[], None], client_of: ClientOf
) -> None:
    version = makers.published(world)
    page = client_of(world.ana).get(f"/o/northwind/sops/{version.sop.number}/record/").content.decode()
    assert "Sealed" not in page


def test_the_test_vectors_of_the_seal_are_true() -> None:
    folder = ROOT / "docs" / "vectors"
    pdf, certificate = (folder / "sealed.pdf").read_bytes(), (folder / "seal.crt").read_bytes()
    ((_, size, rest, tail),) = (map(int, found) for found in sopverify.RANGE.findall(pdf))
    text = (ROOT / "docs" / "evidence-format.md").read_text(encoding="utf-8")
    assert f"| `{sopverify.sha256(certificate)}` |" in text
    assert f"| `0 {size} {rest} {tail}` |" in text
    assert f"| `{sopverify.sha256(pdf[:size] + pdf[rest:])}` |" in text
    assert sopverify.is_sealed(pdf, certificate)
