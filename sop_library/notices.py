"""E-mail to the people whose turn it is, sent by the background worker.

The task's row is stored in the transaction of the act, so a message is neither lost nor sent for an act that failed.
A mail server that does not answer is tried again: three times, five minutes apart.
"""

import logging
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils import timezone
from django_tasks import task

from accounts.domain.roles import Role
from accounts.models import Membership
from sop_library.domain.lifecycle import Status
from sop_library.domain.signature import TITLES, Meaning
from sop_library.models import Approval, Version

log = logging.getLogger("sopsite.notices")

TRIES = 3
PAUSE = timedelta(minutes=5)


@task()
def tell_signers(version: int, round_: int, attempt: int = 1) -> int:
    """Write to those whose signature is next, if the version still waits; return how many got a message."""
    row = Version.objects.select_related("sop", "organisation").get(pk=version)
    step = Approval.objects.unsigned().filter(version=row, round=round_).order_by("position").first()
    if row.status != Status.IN_REVIEW or row.round != round_ or step is None:
        return 0
    people = [step.assignee] if step.assignee else list(_approvers(row))
    subject = f"{row.sop.number} version {row.number} waits for your signature"
    meaning = TITLES[Meaning(step.meaning)].lower()
    asked = f"The step is “{meaning}”. Read the text, then sign it or ask for changes:"
    text = f"{row.title}\n\n{asked}\n{_address(row, 'review')}\n"
    try:
        for person in people:
            _send(person, subject, text)
    except (OSError, SMTPException) as error:
        _again(tell_signers, error, version, round_, attempt)
    return len(people)


@task()
def tell_author(version: int, attempt: int = 1) -> int:
    """Write to the author that the version came back or may be published; return how many were written to."""
    row = Version.objects.select_related("sop", "organisation", "author__user").get(pk=version)
    if row.status == Status.DRAFT and row.return_reason:
        subject, text = (
            f"{row.sop.number} version {row.number} came back",
            f"{row.return_reason}\n\n{_address(row, 'fill')}\n",
        )
    elif row.status == Status.APPROVED:
        subject = f"{row.sop.number} version {row.number} is approved"
        text = f"Every step is signed. Publish it:\n{_address(row, 'publish')}\n"
    else:
        return 0
    try:
        _send(row.author, subject, text)
    except (OSError, SMTPException) as error:
        _again(tell_author, error, version, attempt)
    return 1


def _approvers(version: Version) -> list[Membership]:
    rows = Membership.objects.filter(organisation_id=version.organisation_id).active().holding(Role.APPROVER)
    return list(rows.exclude(pk=version.author_id).select_related("user"))


def _address(version: Version, name: str) -> str:
    place = {"organisation": version.organisation.slug, "number": version.sop.number}
    return f"{settings.PUBLIC_URL}{reverse(name, kwargs=place)}"


def _send(person: Membership, subject: str, text: str) -> None:
    send_mail(subject, f"Hello {person.printed_name},\n\n{text}", None, [person.user.email])


def _again(which: object, error: Exception, *arguments: int) -> None:
    """Try once more later, unless this was the last try."""
    *known, attempt = arguments
    log.warning("E-mail was not sent (try %d of %d): %s", attempt, TRIES, error)
    if attempt < TRIES:
        which.using(run_after=timezone.now() + PAUSE).enqueue(*known, attempt + 1)  # type: ignore[attr-defined]
