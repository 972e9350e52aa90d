"""What holds for the whole organisation: who sets it, what is written down, and what cannot be set."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from lxml import html

from accounts import actions
from accounts.models import Organisation
from accounts.refusals import BadInput, NotAllowed
from audit.models import Entry
from tests.conftest import ClientOf
from tests.world import AT, World

HERE = "/o/northwind/organisation/"
SENT = {
    "name": "Northwind Support", "time_zone": "Europe/Berlin", "paper": "Letter", "review_months": "24",
    "locale": "de-DE", "region": "", "currency": "EUR",
}  # fmt: skip


def stored() -> Organisation:
    found: Organisation = Organisation.objects.get(slug="northwind")
    return found


def test_mia_changes_how_values_are_written_and_it_is_on_the_trail(world: World, client_of: ClientOf) -> None:
    mia = client_of(world.mia)
    answer = mia.post(HERE, SENT, follow=True)
    assert "nothing published changes" in answer.content.decode()
    now = stored()
    assert (now.locale, now.phone_region, now.currency, now.paper, now.review_months) == (
        "de-DE",
        "DE",
        "EUR",
        "Letter",
        24,
    )
    entry = Entry.objects.latest("sequence")
    assert (entry.action, entry.person_name, entry.subject) == (
        "organisation.changed",
        "Mia Keller",
        "Northwind Support",
    )
    assert entry.data["old"]["locale"] == "en-GB"
    assert entry.data["new"] == {
        "time_zone": "Europe/Berlin",
        "paper": "Letter",
        "review_months": 24,
        "locale": "de-DE",
        "currency": "EUR",
    }
    page = mia.get(reverse("trail", kwargs={"organisation": "northwind"})).content.decode()
    assert "Organisation changed" in page


def test_the_form_shows_what_is_stored_and_saving_it_unchanged_logs_nothing(world: World, client_of: ClientOf) -> None:
    mia, before = client_of(world.mia), Entry.objects.count()
    form = html.fromstring(mia.get(HERE).content).xpath("//main//form")[0]
    # A browser sends no box that is not ticked, and an empty field as empty text.
    shown = {name: value for name, value in form.fields.items() if value is not None} | {"training_share": ""}
    assert (shown["name"], shown["locale"], shown["region"]) == ("Northwind Support", "en-GB", "")
    assert mia.post(HERE, shown).status_code == 302
    assert Entry.objects.count() == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""}, {"name": "\u202ex"}, {"time_zone": "Mars"}, {"paper": "A5"}, {"review_months": "0"},
        {"review_months": "1e9"}, {"locale": "ar-EG"}, {"locale": "../../etc"}, {"region": "ZZ"}, {"currency": "DEM"},
        {"training_share": "0"}, {"training_share": "101"}, {"training_share": "most"},
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_is_refused_and_what_was_typed_stays(
    wrong: dict[str, str], world: World, client_of: ClientOf
) -> None:
    answer = client_of(world.mia).post(HERE, SENT | {"name": "New name"} | wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "There is a problem" in page
    assert "name" in wrong or 'value="New name"' in page
    assert stored().locale == "en-GB"


@pytest.mark.parametrize("who", ["ana", "priya", "rui", "sol"])
def test_nobody_else_sets_it(who: str, world: World) -> None:
    with pytest.raises(NotAllowed):
        actions.change_organisation(facts={"locale": "de-DE"}, by=world.everybody[who], at=AT)


def test_zoe_changes_her_own_organisation_only(world: World, client_of: ClientOf) -> None:
    zoe = client_of(world.zoe)
    assert zoe.post(HERE, SENT).status_code == 404
    assert zoe.post("/o/contoso/organisation/", SENT | {"name": "Contoso Care"}).status_code == 302
    assert (stored().locale, Organisation.objects.get(slug="contoso").locale) == ("en-GB", "de-DE")


@pytest.mark.parametrize(
    "wrong", [{"locale": "xx"}, {"currency": "XXX"}, {"region": "AA"}, {"time_zone": "x"}], ids=str
)
def test_the_action_itself_refuses_what_there_is_not(wrong: dict[str, Any], world: World) -> None:
    with pytest.raises(BadInput):
        actions.change_organisation(facts=wrong, by=world.mia, at=AT)


@pytest.mark.django_db
def test_an_organisation_starts_with_the_currency_of_its_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOP_ADMIN_PASSWORD", "lantern-otter-quartz-9")
    given = {"email": "mia@northwind.example", "name": "Mia Keller", "stdout": StringIO()}
    call_command("sop_setup", organisation="Nordwind", locale="de-CH", **given)
    call_command("sop_setup", organisation="Northwind", locale="en-GB", currency="EUR", **given)
    assert [(each.locale, each.currency, each.phone_region) for each in Organisation.objects.order_by("pk")] == [
        ("de-CH", "CHF", "CH"),
        ("en-GB", "EUR", "GB"),
    ]
    with pytest.raises(CommandError, match="not among the locales"):
        call_command("sop_setup", organisation="Elsewhere", locale="ar-EG", **given)
