"""The clauses of 21 CFR 11 about electronic signatures, each on the real pages (regulation.md)."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from accounts import accountability, actions, codes, posting, reauth
from accounts.administering import record_identity
from accounts.domain.accountability import STATEMENT
from accounts.domain.roles import Role
from accounts.models import Membership, Promise
from accounts.refusals import BadInput, NotAllowed, WrongState
from audit.models import Entry
from sop_library import verifying
from sop_library.actions import approving
from sop_library.models import Signature, SignOff, Version
from tests import world as cast
from tests.ceremony import code_of, enrolled, signed_in
from tests.sop_library import conftest as stand_ins
from tests.sop_library import makers
from tests.world import AT, PASSWORD, World

no_pdf_engine = stand_ins.no_pdf_engine
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_pdf_engine")]
NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
NEW = "violet-engine-harbour-7"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as moving:
        yield moving


@pytest.fixture
def nia(world: World) -> Membership:
    """A new approver who has never signed anything."""
    added = actions.add_member(
        organisation=world.northwind,
        email="nia@northwind.example",
        name="Nia Roy",
        roles=[Role.APPROVER, Role.AGENT],
        title="Reviewer",
        by=world.mia,
        at=AT,
    ).member
    added.user.set_password(PASSWORD)
    added.user.save(update_fields=["password"])
    return added


def sign_address(version: Version) -> str:
    return reverse("sign", kwargs={"organisation": "northwind", "number": version.sop.number})


def sign_off_address(version: Version) -> str:
    place = {"organisation": "northwind", "number": version.sop.number, "version": version.number}
    return reverse("sign_off", kwargs=place)


STATEMENT_PAGE = "/o/northwind/statement/"


def sent(version: Version, **more: str) -> dict[str, str]:
    return {"shown_digest": version.digest, **more}


def newest(world: World) -> Entry:
    found: Entry = Entry.objects.filter(organisation=world.northwind).latest("sequence")
    return found


# 11.10(j): the statement


def test_11_10_j_nobody_signs_before_the_statement(world: World, nia: Membership) -> None:
    version = makers.submitted(world)
    with pytest.raises(NotAllowed, match="read and sign the statement"):
        approving.approve(version=version, shown_digest=version.digest, by=nia, at=NOW)
    accountability.promise(by=nia, at=NOW)
    assert approving.approve(version=version, shown_digest=version.digest, by=nia, at=NOW).person == nia


def test_11_10_j_the_page_leads_to_the_statement_and_back(world: World, nia: Membership) -> None:
    version = makers.submitted(world)
    browser = signed_in("nia@northwind.example")
    first = browser.get(sign_address(version))
    assert first["Location"] == f"{STATEMENT_PAGE}?next={sign_address(version).replace('/', '%2F')}"
    page = browser.get(first["Location"]).content.decode()
    assert STATEMENT in page
    assert "Nia Roy, Reviewer" in page
    given = {"identity": "nia@northwind.example", "password": PASSWORD, "next": sign_address(version)}
    assert browser.post(STATEMENT_PAGE, given)["Location"] == sign_address(version)
    kept = Promise.objects.get(person=nia)
    assert (kept.printed_name, kept.role, kept.statement, kept.signed_at) == ("Nia Roy", "Reviewer", STATEMENT, NOW)
    entry = newest(world)
    assert (entry.action, entry.person_name, entry.data["seal"]) == ("member.promised", "Nia Roy", kept.seal)
    # It was the first signing of the session: the next one asks the password alone.
    assert browser.post(sign_address(version), sent(version, password=PASSWORD)).status_code == 302
    assert Signature.objects.filter(person=nia).count() == 1


def test_11_10_j_a_form_sent_before_the_statement_keeps_what_was_typed(world: World, nia: Membership) -> None:
    version = makers.published(world)
    given = sent(version, identity="nia@northwind.example", password=PASSWORD)
    answer = signed_in("nia@northwind.example").post(sign_off_address(version), given)
    assert answer.status_code == 422
    assert "sign the statement about it. Then sign here." in answer.content.decode()
    assert STATEMENT_PAGE in answer.content.decode()
    assert SignOff.objects.count() == 0


def test_11_10_j_a_second_click_keeps_one_statement(world: World, nia: Membership) -> None:
    first = accountability.promise(by=nia, at=NOW)
    assert accountability.promise(by=nia, at=NOW + timedelta(hours=1)) == first
    assert Entry.objects.filter(action="member.promised", subject_id=str(nia.pk)).count() == 1


def test_11_10_j_a_suspended_person_signs_no_statement(world: World, nia: Membership) -> None:
    actions.suspend_member(member=nia, by=world.mia, at=NOW)
    with pytest.raises(NotAllowed):
        accountability.promise(by=nia, at=NOW)


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"])
def test_11_10_j_the_statement_leads_back_on_this_site_only(world: World, nia: Membership, elsewhere: str) -> None:
    given = {"identity": "nia@northwind.example", "password": PASSWORD, "next": elsewhere}
    assert signed_in("nia@northwind.example").post(STATEMENT_PAGE, given)["Location"] == "/o/northwind/"


def test_11_10_j_an_altered_or_missing_statement_is_a_fault(world: World, nia: Membership) -> None:
    from django.db import connection

    from audit import append_only

    accountability.promise(by=nia, at=NOW)
    assert list(verifying.faults()) == []
    append_only.remove(connection, "accounts_promise")
    try:
        Promise.objects.filter(person=nia).update(role="Director")
        found = list(verifying.faults())
        assert "The statement about signatures of Nia Roy was changed after it was signed." in found
        Promise.objects.filter(person=nia).delete()
        assert any("tells of is gone" in fault for fault in verifying.faults())
    finally:
        append_only.install(connection, "accounts_promise")


def test_11_10_j_administrators_see_it_on_the_person_s_page(world: World, nia: Membership) -> None:
    page = f"/o/northwind/people/{nia.pk}/"
    browser = signed_in("mia@northwind.example")
    assert "Has not signed the statement" in browser.get(page).content.decode()
    accountability.promise(by=nia, at=NOW)
    assert STATEMENT in browser.get(page).content.decode()


# 11.100: one person, verified


def test_11_100_b_how_an_identity_was_verified_is_on_the_record(world: World, nia: Membership) -> None:
    browser = signed_in("mia@northwind.example")
    answer = browser.post(
        f"/o/northwind/people/{nia.pk}/identity/", {"how": "Passport seen in person.", "checked_on": "2026-05-04"}
    )
    assert answer.status_code == 302
    entry = newest(world)
    assert (entry.action, entry.data["how"]) == ("member.identity_verified", "Passport seen in person.")
    assert "Passport seen in person." in browser.get(f"/o/northwind/people/{nia.pk}/").content.decode()


def test_11_100_b_not_by_oneself_nor_ahead_nor_without_words(world: World, nia: Membership) -> None:
    today = date(2026, 5, 4)
    for by in (nia, world.zoe):
        with pytest.raises(NotAllowed):
            record_identity(member=nia, how="Passport.", checked_on=today, by=by, at=NOW)
    with pytest.raises(NotAllowed, match="Another administrator"):
        record_identity(member=world.mia, how="Passport.", checked_on=today, by=world.mia, at=NOW)
    for how, day in (("  ", today), ("Passport.", today + timedelta(days=1))):
        with pytest.raises(BadInput):
            record_identity(member=nia, how=how, checked_on=day, by=world.mia, at=NOW)


# 11.200(a)(1): two components at the first signing, the secret at each later one


def test_11_200_a_1_the_first_signing_of_a_session_asks_both_components(world: World) -> None:
    version = makers.submitted(world)
    browser = signed_in("priya@northwind.example")
    assert 'name="identity"' in browser.get(sign_address(version)).content.decode()
    assert browser.post(sign_address(version), sent(version, password=PASSWORD)).status_code == 422
    assert not Signature.objects.filter(person=world.priya).exists()
    given = sent(version, identity=" PRIYA@northwind.example", password=PASSWORD)
    assert browser.post(sign_address(version), given).status_code == 302
    assert Signature.objects.filter(person=world.priya).count() == 1


def test_11_200_a_1_later_signings_ask_the_password_and_never_nothing(world: World) -> None:
    first, second = makers.published(world), makers.published(world)
    browser = signed_in("rui@northwind.example")
    given = sent(first, identity="rui@northwind.example", password=PASSWORD)
    assert browser.post(sign_off_address(first), given).status_code == 302
    page = browser.get(sign_off_address(second)).content.decode()
    assert 'name="identity"' not in page
    assert "the password alone" in page
    assert browser.post(sign_off_address(second), sent(second)).status_code == 422
    assert browser.post(sign_off_address(second), sent(second, password="wrong")).status_code == 422
    assert browser.post(sign_off_address(second), sent(second, password=PASSWORD)).status_code == 302
    assert SignOff.objects.count() == 2


def test_11_200_a_1_a_new_session_and_fifteen_minutes_start_over(world: World, clock) -> None:
    versions = [makers.published(world) for _ in range(3)]
    browser = signed_in("rui@northwind.example")
    given = {"identity": "rui@northwind.example", "password": PASSWORD}
    assert browser.post(sign_off_address(versions[0]), sent(versions[0], **given)).status_code == 302
    other = signed_in("rui@northwind.example")
    assert 'name="identity"' in other.get(sign_off_address(versions[1])).content.decode()
    clock.shift(timedelta(minutes=14, seconds=59))
    assert browser.post(sign_off_address(versions[1]), sent(versions[1], password=PASSWORD)).status_code == 302
    clock.shift(timedelta(minutes=15))
    assert browser.post(sign_off_address(versions[2]), sent(versions[2], password=PASSWORD)).status_code == 422
    browser.post("/sign-out/")
    assert SignOff.objects.count() == 2


def test_11_200_a_1_signing_in_again_in_the_same_browser_starts_over(world: World) -> None:
    first, second = makers.published(world), makers.published(world)
    browser = signed_in("rui@northwind.example")
    given = sent(first, identity="rui@northwind.example", password=PASSWORD)
    browser.post(sign_off_address(first), given)
    browser.post("/sign-out/")
    browser.post("/sign-in/", {"username": "rui@northwind.example", "password": PASSWORD})
    assert 'name="identity"' in browser.get(sign_off_address(second)).content.decode()


def test_11_200_a_1_a_wrong_address_counts_and_does_not_say_which_was_wrong(world: World) -> None:
    version = makers.submitted(world)
    browser = signed_in("priya@northwind.example")
    given = sent(version, identity="ben@northwind.example", password=PASSWORD)
    answers = [browser.post(sign_address(version), given) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 422, 429]
    assert "The e-mail address or the password is not right." in answers[0].content.decode()
    assert browser.get(sign_address(version)).status_code == 302, "the session is over"
    assert not Signature.objects.filter(person__in=[world.priya, world.ben]).exists()
    assert newest(world).action == "member.locked_out"


def test_11_200_a_1_the_code_is_asked_at_the_first_signing(world: World, clock) -> None:
    secret = enrolled(world.priya)
    version = makers.submitted(world)
    browser = signed_in("priya@northwind.example", code_of(secret))
    clock.shift(30)
    given = sent(version, identity="priya@northwind.example", password=PASSWORD)
    assert browser.post(sign_address(version), given).status_code == 422
    wrong = browser.post(sign_address(version), {**given, "code": "000000"})
    assert "That code is not right" in wrong.content.decode()
    assert browser.post(sign_address(version), {**given, "code": code_of(secret)}).status_code == 302


# 11.200(a)(3): misuse needs two people


def test_11_200_a_3_an_administrator_chooses_nobody_s_password(world: World) -> None:
    with pytest.raises(NotAllowed):
        actions.change_password(user=world.ana.user, password=NEW, by=world.mia.user, at=NOW)


def test_11_200_a_3_a_password_set_through_a_link_is_on_the_record_and_the_owner_is_told(world: World) -> None:
    browser = signed_in("rui@northwind.example")
    path = actions.make_link(member=world.rui, by=world.mia, at=NOW)
    assert newest(world).action == "member.link_made"
    assert Client().post(path, {"new_password": NEW, "repeat_password": NEW}).status_code == 302
    entry = newest(world)
    assert (entry.action, entry.data) == ("member.password_changed", {"through": "link"})
    assert browser.get("/account/").status_code == 302, "the owner's sessions end"
    run_alerts()
    assert [letter.to for letter in mail.outbox] == [["rui@northwind.example"]] * 2
    told = " ".join(str(letter.body) for letter in mail.outbox)
    assert "Mia Keller made a link" in told
    assert "was set through the link" in told


def test_11_200_a_3_a_link_is_read_once_and_kept_nowhere(world: World) -> None:
    browser = signed_in("mia@northwind.example")
    page = browser.post(f"/o/northwind/people/{world.rui.pk}/link/").content.decode()
    token = page.split("/set-password/")[1].split("/")[1]
    kept = [*Entry.objects.values_list("data", flat=True), *DBTaskResult.objects.values_list("args_kwargs", flat=True)]
    assert not [row for row in kept if token in str(row)]
    assert token not in browser.get(f"/o/northwind/people/{world.rui.pk}/").content.decode()


def test_11_200_a_3_a_link_does_not_get_round_the_code(world: World) -> None:
    secret = enrolled(world.rui)
    path = actions.make_link(member=world.rui, by=world.mia, at=NOW)
    Client().post(path, {"new_password": NEW, "repeat_password": NEW})
    thief = Client()
    answer = thief.post("/sign-in/", {"username": "rui@northwind.example", "password": NEW})
    assert answer["Location"] == "/sign-in/code/"
    assert thief.get("/account/").status_code == 302
    assert thief.post("/sign-in/code/", {"code": code_of(secret)}).status_code == 302
    assert thief.get("/account/").status_code == 200


def test_11_200_a_3_removing_codes_needs_a_reason_is_on_record_and_is_told(world: World) -> None:
    enrolled(world.rui)
    browser = signed_in("mia@northwind.example")
    address = f"/o/northwind/people/{world.rui.pk}/codes/"
    assert browser.post(address, {"reason": " "}).status_code == 422
    assert codes.has_codes(world.rui.user)
    assert browser.post(address, {"reason": "Called back on the staff number."}).status_code == 302
    assert not codes.has_codes(world.rui.user)
    entry = newest(world)
    assert (entry.action, entry.person_name) == ("member.codes_removed", "Mia Keller")
    assert entry.data["reason"] == "Called back on the staff number."
    run_alerts()
    assert "Mia Keller removed the one-time codes" in mail.outbox[-1].body


def test_11_200_a_3_only_an_administrator_there_removes_codes_and_not_their_own(world: World) -> None:
    for person in (world.rui, world.mia):
        enrolled(person)
    for by in (world.ana, world.zoe, world.rui):
        with pytest.raises(NotAllowed):
            codes.remove_for(member=world.rui, reason="Lost.", by=by, at=NOW)
    with pytest.raises(NotAllowed, match="your own page"):
        codes.remove_for(member=world.mia, reason="Lost.", by=world.mia, at=NOW)
    actions.add_member(
        organisation=world.contoso, email=world.rui.user.email, name="Rui", roles=[Role.AGENT], by=world.zoe, at=NOW
    )
    with pytest.raises(WrongState, match="another organisation"):
        codes.remove_for(member=world.rui, reason="Lost.", by=world.mia, at=NOW)
    with pytest.raises(WrongState, match="no one-time codes"):
        codes.remove_for(member=world.ana, reason="Lost.", by=world.mia, at=NOW)


# 11.300(d): misuse is reported at once


def test_11_300_d_a_lock_is_on_the_trail_and_told_once(world: World) -> None:
    browser = Client()
    for _ in range(8):
        browser.post("/sign-in/", {"username": "ana@northwind.example", "password": "wrong"})
    entries = Entry.objects.filter(action="member.locked_out")
    assert [(entry.subject, entry.data["locked_for"]) for entry in entries] == [("Ana Silva", "15 minutes")]
    assert entries[0].person_id is None, "who typed is not known"
    run_alerts()
    told = {letter.to[0]: letter.body for letter in mail.outbox}
    assert set(told) == {"ana@northwind.example", "mia@northwind.example"}
    assert "127.0.0.1" in told["mia@northwind.example"]
    assert "Ana Silva" in told["mia@northwind.example"]
    assert len(mail.outbox) == 2


def test_11_300_d_every_organisation_that_relies_on_the_account_is_told(world: World) -> None:
    actions.add_member(
        organisation=world.contoso, email="rui@northwind.example", name="Rui", roles=[Role.AGENT], by=world.zoe, at=NOW
    )
    for _ in range(5):
        Client().post("/sign-in/", {"username": "rui@northwind.example", "password": "wrong"})
    where = Entry.objects.filter(action="member.locked_out").values_list("organisation_id", flat=True)
    assert set(where) == {world.northwind.pk, world.contoso.pk}
    run_alerts()
    to = sorted(letter.to[0] for letter in mail.outbox)
    assert to == ["mia@northwind.example", "rui@northwind.example", "zoe@contoso.example"]


def test_11_300_d_an_account_that_is_none_alerts_nobody(world: World) -> None:
    for _ in range(5):
        Client().post("/sign-in/", {"username": "nobody@northwind.example", "password": "wrong"})
    assert not DBTaskResult.objects.exists()
    assert not Entry.objects.filter(action="member.locked_out").exists()


def test_11_300_d_a_mail_server_that_is_down_is_tried_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting.letters, "write", lambda people, *args, **kwargs: [person.pk for person in people])
    assert posting.post.func("security", [world.rui.pk], "Subject", "Text", "this lock") == 0
    (again,) = DBTaskResult.objects.all()
    assert again.run_after == NOW + posting.PAUSE


def run_alerts() -> None:
    """Run the waiting tasks, as the worker does."""
    for row in DBTaskResult.objects.order_by("enqueued_at", "id"):
        row.task.func(*row.args_kwargs["args"], **row.args_kwargs["kwargs"])
    DBTaskResult.objects.all().delete()


def test_reauth_is_for_people_signed_in(rf) -> None:
    from django.contrib.auth.models import AnonymousUser

    request = rf.post("/")
    request.user = AnonymousUser()
    with pytest.raises(NotAllowed):
        reauth.confirm(request, {"password": PASSWORD})


def test_everybody_of_the_cast_has_signed_the_statement(world: World) -> None:
    assert all(accountability.has_promised(person) for person in world.everybody.values())
    assert Promise.objects.earliest("pk").signed_at == cast.AT
