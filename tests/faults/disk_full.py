"""A full disk under the real server: a small filesystem of its own that is filled to the last byte, then given room.

Signing, saving, publishing and bringing in a file are refused with a page that says so, or done whole; nothing is half
stored, pages can still be read, and everything works again when there is room.
"""

import contextlib
import os
import random
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections

from sop_library.domain.lifecycle import Status
from sop_library.domain.signature import Meaning
from sop_library.models import Signature, Version
from tests.faults import story
from tests.faults.ground import Ground
from tests.faults.invariants import invariants
from tests.faults.people import Filled, Page, Person
from tests.faults.site import Site
from tests.faults.tally import Tally
from tests.sop_library import makers
from tests.world import PASSWORD, World

SIZE = "48m"
FULL = 507


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Lay a small filesystem over the folder with what is in it; False where the machine does not let us."""
    kept = folder.with_name("kept")
    folder.rename(kept)
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    mounted = os.geteuid() == 0 and subprocess.run(mounting, capture_output=True, check=False).returncode == 0
    subprocess.run(["cp", "-a", f"{kept}/.", str(folder)], check=True)
    try:
        yield mounted
    finally:
        connections.close_all()
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=False)


def run(ground: Ground, rounds: int, tally: Tally) -> None:
    """Fill the disk in each round, act, make room, act again."""
    home = story.world()
    connections.close_all()
    with small_disk(ground.folder) as mounted:
        if not mounted:
            tally.note("not played: no small filesystem can be mounted here")
            tally.round_done(0)
            return
        site = Site(ground)
        site.start()
        people = {name: Person(site.port, f"{name}@northwind.example", PASSWORD) for name in ("ana", "priya")}
        try:
            for person in people.values():
                person.sign_in()
            for number in range(rounds):
                _round(ground.folder, home, people, tally, random.Random(number))
        finally:
            site.stop()


def _round(folder: Path, home: World, people: dict[str, Person], tally: Tally, rng: random.Random) -> None:
    with story.small_pdfs():
        waiting, draft, approved = makers.submitted(home), makers.draft(home), makers.approved(home)
    ana, priya = people["ana"], people["priya"]
    where = ana.path(f"sops/{draft.sop.number}/draft/?group=rules")
    rings = str(rng.randrange(10, 90))
    forms: list[tuple[str, Person, Filled | Page, Callable[[], bool]]] = [
        ("signing", priya, priya.signing(waiting.sop.number), lambda: _is_signed(waiting)),
        (
            "saving",
            ana,
            ana.form(ana.get(where), **{"v-RingTimeLimit": rings}),
            lambda: str(story.fresh(draft).values["RingTimeLimit"]) == rings,
        ),
        (
            "publishing",
            ana,
            ana.form(ana.get(ana.path(f"sops/{approved.sop.number}/publish/"))),
            lambda: story.fresh(approved).status == Status.PUBLISHED,
        ),
    ]
    connections.close_all()
    filler = folder / "filler"
    _fill(filler)
    acts = 0
    for what, person, form, is_done in forms:
        if tally.need(isinstance(form, Filled), f"no form for {what}"):
            acts += _answered(what, person.send(form), is_done, tally)
    tally.need(ana.get(ana.path("sops/")).status == 200, "pages cannot be read while the disk is full")
    filler.unlink()
    for what, person, form, is_done in forms:
        if isinstance(form, Filled) and not is_done():
            answer = person.send(form)
            tally.need(answer.status == 302 and is_done(), f"{what} with room again was answered with {answer.status}")
            acts += 1
    for sentence in invariants(quiet=False):
        tally.broken(sentence)
    tally.round_done(acts)


def _answered(what: str, answer: Page, is_done: Callable[[], bool], tally: Tally) -> int:
    """While the disk is full: done and acknowledged, or not done and a page that says why."""
    tally.note(f"{what}, answered {answer.status}")
    if answer.status == 302:
        return int(tally.need(is_done(), f"{what} was acknowledged and not stored"))
    tally.need(answer.status in {FULL, 503}, f"{what} was answered with {answer.status}")
    tally.need(not is_done(), f"{what} was refused and stored all the same")
    return 0


def _fill(path: Path) -> None:
    """Write until nothing more fits."""
    for size in (1 << 20, 4096, 1):
        with contextlib.suppress(OSError), path.open("ab", buffering=0) as file:
            while True:
                file.write(b"x" * size)


def _is_signed(version: Version) -> bool:
    return Signature.objects.filter(version=version).exclude(meaning=Meaning.PREPARED).exists()
