"""A value of the organisation is emptied: drafts show the blank again, and nothing published changes."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from sop_library import document
from sop_library.models import Publication, Rollout, Version
from sop_library.sharing import state_of
from templates_app.models import OrganisationValue
from tests.conftest import ClientOf
from tests.sop_library import reaching
from tests.sop_library.reaching import AT, VALUES, reach
from tests.world import World

pytestmark = pytest.mark.usefixtures("no_pdf_engine")


@pytest.fixture(autouse=True)
def _later() -> Iterator[None]:
    """Set the clock to a moment after the procedures were published."""
    with time_machine.travel(AT, tick=False):
        yield


def empty_line(client: Client, world: World, **more: str) -> Any:
    """Return the answer to the form of values, sent with an empty support line."""
    given = {f"v-{name}": str(value) for name, value in VALUES.items() if name != "Minutes"}
    sent = {**given, "v-SupportLine": "", "seen": state_of(world.northwind.pk), **more}
    return client.post(reverse("values", kwargs={"organisation": "northwind"}), sent)


def confirmed(client: Client, world: World) -> Any:
    sent = {"name": "SupportLine", "v-SupportLine": "", "only": "yes", "seen": state_of(world.northwind.pk)}
    return client.post(reverse("reach", kwargs={"organisation": "northwind"}), sent)


def draft_without_its_own(world: World) -> Version:
    """Return Ana's draft that left the support line to the organisation."""
    made = reaching.draft(world)
    values = {name: value for name, value in made.values.items() if name != "SupportLine"}
    Version.objects.filter(pk=made.pk).update(values=values)
    return Version.objects.select_related("sop", "organisation", "author__user").get(pk=made.pk)


def test_each_procedure_is_told_of_by_what_it_holds(world: World) -> None:
    published = reaching.published(world)
    blank, own = draft_without_its_own(world), reaching.draft(world)
    found = reach(world.ana, SupportLine="")
    (change,) = found.changes
    assert change.emptied.unchanged == (published.sop.number,)
    assert change.emptied.blank == (blank.sop.number,)
    assert change.emptied.own == (own.sop.number,)
    assert found.touched == []
    assert found.empties


def test_the_page_says_what_happens_and_only_then_saves(world: World, client_of: ClientOf) -> None:
    published, blank = reaching.published(world), draft_without_its_own(world)
    assert "ext. 12" in document.working_page(blank)
    page_before = Publication.objects.get(version=published).page
    ana = client_of(world.ana)
    answer = empty_line(ana, world)
    text = " ".join(answer.content.decode().split())
    assert answer.status_code == 200
    assert f"The blank is shown again in the draft of {blank.sop.number};" in text
    assert f"Nothing that was submitted or published changes: {published.sop.number} keeps the value" in text
    assert "Sign and start" not in text
    assert OrganisationValue.objects.get(name="SupportLine").value == "ext. 12"
    assert confirmed(ana, world).status_code == 302
    assert '<span class="gap">Support line</span>' in document.working_page(blank)
    assert Publication.objects.get(version=published).page == page_before
    assert not Rollout.objects.exists()
    assert Version.objects.filter(sop=published.sop).count() == 1


def test_what_was_emptied_is_behind_nothing_afterwards(world: World, client_of: ClientOf) -> None:
    reaching.published(world)
    ana = client_of(world.ana)
    confirmed(ana, world)
    page = ana.get(reverse("values", kwargs={"organisation": "northwind"})).content.decode()
    assert "Bring into step" not in page


def test_nothing_is_emptied_where_a_value_is_held_by_nobody_or_changed(world: World) -> None:
    reaching.published(world)
    assert not reach(world.zoe, SupportLine="").empties
    assert not reach(world.ana, SupportLine="ext. 77").empties
