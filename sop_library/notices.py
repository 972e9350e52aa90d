"""E-mail to the people whose turn it is, sent by the background worker.

The task's row is stored in the transaction of the act, so a message is neither lost nor sent for an act that failed.
A mail server that does not answer is tried again: three times, five minutes apart.
"""

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django_tasks import task

from accounts import letters
from accounts.letters import PAUSE, TRIES, Kind
from accounts.models import Membership
from sop_library.domain.days import day_in
from sop_library.domain.lifecycle import Status
from sop_library.models import Version
from sop_library.waiting import waiting_step


@task()
def tell_signers(version: int, round_: int, attempt: int = 1, left: list[int] | None = None) -> int:
    """Write to those whose signature is next, if the version still waits; return how many need no other try.

    `left` names the members whom the try before did not reach; without it, everybody is written to.
    """
    row = Version.objects.select_related("sop", "organisation", "author__user").get(pk=version)
    waiting = waiting_step(row, timezone.now())
    if row.round != round_ or waiting is None:
        return 0
    people = [person for person in waiting.people if left is None or person.pk in left]
    subject = f"{row.sop.number} version {row.number} waits for your signature"
    due = f" It is due on {last_day(waiting.due_at, row):%-d %B %Y}." if waiting.due_at else ""
    asked = f"The step is “{waiting.step.title.lower()}”.{due} Read the text, then sign it or ask for changes:"
    text = f"{row.title}\nPrepared by {row.author.printed_name}\n\n{asked}\n{address_of(row, 'review')}"
    unreached = letters.write(people, Kind.TURN, subject, text, about=f"{row.pk}/{row.round}/{waiting.step.position}")
    if unreached and attempt < TRIES:
        _later(tell_signers).enqueue(version, round_, attempt + 1, unreached)
    return len(people) - len(unreached)


@task()
def tell_author(version: int, attempt: int = 1) -> int:
    """Write to the author that the version came back or may be published; return 1 when no other try is needed."""
    rows = Version.objects.select_related("sop", "organisation", "author__user", "author__organisation")
    row = rows.get(pk=version)
    if row.author.is_suspended:
        return 0
    if row.status == Status.DRAFT and row.return_reason:
        subject = f"{row.sop.number} version {row.number} came back"
        text = (
            f"{row.title}\n\n{_returned_by(row)} asks for changes:\n\n{row.return_reason}\n\n{address_of(row, 'fill')}"
        )
    elif row.status == Status.APPROVED:
        subject = f"{row.sop.number} version {row.number} is approved"
        text = f"{row.title}\n\nEvery step is signed. Publish it:\n{address_of(row, 'publish')}"
    else:
        return 0
    unreached = letters.write([row.author], Kind.AUTHOR, subject, text, about=f"{row.pk}/{row.round}/{row.status}")
    if unreached and attempt < TRIES:
        _later(tell_author).enqueue(version, attempt + 1)
    return 1 - len(unreached)


@task()
def post(
    kind: str,
    people: list[int],
    subject: str,
    text: str,
    about: str,
    attempt: int = 1,
) -> int:
    """Write a letter that is ready to these members; return how many need no other try."""
    rows = list(Membership.objects.filter(pk__in=people).select_related("user", "organisation"))
    unreached = letters.write(rows, Kind(kind), subject, text, about=about)
    if unreached and attempt < TRIES:
        _later(post).enqueue(kind, unreached, subject, text, about, attempt + 1)
    return len(rows) - len(unreached)


def last_day(due_at: datetime, version: Version) -> date:
    """Return the last day on which a step is in time: a day ends where the organisation is."""
    return day_in(version.organisation.time_zone, due_at) - timedelta(days=1)


def _returned_by(version: Version) -> str:
    return version.returned_by.printed_name if version.returned_by else "Somebody"


def _later(which: Any) -> Any:
    """Return the task set for after the pause."""
    return which.using(run_after=timezone.now() + PAUSE)


def address_of(version: Version, name: str) -> str:
    """Return the full address of a page about the version's SOP, by the page's name."""
    place = {"organisation": version.organisation.slug, "number": version.sop.number}
    return f"{settings.PUBLIC_URL}{reverse(name, kwargs=place)}"
