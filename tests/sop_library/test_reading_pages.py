"""The reading page: what is in force, which banner, whose name, how many queries, and the PDF of each state."""

from collections.abc import Callable
from datetime import date

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from sop_library import document, storage
from sop_library.actions import publishing
from sop_library.domain.numbering import ChangeSize
from sop_library.formats import pdf
from sop_library.models import Publication, Version
from templates_app.child import ChildBusy
from tests.conftest import ClientOf
from tests.sop_library import makers
from tests.sop_library.conftest import blank_page
from tests.sop_library.makers import moment
from tests.world import PASSWORD, World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("later_that_day", "no_pdf_engine")]
JUNE = date(2026, 6, 1)


def address(name: str, version: Version | None = None, organisation: str = "northwind") -> str:
    place: dict[str, object] = {"organisation": organisation}
    if version is not None:
        place["number"] = version.sop.number
        if name in {"version", "pdf", "pdf_as_published", "sign_off"}:
            place["version"] = version.number
    return reverse(name, kwargs=place)


def page(client: Client, name: str, version: Version | None = None) -> str:
    answer = client.get(address(name, version))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def second(world: World, first: Version, *, on: date = makers.TODAY) -> Version:
    """Return a published version 2.0, in force from `on`."""
    draft = makers.submitted(world, makers.revision(world, first), effective_on=on)
    return makers.published(world, makers.approved(world, draft), on=on, at=moment(20))


# Where people land


def test_an_agent_lands_on_the_procedure_in_force(world: World, client_of: ClientOf) -> None:
    version = makers.published(world)
    told = page(client_of(world.rui), "landing")
    assert f'data-read="{version.sop.number}-1.0"' in told
    assert "Effective since 4 May 2026 · v1.0 · next review 4 May 2027" in told


def test_people_with_work_land_on_their_work(world: World, client_of: ClientOf) -> None:
    makers.published(world)
    for person in (world.ana, world.ben, world.mia):
        assert client_of(person).get(address("landing")).headers["Location"] == address("work")


def test_without_a_procedure_in_force_an_agent_lands_on_the_list(world: World, client_of: ClientOf) -> None:
    makers.published(world, makers.approved(world), on=JUNE)
    assert client_of(world.rui).get(address("landing")).headers["Location"] == address("procedures")


# The page


def test_the_page_holds_the_stored_text_with_the_readers_name(world: World, client_of: ClientOf) -> None:
    version = makers.published(world)
    answer = client_of(world.rui).get(address("sop", version))
    stored = Publication.objects.get(version=version).page
    assert document.for_reader(stored, "Rui Costa") in answer.content.decode()
    assert '<span class="reader-blank known">Rui Costa</span>' in answer.content.decode()
    assert 'data-call="CustomerName"' in answer.content.decode()


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", r"A\1 \g<0>", "{{ 7*7 }}", 'O\'Brien & "Sons"'])
def test_a_readers_name_is_text(world: World, client_of: ClientOf, name: str) -> None:
    version = makers.published(world)
    world.rui.user.name = name
    world.rui.user.save()
    told = page(client_of(world.rui), "sop", version)
    assert "<script>alert" not in told
    assert "49" not in told.partition("reader-blank known")[2][:40]
    assert 'class="reader-blank known">' in told


def test_the_contents_match_the_headings(world: World, client_of: ClientOf) -> None:
    told = page(client_of(world.rui), "sop", makers.published(world))
    for anchor in ("s-1", "s-2", "document-control", "revision-history"):
        assert f'href="#{anchor}"' in told
        assert f'id="{anchor}"' in told
    assert 'id="approvals"' not in told, "the text shows the approvals itself"


def test_the_page_is_built_for_the_scripts(world: World, client_of: ClientOf) -> None:
    told = page(client_of(world.rui), "sop", makers.published(world))
    assert told.index('id="contents"') < told.index('id="main"') < told.index('id="call"')
    assert "data-call-tools hidden" in told
    assert told.count('class="banner') == 1
    assert told.count("<h1") == 1
    assert "js/read.js" in told
    assert "js/dialog.js" in told


def test_an_agent_who_owes_reads_statement_version_and_link(world: World, client_of: ClientOf) -> None:
    version = makers.published(world)
    told = page(client_of(world.rui), "sop", version)
    assert "I have read this version, I understand it, and I will follow it." in told
    assert f'href="{address("sign_off", version)}" data-dialog>Sign v1.0' in told
    assert "Record of" not in told


def test_an_agent_who_signed_reads_when(world: World, client_of: ClientOf) -> None:
    version = makers.published(world)
    makers.understood(version, world.rui)
    told = page(client_of(world.rui), "sop", version)
    assert "You signed v1.0 on 4 May 2026, 10:09 WEST." in told
    assert address("sign_off", version) not in told


def test_a_sign_off_before_a_small_change_counts(world: World, client_of: ClientOf) -> None:
    first = makers.published(world)
    makers.understood(first, world.rui)
    draft = makers.submitted(world, makers.revision(world, first), size=ChangeSize.MINOR)
    version = makers.published(world, makers.approved(world, draft), at=moment(20))
    told = page(client_of(world.rui), "sop", version)
    assert "You signed v1.0" in told
    assert "your signature counts for v1.1 too" in told
    assert "then sign" not in told


def test_a_major_change_asks_again(world: World, client_of: ClientOf) -> None:
    first = makers.published(world)
    makers.understood(first, world.rui)
    version = second(world, first)
    assert "Sign v2.0" in page(client_of(world.rui), "sop", version)


def test_people_with_work_find_the_record_and_are_not_asked(world: World, client_of: ClientOf) -> None:
    version = makers.published(world)
    told = page(client_of(world.ben), "sop", version)
    assert address("record", version) in told
    assert "You are not asked to sign." in told
    assert "then sign" not in told


# Other versions


def test_a_superseded_version_leads_to_the_one_in_force(world: World, client_of: ClientOf) -> None:
    first = makers.published(world)
    version = second(world, first)
    told = page(client_of(world.rui), "version", first)
    assert "Superseded on 4 May 2026. Do not use it on calls. Use v2.0." in told
    assert f'href="{address("version", version)}">Open v2.0' in told
    assert "Sign v1.0" not in told


def test_a_coming_version_leads_to_the_one_in_force_and_back(world: World, client_of: ClientOf) -> None:
    first = makers.published(world)
    version = second(world, first, on=JUNE)
    client = client_of(world.rui)
    told = page(client, "version", version)
    assert "Approved, not yet in force: it begins on 1 June 2026. Use v1.0." in told
    assert f'href="{address("version", first)}">Open v1.0' in told
    assert "You can sign ahead." in told
    now = page(client, "sop", first)
    assert "Read it, then sign. Version 2.0 begins on 1 June 2026." in now
    assert address("version", version) in now
    makers.understood(first, world.rui)
    assert f'href="{address("version", version)}">Open v2.0' in page(client, "sop", first)


def test_a_coming_version_is_in_force_from_its_day(world: World, client_of: ClientOf) -> None:
    first = makers.published(world)
    version = second(world, first, on=JUNE)
    # Midnight in Lisbon is 23:00 UTC of the day before.
    for clock, shown in (("2026-05-31T22:59:59Z", first), ("2026-05-31T23:00:00Z", version)):
        with time_machine.travel(clock, tick=False):
            assert f'data-read="{shown.sop.number}-{shown.number}"' in page(client_of(world.rui), "sop", first)


def test_a_withdrawn_version_gives_its_reason_as_text(world: World, client_of: ClientOf) -> None:
    version = makers.published(world)
    publishing.withdraw(version=version, reason="<b>Wrong</b> number", by=world.ana, at=moment(9))
    told = page(client_of(world.rui), "sop", version)
    assert "Withdrawn on 4 May 2026: &lt;b&gt;Wrong&lt;/b&gt; number. No version is in force." in told


def test_a_version_that_is_not_issued_has_no_page(world: World, client_of: ClientOf) -> None:
    version = makers.submitted(world)
    for name in ("sop", "version"):
        assert client_of(world.ana).get(address(name, version)).headers["Location"] == address("record", version)
        assert client_of(world.rui).get(address(name, version)).status_code == 404
        assert client_of(world.zoe).get(address(name, version)).status_code == 404


def test_strangers_and_suspended_members_read_nothing(world: World, client_of: ClientOf) -> None:
    version = makers.published(world)
    for name in ("sop", "version", "pdf"):
        assert client_of(world.zoe).get(address(name, version)).status_code == 404
        assert client_of(world.zoe).get(address(name, version, "contoso")).status_code == 404
        assert client_of(world.sol).get(address(name, version)).status_code == 403
        assert Client().get(address(name, version)).status_code == 302


# Kept in the browser


@pytest.mark.parametrize("name", ["landing", "sop", "version"])
def test_a_page_that_still_holds_is_not_sent_again(
    world: World, client_of: ClientOf, name: str, django_assert_max_num_queries: Callable[..., object]
) -> None:
    version = makers.published(world)
    client = client_of(world.rui)
    url = address(name, None if name == "landing" else version)
    answer = client.get(url)
    assert answer.headers["Cache-Control"] == "private, no-cache"
    with django_assert_max_num_queries(4):  # type: ignore[attr-defined]
        again = client.get(url, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["ETag"] == answer.headers["ETag"]
    with django_assert_max_num_queries(4):  # type: ignore[attr-defined]
        assert client.get(url).status_code == 200


def test_the_page_is_sent_anew_when_something_changed(world: World, client_of: ClientOf) -> None:
    version = makers.published(world)
    client = client_of(world.rui)
    url = address("sop", version)

    def tag() -> str:
        return client.get(url).headers["ETag"]

    tags = [tag()]
    makers.understood(version, world.rui)
    tags.append(tag())
    world.rui.user.name = "Rui Costa Lima"
    world.rui.user.save()
    tags.append(tag())
    second(world, version, on=JUNE)
    tags.append(tag())
    other = client_of(world.rui).get(url).headers["ETag"]
    assert len({*tags, other}) == 5
    assert client.get(url, headers={"If-None-Match": tags[0]}).status_code == 200


def test_a_page_with_a_message_is_not_kept(world: World, client_of: ClientOf) -> None:
    version = makers.published(world)
    client = client_of(world.rui)
    signing = {"shown_digest": version.digest, "password": PASSWORD}
    answer = client.post(address("sign_off", version), signing, follow=True)
    assert "You signed SOP-CS-001 version 1.0" in answer.content.decode()
    assert "ETag" not in answer.headers
    assert "no-store" in answer.headers["Cache-Control"]
    assert "ETag" in client.get(address("version", version)).headers


# PDF


def test_the_version_in_force_comes_as_it_was_published(world: World, client_of: ClientOf) -> None:
    version = makers.published(world)
    answer = client_of(world.rui).get(address("pdf", version))
    assert answer.content == storage.get(Publication.objects.get(version=version).pdf_sha256)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'inline; filename="SOP-CS-001_v1.0_2026-05-04.pdf"'


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the markup that goes to the PDF engine."""
    sent: list[str] = []

    def keep(html: str, **_: object) -> bytes:
        sent.append(html)
        return blank_page(html)

    monkeypatch.setattr(pdf, "render_pdf", keep)
    return sent


def test_the_pdf_of_a_superseded_version_says_so(world: World, client_of: ClientOf, printed: list[str]) -> None:
    first = makers.published(world)
    second(world, first)
    printed.clear()
    assert client_of(world.rui).get(address("pdf", first)).status_code == 200
    assert "SUPERSEDED 4 May 2026" in printed[0]
    assert "by Rui Costa" in printed[0]


def test_the_pdf_of_a_withdrawn_version_says_so(world: World, client_of: ClientOf, printed: list[str]) -> None:
    version = makers.published(world)
    publishing.withdraw(version=version, reason="Wrong.", by=world.ana, at=moment(9))
    printed.clear()
    assert client_of(world.rui).get(address("pdf", version)).status_code == 200
    assert "WITHDRAWN" in printed[0]


def test_the_pdf_of_a_draft_is_marked_and_not_for_agents(world: World, client_of: ClientOf, printed: list[str]) -> None:
    version = makers.draft(world, values={})
    answer = client_of(world.ben).get(address("pdf", version))
    assert answer.status_code == 200
    assert "SOP-CS-001_v1.0_draft.pdf" in answer.headers["Content-Disposition"]
    assert "DRAFT" in printed[0]
    assert '<span class="gap">Company name</span>' in printed[0]
    assert client_of(world.rui).get(address("pdf", version)).status_code == 404


def test_a_pdf_that_cannot_be_made_says_why(world: World, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(html: str, **_: object) -> bytes:
        raise ChildBusy("Other documents are being made. Try again in a minute.")

    version = makers.submitted(world)
    monkeypatch.setattr(pdf, "render_pdf", busy)
    answer = client_of(world.ana).get(address("pdf", version))
    assert answer.status_code == 503
    assert "Try again in a minute." in answer.content.decode()


def test_the_evidence_stays_as_published_after_it_is_superseded(world: World, client_of: ClientOf) -> None:
    first = makers.published(world)
    second(world, first)
    kept = Publication.objects.get(version=first)
    assert client_of(world.ben).get(address("pdf_as_published", first)).content == storage.get(kept.pdf_sha256)
    assert client_of(world.rui).get(address("pdf_as_published", first)).status_code == 403
    draft = makers.draft(world)
    assert client_of(world.ben).get(address("pdf_as_published", draft)).status_code == 404


def test_a_stored_pdf_that_is_gone_is_said_plainly(world: World, client_of: ClientOf) -> None:
    version = makers.published(world)
    storage.path_of(Publication.objects.get(version=version).pdf_sha256).unlink()
    answer = client_of(world.rui).get(address("pdf", version))
    assert answer.status_code == 404
    assert "sop_verify" in answer.content.decode()
