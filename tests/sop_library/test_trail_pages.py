"""The trail on the page and as a table for a spreadsheet."""

import csv
import io
import json

import pytest
from django.http import StreamingHttpResponse
from django.test import Client
from django.urls import reverse

from audit.models import Entry, printed_time
from sop_library.actions import approving
from sop_library.cells import safe_cell
from sop_library.trail_words import ACTION_WORDS, action_words, lines_of
from templates_app.actions import set_organisation_value
from templates_app.domain.variables import Variable
from templates_app.texts import template_of
from tests.conftest import ClientOf
from tests.sop_library import makers
from tests.sop_library.makers import moment
from tests.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("later_that_day", "no_pdf_engine")]
TRAIL = reverse("trail", kwargs={"organisation": "northwind"})
TABLE = reverse("trail_csv", kwargs={"organisation": "northwind"})


def page(client: Client, query: str = "") -> str:
    answer = client.get(TRAIL + query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def table(client: Client, query: str = "") -> list[dict[str, str]]:
    answer = client.get(TABLE + query)
    assert answer.status_code == 200
    assert isinstance(answer, StreamingHttpResponse)
    text = b"".join(answer.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text)))


def company_name() -> Variable:
    return template_of(makers.SOURCE).variable("CompanyName")


def test_the_trail_tells_time_person_action_and_subject(world: World, client_of: ClientOf) -> None:
    version = makers.reviewed(world)
    approving.return_version(version=version, reason="Name the <b>lead</b>.", by=world.ben, at=moment(9))
    told = page(client_of(world.ana))
    assert "4 May 2026 09:09:00" in told
    assert "Returned to the author" in told
    assert "Reason: Name the &lt;b&gt;lead&lt;/b&gt;." in told
    assert told.rindex("Returned to the author") < told.rindex("Procedure started")
    assert "sop_verify" in told


def test_a_changed_value_shows_old_and_new(world: World, client_of: ClientOf) -> None:
    for name in ("Northwind", "Northwind & Sons"):
        set_organisation_value(variable=company_name(), value=name, by=world.ana, at=moment(9))
    told = page(client_of(world.mia), "?action=value.")
    assert "CompanyName: <del><span" in told
    assert "Before: </span>Northwind</del>" in told
    assert "After: </span>Northwind &amp; Sons</ins>" in told
    assert "Before: </span>nothing</del>" in told


FOUND = {
    "?words=SOP-CS-002": 1,
    "?words=nothing": 0,
    "?action=sop.": 2,
    "?since=2026-05-05": 0,
    "?until=2026-05-03": 0,
}
UNUSABLE = (
    "?since=yesterday",
    "?person=999999",
    "?person=99999999999999999999999",
    "?person=<script>",
    "?action=nonsense",
    "?since=2026-05-05&until=2026-05-04",
    "?words=" + "x" * 300,
)


@pytest.mark.parametrize(("query", "found"), FOUND.items())
def test_the_trail_is_filtered(world: World, client_of: ClientOf, query: str, found: int) -> None:
    makers.draft(world, values={})
    makers.draft(world, values={})
    client = client_of(world.ana)
    assert page(client, query).count('<td data-label="Person">') == found
    assert len(table(client, query)) == found


def test_the_trail_is_filtered_by_person(world: World, client_of: ClientOf) -> None:
    makers.reviewed(world)
    rows = table(client_of(world.ana), f"?person={world.priya.pk}")
    assert {row["person"] for row in rows} == {"Priya Nair"}


def test_filters_hold_together_on_every_page_and_in_the_table(world: World, client_of: ClientOf) -> None:
    first, second = makers.reviewed(world), makers.submitted(world)
    ana = client_of(world.ana)
    query = f"?person={world.priya.pk}&action=version.signed&words={first.sop.number}&since=2026-05-04&until=2026-05-04"
    (row,) = table(ana, query)
    assert (row["person"], row["action"], row["subject"]) == ("Priya Nair", "version.signed", f"{first}")
    assert page(ana, query).count('<td data-label="Person">') == 1
    for other in (
        query.replace(first.sop.number, second.sop.number),
        query.replace(f"person={world.priya.pk}", f"person={world.ben.pk}"),
        query.replace("version.signed", "version.published"),
        query.replace("since=2026-05-04&until=2026-05-04", "since=2026-05-05"),
    ):
        assert table(ana, other) == []
        assert "No entry fits this filter." in page(ana, other)


def test_each_action_can_be_chosen_alone_or_with_its_kind(world: World, client_of: ClientOf) -> None:
    ana = client_of(world.ana)
    shown = page(ana)
    for action in ACTION_WORDS:
        assert f'<option value="{action}">' in shown
        assert f'<option value="{action.partition(".")[0]}.">' in shown
    makers.reviewed(world)
    assert {row["action"] for row in table(ana, "?action=version.")} == {
        "version.submitted",
        "version.signed",
    } | {"version.started"} & {row["action"] for row in table(ana)}


@pytest.mark.parametrize("query", UNUSABLE)
def test_a_filter_that_cannot_be_used_is_said_beside_it(world: World, client_of: ClientOf, query: str) -> None:
    client = client_of(world.ana)
    answer = client.get(TRAIL + query)
    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()
    assert "<title>Error: " in answer.content.decode()
    assert client.get(TABLE + query).status_code == 422


def test_the_ends_of_the_calendar_are_days_too(world: World, client_of: ClientOf) -> None:
    assert page(client_of(world.ana), "?since=0001-01-01&until=9999-12-31")


def test_long_trails_have_pages_that_keep_the_filter(world: World, client_of: ClientOf) -> None:
    for number in range(60):
        set_organisation_value(variable=company_name(), value=f"Name {number}", by=world.ana, at=moment(9))
    client = client_of(world.ana)
    first = page(client, "?action=value.")
    assert first.count('<td data-label="Person">') == 50
    assert "page=2" in first
    assert "action=value." in first.partition('aria-label="Pages"')[2]
    assert page(client, "?action=value.&page=2").count('<td data-label="Person">') == 10
    for wrong in ("nonsense", "999999999999999999999", "-1", "0"):
        assert client.get(f"{TRAIL}?page={wrong}").status_code == 200
    assert f"{TABLE}?action=value." in first


def test_the_table_holds_everything_that_is_hashed(world: World, client_of: ClientOf) -> None:
    makers.published(world)
    rows = table(client_of(world.mia))
    entries = list(Entry.objects.filter(organisation=world.northwind).order_by("sequence"))
    assert [row["hash"] for row in rows] == [entry.hash for entry in entries]
    last, entry = rows[-1], entries[-1]
    assert json.loads(last["data"]) == entry.data
    assert last["at"] == printed_time(entry.at)
    assert (last["subject_kind"], last["subject_id"]) == (entry.subject_kind, entry.subject_id)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "|cmd", "%x"])
def test_no_cell_starts_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


def test_other_cells_stay_as_they_are() -> None:
    assert [safe_cell(text) for text in ("SOP-CS-001", "1", "", "a=b", "{}")] == ["SOP-CS-001", "1", "", "a=b", "{}"]


def test_a_name_that_starts_a_formula_is_only_text_in_the_table(world: World, client_of: ClientOf) -> None:
    world.ana.user.name = '=HYPERLINK("http://x","y")'
    world.ana.user.save()
    makers.draft(world, values={})
    assert "'=HYPERLINK" in [row["person"][:11] for row in table(client_of(world.mia))]


def test_every_action_in_the_trail_has_words(world: World) -> None:
    version = makers.published(world)
    makers.understood(version, world.rui)
    named = set(Entry.objects.values_list("action", flat=True))
    assert named <= set(ACTION_WORDS)
    assert action_words("sop.copied_twice") == "Sop: copied twice"


def test_every_entry_can_be_told(world: World) -> None:
    makers.published(world)
    lines = lines_of(Entry.objects.all())
    assert all(line.action for line in lines)
    details = [f"{detail.label}: {detail.value}" for line in lines for detail in line.details]
    assert "In force from: 4 May 2026 09:06:00 UTC" in details
    assert "Effective on: 4 May 2026" in details


def test_the_trail_belongs_to_the_organisation_and_not_to_agents(world: World, client_of: ClientOf) -> None:
    makers.draft(world)
    for url in (TRAIL, TABLE):
        assert client_of(world.rui).get(url).status_code == 403
        assert client_of(world.zoe).get(url).status_code == 404
    theirs = reverse("trail", kwargs={"organisation": "contoso"})
    assert "SOP-CS-001" not in client_of(world.zoe).get(theirs).content.decode()
