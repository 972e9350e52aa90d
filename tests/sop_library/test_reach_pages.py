"""The pages around a changed value: its reach, the change being carried out, and where procedures disagree."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from lxml import html

from sop_library.actions import drafting
from sop_library.models import SOP, FrozenText, Rollout, RolloutItem, Version
from sop_library.sharing import state_of
from templates_app.models import OrganisationValue
from tests.conftest import ClientOf
from tests.sop_library import makers, reaching
from tests.sop_library.reaching import AT, VALUES
from tests.world import PASSWORD, World

pytestmark = pytest.mark.usefixtures("no_pdf_engine")


@pytest.fixture(autouse=True)
def _later() -> Iterator[None]:
    """Set the clock to a moment after the procedures were published."""
    with time_machine.travel(AT, tick=False):
        yield


def address(name: str, organisation: str = "northwind", **more: Any) -> str:
    return reverse(name, kwargs={"organisation": organisation, **more})


def save(client: Client, world: World, **values: str) -> Any:
    """Return the answer to the form of values, sent with these changed."""
    given = {name: str(value) for name, value in VALUES.items() if name != "Minutes"}
    sent = {f"v-{name}": value for name, value in {**given, **values}.items()}
    return client.post(address("values"), {"seen": state_of(world.northwind.pk), **sent})


def form_in(answer: Any) -> dict[str, Any]:
    """Return what a browser would send from the page's form, without its buttons."""
    tree: Any = html.fromstring(answer.content.decode())
    (form,) = tree.xpath("//main//form")
    sent: dict[str, Any] = {}
    for control in form.xpath(".//input[@name] | .//select[@name]"):
        chosen = control.xpath(".//option[@selected]/@value") or control.xpath(".//option/@value")[:1]
        value = chosen[0] if control.tag == "select" else control.get("value", "")
        sent.setdefault(control.get("name"), []).append(value)
    return sent


def kept(name: str) -> Any:
    return OrganisationValue.objects.get(name=name).value


def start(client: Client, page: Any, **more: Any) -> Any:
    return client.post(address("reach"), {**form_in(page), "password": PASSWORD, **more})


# Reach


def test_a_change_that_reaches_published_text_is_looked_at_before_it_is_saved(
    world: World, client_of: ClientOf
) -> None:
    version = reaching.published(world)
    page = save(client_of(world.ana), world, CRMSystem="Freshdesk")
    text = page.content.decode()
    assert page.status_code == 200
    assert "Reach of the change" in text
    assert "Section 2.1" in text
    assert '<del><span class="visually-hidden">Before: </span>Zendesk</del>' in text
    assert '<ins><span class="visually-hidden">After: </span>Freshdesk</ins>' in text
    assert address("record", number=version.sop.number) in text
    assert "Editorial note: only these values change. CRM system: Zendesk becomes Freshdesk." in text
    assert kept("CRMSystem") == "Zendesk"


def test_ana_signs_once_and_comes_to_the_progress(world: World, client_of: ClientOf) -> None:
    reaching.published(world)
    ana = client_of(world.ana)
    answer = start(ana, save(ana, world, CRMSystem="Freshdesk"))
    rollout = Rollout.objects.get()
    assert answer["Location"] == address("rollout", pk=rollout.pk)
    assert kept("CRMSystem") == "Freshdesk"
    text = ana.get(answer["Location"]).content.decode()
    assert '<progress id="progress" max="1" value="0">0 of 1</progress>' in text
    assert 'hx-trigger="every 2s"' in text
    reaching.carried_out(rollout)
    text = ana.get(answer["Location"]).content.decode()
    assert '<progress id="progress" max="1" value="1">1 of 1</progress>' in text
    assert "hx-trigger" not in text
    assert "Version 1.1 is published by editorial note." in text


def test_a_wrong_password_signs_nothing_and_keeps_everything(world: World, client_of: ClientOf) -> None:
    reaching.published(world)
    ana = client_of(world.ana)
    page = start(ana, save(ana, world, CRMSystem="Freshdesk"), password="not-hers")
    assert page.status_code == 422
    assert "The e-mail address or the password is not right. Type both again." in page.content.decode()
    assert kept("CRMSystem") == "Zendesk"
    assert start(ana, page).status_code == 302


def test_a_minor_change_needs_no_signature(world: World, client_of: ClientOf) -> None:
    reaching.published(world)
    ana = client_of(world.ana)
    page = save(ana, world, SupportLine="ext. 77")
    assert "password" not in form_in(page)
    assert start(ana, page).status_code == 302


def test_a_text_that_changed_since_the_page_was_shown_is_shown_again(world: World, client_of: ClientOf) -> None:
    version = reaching.published(world)
    ana = client_of(world.ana)
    page = save(ana, world, CRMSystem="Freshdesk")
    with time_machine.travel(AT + timedelta(days=1), tick=False):
        ana = client_of(world.ana)
        again = start(ana, page)
        assert again.status_code == 409
        assert f"The text of {version.sop.number} changed" in again.content.decode()
        assert not Rollout.objects.exists()
        assert start(ana, again).status_code == 302


def test_somebody_who_saved_first_is_told_and_what_was_typed_is_kept(world: World, client_of: ClientOf) -> None:
    reaching.published(world)
    ana = client_of(world.ana)
    page = save(ana, world, CRMSystem="Freshdesk")
    client_of(world.mia).post(
        address("reach"), {**form_in(save(client_of(world.mia), world, SupportLine="ext. 5")), "only": "yes"}
    )
    again = start(ana, page)
    assert again.status_code == 409
    assert "Mia Keller saved at" in again.content.decode()
    assert "Freshdesk" in form_in(again)["v-CRMSystem"]
    assert start(ana, again).status_code == 302
    assert (kept("CRMSystem"), kept("SupportLine")) == ("Freshdesk", "ext. 5")


def test_a_raised_size_is_shown_and_then_asks_for_no_signature(world: World, client_of: ClientOf) -> None:
    reaching.published(world)
    ana = client_of(world.ana)
    page = save(ana, world, CRMSystem="Freshdesk")
    raised = ana.post(address("reach"), {**form_in(page), "size-CRMSystem": "major", "look": "yes"})
    assert "A draft is started" in raised.content.decode()
    assert form_in(raised)["size-CRMSystem"] == ["major"]
    start(ana, raised)
    assert RolloutItem.objects.get().change_size == "major"


@pytest.mark.parametrize("size", ["editorial", "enormous", ""])
def test_a_size_below_the_templates_is_not_taken(world: World, client_of: ClientOf, size: str) -> None:
    reaching.published(world)
    ana = client_of(world.ana)
    answer = start(ana, save(ana, world, RefundLimit="60"), **{"size-RefundLimit": size})
    if size:
        assert answer.status_code == 422
        assert "Choose one of the sizes listed." in answer.content.decode()
    else:
        assert RolloutItem.objects.get().change_size == "major"


def test_ana_may_save_the_values_and_start_nothing(world: World, client_of: ClientOf) -> None:
    reaching.published(world)
    ana = client_of(world.ana)
    page = ana.post(address("reach"), {**form_in(save(ana, world, CRMSystem="Freshdesk")), "only": "yes"}, follow=True)
    assert "no version was started" in page.content.decode()
    assert "1 published procedure holds another value than the one here" in page.content.decode()
    assert not Rollout.objects.exists()


def test_mia_saves_the_values_and_ana_brings_the_procedures_into_step(world: World, client_of: ClientOf) -> None:
    reaching.published(world)
    mia, ana = client_of(world.mia), client_of(world.ana)
    page = save(mia, world, CRMSystem="Freshdesk")
    assert "A manager starts the new versions." in page.content.decode()
    assert start(mia, page).status_code == 403
    assert mia.post(address("reach"), {**form_in(page), "only": "yes"}).status_code == 302
    page = ana.get(address("reach"))
    assert "Behind the values" in page.content.decode()
    assert start(ana, page).status_code == 302
    reaching.carried_out(Rollout.objects.get())
    assert "Every procedure holds the present values" in ana.get(address("reach")).content.decode()


def test_drafts_alone_take_a_value_without_a_look_at_its_reach(world: World, client_of: ClientOf) -> None:
    reaching.draft(world)
    assert save(client_of(world.ana), world, CRMSystem="Freshdesk").status_code == 302
    assert kept("CRMSystem") == "Freshdesk"


@pytest.mark.parametrize(("name", "code"), [("rui", 403), ("priya", 403), ("zoe", 404)])
def test_others_see_and_start_nothing(world: World, client_of: ClientOf, name: str, code: int) -> None:
    reaching.published(world)
    page = save(client_of(world.ana), world, CRMSystem="Freshdesk")
    rollout = reaching.started(world.ana, SupportLine="ext. 77")
    client = client_of(world.everybody[name])
    assert start(client, page).status_code == code
    for where in (address("reach"), address("conflicts"), address("rollout", pk=rollout.pk)):
        assert client.get(where).status_code == code
    assert client.post(address("resume_rollout", pk=rollout.pk)).status_code == code
    assert kept("CRMSystem") == "Zendesk"


@pytest.mark.parametrize("hostile", ["{{ 7*7 }}", "<script>alert(1)</script>", "a | b * c"])
def test_hostile_values_are_shown_as_typed(world: World, client_of: ClientOf, hostile: str) -> None:
    reaching.published(world)
    ana = client_of(world.ana)
    page = save(ana, world, CRMSystem=hostile)
    assert "<script>alert" not in page.content.decode()
    assert form_in(page)["v-CRMSystem"] == [hostile]
    start(ana, page)
    reaching.carried_out(Rollout.objects.get())
    assert "<script>alert" not in ana.get(address("rollout", pk=Rollout.objects.get().pk)).content.decode()


# Carrying it out


def test_htmx_gets_the_inside_alone(world: World, client_of: ClientOf) -> None:
    reaching.published(world)
    rollout = reaching.started(world.ana, SupportLine="ext. 77")
    where = address("rollout", pk=rollout.pk)
    text = client_of(world.ana).get(where, headers={"HX-Request": "true"}).content.decode()
    assert "<progress" in text
    assert "<html" not in text


def test_a_change_that_stopped_offers_to_take_it_up_again(world: World, client_of: ClientOf) -> None:
    reaching.published(world)
    rollout = reaching.started(world.ana, SupportLine="ext. 77")
    ana, where = client_of(world.ana), address("rollout", pk=rollout.pk)
    assert "Take it up again" not in ana.get(where).content.decode()
    with time_machine.travel(AT + timedelta(minutes=5), tick=False):
        assert "Take it up again" in ana.get(where).content.decode()
        assert "Take it up again" not in client_of(world.mia).get(where).content.decode()
        assert ana.post(address("resume_rollout", pk=rollout.pk))["Location"] == where
        assert ana.post(address("resume_rollout", pk=rollout.pk)).status_code == 409


def test_a_draft_for_a_change_of_values_says_so_on_my_work_and_on_its_record(world: World, client_of: ClientOf) -> None:
    version = reaching.published(world)
    rollout = reaching.started(world.ana, SupportLine="ext. 77")
    reaching.carried_out(rollout)
    ana = client_of(world.ana)
    said = "For a change of values. Support line: ext. 12 becomes ext. 77."
    assert said in ana.get(address("work")).content.decode()
    record = ana.get(address("record", number=version.sop.number)).content.decode()
    assert said in record
    assert address("rollout", pk=rollout.pk) in record
    submit = ana.get(address("submit", number=version.sop.number)).content.decode()
    assert "Support line: ext. 12 becomes ext. 77." in submit


def test_the_trail_tells_of_it_in_words(world: World, client_of: ClientOf) -> None:
    reaching.published(world)
    reaching.carried_out(reaching.started(world.ana, CRMSystem="Freshdesk"))
    text = client_of(world.ana).get(address("trail")).content.decode()
    assert "Change of values started for the procedures it touches" in text
    assert "Editorial note made and signed as prepared" in text


# Where procedures disagree


def test_two_handling_times_and_an_old_name_are_reported(world: World, client_of: ClientOf) -> None:
    first = reaching.published(world)
    typed = reaching.SOURCE.replace("search for the customer", "search in Zendesk for the customer")
    second = makers.draft(world, values={**VALUES, "Minutes": 20}, source=typed)
    reaching.carried_out(reaching.started(world.ana, CRMSystem="Freshdesk"))
    text = client_of(world.mia).get(address("conflicts")).content.decode()
    assert "Handling time" in text
    assert "8 minutes" in text
    assert "20 minutes" in text
    assert "Still says Zendesk in section 2.1" in text
    for version in (first, second):
        assert address("record", number=version.sop.number) in text


def test_each_place_of_a_disagreement_leads_to_its_section(world: World, client_of: ClientOf) -> None:
    reaching.published(world)
    reaching.draft(world, Minutes=20)
    makers.submitted(world, reaching.draft(world, Minutes=30))
    ana = client_of(world.ana)
    tree: Any = html.fromstring(ana.get(address("conflicts")).content.decode())
    links = tree.xpath("//td[@data-label='Section']/a/@href")
    assert len(links) == 3
    for link in links:
        where, _, anchor = link.partition("#")
        assert f'id="{anchor}"' in ana.get(where).content.decode()


def test_mia_who_opens_no_drafts_gets_the_number_of_the_section_alone(world: World, client_of: ClientOf) -> None:
    reaching.published(world)
    reaching.draft(world, Minutes=20)
    tree: Any = html.fromstring(client_of(world.mia).get(address("conflicts")).content.decode())
    cells = tree.xpath("//td[@data-label='Section']")
    assert [len(cell.xpath("./a")) for cell in cells] == [1, 0]
    assert cells[1].text_content().strip() == "1"


def test_procedures_that_agree_are_said_to(world: World, client_of: ClientOf) -> None:
    reaching.published(world)
    text = client_of(world.ana).get(address("conflicts")).content.decode()
    assert "No procedure contradicts another" in text


def test_zoe_s_report_holds_nothing_of_ours(world: World, client_of: ClientOf) -> None:
    reaching.published(world)
    text = client_of(world.zoe).get(address("conflicts", "contoso")).content.decode()
    assert "0 disagreements in 0 procedures" in text


# Budgets


def many(world: World, count: int) -> None:
    """Store that many published procedures: copies of one, so that the test is about reading them."""
    model = reaching.published(world)
    text = FrozenText.objects.get(version=model)
    for serial in range(100, 100 + count - 1):
        sop = SOP.objects.get(pk=model.sop_id)
        sop.pk, sop.serial, sop.number, sop.is_landing = None, serial, f"SOP-CS-{serial}", False
        sop.save()
        version = Version.objects.get(pk=model.pk)
        version.pk, version.sop = None, sop
        version.save()
        text.pk, text.version = None, version
        text.save(force_insert=True)


@pytest.mark.parametrize("count", [10, 60])
def test_the_pages_ask_no_more_of_sixty_procedures_than_of_ten(
    world: World, client_of: ClientOf, count: int, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    many(world, count)
    drafting.start_sop(template=makers.template(), by=world.ana, at=AT)
    ana = client_of(world.ana)
    ana.get(address("values"))
    with django_assert_max_num_queries(14):
        ana.get(address("values"))
    with django_assert_max_num_queries(22):
        page = save(ana, world, CRMSystem="Freshdesk")
    assert page.content.decode().count("fingerprint") >= count
    with django_assert_max_num_queries(10):
        ana.get(address("conflicts"))
