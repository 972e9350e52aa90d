"""Every step of a publication killed: a process of its own publishes and kills itself before or after a named step.

The steps are found by looking on while one publication runs, so a step that is added later is killed too. Afterwards
the old state is whole or the new one is; publishing again succeeds; nobody has met a published version without its PDF.
"""

import contextlib
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest import mock

from django.db import connection, connections, transaction

from accounts.refusals import Refusal
from sop_library import storage
from sop_library.actions import publishing
from sop_library.domain.lifecycle import Status
from sop_library.models import Publication, Version
from tests.faults import story
from tests.faults.ground import Ground
from tests.faults.invariants import invariants
from tests.faults.tally import Tally
from tests.sop_library import makers
from tests.world import World

# A round kills every step once. In a short run every fourth step will do.
SHORT_EVERY = 4
REAL_ENGINE_EVERY = 25
WRITES = re.compile(r'\s*(INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
Told = Callable[[str], None]


def run(ground: Ground, rounds: int, tally: Tally, every: int = 1) -> None:
    """Kill each step as often as there are rounds."""
    home = story.world()
    with story.small_pdfs():
        first = makers.published(home)
        second = makers.approved(home, makers.submitted(home, makers.revision(home, first)))
    ground.keep("approved")
    steps = _steps(ground, home, second)
    tally.note("steps", len(steps))
    done = 0
    for number in range(rounds):
        for place, step in enumerate(steps):
            if (place + number) % every:
                continue
            ground.back("approved")
            done += 1
            _kill_at(step, home, second, tally, real=done % REAL_ENGINE_EVERY == 0)
            tally.round_done(1)


def _steps(ground: Ground, home: World, version: Version) -> list[str]:
    """Return the names of all steps of one publication, in order; each has a moment before it and one after it."""
    read, write = os.pipe()
    connections.close_all()
    child = os.fork()
    if child == 0:
        names: list[str] = []
        with contextlib.suppress(BaseException):
            _publish(home, version, names.append)
            os.write(write, "\n".join(names).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as end:
        told = end.read().decode()
    os.waitpid(child, 0)
    ground.back("approved")
    assert "after COMMIT" in told, f"the publication that was only looked at did not succeed: {told}"
    return told.split("\n")


def _kill_at(step: str, home: World, version: Version, tally: Tally, *, real: bool) -> None:
    connections.close_all()
    child = os.fork()
    if child == 0:
        _die_at(step, home, version, real=real)
    ended = 0
    deadline = time.monotonic() + 90
    while not ended and time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        _readers_see_whole_ones(step, tally)
        time.sleep(0.002)
    if not ended:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        tally.broken(f"{step}: the publication did not come to an end")
        return
    tally.need(os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, f"{step}: was not met, {status}")
    _hold(step, home, version, tally)


def _die_at(step: str, home: World, version: Version, *, real: bool) -> None:
    """In the child: publish, and be gone at the step."""

    def told(name: str) -> None:
        if name == step:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        _publish(home, version, told, real=real)
    finally:
        os._exit(1)


def _publish(home: World, version: Version, told: Told, *, real: bool = False) -> None:
    with _watched(told), contextlib.nullcontext() if real else story.small_pdfs():
        publishing.publish(version=story.fresh(version), effective_on=makers.TODAY, by=home.ana, at=makers.moment(30))
        told("after the return")


@contextmanager
def _watched(told: Told) -> Iterator[None]:
    """Tell of each step just before and just after it: the PDF, its file, the transaction, each write, COMMIT."""
    count: dict[str, int] = {}

    def named(what: str) -> str:
        count[what] = count.get(what, 0) + 1
        return what if count[what] == 1 else f"{what} ({count[what]})"

    def around(target: object, name: str, what: str) -> object:
        real = getattr(target, name)

        def doing(*args: object, **kwargs: object) -> object:
            step = named(what)
            told(f"before {step}")
            result = real(*args, **kwargs)
            told(f"after {step}")
            return result

        return mock.patch.object(target, name, doing)

    def on_statement(execute: Callable[..., object], sql: str, params: object, many: bool, context: object) -> object:
        found = WRITES.match(sql)
        if not found:
            return execute(sql, params, many, context)
        step = named(f"{found[1].split()[0].upper()} {found[2]}")
        told(f"before {step}")
        result = execute(sql, params, many, context)
        told(f"after {step}")
        return result

    with ExitStack() as stack:
        for target, name, what in (
            (publishing, "published_document", "page and PDF made"),
            (storage.tempfile, "mkstemp", "temporary file opened"),
            (storage.os, "fsync", "fsync"),
            (Path, "replace", "rename"),
            (storage, "put", "PDF stored"),
            (transaction.Atomic, "__enter__", "transaction opened"),
            (connection, "_commit", "COMMIT"),
        ):
            stack.enter_context(around(target, name, what))  # type: ignore[arg-type]
        stack.enter_context(connection.execute_wrapper(on_statement))
        yield


def _readers_see_whole_ones(step: str, tally: Tally) -> None:
    """What a reader meets while the publication runs: one version in force, with its page and its PDF."""
    issued = list(Version.objects.filter(status=Status.PUBLISHED).values_list("pk", flat=True))
    kept = dict(Publication.objects.filter(version__in=issued).values_list("version_id", "pdf_sha256"))
    for pk in issued:
        tally.need(pk in kept and storage.path_of(kept[pk]).exists(), f"{step}: a published version without its PDF")


def _hold(step: str, home: World, version: Version, tally: Tally) -> None:
    """Old or new, each whole; publishing again ends in the new."""
    for sentence in invariants():
        tally.broken(f"{step}: {sentence}")
    at = makers.moment(40)
    is_new = story.fresh(version).status == Status.PUBLISHED
    _one_in_force(step, version, at, tally)
    try:
        with story.small_pdfs():
            publishing.publish(version=story.fresh(version), effective_on=makers.TODAY, by=home.ana, at=at)
        tally.need(not is_new, f"{step}: it was published twice")
    except Refusal as refusal:
        tally.need(is_new, f"{step}: publishing again was refused: {refusal.sentence}")
    tally.note("found new" if is_new else "found old")
    tally.need(story.fresh(version).status == Status.PUBLISHED, f"{step}: it is not published in the end")
    _one_in_force(step, version, makers.moment(50), tally)
    for sentence in invariants():
        tally.broken(f"{step}, published again: {sentence}")


def _one_in_force(step: str, version: Version, at: object, tally: Tally) -> None:
    rows = Version.objects.filter(sop=version.sop).in_force(at)
    tally.need(rows.count() == 1, f"{step}: {rows.count()} versions are in force")
