"""The pages of publishing, withdrawing and choosing the landing procedure."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.urls import reverse

from sop_library.actions import publishing
from sop_library.domain.lifecycle import Status
from sop_library.formats import pdf
from sop_library.models import SOP, Publication, Version
from templates_app.child import ChildBusy, TooComplex
from tests.conftest import ClientOf
from tests.sop_library import makers
from tests.sop_library.conftest import blank_page
from tests.sop_library.makers import TODAY, moment
from tests.world import World

LATER = date(2026, 5, 11)


@pytest.fixture(autouse=True)
def _later_that_day() -> Iterator[None]:
    with time_machine.travel(moment(30), tick=False):
        yield


@pytest.fixture
def fast_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in for the PDF engine where a test is about the page."""
    monkeypatch.setattr(pdf, "render_pdf", blank_page)


def address(name: str, version: Version, organisation: str = "northwind") -> str:
    return reverse(name, kwargs={"organisation": organisation, "number": version.sop.number})


def of_version(name: str, version: Version, organisation: str = "northwind") -> str:
    named = {"organisation": organisation, "number": version.sop.number, "version": version.number}
    return reverse(name, kwargs=named)


def told(answer: Any) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def fresh(version: Version) -> Version:
    return Version.objects.select_related("sop", "organisation").get(pk=version.pk)


def second(world: World, first: Version) -> Version:
    version = makers.submitted(world, makers.revision(world, first), effective_on=TODAY, at=moment(9))
    return makers.signed(makers.signed(version, world.priya, moment(10)), world.ben, moment(11))


def test_publishing_from_the_page_leads_to_the_version(world: World, client_of: ClientOf) -> None:
    version = makers.approved(world)
    client = client_of(world.ana)
    text = client.get(address("publish", version)).content.decode()
    assert "What will happen" in text
    assert 'value="2026-05-04"' in text
    answer = client.post(address("publish", version), {"effective_on": "2026-05-04"})
    assert (answer.status_code, answer["Location"]) == (302, of_version("version", version))
    assert "published and in force from now" in told(answer)
    assert fresh(version).status == Status.PUBLISHED


@pytest.mark.usefixtures("fast_pdf")
def test_a_later_day_is_announced(world: World, client_of: ClientOf) -> None:
    first = makers.published(world)
    version = second(world, first)
    client = client_of(world.mia)
    assert "Version 1.0, in force now, ends" in client.get(address("publish", version)).content.decode()
    answer = client.post(address("publish", version), {"effective_on": LATER.isoformat()})
    assert "It begins on 11 May 2026" in told(answer)


@pytest.mark.usefixtures("fast_pdf")
@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("2026-05-03", "Effective date must be today or later."),
        ("", "Enter the effective date."),
        ("9999-12-31", "within the next 20 years"),
        ("2026-02-31", "Enter the effective date as year, month and day"),
    ],
)
def test_wrong_days_get_a_sentence(world: World, client_of: ClientOf, day: str, sentence: str) -> None:
    version = makers.approved(world)
    page = client_of(world.ana).post(address("publish", version), {"effective_on": day})
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert fresh(version).status == Status.APPROVED


@pytest.mark.usefixtures("fast_pdf")
def test_it_was_approved_for_a_later_day(world: World, client_of: ClientOf) -> None:
    version = makers.approved(world, makers.submitted(world, effective_on=LATER))
    client = client_of(world.ana)
    assert 'value="2026-05-11"' in client.get(address("publish", version)).content.decode()
    page = client.post(address("publish", version), {"effective_on": TODAY.isoformat()})
    assert "It was approved for use from 11 May 2026." in page.content.decode()


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        (TooComplex("This text is too complex. Split it in two."), 422, "This text is too complex"),
        (ChildBusy("Other documents are being made just now."), 503, "Other documents are being made"),
        (OSError("disk full"), 503, "The PDF could not be made, so nothing was published."),
        (ZeroDivisionError("in the engine"), 503, "The PDF could not be made, so nothing was published."),
    ],
)
def test_nothing_is_published_when_the_pdf_fails(
    world: World, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch, fault: Exception, code: int, words: str
) -> None:
    def fails(*args: object, **kwargs: object) -> bytes:
        raise fault

    monkeypatch.setattr(pdf, "render_pdf", fails)
    version = makers.approved(world)
    page = client_of(world.ana).post(address("publish", version), {"effective_on": TODAY.isoformat()})
    assert page.status_code == code
    assert words in page.content.decode()
    assert fresh(version).status == Status.APPROVED
    assert not Publication.objects.exists()


@pytest.mark.parametrize(("name", "code"), [("rui", 403), ("priya", 403), ("zoe", 404)])
def test_others_cannot_publish(world: World, client_of: ClientOf, name: str, code: int) -> None:
    version = makers.approved(world)
    page = client_of(world.everybody[name]).post(address("publish", version), {"effective_on": TODAY.isoformat()})
    assert page.status_code == code
    assert fresh(version).status == Status.APPROVED


def test_what_is_not_approved_cannot_be_published(world: World, client_of: ClientOf) -> None:
    page = client_of(world.ana).post(address("publish", makers.submitted(world)), {"effective_on": "2026-05-04"})
    assert page.status_code == 409
    assert "is in review now, not approved" in page.content.decode()


@pytest.mark.usefixtures("fast_pdf")
def test_withdrawing_asks_for_a_reason_and_says_what_happens(world: World, client_of: ClientOf) -> None:
    version = makers.published(world)
    client = client_of(world.ana)
    text = client.get(of_version("withdraw", version)).content.decode()
    assert "From now on no version of SOP-CS-001 is in force" in text
    assert client.post(of_version("withdraw", version), {"reason": " "}).status_code == 422
    answer = client.post(of_version("withdraw", version), {"reason": "Wrong <i>number</i>."})
    assert (answer.status_code, answer["Location"]) == (302, address("record", version))
    assert fresh(version).status == Status.WITHDRAWN


@pytest.mark.usefixtures("fast_pdf")
def test_withdrawing_before_its_date_says_what_stays(world: World, client_of: ClientOf) -> None:
    first = makers.published(world)
    two = publishing.publish(version=second(world, first), effective_on=LATER, by=world.ana, at=moment(12))
    text = client_of(world.mia).get(of_version("withdraw", two)).content.decode()
    assert "Version 1.0 stays in force." in text


@pytest.mark.usefixtures("fast_pdf")
def test_withdrawing_needs_role_organisation_and_state(world: World, client_of: ClientOf) -> None:
    version = makers.published(world)
    for name, code in (("rui", 403), ("priya", 403), ("zoe", 404)):
        page = client_of(world.everybody[name]).post(of_version("withdraw", version), {"reason": "No."})
        assert page.status_code == code
    draft = makers.revision(world, version)
    assert client_of(world.ana).get(of_version("withdraw", draft)).status_code == 409
    assert fresh(version).status == Status.PUBLISHED


@pytest.mark.usefixtures("fast_pdf")
def test_the_landing_procedure_is_chosen_by_managers_and_admins(world: World, client_of: ClientOf) -> None:
    makers.published(world)
    two = makers.published(world)
    for name, code in (("rui", 403), ("priya", 403), ("zoe", 404)):
        assert client_of(world.everybody[name]).post(address("choose_landing", two)).status_code == code
    assert client_of(world.mia).get(address("choose_landing", two)).status_code == 405
    assert client_of(world.mia).post(address("choose_landing", two)).status_code == 302
    assert list(SOP.objects.filter(is_landing=True)) == [two.sop]
    assert client_of(world.mia).post(address("choose_landing", makers.draft(world))).status_code == 409


@pytest.mark.usefixtures("fast_pdf")
def test_the_day_is_that_of_the_organisation(world: World, client_of: ClientOf) -> None:
    """At 23:30 UTC on 4 May it is 5 May already in Lisbon."""
    version = makers.approved(world)
    with time_machine.travel(moment(30) + timedelta(hours=14), tick=False):
        client = client_of(world.ana)
        assert 'value="2026-05-05"' in client.get(address("publish", version)).content.decode()
        assert client.post(address("publish", version), {"effective_on": "2026-05-04"}).status_code == 422
