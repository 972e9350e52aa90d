"""Tells whether the evidence is whole."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error

from audit import anchors
from audit.anchors import Kept
from audit.domain.checkpoint import NotANote
from sop_library import part11, verifying
from sop_library.domain.compliance import as_text


class Command(BaseCommand):
    help = (
        "Re-read the audit trail, frozen texts, signatures, sign-offs, pages and stored PDFs, and compare them with "
        "what was recorded. Prints one line per fault, and how much no checkpoint stands for yet. "
        "Exit code 0: no fault; 1: faults; 2: wrong usage. With "
        "--part11: each clause of the regulations, the check that was run here, its result; 1 when one is not met."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="Print one JSON object: ok, faults, checked, not_anchored."
        )
        parser.add_argument("--part11", action="store_true", help="Check the clauses of 21 CFR 11 and of its like.")
        parser.add_argument(
            "--anchor", action="append", default=[], metavar="FILE", help="Checkpoints that you kept; may be repeated."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was found and end with 1 when there is a fault, or a clause that is not met."""
        if options["part11"]:
            self._clauses(as_json=options["json"])
            return
        found: list[str] = []
        kept = _kept(options["anchor"])
        for fault in self._faults(kept):
            found.append(fault)
            if not options["json"]:
                self.stdout.write(fault)
        checked = {} if found else verifying.counted()
        later = {} if found else anchors.not_anchored(kept)
        if options["json"]:
            told = {"ok": not found, "faults": found, "checked": checked, "not_anchored": later}
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        elif not found:
            self.stdout.write(f"No fault found: {', '.join(f'{count} {what}' for what, count in checked.items())}.")
            for slug, count in later.items():
                self.stdout.write(
                    f"Not anchored: the newest {count} entries of {slug} are in no checkpoint{_whose(kept)}."
                )
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

    def _faults(self, kept: Kept | None) -> Any:
        try:
            yield from verifying.faults(kept)
        except Error as error:
            yield f"The database cannot be read: {error}"


def _kept(names: list[str]) -> Kept | None:
    """Return the checkpoints of the files, None when none was given; what cannot be read stops the command."""
    if not names:
        return None
    try:
        return anchors.kept_in("\n".join(Path(name).read_text(encoding="utf-8").strip("\n") + "\n" for name in names))
    except (OSError, UnicodeDecodeError, NotANote) as problem:
        raise CommandError(f"The checkpoints that you kept cannot be read: {problem}", returncode=2) from problem


def _whose(kept: Kept | None) -> str:
    return "" if kept is None else " that you hold"
