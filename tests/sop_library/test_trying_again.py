"""A procedure that failed in a change of values is tried again: by a manager, once, with what was signed for it."""

from collections.abc import Iterator
from datetime import timedelta
from unittest import mock

import pytest
import time_machine
from django.urls import reverse

from accounts.refusals import NotAllowed, WrongState
from audit.models import Entry
from sop_library import carrying, verifying
from sop_library.actions import rollouts
from sop_library.models import Rollout, RolloutItem, Signature, Version
from templates_app.models import OrganisationValue
from tests.conftest import ClientOf
from tests.sop_library import reaching
from tests.sop_library.reaching import AT, carried_out, started
from tests.world import World

pytestmark = pytest.mark.usefixtures("no_pdf_engine")
LATER = AT + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def _later() -> Iterator[None]:
    """Set the clock to a moment after the procedures were published."""
    with time_machine.travel(AT, tick=False):
        yield


def failed(world: World, **news: str) -> RolloutItem:
    """Return the row of a procedure whose work failed as often as it is tried."""
    reaching.published(world)
    rollout = started(world.ana, **(news or {"CRMSystem": "Freshdesk"}))
    step = "issue_note" if not news or "CRMSystem" in news else "start_revision"
    with mock.patch.object(carrying, step, side_effect=OSError):
        (item,) = carried_out(rollout).values()
    assert (item.state, item.tries) == ("failed", carrying.TRIES)
    return item


def address(item: RolloutItem, name: str = "retry_rollout", **more: object) -> str:
    given = {"organisation": "northwind", "pk": item.rollout_id, **more}
    return reverse(name, kwargs=given if name == "rollout" else {"number": item.sop.number, **given})


def test_it_is_done_the_second_time_under_the_signature_of_the_first(world: World) -> None:
    item = failed(world)
    again = rollouts.try_again(item=item, by=world.ana, at=LATER)
    assert (again.state, again.sentence, again.tries) == ("waiting", "", 0)
    (done,) = carried_out(item.rollout).values()
    assert (done.state, done.sentence) == ("done", "Version 1.1 is published by editorial note.")
    assert Signature.objects.get(version=done.version).signed_at == AT
    assert list(verifying.faults()) == []


def test_a_draft_for_the_route_is_started_the_second_time(world: World) -> None:
    item = failed(world, SupportLine="ext. 77")
    rollouts.try_again(item=item, by=world.ana, at=LATER)
    (done,) = carried_out(item.rollout).values()
    assert done.sentence == "Draft 1.1 is started. Check it and submit it."
    assert Version.objects.filter(sop=item.sop).count() == 2


def test_it_is_tried_again_once_however_often_it_is_asked_for(world: World) -> None:
    item = failed(world)
    rollouts.try_again(item=item, by=world.ana, at=LATER)
    with pytest.raises(WrongState, match="somebody has tried again already"):
        rollouts.try_again(item=item, by=world.ana, at=LATER)
    assert Entry.objects.filter(action="rollout.retried").count() == 1
    carried_out(item.rollout)
    with pytest.raises(WrongState):
        rollouts.try_again(item=item, by=world.ana, at=LATER)
    assert Version.objects.filter(sop=item.sop).count() == 2


@pytest.mark.parametrize("name", ["mia", "ben", "rui", "zoe"])
def test_it_refuses_everybody_but_our_managers(world: World, name: str) -> None:
    item = failed(world)
    with pytest.raises(NotAllowed):
        rollouts.try_again(item=item, by=world.everybody[name], at=LATER)
    assert RolloutItem.objects.get(pk=item.pk).state == "failed"


def test_values_that_changed_since_are_not_carried_out_any_more(world: World) -> None:
    item = failed(world)
    OrganisationValue.objects.filter(name="CRMSystem").update(value="Salesforce")
    with pytest.raises(WrongState, match="The values have changed since"):
        rollouts.try_again(item=item, by=world.ana, at=LATER)


def test_the_page_offers_it_to_ana_where_it_failed_and_not_to_mia(world: World, client_of: ClientOf) -> None:
    item = failed(world)
    page = client_of(world.mia).get(address(item, "rollout")).content.decode()
    assert "Failed" in page
    assert "Try again" not in page
    ana = client_of(world.ana)
    assert address(item) in ana.get(address(item, "rollout")).content.decode()
    assert ana.post(address(item))["Location"] == address(item, "rollout")
    assert "Try again" not in ana.get(address(item, "rollout")).content.decode()
    assert ana.post(address(item)).status_code == 409


def test_a_procedure_or_change_that_is_not_there_is_not_found(world: World, client_of: ClientOf) -> None:
    item, ana = failed(world), client_of(world.ana)
    assert ana.post(address(item, number="SOP-CS-999")).status_code == 404
    assert ana.post(address(item, pk=Rollout.objects.count() + 99)).status_code == 404
