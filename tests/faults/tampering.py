"""Random changes to bundles and databases, as somebody with the files and the triggers out of the way would make them.

Each is found up to the newest anchor held; what is cut off after it reads "not anchored", never OK. Every tenth round
looks at what nobody touched, which gives no alarm.
"""

import random
from collections.abc import Callable
from pathlib import Path

from django.db import IntegrityError, connection, transaction

from audit import anchors, keys
from audit.models import Checkpoint
from sop_library import bundle_scope, verifying
from sop_library.actions.exporting import export_evidence
from tests.database import close_protected_tables, open_protected_tables
from tests.evidence import test_bundle as bundles
from tests.faults import forging, story
from tests.faults.ground import Ground
from tests.faults.tally import Tally
from tests.sop_library import makers

UNTOUCHED_EVERY = 10
Way = Callable[[random.Random], str]


class Evidence:
    """A story in the database, its bundle, and the anchors that somebody kept of it."""

    def __init__(self, ground: Ground) -> None:
        self.home = story.world()
        with story.small_pdfs():
            story.whole_story(self.home)
            self.older = self._bundle(50)
            ground.keep("older")
            makers.published(self.home)
        self.bundle = self._bundle(60)
        self.kept = bundles.all_notes()
        self.anchors = anchors.kept_in(self.kept)
        self.key = keys.current().fingerprint
        ground.keep("whole")

    def _bundle(self, minutes: int) -> bytes:
        scope = bundle_scope.of_everything(self.home.mia)
        return export_evidence(scope=scope, by=self.home.mia, at=makers.moment(minutes))


def run(ground: Ground, rounds: int, tally: Tally) -> None:
    """Change bundles and databases in turn; replays and untouched ones between them."""
    evidence = Evidence(ground)
    files = bundles.files_of(evidence.bundle)
    for number in range(rounds):
        rng = random.Random(number)
        if number % 2:
            _bundle(number // 2, rng, evidence, files, ground.folder, tally)
        elif number % 50 == 48:
            _replayed(ground, evidence, tally)
        else:
            _database(rng, evidence, tally)
        if number % UNTOUCHED_EVERY == 0:
            _untouched(evidence, files, ground.folder, tally)
        tally.round_done(1)


def _bundle(
    number: int, rng: random.Random, evidence: Evidence, files: bundles.Files, folder: Path, tally: Tally
) -> None:
    if number % 25 == 24:
        code, said = bundles.check(folder, evidence.older, key=evidence.key, anchors=evidence.kept)
        tally.need(code == 1, f"an older bundle gave {code}: {said}")
        tally.note("older bundles")
        return
    change = bundles.CHANGES[number % len(bundles.CHANGES)]
    changed = change(rng, dict(files))
    if changed == files:
        tally.note("changes that changed nothing")
        return
    code, said = bundles.check(folder, bundles.zipped(changed), key=evidence.key, anchors=evidence.kept)
    tally.need(code == 1, f"{change.__name__} of a bundle gave {code}: {said}")
    tally.note(f"bundle: {change.__name__}")


def _database(rng: random.Random, evidence: Evidence, tally: Tally) -> None:
    """Change the database inside a transaction that is taken back, with the triggers off and on again."""
    for _ in range(40):
        try:
            with transaction.atomic():
                open_protected_tables()
                way = rng.choices([way for way, _ in forging.WAYS], [weight for _, weight in forging.WAYS])[0]
                told = way(rng)
                if not told:
                    transaction.set_rollback(True)
                    continue
                connection.check_constraints()
                if connection.vendor == "postgresql":
                    with connection.cursor() as cursor:
                        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                close_protected_tables()
                found = list(verifying.faults(evidence.anchors))
                transaction.set_rollback(True)
        except IntegrityError:
            tally.note("refused by the database")
            continue
        finally:
            forging.files_back()
        tally.need(found, f"{told}: nothing was found")
        tally.note(f"database: {way.__name__}")
        return
    tally.broken("no change could be made")


def _replayed(ground: Ground, evidence: Evidence, tally: Tally) -> None:
    """An older copy of the database: found by a newer anchor; with older ones alone the rest reads "not anchored"."""
    ground.back("older")
    tally.need(list(verifying.faults(evidence.anchors)), "an older copy of the database was not found")
    held = bundles.all_notes()
    sizes = list(Checkpoint.objects.order_by("size").values_list("size", flat=True))
    first = anchors.kept_in(held[: held.index("\n\n", held.index("\n\n") + 2) + 1])
    tally.need(not list(verifying.faults(first)), "an older copy gave an alarm to whoever holds an older anchor")
    tally.need(sizes and anchors.not_anchored(first), "what no kept anchor stands for does not read “not anchored”")
    ground.back("whole")
    tally.note("older databases")


def _untouched(evidence: Evidence, files: bundles.Files, folder: Path, tally: Tally) -> None:
    found = list(verifying.faults(evidence.anchors))
    tally.need(not found, f"an untouched database gave an alarm: {found[:2]}")
    code, said = bundles.check(folder, bundles.zipped(files), key=evidence.key, anchors=evidence.kept)
    tally.need(code == 0, f"an untouched bundle gave {code}: {said}")
    tally.note("untouched, no alarm" if not found and code == 0 else "false alarms")
