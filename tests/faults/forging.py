"""What somebody with the database file might do to it. Each way makes one change and says which, or "" for none.

The tables and columns are taken from the models, so that a new kind of evidence is attacked without being named here.
"""

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models

from audit.domain import merkle
from audit.domain.chain import entry_hash
from audit.models import Checkpoint, Entry, Head
from sop_library import storage
from sop_library.models import SOP, Publication, Version

OURS = ("accounts", "audit", "templates_app", "sop_library")

# Rows that change in their lives, with those of their columns that are evidence once a version is signed.
CHANGING: dict[type[models.Model], tuple[str, ...]] = {
    Head: ("sequence", "hash", "at", "frontier"),
    SOP: ("number", "organisation"),
    Version: ("organisation", "sop", "major", "minor", "status", "title", "source", "digest", "round", "in_force_from"),
}
# Columns of append-only rows that prove nothing, each with the reason.
NOT_EVIDENCE: dict[str, str] = {
    "Publication.renderer": "names the program that made the PDF; the PDF itself is held by its digest",
    "Publication.outline": "a table of contents made from the page, which is held by its digest",
    "FrozenText.outline": "a table of contents made from the body, which is held by the digest",
}

_touched: dict[Path, bytes] = {}


def evidence_models() -> list[type[models.Model]]:
    """Return every model whose rows are append-only."""
    found = [model for name in OURS for model in apps.get_app_config(name).get_models()]
    return [model for model in found if getattr(model, "append_only", False)]


def columns_of(model: type[models.Model]) -> list[Any]:
    """Return the columns of a model that are evidence."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    if model in CHANGING:
        return [field for field in fields if field.name in CHANGING[model]]
    return [field for field in fields if f"{model.__name__}.{field.name}" not in NOT_EVIDENCE]


def change_column(rng: random.Random) -> str:
    """Change one column of one row of one table."""
    model = rng.choice([*evidence_models(), *CHANGING])
    row = _any_row(model, rng)
    if row is None:
        return ""
    field = rng.choice(columns_of(model))
    old = getattr(row, field.attname)
    new = _other(field, old, rng)
    if new == old:
        return ""
    model._base_manager.filter(pk=row.pk).update(**{field.attname: new})
    return f"{model.__name__}.{field.name} of row {row.pk} from {old!r:.60} to {new!r:.60}"


def delete_row(rng: random.Random) -> str:
    """Delete one row, and what points at it."""
    model = rng.choice(evidence_models())
    row = _any_row(model, rng)
    if row is None:
        return ""
    told = f"{model.__name__} row {row.pk} deleted"
    model._base_manager.filter(pk=row.pk)._raw_delete(using="default")
    return told


def insert_row(rng: random.Random) -> str:
    """Insert a row that looks like one that is there, at another place."""
    model = rng.choice(evidence_models())
    row = _any_row(model, rng)
    if row is None:
        return ""
    for field in model._meta.concrete_fields:
        if field.unique or field.name in {"sequence", "size", "round", "previous", "person", "hash"}:
            setattr(row, field.attname, _other(field, getattr(row, field.attname), rng))
    row.pk = None
    row._state.adding = True
    model._base_manager.bulk_create([row])
    return f"{model.__name__} row {row.pk} inserted"


def reorder_rows(rng: random.Random) -> str:
    """Exchange the places of two entries of one trail."""
    last = Entry.objects.order_by("-sequence")[:1].get()
    rows = list(Entry.objects.filter(organisation=last.organisation_id))
    one, other = rng.sample(rows, 2)
    Entry.objects.filter(pk=one.pk).update(sequence=10**6)
    Entry.objects.filter(pk=other.pk).update(sequence=one.sequence)
    Entry.objects.filter(pk=one.pk).update(sequence=other.sequence)
    return f"entries {one.sequence} and {other.sequence} exchanged"


def cut_tail(rng: random.Random) -> str:
    """Cut off the end of the trail and mend head and checkpoints; the anchors that were kept reach beyond."""
    last = Entry.objects.order_by("-sequence")[:1].get()
    newest = Checkpoint.objects.filter(organisation=last.organisation_id).order_by("-size")[:1].get()
    keep = rng.randrange(1, newest.size)
    Checkpoint.objects.filter(organisation=last.organisation_id, size__gt=keep)._raw_delete(using="default")
    Entry.objects.filter(organisation=last.organisation_id, sequence__gt=keep)._raw_delete(using="default")
    _mend_head(last.organisation_id)
    return f"the trail cut off after entry {keep}"


def rewrite_from(rng: random.Random) -> str:
    """Change one entry and make every hash, the head and the checkpoints after it anew: only a kept anchor shows it."""
    last = Entry.objects.order_by("-sequence")[:1].get()
    newest = Checkpoint.objects.filter(organisation=last.organisation_id).order_by("-size")[:1].get()
    start = rng.randrange(1, newest.size + 1)
    before = ""
    Checkpoint.objects.filter(organisation=last.organisation_id, size__gte=start)._raw_delete(using="default")
    for row in Entry.objects.filter(organisation=last.organisation_id, sequence__gte=start).order_by("sequence"):
        if row.sequence == start:
            row.subject = f"{row.subject} (as I like it)"
        row.previous = before or row.previous
        row.hash = before = entry_hash(row.event)
        Entry.objects.filter(pk=row.pk).update(subject=row.subject, previous=row.previous, hash=row.hash)
    _mend_head(last.organisation_id)
    return f"the trail written anew from entry {start} on"


def spoil_pdf(rng: random.Random) -> str:
    """Flip a bit of a stored PDF, put another in its place, cut it or take it away."""
    rows = list(Publication.objects.values_list("pdf_sha256", flat=True))
    one, other = rng.sample(sorted(set(rows)), 2)
    path = storage.path_of(one)
    whole = _touched.setdefault(path, path.read_bytes())
    what = rng.randrange(4)
    if what == 0:
        spoilt = bytearray(whole)
        spoilt[rng.randrange(len(spoilt))] ^= 1 << rng.randrange(8)
        path.write_bytes(bytes(spoilt))
    elif what == 1:
        path.write_bytes(storage.path_of(other).read_bytes())
    elif what == 2:
        path.write_bytes(whole[: rng.randrange(len(whole))])
    else:
        path.unlink()
    return f"the PDF {one[:12]}: {('flipped', 'swapped', 'cut', 'gone')[what]}"


WAYS: list[tuple[Callable[[random.Random], str], int]] = [
    (change_column, 8),
    (delete_row, 2),
    (insert_row, 2),
    (reorder_rows, 1),
    (cut_tail, 1),
    (rewrite_from, 1),
    (spoil_pdf, 2),
]


def files_back() -> None:
    """Put back the stored files that were spoilt."""
    for path, whole in _touched.items():
        path.write_bytes(whole)
    _touched.clear()


def _any_row(model: type[models.Model], rng: random.Random) -> Any:
    rows = model._base_manager.order_by("pk")
    if model is Version:
        rows = rows.exclude(digest="")
    if model is SOP:
        rows = rows.exclude(versions__digest="")
    keys = list(rows.values_list("pk", flat=True))
    return model._base_manager.get(pk=rng.choice(keys)) if keys else None


def _mend_head(organisation: int) -> None:
    frontier: list[bytes] = []
    rows = list(Entry.objects.filter(organisation=organisation).order_by("sequence"))
    for size, row in enumerate(rows):
        frontier = merkle.grown(frontier, size, bytes.fromhex(row.hash))
    nodes = [node.hex() for node in frontier]
    Head.objects.filter(organisation=organisation).update(
        sequence=rows[-1].sequence, hash=rows[-1].hash, at=rows[-1].at, frontier=nodes
    )


def _other(field: Any, old: Any, rng: random.Random) -> Any:
    """Return another value that the column can hold."""
    if field.related_model is not None:
        keys = list(field.related_model._base_manager.values_list("pk", flat=True))
        return rng.choice(keys)
    if isinstance(old, bool):
        return not old
    if isinstance(old, int):
        return max(0, old + rng.choice([-1, 1, 7]))
    if isinstance(old, datetime):
        return old + timedelta(seconds=rng.choice([-86400, -1, 1, 3600]))
    if isinstance(old, date):
        return old + timedelta(days=rng.choice([-1, 1, 30]))
    if isinstance(old, dict):
        return {**old, "Changed": rng.randrange(99)}
    if isinstance(old, list):
        return [*old, "Changed"]
    if isinstance(old, str) and old:
        place = rng.randrange(len(old))
        return old[:place] + chr((ord(old[place]) - 32 + rng.randrange(1, 90)) % 95 + 32) + old[place + 1 :]
    return old
