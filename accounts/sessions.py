"""Ending everything that is open in a person's name."""

from django.db.models import F

from accounts.models import User


def end_sessions(user: User) -> None:
    """End every session of the person, in every process, and void an unused link to set a password."""
    User.objects.filter(pk=user.pk).update(session_round=F("session_round") + 1)
    user.refresh_from_db(fields=["session_round"])
