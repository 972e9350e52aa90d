"""Re-reads everything that is evidence and compares it with what was recorded. `sop_verify` prints the result.

What a chain of hashes cannot show is a trail that was rewritten from some point on together with all rows: for that,
keep its checkpoints elsewhere and give them back here (`audit.anchors`).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connection

from accounts import verifying as people
from accounts.models import Promise
from audit import verifying as trail
from audit.anchors import Kept
from audit.models import Entry
from sop_library.models import Comment, Confirmation, FrozenText, Publication, Signature, SignOff, Version
from sop_library.verifying_comments import comment_faults
from sop_library.verifying_dates import confirmation_faults
from sop_library.verifying_facts import Facts, gather
from sop_library.verifying_notes import note_faults
from sop_library.verifying_routes import round_faults
from sop_library.verifying_seals import rotation_faults
from sop_library.verifying_signatures import sign_off_faults, signature_faults
from sop_library.verifying_versions import publication_faults, text_faults, version_faults

OURS = ("accounts", "audit", "templates_app", "sop_library")
# Signatures last: what is left of the trail's signed acts when they are done are the ones whose rows are gone.
CHECKS: tuple[tuple[str, Callable[[Facts], Iterator[str]]], ...] = (
    ("The frozen texts", text_faults),
    ("The versions", version_faults),
    ("The rounds", round_faults),
    ("The editorial notes", note_faults),
    ("The publications", publication_faults),
    ("The changes of keys", rotation_faults),
    ("The sign-offs", sign_off_faults),
    ("The confirmations of reviews", confirmation_faults),
    ("The comments", comment_faults),
    ("The signatures", signature_faults),
)


def faults(kept: Kept | None = None) -> Iterator[str]:
    """Yield one plain sentence for each fault of the evidence, naming the record; none means that all of it is whole.

    `kept` are checkpoints that were held outside. What is newer than the newest one, nobody can tell of.
    Reads the state of one moment and writes nothing. A missing table or file and a row that cannot be read are faults.
    """
    with _one_moment():
        missing = _missing_tables()
        if missing:
            yield from (f"Table {table} is missing, so nothing can be verified." for table in missing)
            return
        yield from _safely("The audit trail", lambda: trail.faults(kept))
        yield from _safely("The statements about signatures", people.faults)
        facts: list[Facts] = []
        yield from _safely("The record", lambda: _gathered(facts))
        for found in facts:
            for title, check in CHECKS:
                yield from _safely(title, lambda check=check, found=found: check(found))  # type: ignore[misc]


def counted() -> dict[str, int]:
    """Return how many records of each sort there are to verify, by a word that may follow a number."""
    return {
        "entries": Entry.objects.count(),
        "versions": Version.objects.count(),
        "frozen texts": FrozenText.objects.count(),
        "signatures": Signature.objects.count(),
        "comments": Comment.objects.count(),
        "sign-offs": SignOff.objects.count(),
        "statements of signers": Promise.objects.count(),
        "confirmations": Confirmation.objects.count(),
        "PDFs": Publication.objects.count(),
        **_unsealed(),
    }


def _unsealed() -> dict[str, int]:
    """Return how many PDFs were published before there were seals, when there are any."""
    sealed = Entry.objects.filter(action="version.published", data__has_key="seal_cert_sha256").count()
    older = Publication.objects.count() - sealed
    return {"of them not sealed (published before seals)": older} if older else {}


def _gathered(into: list[Facts]) -> Iterator[str]:
    into.append(gather())
    yield from ()


def _safely(title: str, check: Callable[[], Iterator[str]]) -> Iterator[str]:
    """Yield what a check finds; whatever a row that somebody spoilt makes it raise is a fault too, never a crash."""
    try:
        yield from check()
    except Exception as error:
        yield f"{title} cannot be read to the end: {type(error).__name__}, {error}"


def _missing_tables() -> list[str]:
    there = set(connection.introspection.table_names())
    wanted = {model._meta.db_table for name in OURS for model in apps.get_app_config(name).get_models()}
    return sorted(wanted - there)


@contextmanager
def _one_moment() -> Iterator[None]:
    """Read the state of one moment while others go on writing; their half of a change must not look like a fault.

    Django's own `atomic` would take SQLite's write lock (settings: IMMEDIATE) and hold everybody up.
    """
    if connection.in_atomic_block:
        yield
        return
    postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY" if postgresql else "BEGIN DEFERRED")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")
