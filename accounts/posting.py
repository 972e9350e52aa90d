"""Letters sent by the background worker, and when a letter that was not taken is tried again.

A task's row is stored in the transaction of what it tells of, so a letter is neither lost nor sent for nothing. A mail
server that does not answer is tried again: TRIES times, PAUSE apart.
"""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django_tasks import task

from accounts import letters
from accounts.letters import Kind
from accounts.models import Membership

TRIES = 3
PAUSE = timedelta(minutes=5)


@task()
def post(kind: str, people: list[int], subject: str, text: str, about: str, attempt: int = 1) -> int:
    """Write a letter that is ready to these members; return how many need no other try.

    `about` names what it tells of, so that the next such thing gets a letter of its own and a second try does not.
    """
    rows = list(Membership.objects.filter(pk__in=people).select_related("user", "organisation"))
    unreached = letters.write(rows, Kind(kind), subject, text, about=about)
    if unreached and attempt < TRIES:
        later(post).enqueue(kind, unreached, subject, text, about, attempt + 1)
    return len(rows) - len(unreached)


def later(which: Any) -> Any:
    """Return the task set for after the pause."""
    return which.using(run_after=timezone.now() + PAUSE)
