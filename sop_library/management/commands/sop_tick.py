"""What is due by the clock. The server runs it every hour; nothing that looks current depends on it having run."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.checkpoint_letters import send_newest
from accounts.models import Organisation
from audit import checkpoints
from sop_library.reminding import send_due


class Command(BaseCommand):
    help = "Sign a checkpoint for every organisation whose trail has grown, send it to its keepers, and send reminders."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make and send what is due, and say how much that was."""
        at, made, sent = timezone.now(), 0, 0
        homes = list(Organisation.objects.all())
        for home in homes:
            before = checkpoints.newest(home.pk)
            found = checkpoints.make(organisation=home, at=at)
            made += found is not None and found != before
            send_newest(home, at, is_hourly=True)
        for home in homes:
            sent += len(send_due(home, at))
        self.stdout.write(f"{made} checkpoint{'' if made == 1 else 's'} made.")
        self.stdout.write(f"{sent} reminder{'' if sent == 1 else 's'} on the way.")
