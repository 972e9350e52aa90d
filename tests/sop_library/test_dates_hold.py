"""Whatever is published, withdrawn, trained and put in force, in whatever order: one version is in force at a time."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.refusals import BadInput, Refusal
from sop_library.actions import beginning, publishing, training
from sop_library.document import Published
from sop_library.domain.days import day_in
from sop_library.domain.lifecycle import Status
from sop_library.domain.numbering import ChangeSize, successor
from sop_library.models import SOP, Version
from tests.sop_library import makers
from tests.sop_library.makers import moment
from tests.world import World

ACTS = ("publish", "publish", "train", "sign", "put in force", "withdraw", "wait")
STEP = st.tuples(st.sampled_from(ACTS), st.integers(0, 12), st.sampled_from(list(ChangeSize)), st.integers(0, 1))
Range = tuple[datetime, datetime | None]


def approved_next(world: World, sop: SOP, size: ChangeSize, at: datetime) -> Version:
    """Return the next version as it would be once everybody has signed; what it says is no matter here."""
    before = sop.versions.order_by("-major", "-minor").first()
    number = successor(before.number if before else None, size)
    return Version.objects.create(
        organisation=sop.organisation,
        sop=sop,
        major=number.major,
        minor=number.minor,
        previous_major=before.major if before else None,
        previous_minor=before.minor if before else None,
        status=Status.APPROVED,
        change_size=size if before else ChangeSize.MAJOR,
        title="Calls",
        source="",
        saved_at=at,
        saved_by=world.ana,
        author=world.ana,
        frozen_at=at,
        digest="d" * 64,
        created_at=at,
    )


class Walk:
    """One procedure through a sequence of acts at a clock that only goes on."""

    def __init__(self, world: World) -> None:
        self.world, self.at = world, moment(1)
        self.sop = makers.draft(world).sop
        self.sop.versions.all().delete()

    def step(self, act: str, number: int, size: ChangeSize, reader: int) -> None:
        """Do one act; what it refuses leaves everything as it was."""
        self.at += timedelta(hours=1 + 7 * number)
        rows = Version.objects.filter(sop=self.sop).select_related("sop", "organisation").newest_first()
        chosen = list(rows)[number % len(rows)] if rows else None
        try:
            if act in {"publish", "train"}:
                self.publish(size, number, share=60 if act == "train" else None)
            elif act == "sign" and chosen:
                who = (self.world.rui, self.world.priya)[reader]
                training.sign_off(version=chosen, shown_digest=chosen.digest, by=who, at=self.at)
            elif act == "put in force" and chosen:
                beginning.put_in_force(version=chosen, reason="Law.", by=self.world.ana, at=self.at)
            elif act == "withdraw" and chosen:
                publishing.withdraw(version=chosen, reason="Wrong.", by=self.world.ana, at=self.at)
        except Refusal:
            return

    def publish(self, size: ChangeSize, days: int, share: int | None) -> None:
        version = self.sop.versions.filter(status=Status.APPROVED).first()
        version = version or approved_next(self.world, self.sop, size, self.at)
        on = day_in(version.organisation.time_zone, self.at) + timedelta(days=days)
        try:
            publishing.publish(version=version, effective_on=on, training_share=share, by=self.world.ana, at=self.at)
        except BadInput as refused:
            if refused.field != "training_share":
                raise
            publishing.publish(version=version, effective_on=on, by=self.world.ana, at=self.at)

    @property
    def moments(self) -> list[datetime]:
        """Every moment at which something may change, and one just before and after each."""
        rows = Version.objects.filter(sop=self.sop).values_list("in_force_from", "in_force_until")
        known = {edge for row in rows for edge in row if edge} | {self.at}
        return sorted(edge + timedelta(microseconds=shift) for edge in known for shift in (-1, 0, 1))


def ranges(sop: SOP) -> list[Range]:
    rows = Version.objects.filter(sop=sop, in_force_from__isnull=False).order_by("in_force_from")
    found = [(row.in_force_from, row.in_force_until) for row in rows]
    return [(begins, ends) for begins, ends in found if begins and (ends is None or begins < ends)]


@pytest.mark.usefixtures("no_pdf_engine")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=3, max_size=12))
def test_one_version_is_in_force_at_a_time_and_none_is_lost(
    world: World, monkeypatch: pytest.MonkeyPatch, steps: list[tuple[str, int, ChangeSize, int]]
) -> None:
    made = Published(page="<p>Calls</p>", outline=[], pdf=b"%PDF", renderer="none", seal_cert_sha256="")
    monkeypatch.setattr(publishing, "published_document", lambda *args, **kwargs: made)
    monkeypatch.setattr(publishing, "anchored", lambda version, at: version)
    # Priya reads too, so that a share of 60 % needs both.
    type(world.priya).objects.filter(pk=world.priya.pk).update(is_agent=True)
    walk = Walk(world)
    for step in steps:
        known = ranges(walk.sop)
        past = [at for at in walk.moments if at < walk.at]
        walk.step(*step)
        # What was in force at a moment that is over is what was in force then: nothing rewrites the past.
        now = ranges(walk.sop)
        assert [holding(now, at) for at in past] == [holding(known, at) for at in past]
    for at in walk.moments:
        assert len(held(walk.sop, at)) <= 1, at
    follow_without_gap(walk)


def holding(found: list[Range], at: datetime) -> list[datetime]:
    """Return when those of the ranges began that hold at a moment."""
    return [begins for begins, ends in found if begins <= at and (ends is None or at < ends)]


def held(sop: SOP, at: datetime) -> list[str]:
    """Return the versions in force at a moment."""
    return [str(row.number) for row in Version.objects.filter(sop=sop).in_force(at)]


def follow_without_gap(walk: Walk) -> None:
    """What is in force ends for two reasons only: the next one begins, or somebody withdrew it."""
    gone = Version.objects.filter(sop=walk.sop, status=Status.WITHDRAWN)
    withdrawn = set(gone.values_list("withdrawn_at", flat=True))
    found = ranges(walk.sop)
    begins = {first for first, _ in found}
    for _, ends in found:
        assert ends is None or ends in begins or ends in withdrawn
