"""Bringing in files and deciding about their blanks, until each file is a template or discarded."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Membership
from accounts.refusals import NotAllowed, Stale, WrongState
from audit import trail
from templates_app.actions_importing import import_template
from templates_app.imported import composed, stored, stored_lines
from templates_app.importing.reading import shown_name
from templates_app.importing.result import Choices, ReadFile
from templates_app.models import ImportedFile, Template

_MANAGERS_ONLY = "Only managers bring in procedures."


@transaction.atomic
def bring_in(
    *, sent_as: str, data: bytes, files: Sequence[ReadFile], by: Membership, at: datetime
) -> list[ImportedFile]:
    """Store the files that were read from one that was sent, and return them in order; raises NotAllowed."""
    _refuse_others(by)
    sent = ReadFile(shown_name(sent_as), (), sha256=hashlib.sha256(data).hexdigest(), size=len(data))
    return [_bring_in(one, sent, by, at) for one in files]


def _bring_in(one: ReadFile, sent: ReadFile, by: Membership, at: datetime) -> ImportedFile:
    own = one if one.sha256 else sent
    row = ImportedFile.objects.create(
        organisation=by.organisation,
        file_name=shown_name(one.name),
        sha256=own.sha256,
        bytes=own.size,
        lines=stored_lines(one),
        dropped=[[each.line, each.text, each.reason] for each in one.dropped],
        imported_at=at,
        imported_by=by,
    )
    archive = {"inside": sent.name, "inside_sha256": sent.sha256} if own.sha256 != sent.sha256 else {}
    _record(row, "file.brought_in", by, at, bytes=own.size, lines=len(one.lines), **archive)
    return row


@transaction.atomic
def save_choices(
    *, row: ImportedFile, choices: Choices, row_version: int, by: Membership, at: datetime
) -> ImportedFile:
    """Store what was decided about a file and return it; raises NotAllowed, WrongState, Stale."""
    _refuse_others(by, row)
    kept = stored(choices)
    if kept == row.choices and row_version == row.row_version:
        return row
    saved = _moved(row, row_version, row_version=row_version + 1, choices=kept)
    changed = sorted(
        key
        for key in {**_by_key(row.choices), **_by_key(kept)}
        if _by_key(row.choices).get(key) != _by_key(kept).get(key)
    )
    _record(saved, "file.choices_saved", by, at, changed=len(changed), choices=kept)
    return saved


def _by_key(kept: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = kept.get("guesses", {})
    return found


@transaction.atomic
def discard(*, row: ImportedFile, by: Membership, at: datetime) -> ImportedFile:
    """Take a file off the list and return it; raises NotAllowed, WrongState. Its text stays as evidence."""
    _refuse_others(by, row)
    gone = _moved(row, None, discarded_at=at)
    _record(gone, "file.discarded", by, at)
    return gone


@transaction.atomic
def make_template(*, row: ImportedFile, by: Membership, at: datetime) -> Template:
    """Make a file, with the choices that are saved, into a template with a first draft, and return it.

    Raises NotAllowed, WrongState, TemplateError, child.ChildProblem.
    """
    _refuse_others(by, row)
    template = import_template(imported=composed(row), file_name=row.file_name, sha256=row.sha256, by=by, at=at)
    _moved(row, row.row_version, template=template)
    return template


def _refuse_others(by: Membership, row: ImportedFile | None = None) -> None:
    if not by.is_manager:
        raise NotAllowed(_MANAGERS_ONLY)
    if row is not None and row.organisation_id != by.organisation_id:
        raise NotAllowed("This file belongs to another organisation.")


def _moved(row: ImportedFile, expected: int | None, **changes: Any) -> ImportedFile:
    """Compare and set: save the changes while the file is open, and at the expected row version if one is given."""
    rows = ImportedFile.objects.filter(pk=row.pk).to_review()
    if expected is not None:
        rows = rows.filter(row_version=expected)
    if rows.update(**changes):
        return ImportedFile.objects.select_related("organisation").get(pk=row.pk)
    now = ImportedFile.objects.select_related("template").get(pk=row.pk)
    if now.template is not None:
        raise WrongState(f"{now} was made into the template “{now.template}” already. Open that template.")
    if now.discarded_at is not None:
        raise WrongState(f"{now} was discarded, so nothing can be made of it. Bring the file in again.")
    raise Stale("These choices were changed in the meantime. Keep yours or take what is saved.")


def _record(row: ImportedFile, action: str, by: Membership, at: datetime, **data: Any) -> None:
    facts = {"file_name": row.file_name, "sha256": row.sha256, **data}
    trail.record(organisation=by.organisation, by=by, action=action, subject=row, at=at, data=facts)
