"""Tells whether the evidence is whole."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import Error

from sop_library import verifying


class Command(BaseCommand):
    help = (
        "Re-read the audit trail, frozen texts, signatures, sign-offs, pages and stored PDFs, and compare them with "
        "what was recorded. Prints one line per fault. Exit code 0: no fault; 1: faults; 2: wrong usage."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print one JSON object: ok, faults, checked.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was found and end with 1 when there is a fault."""
        found: list[str] = []
        for fault in self._faults():
            found.append(fault)
            if not options["json"]:
                self.stdout.write(fault)
        checked = {} if found else verifying.counted()
        if options["json"]:
            self.stdout.write(json.dumps({"ok": not found, "faults": found, "checked": checked}, ensure_ascii=False))
        elif not found:
            self.stdout.write(f"No fault found: {', '.join(f'{count} {what}' for what, count in checked.items())}.")
        if found:
            raise SystemExit(1)

    def _faults(self) -> Any:
        try:
            yield from verifying.faults()
        except Error as error:
            yield f"The database cannot be read: {error}"
