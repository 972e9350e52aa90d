"""People, roles and departments are offered from the organisation's own members; any other name is kept too."""

import pytest
from django.test import Client
from django.urls import reverse
from lxml import html

from sop_library.models import Version
from templates_app.forms import NOT_A_MEMBER
from templates_app.organisations import offers_for
from templates_app.texts import template_of
from tests.conftest import ClientOf
from tests.sop_library import makers
from tests.templates_app.texts import source
from tests.world import World

DECLARED = """
Contact: {kind: person, example: Team leader}
Title: {kind: role, example: Agent}
Where: {kind: department, example: Support}
Shared: {kind: person, source: organisation, example: Ana}
"""
TEXT = source("<Contact> <Title> <Where> <Shared>", DECLARED)


@pytest.fixture
def version(world: World) -> Version:
    return makers.draft(world, values={}, source=TEXT)


def address(version: Version) -> str:
    return reverse("fill", kwargs={"organisation": version.organisation.slug, "number": version.sop.number})


def offered(ana: Client, where: str, name: str) -> list[str]:
    """Return what the control of a variable offers."""
    page = html.fromstring(ana.get(where).content)
    control = page.xpath(f"//input[@name='v-{name}']")[0]
    return [str(each) for each in page.xpath(f"//datalist[@id='{control.get('list')}']/option/@value")]


def test_active_members_of_the_own_organisation_are_offered(
    world: World, version: Version, client_of: ClientOf
) -> None:
    ana, where = client_of(world.ana), address(version)
    names = ["Ana Silva", "Ben Okafor", "Mia Keller", "Priya Nair", "Rui Costa"]
    assert offered(ana, where, "Contact") == names, "Sol is suspended, Zoe works elsewhere"
    assert offered(ana, where, "Title") == [
        "Agent",
        "Director of Support",
        "Quality Lead",
        "Support Manager",
        "Systems Administrator",
    ]
    assert offered(ana, where, "Where") == ["IT", "Quality", "Support"]
    assert offered(ana, reverse("values", kwargs={"organisation": "northwind"}), "Shared") == names


def test_zoe_is_offered_nobody_of_ours(world: World, version: Version, client_of: ClientOf) -> None:
    page = client_of(world.zoe).get(reverse("values", kwargs={"organisation": "contoso"})).content.decode()
    assert not [person for name, person in world.everybody.items() if name != "zoe" and str(person) in page]
    assert offers_for(world.zoe, template_of(TEXT).answered) == {
        "person": ("Zoe Martin",),
        "role": ("Operations Lead",),
        "department": ("Support",),
    }


def test_somebody_who_is_no_member_is_kept_with_an_amber_word(
    world: World, version: Version, client_of: ClientOf
) -> None:
    ana, where = client_of(world.ana), address(version)
    sent = {"v-Contact": "Team leader on shift", "v-Title": "Night watch", "row_version": version.row_version}
    answer = ana.post(where, sent, headers={"X-Autosave": "1", "Accept": "application/json"}).json()
    assert answer["problems"] == {}
    assert answer["warnings"] == {"v-Contact": NOT_A_MEMBER}, "a job title nobody has is nothing unusual"
    assert Version.objects.get(pk=version.pk).values == {"Contact": "Team leader on shift", "Title": "Night watch"}
    page = html.fromstring(ana.get(where).content)
    assert [each.text for each in page.xpath("//div[@id='field-v-Contact']//p[@class='field-warning']")] == [
        NOT_A_MEMBER
    ]
    assert not page.xpath("//*[@class='field-error']")
    assert "Team leader on shift" in page.text_content()


def test_a_member_is_no_reason_for_a_word(world: World, version: Version, client_of: ClientOf) -> None:
    sent = {"v-Contact": "Priya Nair", "row_version": version.row_version}
    answer = client_of(world.ana).post(address(version), sent, headers={"X-Autosave": "1"}).json()
    assert answer["warnings"] == {}


def test_a_form_that_names_nobody_asks_for_nobody(world: World, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert offers_for(world.ana, ()) == {}
