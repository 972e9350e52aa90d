"""One-time codes and recovery codes: set up, asked at sign-in, each used once. The V9 list of the security notes."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.db import connections
from django.test import Client
from django.utils import timezone
from lxml import html

from accounts import accountability, actions, codes
from accounts.domain import codes as domain
from accounts.domain import locks
from accounts.models import Codes, RecoveryCode, SignInTries
from accounts.refusals import BadInput, NotAllowed, WrongState
from audit.models import Entry
from sop_library.actions import approving
from tests.ceremony import code_of, enrolled, signed_in
from tests.sop_library import makers
from tests.world import AT, PASSWORD, World

NOW = datetime(2026, 5, 4, 9, 30, 5, tzinfo=UTC)
ANA = "ana@northwind.example"


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as moving:
        yield moving


def at_code_page(email: str, **more: str) -> Client:
    """Return a browser that gave the right password and is asked for a code."""
    browser = Client()
    answer = browser.post("/sign-in/", {"username": email, "password": PASSWORD, **more})
    assert answer["Location"].startswith("/sign-in/code/")
    return browser


def is_in(browser: Client) -> bool:
    return browser.get("/account/").status_code == 200


# Spellings


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("123456", "123456"),
        (" 123 456 ", "123456"),
        ("123-456", "123456"),
        ("１２３４５６", "123456"),
        ("١٢٣٤٥٦", "123456"),
        ("12３ 456", "123456"),
        ("ABCD-efgh JKMN-pqrs", "abcdefghjkmnpqrs"),
        ("\u200b", ""),
    ],
)
def test_every_spelling_is_one_code(typed: str, meant: str) -> None:
    assert domain.plain(typed) == meant


def test_a_recovery_code_is_long_and_never_taken_for_a_one_time_code() -> None:
    made = {domain.new_recovery_code() for _ in range(200)}
    assert len(made) == 200
    assert all(len(domain.plain(code)) == 16 and not domain.is_one_time(domain.plain(code)) for code in made)


def test_locks_double_up_to_a_day() -> None:
    hours = [locks.duration(number) / timedelta(hours=1) for number in range(12)]
    assert hours == [0.25, 0.25, 0.5, 1, 2, 4, 8, 16, 24, 24, 24, 24]
    assert [locks.words(timedelta(minutes=m)) for m in (0, 1, 15, 60, 240, 241)] == [
        "1 minute",
        "1 minute",
        "15 minutes",
        "60 minutes",
        "4 hours",
        "5 hours",
    ]


# Setting up


def test_ana_sets_codes_up_on_her_page(world: World) -> None:
    browser = signed_in(ANA)
    assert "Set up one-time codes" in browser.get("/account/").content.decode()
    assert browser.get("/account/codes/")["Location"] == "/account/"
    assert browser.post("/account/codes/", {"begin": "yes"})["Location"] == "/account/codes/"
    page: Any = html.fromstring(browser.get("/account/codes/").content)
    secret = "".join(page.xpath("//*[@data-secret]/text()")).replace(" ", "")
    assert page.xpath("//*[local-name()='svg']//*[local-name()='path']/@d")
    assert not Codes.objects.exists(), "nothing counts before a code confirms it"
    wrong = browser.post("/account/codes/", {"code": "000000", "password": PASSWORD})
    assert wrong.status_code == 422
    wrong = browser.post("/account/codes/", {"code": code_of(secret), "password": "no"})
    assert wrong.status_code == 422
    shown = browser.post("/account/codes/", {"code": code_of(secret), "password": PASSWORD})
    tree: Any = html.fromstring(shown.content)
    recovery = tree.xpath("//ul[contains(@class, 'recovery')]/li/text()")
    assert len(recovery) == 10
    assert "data:text/plain" in shown.content.decode()
    kept = Codes.objects.get(user=world.ana.user)
    assert secret not in kept.secret
    assert not set(recovery) & set(RecoveryCode.objects.values_list("digest", flat=True))
    assert Entry.objects.filter(action="member.codes_set_up", person_name="Ana Silva").count() == 1
    again = browser.get("/account/codes/")
    assert again["Location"] == "/account/", "shown once"


def test_the_code_that_confirmed_does_not_sign_in(world: World, clock: Any) -> None:
    kept = codes.new_secret()
    code = code_of(codes.shown(kept))
    codes.set_up(user=world.ana.user, kept=kept, code=code, by=world.ana.user, at=timezone.now())
    browser = at_code_page(ANA)
    assert browser.post("/sign-in/code/", {"code": code}).status_code == 422
    clock.shift(30)
    assert browser.post("/sign-in/code/", {"code": code_of(codes.shown(kept))}).status_code == 302
    assert is_in(browser)


def test_nobody_sets_up_or_removes_for_another_and_nobody_twice(world: World) -> None:
    kept = codes.new_secret()
    code = code_of(codes.shown(kept))
    with pytest.raises(NotAllowed):
        codes.set_up(user=world.ana.user, kept=kept, code=code, by=world.mia.user, at=NOW)
    with pytest.raises(BadInput):
        codes.set_up(user=world.ana.user, kept="made up", code=code, by=world.ana.user, at=NOW)
    with pytest.raises(WrongState):
        codes.remove(user=world.ana.user, by=world.ana.user, at=NOW)
    codes.set_up(user=world.ana.user, kept=kept, code=code, by=world.ana.user, at=NOW)
    with pytest.raises(WrongState, match="already"):
        codes.set_up(user=world.ana.user, kept=kept, code=code, by=world.ana.user, at=NOW)
    with pytest.raises(NotAllowed):
        codes.remove(user=world.ana.user, by=world.mia.user, at=NOW)


def test_removing_and_new_recovery_codes_ask_password_and_code(world: World, clock: Any) -> None:
    secret = enrolled(world.ana)
    browser = signed_in(ANA, code_of(secret))
    clock.shift(30)
    new, remove = "/account/codes/recovery/", "/account/codes/remove/"
    for where in (new, remove):
        assert browser.get(where).status_code == 200
        assert browser.post(where, {"password": PASSWORD, "code": "000000"}).status_code == 422
        assert browser.post(where, {"password": "wrong", "code": code_of(secret)}).status_code == 422
    before = set(RecoveryCode.objects.values_list("digest", flat=True))
    shown = browser.post(new, {"password": PASSWORD, "code": code_of(secret)})
    assert len(html.fromstring(shown.content).xpath("//ul[contains(@class, 'recovery')]/li")) == 10
    assert not before & set(RecoveryCode.objects.values_list("digest", flat=True))
    clock.shift(30)
    assert browser.post(remove, {"password": PASSWORD, "code": code_of(secret)}).status_code == 302
    assert not codes.has_codes(world.ana.user)
    assert not RecoveryCode.objects.exists()


def test_a_changed_secret_key_still_opens_codes_while_it_is_a_fallback(world: World, settings: LazySettings) -> None:
    kept = codes.new_secret()
    made = codes.set_up(
        user=world.ana.user, kept=kept, code=code_of(codes.shown(kept), -1), by=world.ana.user, at=timezone.now()
    )
    secret, old = codes.shown(kept), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another-key-that-is-long-enough-for-anybody-at-all", [old]
    assert codes.use(world.ana.user, code_of(secret), NOW)
    assert codes.use(world.ana.user, made[0], NOW)
    settings.SECRET_KEY_FALLBACKS = []
    assert codes.shown(kept) == ""
    assert not codes.use(world.ana.user, code_of(secret, 1), NOW)


# V9: each line of the list


def test_v9_one_code_works_once_in_any_spelling(world: World) -> None:
    code = code_of(enrolled(world.ana))
    assert codes.use(world.ana.user, f" {code[:3]} {code[3:]}", NOW)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    for spelling in (code, f"{code[:3]}-{code[3:]}", wide):
        assert not codes.use(world.ana.user, spelling, NOW)


def test_v9_an_older_code_is_over_once_a_newer_one_was_used(world: World, clock: Any) -> None:
    secret = enrolled(world.ana)
    clock.shift(30)
    assert codes.use(world.ana.user, code_of(secret), timezone.now())
    assert not codes.use(world.ana.user, code_of(secret, -1), timezone.now())
    assert not codes.use(world.ana.user, code_of(secret, 2), timezone.now()), "a minute ahead is too far"


@pytest.mark.postgres
def test_v9_one_code_works_once_under_parallel_tries(open_world: World) -> None:
    secret = enrolled(open_world.ana)
    code, recovery = (
        code_of(secret),
        codes.renew_recovery_codes(user=open_world.ana.user, by=open_world.ana.user, at=NOW),
    )
    for tried in (code, recovery[0]):
        assert together(20, lambda _, tried=tried: codes.use(open_world.ana.user, tried, NOW)).count(True) == 1


@pytest.mark.postgres
def test_v9_two_hundred_parallel_tries_are_counted_exactly(open_world: World) -> None:
    def guess(number: int) -> int:
        return Client().post("/sign-in/", {"username": ANA, "password": f"wrong-{number}"}).status_code

    # One address may try 60 times; the account's own limit is met long before.
    answers = together(200, guess)
    assert sorted(set(answers)) in ([422, 429], [429])
    row = SignInTries.objects.get(email=ANA)
    assert (row.failures, row.locks) == (5, 1)
    assert Entry.objects.filter(action="member.locked_out").count() == 1
    assert Client().post("/sign-in/", {"username": ANA, "password": PASSWORD}).status_code == 429


def test_v9_a_half_done_sign_in_never_stands_in_for_another(world: World) -> None:
    ana, ben = enrolled(world.ana), enrolled(world.ben)
    browser = at_code_page(ANA)
    answer = browser.post("/sign-in/", {"username": "ben@northwind.example", "password": PASSWORD})
    assert answer["Location"] == "/sign-in/code/"
    assert browser.post("/sign-in/code/", {"code": code_of(ana)}).status_code == 422
    assert not is_in(browser)
    assert browser.post("/sign-in/code/", {"code": code_of(ben)}).status_code == 302
    assert "ben@northwind.example" in browser.get("/account/").content.decode()


def test_v9_somebody_without_codes_leaves_nothing_of_the_one_before(world: World) -> None:
    secret = enrolled(world.ana)
    browser = at_code_page(ANA)
    browser.post("/sign-in/", {"username": "rui@northwind.example", "password": PASSWORD})
    assert "rui@northwind.example" in browser.get("/account/").content.decode()
    browser.post("/sign-in/code/", {"code": code_of(secret)})
    assert "rui@northwind.example" in browser.get("/account/").content.decode()


def test_v9_the_password_alone_opens_nothing(world: World) -> None:
    enrolled(world.ana)
    browser = at_code_page(ANA)
    assert not is_in(browser)
    assert browser.get("/o/northwind/work/").status_code == 302


def test_v9_wrong_codes_count_like_passwords_and_a_right_password_forgives_none(world: World) -> None:
    secret = enrolled(world.ana)
    for _ in range(4):
        assert at_code_page(ANA).post("/sign-in/code/", {"code": "000000"}).status_code == 422
    last = at_code_page(ANA)
    assert last.post("/sign-in/code/", {"code": "000000"}).status_code == 429
    assert last.post("/sign-in/code/", {"code": code_of(secret)})["Location"] == "/sign-in/"
    assert Client().post("/sign-in/", {"username": ANA, "password": PASSWORD}).status_code == 429
    assert Entry.objects.filter(action="member.locked_out").count() == 1


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"])
def test_v9_the_code_page_leads_on_on_this_site_only(world: World, elsewhere: str) -> None:
    secret = enrolled(world.ana)
    browser = at_code_page(ANA, next=elsewhere)
    answer = browser.post("/sign-in/code/", {"code": code_of(secret), "next": elsewhere})
    assert answer["Location"] == "/"


def test_v9_the_code_page_leads_to_where_one_wanted(world: World) -> None:
    secret = enrolled(world.ana)
    browser = at_code_page(ANA, next="/o/northwind/work/")
    page = browser.get("/sign-in/code/?next=/o/northwind/work/").content.decode()
    assert 'value="/o/northwind/work/"' in page
    answer = browser.post("/sign-in/code/", {"code": code_of(secret), "next": "/o/northwind/work/"})
    assert answer["Location"] == "/o/northwind/work/"


def test_the_code_page_is_over_after_five_minutes_and_after_a_new_password(world: World, clock: Any) -> None:
    secret = enrolled(world.ana)
    browser = at_code_page(ANA)
    session = browser.session.session_key
    actions.change_password(user=world.ana.user, password="violet-engine-harbour-7", by=world.ana.user, at=NOW)
    assert browser.post("/sign-in/code/", {"code": code_of(secret)})["Location"] == "/sign-in/"
    world.ana.user.set_password(PASSWORD)
    world.ana.user.save()
    browser = at_code_page(ANA)
    clock.shift(timedelta(minutes=5))
    assert browser.post("/sign-in/code/", {"code": code_of(secret)})["Location"] == "/sign-in/"
    browser = at_code_page(ANA)
    session = browser.session.session_key
    assert browser.post("/sign-in/code/", {"code": code_of(secret)}).status_code == 302
    assert browser.session.session_key != session, "a new key for the signed-in session"


def test_a_recovery_code_signs_in_once_and_is_on_the_record(world: World) -> None:
    enrolled(world.ana)
    first, *_ = codes.renew_recovery_codes(user=world.ana.user, by=world.ana.user, at=NOW)
    assert at_code_page(ANA).post("/sign-in/code/", {"code": first.upper().replace("-", " ")}).status_code == 302
    assert at_code_page(ANA).post("/sign-in/code/", {"code": first}).status_code == 422
    entry = Entry.objects.get(action="member.recovery_code_used")
    assert entry.data == {"left": 9}


# Locks that grow


def lock(email: str = ANA) -> None:
    for _ in range(5):
        Client().post("/sign-in/", {"username": email, "password": "wrong"})


def can_sign_in() -> bool:
    return Client().post("/sign-in/", {"username": ANA, "password": PASSWORD}).status_code == 302


def test_each_lock_in_a_row_lasts_twice_as_long(world: World, clock: Any) -> None:
    for minutes in (15, 30, 60):
        lock()
        clock.shift(timedelta(minutes=minutes, seconds=-1))
        answer = Client().post("/sign-in/", {"username": ANA, "password": PASSWORD})
        assert answer.status_code == 429
        assert "Wait 1 minute," in answer.content.decode()
        clock.shift(timedelta(seconds=1))
    assert can_sign_in()
    lock()
    clock.shift(timedelta(minutes=15))
    assert can_sign_in(), "a right password forgets the locks before it"


def test_locks_are_forgotten_a_day_after_the_last_one(world: World, clock: Any) -> None:
    lock()
    clock.shift(timedelta(minutes=15) + timedelta(days=1))
    lock()
    assert SignInTries.objects.get(email=ANA).locks == 1


def test_a_growing_lock_holds_from_its_own_address_only(world: World, clock: Any) -> None:
    for minutes in (15, 30):
        lock()
        clock.shift(timedelta(minutes=minutes))
    lock()
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert elsewhere.post("/sign-in/", {"username": ANA, "password": PASSWORD}).status_code == 302


# Codes that an organisation requires


def require(world: World) -> None:
    enrolled(world.mia)
    actions.change_organisation(facts={"codes_required": True}, by=world.mia, at=AT)


def test_whoever_requires_codes_has_them_first(world: World) -> None:
    with pytest.raises(BadInput, match="for yourself first"):
        actions.change_organisation(facts={"codes_required": True}, by=world.mia, at=AT)
    require(world)
    entry = Entry.objects.filter(action="organisation.changed").latest("sequence")
    assert entry.data == {"old": {"codes_required": False}, "new": {"codes_required": True}}


def test_the_form_says_so_beside_the_box(world: World) -> None:
    browser = signed_in("mia@northwind.example")
    page = browser.get("/o/northwind/organisation/")
    given = {
        name: value for name, value in html.fromstring(page.content).xpath("//main//form")[0].fields.items() if value
    }
    answer = browser.post("/o/northwind/organisation/", {**given, "codes_required": "on"})
    assert answer.status_code == 422
    assert "Set up one-time codes for yourself first" in answer.content.decode()


def test_required_codes_come_before_anything_else_there(world: World) -> None:
    version = makers.submitted(world)
    require(world)
    browser = signed_in("priya@northwind.example")
    for where in ("/o/northwind/work/", "/o/northwind/sops/"):
        assert browser.get(where)["Location"] == f"/account/?next={where.replace('/', '%2F')}"
    page = browser.get("/account/?next=/o/northwind/work/").content.decode()
    assert "Northwind Support asks approvers and administrators for one-time codes." in page
    with pytest.raises(NotAllowed, match="requires one-time codes"):
        approving.approve(version=version, shown_digest=version.digest, by=stored(world.priya), at=timezone.now())
    enrolled(world.priya)
    assert approving.approve(version=version, shown_digest=version.digest, by=stored(world.priya), at=timezone.now())
    assert browser.get("/o/northwind/work/").status_code == 200


def test_required_codes_do_not_touch_agents_and_managers(world: World) -> None:
    require(world)
    assert signed_in("rui@northwind.example").get("/o/northwind/sops/").status_code == 200
    assert signed_in(ANA).get("/o/northwind/work/").status_code == 200
    assert accountability.has_promised(world.rui)


def test_required_codes_cannot_be_removed(world: World) -> None:
    enrolled(world.priya)
    require(world)
    with pytest.raises(WrongState, match="requires one-time codes of you"):
        codes.remove(user=world.priya.user, by=world.priya.user, at=NOW)


def stored(member):  # type: ignore[no-untyped-def]
    return type(member).objects.select_related("organisation", "user").get(pk=member.pk)


def together(number: int, act):  # type: ignore[no-untyped-def]
    """Return what an act answers to many threads that begin at the same moment, each with its own connection."""
    answers: list = []  # type: ignore[type-arg]
    barrier = threading.Barrier(number)

    def run(place: int) -> None:
        try:
            barrier.wait()
            answers.append(act(place))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == number
    return answers
