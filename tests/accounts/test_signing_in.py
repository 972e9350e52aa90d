"""Signing in and out, wrong passwords, and what ends a session."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connections
from django.test import Client
from django.urls import reverse

from accounts import actions, links
from accounts.domain.roles import Role
from accounts.models import Membership, SignInTries
from audit.models import Entry
from tests.conftest import ClientOf
from tests.world import AT, PASSWORD, World

SIGN_IN = "/sign-in/"
PEOPLE = "/o/northwind/people/"


def try_in(client: Client, email: str, password: str, **extra: str) -> int:
    return client.post(SIGN_IN, {"username": email, "password": password, **extra}).status_code


def is_in(client: Client) -> bool:
    return client.get(reverse("change_password")).status_code == 200


def test_email_in_any_case_and_password_let_you_in(world: World):
    client = Client()
    answer = client.post(SIGN_IN, {"username": " ANA@northwind.example ", "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert is_in(client)


def test_it_goes_where_you_wanted_on_this_site_only(world: World):
    answer = Client().post(SIGN_IN, {"username": "mia@northwind.example", "password": PASSWORD, "next": PEOPLE})
    assert answer["Location"] == PEOPLE
    for elsewhere in ("https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"):
        answer = Client().post(SIGN_IN, {"username": "mia@northwind.example", "password": PASSWORD, "next": elsewhere})
        assert answer["Location"] == "/"


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(world: World):
    pages = []
    for email in ("ana@northwind.example", "nobody@northwind.example"):
        answer = Client().post(SIGN_IN, {"username": email, "password": "wrong"})
        assert answer.status_code == 422
        pages.append(answer.content.decode().replace(email, ""))
    assert "do not belong together" in pages[0]
    assert [page.count("error") for page in pages] == [pages[0].count("error")] * 2


def test_a_person_without_a_password_cannot_sign_in(world: World):
    actions.add_member(
        organisation=world.northwind, email="nia@northwind.example", name="Nia", roles=[Role.AGENT], by=world.mia, at=AT
    )
    assert try_in(Client(), "nia@northwind.example", "!") == 422


def test_signing_out_is_a_post(world: World, client_of: ClientOf):
    client = client_of(world.ana)
    assert client.get("/sign-out/").status_code == 405
    assert is_in(client)
    assert client.post("/sign-out/").status_code == 302
    assert not is_in(client)


def test_the_fifth_wrong_password_locks_and_the_right_one_no_longer_helps(world: World):
    client = Client()
    assert [try_in(client, "ana@northwind.example", "wrong") for _ in range(5)] == [422, 422, 422, 422, 429]
    answer = client.post(SIGN_IN, {"username": "ana@northwind.example", "password": PASSWORD})
    assert answer.status_code == 429
    assert "Wait 15 minutes" in answer.content.decode()


def test_other_spellings_of_the_address_count_as_the_same_account(world: World):
    for email in ("ana@northwind.example", "ANA@northwind.example", "Ana@Northwind.Example", " ana@northwind.example"):
        assert try_in(Client(), email, "wrong") == 422
    assert try_in(Client(), "ａｎａ@northwind.example", "wrong") == 429


def test_a_lock_holds_for_one_account_from_one_address(world: World):
    for _ in range(5):
        try_in(Client(), "ana@northwind.example", "wrong")
    assert try_in(Client(), "ben@northwind.example", PASSWORD) == 302
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert try_in(elsewhere, "ana@northwind.example", PASSWORD) == 302


def test_a_made_up_forwarding_header_is_not_believed(world: World):
    for number in range(5):
        Client(headers={"X-Forwarded-For": f"203.0.113.{number}"}).post(
            SIGN_IN, {"username": "ana@northwind.example", "password": "wrong"}
        )
    assert try_in(Client(), "ana@northwind.example", PASSWORD) == 429


def test_behind_a_proxy_the_last_address_it_wrote_counts(world: World, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    for number in range(5):
        Client(headers={"X-Forwarded-For": f"1.2.3.{number}, 203.0.113.9"}).post(
            SIGN_IN, {"username": "ana@northwind.example", "password": "wrong"}
        )
    assert SignInTries.objects.get(email="ana@northwind.example").address == "203.0.113.9"


def test_one_address_cannot_try_many_accounts(world: World):
    answers = [try_in(Client(), f"person{number}@northwind.example", "wrong") for number in range(61)]
    assert answers[59] == 422
    assert answers[60] == 429


def test_the_lock_ends_after_fifteen_minutes_and_tries_during_it_do_not_lengthen_it(world: World):
    with time_machine.travel(datetime(2026, 5, 4, 9, 0, tzinfo=UTC), tick=False) as clock:
        for _ in range(5):
            try_in(Client(), "ana@northwind.example", "wrong")
        clock.shift(timedelta(minutes=14))
        assert try_in(Client(), "ana@northwind.example", PASSWORD) == 429
        clock.shift(timedelta(minutes=1))
        assert try_in(Client(), "ana@northwind.example", PASSWORD) == 302


def test_a_right_password_forgets_the_wrong_ones(world: World):
    for _ in range(3):
        for _ in range(4):
            assert try_in(Client(), "ana@northwind.example", "wrong") == 422
        assert try_in(Client(), "ana@northwind.example", PASSWORD) == 302
    assert SignInTries.objects.get(email="").failures == 12


@pytest.mark.postgres
def test_many_tries_at_once_get_exactly_five_answers(open_world: World):
    answers: list[int] = []
    barrier = threading.Barrier(20)

    def guess(number: int) -> None:
        try:
            barrier.wait()
            answers.append(try_in(Client(), "ana@northwind.example", f"wrong-{number}"))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 20
    assert set(answers) <= {422, 429}
    assert SignInTries.objects.get(email="ana@northwind.example").failures == 5
    assert try_in(Client(), "ana@northwind.example", PASSWORD) == 429


def change(client: Client, present: str, new: str, again: str | None = None):
    data = {"password": present, "new_password": new, "repeat_password": new if again is None else again}
    return client.post(reverse("change_password"), data)


NEW = "violet-engine-harbour-7"


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(world: World, client_of: ClientOf):
    here, there = client_of(world.ana), client_of(world.ana)
    assert change(here, PASSWORD, NEW).status_code == 302
    assert is_in(here)
    assert not is_in(there)
    assert try_in(Client(), "ana@northwind.example", PASSWORD) == 422
    assert try_in(Client(), "ana@northwind.example", NEW) == 302


def test_the_present_password_is_asked_and_counted(world: World, client_of: ClientOf):
    client = client_of(world.ana)
    for _ in range(4):
        answer = change(client, "wrong", NEW)
        assert answer.status_code == 422
        assert "That is not your password." in answer.content.decode()
    assert change(client, "wrong", NEW).status_code == 429
    assert not is_in(client)
    assert try_in(Client(), "ana@northwind.example", PASSWORD) == 429


@pytest.mark.parametrize(
    ("new", "again"),
    [("short", None), ("passwordpassword", "x"), ("ana@northwind.example", None), ("a" * 300, None), ("", None)],
)
def test_a_password_that_will_not_do_changes_nothing(world: World, client_of: ClientOf, new: str, again: str | None):
    assert change(client_of(world.ana), PASSWORD, new, again).status_code == 422
    assert try_in(Client(), "ana@northwind.example", PASSWORD) == 302


def test_suspending_ends_every_session_at_once(world: World, client_of: ClientOf):
    client = client_of(world.rui)
    assert is_in(client)
    actions.suspend_member(member=world.rui, by=world.mia, at=AT)
    assert not is_in(client)


@pytest.fixture
def nia(world: World) -> Membership:
    added = actions.add_member(
        organisation=world.northwind, email="nia@northwind.example", name="Nia", roles=[Role.AGENT], by=world.mia, at=AT
    )
    return added.member


def test_a_link_sets_a_password_once(nia: Membership):
    path = links.path_for(nia.user)
    assert Client().get(path).status_code == 200
    data = {"new_password": NEW, "repeat_password": NEW}
    assert Client().post(path, data).status_code == 302
    assert try_in(Client(), "nia@northwind.example", NEW) == 302
    assert Client().get(path).status_code == 404
    assert Client().post(path, data | {"new_password": "x"}).status_code == 404


def test_opening_a_link_uses_nothing_up(nia: Membership):
    path = links.path_for(nia.user)
    for _ in range(3):
        assert Client().get(path).status_code == 200


def test_a_link_is_over_after_three_days_or_a_suspension_or_for_another_person(world: World, nia: Membership):
    with time_machine.travel(datetime(2026, 5, 4, tzinfo=UTC), tick=False) as clock:
        path = links.path_for(nia.user)
        clock.shift(timedelta(days=3, seconds=1))
        assert Client().get(path).status_code == 404
    path = links.path_for(nia.user)
    assert Client().get(path.replace(f"/{nia.user.pk}/", f"/{world.mia.user.pk}/")).status_code == 404
    actions.suspend_member(member=nia, by=world.mia, at=AT)
    assert Client().get(path).status_code == 404


def test_a_lock_during_signing_is_on_the_record(world: World, rf, client_of: ClientOf):
    from django.contrib.sessions.backends.db import SessionStore

    from accounts import reauth
    from accounts.refusals import LockedOut, WrongPassword

    for number in range(5):
        request = rf.post("/")
        request.user, request.member, request.session = world.priya.user, world.priya, SessionStore()
        with pytest.raises(LockedOut if number == 4 else WrongPassword):
            reauth.confirm(request, {"identity": world.priya.user.email, "password": "wrong"})
    assert request.user.is_anonymous
    entry = Entry.objects.filter(organisation=world.northwind).latest("sequence")
    assert (entry.action, entry.person_name) == ("member.locked_out", "Priya Nair")


def test_the_right_password_confirms_and_forgets_wrong_ones(world: World, rf):
    from django.contrib.sessions.backends.db import SessionStore

    from accounts import reauth
    from accounts.refusals import WrongPassword

    for _ in range(3):
        for _ in range(4):
            request = rf.post("/")
            request.user, request.session = world.priya.user, SessionStore()
            with pytest.raises(WrongPassword):
                reauth.confirm(request, {"identity": world.priya.user.email, "password": "wrong"})
        request = rf.post("/")
        request.user, request.session = world.priya.user, SessionStore()
        reauth.confirm(request, {"identity": world.priya.user.email, "password": PASSWORD})


def test_no_password_is_logged(world: World, caplog: pytest.LogCaptureFixture):
    caplog.set_level("DEBUG", logger="accounts")
    try_in(Client(), "ana@northwind.example", "secret-that-was-typed")
    assert caplog.records
    assert "secret-that-was-typed" not in str([record.__dict__ for record in caplog.records])
