"""Home, and what monitors ask."""

import pytest
from django.test import Client

from accounts import actions
from accounts.domain.roles import Role
from sopsite import views
from tests.conftest import ClientOf
from tests.world import AT, World


def test_home_leads_to_sign_in(db: None):
    answer = Client().get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=/")


def test_home_leads_to_the_only_organisation(world: World, client_of: ClientOf):
    assert client_of(world.rui).get("/")["Location"] == "/o/northwind/"


def test_home_lets_choose_between_two(world: World, client_of: ClientOf):
    actions.add_member(
        organisation=world.contoso, email=world.rui.user.email, name="", roles=[Role.AGENT], by=world.zoe, at=AT
    )
    page = client_of(world.rui).get("/").content.decode()
    assert "/o/northwind/" in page
    assert "/o/contoso/" in page


def test_home_says_so_when_there_is_none(world: World, client_of: ClientOf):
    answer = client_of(world.sol).get("/")
    assert answer.status_code == 403
    assert "has no organisation at present" in answer.content.decode()


@pytest.mark.parametrize(
    ("who", "address", "place"),
    [
        ("ana", "templates/", "Templates"),
        ("ana", "import/", "Templates"),
        ("ana", "values/conflicts/", "Values"),
        ("rui", "", "Procedures"),
    ],
)
def test_a_page_says_where_one_is(world: World, client_of: ClientOf, who: str, address: str, place: str):
    page = client_of(world.everybody[who]).get(f"/o/northwind/{address}", follow=True)
    assert [each["label"] for each in page.context["navigation"] if each["current"]] == [place]


def test_health_and_readiness_need_no_session(db: None):
    assert Client().get("/healthz").json() == {"status": "ok"}
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert set(answer.json()["checks"]) == {"database", "migrations", "storage", "fonts"}


@pytest.mark.parametrize("part", ["_database_answers", "_migrations_are_applied"])
def test_not_ready_is_503(db: None, monkeypatch: pytest.MonkeyPatch, part: str):
    monkeypatch.setattr(views, part, lambda: False)
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert "failed" in answer.json()["checks"].values()
