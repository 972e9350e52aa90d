"""Tells whether the evidence is whole."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import Error

from sop_library import part11, verifying
from sop_library.domain.compliance import as_text


class Command(BaseCommand):
    help = (
        "Re-read the audit trail, frozen texts, signatures, sign-offs, pages and stored PDFs, and compare them with "
        "what was recorded. Prints one line per fault. Exit code 0: no fault; 1: faults; 2: wrong usage. With --part11: "
        "each clause of the regulations, the check that was run here and its result; exit code 1 when one is not met."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print one JSON object: ok, faults, checked.")
        parser.add_argument("--part11", action="store_true", help="Check the clauses of 21 CFR 11 and of its like.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was found and end with 1 when there is a fault, or a clause that is not met."""
        if options["part11"]:
            self._clauses(as_json=options["json"])
            return
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

    def _clauses(self, *, as_json: bool) -> None:
        found = part11.findings()
        met = part11.is_met(found)
        if as_json:
            self.stdout.write(json.dumps({"ok": met, "clauses": [asdict(each) for each in found]}, ensure_ascii=False))
        else:
            self.stdout.write(as_text(found))
        if not met:
            raise SystemExit(1)

    def _faults(self) -> Any:
        try:
            yield from verifying.faults()
        except Error as error:
            yield f"The database cannot be read: {error}"
