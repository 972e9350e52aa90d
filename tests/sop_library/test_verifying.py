"""`sop_verify` finds what somebody with access to the database or the files has changed."""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from audit.domain import merkle
from audit.domain.chain import entry_hash
from audit.models import Checkpoint, Entry, Head
from sop_library import storage, verifying
from sop_library.actions import approving, drafting, publishing
from sop_library.domain.lifecycle import Status
from sop_library.domain.numbering import ChangeSize
from sop_library.domain.signature import frozen_digest
from sop_library.models import SOP, Approval, FrozenText, Publication, Signature, SignOff, Version
from tests.database import open_protected_tables
from tests.sop_library import makers
from tests.world import World


@pytest.fixture
def first(world: World) -> Version:
    """Version 1.0 in force, understood by Rui; Zoe's organisation has none."""
    version = makers.published(world)
    makers.understood(version, world.rui)
    return version


@pytest.fixture
def attacker(first: Version) -> None:
    """Somebody with access to the database, who removes the triggers first; the end of the test undoes it."""
    open_protected_tables()


def found() -> list[str]:
    """The faults, without those about the triggers that the test removed."""
    return [fault for fault in verifying.faults() if "triggers" not in fault]


def only(words: str) -> None:
    faults = found()
    assert any(words in fault for fault in faults), faults


def entry(action: str) -> str:
    """How a fault names the audit entry of the latest act of this sort."""
    return f"audit entry {Entry.objects.filter(action=action).order_by('-sequence')[:1].get().sequence}"


def test_an_untouched_database_has_no_fault(first: Version) -> None:
    assert list(verifying.faults()) == []


def test_returned_superseded_and_withdrawn_versions_are_no_fault(world: World, first: Version) -> None:
    second = makers.submitted(world, makers.revision(world, first), size=ChangeSize.MINOR, at=makers.moment(20))
    returned = approving.return_version(version=second, reason="Say why.", by=world.priya, at=makers.moment(21))
    again = makers.submitted(world, returned, size=ChangeSize.MAJOR, at=makers.moment(22))
    assert str(again.number) == "2.0"
    assert found() == []
    second = makers.published(world, makers.approved(world, again), at=makers.moment(30))
    publishing.withdraw(version=second, reason="Out of date.", by=world.ana, at=makers.moment(40))
    assert list(verifying.faults()) == []


def test_it_finds_a_changed_audit_row(attacker: None) -> None:
    Entry.objects.filter(sequence=3).update(person_name="Somebody Else")
    assert [fault for fault in found() if "Entry 3 was changed" in fault]


def test_it_finds_a_deleted_audit_row(attacker: None, world: World) -> None:
    Entry.objects.filter(organisation=world.northwind, sequence=4).delete()
    only("1 missing before entry 5")


def test_it_finds_the_last_audit_row_deleted(attacker: None, world: World) -> None:
    Entry.objects.filter(organisation=world.northwind).order_by("-sequence")[:1].get().delete()
    only("the head says")


def test_it_finds_the_last_audit_row_deleted_and_the_head_mended(attacker: None, world: World) -> None:
    rows = Entry.objects.filter(organisation=world.northwind).order_by("-sequence")
    last, before = rows[0], rows[1]
    last.delete()
    frontier: list[bytes] = []
    for size, row in enumerate(rows.order_by("sequence")):
        frontier = merkle.grown(frontier, size, bytes.fromhex(row.hash))
    Head.objects.filter(organisation=world.northwind).update(
        sequence=before.sequence, hash=before.hash, at=before.at, frontier=[node.hex() for node in frontier]
    )
    assert found() == ["SOP-CS-001 version 1.0: the sign-off of Rui Costa has no entry in the audit trail."]


def test_it_finds_a_changed_stored_pdf(first: Version) -> None:
    path = storage.path_of(Publication.objects.get().pdf_sha256)
    whole = path.read_bytes()
    try:
        path.write_bytes(whole[:-1] + b" ")
        assert found() == ["SOP-CS-001 version 1.0: the stored PDF differs from what was published."]
    finally:
        path.write_bytes(whole)


def test_it_finds_a_missing_pdf(first: Version) -> None:
    path = storage.path_of(Publication.objects.get().pdf_sha256)
    whole = path.read_bytes()
    try:
        path.unlink()
        assert found() == ["SOP-CS-001 version 1.0: the stored PDF is missing."]
    finally:
        path.write_bytes(whole)


def test_it_finds_a_pdf_and_its_row_changed_together(attacker: None) -> None:
    digest = storage.put(b"%PDF-1.7 another")
    Publication.objects.update(pdf_sha256=digest)
    told = entry("version.published")
    only("SOP-CS-001 version 1.0: the seal of its PDF cannot be read")
    only(f"SOP-CS-001 version 1.0: the PDF is not the one that {told} recorded.")


def test_a_file_name_out_of_the_folder_is_a_fault(attacker: None) -> None:
    Publication.objects.update(pdf_sha256="../../../etc/hostname"[:64])
    only("the stored PDF")


def test_it_finds_a_changed_frozen_text(attacker: None) -> None:
    FrozenText.objects.update(body="<p>Anybody may give a refund.</p>")
    assert found() == ["SOP-CS-001 version 1.0: the frozen text was changed."]


def test_it_finds_a_frozen_text_changed_with_its_digest(attacker: None) -> None:
    row = FrozenText.objects.get()
    body = "<p>Anybody may give a refund.</p>"
    row.body = body
    parts = {"number": row.number, "title": row.title, "source": row.source, "values": row.values, "terms": row.terms}
    digest = frozen_digest(sop="SOP-CS-001", body=body, **parts)
    FrozenText.objects.update(body=body, digest=digest)
    Version.objects.update(digest=digest)
    only("the frozen text is not the one that audit entry")
    only("covers another text")


def test_it_finds_a_version_whose_text_is_not_the_frozen_one(attacker: None) -> None:
    Version.objects.update(title="Another title")
    assert found() == ["SOP-CS-001 version 1.0: number, title or text differ from what was frozen."]


def test_it_finds_a_missing_frozen_text(attacker: None) -> None:
    FrozenText.objects.all().delete()
    only("SOP-CS-001 version 1.0: the frozen text is missing.")


def test_it_finds_a_moved_signature(attacker: None, world: World) -> None:
    other = makers.reviewed(world, makers.submitted(world, makers.draft(world)))
    step = Approval.objects.get(version=other, meaning="approved")
    Signature.objects.filter(version__major=1, person=world.ben).update(approval=step, version=other)
    assert (
        "SOP-CS-002 version 1.0: the signature “approved” of Ben Okafor covers another text: it was moved here, "
        "or the text was changed." in found()
    )
    only("SOP-CS-001 version 1.0: nobody has signed its step “approved”.")


def test_it_finds_a_signature_copied_to_another_version(attacker: None, world: World) -> None:
    other = makers.reviewed(world, makers.submitted(world, makers.draft(world)))
    copied = Signature.objects.get(person=world.ben)
    copied.pk, copied.approval, copied.version = None, Approval.objects.get(version=other, meaning="approved"), other
    copied.digest = other.digest
    copied.save(force_insert=True)
    only("SOP-CS-002 version 1.0: the signature “approved” of Ben Okafor was changed after it was signed.")


@pytest.mark.parametrize(
    ("column", "value"),
    [("printed_name", "Ben Other"), ("role", "Director"), ("statement", "I approve."), ("signed_at", makers.moment(1))],
)
def test_it_finds_a_changed_part_of_a_signature(attacker: None, world: World, column: str, value: object) -> None:
    Signature.objects.filter(person=world.ben).update(**{column: value})
    only("was changed after it was signed.")


def test_it_finds_a_deleted_signature(attacker: None, world: World) -> None:
    Signature.objects.filter(person=world.ben).delete()
    only("SOP-CS-001 version 1.0: nobody has signed its step “approved”.")
    only(f"SOP-CS-001 version 1.0: the signature that {entry('version.signed')} tells of is gone.")


def test_it_finds_a_changed_and_a_deleted_sign_off(attacker: None, world: World) -> None:
    SignOff.objects.update(printed_name="Sol Berg")
    assert found() == ["SOP-CS-001 version 1.0: the sign-off of Sol Berg was changed after it was signed."]
    SignOff.objects.all().delete()
    only(f"the sign-off that {entry('version.understood')} tells of is gone.")


def test_it_finds_a_changed_page(attacker: None) -> None:
    Publication.objects.update(page="<p>Anybody may give a refund.</p>")
    assert found() == ["SOP-CS-001 version 1.0: the page differs from what was published."]


def test_it_finds_a_missing_publication(attacker: None) -> None:
    Publication.objects.all().delete()
    only("SOP-CS-001 version 1.0: what was published is missing.")


def test_it_finds_a_dropped_trigger(first: Version) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER sop_library_signature_no_update")
        else:
            cursor.execute("DROP TRIGGER sop_library_signature_no_change ON sop_library_signature")
    assert list(verifying.faults()) == ["Table sop_library_signature: its append-only triggers are gone."]


def test_it_finds_a_forged_version(world: World, first: Version) -> None:
    forged = Version.objects.get()
    forged.pk = None
    forged.previous_major, forged.previous_minor, forged.minor = 1, 0, 1
    forged.save(force_insert=True)
    only("SOP-CS-001 version 1.1: the audit trail does not tell of its making.")
    only("SOP-CS-001 version 1.1: the frozen text is missing.")
    only("SOP-CS-001 version 1.1: what was published is missing.")
    only("SOP-CS-001 version 1.1: nobody has signed" if Approval.objects.filter(version=forged) else "it has no step")
    only("SOP-CS-001: versions 1.0 and 1.1 are both in force")


def test_it_finds_a_draft_that_was_made_published_by_hand(world: World, first: Version) -> None:
    version = makers.revision(world, first)
    now = timezone.now()
    Version.objects.filter(pk=version.pk).update(
        status=Status.PUBLISHED, frozen_at=now, digest="0" * 64, in_force_from=now + timedelta(days=9)
    )
    only("SOP-CS-001 version 1.1: it was never submitted, yet it is published.")


def test_it_finds_a_moved_first_day(first: Version) -> None:
    Version.objects.update(in_force_from=makers.moment(days=-9))
    told = entry("version.published")
    assert found() == [f"SOP-CS-001 version 1.0: its first day is not the one that {told} recorded."]


def test_it_names_the_organisation_where_two_have_the_same_number(world: World, first: Version) -> None:
    drafting.start_sop(template=makers.template(), by=world.zoe, at=makers.moment(50))
    Version.objects.filter(organisation=world.northwind).update(title="Another")
    only("SOP-CS-001 version 1.0 of Northwind Support: number, title or text differ")


def test_a_value_that_cannot_be_read_is_a_fault_and_not_a_crash(attacker: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sop_library_frozentext SET \"values\" = '[1.5]'")
    only("SOP-CS-001 version 1.0: the frozen text was changed.")
    Approval.objects.update(meaning="thought")
    only("cannot be read to the end: ValueError")


def test_a_missing_table_is_a_fault(first: Version, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [name for name in connection.introspection.table_names() if name != "sop_library_signature"]
    monkeypatch.setattr(connection.introspection, "table_names", lambda *args: names)
    assert found() == ["Table sop_library_signature is missing, so nothing can be verified."]


def run(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("sop_verify", *arguments, stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def test_the_command_says_what_it_read(first: Version) -> None:
    code, told = run()
    assert code == 0
    entries = Entry.objects.count()
    rest = "1 versions, 1 frozen texts, 3 signatures, 0 comments, 1 sign-offs, "
    rest += "7 statements of signers, 0 confirmations, 1 PDFs"
    assert told.splitlines()[0] == f"No fault found: {entries} entries, {rest}."
    code, told = run("--json")
    assert json.loads(told)["ok"] is True
    assert json.loads(told)["checked"]["entries"] == Entry.objects.count()


def test_the_command_prints_one_line_for_each_fault_and_ends_with_1(attacker: None) -> None:
    Publication.objects.update(page="<p>Other</p>")
    code, told = run()
    assert code == 1
    assert "SOP-CS-001 version 1.0: the page differs from what was published." in told.splitlines()
    assert told.splitlines() == list(verifying.faults())
    code, told = run("--json")
    assert (code, json.loads(told)["ok"]) == (1, False)


def kept(tmp_path: Path, *rows: Checkpoint) -> str:
    """Return the name of a file of checkpoints that somebody kept, all of them unless some are named."""
    path = tmp_path / "kept.txt"
    path.write_text("".join(f"{row.note}\n" for row in rows or Checkpoint.objects.order_by("size")), encoding="utf-8")
    return str(path)


def test_the_command_says_what_no_checkpoint_stands_for(first: Version, tmp_path: Path) -> None:
    northwind = Entry.objects.filter(organisation=first.organisation).count()
    oldest, newest = Checkpoint.objects.filter(organisation=first.organisation).order_by("size")
    unheld = {"contoso": Entry.objects.count() - northwind, "northwind": northwind - newest.size}
    assert json.loads(run("--json")[1])["not_anchored"] == unheld
    code, told = run("--anchor", kept(tmp_path, oldest))
    assert code == 0
    words = (
        f"Not anchored: the newest {northwind - oldest.size} entries of northwind are in no checkpoint that you hold."
    )
    assert words in told.splitlines()


def test_a_trail_written_anew_is_found_by_whoever_kept_a_checkpoint(
    attacker: None, world: World, tmp_path: Path
) -> None:
    anchor = kept(tmp_path)
    Checkpoint.objects.all()._raw_delete(using="default")
    before = ""
    for row in Entry.objects.filter(organisation=world.northwind, sequence__gte=2).order_by("sequence"):
        row.subject, row.previous = f"{row.subject}!" if row.sequence == 2 else row.subject, before or row.previous
        before = entry_hash(row.event)
        Entry.objects.filter(pk=row.pk).update(subject=row.subject, previous=row.previous, hash=before)
    frontier: list[bytes] = []
    hashes = Entry.objects.filter(organisation=world.northwind).order_by("sequence").values_list("hash", flat=True)
    for size, each in enumerate(hashes):
        frontier = merkle.grown(frontier, size, bytes.fromhex(each))
    nodes = [node.hex() for node in frontier]
    Head.objects.filter(organisation=world.northwind).update(hash=before, frontier=nodes)
    assert found() == []
    code, told = run("--anchor", anchor)
    assert code == 1
    assert "not those of the checkpoint that you hold" in told


def test_a_checkpoint_that_was_kept_and_is_gone_here_is_a_fault(attacker: None, tmp_path: Path) -> None:
    anchor = kept(tmp_path)
    oldest = Checkpoint.objects.order_by("size")[0]
    Checkpoint.objects.filter(pk=oldest.pk)._raw_delete(using="default")
    assert found() == []
    assert f"you hold checkpoint {oldest.size}, which is gone here" in run("--anchor", anchor)[1]


def test_what_is_no_checkpoint_of_this_installation_stops_the_command(first: Version, tmp_path: Path) -> None:
    anchor = kept(tmp_path)
    assert run("--anchor", anchor)[0] == 0
    text = Path(anchor).read_text(encoding="utf-8")
    for spoilt in ("not a checkpoint", text.replace("time 2026", "time 2025"), str(tmp_path / "none")):
        Path(anchor).write_text(spoilt, encoding="utf-8")
        with pytest.raises(CommandError, match="cannot be read"):
            call_command("sop_verify", anchor=[anchor])


def test_a_changed_time_of_head_or_checkpoint_is_found(attacker: None, world: World) -> None:
    Head.objects.filter(organisation=world.northwind).update(at=makers.moment(90))
    only("the head's time is not that of entry")
    row = Checkpoint.objects.order_by("-size")[0]
    Checkpoint.objects.filter(pk=row.pk).update(at=makers.moment(90))
    only(f"checkpoint {row.size} says another size, root or time than its row")


def test_a_frozen_text_of_a_round_that_never_was_is_found(attacker: None) -> None:
    row = FrozenText.objects.get()
    row.pk, row.round = None, 2
    FrozenText.objects.bulk_create([row])
    only("there is a frozen text of round 2, which never was")


def test_it_reads_one_moment_and_leaves_no_transaction_behind(open_world: World) -> None:
    makers.approved(open_world)
    assert list(verifying.faults()) == []
    assert not connection.in_atomic_block
    SOP.objects.update(category="Calls")
    assert SOP.objects.get().category == "Calls"


def test_stored_files_live_in_the_folder_of_the_tests(settings: object, first: Version) -> None:
    assert Path(storage.path_of("ab")).is_relative_to(Path(getattr(settings, "DATA_DIR")))  # noqa: B009


def test_it_finds_a_publication_given_to_somebody_else(attacker: None, world: World) -> None:
    entry = Entry.objects.get(organisation=world.northwind, action="version.published")
    Publication.objects.update(published_by=world.mia)
    assert found() == [
        f"SOP-CS-001 version 1.0: it was published by somebody else than audit entry {entry.sequence} recorded."
    ]
