"""The letters that remind people, sent now instead of at the next hour; or only named."""

import json
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.models import Organisation
from sop_library.reminding import Letter, letters_due, send_due


class Command(BaseCommand):
    help = "Send the reminders and escalations that are due and were not sent; sop_tick does it every hour."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--dry-run", action="store_true", help="name the letters and send none")
        parser.add_argument("--json", action="store_true", help="print them as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Send or name what is due in every organisation."""
        at, find = timezone.now(), letters_due if options["dry_run"] else send_due
        letters = [letter for home in Organisation.objects.all() for letter in find(home, at)]
        if options["json"]:
            self.stdout.write(json.dumps([_facts(letter) for letter in letters], ensure_ascii=False, indent=2))
            return
        for letter in letters:
            self.stdout.write(f"{letter.person.user.email}: {letter.subject}")
        done = "would be sent" if options["dry_run"] else "on the way"
        self.stdout.write(f"{len(letters)} letter{'' if len(letters) == 1 else 's'} {done}.")


def _facts(letter: Letter) -> dict[str, Any]:
    return {
        "organisation": letter.person.organisation.slug,
        "to": letter.person.user.email,
        "kind": letter.kind.value,
        "subject": letter.subject,
        "due": [{"what": mark.what, "on": mark.on.isoformat()} for mark in letter.marks],
    }
