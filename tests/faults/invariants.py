"""What holds after every round, whatever was done to the product: `sop_verify` and what it does not look at.

Each line says which invariant of the plan it is for: I1 and I2 are of the round, which knows what was acknowledged.
"""

from collections.abc import Iterator

from django.apps import apps
from django.db import connection
from django.db.models import Count, F
from django_tasks_db.models import DBTaskResult

from sop_library import storage, verifying
from sop_library.domain.signature import Meaning
from sop_library.models import Publication, Signature, SignOff

OURS = ("accounts", "audit", "templates_app", "sop_library")


def invariants(*, quiet: bool = True) -> list[str]:
    """Return a sentence for each invariant that does not hold; `quiet` says that no task should be under way."""
    found = list(verifying.faults())  # I3 chain, I4 PDFs, I5 numbers, I6 signed before, I7 hashes, I8 rows and acts
    found += _once()
    found += _homes()
    found += _files()
    found += _storage_is_whole()
    if quiet:
        found += _tasks()
    return found


def _once() -> Iterator[str]:
    """I2: one person signs one round of a version once, and reads it once."""
    rows = Signature.objects.order_by().exclude(meaning=Meaning.PREPARED)
    for row in rows.values("version", "approval__round", "person").annotate(n=Count("pk")).filter(n__gt=1):
        yield f"I2: {row['n']} signatures of one person in one round of version {row['version']}."
    for read in SignOff.objects.order_by().values("version", "person").annotate(n=Count("pk")).filter(n__gt=1):
        yield f"I2: {read['n']} sign-offs of one person on version {read['version']}."


def _homes() -> Iterator[str]:
    """I10: no row points at a row of another organisation, over every foreign key of ours."""
    for name in OURS:
        for model in apps.get_app_config(name).get_models():
            own = {field.name for field in model._meta.fields}
            for field in model._meta.fields:
                target = field.related_model
                if "organisation" not in own or not isinstance(target, type) or field.name == "organisation":
                    continue
                theirs = {each.name for each in target._meta.fields}
                if "organisation" in theirs:
                    rows = model._base_manager.filter(**{f"{field.name}__organisation__isnull": False})
                    crossing = rows.exclude(**{f"{field.name}__organisation": F("organisation")}).count()
                    if crossing:
                        yield f"I10: {crossing} rows of {model.__name__} cross organisations by {field.name}."


def _files() -> Iterator[str]:
    """I4: every file that a publication names is there; what is written aside never looks like one."""
    for digest in Publication.objects.values_list("pdf_sha256", flat=True):
        if not storage.path_of(digest).exists():
            yield f"I4: the file {digest} is gone."


def _storage_is_whole() -> Iterator[str]:
    """The engine's own opinion of the database: SQLite's quick check, references included."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA quick_check")
        said = [row[0] for row in cursor.fetchall()]
        cursor.execute("PRAGMA foreign_key_check")
        dangling = cursor.fetchall()
    if said != ["ok"]:
        yield f"The file is damaged: {said[:3]}"
    if dangling:
        yield f"Rows point at rows that are gone: {dangling[:3]}"


def _tasks() -> Iterator[str]:
    """I9: no task is left running by a worker that is gone, and none failed."""
    for status, times in DBTaskResult.objects.order_by().values_list("status").annotate(Count("pk")):
        if status in {"RUNNING", "FAILED"}:
            yield f"I9: {times} tasks are {status.lower()}."
