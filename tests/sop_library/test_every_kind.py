"""Every kind of variable, typed into an organisation's form and read again on the page, in the PDF and in Markdown, in
two locales.
"""

import re
import subprocess
from dataclasses import dataclass

import markdown
import pytest
from django.urls import reverse
from lxml import html

from accounts.models import Organisation
from sop_library import document, storage
from sop_library.formats.markdown import as_markdown
from sop_library.models import Publication, Version
from templates_app.domain.kinds import KINDS
from tests.conftest import ClientOf
from tests.sop_library import makers
from tests.templates_app.texts import source
from tests.world import World

LOCALES = {"en-GB": "GBP", "de-DE": "EUR"}


@dataclass(frozen=True)
class Row:
    """One kind: its declaration, and in each locale what is typed, what is kept and what is read."""

    kind: str
    declared: str
    british: tuple[object, object, str]
    german: tuple[object, object, str]

    @property
    def name(self) -> str:
        return "A" + self.kind.title().replace("_", "")

    def of(self, locale: str) -> tuple[object, object, str]:
        return self.german if locale == "de-DE" else self.british


def same(kind: str, declared: str, typed: object, kept: object, shown: str) -> Row:
    return Row(kind, declared, (typed, kept, shown), (typed, kept, shown))


ROWS = [
    same("text", "example: x", "Café <b> *x* {{ 7*7 }}", "Café <b> *x* {{ 7*7 }}", "Café <b> *x* {{ 7*7 }}"),
    same("long_text", "example: x", "One.\r\n\r\nTwo & more.", "One.\n\nTwo & more.", "One. Two & more."),
    same("rich_text", "example: x", "be **kind**", "be **kind**", "be kind"),
    Row("integer", "unit: rings, example: 3", ("12,500", 12500, "12,500 rings"), ("12.500", 12500, "12.500 rings")),
    Row("decimal", 'example: "1.5"', ("1,234.50", "1234.50", "1,234.50"), ("1.234,50", "1234.50", "1.234,50")),
    Row("money", 'example: "9.00"', ("12.5", "GBP 12.50", "£12.50"), ("1.234,50 €", "EUR 1234.50", "1.234,50 €")),
    Row("percent", 'example: "15"', ("15.5%", "15.5", "15.5%"), ("15,5", "15.5", "15,5 %")),
    Row("duration", "example: 5", ("1 h 30", 90, "1 hour 30 minutes"), ("2 Tage", 2880, "2 Tage")),
    Row(
        "date",
        'example: "2026-12-01"',
        ("2026-12-01", "2026-12-01", "1 December 2026"),
        ("2026-12-01", "2026-12-01", "1. Dezember 2026"),
    ),
    Row("yes_no", "example: true", ("true", True, "Yes"), ("true", True, "Ja")),
    same("choice", "options: [Phone, Chat], example: Phone", "Chat", "Chat", "Chat"),
    Row(
        "choices",
        "options: [Phone, Chat, Fax], example: [Fax]",
        (["Fax", "Phone", "Chat"], ["Phone", "Chat", "Fax"], "Phone, Chat and Fax"),
        (["Fax", "Phone", "Chat"], ["Phone", "Chat", "Fax"], "Phone, Chat und Fax"),
    ),
    same("list", "example: [x]", "Billing\nReturns | swaps", ["Billing", "Returns | swaps"], "Billing Returns | swaps"),
    same("table", "columns: [Role, Most], example: [[x, y]]", r"Lead | a\|b", [["Lead", "a|b"]], "Role Most Lead a|b"),
    same("email", "example: a@b.example", "info@müller.example", "info@müller.example", "info@müller.example"),
    Row(
        "phone",
        'example: "+1 555 010 0123"',
        ("020 7946 0018 ext 4", "+442079460018;ext=4", "020 7946 0018 ext. 4"),
        ("+44 20 7946 0018", "+442079460018", "+44 20 7946 0018"),
    ),
    same("url", 'example: "https://x.example"', "https://müller.example/a_b", *["https://müller.example/a_b"] * 2),
    same("person", "example: x", "Priya Nair", "Priya Nair", "Priya Nair"),
    same("role", "example: x", "Quality Lead", "Quality Lead", "Quality Lead"),
    same("department", "example: x", "Quality", "Quality", "Quality"),
]
BLOCKS = ("long_text", "list", "table")
BODY = "## All\n\n" + "".join(
    f"Start {row.kind}:\n\n<{row.name}>\n\nStop.\n\n"
    if row.kind in BLOCKS
    else f"Start {row.kind}: <{row.name}> Stop.\n\n"
    for row in ROWS
)
DECLARED = "\n".join(f"{row.name}: {{kind: {row.kind}, {row.declared}}}" for row in ROWS)


def filled(world: World, client_of: ClientOf, locale: str) -> Version:
    """Return a draft whose every answer Ana typed into the form of Northwind with this locale."""
    Organisation.objects.filter(pk=world.northwind.pk).update(locale=locale, currency=LOCALES[locale])
    version = makers.draft(world, values={}, source=source(BODY, DECLARED))
    address = reverse("fill", kwargs={"organisation": "northwind", "number": version.sop.number})
    sent = {f"v-{row.name}": row.of(locale)[0] for row in ROWS} | {"row_version": version.row_version}
    answer = client_of(world.ana).post(address, sent)
    assert answer.status_code == 302, html.fromstring(answer.content).xpath("//*[@class='field-error']//text()")
    return Version.objects.select_related("sop__owner__user", "organisation", "author__user").get(pk=version.pk)


def published(world: World, version: Version) -> Publication:
    """Return what is stored of the version once it is published: page and PDF."""
    makers.published(world, makers.approved(world, makers.submitted(world, version)))
    return Publication.objects.get(version=version)


def on_the_page(stored: Publication) -> str:
    return " ".join(html.fromstring(stored.page).itertext())


def in_the_pdf(stored: Publication) -> str:
    content = storage.get(stored.pdf_sha256)
    made = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    return made.stdout.decode()


def in_markdown(stored: Publication) -> str:
    """Return what a reader of Markdown shows."""
    shown = markdown.markdown(as_markdown("Test", stored.page), extensions=["tables"])
    return " ".join(html.fromstring(f"<div>{shown}</div>").itertext())


def between(text: str, kind: str) -> str:
    """Return what stands for one kind, its white space as single spaces, without the full stop and bullets."""
    found = re.search(rf"Start {kind}:(.*?) Stop", " ".join(text.split()))
    assert found, f"{kind} is not there"
    return " ".join(found[1].replace("•", " ").split())


def test_every_kind_is_in_the_table() -> None:
    assert [row.kind for row in ROWS] == list(KINDS)


@pytest.mark.parametrize("locale", LOCALES)
def test_what_is_typed_is_kept_and_read_everywhere(locale: str, world: World, client_of: ClientOf) -> None:
    version = filled(world, client_of, locale)
    assert version.values == {row.name: row.of(locale)[1] for row in ROWS}
    stored = published(world, version)
    for where in (on_the_page, in_the_pdf, in_markdown):
        text = where(stored)
        found = {row.kind: between(text, row.kind) for row in ROWS}
        assert found == {row.kind: row.of(locale)[2] for row in ROWS}, where.__name__


def test_a_value_written_for_the_other_locale_would_be_noticed(world: World, client_of: ClientOf) -> None:
    german = on_the_page(published(world, filled(world, client_of, "de-DE")))
    differing = [row for row in ROWS if row.british[2] != row.german[2]]
    assert len(differing) == 9
    assert not [row.kind for row in differing if between(german, row.kind) == row.british[2]]


@pytest.mark.parametrize("locale", LOCALES)
def test_saving_what_is_shown_again_changes_nothing(locale: str, world: World, client_of: ClientOf) -> None:
    version = filled(world, client_of, locale)
    address = reverse("fill", kwargs={"organisation": "northwind", "number": version.sop.number})
    ana = client_of(world.ana)
    form = html.fromstring(ana.get(address).content).xpath("//form[@data-autosave]")[0]
    several = {"v-AChoices": ["Phone", "Chat", "Fax"]}
    assert ana.post(address, dict(form.fields) | several).status_code == 302
    again = Version.objects.get(pk=version.pk)
    assert (again.values, again.row_version) == (version.values, version.row_version)


def test_answers_kept_before_currency_and_region_stay_as_they_are(world: World, client_of: ClientOf) -> None:
    declared = 'Limit: {kind: money, currency: EUR, example: "9.00"}\nDesk: {kind: phone, example: "+1 555 010 0123"}'
    old = {"Limit": "640.00", "Desk": "01632 960001 ext 4"}
    version = makers.draft(world, values={}, source=source("<Limit> <Desk>", declared))
    Version.objects.filter(pk=version.pk).update(values=old)
    address = reverse("fill", kwargs={"organisation": "northwind", "number": version.sop.number})
    ana = client_of(world.ana)
    form = html.fromstring(ana.get(address).content).xpath("//form[@data-autosave]")[0]
    assert ana.post(address, dict(form.fields)).status_code == 302
    version = Version.objects.select_related("sop__owner__user", "organisation", "author__user").get(pk=version.pk)
    assert version.values == old
    assert "€640 01632 960001 ext 4" in document.working_page(version)
