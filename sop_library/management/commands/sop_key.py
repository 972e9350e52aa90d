"""Shows the key that signs checkpoints and bundles, and changes it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation
from audit import checkpoints, keys, trail


class Command(BaseCommand):
    help = (
        "Print the fingerprint of the signing key: give it to your auditors. With --rotate, make a new key that both "
        "keys vouch for, and say so on every organisation's trail."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rotate", action="store_true", help="make a new key; the old ones are kept for checking")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the fingerprint, after changing the key when asked."""
        if options["rotate"]:
            self._rotate()
        self.stdout.write(f"The signing key's fingerprint: {keys.current().fingerprint}")

    @transaction.atomic
    def _rotate(self) -> None:
        at = timezone.now()
        old, new = keys.rotate(at)
        data = {"old": old.fingerprint, "new": new.fingerprint}
        for home in Organisation.objects.all():
            trail.record(organisation=home, by=None, action="key.rotated", subject=home, at=at, data=data)
            checkpoints.make(organisation=home, at=at)
        self.stdout.write(f"New key. The one before it: {old.fingerprint}")
