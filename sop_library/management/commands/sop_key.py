"""Shows the key that signs checkpoints and bundles and the certificate that seals PDFs, and renews both."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from audit import keys, seals
from sop_library.actions.renewing import renew_keys, settle


class Command(BaseCommand):
    help = (
        "Print the fingerprints of the signing key and of the seal certificate: give them to your auditors. With "
        "--rotate, make new ones that the old and the new key vouch for, and say so on every organisation's trail."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rotate", action="store_true", help="renew key and seal; the old ones are kept to check")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the fingerprints, after renewing key and seal when asked."""
        if options["rotate"]:
            change = renew_keys(at=timezone.now())
            self.stdout.write(f"New key and seal. Before: key {change.old}, seal {change.old_seal}")
        else:
            settle()
        self.stdout.write(f"The signing key's fingerprint: {keys.current().fingerprint}")
        self.stdout.write(f"The seal certificate's fingerprint: {seals.current().fingerprint}")
