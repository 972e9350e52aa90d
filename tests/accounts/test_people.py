"""The pages of people, and hostile text in them."""

import pytest
from django.urls import reverse

from accounts.models import Membership, User
from audit.models import Entry
from tests.conftest import ClientOf
from tests.world import World

ADD = "/o/northwind/people/add/"
NIA = {"email": "nia@northwind.example", "name": "Nia Wood", "title": "Agent", "department": "", "roles": ["agent"]}


def page_of(world: World, name: str, who: str) -> str:
    return reverse(name, kwargs={"organisation": "northwind", "person": world.everybody[who].pk})


def test_the_list_shows_everybody_in_few_queries(world: World, client_of: ClientOf, django_assert_max_num_queries):
    client = client_of(world.mia)
    with django_assert_max_num_queries(4):
        page = client.get("/o/northwind/people/").content.decode()
    for name in ("Ana Silva", "Rui Costa", "Sol Berg", "Suspended 4 May 2026"):
        assert name in page
    assert "Zoe Martin" not in page


def test_adding_somebody_new_shows_a_link_that_works(world: World, client_of: ClientOf):
    answer = client_of(world.mia).post(ADD, NIA)
    assert answer.status_code == 200
    link = answer.context["link"]
    assert link in answer.content.decode()
    assert client_of(world.rui).get(link).status_code == 200


def test_adding_somebody_twice_is_said_at_the_field_and_the_typing_stays(world: World, client_of: ClientOf):
    answer = client_of(world.mia).post(ADD, NIA | {"email": "rui@northwind.example"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Rui Costa is already a member" in page
    assert 'value="Nia Wood"' in page


def test_a_get_writes_nothing(world: World, client_of: ClientOf):
    client = client_of(world.mia)
    before = Entry.objects.count(), Membership.objects.count()
    for address in (ADD, page_of(world, "person_change", "rui")):
        assert client.get(address).status_code == 200
    for name in ("person_suspend", "person_restore", "person_link"):
        assert client.get(page_of(world, name, "rui")).status_code == 405
    assert (Entry.objects.count(), Membership.objects.count()) == before


def test_changing_and_suspending_and_restoring(world: World, client_of: ClientOf):
    client = client_of(world.mia)
    data = {"title": "Team Lead", "department": "Support", "roles": ["agent", "manager"]}
    assert client.post(page_of(world, "person_change", "rui"), data).status_code == 302
    world.rui.refresh_from_db()
    assert (world.rui.title, world.rui.is_manager) == ("Team Lead", True)
    assert client.post(page_of(world, "person_suspend", "rui")).status_code == 302
    assert client.post(page_of(world, "person_suspend", "rui")).status_code == 409
    assert client.post(page_of(world, "person_restore", "rui")).status_code == 302
    assert client.post(page_of(world, "person_link", "rui")).status_code == 200


def test_the_last_administrator_is_told_at_the_field(world: World, client_of: ClientOf):
    data = {"title": "", "department": "", "roles": ["agent"]}
    answer = client_of(world.mia).post(page_of(world, "person_change", "mia"), data)
    assert answer.status_code == 422
    assert "only administrator" in answer.content.decode()


@pytest.mark.parametrize("roles", [["owner"], [], ["is_superuser"]])
def test_other_roles_than_the_four_are_refused(world: World, client_of: ClientOf, roles: list[str]):
    assert client_of(world.mia).post(ADD, NIA | {"roles": roles}).status_code == 422
    assert not User.objects.filter(email=NIA["email"]).exists()


def test_fields_that_are_not_on_the_form_change_nothing(world: World, client_of: ClientOf):
    extra = {"is_superuser": "1", "organisation": world.contoso.pk, "user": world.zoe.user.pk, "is_admin": "on"}
    assert client_of(world.mia).post(ADD, NIA | extra).status_code == 200
    added = Membership.objects.get(user__email=NIA["email"])
    assert (added.organisation, added.is_admin, added.user.is_superuser) == (world.northwind, False, False)


@pytest.mark.parametrize("field", ["name", "email", "title", "department"])
@pytest.mark.parametrize("text", ["a\0b", "\u202eb", "a\nb@x.org\n", "a" * 5000, "\u200b\ue000", "a" + "\u0301" * 200])
def test_hostile_text_is_answered_with_a_sentence(world: World, client_of: ClientOf, field: str, text: str):
    answer = client_of(world.mia).post(ADD, NIA | {field: text})
    assert answer.status_code == 422
    assert answer.context["form"].errors[field][0].endswith(".")
    assert not User.objects.filter(name="Nia Wood").exists()


@pytest.mark.parametrize(
    "name",
    ["<img src=x onerror=alert(1)>", "{{ 7*7 }}{% now 'Y' %}", '"><script>alert(1)</script>', "ا لاسم", "' OR 1=1 --"],
)
def test_a_name_is_text_on_every_page(world: World, client_of: ClientOf, name: str):
    client = client_of(world.mia)
    assert client.post(ADD, NIA | {"name": name}).status_code == 200
    member = Membership.objects.get(user__email=NIA["email"])
    assert member.printed_name == name
    change = reverse("person_change", kwargs={"organisation": "northwind", "person": member.pk})
    for address in ("/o/northwind/people/", change):
        page = client.get(address).content.decode()
        assert "<img src=x" not in page
        assert "<script>alert" not in page
    answer = client.post(change, {"title": name, "department": name, "roles": ["agent"]}, follow=True)
    assert "<script>alert" not in answer.content.decode()
    assert "<img src=x" not in answer.content.decode()
