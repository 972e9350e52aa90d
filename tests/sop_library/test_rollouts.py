"""Changing a value everywhere: what it reaches, and what is set going for each procedure."""

import pytest

from sop_library import verifying
from sop_library.domain.lifecycle import Status
from sop_library.models import Version
from tests.sop_library import reaching
from tests.world import World

pytestmark = pytest.mark.usefixtures("no_pdf_engine", "later")


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch):
    import time_machine

    with time_machine.travel(reaching.AT, tick=False):
        yield


def test_an_editorial_value_reaches_readers_by_note(world: World) -> None:
    before = reaching.published(world)
    items = reaching.carried_out(reaching.started(world.ana, CRMSystem="Freshdesk"))
    item = items[before.sop.number]
    assert item.state == "done", item.sentence
    now = Version.objects.get(pk=item.version_id)
    assert (str(now.number), now.status, now.is_note) == ("1.1", Status.PUBLISHED, True)
    assert list(verifying.faults()) == []
