"""Texts are compiled when a web process starts, so that nobody waits for them."""

from unittest import mock

import pytest

from sop_library import warming
from sop_library.models import Version
from templates_app import child
from templates_app.domain import rendering
from templates_app.texts import skeleton_of, template_of
from tests.sop_library import reaching
from tests.world import World

pytestmark = pytest.mark.usefixtures("no_pdf_engine")


def forget() -> None:
    for cache in (skeleton_of, template_of, rendering._compiled):
        cache.cache_clear()


def test_the_first_reach_after_the_start_compiles_nothing(world: World) -> None:
    reaching.published(world)
    reaching.draft(world)
    forget()
    assert warming.warm() == 1
    with (
        mock.patch.object(child, "run", side_effect=AssertionError),
        mock.patch.object(rendering._ENVIRONMENT, "from_string", side_effect=AssertionError),
    ):
        first, _ = reaching.reach(world.ana, CRMSystem="Freshdesk").touched
        assert len(first.places) == 3


def test_a_text_with_a_fault_keeps_no_other_from_being_ready(world: World) -> None:
    faulty = reaching.draft(world)
    reaching.published(world)
    Version.objects.filter(pk=faulty.pk).update(source="---\ntitle: [\n---\n")
    forget()
    assert warming.warm() == 1


def test_a_database_that_does_not_answer_stops_no_start(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with mock.patch.object(warming, "warm", side_effect=OSError), mock.patch.object(warming.connection, "close"):
        thread = warming.warm_behind()
        thread.join(10)
    assert not thread.is_alive()
    assert "could not be compiled ahead" in caplog.text
