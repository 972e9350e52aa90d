"""Who may open a view: strangers find nothing, the wrong role is told so."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.access import Access, Door, access_of, member, public, signed_in
from accounts.domain.roles import Role
from accounts.refusals import NotAllowed, NotFound
from tests.conftest import ClientOf
from tests.world import World


@pytest.fixture
def people(world: World) -> str:
    return reverse("people", kwargs={"organisation": "northwind"})


def test_the_administrator_opens_it(world: World, client_of: ClientOf, people: str):
    assert client_of(world.mia).get(people).status_code == 200


def test_nobody_signed_in_is_sent_to_sign_in_and_back(world: World, people: str):
    answer = Client().get(people)
    assert (answer.status_code, answer["Location"]) == (302, f"/sign-in/?next={people}")


def test_a_stranger_finds_nothing(world: World, client_of: ClientOf, people: str):
    assert client_of(world.zoe).get(people).status_code == 404
    assert client_of(world.mia).get(people.replace("northwind", "nowhere")).status_code == 404


@pytest.mark.parametrize("who", ["ana", "priya", "ben", "rui"])
def test_the_wrong_role_is_told_which_one_it_needs(world: World, client_of: ClientOf, people: str, who: str):
    answer = client_of(world.everybody[who]).get(people)
    assert answer.status_code == 403
    assert "This needs the role administrator." in answer.content.decode()
    assert "/o/northwind/sops/" in answer.content.decode(), "the page that refuses still says where one can go"


def test_a_suspended_member_is_told_so(world: World, client_of: ClientOf, people: str):
    answer = client_of(world.sol).get(people)
    assert answer.status_code == 403
    assert "Your access to Northwind Support is suspended." in answer.content.decode()
    assert "/o/northwind/sops/" not in answer.content.decode()


def test_a_person_of_another_organisation_is_not_found_below_this_one(world: World, client_of: ClientOf):
    for name in ("person_change", "person_suspend", "person_restore", "person_link"):
        address = reverse(name, kwargs={"organisation": "northwind", "person": world.zoe.pk})
        assert client_of(world.mia).post(address).status_code == 404
    huge = reverse("person_change", kwargs={"organisation": "northwind", "person": 10**30})
    assert client_of(world.mia).get(huge).status_code == 404


def test_the_view_gets_the_member_and_not_the_slug(world: World):
    @member(Role.AGENT, Role.MANAGER)
    def view(request, number):
        return HttpResponse(f"{request.member} {number}")

    request = RequestFactory().get("/")
    request.user = world.rui.user
    opened: Any = view(request, organisation="northwind", number=3)
    assert opened.content == b"Rui Costa 3"
    assert access_of(view) == Access(Door.MEMBER, frozenset({Role.AGENT, Role.MANAGER}))
    request.user = world.zoe.user
    with pytest.raises(NotFound):
        view(request, organisation="northwind", number=3)
    request.user = world.mia.user
    with pytest.raises(NotAllowed, match="agent or manager"):
        view(request, organisation="northwind", number=3)


def test_no_roles_means_any_member(world: World):
    @member()
    def view(request):
        return HttpResponse()

    request = RequestFactory().get("/")
    for who in (world.rui, world.ana, world.mia):
        request.user = who.user
        assert view(request, organisation="northwind").status_code == 200
    request.user = world.sol.user
    with pytest.raises(NotAllowed):
        view(request, organisation="northwind")


def test_every_way_of_declaring_can_be_read_back():
    def view(request):
        return HttpResponse()

    assert access_of(public(view)) == Access(Door.PUBLIC)
    assert access_of(signed_in(view)) == Access(Door.SIGNED_IN)
    assert access_of(view) is None


def test_a_script_without_a_session_gets_401_and_not_the_sign_in_page(world: World, people: str):
    for headers in ({"Accept": "application/json"}, {"HX-Request": "true"}):
        answer = Client().get(people, headers=headers)
        assert answer.status_code == 401
    assert (
        "what you typed is still on this page"
        in Client().get(people, headers={"Accept": "application/json"}).json()["sentence"]
    )
