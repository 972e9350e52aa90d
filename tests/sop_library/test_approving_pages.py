"""The pages of submitting, reviewing, signing, returning, and the receipt, with real passwords."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from sop_library.actions import approving, drafting
from sop_library.domain.lifecycle import Status
from sop_library.models import Signature, Version
from tests.conftest import ClientOf
from tests.sop_library import makers
from tests.sop_library.makers import TODAY, moment
from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _later_that_day() -> Iterator[None]:
    with time_machine.travel(moment(30), tick=False):
        yield


def address(name: str, version: Version, organisation: str = "northwind") -> str:
    return reverse(name, kwargs={"organisation": organisation, "number": version.sop.number})


def receipt_of(signature: Signature, organisation: str = "northwind") -> str:
    return reverse("receipt", kwargs={"organisation": organisation, "pk": signature.pk})


def fresh(version: Version) -> Version:
    return Version.objects.select_related("sop", "organisation").get(pk=version.pk)


def answers(version: Version, **changes: Any) -> dict[str, Any]:
    return {
        "row_version": version.row_version,
        "effective_on": TODAY.isoformat(),
        "review_on": (TODAY + timedelta(days=365)).isoformat(),
        "step_1": "",
        "step_2": "",
        "password": PASSWORD,
    } | changes


def signing(version: Version, **changes: Any) -> dict[str, Any]:
    return {"shown_digest": version.digest, "password": PASSWORD} | changes


# Submit


def test_the_submit_page_says_who_signs_and_proposes_dates(world: World, client_of: ClientOf) -> None:
    page = client_of(world.ana).get(address("submit", makers.draft(world)))
    text = page.content.decode()
    assert page.status_code == 200
    assert "You are signing as Ana Silva, Support Manager" in text
    assert 'value="2026-05-04"' in text
    assert 'value="2027-05-04"' in text
    assert "Priya Nair, Quality Lead" in text
    assert "Ana Silva, Support Manager</option>" not in text
    assert "Size of the change" not in text


def test_submitting_leads_to_the_review_with_what_happens_next(world: World, client_of: ClientOf) -> None:
    version = makers.draft(world)
    page = client_of(world.ana).post(address("submit", version), answers(version, step_1=world.priya.pk), follow=True)
    text = page.content.decode()
    assert page.redirect_chain == [(address("review", version), 302)]
    assert "SOP-CS-001 version 1.0 is submitted and signed by you as prepared" in text
    assert "Next: Priya Nair signs as reviewed." in text
    assert fresh(version).status == Status.IN_REVIEW


def test_a_second_click_on_submit_leads_to_the_same_review(world: World, client_of: ClientOf) -> None:
    version = makers.draft(world)
    client = client_of(world.ana)
    client.post(address("submit", version), answers(version))
    again = client.post(address("submit", version), answers(version))
    assert (again.status_code, again["Location"]) == (302, address("review", version))
    assert Signature.objects.count() == 1


def test_missing_answers_are_named_with_links_to_their_fields(world: World, client_of: ClientOf) -> None:
    version = makers.draft(world, values={})
    page = client_of(world.ana).post(address("submit", version), answers(version))
    text = page.content.decode()
    assert page.status_code == 422
    assert "<title>Error:" in text
    assert f"{address('fill', version)}?field=CompanyName" in text
    assert "Not filled yet: Company name" in text
    assert fresh(version).is_draft


def test_a_wrong_password_keeps_what_was_typed(world: World, client_of: ClientOf) -> None:
    first = makers.published(world)
    version = makers.revision(world, first)
    sent = answers(version, change_size="minor", change_summary="Rings are four now.", password="wrong-one")
    page = client_of(world.ana).post(address("submit", version), sent)
    text = page.content.decode()
    assert page.status_code == 422
    assert "The e-mail address or the password is not right. Type both again." in text
    assert "Rings are four now." in text
    assert "wrong-one" not in text
    assert fresh(version).is_draft


def test_a_second_version_needs_size_and_summary_and_gets_its_number(world: World, client_of: ClientOf) -> None:
    version = makers.revision(world, makers.published(world))
    client = client_of(world.ana)
    page = client.post(address("submit", version), answers(version, change_size=""))
    assert page.status_code == 422
    assert "Enter what changed since the version before." in page.content.decode()
    assert "Becomes version 2.0." in page.content.decode()
    client.post(address("submit", version), answers(version, change_size="major", change_summary="Four rings."))
    assert str(fresh(version).number) == "2.0"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"effective_on": "2026-05-03"}, "Effective date must be today or later."),
        ({"effective_on": "soon"}, "Enter the effective date as year, month and day"),
        ({"effective_on": "9999-12-31"}, "within the next 20 years"),
        ({"review_on": "2026-05-04"}, "Review date must be after the effective date."),
        ({"review_on": ""}, "Enter the review date."),
        ({"password": ""}, "Type your password to sign."),
        ({"step_1": "999999"}, "Choose one of the people listed."),
    ],
)
def test_wrong_answers_get_a_sentence(
    world: World, client_of: ClientOf, changes: dict[str, str], sentence: str
) -> None:
    version = makers.draft(world)
    page = client_of(world.ana).post(address("submit", version), answers(version, **changes))
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert fresh(version).is_draft


@pytest.mark.parametrize("who", ["ana", "zoe", "rui"])
def test_nobody_but_approvers_can_be_chosen(world: World, client_of: ClientOf, who: str) -> None:
    version = makers.draft(world)
    page = client_of(world.ana).post(address("submit", version), answers(version, step_2=world.everybody[who].pk))
    assert page.status_code == 422


def test_a_draft_changed_in_another_tab_is_not_submitted(world: World, client_of: ClientOf) -> None:
    version = makers.draft(world)
    old = answers(version)
    drafting.save_values(
        version=version, values={"RingTimeLimit": 7}, row_version=version.row_version, by=world.ana, at=moment(9)
    )
    page = client_of(world.ana).post(address("submit", version), old)
    assert page.status_code == 409
    assert "This version changed while you had it open" in page.content.decode()
    assert fresh(version).is_draft


@pytest.mark.parametrize("hostile", ["{{ 7*7 }}", "<script>alert(1)</script>", "a | b * c"])
def test_a_hostile_summary_is_shown_as_typed(world: World, client_of: ClientOf, hostile: str) -> None:
    version = makers.revision(world, makers.published(world))
    client = client_of(world.ana)
    client.post(address("submit", version), answers(version, change_size="minor", change_summary=hostile))
    text = client.get(address("review", version) + "?tab=changes").content.decode()
    assert "<script>alert" not in text
    assert fresh(version).change_summary == hostile


@pytest.mark.parametrize("hostile", ["x" * 200_000, "a\u202eb", "a\x00b", "e" + "\u0301" * 9])
def test_a_summary_that_cannot_be_kept_gets_a_sentence(world: World, client_of: ClientOf, hostile: str) -> None:
    version = makers.revision(world, makers.published(world))
    sent = answers(version, change_size="minor", change_summary=hostile)
    page = client_of(world.ana).post(address("submit", version), sent)
    assert page.status_code == 422
    assert fresh(version).is_draft


def test_only_managers_of_the_organisation_see_the_submit_page(world: World, client_of: ClientOf) -> None:
    version = makers.draft(world)
    for name in ("rui", "priya", "mia"):
        assert client_of(world.everybody[name]).get(address("submit", version)).status_code == 403
    assert client_of(world.zoe).get(address("submit", version)).status_code == 404
    assert client_of(world.zoe).get(address("submit", version, "contoso")).status_code == 404


def test_what_is_approved_cannot_be_submitted(world: World, client_of: ClientOf) -> None:
    version = makers.approved(world)
    page = client_of(world.ana).post(address("submit", version), answers(version))
    assert page.status_code == 409


def test_it_warns_when_the_route_has_more_steps_than_people(world: World, client_of: ClientOf) -> None:
    version = makers.draft(world)
    warning = "The route has more steps than you have people to sign them"
    client = client_of(world.ana)
    assert warning not in client.get(address("submit", version)).content.decode()
    world.ben.is_approver = False
    world.ben.save()
    assert warning in client.get(address("submit", version)).content.decode()


# Review


@pytest.mark.parametrize(
    ("tab", "words"),
    [
        ("text", "Every call to Northwind is answered within 3 rings"),
        ("values", "Billing"),
        ("changes", "This is the first version"),
        ("history", "Round 1"),
    ],
)
def test_each_tab_shows_its_part(world: World, client_of: ClientOf, tab: str, words: str) -> None:
    page = client_of(world.priya).get(address("review", makers.submitted(world)) + f"?tab={tab}")
    assert page.status_code == 200
    assert words in page.content.decode()


def test_changes_show_old_and_new_against_the_version_before(world: World, client_of: ClientOf) -> None:
    version = makers.submitted(world, makers.revision(world, makers.published(world)))
    text = client_of(world.priya).get(address("review", version)).content.decode()
    assert 'aria-current="page">Changes' in text
    assert "Calls are answered sooner." in text
    assert "3 rings</del>" in text
    assert "4 rings</ins>" in text
    assert 'data-changes="1"' in text
    assert "tab=changes&amp;view=side" in text


def test_changed_wording_is_shown_word_by_word_in_the_document(world: World, client_of: ClientOf) -> None:
    draft = makers.revision(world, makers.published(world))
    source = makers.SOURCE.replace("Every call to", "Each call to")
    draft = drafting.save_text(version=draft, source=source, row_version=draft.row_version, by=world.ana, at=moment(9))
    text = client_of(world.priya).get(address("review", makers.submitted(world, draft))).content.decode()
    assert "Every</del>" in text
    assert "Each</ins>" in text
    assert "call to Northwind is answered" in text


def test_the_approver_gets_both_buttons_and_the_manager_can_take_it_back(world: World, client_of: ClientOf) -> None:
    version = makers.submitted(world)
    mine = client_of(world.priya).get(address("review", version)).content.decode()
    assert f'href="{address("sign", version)}" data-dialog' in mine
    assert address("return", version) in mine
    theirs = client_of(world.ana).get(address("review", version)).content.decode()
    assert address("sign", version) not in theirs
    assert address("return", version) in theirs
    admins = client_of(world.mia).get(address("review", version)).content.decode()
    assert "decision-bar" not in admins


def test_who_cannot_sign_is_told_why(world: World, client_of: ClientOf) -> None:
    version = makers.submitted(world, assignees={1: world.priya})
    text = client_of(world.ben).get(address("review", version)).content.decode()
    assert "This step waits for somebody else" in text
    assert address("sign", version) not in text


def test_an_approved_version_can_be_published_by_managers_and_admins(world: World, client_of: ClientOf) -> None:
    version = makers.approved(world)
    for name, sees in (("ana", True), ("mia", True), ("priya", False)):
        text = client_of(world.everybody[name]).get(address("review", version)).content.decode()
        assert (address("publish", version) in text) is sees


def test_history_keeps_void_signatures_and_the_reason(world: World, client_of: ClientOf) -> None:
    back = approving.return_version(
        version=makers.reviewed(world), reason="Name <b>the</b> team.", by=world.ben, at=moment(5)
    )
    version = makers.submitted(world, back, at=moment(6))
    text = client_of(world.priya).get(address("review", version) + "?tab=history").content.decode()
    assert "void: round 1 was returned" in text
    assert "Name &lt;b&gt;the&lt;/b&gt; team." in text
    assert "Round 2" in text


def test_a_draft_has_no_review(world: World, client_of: ClientOf) -> None:
    page = client_of(world.priya).get(address("review", makers.draft(world)))
    assert page.status_code == 409
    assert "is draft now" in page.content.decode()


def test_agents_and_strangers_see_no_review(world: World, client_of: ClientOf) -> None:
    version = makers.submitted(world)
    assert client_of(world.rui).get(address("review", version)).status_code == 403
    assert client_of(world.zoe).get(address("review", version)).status_code == 404
    assert client_of(world.zoe).get(address("review", version, "contoso")).status_code == 404


# Sign


def test_signing_leads_to_the_receipt(world: World, client_of: ClientOf) -> None:
    version = makers.submitted(world)
    client = client_of(world.priya)
    page = client.get(address("sign", version)).content.decode()
    assert "You are signing as Priya Nair, Quality Lead." in page
    assert "I reviewed this version and checked it for accuracy." in page
    assert version.fingerprint in page
    answer = client.post(address("sign", version), signing(version))
    signature = Signature.objects.get(person=world.priya)
    assert (answer.status_code, answer["Location"]) == (302, receipt_of(signature))
    text = client.get(receipt_of(signature)).content.decode()
    for words in ("Priya Nair", "Quality Lead", "Reviewed", signature.digest):
        assert words in text
    for words in ("09:30:00 UTC", "10:30:00", "Europe/Lisbon"):
        assert words in text
    assert "Next: anyone who may approve signs as approved." in text


def test_signing_twice_leads_to_the_same_receipt(world: World, client_of: ClientOf) -> None:
    version = makers.reviewed(world)
    client = client_of(world.ben)
    first = client.post(address("sign", version), signing(version))
    again = client.post(address("sign", version), signing(version))
    assert first["Location"] == again["Location"]
    assert client.get(address("sign", version))["Location"] == first["Location"]
    assert Signature.objects.filter(person=world.ben).count() == 1


def test_a_wrong_password_keeps_the_dialog(world: World, client_of: ClientOf) -> None:
    version = makers.submitted(world)
    page = client_of(world.priya).post(address("sign", version), signing(version, password="not-mine"))
    text = page.content.decode()
    assert page.status_code == 422
    assert "data-dialog-content" in text
    assert "The e-mail address or the password is not right. Type both again." in text
    assert f'value="{version.digest}"' in text
    assert Signature.objects.count() == 1


def test_five_wrong_passwords_end_the_session(world: World, client_of: ClientOf) -> None:
    version = makers.submitted(world)
    client = client_of(world.priya)
    codes = [client.post(address("sign", version), signing(version, password="no")).status_code for _ in range(5)]
    assert codes == [422, 422, 422, 422, 429]
    assert client.post(address("sign", version), signing(version)).status_code == 302  # to the sign-in page
    assert Signature.objects.count() == 1


def test_somebody_elses_password_does_not_sign(world: World, client_of: ClientOf) -> None:
    world.ben.user.set_password("otter-lantern-12-quartz")
    world.ben.user.save()
    version = makers.submitted(world)
    sent = signing(version, password="otter-lantern-12-quartz")
    assert client_of(world.priya).post(address("sign", version), sent).status_code == 422
    assert Signature.objects.count() == 1


def test_a_text_that_changed_is_refused_with_a_link_to_the_new_one(world: World, client_of: ClientOf) -> None:
    version = makers.submitted(world)
    back = approving.return_version(version=version, reason="Four.", by=world.ben, at=moment(5))
    saved = drafting.save_values(
        version=back, values={"RingTimeLimit": 4}, row_version=back.row_version, by=world.ana, at=moment(6)
    )
    makers.submitted(world, saved, at=moment(14))
    page = client_of(world.priya).post(address("sign", version), signing(version))
    text = page.content.decode()
    assert page.status_code == 409
    assert "This version changed at 09:14 UTC. Read the new text" in text
    assert f'href="{address("review", version)}"' in text
    assert not Signature.objects.filter(meaning="reviewed").exists()


def test_a_form_without_the_digest_is_refused(world: World, client_of: ClientOf) -> None:
    version = makers.submitted(world)
    assert client_of(world.priya).post(address("sign", version), {"password": PASSWORD}).status_code == 409


def test_the_author_meets_a_refusal_page(world: World, client_of: ClientOf) -> None:
    world.ana.is_approver = True
    world.ana.save()
    version = makers.submitted(world)
    client = client_of(world.ana)
    for page in (client.get(address("sign", version)), client.post(address("sign", version), signing(version))):
        assert page.status_code == 403
        assert "You prepared this version" in page.content.decode()
        assert "data-dialog-content" not in page.content.decode()


def test_only_approvers_of_the_organisation_reach_the_sign_page(world: World, client_of: ClientOf) -> None:
    version = makers.submitted(world)
    for name in ("rui", "ana", "mia"):
        assert client_of(world.everybody[name]).post(address("sign", version), signing(version)).status_code == 403
    for organisation in ("northwind", "contoso"):
        page = client_of(world.zoe).post(address("sign", version, organisation), signing(version))
        assert page.status_code == 404
    assert Signature.objects.count() == 1


def test_a_draft_cannot_be_signed(world: World, client_of: ClientOf) -> None:
    assert client_of(world.priya).get(address("sign", makers.draft(world))).status_code == 409


def test_opening_a_page_writes_nothing(world: World, client_of: ClientOf) -> None:
    version = makers.submitted(world)
    client = client_of(world.priya)
    for name in ("review", "sign", "return"):
        assert client.get(address(name, version)).status_code == 200
    assert fresh(version).status == Status.IN_REVIEW
    assert Signature.objects.count() == 1


# Return


def test_returning_says_what_happens_and_goes_back_to_the_author(world: World, client_of: ClientOf) -> None:
    version = makers.reviewed(world)
    client = client_of(world.ben)
    text = client.get(address("return", version)).content.decode()
    assert "The 2 signatures of this round become void: Ana Silva, Priya Nair." in text
    sent = {"shown_digest": version.digest, "reason": "Name the team in section 2."}
    answer = client.post(address("return", version), sent)
    assert (answer.status_code, answer["Location"]) == (302, address("record", version))
    now = fresh(version)
    assert (now.status, now.return_reason) == (Status.DRAFT, "Name the team in section 2.")


def test_a_return_without_a_reason_is_asked_again(world: World, client_of: ClientOf) -> None:
    version = makers.submitted(world)
    sent = {"shown_digest": version.digest, "reason": " \u200b "}
    page = client_of(world.priya).post(address("return", version), sent)
    assert page.status_code == 422
    assert "Enter a reason: it is kept with the version." in page.content.decode()
    assert fresh(version).status == Status.IN_REVIEW


def test_a_return_of_another_text_is_refused(world: World, client_of: ClientOf) -> None:
    version = makers.submitted(world)
    page = client_of(world.priya).post(address("return", version), {"shown_digest": "0" * 64, "reason": "Old."})
    assert page.status_code == 409
    assert fresh(version).status == Status.IN_REVIEW


def test_a_manager_takes_back_what_is_in_review_or_approved(world: World, client_of: ClientOf) -> None:
    assert client_of(world.ana).get(address("return", makers.submitted(world))).status_code == 200
    approved = makers.approved(world)
    sent = {"shown_digest": approved.digest, "reason": "New law."}
    assert client_of(world.ana).post(address("return", approved), sent).status_code == 302
    assert fresh(approved).is_draft


@pytest.mark.parametrize(("name", "status"), [("rui", 403), ("mia", 403), ("zoe", 404)])
def test_others_cannot_return(world: World, client_of: ClientOf, name: str, status: int) -> None:
    version = makers.submitted(world)
    page = client_of(world.everybody[name]).post(address("return", version), {"reason": "No."})
    assert page.status_code == status


# Receipt


def test_a_void_signature_says_so_on_its_receipt(world: World, client_of: ClientOf) -> None:
    version = makers.reviewed(world)
    signature = Signature.objects.get(person=world.priya)
    approving.return_version(version=version, reason="No.", by=world.ben, at=moment(5))
    text = client_of(world.priya).get(receipt_of(signature)).content.decode()
    assert "Void: round 1 was returned." in text


def test_receipts_are_not_found_by_strangers_nor_open_to_agents(world: World, client_of: ClientOf) -> None:
    makers.submitted(world)
    signature = Signature.objects.get()
    assert status(client_of, world.zoe, receipt_of(signature)) == 404
    assert status(client_of, world.zoe, receipt_of(signature, "contoso")) == 404
    assert status(client_of, world.rui, receipt_of(signature)) == 403
    assert status(client_of, world.ana, receipt_of(signature)) == 200
    assert Client().get(receipt_of(signature)).status_code == 302


def status(client_of: ClientOf, who: Membership, url: str) -> int:
    return client_of(who).get(url).status_code
