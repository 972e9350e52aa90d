"""Letters: the only place that sends e-mail.

Every letter greets, says why the person gets it, and leads to where its kind is stopped; mail programs find the same
in its headers (RFC 2369, RFC 8058). A letter that is sent again after a crash carries the Message-ID of the first try,
so that whoever gets it twice can tell. Nothing here tries again: the task that calls does (`accounts.posting`).
"""

import logging
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from smtplib import SMTPException
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage, get_connection
from django.urls import reverse

from accounts.domain.kinds import Kind
from accounts.models import Membership, StoppedLetter, User

__all__ = ["Attachment", "Kind", "letter_of", "stop_path", "write", "write_to"]

log = logging.getLogger("sopsite.letters")
_SALT = "accounts.letters.stop"
# A mail server may fail in any way; a bad address or header is an error of the one letter.
FAULTS = (OSError, SMTPException, ValueError)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A text file that goes with a letter."""

    name: str
    text: str


def write(people: Sequence[Membership], kind: Kind, subject: str, text: str, *, about: str = "") -> list[int]:
    """Write to each person and return the primary keys of those who were not reached.

    Who is suspended or has stopped this kind gets nothing and is not among them. `about` names what the letter tells
    of, so that a second try carries the same Message-ID; without it the subject and the text do.
    """
    wanted = _wanted(people, kind)
    messages = [(person.pk, _to_member(person, kind, subject, text, about)) for person in wanted]
    return _send_all(messages)


def write_to(
    address: str, kind: Kind, subject: str, text: str, *, stop: str, about: str, attachment: Attachment
) -> bool:
    """Write to an address that is nobody's account, and return whether it was reached.

    `stop` is the path at which the reader takes the address off the list.
    """
    body = f"Hello,\n\n{text.strip()}\n\n-- \n{_because(kind, '')}\n{_stop_line(stop)}\n"
    message = _message(address, subject, body, stop=stop, about=f"{kind}/{about}/{address}")
    # As bytes: a signed text must arrive with the line ends that it was signed with.
    message.attach(attachment.name, attachment.text.encode(), "application/octet-stream")
    return not _send_all([(0, message)])


def stop_path(user: User, kind: Kind) -> str:
    """Return the path, with its secret, at which anybody who holds the letter stops this kind for the person.

    It holds for ever: the link of an old letter must still work.
    """
    token = signing.Signer(salt=_SALT).sign(f"{user.pk}.{kind}")
    return reverse("stop_letters", kwargs={"token": token})


def letter_of(token: str) -> tuple[User, Kind] | None:
    """Return whose letters of which kind a token stops, or None for one that is made up."""
    with suppress(signing.BadSignature, ValueError):
        person, _, kind = signing.Signer(salt=_SALT).unsign(token).partition(".")
        user = User.objects.filter(pk=int(person)).first()
        return (user, Kind(kind)) if user is not None else None
    return None


def _wanted(people: Sequence[Membership], kind: Kind) -> list[Membership]:
    stopped = set()
    if kind.can_be_stopped:
        rows = StoppedLetter.objects.filter(kind=kind, user__in=[person.user_id for person in people])
        stopped = set(rows.values_list("user_id", flat=True))
    return [person for person in people if not person.is_suspended and person.user_id not in stopped]


def _to_member(person: Membership, kind: Kind, subject: str, text: str, about: str) -> EmailMessage:
    stop = stop_path(person.user, kind) if kind.can_be_stopped else ""
    lines = [_because(kind, person.organisation.name)]
    lines.append(_stop_line(stop) if stop else "Letters about security cannot be stopped.")
    lines.append(f"All letters you get: {settings.PUBLIC_URL}{reverse('letters')}")
    foot = "\n".join(lines)
    body = f"Hello {_one_line(person.printed_name)},\n\n{text.strip()}\n\n-- \n{foot}\n"
    return _message(
        person.user.email, subject, body, stop=stop, about=f"{kind}/{about or f'{subject}/{text}'}/{person.pk}"
    )


def _because(kind: Kind, where: str) -> str:
    place = f" at {_one_line(where)}" if where else ""
    return f"You get this letter because {kind.reason}{place}."


def _stop_line(stop: str) -> str:
    return f"Stop letters of this kind: {settings.PUBLIC_URL}{stop}"


def _message(address: str, subject: str, body: str, *, stop: str, about: str) -> EmailMessage:
    """Return the message; `about` and nothing else decides its Message-ID."""
    digest = sha256(f"{settings.PUBLIC_URL}\n{about}".encode()).hexdigest()[:40]
    headers = {
        "Message-ID": f"<{digest}@{urlsplit(settings.PUBLIC_URL).hostname}>",
        "Auto-Submitted": "auto-generated",
    }
    if stop:
        headers["List-Unsubscribe"] = f"<{settings.PUBLIC_URL}{stop}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return EmailMessage(_one_line(subject), body, None, [address], headers=headers)


def _one_line(text: str) -> str:
    """Return people's text as one line without control characters: nothing in it can begin another header."""
    kept = "".join(" " if unicodedata.category(character) in {"Cc", "Zl", "Zp"} else character for character in text)
    return " ".join(kept.split())


def _send_all(messages: Sequence[tuple[int, EmailMessage]]) -> list[int]:
    """Send over one connection and return the keys of what was not taken: one bad address keeps nobody else waiting."""
    if not messages:
        return []
    connection: Any = get_connection()
    unreached = []
    try:
        connection.open()
        for key, message in messages:
            if not _is_sent(message, connection):
                unreached.append(key)
    except FAULTS as error:
        log.warning("The mail server does not answer: %s", _words(error), extra={"event": "letters"})
        return [key for key, _ in messages]
    finally:
        with suppress(*FAULTS):
            connection.close()
    return unreached


def _is_sent(message: EmailMessage, connection: Any) -> bool:
    try:
        message.connection = connection
        message.send()
    except FAULTS as error:
        log.warning("A letter was not sent: %s", _words(error), extra={"event": "letters"})
        return False
    return True


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]
