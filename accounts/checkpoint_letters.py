"""Checkpoints by letter to the addresses an organisation names: kept outside, nobody inside can rewrite what they hold.

One for each publication, and at most one an hour and address for everything else that made the trail grow.
"""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django_tasks import task

from accounts.letters import Attachment, Kind, write_to
from accounts.models import Organisation
from accounts.posting import TRIES, later
from audit import checkpoints, keys
from audit.models import Checkpoint, Keeper

# A little less than an hour, so that a run which comes a moment early still counts as the next hour's.
AN_HOUR = timedelta(minutes=55)
_SALT = "accounts.checkpoint_letters.stop"


@transaction.atomic
def send_newest(organisation: Organisation, at: datetime, *, is_hourly: bool) -> int:
    """Store the tasks that send the newest checkpoint where it was not sent yet; return how many.

    The hourly run leaves out who got one within the hour. Storing a task and noting it is one transaction, so two runs
    at once send one letter.
    """
    newest = checkpoints.newest(organisation.pk)
    if newest is None:
        return 0
    behind = Keeper.objects.filter(organisation=organisation, sent_size__lt=newest.size)
    if is_hourly:
        behind = behind.exclude(sent_at__gt=at - AN_HOUR)
    count = 0
    for keeper in behind:
        same = Keeper.objects.filter(pk=keeper.pk, sent_size=keeper.sent_size)
        if same.update(sent_size=newest.size, sent_at=at):
            send_checkpoint.enqueue(organisation.pk, keeper.address, newest.size)
            count += 1
    return count


@task()
def send_checkpoint(organisation: int, address: str, size: int, attempt: int = 1) -> int:
    """Send a checkpoint to an address that is still named; return how many letters went out."""
    if not Keeper.objects.filter(organisation=organisation, address=address).exists():
        return 0
    row = Checkpoint.objects.select_related("organisation").get(organisation=organisation, size=size)
    home: Any = row.organisation
    reached = write_to(
        address,
        Kind.CHECKPOINT,
        f"Checkpoint {row.size} of {home.name}",
        _text(row, home.name),
        stop=stop_path(home, address),
        about=f"{organisation}/{size}",
        attachment=Attachment(f"checkpoint-{row.size}.txt", row.note),
    )
    if not reached and attempt < TRIES:
        later(send_checkpoint).enqueue(organisation, address, size, attempt + 1)
    return int(reached)


def stop_path(organisation: Organisation, address: str) -> str:
    """Return the path, with its secret, at which an address is taken off an organisation's list."""
    token = signing.Signer(salt=_SALT).sign_object([organisation.pk, address])
    return reverse("stop_checkpoints", kwargs={"token": token})


def keeper_of(token: str) -> tuple[Organisation, str] | None:
    """Return the organisation and the address that a token takes off its list, or None for one that is made up."""
    with suppress(signing.BadSignature, ValueError):
        key, address = signing.Signer(salt=_SALT).unsign_object(token)
        home = Organisation.objects.filter(pk=key).first()
        return (home, address) if home is not None else None
    return None


def _text(row: Checkpoint, name: str) -> str:
    file = f"checkpoint-{row.size}.txt"
    return (
        f"This is checkpoint {row.size} of the trail of {name}, made on "
        f"{row.at.astimezone(UTC):%-d %B %Y at %H:%M} UTC. Keep this letter: who holds it can prove later whether "
        "anything before it was changed.\n\n"
        f"{row.note.strip()}\n\n"
        f"It is signed with the key of {settings.PUBLIC_URL}, whose fingerprint is\n{_fingerprint(row.note)}\n\n"
        "To hold a bundle of evidence against it, save the attached file and run\n"
        f"python3 sopverify.py BUNDLE --key {_fingerprint(row.note)} --anchor {file}"
    )


def _fingerprint(note: str) -> str:
    """Return the fingerprint of the key that signed a note: a newer one may sign by now."""
    return next((key.fingerprint for key in keys.all_keys() if f" {key.name} " in note), "not known any more")
