"""An auditor's walk: a bundle is made, checked on a machine with nothing but Python, altered, and found out."""

import base64
import io
import json
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command

from audit import checkpoints, keys
from audit.domain.chain import entry_hash
from audit.domain.checkpoint import note
from audit.domain.merkle import Tree
from audit.models import Checkpoint
from sop_library import bundle_scope
from sop_library.actions.exporting import export_evidence
from sop_library.actions.renewing import renew_keys
from sop_library.bundle_scope import Scope
from sopsite.environment import ROOT
from tests.conftest import ClientOf
from tests.sop_library import makers, reaching
from tests.world import World
from tools import sopverify

Files = dict[str, bytes]
ROUNDS = 250


@pytest.fixture
def story(world: World) -> World:
    """Two published versions of one procedure, one of another, sign-offs, and a person of Contoso beside them."""
    first = makers.published(world)
    makers.understood(first, world.rui)
    second = makers.published(world, makers.approved(world, makers.submitted(world, makers.revision(world, first))))
    makers.understood(second, world.rui)
    makers.published(world)
    return world


def made(world: World, scope: Scope | None = None, minutes: int = 60) -> bytes:
    return export_evidence(
        scope=scope or bundle_scope.of_everything(world.mia), by=world.mia, at=makers.moment(minutes)
    )


def check(tmp_path: Path, content: bytes, *, key: str | None = None, anchors: str = "") -> tuple[int, str]:
    """Return the exit code and the findings of the shipped program, in this process."""
    path = tmp_path / "bundle.zip"
    path.write_bytes(content)
    kept = [("kept.txt", anchors)] if anchors else []
    verifier = sopverify.Verifier(str(path), key if key is not None else keys.current().fingerprint, kept)
    return verifier.run(), "\n".join(f"{outcome} {sentence}" for outcome, sentence in verifier.findings)


def files_of(content: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}


def zipped(files: Files) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as bundle:
        for name, content in files.items():
            bundle.writestr(name, content)
    return out.getvalue()


def text_of(pdf: bytes) -> str:
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def all_notes() -> str:
    return "".join(f"{row.note}\n" for row in Checkpoint.objects.order_by("size"))


def test_a_bundle_is_good_on_an_empty_machine_with_only_python(story: World, tmp_path: Path) -> None:
    (tmp_path / "evidence.zip").write_bytes(made(story))
    (tmp_path / "sopverify.py").write_bytes((ROOT / "tools" / "sopverify.py").read_bytes())
    (tmp_path / "kept.txt").write_text(all_notes(), encoding="utf-8")
    command = [sys.executable, "-I", "-S", "sopverify.py", "evidence.zip", "--anchor", "kept.txt"]
    command += ["--key", keys.current().fingerprint]
    done = subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 PDFs held against the events" in done.stdout
    assert "FAIL" not in done.stdout


def test_the_program_is_short_enough_to_be_read_before_it_is_run() -> None:
    text = (ROOT / "tools" / "sopverify.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    imported = {line.split()[1] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert imported <= set(sys.stdlib_module_names)


def test_a_version_by_editorial_note_is_good_with_its_author_s_signature_alone(world: World, tmp_path: Path) -> None:
    version = reaching.published(world)
    items = reaching.carried_out(reaching.started(world.ana, CRMSystem="Freshdesk"))
    assert str(items[version.sop.number].version.number) == "1.1"
    code, said = check(tmp_path, made(world, minutes=90))
    assert code == 0, said
    assert "2 published versions" in said


@pytest.mark.parametrize("scope", ["sop", "person", "moment"])
def test_a_part_of_the_trail_is_proved_without_showing_the_rest(scope: str, story: World, tmp_path: Path) -> None:
    sop = makers.Version.objects.order_by("pk")[0].sop
    scopes: dict[str, Callable[[], Scope]] = {
        "sop": lambda: bundle_scope.of_sop(sop),
        "person": lambda: bundle_scope.of_person(story.rui),
        "moment": lambda: bundle_scope.of_moment(story.mia, makers.moment(7), "Europe/Lisbon"),
    }
    content = made(story, scopes[scope]())
    code, said = check(tmp_path, content, anchors=all_notes())
    assert code == 0, said
    events = [json.loads(line)["event"] for line in files_of(content)["events.jsonl"].decode().splitlines()]
    assert 0 < len(events) < makers.Version.objects.count() * 40
    if scope == "sop":
        assert {event["object"]["label"].split()[0] for event in events} == {sop.number}


def test_without_the_fingerprint_it_cannot_tell(story: World, tmp_path: Path) -> None:
    code, said = check(tmp_path, made(story), key="")
    assert code == 2
    assert "no fingerprint was given" in said


def test_another_fingerprint_is_a_fault(story: World, tmp_path: Path) -> None:
    assert check(tmp_path, made(story), key="ab" * 32)[0] == 1


def test_a_bundle_without_checkpoint_cannot_tell(story: World, tmp_path: Path) -> None:
    files = files_of(made(story))
    code, said = check(tmp_path, signed_anew({**files, "checkpoints.txt": b""}, keys.current().line))
    assert code == 2, said


def test_one_altered_byte_is_found(story: World, tmp_path: Path) -> None:
    content = made(story)
    name = next(name for name in files_of(content) if name.startswith("documents/"))
    files = files_of(content)
    spoilt = bytearray(files[name])
    spoilt[len(spoilt) // 2] ^= 1
    code, said = check(tmp_path, zipped({**files, name: bytes(spoilt)}))
    assert code == 1
    assert f"FAIL {name} was altered" in said


def test_a_bundle_made_anew_with_another_key_is_found(story: World, tmp_path: Path) -> None:
    forger = keys.Key(Ed25519PrivateKey.generate())
    files = files_of(made(story))
    files[f"keys/{forger.fingerprint}.pub"] = base64.b64encode(forger.public)
    code, said = check(tmp_path, signed_anew(files, forger.line))
    assert code == 1
    assert "not signed by a trusted key" in said


def test_an_older_bundle_is_found_by_whoever_holds_a_newer_checkpoint(story: World, tmp_path: Path) -> None:
    older = made(story)
    makers.published(story)
    code, said = check(tmp_path, older, anchors=all_notes())
    assert code == 1
    assert "it is older or cut off" in said


def test_events_without_an_anchor_are_said_to_have_none(story: World, tmp_path: Path) -> None:
    files = files_of(made(story))
    newest = Checkpoint.objects.filter(organisation=story.northwind).order_by("-size").first()
    text = all_notes().replace(f"{newest.note}\n", "")
    code, said = check(tmp_path, signed_anew({**files, "checkpoints.txt": text.encode()}, keys.current().line))
    assert code == 2
    assert "newer events not yet anchored" in said


def test_a_new_key_is_trusted_through_the_one_before_it(story: World, tmp_path: Path) -> None:
    before = keys.current().fingerprint
    renew_keys(at=makers.moment(59))
    assert check(tmp_path, made(story), key=before)[0] == 0
    assert check(tmp_path, made(story, minutes=61), key=keys.current().fingerprint)[0] == 0


def signed_anew(files: Files, line: Callable[[str], str]) -> bytes:
    """Return a bundle whose list of files is made and signed again, as whoever holds a key can."""
    manifest = json.loads(files["manifest.json"])
    rest = {name: content for name, content in files.items() if name not in {"manifest.json", "manifest.note"}}
    manifest["files"] = {name: sopverify.sha256(content) for name, content in rest.items()}
    manifest["events"] = len(rest["events.jsonl"].splitlines())
    told = json.dumps(manifest).encode()
    text = f"{sopverify.FORMAT} manifest\n{sopverify.sha256(told)}\n"
    return zipped({"manifest.json": told, "manifest.note": note(text, line(text)).encode(), **rest})


# What somebody might do to a bundle. Each takes the files and gives them back changed.

Change = Callable[[random.Random, Files], Files]


def flip(rng: random.Random, files: Files) -> Files:
    name = rng.choice([name for name, content in files.items() if content])
    content = bytearray(files[name])
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    return {**files, name: bytes(content)}


def drop_file(rng: random.Random, files: Files) -> Files:
    name = rng.choice(list(files))
    return {other: content for other, content in files.items() if other != name}


def add_file(rng: random.Random, files: Files) -> Files:
    return {**files, f"documents/{rng.randrange(10**9):064d}.pdf": b"%PDF-1.7"}


def cut(rng: random.Random, files: Files) -> Files:
    name = rng.choice([name for name, content in files.items() if len(content) > 1])
    return {**files, name: files[name][: rng.randrange(len(files[name]))]}


def append(rng: random.Random, files: Files) -> Files:
    name = rng.choice(list(files))
    return {**files, name: files[name] + rng.choice([b"x", b" ", b"\0", b"x\n", b"\x00\x01"])}


def swap(rng: random.Random, files: Files) -> Files:
    one, other = rng.sample([name for name in files if name.startswith("documents/")], 2)
    return {**files, one: files[other], other: files[one]}


def edit_events(rng: random.Random, files: Files) -> Files:
    """Delete, repeat, swap or rewrite events, and sign the list of files anew with the real key."""
    lines = files["events.jsonl"].decode().splitlines()
    place = rng.randrange(len(lines) - 1)
    match rng.randrange(5):
        case 0:
            del lines[place]
        case 1:
            lines.insert(place, lines[place])
        case 2:
            lines[place], lines[place + 1] = lines[place + 1], lines[place]
        case 3:
            item = json.loads(lines[place])
            item["event"]["actor"]["printed_name"] += "x"
            item["hash"] = sopverify.sha256(b"sop-audit/v1\n" + sopverify.canonical(item["event"]).encode())
            lines[place] = json.dumps(item)
        case _:
            lines = lines[: place or 1]
    changed = {**files, "events.jsonl": ("\n".join(lines) + "\n").encode()}
    return files_of(signed_anew(changed, keys.current().line))


def forge_key(rng: random.Random, files: Files) -> Files:
    forger = keys.Key(Ed25519PrivateKey.generate())
    found = {**files, f"keys/{forger.fingerprint}.pub": base64.b64encode(forger.public)}
    return files_of(signed_anew(found, forger.line))


CHANGES: tuple[Change, ...] = (flip, drop_file, add_file, cut, append, swap, edit_events, forge_key)


def test_every_random_change_of_a_bundle_is_found_and_no_untouched_one_gives_alarm(
    story: World, tmp_path: Path
) -> None:
    content = made(story)
    files, kept = files_of(content), all_notes()
    missed = [(number, name) for number, name, code in _tried(files, kept, tmp_path) if code != 1]
    assert not missed
    assert {check(tmp_path, zipped(files), anchors=kept)[0] for _ in range(20)} == {0}


def _tried(files: Files, kept: str, tmp_path: Path) -> Iterator[tuple[int, str, int]]:
    for number in range(ROUNDS):
        rng = random.Random(number)
        change = CHANGES[number % len(CHANGES)]
        changed = change(rng, dict(files))
        if changed != files:
            yield number, change.__name__, check(tmp_path, zipped(changed), anchors=kept)[0]


# The page


def test_an_administrator_takes_a_bundle_and_it_is_on_the_trail(
    story: World, tmp_path: Path, client_of: ClientOf
) -> None:
    where = "/o/northwind/evidence/"
    sop = makers.Version.objects.order_by("pk")[0].sop
    answer = client_of(story.mia).post(where, {"about": "procedure", "procedure": sop.pk})
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith('attachment; filename="evidence-northwind-')
    assert check(tmp_path, answer.content)[0] == 0
    page = client_of(story.mia).get("/o/northwind/trail/").content.decode()
    assert "Evidence handed out" in page
    assert keys.current().fingerprint in client_of(story.mia).get(where).content.decode()


@pytest.mark.parametrize("about", ["procedure", "person", "moment", ""])
def test_a_bundle_about_nothing_gets_a_sentence(about: str, world: World, client_of: ClientOf) -> None:
    answer = client_of(world.mia).post("/o/northwind/evidence/", {"about": about})
    assert answer.status_code == 422
    assert b"Choose" in answer.content or b"Enter day and time" in answer.content


def test_a_procedure_of_another_organisation_is_no_choice(story: World, client_of: ClientOf) -> None:
    sop = makers.Version.objects.order_by("pk")[0].sop
    answer = client_of(story.zoe).post("/o/contoso/evidence/", {"about": "procedure", "procedure": sop.pk})
    assert answer.status_code == 422


def test_checkpoints_are_handed_out_as_text(story: World, tmp_path: Path, client_of: ClientOf) -> None:
    text = client_of(story.ana).get("/o/northwind/checkpoints.txt").content.decode()
    assert text == all_notes()
    assert checkpoints.origin_of("northwind") in text


def test_the_test_vectors_of_the_format_are_true() -> None:
    text = (ROOT / "docs" / "evidence-format.md").read_text(encoding="utf-8")
    event = json.loads(text.partition("hash of the event `")[2].partition("`")[0])
    leaves = [bytes([number]) * 32 for number in range(1, 6)]
    tree = Tree(leaves)
    vectors = [[entry_hash(event)], [tree.root().hex()]]
    vectors += [[part.hex() for part in path] for path in (tree.inclusion(2), tree.consistency(3))]
    for vector in vectors:
        assert f"| {' '.join(f'`{part}`' for part in vector)} |" in text
    assert sopverify.sha256(b"sop-audit/v1\n" + sopverify.canonical(event).encode()) == vectors[0][0]


def test_every_published_pdf_names_the_newest_checkpoint(story: World) -> None:
    sizes = [row.size for row in Checkpoint.objects.filter(organisation=story.northwind).order_by("size")]
    assert len(sizes) == 6  # one before each PDF, one with each publication
    assert (
        str(checkpoints.newest(story.northwind.pk)) == f"{sizes[-1]} {Checkpoint.objects.get(size=sizes[-1]).root[:16]}"
    )


def test_the_tick_signs_what_has_grown_and_nothing_twice(world: World) -> None:
    out = io.StringIO()
    call_command("sop_tick", stdout=out)
    call_command("sop_tick", stdout=out)
    told = [line for line in out.getvalue().splitlines() if "checkpoint" in line]
    assert told == ["2 checkpoints made.", "0 checkpoints made."]


def test_the_command_writes_a_bundle_and_refuses_others(story: World, tmp_path: Path) -> None:
    out = tmp_path / "out.zip"
    given = {"organisation": "northwind", "output": str(out), "stdout": io.StringIO()}
    call_command("sop_evidence", by=story.mia.user.email, moment="2026-05-04T09:07+00:00", **given)
    assert check(tmp_path, out.read_bytes())[0] == 0
    with pytest.raises(CommandError, match="Only administrators"):
        call_command("sop_evidence", by=story.ana.user.email, **given)
    with pytest.raises(CommandError, match="no member"):
        call_command("sop_evidence", by=story.zoe.user.email, **given)
