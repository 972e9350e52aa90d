"""Checkpoints by letter: who gets them, how often, what they hold, and how an address comes off the list."""

import re
from email import message_from_bytes, policy
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from accounts.actions_keepers import choose_keepers, keepers_of, leave_keepers
from accounts.checkpoint_letters import send_checkpoint, send_newest, stop_path
from accounts.refusals import BadInput, NotAllowed
from audit import checkpoints, keys
from audit.models import Checkpoint, Entry, Keeper
from tests.conftest import ClientOf
from tests.sop_library import makers
from tests.sop_library.conftest import no_pdf_engine
from tests.sop_library.makers import moment
from tests.world import World

__all__ = ["no_pdf_engine"]
PAGE = reverse("keepers", kwargs={"organisation": "northwind"})
AUDITOR = "auditor@kpx.example"


@pytest.fixture
def kept(world: World) -> World:
    """The world, in which checkpoints go to an auditor, and one is made."""
    choose_keepers(addresses=[AUDITOR], by=world.mia, at=moment(1))
    checkpoints.make(organisation=world.northwind, at=moment(2))
    return world


def tasks() -> list[list[Any]]:
    rows = DBTaskResult.objects.filter(task_path="accounts.checkpoint_letters.send_checkpoint")
    return [row.args_kwargs["args"] for row in rows.order_by("enqueued_at", "id")]


def sent(world: World) -> EmailMessage:
    mail.outbox.clear()
    newest = checkpoints.newest(world.northwind.pk)
    assert newest is not None
    assert send_checkpoint.func(world.northwind.pk, AUDITOR, newest.size) == 1
    (message,) = mail.outbox
    return message


def test_an_administrator_names_addresses_and_it_is_on_the_trail(world: World) -> None:
    assert choose_keepers(addresses=["B@x.example", "a@x.example", "b@X.example"], by=world.mia, at=moment(1)) == [
        "a@x.example",
        "b@x.example",
    ]
    choose_keepers(addresses=["b@x.example"], by=world.mia, at=moment(2))
    entries = Entry.objects.filter(action="organisation.keepers").order_by("sequence")
    assert [(entry.person_name, entry.data["old"], entry.data["new"]) for entry in entries] == [
        ("Mia Keller", {"addresses": []}, {"addresses": ["a@x.example", "b@x.example"]}),
        ("Mia Keller", {"addresses": ["a@x.example", "b@x.example"]}, {"addresses": ["b@x.example"]}),
    ]
    choose_keepers(addresses=["b@x.example"], by=world.mia, at=moment(3))
    assert entries.count() == 2, "nothing changed, nothing logged"


def test_nobody_else_names_them_and_there_are_five_at_most(world: World) -> None:
    for person in (world.ana, world.rui):
        with pytest.raises(NotAllowed):
            choose_keepers(addresses=[AUDITOR], by=person, at=moment(1))
    with pytest.raises(BadInput):
        choose_keepers(addresses=[f"a{number}@x.example" for number in range(6)], by=world.mia, at=moment(1))
    assert not Keeper.objects.exists()


def test_keeping_an_address_keeps_what_was_sent_there(kept: World) -> None:
    send_newest(kept.northwind, moment(3), is_hourly=True)
    choose_keepers(addresses=[AUDITOR, "b@x.example"], by=kept.mia, at=moment(4))
    assert Keeper.objects.get(address=AUDITOR).sent_size > 0


def test_the_letter_holds_the_note_the_fingerprint_and_how_to_use_it(kept: World) -> None:
    newest = checkpoints.newest(kept.northwind.pk)
    assert newest is not None
    message = sent(kept)
    body = str(message.body)
    assert message.to == [AUDITOR]
    assert message.subject == f"Checkpoint {newest.size} of Northwind Support"
    assert f"This is checkpoint {newest.size} of the trail of Northwind Support, made on 4 May 2026 at 09:0" in body
    assert newest.note.strip() in body
    command = f"python3 sopverify.py BUNDLE --key {keys.current().fingerprint} --anchor checkpoint-{newest.size}.txt"
    assert command in body
    assert "You get this letter because this address is named to keep checkpoints of the trail.\n" in body
    path = stop_path(kept.northwind, AUDITOR)
    assert f"http://127.0.0.1:8000{path}" in body
    assert message.extra_headers["List-Unsubscribe"] == f"<http://127.0.0.1:8000{path}>"
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_attachment_arrives_to_the_last_byte(kept: World) -> None:
    newest = checkpoints.newest(kept.northwind.pk)
    assert newest is not None
    travelled = sent(kept).message().as_bytes().replace(b"\n", b"\r\n")
    (attached,) = message_from_bytes(travelled, policy=policy.default).iter_attachments()
    assert attached.get_filename() == f"checkpoint-{newest.size}.txt"
    assert attached.get_payload(decode=True) == newest.note.encode()


def test_the_key_named_is_the_one_that_signed_also_after_a_change_of_keys(
    kept: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(keys, "folder", lambda: tmp_path)
    old = keys.current()
    choose_keepers(addresses=[AUDITOR, "b@x.example"], by=kept.mia, at=moment(3))
    checkpoints.make(organisation=kept.northwind, at=moment(4))
    keys.write_once(keys.path_of(len(keys.paths()) + 1), keys.made())
    assert keys.current().fingerprint != old.fingerprint
    assert f"--key {old.fingerprint} " in str(sent(kept).body)


def test_each_checkpoint_goes_to_an_address_once(kept: World) -> None:
    assert send_newest(kept.northwind, moment(3), is_hourly=True) == 1
    assert send_newest(kept.northwind, moment(4), is_hourly=True) == 0
    assert send_newest(kept.northwind, moment(4), is_hourly=False) == 0
    assert len(tasks()) == 1


def test_what_grows_within_the_hour_waits_for_the_next_and_a_publication_does_not(kept: World) -> None:
    send_newest(kept.northwind, moment(3), is_hourly=True)
    choose_keepers(addresses=[AUDITOR, "b@x.example"], by=kept.mia, at=moment(4))
    checkpoints.make(organisation=kept.northwind, at=moment(5))
    Keeper.objects.exclude(address=AUDITOR).delete()
    assert send_newest(kept.northwind, moment(30), is_hourly=True) == 0
    assert send_newest(kept.northwind, moment(63), is_hourly=True) == 1
    choose_keepers(addresses=[AUDITOR], by=kept.mia, at=moment(64))
    choose_keepers(addresses=[AUDITOR, "c@x.example"], by=kept.mia, at=moment(64))
    checkpoints.make(organisation=kept.northwind, at=moment(65))
    assert send_newest(kept.northwind, moment(66), is_hourly=False) == 2


def test_publishing_sends_one(kept: World, no_pdf_engine: None) -> None:
    makers.published(kept)
    newest = checkpoints.newest(kept.northwind.pk)
    assert newest is not None
    assert tasks() == [[kept.northwind.pk, AUDITOR, newest.size]]


def test_the_hourly_run_makes_and_sends_one(kept: World) -> None:
    makers.draft(kept)
    with time_machine.travel(moment(90), tick=False):
        call_command("sop_tick", stdout=StringIO())
        call_command("sop_tick", stdout=StringIO())
    ((_, address, size),) = tasks()
    assert (address, size) == (AUDITOR, Checkpoint.objects.filter(organisation=kept.northwind).latest("size").size)


def test_a_letter_that_does_not_arrive_is_tried_again_with_the_same_message_id(
    kept: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = checkpoints.newest(kept.northwind.pk)
    assert newest is not None
    first = sent(kept).extra_headers["Message-ID"]

    def down(*_: Any, **__: Any) -> None:
        raise TimeoutError

    with monkeypatch.context() as broken:
        broken.setattr(EmailMessage, "send", down)
        for attempt in (1, 2, 3):
            assert send_checkpoint.func(kept.northwind.pk, AUDITOR, newest.size, attempt) == 0
    assert [row[3] for row in tasks()] == [2, 3]
    assert sent(kept).extra_headers["Message-ID"] == first


def test_an_address_that_was_taken_off_gets_no_letter_that_was_on_its_way(kept: World) -> None:
    send_newest(kept.northwind, moment(3), is_hourly=True)
    leave_keepers(organisation=kept.northwind, address=AUDITOR, at=moment(4))
    ((organisation, address, size),) = tasks()
    assert send_checkpoint.func(organisation, address, size) == 0
    assert not mail.outbox


@pytest.mark.parametrize("body", [{}, {"List-Unsubscribe": "One-Click"}])
def test_the_recipient_takes_their_address_off_by_the_link(body: dict[str, str], kept: World) -> None:
    path = stop_path(kept.northwind, AUDITOR)
    asked = Client().get(path).content.decode()
    assert "Stop these letters?" in asked
    assert keepers_of(kept.northwind) == [AUDITOR], "a GET takes nothing off"
    browser = Client(enforce_csrf_checks=bool(body))
    for _ in range(2):
        answer = browser.post(path, body)
        assert answer.status_code == 200
        assert "No more checkpoints go to this address" in answer.content.decode()
    assert keepers_of(kept.northwind) == []
    entry = Entry.objects.filter(action="organisation.keepers").latest("sequence")
    assert entry.data == {"old": {"addresses": [AUDITOR]}, "new": {"addresses": []}, "how": "by the recipient"}
    assert entry.person_name == "The installation"


def test_a_forged_form_or_link_takes_nothing_off(kept: World) -> None:
    path = stop_path(kept.northwind, AUDITOR)
    assert Client(enforce_csrf_checks=True).post(path).status_code == 403
    forged = path[:-3] + "/"
    assert Client().post(forged, {"List-Unsubscribe": "One-Click"}).status_code == 404
    assert Client().post(reverse("stop_checkpoints", kwargs={"token": "x:y"})).status_code == 404
    assert keepers_of(kept.northwind) == [AUDITOR]


def test_a_link_that_stops_a_kind_takes_no_address_off_and_the_other_way_round(kept: World) -> None:
    token = re.sub(r".*/stop/(.*)/", r"\1", stop_path(kept.northwind, AUDITOR))
    assert Client().post(reverse("stop_letters", kwargs={"token": token})).status_code == 404


def test_the_page_keeps_the_list_and_says_what_is_wrong_beside_it(world: World, client_of: ClientOf) -> None:
    mia = client_of(world.mia)
    answer = mia.post(PAGE, {"addresses": "A@x.example\r\n\r\n  b@x.example \r\n"}, follow=True)
    assert "a@x.example\nb@x.example</textarea>" in answer.content.decode()
    for typed, sentence in (
        ("a@x.example\nnobody", "Address 2 is no e-mail address such as ana@example.org."),
        ("\n".join(f"a{number}@x.example" for number in range(6)), "Name at most 5 addresses; there are 6."),
        ("a@x.example, b@x.example", "Address 1 is no e-mail address"),
        ("a@x.example\x0bBcc: b@x.example", ""),
    ):
        answer = mia.post(PAGE, {"addresses": typed})
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        assert typed.splitlines()[0] in answer.content.decode(), "what was typed stays"
    assert keepers_of(world.northwind) == ["a@x.example", "b@x.example"]
    mia.post(PAGE, {"addresses": ""})
    assert keepers_of(world.northwind) == []


def test_no_address_crosses_organisations(kept: World) -> None:
    checkpoints.make(organisation=kept.contoso, at=moment(3))
    assert send_newest(kept.contoso, moment(4), is_hourly=True) == 0
    assert keepers_of(kept.contoso) == []
