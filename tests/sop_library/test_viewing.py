"""Who opened and who took what is on the trail: once a day, never in the way of a reader, always before an export."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from accounts.refusals import NotAllowed
from audit import trail
from audit.models import Entry
from sop_library.actions import viewing
from sop_library.actions.viewing import Opened, opened
from sop_library.models import Version
from sop_library.trail_words import OPENED
from tests.conftest import ClientOf
from tests.sop_library import makers
from tests.sop_library.makers import moment
from tests.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("later_that_day", "no_pdf_engine")]
EXPORTS = ("trail_csv", "templates_export")


def seen(action: str = "version.viewed") -> list[str]:
    """Return the people on the trail for an action, oldest first."""
    rows = Entry.objects.filter(action=action).order_by("organisation_id", "sequence")
    return list(rows.values_list("person_name", flat=True))


def address(version: Version, name: str = "sop") -> str:
    place = {"organisation": "northwind", "number": version.sop.number}
    return reverse(name, kwargs=place if name in {"sop", "compare_pdf"} else place | {"version": version.number})


def unwritable(*_: Any, **__: Any) -> None:
    raise OperationalError("attempt to write a readonly database")


@pytest.fixture
def version(world: World) -> Version:
    return makers.published(world)


def test_opening_a_page_or_its_pdf_is_on_record_once_a_day(world: World, version: Version, client_of: ClientOf) -> None:
    rui = client_of(world.rui)
    for _ in range(3):
        for where in (address(version), address(version, "version"), "/o/northwind/", address(version, "pdf")):
            assert rui.get(where).status_code == 200
    assert seen() == ["Rui Costa"]
    assert seen("version.pdf_opened") == ["Rui Costa"]
    entry = Entry.objects.get(action="version.viewed")
    assert (entry.subject, entry.data) == (f"{version}", {"number": version.sop.number, "version": "1.0"})
    client_of(world.ana).get(address(version))
    client_of(world.mia).get(address(version, "pdf_as_published"))
    assert seen() == ["Rui Costa", "Ana Silva"]
    assert seen("version.pdf_opened") == ["Rui Costa", "Mia Keller"]


def test_a_process_that_starts_anew_adds_nothing_twice(world: World, version: Version) -> None:
    assert opened(version, Opened.PAGE, by=world.rui, at=moment(40))
    viewing.forget()
    assert not opened(version, Opened.PAGE, by=world.rui, at=moment(50))
    assert seen() == ["Rui Costa"]


def test_the_day_is_that_of_the_organisation(world: World, version: Version) -> None:
    # Lisbon is one hour ahead of UTC in May: its 5 May begins at 23:00 UTC.
    moments = [datetime.fromisoformat(f"2026-05-04T22:{minute}:00+00:00") for minute in ("00", "59")]
    moments += [moment + timedelta(minutes=61) for moment in moments]
    assert [opened(version, Opened.PAGE, by=world.rui, at=at) for at in moments] == [True, False, True, False]


def test_a_page_that_the_browser_still_holds_counts_as_opened(
    world: World, version: Version, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    rui = client_of(world.rui)
    with monkeypatch.context() as broken:
        broken.setattr(trail, "record", unwritable)
        tag = rui.get(address(version))["ETag"]
    assert not seen()
    assert rui.get(address(version), headers={"If-None-Match": tag}).status_code == 304
    assert seen() == ["Rui Costa"]


def test_asking_for_headers_alone_opens_nothing(world: World, version: Version, client_of: ClientOf) -> None:
    mia = client_of(world.mia)
    for where in (
        address(version),
        address(version, "pdf"),
        reverse("trail_csv", kwargs={"organisation": "northwind"}),
    ):
        assert mia.head(where).status_code == 200
    assert not seen()
    assert not seen("version.pdf_opened")
    assert not seen("trail.exported")


def test_a_stranger_opens_nothing(world: World, version: Version) -> None:
    with pytest.raises(NotAllowed):
        opened(version, Opened.PAGE, by=world.zoe, at=moment(40))
    assert not seen()


def test_once_it_is_on_record_nothing_is_asked_of_the_database(
    world: World, version: Version, django_assert_num_queries: Callable[[int], Any]
) -> None:
    opened(version, Opened.PAGE, by=world.rui, at=moment(40))
    with django_assert_num_queries(0):
        opened(version, Opened.PAGE, by=world.rui, at=moment(50))


def test_reading_goes_on_when_nothing_can_be_written(
    world: World,
    version: Version,
    client_of: ClientOf,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    rui = client_of(world.rui)
    with monkeypatch.context() as broken:
        broken.setattr(trail, "record", unwritable)
        for where in (address(version), address(version, "pdf")):
            assert rui.get(where).status_code == 200
    assert "That a version was opened is not on record." in caplog.text
    assert not seen()
    rui.get(address(version))
    assert seen() == ["Rui Costa"], "the next time it is tried again"


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_refused_when_it_cannot_be_put_on_record(
    name: str, world: World, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    makers.own_published(world)
    monkeypatch.setattr(trail, "record", unwritable)
    answer = client_of(world.mia).get(reverse(name, kwargs={"organisation": "northwind"}))
    assert answer.status_code == 503
    assert "so nothing is handed out" in answer.content.decode()


def test_a_reader_waits_two_seconds_for_other_writers_and_everybody_else_as_before(
    world: World, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL takes the limit for the transaction alone")
    told = []
    really = trail.record_once

    def record_once(**given: Any) -> Any:
        told.append(patience())
        return really(**given)

    monkeypatch.setattr(trail, "record_once", record_once)
    before = patience()
    opened(version, Opened.PAGE, by=world.rui, at=moment(40))
    assert (told, patience()) == ([2_000], before)


def patience() -> int:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        found: int = cursor.fetchone()[0]
        return found


def test_each_other_export_is_on_record_and_the_same_one_once_a_day(world: World, client_of: ClientOf) -> None:
    mia, table = client_of(world.mia), reverse("trail_csv", kwargs={"organisation": "northwind"})
    for query in ("", "?words=SOP", "?words=SOP&views=on", "", "?words=SOP"):
        assert mia.get(table + query).status_code == 200
    asked = [entry.data["filter"] for entry in Entry.objects.filter(action="trail.exported")]
    assert asked == [{}, {"words": "SOP"}]


def test_the_table_holds_the_entry_that_tells_of_itself(world: World, client_of: ClientOf) -> None:
    answer: Any = client_of(world.mia).get(reverse("trail_csv", kwargs={"organisation": "northwind"}))
    assert b"trail.exported" in b"".join(answer.streaming_content).splitlines()[-1]


def test_templates_taken_as_files_are_on_record(world: World, client_of: ClientOf) -> None:
    own, built_in = makers.own_published(world).template, makers.template()
    ana = client_of(world.ana)
    for template, query in ((own, ""), (own, "?version=1"), (built_in, "")):
        where = reverse("template_export", kwargs={"organisation": "northwind", "slug": template.slug})
        assert ana.get(where + query).status_code == 200
    assert [entry.data for entry in Entry.objects.filter(action="template.exported")] == [
        {"version": "in use"},
        {"version": "1"},
    ]
    ana.get(reverse("templates_export", kwargs={"organisation": "northwind"}))
    assert Entry.objects.get(action="templates.exported").data == {"files": [f"{own.slug}.md"]}


@pytest.fixture
def compared(world: World, version: Version) -> Version:
    return makers.published(world, makers.approved(world, makers.submitted(world, makers.revision(world, version))))


def test_a_comparison_taken_as_pdf_is_on_record_with_both_versions(
    world: World, compared: Version, client_of: ClientOf
) -> None:
    assert client_of(world.rui).get(f"{address(compared, 'compare_pdf')}?from=1.0&to=2.0").status_code == 200
    entry = Entry.objects.get(action="version.comparison_opened")
    assert (entry.person_name, entry.data["version"], entry.data["compared_with"]) == ("Rui Costa", "2.0", "1.0")


def test_the_trail_page_shows_views_when_asked_and_the_table_always(
    world: World, version: Version, client_of: ClientOf
) -> None:
    client_of(world.rui).get(address(version))
    ana, page = client_of(world.ana), reverse("trail", kwargs={"organisation": "northwind"})

    def rows(client: Client, query: str) -> str:
        return client.get(page + query).content.decode().partition("<tbody>")[2]

    assert "Opened</th>" not in rows(ana, "")
    for query in ("?views=on", "?action=version.viewed", f"?views=on&person={world.rui.pk}"):
        assert "Opened</th>" in rows(ana, query), query
    answer: Any = ana.get(reverse("trail_csv", kwargs={"organisation": "northwind"}))
    assert b"version.viewed" in b"".join(answer.streaming_content)


def test_the_actions_of_opening_are_those_that_the_page_leaves_out() -> None:
    assert set(OPENED) == {how.value for how in Opened}


def test_record_once_looks_at_what_the_entry_says(world: World) -> None:
    def once(**data: Any) -> Entry | None:
        return trail.record_once(
            organisation=world.northwind,
            by=world.ana,
            action="trail.exported",
            subject=world.northwind,
            at=moment(40),
            since=moment(0),
            data=data,
        )

    assert [bool(once(a=1)), bool(once(a=1)), bool(once(a=2))] == [True, False, True]
