"""E-mail to the people whose turn it is, sent by the background worker (`accounts.posting`)."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django_tasks import task

from accounts import letters
from accounts.letters import Kind
from accounts.posting import TRIES, later
from sop_library.domain.days import day_in
from sop_library.domain.lifecycle import Status
from sop_library.domain.numbering import Number
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
        later(tell_signers).enqueue(version, round_, attempt + 1, unreached)
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
        later(tell_author).enqueue(version, attempt + 1)
    return 1 - len(unreached)


def last_day(due_at: datetime, version: Version) -> date:
    """Return the last day on which a step is in time: a day ends where the organisation is."""
    return day_in(version.organisation.time_zone, due_at) - timedelta(days=1)


def _returned_by(version: Version) -> str:
    return version.returned_by.printed_name if version.returned_by else "Somebody"


def address_of(version: Version, name: str, /, **more: Number) -> str:
    """Return the full address of a page about the version's SOP, by the page's name and what else it takes."""
    place = {"organisation": version.organisation.slug, "number": version.sop.number, **more}
    return f"{settings.PUBLIC_URL}{reverse(name, kwargs=place)}"
