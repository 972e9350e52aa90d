"""The server's clock set forward and back between acts: seconds, hours, days, ten years.

The trail's time never runs backwards, at most one version is in force at any moment, what was acknowledged is there.
"""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import time_machine

from accounts.models import Membership
from accounts.refusals import Refusal
from audit.models import Entry
from sop_library.actions import approving, drafting, publishing, training
from sop_library.domain.days import day_in, months_after
from sop_library.domain.numbering import ChangeSize
from sop_library.models import SOP, Signature, SignOff, Version
from tests.faults import story
from tests.faults.ground import Ground
from tests.faults.invariants import invariants
from tests.faults.tally import Tally
from tests.sop_library import makers
from tests.world import AT, World

ANEW_EVERY = 10
JUMPS = (1, 60, 3600, 86_400, 40 * 86_400, 3652 * 86_400)


def run(ground: Ground, rounds: int, tally: Tally) -> None:
    """Play the rounds, one procedure from its draft to its second version in each."""
    home = story.world()
    ground.keep("start")
    with story.small_pdfs():
        for number in range(rounds):
            if number and number % ANEW_EVERY == 0:
                ground.back("start")
            _Round(home, tally, random.Random(number)).play()


class _Round:
    """One procedure's life under a clock that jumps before every act."""

    def __init__(self, home: World, tally: Tally, rng: random.Random) -> None:
        self.home, self.tally, self.rng = home, tally, rng
        self.now = AT + timedelta(days=400)
        self.signed: list[tuple[type, int, str]] = []
        self.moments: list[datetime] = []

    def play(self) -> None:
        """Two versions, each submitted, signed twice, published and read; then look back at every moment."""
        version = self.done(lambda at: drafting.start_sop(template=makers.template(), by=self.home.ana, at=at))
        for size, changes in ((ChangeSize.MAJOR, makers.VALUES), (ChangeSize.MINOR, {"RingTimeLimit": 7})):
            version = self._issued(version, size, dict(changes))
            version = version and self.done(partial(self._revise, version.sop))
            if version is None:
                break
        self._look_back()
        self.tally.round_done(len(self.signed))

    def _issued(self, version: Version, size: ChangeSize, changes: dict[str, object]) -> Version | None:
        ana, row = self.home.ana, version.row_version
        draft = self.done(
            lambda at: drafting.save_values(version=version, values=changes, row_version=row, by=ana, at=at)
        )
        if draft is None or self.done(lambda at: self._submit(draft, size, at)) is None:
            return None
        for who in (self.home.priya, self.home.ben):
            self._keep(self.done(partial(self._sign, story.fresh(draft), who)))
        approved = story.fresh(draft)
        published: Version | None = self.done(lambda at: self._publish(approved, at))
        if published is None:
            return None
        self._keep(
            self.done(
                lambda at: training.sign_off(version=published, shown_digest=published.digest, by=self.home.rui, at=at)
            )
        )
        return published

    def _revise(self, sop: SOP, at: datetime) -> Version:
        return drafting.start_revision(sop=sop, by=self.home.ana, at=at)

    def _sign(self, version: Version, who: Membership, at: datetime) -> Signature:
        return approving.approve(version=version, shown_digest=version.digest, by=who, at=at)

    def _submit(self, draft: Version, size: ChangeSize, at: datetime) -> Version:
        today = day_in(self.home.northwind.time_zone, at)
        return approving.submit(
            version=draft,
            row_version=draft.row_version,
            change_size=size,
            change_summary="Calls are answered later." if draft.previous_major else "",
            effective_on=today,
            review_on=months_after(today, 12),
            assignees={},
            by=self.home.ana,
            at=at,
            today=today,
        )

    def _publish(self, version: Version, at: datetime) -> Version:
        today = day_in(self.home.northwind.time_zone, at)
        day = max(today, version.effective_on or today)
        return publishing.publish(version=version, effective_on=day, by=self.home.ana, at=at)

    def done(self, act: Callable[[datetime], Any]) -> Any:
        """Set the clock elsewhere and act; a refusal says why, and the clock then goes on until the act is possible."""
        for _ in range(6):
            self.now += timedelta(seconds=self.rng.choice(JUMPS) * self.rng.choice((-1, 1)))
            self.now = max(self.now, AT + timedelta(days=30))
            self.moments.append(self.now)
            try:
                with time_machine.travel(self.now, tick=False):
                    return act(self.now)
            except Refusal as refusal:
                self.tally.note("refused with a sentence")
                self.tally.need(refusal.sentence.endswith("."), f"no sentence: {refusal!r}")
        self.tally.note("given up after six times")
        return None

    def _keep(self, row: object) -> None:
        if isinstance(row, Signature | SignOff):
            self.signed.append((type(row), row.pk, row.seal))

    def _look_back(self) -> None:
        for kind, key, seal in self.signed:
            self.tally.need(kind.objects.filter(pk=key, seal=seal).exists(), f"{kind.__name__} {key} is lost")
        for home in (self.home.northwind, self.home.contoso):
            times = list(Entry.objects.filter(organisation=home).order_by("sequence").values_list("at", flat=True))
            self.tally.need(times == sorted(times), "the trail's time runs backwards")
        for moment in self.moments:
            rows = Version.objects.in_force(moment).values_list("sop", flat=True)
            self.tally.need(len(rows) == len(set(rows)), f"two versions of one procedure are in force at {moment}")
        for sentence in invariants(quiet=False):
            self.tally.broken(sentence)
