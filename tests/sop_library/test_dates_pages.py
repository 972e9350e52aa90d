"""The pages of training before the date, of who is missing, and of "still right"."""

from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from lxml import html

from accounts.domain.roles import Role
from audit.models import Entry
from sop_library import reminding
from sop_library.domain.lifecycle import Phase
from sop_library.models import Confirmation, Signature, Version
from templates_app.actions import set_organisation_value
from templates_app.texts import template_of
from tests import world as cast
from tests.conftest import ClientOf
from tests.sop_library import makers
from tests.sop_library.makers import TODAY, moment
from tests.world import PASSWORD, World

pytestmark = pytest.mark.usefixtures("later_that_day", "no_pdf_engine")
LATER = date(2026, 5, 11)
OVERDUE = 400  # days after the makers' acts


def address(name: str, version: Version, organisation: str = "northwind") -> str:
    named = {"organisation": organisation, "number": version.sop.number, "version": version.number}
    keys = named if name in {"version", "missing", "missing_csv", "put_in_force", "still_right", "withdraw"} else None
    return reverse(name, kwargs=keys or {key: named[key] for key in ("organisation", "number")})


def words(client: Client, name: str, version: Version) -> str:
    """Return the text of a page's main part in one line."""
    answer = client.get(address(name, version))
    assert answer.status_code == 200
    return " ".join(html.fromstring(answer.content.decode()).xpath("//main")[0].text_content().split())


def work(client: Client) -> str:
    answer = client.get(reverse("work", kwargs={"organisation": "northwind"}))
    return " ".join(html.fromstring(answer.content.decode()).xpath("//main")[0].text_content().split())


def procedures(client: Client, state: str = "") -> str:
    answer = client.get(reverse("procedures", kwargs={"organisation": "northwind"}), {"state": state})
    return " ".join(html.fromstring(answer.content.decode()).xpath("//main")[0].text_content().split())


def beside_one_in_force(world: World, *, on: date = LATER) -> Version:
    """Return version 2.0 in training for a day; 1.0, which Rui has signed, is in force."""
    first = makers.published(world)
    makers.understood(first, world.rui)
    draft = makers.revision(world, first)
    approved = makers.approved(world, makers.submitted(world, draft, effective_on=on, at=moment(10)))
    return makers.in_training(world, approved, share=80, on=on)


def test_the_publish_page_takes_the_share_and_keeps_what_was_typed(world: World, client_of: ClientOf) -> None:
    version = makers.approved(world)
    ana, page = client_of(world.ana), address("publish", version)
    shown = html.fromstring(ana.get(page).content).xpath("//main//form")[0]
    assert (shown.fields["train_first"], shown.fields["training_share"]) == (None, "100")
    for share, told in (("", "Enter the per cent"), ("0", "smallest number here is 1"), ("101", "largest number")):
        answer = ana.post(page, {"effective_on": "2026-05-06", "train_first": "on", "training_share": share})
        assert answer.status_code == 422
        assert told in answer.content.decode()
        assert 'value="2026-05-06"' in answer.content.decode()
    answer = ana.post(page, {"effective_on": "2026-05-06", "train_first": "on", "training_share": "80"}, follow=True)
    assert "published for training. Until 80 % have signed" in answer.content.decode()
    assert Version.objects.get(pk=version.pk).phase_at(moment(30)) is Phase.TRAINING


def test_without_the_box_nobody_is_waited_for(world: World, client_of: ClientOf) -> None:
    version = makers.approved(world)
    client_of(world.ana).post(address("publish", version), {"effective_on": str(TODAY), "training_share": "80"})
    assert Version.objects.get(pk=version.pk).phase_at(moment(30)) is Phase.EFFECTIVE


def test_the_organisation_s_share_is_offered(world: World, client_of: ClientOf) -> None:
    type(world.northwind).objects.filter(pk=world.northwind.pk).update(training_share=75)
    shown = html.fromstring(client_of(world.ana).get(address("publish", makers.approved(world))).content)
    form = shown.xpath("//main//form")[0]
    assert (form.fields["train_first"], form.fields["training_share"]) == ("on", "75")


def test_each_page_says_what_a_training_waits_for(world: World, client_of: ClientOf) -> None:
    version = beside_one_in_force(world)
    told = "Published 4 May 2026 for training. In force from 11 May 2026 once 80 % have signed: 0 of 1."
    ana = client_of(world.ana)
    signature = Signature.objects.filter(version=version).first()
    receipt = reverse("receipt", kwargs={"organisation": "northwind", "pk": signature.pk})
    assert "Next: it begins on 11 May 2026 or later" in ana.get(receipt).content.decode()
    compared = ana.get(f"{address('compare', version)}?from=1.0&to=2.0").content.decode()
    assert "In training for 11 May 2026" in " ".join(compared.split())
    for name in ("record", "missing", "version"):
        assert told in words(ana, name, version), name
    assert told in work(ana)
    assert "v2.0: in training" in procedures(ana, "In training")
    assert "2.0 is in training" in words(ana, "sop", version)
    # The day has come, and too few have signed.
    with time_machine.travel(moment(days=30), tick=False):
        assert "In force as soon as 80 % have signed: 0 of 1." in words(client_of(world.ana), "record", version)


def test_a_reader_is_asked_to_sign_the_coming_version_and_signing_puts_it_in_force(
    world: World, client_of: ClientOf
) -> None:
    version, rui = beside_one_in_force(world), client_of(world.rui)
    asked = "New version 2.0 from 11 May 2026 once 80 % have signed: read and sign it now."
    assert asked in words(rui, "sop", version)
    assert "Read and sign v2.0" in procedures(rui)
    page = words(rui, "version", version)
    assert "Not in force yet." in page
    assert "Use v1.0. Read it, then sign." in page
    sent = {"shown_digest": version.digest, "identity": world.rui.user.email, "password": PASSWORD}
    assert rui.post(reverse("sign_off", kwargs=place(version)), sent).status_code == 302
    now = Version.objects.get(pk=version.pk)
    assert now.phase_at(moment(30)) is Phase.SCHEDULED
    assert "Version 2.0 begins on 11 May 2026" in words(rui, "sop", version)


def place(version: Version) -> dict[str, object]:
    return {"organisation": "northwind", "number": version.sop.number, "version": version.number}


def test_who_owes_the_version_in_force_and_the_coming_one_reads_of_both(world: World, client_of: ClientOf) -> None:
    version = beside_one_in_force(world)
    nia = cast.person(world.northwind, "Nia Roy", Role.AGENT, title="Agent")
    told = words(client_of(nia), "sop", version)
    assert "v1.0 · next review 4 May 2027. Read it, then sign. Version 2.0," in told
    assert "is to be signed too. Read and understood Open v2.0" in told


def test_missing_people_by_department_and_as_a_table(world: World, client_of: ClientOf) -> None:
    version = beside_one_in_force(world)
    cast.person(world.northwind, "=cmd Roy", Role.AGENT, title="+Agent", department="@Sales")
    ana = client_of(world.ana)
    told = words(ana, "missing", version)
    assert "@Sales 0 of 1 signed, 0 %" in told
    assert "Support 0 of 1 signed, 0 % Rui Costa Agent Not reminded yet" in told
    reminding.send_due(world.northwind, moment(30))
    assert "Rui Costa Agent Reminded 4 May 2026" in words(ana, "missing", version)
    answer = ana.get(address("missing_csv", version))
    assert answer["Content-Type"].startswith("text/csv")
    lines = answer.content.decode().splitlines()
    assert lines[1].startswith("SOP-CS-001,2.0,'@Sales,'=cmd Roy,'+Agent")
    assert lines[2] == "SOP-CS-001,2.0,Support,Rui Costa,Agent,rui@northwind.example,2026-05-04T09:30:00+00:00"
    assert Entry.objects.filter(action="version.missing_exported").count() == 1
    draft = makers.draft(world)
    assert ana.get(address("missing", draft)).status_code == 409


def test_putting_in_force_from_the_page_asks_for_a_reason_until_enough_have_signed(
    world: World, client_of: ClientOf
) -> None:
    version, mia = beside_one_in_force(world, on=TODAY), client_of(world.mia)
    page = address("put_in_force", version)
    assert mia.post(page, {"reason": ""}).status_code == 422
    answer = mia.post(page, {"reason": "The law holds from today."}, follow=True)
    assert "published and in force from now" in answer.content.decode()
    assert mia.get(page).status_code == 409


def test_withdrawing_says_what_stays_in_force_and_is_not_offered_for_a_superseded_one(
    world: World, client_of: ClientOf
) -> None:
    version, ana = beside_one_in_force(world), client_of(world.ana)
    assert "Version 1.0 stays in force." in words(ana, "withdraw", version)
    first = Version.objects.get(sop=version.sop, major=1)
    assert "until the training of version 2.0 ends" in words(ana, "withdraw", first)
    makers.understood(version, world.rui, moment(20))
    with time_machine.travel(moment(days=30), tick=False):
        ana = client_of(world.ana)
        assert ana.get(address("withdraw", first)).status_code == 409
        assert address("withdraw", first) not in ana.get(address("record", version)).content.decode()


def test_a_review_that_is_overdue_shows_to_those_who_can_do_it_and_to_no_reader(
    world: World, client_of: ClientOf
) -> None:
    version = makers.published(world)
    with time_machine.travel(moment(days=OVERDUE), tick=False):
        ana, rui = client_of(world.ana), client_of(world.rui)
        assert "review was due 4 May 2027" in work(ana)
        assert "Review overdue" in work(ana)
        for state in ("Review due", "Review overdue"):
            assert "1 of 1 procedures" in procedures(ana, state)
        for name in ("record", "sop"):
            assert "review was due 4 May 2027" in words(ana, name, version)
        assert "Still right" in words(ana, "record", version)
        for told in (words(rui, "sop", version), procedures(rui)):
            assert "overdue" not in told
            assert "was due" not in told
    with time_machine.travel(moment(days=340), tick=False):
        assert "1 of 1 procedures" in procedures(client_of(world.ana), "Review due")
        assert "Review overdue" not in procedures(client_of(world.ana))


def answers(version: Version, member: object, **other: str) -> dict[str, str]:
    given = {"shown_digest": version.digest, "turn": "1", "next_review_on": "2027-08-01", "note": "Numbers checked."}
    return {**given, "identity": member.user.email, "password": PASSWORD, **other}  # type: ignore[attr-defined]


def test_still_right_takes_one_page_and_one_signature(world: World, client_of: ClientOf) -> None:
    version, ana = makers.published(world), client_of(world.ana)
    page = address("still_right", version)
    shown = html.fromstring(ana.get(page).content).xpath("//main//form")[0]
    assert shown.fields["next_review_on"] == "2027-05-04"  # the organisation's twelve months from today
    answer = ana.post(page, answers(version, world.ana))
    made = Confirmation.objects.get()
    receipt = reverse("confirmation", kwargs={"organisation": "northwind", "pk": made.pk})
    assert (answer.status_code, answer["Location"]) == (302, receipt)
    again = ana.post(page, answers(version, world.ana))
    assert again["Location"] == receipt
    told = ana.get(receipt).content.decode()
    for word in ("Ana Silva", "I set its next review for 1 August 2027", "Numbers checked.", made.seal):
        assert word in told
    said = "next review 1 August 2027, confirmed on 4 May 2026 by Ana Silva"
    for who in (world.ana, world.rui):
        assert said in words(client_of(who), "sop", version)
    assert receipt in ana.get(address("record", version)).content.decode()


def test_a_wrong_password_or_date_keeps_what_was_typed_and_signs_nothing(world: World, client_of: ClientOf) -> None:
    version, ana = makers.published(world), client_of(world.ana)
    for wrong in ({"password": "no"}, {"next_review_on": "2026-05-04"}, {"next_review_on": "someday"}, {"turn": "x"}):
        answer = ana.post(address("still_right", version), answers(version, world.ana, **wrong))
        assert answer.status_code == 422, wrong
        assert "Numbers checked." in answer.content.decode()
    assert not Confirmation.objects.exists()


def test_somebody_else_s_confirmation_in_between_is_told_and_the_note_is_kept(
    world: World, client_of: ClientOf
) -> None:
    version, ben = makers.published(world), client_of(world.ben)
    makers.confirmed(version, world.ana)
    answer = ben.post(address("still_right", version), answers(version, world.ben))
    told = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody confirmed this version" in told
    assert "Numbers checked." in told
    assert 'name="turn" value="2"' in told


def test_what_changed_around_the_version_is_shown(world: World, client_of: ClientOf) -> None:
    version = makers.published(world)
    variable = template_of(makers.SOURCE).variable("CompanyName")
    set_organisation_value(variable=variable, value="Northwind Group", by=world.ana, at=moment(20))
    told = words(client_of(world.priya), "still_right", version)
    assert "Company name Northwind Northwind Group" in told


def test_only_the_version_in_force_is_confirmed(world: World, client_of: ClientOf) -> None:
    version = beside_one_in_force(world)
    assert client_of(world.ana).get(address("still_right", version)).status_code == 409


@pytest.mark.parametrize("days", [0, 1, 6])
def test_a_scheduled_version_says_what_to_use_until_its_day(world: World, client_of: ClientOf, days: int) -> None:
    first = makers.published(world)
    draft = makers.revision(world, first)
    approved = makers.approved(world, makers.submitted(world, draft, effective_on=LATER, at=moment(10)))
    second = makers.published(world, approved, on=LATER, at=moment(12))
    with time_machine.travel(moment(30) + timedelta(days=days), tick=False):
        rui = client_of(world.rui)
        told = words(rui, "version", second)
        assert "Approved, not yet in force: it begins on 11 May 2026. Use v1.0." in told
        assert "Version 2.0 begins on 11 May 2026" in words(rui, "sop", second)
    with time_machine.travel(moment(30) + timedelta(days=7), tick=False):
        rui = client_of(world.rui)
        assert "Effective since 11 May 2026 · v2.0" in words(rui, "sop", second)
        assert "Superseded on 11 May 2026. Do not use it on calls. Use v2.0." in words(rui, "version", first)
