"""My work, procedures, templates, packs, and an SOP's record, as people of each role meet them."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sop_library.actions import approving, drafting, publishing
from sop_library.catalogue import filling_minutes
from sop_library.domain.numbering import ChangeSize
from sop_library.models import SOP, Version
from templates_app.actions import load_library
from tests.conftest import ClientOf
from tests.sop_library import makers
from tests.sop_library.makers import moment
from tests.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("later_that_day", "no_pdf_engine")]


def address(name: str, organisation: str = "northwind", **place: object) -> str:
    return reverse(name, kwargs={"organisation": organisation, **place})


def page(client: Client, name: str, query: str = "", **place: object) -> str:
    answer = client.get(reverse(name, kwargs={"organisation": "northwind", **place}) + query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


def revised(world: World, first: Version) -> Version:
    return makers.approved(world, makers.submitted(world, makers.revision(world, first)))


# My work


def test_without_sops_a_manager_is_sent_to_the_template_to_start_from(world: World, client_of: ClientOf) -> None:
    load_library()
    told = " ".join(page(client_of(world.ana), "work").split())
    assert "No SOPs yet." in told
    link = f'<a href="{address("template", slug="customer-service-call-handling")}">Customer service call handling</a>'
    assert f"Start from {link} (12 answers, about 10 minutes)." in told
    assert address("templates") in told


def test_without_sops_an_approver_is_told_who_starts_one(world: World, client_of: ClientOf) -> None:
    told = page(client_of(world.ben), "work")
    assert "A manager starts a procedure" in told
    assert "Start from" not in told


def test_twelve_answers_take_about_ten_minutes() -> None:
    assert [filling_minutes(answers) for answers in (0, 1, 12, 33)] == [5, 5, 10, 30]


def test_a_draft_shows_how_far_it_is_filled(world: World, client_of: ClientOf) -> None:
    makers.draft(world, values={"RingTimeLimit": 3})
    told = page(client_of(world.ana), "work")
    assert "1 of 3 filled" in told
    assert "Nothing waits for you." in told


def test_what_waits_for_a_signature_stands_first_and_leads_to_the_review(world: World, client_of: ClientOf) -> None:
    version = makers.submitted(world, assignees={1: world.priya, 2: world.ben})
    told = page(client_of(world.priya), "work")
    assert "1 to sign" in told
    assert "To sign as reviewed" in told
    assert address("review", number=version.sop.number) in told


def test_who_signs_next_is_named_to_everybody_else(world: World, client_of: ClientOf) -> None:
    makers.submitted(world, assignees={1: world.priya, 2: world.ben})
    for person in (world.ana, world.ben, world.mia):
        told = " ".join(page(client_of(person), "work").split())
        assert "<bdi>Priya Nair</bdi> signs as reviewed" in told
        assert "to sign" not in told


def test_the_author_is_not_asked_to_sign_a_step_that_is_open_to_anybody(world: World, client_of: ClientOf) -> None:
    world.ana.is_approver = True
    world.ana.save()
    makers.submitted(world)
    assert "to sign" not in page(client_of(world.ana), "work")
    assert "1 to sign" in page(client_of(world.priya), "work")


def test_a_returned_draft_needs_its_manager_and_gives_the_reason(world: World, client_of: ClientOf) -> None:
    version = makers.submitted(world)
    approving.return_version(version=version, reason="Say <b>who</b> decides.", by=world.priya, at=moment(9))
    told = page(client_of(world.ana), "work")
    assert "1 returned" in told
    assert "Say &lt;b&gt;who&lt;/b&gt; decides." in told
    assert address("fill", number=version.sop.number) in told
    assert 'id="drafts"' not in told


def test_an_approved_version_is_there_to_publish(world: World, client_of: ClientOf) -> None:
    version = makers.approved(world)
    assert address("publish", number=version.sop.number) in page(client_of(world.ana), "work")
    assert "1 to publish" in page(client_of(world.mia), "work")
    assert "to publish" not in page(client_of(world.ben), "work")


def test_a_manager_who_is_an_agent_too_is_asked_to_read(world: World, client_of: ClientOf) -> None:
    version = makers.published(world)
    assert "to read" not in page(client_of(world.ana), "work")
    world.ana.is_agent = True
    world.ana.save()
    assert "1 to read" in page(client_of(world.ana), "work")
    makers.understood(version, world.ana)
    assert "to read" not in page(client_of(world.ana), "work")


def test_a_review_that_is_due_or_overdue_is_listed(world: World, client_of: ClientOf) -> None:
    version = makers.published(world)
    Version.objects.filter(pk=version.pk).update(review_on=moment().date() + timedelta(days=20))
    told = page(client_of(world.ana), "work")
    assert 'id="review-due"' in told
    assert "Review overdue" not in told
    Version.objects.filter(pk=version.pk).update(review_on=moment().date() - timedelta(days=1))
    assert "Review overdue" in page(client_of(world.ana), "work")
    Version.objects.filter(pk=version.pk).update(review_on=moment().date() + timedelta(days=90))
    assert 'id="review-due"' not in page(client_of(world.ana), "work")


def test_my_work_takes_the_same_queries_for_three_sops_and_for_twelve(world: World, client_of: ClientOf) -> None:
    world.ana.is_approver = world.ana.is_agent = True
    world.ana.save()
    client = client_of(world.ana)

    def three() -> None:
        makers.draft(world)
        makers.submitted(world)
        makers.published(world)

    three()
    few = queries(client, address("work"))
    for _ in range(3):
        three()
    assert SOP.objects.count() == 12
    assert queries(client, address("work")) == few
    assert few <= 17


def test_agents_and_strangers_have_no_work_page(world: World, client_of: ClientOf) -> None:
    assert client_of(world.rui).get(address("work")).status_code == 403
    assert client_of(world.zoe).get(address("work")).status_code == 404
    assert client_of(world.ana).post(address("work")).status_code == 405


# Procedures


def test_the_procedures_show_version_state_dates_and_what_i_signed(world: World, client_of: ClientOf) -> None:
    version = makers.published(world)
    client = client_of(world.rui)
    told = page(client, "procedures")
    for words in ("SOP-CS-001", "Answering calls", "v1.0", "Effective", "4 May 2026", "4 May 2027", "Read and sign"):
        assert words in told
    makers.understood(version, world.rui)
    assert "Read and sign" not in page(client, "procedures")


def test_a_sign_off_on_a_version_before_a_small_change_still_shows(world: World, client_of: ClientOf) -> None:
    first = makers.published(world)
    makers.understood(first, world.rui)
    draft = makers.revision(world, first)
    second = makers.submitted(world, draft, size=ChangeSize.MINOR)
    makers.published(world, makers.approved(world, second), at=moment(20))
    told = page(client_of(world.rui), "procedures")
    assert "v1.1" in told
    assert "v1.0, 4 May 2026" in " ".join(told.split())


def test_agents_see_only_what_is_issued(world: World, client_of: ClientOf) -> None:
    first = makers.published(world)
    makers.revision(world, first)
    makers.draft(world)
    told = page(client_of(world.rui), "procedures")
    assert "1 procedure<" in told
    assert "draft" not in told.lower()
    whole = page(client_of(world.ana), "procedures")
    assert "2 procedures" in whole
    assert "v1.1: draft" in whole


def test_procedures_are_filtered_by_words_and_by_state(world: World, client_of: ClientOf) -> None:
    makers.published(world)
    makers.draft(world)
    client = client_of(world.ana)
    assert "1 of 2 procedures" in page(client, "procedures", "?state=Draft")
    assert "1 of 2 procedures" in page(client, "procedures", "?q=002+calls")
    nothing = page(client, "procedures", "?q=refund&state=Draft")
    assert "Clear filters" in nothing
    assert "No procedure fits" in nothing


@pytest.mark.parametrize("words", ["<script>alert(1)</script>", "'; drop table", "%", "\\", "x" * 5000, "{{ 7*7 }}"])
def test_a_hostile_search_is_text(world: World, client_of: ClientOf, words: str) -> None:
    makers.published(world)
    load_library()
    client = client_of(world.ana)
    for name in ("procedures", "templates"):
        answer = client.get(address(name), {"q": words, "state": words, "category": words})
        assert answer.status_code == 200
        assert "<script>alert" not in answer.content.decode()


def test_an_unknown_state_is_no_filter(world: World, client_of: ClientOf) -> None:
    makers.published(world)
    assert "1 procedure<" in page(client_of(world.ana), "procedures", "?state=Nonsense")


def test_procedures_take_the_same_queries_for_three_and_for_twelve(world: World, client_of: ClientOf) -> None:
    for _ in range(3):
        makers.published(world)
    client = client_of(world.rui)
    few = queries(client, address("procedures"))
    for _ in range(9):
        makers.published(world)
    assert queries(client, address("procedures")) == few
    assert few <= 6


def test_without_procedures_each_role_reads_what_to_do(world: World, client_of: ClientOf) -> None:
    assert address("templates") in page(client_of(world.ana), "procedures")
    assert "as soon as the first one is published" in page(client_of(world.rui), "procedures")


def test_another_organisations_procedures_are_not_there(world: World, client_of: ClientOf) -> None:
    makers.published(world)
    client = client_of(world.zoe)
    assert "SOP-CS-001" not in page(client, "procedures", organisation="contoso")
    assert client.get(address("procedures")).status_code == 404
    assert client.get(address("record", organisation="contoso", number="SOP-CS-001")).status_code == 404


# Templates and packs


def test_the_library_shows_singles_packs_sources_and_answers(world: World, client_of: ClientOf) -> None:
    load_library()
    told = page(client_of(world.ana), "templates")
    assert told.count("Source document 001") == 10
    assert "12 answers, about 10 minutes" in told
    assert address("pack", slug="customer-service-representative") in told


def test_the_library_is_searched_by_words_and_by_category(world: World, client_of: ClientOf) -> None:
    load_library()
    client = client_of(world.ana)
    found = page(client, "templates", "?q=abuse+angry")
    assert "Difficult customers" in found
    assert "Call documentation" not in found
    orders = page(client, "templates", "?category=Orders")
    assert "Orders and transactions" in orders
    assert "Customer service excellence" not in orders
    assert "Clear filters" in page(client, "templates", "?q=helicopter")


def test_a_template_page_shows_what_is_needed_and_the_text(world: World, client_of: ClientOf) -> None:
    load_library()
    told = page(client_of(world.ana), "template", slug="customer-service-call-handling")
    assert "SOP-TPL-0001" in told
    assert "12 answers, about 10 minutes" in told
    assert "Rings before a call must be answered" in told
    assert '<article class="document">' in told
    assert f'action="{address("use_template", slug="customer-service-call-handling")}"' in told
    assert told.count("<h1") == 1


def test_a_template_page_marks_what_the_organisation_has_given(world: World, client_of: ClientOf) -> None:
    load_library()
    makers.submitted(world)
    told = page(client_of(world.ana), "template", slug="customer-service-call-handling")
    assert "1 of 12 is given" in told
    assert 'Company name <span class="given">' in told


def test_approvers_read_templates_and_are_told_who_uses_them(world: World, client_of: ClientOf) -> None:
    load_library()
    told = page(client_of(world.ben), "template", slug="customer-service-standard")
    assert "Managers start procedures from templates." in told
    assert "Use this template" not in told
    assert "Filled in from the record" in told
    assert client_of(world.rui).get(address("templates")).status_code == 403
    assert client_of(world.ben).get(address("template", slug="no-such")).status_code == 404


def test_a_pack_page_lists_its_templates_in_order_and_the_shared_form(world: World, client_of: ClientOf) -> None:
    load_library()
    told = page(client_of(world.ana), "pack", slug="customer-service-representative")
    assert "33 answers for ten procedures." in told
    first, last = told.index("Greeting and call opening"), told.index("Call closing and follow-up")
    assert first < told.index("Verification and privacy") < last
    assert address("adopt_pack", slug="customer-service-representative") in told
    assert "Adopt this pack" not in page(client_of(world.ben), "pack", slug="customer-service-representative")
    assert client_of(world.ana).get(address("pack", slug="no-such")).status_code == 404


# The record


def test_a_draft_offers_its_manager_filling_and_checking(world: World, client_of: ClientOf) -> None:
    number = makers.draft(world).sop.number
    told = page(client_of(world.ana), "record", number=number)
    assert address("fill", number=number) in told
    assert address("check", number=number) in told
    assert "No version is in force." in told
    assert address("fill", number=number) not in page(client_of(world.ben), "record", number=number)


def test_a_version_in_review_offers_signing_to_whose_turn_it_is(world: World, client_of: ClientOf) -> None:
    number = makers.submitted(world, assignees={1: world.priya, 2: world.ben}).sop.number
    assert "Read and sign" in page(client_of(world.priya), "record", number=number)
    waiting = page(client_of(world.ben), "record", number=number)
    assert "Read and sign" not in waiting
    assert "Read it" in waiting


def test_an_approved_version_offers_publishing_and_returning(world: World, client_of: ClientOf) -> None:
    number = makers.approved(world).sop.number
    told = page(client_of(world.ana), "record", number=number)
    assert address("publish", number=number) in told
    assert address("return", number=number) in told
    assert address("publish", number=number) not in page(client_of(world.ben), "record", number=number)


def test_a_returned_version_shows_the_reason_and_that_signatures_are_void(world: World, client_of: ClientOf) -> None:
    version = makers.reviewed(world)
    approving.return_version(version=version, reason="Name the team lead.", by=world.ben, at=moment(9))
    told = page(client_of(world.ana), "record", number=version.sop.number)
    assert "Name the team lead." in told
    assert "Ben Okafor" in told
    assert "2 earlier signatures, void" in told


def test_the_record_lists_versions_newest_first_with_dates_and_signers(world: World, client_of: ClientOf) -> None:
    first = makers.published(world)
    second = revised(world, first)
    makers.published(world, second, at=moment(20))
    told = page(client_of(world.ana), "record", number=first.sop.number)
    assert told.index("v2.0") < told.index("v1.0")
    assert "Superseded" in told
    assert "Calls are answered sooner." in told
    assert "Priya Nair" in told
    for name in ("version", "pdf", "pdf_as_published"):
        assert address(name, number=first.sop.number, version=first.number) in told
    assert "0 of 1 signed" in told
    assert f"{address('trail')}?words={first.sop.number}" in told


def test_a_manager_may_start_the_next_version_from_the_record(world: World, client_of: ClientOf) -> None:
    number = makers.published(world).sop.number
    assert f'action="{address("revise", number=number)}"' in page(client_of(world.ana), "record", number=number)
    assert "Start a new version" not in page(client_of(world.mia), "record", number=number)
    drafting.start_revision(sop=SOP.objects.get(number=number), by=world.ana, at=moment(9))
    assert "Start a new version" not in page(client_of(world.ana), "record", number=number)


def test_the_landing_procedure_is_chosen_from_a_record(world: World, client_of: ClientOf) -> None:
    first, second = makers.published(world), makers.published(world)
    client = client_of(world.ana)
    assert "Agents land on this procedure" in page(client, "record", number=first.sop.number)
    there = page(client, "record", number=second.sop.number)
    assert address("choose_landing", number=second.sop.number) in there
    assert "choose" not in page(client_of(world.ben), "record", number=second.sop.number)


def test_a_withdrawn_version_gives_its_reason(world: World, client_of: ClientOf) -> None:
    version = makers.published(world)
    publishing.withdraw(version=version, reason="Wrong number.", by=world.ana, at=moment(9))
    told = page(client_of(world.ben), "record", number=version.sop.number)
    assert "Wrong number." in told
    assert "No version is in force." in told


def test_a_coming_version_is_announced_on_the_record(world: World, client_of: ClientOf) -> None:
    version = makers.approved(world)
    makers.published(world, version, on=date(2026, 6, 1))
    told = " ".join(page(client_of(world.mia), "record", number=version.sop.number).split())
    assert "is published and begins on 1 June 2026." in told


def test_records_are_not_for_agents_nor_strangers(world: World, client_of: ClientOf) -> None:
    number = makers.published(world).sop.number
    assert client_of(world.rui).get(address("record", number=number)).status_code == 403
    assert client_of(world.zoe).get(address("record", number=number)).status_code == 404
    assert client_of(world.ana).get(address("record", number="SOP-CS-999")).status_code == 404


def test_a_record_takes_the_same_queries_for_one_version_and_for_three(world: World, client_of: ClientOf) -> None:
    first = makers.published(world)
    client = client_of(world.ana)
    url = address("record", number=first.sop.number)
    few = queries(client, url)
    version = first
    for minutes in (12, 14):
        version = makers.published(world, revised(world, version), at=moment(minutes))
    assert queries(client, url) == few
    assert few <= 12
