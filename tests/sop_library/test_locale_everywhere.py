"""A German organisation: a changed value is written its way wherever it goes, on screen, on paper and in evidence."""

import io
import subprocess
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pikepdf
import pytest
import time_machine
from django.urls import reverse

from accounts.domain.locales import LOCALES
from sop_library import conflicting, document, storage, verifying
from sop_library.models import Publication, Version
from sop_library.record import printed_moment, record_of
from sop_library.sharing import shared_by, state_of
from templates_app.domain.writing import Writing
from templates_app.forms import field_name
from tests.conftest import ClientOf
from tests.sop_library import makers
from tests.sop_library.reaching import AT, carried_out, started
from tests.world import World

MONEY, NUMBER = "1.234,50\u00a0€", "9.876,5"
SOURCE = """---
title: Erstattungen
registry: TEST-DE
category: Calls
summary: How a refund is paid.
minutes: 2
updated: 2026-05-01
prefix: DE
variables:
  Limit: {label: Refund limit, kind: money, source: organisation, change: editorial, example: "9.00"}
  Weight: {label: Heaviest parcel, kind: decimal, source: organisation, change: editorial, example: "9.5"}
  Floor: {label: Smallest refund, kind: money, example: "5.00"}
  ReviewDate: {kind: date, source: workflow}
---
## Zweck

Erstattet wird bis <Limit> für bis zu <Weight> kg, mindestens <Floor>. Geprüft am <ReviewDate>.

<DocumentControl>

<RevisionHistory>
"""
OLD = {"Limit": "EUR 800.00", "Weight": "7000.5", "Floor": "EUR 1000.25"}
NEWS = {"Limit": "EUR 1234.50", "Weight": "9876.5"}


@pytest.fixture(autouse=True)
def _later() -> Iterator[None]:
    """Set the clock to a moment after the procedures were published."""
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def german(world: World) -> World:
    """The cast in a Northwind that writes as people in Germany do; the first procedure shares its values."""
    world.northwind.locale, world.northwind.currency = "de-DE", "EUR"
    world.northwind.save(update_fields=["locale", "currency"])
    return world


def published(world: World, **values: str) -> Version:
    made = makers.draft(world, values={**OLD, **values}, source=SOURCE)
    return makers.published(world, makers.approved(world, makers.submitted(world, made)))


def newest(version: Version) -> Version:
    rows = Version.objects.filter(sop=version.sop).select_related("sop", "organisation", "author__user")
    found: Version = rows.newest_first()[0]
    return found


def words_of(pdf: bytes) -> str:
    told = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True).stdout
    return " ".join(told.decode().split())


@pytest.mark.usefixtures("no_pdf_engine")
def test_the_reach_page_writes_values_as_the_organisation_does(german: World, client_of: ClientOf) -> None:
    published(german)
    sent = {field_name("Limit"): "1.234,50 €", field_name("Weight"): "9.876,5"}
    sent["seen"] = state_of(german.northwind.pk)
    page = client_of(german.ana).post(reverse("values", kwargs={"organisation": "northwind"}), sent)
    text = page.content.decode().replace("\u00a0", " ")
    assert page.status_code == 200
    assert "Reach of the change" in text
    assert text.count("1.234,50 €") > 1
    assert text.count(NUMBER) > 1
    assert "800 €" in text
    assert "1234.50" not in text


def test_a_note_a_revision_and_their_evidence_write_values_as_the_organisation_does(german: World) -> None:
    before = published(german)
    carried_out(started(german.ana, **NEWS))
    note = newest(before)
    assert note.is_note
    body = document.body_of(note)[0]
    assert f"bis {MONEY} für bis zu {NUMBER} kg, mindestens 1.000,25\u00a0€" in body
    assert note.change_summary == (
        "Editorial note: Refund limit: 800 € becomes 1.234,50 €; Heaviest parcel: 7.000,5 becomes 9.876,5."
    )
    stored = Publication.objects.get(version=note)
    assert MONEY in stored.page
    paper = storage.get(stored.pdf_sha256)
    assert "1.234,50 €" in words_of(paper)
    assert NUMBER in words_of(paper)
    assert str(pikepdf.open(io.BytesIO(paper)).Root.Lang) == "de-DE"
    revised = makers.revision(german, note, values={"Floor": "EUR 1234.50"})
    assert f"mindestens {MONEY}" in document.working_page(revised)
    assert list(verifying.faults()) == []


@pytest.mark.usefixtures("no_pdf_engine")
def test_the_report_of_conflicts_writes_values_as_the_organisation_does(german: World) -> None:
    published(german)
    published(german, Floor="EUR 1234.50")
    (conflict,) = conflicting.report_of(german.ana, shared_by(german.ana).variables).answers
    assert [each.value for each in conflict.said] == ["1.000,25\u00a0€", MONEY]


@pytest.mark.usefixtures("no_pdf_engine")
def test_the_record_writes_its_dates_as_the_organisation_does(german: World) -> None:
    record = record_of(published(german))
    assert dict(record.control)["Review due"] == "4. Mai 2027"
    assert record.history[0].date == "04.05.2026"
    assert record.signatures[0].signed_at == "4 Mai 2026 10:03:00 WEST"


@pytest.mark.usefixtures("no_pdf_engine")
def test_published_evidence_stays_as_it_is_when_the_locale_changes(german: World) -> None:
    before = published(german)
    carried_out(started(german.ana, **NEWS))
    kept = list(Publication.objects.order_by("pk").values_list("page_sha256", "pdf_sha256"))
    digests = list(Version.objects.order_by("pk").values_list("digest"))
    german.northwind.locale = "en-US"
    german.northwind.save(update_fields=["locale"])
    assert MONEY in document.body_of(newest(before))[0]
    assert list(Publication.objects.order_by("pk").values_list("page_sha256", "pdf_sha256")) == kept
    assert list(Version.objects.order_by("pk").values_list("digest")) == digests
    assert list(verifying.faults()) == []


@pytest.mark.usefixtures("no_pdf_engine")
def test_the_document_says_its_language_and_the_product_around_it_its_own(german: World, client_of: ClientOf) -> None:
    version = published(german)
    page = client_of(german.rui).get(reverse("sop", kwargs={"organisation": "northwind", "number": version.sop.number}))
    text = page.content.decode()
    assert '<html lang="en-GB"' in text
    assert '<article class="document" lang="de-DE">' in text


@pytest.mark.parametrize("locale", LOCALES)
def test_a_signature_names_its_month_in_letters(locale: str) -> None:
    for month in range(1, 13):
        day = AT.replace(month=month)
        name = printed_moment(day, ZoneInfo("UTC"), Writing(locale)).split()[1]
        assert name.strip(".").isalpha(), name
