"""The evidence bundle: a zip that an auditor checks with `sopverify.py` alone (`docs/evidence-format.md`)."""

import base64
import io
import json
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from accounts.models import Organisation
from audit import keys, seals
from audit.checkpoints import origin_of
from audit.domain.merkle import Tree
from audit.models import Checkpoint, Entry
from sop_library import part11, storage
from sop_library.bundle_comments import comments_table
from sop_library.bundle_scope import Scope
from sop_library.cells import table
from sop_library.domain.compliance import as_text
from sop_library.domain.signature import sha256
from sop_library.models import Confirmation, Publication, Signature, SignOff, Version

FORMAT = "sopsite-evidence/1"


def bundle_of(scope: Scope, organisation: Organisation, at: datetime) -> bytes:
    """Return the zip of a scope; its newest checkpoint stands for every entry in it.

    A stored PDF that is gone is left out, and the check names it: a missing file is a fault.
    """
    entries = list(scope.entries(organisation.pk))
    files = {
        "events.jsonl": "".join(f"{_line(entry)}\n" for entry in entries).encode(),
        "README.txt": _readme(scope, organisation, at),
        "sopverify.py": (settings.ROOT / "tools" / "sopverify.py").read_bytes(),
        **_anchors(scope, organisation, entries),
        **_keys(),
        **_records(scope),
        **_compliance(scope, organisation),
        **_documents(entries),
    }
    manifest = {
        "format": FORMAT,
        "made_at": at.astimezone(UTC).isoformat(timespec="seconds"),
        "origin": origin_of(organisation.slug),
        "organisation": organisation.name,
        "scope": scope.words,
        "whole": scope.whole,
        "events": len(entries),
        "files": {name: sha256(content) for name, content in sorted(files.items())},
    }
    told = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
    note = keys.current().signed(f"{FORMAT} manifest\n{sha256(told)}\n").encode()
    return _zipped({"manifest.json": told, "manifest.note": note, **files}, at)


def _line(entry: Entry) -> str:
    return json.dumps({"event": entry.event, "hash": entry.hash}, ensure_ascii=False)


def _anchors(scope: Scope, organisation: Organisation, entries: list[Entry]) -> dict[str, bytes]:
    """Return the checkpoints, and for a part of the trail the proofs that its entries and old checkpoints belong."""
    rows = list(Checkpoint.objects.filter(organisation=organisation).order_by("size"))
    proofs: dict[str, dict[str, list[str]]] = {"inclusion": {}, "consistency": {}}
    if not scope.whole and rows:
        hashes = Entry.objects.filter(organisation=organisation).order_by("sequence").values_list("hash", flat=True)
        tree, top = Tree([bytes.fromhex(digest) for digest in hashes]), rows[-1].size
        for entry in entries:
            proofs["inclusion"][str(entry.sequence)] = _hex(tree.inclusion(entry.sequence - 1, top))
        for row in rows:
            proofs["consistency"][str(row.size)] = _hex(tree.consistency(row.size, top))
    return {
        "checkpoints.txt": "".join(f"{row.note}\n" for row in rows).encode(),
        "proofs.json": json.dumps(proofs, indent=1).encode(),
    }


def _hex(path: Iterable[bytes]) -> list[str]:
    return [part.hex() for part in path]


def _keys() -> dict[str, bytes]:
    found = {f"keys/{key.fingerprint}.pub": base64.b64encode(key.public) for key in keys.all_keys()}
    for seal in seals.all_seals():
        found[f"keys/{seal.fingerprint}.crt"] = seal.certificate
        found[f"keys/{seal.fingerprint}.note"] = seal.note.encode()
    changed = keys.rotations().encode()
    return {**found, "keys/rotations.txt": changed} if changed else found


def _documents(entries: list[Entry]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for entry in entries:
        if entry.action == "version.published":
            digest = str(entry.data["pdf_sha256"])
            try:
                found[f"documents/{digest}.pdf"] = storage.get(digest)
            except FileNotFoundError:
                continue
    return found


def _records(scope: Scope) -> dict[str, bytes]:
    """Return what the rows say, for people: the versions as JSON, signatures and sign-offs as tables."""
    keys_of = {"version__in": scope.versions}
    signed = Signature.objects.filter(**keys_of).select_related("version__sop", "approval").order_by("signed_at", "pk")
    understood = SignOff.objects.filter(**keys_of).select_related("version__sop").order_by("signed_at", "pk")
    confirmed = Confirmation.objects.filter(**keys_of).select_related("version__sop").order_by("signed_at", "pk")
    if scope.until is not None:
        signed, understood = signed.filter(signed_at__lte=scope.until), understood.filter(signed_at__lte=scope.until)
        confirmed = confirmed.filter(signed_at__lte=scope.until)
    versions = Version.objects.filter(pk__in=scope.versions).select_related("sop", "author__user")
    published = dict(Publication.objects.filter(**keys_of).values_list("version_id", "pdf_sha256"))
    told = [_told(version, published.get(version.pk, "")) for version in versions]
    return {
        "record/versions.json": json.dumps(told, indent=1, ensure_ascii=False).encode(),
        "record/signatures.csv": _table(signed),
        "record/sign-offs.csv": _table(understood),
        "record/confirmations.csv": _table(confirmed, "next_review_on", "note"),
        "record/comments.csv": comments_table(scope),
    }


def _compliance(scope: Scope, organisation: Organisation) -> dict[str, bytes]:
    """Return what the check of the regulations finds for the organisation, where the bundle is about all of it."""
    return {"record/part11.txt": as_text(part11.findings(organisation)).encode()} if scope.whole else {}


def _told(version: Version, pdf_sha256: str) -> dict[str, Any]:
    moments = ("created_at", "frozen_at", "in_force_from", "in_force_until", "withdrawn_at")
    return {
        "number": version.sop.number,
        "version": str(version.number),
        "title": version.title,
        "status": version.status,
        "author": version.author.printed_name,
        "change_size": version.change_size,
        "change_summary": version.change_summary,
        "effective_on": version.effective_on.isoformat() if version.effective_on else None,
        "review_on": version.review_on.isoformat() if version.review_on else None,
        "training_share": version.training_share,
        "digest": version.digest,
        "pdf_sha256": pdf_sha256,
        **{name: at.astimezone(UTC).isoformat() if (at := getattr(version, name)) else None for name in moments},
    }


def _table(rows: Iterable[Signature | SignOff | Confirmation], *more: str) -> bytes:
    """Return signatures as CSV, with everything that 21 CFR 11.50 asks for and `more` of their columns."""
    first = ["number", "version", "printed_name", "role", "meaning", "statement", "signed_at_utc", "digest"]
    return table([*first, *more], (_cells(row, more) for row in rows))


def _cells(row: Signature | SignOff | Confirmation, more: Iterable[str]) -> list[str]:
    signed_at = row.signed_at.astimezone(UTC).isoformat(timespec="seconds")
    where = [row.version.sop.number, str(row.version.number)]
    said = [row.printed_name, row.full_role, row.title, row.statement, signed_at, row.digest]
    return [*where, *said, *(str(getattr(row, name)) for name in more)]


def _readme(scope: Scope, organisation: Organisation, at: datetime) -> bytes:
    context = {"scope": scope.words, "organisation": organisation.name, "at": at, "host": settings.PUBLIC_URL}
    return render_to_string("sop_library/bundle_readme.txt", context).encode()


def _zipped(files: dict[str, bytes], at: datetime) -> bytes:
    out = io.BytesIO()
    moment = at.astimezone(UTC).timetuple()[:6]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in files.items():
            bundle.writestr(zipfile.ZipInfo(name, date_time=moment), content, compress_type=zipfile.ZIP_DEFLATED)
    return out.getvalue()
