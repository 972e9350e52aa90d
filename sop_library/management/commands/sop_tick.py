"""What is due by the clock. The server runs it every hour; nothing that looks current depends on it having run."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.models import Organisation
from audit import checkpoints
from sop_library.actions.renewing import settle


class Command(BaseCommand):
    help = "Sign a checkpoint for every organisation whose trail has grown since its last one."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make what is due and say how many checkpoints there were to make."""
        settle()
        at, made = timezone.now(), 0
        for home in Organisation.objects.all():
            before = checkpoints.newest(home.pk)
            found = checkpoints.make(organisation=home, at=at)
            made += found is not None and found != before
        self.stdout.write(f"{made} checkpoint{'' if made == 1 else 's'} made.")
