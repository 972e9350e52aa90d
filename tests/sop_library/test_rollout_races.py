"""Two people, or two workers, at one change of values at the same moment: on real connections, on either database."""

from functools import partial

import pytest

from accounts.refusals import Stale
from sop_library.carrying import carry_on
from sop_library.models import Publication, Rollout, Signature, Version
from tests.sop_library import reaching
from tests.sop_library.test_races import at_once, done, refused
from tests.world import World

pytestmark = pytest.mark.usefixtures("no_pdf_engine")


def test_two_workers_at_one_change_make_each_version_once(open_world: World) -> None:
    noted = reaching.published(open_world)
    rollout = reaching.started(open_world.ana, CRMSystem="Freshdesk")
    at_once(*(partial(carry_on.func, rollout.pk) for _ in range(2)))
    item = reaching.carried_out(rollout)[noted.sop.number]
    assert item.state == "done", item.sentence
    assert Version.objects.filter(sop=noted.sop).count() == 2
    assert Signature.objects.filter(version=item.version).count() == 1
    assert Publication.objects.filter(version=item.version).count() == 1


def test_two_workers_start_one_draft(open_world: World) -> None:
    before = reaching.published(open_world)
    rollout = reaching.started(open_world.ana, SupportLine="ext. 77")
    at_once(*(partial(carry_on.func, rollout.pk) for _ in range(2)))
    assert reaching.carried_out(rollout)[before.sop.number].state == "done"
    assert Version.objects.filter(sop=before.sop).count() == 2


def test_of_two_who_start_a_change_at_once_one_is_told(open_world: World) -> None:
    reaching.published(open_world)
    acts = (partial(reaching.started, open_world.ana, SupportLine=line) for line in ("ext. 1", "ext. 2"))
    results = at_once(*acts)
    assert len(done(results)) == Rollout.objects.count() >= 1
    assert all(isinstance(refusal, Stale) for refusal in refused(results))
