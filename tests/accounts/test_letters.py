"""Letters: who gets which, what stands in them, and how a kind is stopped."""

import re
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from accounts import letters
from accounts.actions import suspend_member
from accounts.actions_letters import choose_letters, stop_letters
from accounts.domain.kinds import FOR_MEMBERS, STOPPABLE, Kind
from accounts.models import Membership, StoppedLetter
from accounts.refusals import BadInput, NotAllowed
from audit.models import Entry
from tests.conftest import ClientOf
from tests.world import AT, World

PAGE = reverse("letters")
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def letter(person: Membership, kind: Kind = Kind.TURN, **more: Any) -> EmailMessage:
    """Return the one letter that was sent."""
    mail.outbox.clear()
    assert letters.write([person], kind, "A version waits", "Sign it here:\nhttps://x.example/", **more) == []
    (message,) = mail.outbox
    return message


def stop_path(message: EmailMessage) -> str:
    found = re.fullmatch(r"<http://127\.0\.0\.1:\d+(/letters/stop/\S+)>", message.extra_headers["List-Unsubscribe"])
    assert found
    return found[1]


def refusing_browser() -> Client:
    return Client(enforce_csrf_checks=True)


def test_a_letter_greets_says_why_it_comes_and_how_it_is_stopped(world: World) -> None:
    message = letter(world.ben)
    body = str(message.body)
    assert body.startswith("Hello Ben Okafor,\n\nSign it here:\nhttps://x.example/\n\n-- \n")
    assert "You get this letter because you may sign this step at Northwind Support.\n" in body
    assert f"Stop letters of this kind: http://127.0.0.1:8000{stop_path(message)}\n" in body
    assert body.endswith("All letters you get: http://127.0.0.1:8000/letters/\n")
    assert message.to == ["ben@northwind.example"]
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("kind", FOR_MEMBERS)
def test_every_kind_has_its_own_words(kind: Kind, world: World) -> None:
    assert f"because {kind.reason} at Northwind Support." in str(letter(world.ben, kind).body)
    others = [other for other in Kind if other is not kind]
    assert not {kind.label, kind.meaning, kind.reason} & {w for o in others for w in (o.label, o.meaning, o.reason)}


def test_the_same_letter_to_the_same_person_has_the_same_message_id_and_no_other_has(world: World) -> None:
    first = letter(world.ben, about="7/1/1").extra_headers["Message-ID"]
    assert re.fullmatch(r"<[0-9a-f]{40}@127\.0\.0\.1>", first)
    assert first in str(letter(world.ben, about="7/1/1").message())
    again = {letter(world.ben, about="7/1/1").extra_headers["Message-ID"] for _ in range(3)}
    assert again == {first}
    others = [
        letter(world.ben, about="7/1/2"),
        letter(world.priya, about="7/1/1"),
        letter(world.ben, Kind.REMINDER, about="7/1/1"),
        letter(world.ben),
    ]
    assert len({first, *(other.extra_headers["Message-ID"] for other in others)}) == 5


def test_nothing_that_people_typed_begins_another_header(world: World) -> None:
    world.ben.user.name = "Ben\r\nBcc: all@evil.example"
    mail.outbox.clear()
    letters.write([world.ben], Kind.TURN, "SOP\r\nBcc: all@evil.example\u2028\x00\tand more", "Text.")
    (message,) = mail.outbox
    sent = message.message()
    assert sent["Subject"] == "SOP Bcc: all@evil.example and more"
    assert sent["Bcc"] is None
    assert message.recipients() == ["ben@northwind.example"]
    assert "Hello Ben Bcc: all@evil.example,\n" in str(message.body)


def test_an_address_that_cannot_be_written_keeps_nobody_else_waiting(world: World) -> None:
    world.priya.user.email = "priya@northwind.example\nBcc: all@evil.example"
    assert letters.write([world.priya, world.ben], Kind.TURN, "Subject", "Text.") == [world.priya.pk]
    assert [message.to for message in mail.outbox] == [["ben@northwind.example"]]


def test_the_suspended_get_no_letter(world: World) -> None:
    suspend_member(member=world.ben, by=world.mia, at=AT)
    world.ben.refresh_from_db()
    assert letters.write([world.ben], Kind.TURN, "Subject", "Text.") == []
    assert not mail.outbox


def test_a_stopped_kind_is_not_sent_and_the_others_are(world: World) -> None:
    stop_letters(user=world.ben.user, kind=Kind.TURN, at=AT)
    assert letters.write([world.ben, world.priya], Kind.TURN, "Subject", "Text.") == []
    letters.write([world.ben], Kind.AUTHOR, "Subject", "Text.")
    assert [message.to[0] for message in mail.outbox] == ["priya@northwind.example", "ben@northwind.example"]


def test_letters_about_security_are_always_sent_and_say_so(world: World) -> None:
    with pytest.raises(BadInput):
        stop_letters(user=world.ben.user, kind=Kind.SECURITY, at=AT)
    with pytest.raises(BadInput):
        choose_letters(user=world.ben.user, wanted=[Kind.SECURITY], by=world.ben.user, at=AT)
    StoppedLetter.objects.create(user=world.ben.user, kind=Kind.SECURITY, stopped_at=AT)
    message = letter(world.ben, Kind.SECURITY)
    assert "Letters about security cannot be stopped.\n" in str(message.body)
    assert "List-Unsubscribe" not in message.extra_headers


def test_a_person_alone_chooses_their_letters(world: World) -> None:
    with pytest.raises(NotAllowed):
        choose_letters(user=world.ben.user, wanted=[], by=world.mia.user, at=AT)
    assert not StoppedLetter.objects.exists()


def test_the_link_in_the_letter_stops_its_kind_without_signing_in(world: World) -> None:
    path = stop_path(letter(world.ben))
    browser = Client()
    asked = browser.get(path).content.decode()
    assert "Stop these letters?" in asked
    assert "When a version waits for your signature." in asked
    assert not StoppedLetter.objects.exists(), "a GET stops nothing"
    for _ in range(2):
        assert "You get no more of these letters" in browser.post(path).content.decode()
    assert [(row.user_id, row.kind) for row in StoppedLetter.objects.all()] == [(world.ben.user_id, "turn")]
    assert "You get no more of these letters" in browser.get(path).content.decode()
    letters.write([world.ben], Kind.TURN, "Subject", "Text.")
    assert len(mail.outbox) == 1


def test_a_mail_program_stops_them_in_one_request_without_cookies(world: World) -> None:
    path = stop_path(letter(world.ben))
    answer = refusing_browser().post(path, ONE_CLICK)
    assert answer.status_code == 200, "RFC 8058: no redirect"
    assert StoppedLetter.objects.filter(user=world.ben.user, kind="turn").exists()


@pytest.mark.parametrize("body", [{}, {"List-Unsubscribe": "yes"}, {"one-click": "One-Click"}])
def test_any_other_form_needs_the_token_against_forgery(body: dict[str, str], world: World) -> None:
    assert refusing_browser().post(stop_path(letter(world.ben)), body).status_code == 403
    assert not StoppedLetter.objects.exists()


def test_a_changed_or_made_up_token_stops_nothing(world: World) -> None:
    path = stop_path(letter(world.ben))
    others = [path[:-2] + "/", path.replace(f"{world.ben.user_id}.turn", f"{world.mia.user_id}.turn")]
    others += [path.replace(".turn", ".review"), reverse("stop_letters", kwargs={"token": "1.turn"})]
    for other in others:
        assert other != path
        for answer in (Client().get(other), Client().post(other, ONE_CLICK)):
            assert answer.status_code == 404
            assert "This link stops nothing" in answer.content.decode()
    assert not StoppedLetter.objects.exists()


def test_the_link_of_an_old_letter_works_for_ever(world: World) -> None:
    assert letters.stop_path(world.ben.user, Kind.TURN) == stop_path(letter(world.ben, about="years ago"))


def test_the_page_shows_each_kind_and_keeps_what_is_chosen(world: World, client_of: ClientOf) -> None:
    ben = client_of(world.ben)
    page = ben.get(PAGE).content.decode()
    for kind in STOPPABLE:
        assert f"{kind.label}. {kind.meaning}" in page
    assert page.count(" checked") == len(STOPPABLE)
    assert "These letters are always sent." in page
    before = Entry.objects.count()
    ben.post(PAGE, {"kinds": ["author", "training"]})
    assert set(StoppedLetter.objects.values_list("kind", flat=True)) == {"turn", "reminder", "escalation", "review"}
    assert ben.get(PAGE).content.decode().count(" checked") == 2
    ben.post(PAGE, {"kinds": [kind.value for kind in STOPPABLE]})
    assert not StoppedLetter.objects.exists()
    assert Entry.objects.count() == before, "a preference is no evidence"


@pytest.mark.parametrize("kind", ["security", "checkpoint", "nonsense"])
def test_a_kind_that_is_not_offered_is_refused(kind: str, world: World, client_of: ClientOf) -> None:
    answer = client_of(world.ben).post(PAGE, {"kinds": ["turn", kind]})
    assert answer.status_code == 422
    assert "Choose from the kinds listed." in answer.content.decode()
    assert not StoppedLetter.objects.exists()


def test_every_page_of_a_signed_in_person_leads_to_their_letters(world: World, client_of: ClientOf) -> None:
    assert f'<a href="{PAGE}">Letters</a>' in client_of(world.rui).get("/password/").content.decode()
    assert f'href="{PAGE}"' not in Client().get(reverse("sign_in")).content.decode()
