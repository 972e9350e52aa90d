"""The pages of the organisation's values and of its route."""

from typing import Any

import pytest
from django.urls import reverse

from audit.models import Entry
from sop_library.models import RouteStep
from sop_library.sharing import in_words, state_of
from sop_library.texts import filling_of
from templates_app.models import OrganisationValue
from tests.conftest import ClientOf
from tests.sop_library import makers
from tests.world import World

pytestmark = pytest.mark.django_db


def address(name: str, organisation: str = "northwind") -> str:
    return reverse(name, kwargs={"organisation": organisation})


def kept(world: World) -> dict[str, Any]:
    return dict(OrganisationValue.objects.visible_to(world.ana).by_name())


def sent(world: World, **values: str) -> dict[str, str]:
    return {"seen": state_of(world.northwind.pk)} | {f"v-{name}": value for name, value in values.items()}


# Values


def test_values_show_where_they_are_used(world: World, client_of: ClientOf) -> None:
    makers.draft(world)
    text = client_of(world.ana).get(address("values")).content.decode()
    assert "Company name" in text
    assert 'Used in <a href="/o/northwind/sops/SOP-CS-001/record/">SOP-CS-001</a>' in text
    assert "Text. A change is minor: a draft for the route, readers see a notice." in text
    assert "Rings" not in text


def test_the_librarys_values_can_be_given_before_there_is_an_sop(world: World, client_of: ClientOf) -> None:
    makers.template()
    text = client_of(world.mia).get(address("values")).content.decode()
    assert "Company name" in text
    assert "Used in" not in text


def test_a_value_that_only_drafts_use_is_saved_at_once_and_tells_which(world: World, client_of: ClientOf) -> None:
    draft = makers.draft(world)
    client_of(world.mia).post(address("values"), sent(world, CompanyName="Northwind"))
    page = client_of(world.ana).post(address("values"), sent(world, CompanyName="Northwind Ltd"), follow=True)
    text = page.content.decode()
    assert "Saved: company name." in text
    assert f"drafts of {draft.sop.number}." in text
    assert "Nothing that is in review or published changes" in text
    assert filling_of(draft).values["CompanyName"] == "Northwind Ltd"
    entry = Entry.objects.filter(action="value.changed").newest_first()[0]
    assert (entry.data["old"], entry.data["new"]) == ("Northwind", "Northwind Ltd")


def test_the_same_values_again_write_nothing(world: World, client_of: ClientOf) -> None:
    makers.submitted(world)
    client = client_of(world.ana)
    page = client.post(address("values"), sent(world, CompanyName="Northwind"), follow=True)
    assert "nothing was saved" in page.content.decode()
    assert Entry.objects.filter(action="value.changed").count() == 1


def test_a_wrong_value_is_told_and_everything_typed_is_kept(world: World, client_of: ClientOf) -> None:
    makers.draft(world)
    page = client_of(world.ana).post(address("values"), sent(world, CompanyName="North\u202ewind"))
    text = page.content.decode()
    assert page.status_code == 422
    assert "<title>Error:" in text
    assert "wind" in text
    assert kept(world) == {}


@pytest.mark.parametrize("hostile", ["{{ 7*7 }}", "<script>alert(1)</script>", "a | b * c"])
def test_hostile_values_are_shown_as_typed(world: World, client_of: ClientOf, hostile: str) -> None:
    makers.draft(world)
    page = client_of(world.ana).post(address("values"), sent(world, CompanyName=hostile), follow=True)
    assert "<script>alert" not in page.content.decode()
    assert kept(world) == {"CompanyName": hostile}


def test_a_value_of_two_hundred_thousand_letters_gets_a_sentence(world: World, client_of: ClientOf) -> None:
    makers.draft(world)
    page = client_of(world.ana).post(address("values"), sent(world, CompanyName="x" * 200_000))
    assert page.status_code == 422
    assert kept(world) == {}


def test_two_people_saving_at_once_do_not_overwrite_each_other(world: World, client_of: ClientOf) -> None:
    makers.draft(world)
    mine = sent(world, CompanyName="Mine")
    client_of(world.mia).post(address("values"), sent(world, CompanyName="Hers"))
    page = client_of(world.ana).post(address("values"), mine)
    text = page.content.decode()
    assert page.status_code == 409
    assert "Mia Keller saved at" in text
    assert 'value="Mine"' in text
    assert kept(world) == {"CompanyName": "Hers"}
    client_of(world.ana).post(address("values"), sent(world, CompanyName="Mine"))
    assert kept(world) == {"CompanyName": "Mine"}


def test_an_emptied_value_is_needed_again_in_the_drafts(world: World, client_of: ClientOf) -> None:
    draft = makers.draft(world, values={"RingTimeLimit": 3})
    client = client_of(world.ana)
    client.post(address("values"), sent(world, CompanyName="Northwind"))
    asked = sent(world, CompanyName="")
    assert (
        f"The blank is shown again in the draft of {draft.sop.number};"
        in client.post(address("values"), asked).content.decode()
    )
    assert kept(world) == {"CompanyName": "Northwind"}
    client.post(address("reach"), {**asked, "name": "CompanyName", "only": "yes"})
    assert "CompanyName" in [variable.name for variable in filling_of(draft).missing]


@pytest.mark.parametrize(("name", "code"), [("rui", 403), ("priya", 403), ("zoe", 404)])
def test_others_see_no_values(world: World, client_of: ClientOf, name: str, code: int) -> None:
    client = client_of(world.everybody[name])
    assert client.get(address("values")).status_code == code
    assert client.post(address("values"), sent(world, CompanyName="Theirs")).status_code == code


def test_values_belong_to_one_organisation(world: World, client_of: ClientOf) -> None:
    makers.draft(world)
    seen = state_of(world.contoso.pk)
    client_of(world.zoe).post(address("values", "contoso"), {"seen": seen, "v-CompanyName": "Contoso"})
    assert kept(world) == {}
    text = client_of(world.zoe).get(address("values", "contoso")).content.decode()
    assert 'value="Contoso"' in text
    assert "SOP-CS-001" not in text


def test_numbers_are_listed_in_words() -> None:
    assert in_words(["A"]) == "A"
    assert in_words(["A", "B", "C"]) == "A, B and C"
    assert in_words([str(number) for number in range(10)]) == "0, 1, 2, 3, 4, 5, 6, 7 and 2 more"


# Route


def steps(*rows: tuple[str, Any], remove: int = 0) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for place, (meaning, person) in enumerate(rows, 1):
        data |= {f"step{place}-meaning": meaning, f"step{place}-people": person}
    return data | ({f"step{remove}-remove": "on"} if remove else {})


def test_the_route_shows_the_default_and_one_row_more(world: World, client_of: ClientOf) -> None:
    text = client_of(world.mia).get(address("route")).content.decode()
    assert "Step 1" in text
    assert "Step 2" in text
    assert "One more step" in text
    assert "step4-meaning" not in text
    assert "Priya Nair, Quality Lead" in text
    assert "Rui Costa" not in text


def test_the_route_is_saved(world: World, client_of: ClientOf) -> None:
    data = steps(("reviewed", world.priya.pk), ("reviewed", ""), ("approved", world.ben.pk))
    answer = client_of(world.mia).post(address("route"), data)
    assert answer.status_code == 302
    rows = RouteStep.objects.filter(route__organisation=world.northwind)
    assert [(row.position, row.meaning, list(row.people.all())) for row in rows] == [
        (1, "reviewed", [world.priya]),
        (2, "reviewed", []),
        (3, "approved", [world.ben]),
    ]


def test_a_step_is_removed_by_its_box(world: World, client_of: ClientOf) -> None:
    data = steps(("reviewed", world.priya.pk), ("approved", ""), remove=1)
    client_of(world.mia).post(address("route"), data)
    assert [row.meaning for row in RouteStep.objects.filter(route__organisation=world.northwind)] == ["approved"]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([], "A route has 1 to 6 steps; this has 0."),
        ([("approved", ""), ("reviewed", "")], "The last step has to be approved or released."),
        ([("understood", "")], "Choose one of the meanings listed."),
        ([("approved", "999999")], "Choose one of the people listed."),
    ],
)
def test_wrong_routes_get_a_sentence(
    world: World, client_of: ClientOf, rows: list[tuple[str, str]], sentence: str
) -> None:
    page = client_of(world.mia).post(address("route"), steps(*rows))
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert not RouteStep.objects.exists()


def test_a_seventh_step_is_not_read(world: World, client_of: ClientOf) -> None:
    client_of(world.mia).post(address("route"), steps(*[("approved", "")] * 9))
    assert RouteStep.objects.filter(route__organisation=world.northwind).count() == 6


def test_one_person_cannot_have_two_steps(world: World, client_of: ClientOf) -> None:
    page = client_of(world.mia).post(
        address("route"), steps(("reviewed", world.ben.pk), ("approved", world.ben.pk)) | {"one_step_each": "on"}
    )
    assert page.status_code == 422
    assert "Ben Okafor has two steps" in page.content.decode()


@pytest.mark.parametrize(("name", "code"), [("rui", 403), ("ana", 403), ("priya", 403), ("zoe", 404)])
def test_others_cannot_see_or_set_the_route(world: World, client_of: ClientOf, name: str, code: int) -> None:
    client = client_of(world.everybody[name])
    assert client.get(address("route")).status_code == code
    assert client.post(address("route"), steps(("approved", ""))).status_code == code
    assert not RouteStep.objects.exists()
