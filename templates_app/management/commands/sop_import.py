"""Brings in procedures from files: as templates of an organisation, or to the screen only."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import Membership
from accounts.refusals import Refusal
from templates_app import child
from templates_app.actions_importing import import_template
from templates_app.child import ChildProblem
from templates_app.domain.frontmatter import split
from templates_app.domain.problems import TemplateError
from templates_app.domain.yaml_nodes import read_yaml
from templates_app.importing.composing import compose
from templates_app.importing.reading import LARGEST_UPLOAD, read, shown_name
from templates_app.importing.result import Guess, Imported, ReadFile, Unreadable

SECONDS = 30


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one document: the template made of it, or the sentence that says why there is none."""

    file: str
    sha256: str = ""
    imported: Imported | None = None
    error: str = ""


class Command(BaseCommand):
    help = (
        "Make templates of Markdown, text, HTML and Word files, and of zip files that hold such files. "
        "Each becomes an unpublished template of the organisation; with --dry-run nothing is stored. "
        "With --json one object is printed when there is one document, and a list when there are several. "
        "Exit code 0: all were brought in; 1: at least one cannot be read, the others were brought in; 2: wrong usage."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="A file; - reads text from the input.")
        parser.add_argument("--dry-run", action="store_true", help="Store nothing; no organisation is needed.")
        parser.add_argument("--json", action="store_true", help="Print what was made, guessed and set aside as JSON.")
        parser.add_argument("--organisation", metavar="SLUG", help="The organisation that gets the templates.")
        parser.add_argument("--by", metavar="EMAIL", help="The manager who brings them in.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Bring in every file, print what was made, and end with 1 when one could not be read."""
        by = None if options["dry_run"] else _manager(options)
        outcomes: list[Outcome] = []
        for path in options["files"]:
            for outcome in _outcomes(path):
                outcomes.append(self._stored(outcome, by))
        if options["json"]:
            made = [_as_json(outcome) for outcome in outcomes]
            self.stdout.write(json.dumps(made[0] if len(made) == 1 else made, ensure_ascii=False, indent=2))
        else:
            for outcome in outcomes:
                self._tell(outcome, stored=by is not None)
        if any(outcome.error for outcome in outcomes):
            sys.exit(1)

    def _stored(self, outcome: Outcome, by: Membership | None) -> Outcome:
        """Store a template unless nothing is to be stored; tell at once what cannot be brought in."""
        if outcome.imported is not None and by is not None:
            try:
                import_template(
                    imported=outcome.imported, file_name=outcome.file, sha256=outcome.sha256, by=by, at=timezone.now()
                )
            except (Refusal, TemplateError) as error:
                outcome = Outcome(outcome.file, error=str(getattr(error, "sentence", error)))
        if outcome.error:
            named = outcome.file in outcome.error
            self.stderr.write(outcome.error if named else f"{outcome.file}: {outcome.error}")
        return outcome

    def _tell(self, outcome: Outcome, *, stored: bool) -> None:
        made = outcome.imported
        if made is None:
            return
        told = [
            f"{outcome.file}: “{made.title}”, {len(made.guesses)} variables, {len(made.set_aside)} lines set aside."
        ]
        if made.outline_only:
            told.append("It is an outline without steps.")
        told.append("Stored as a draft." if stored else "Nothing was stored.")
        self.stdout.write(" ".join(told))


def _manager(options: dict[str, Any]) -> Membership:
    """Return the person who brings the files in; raises CommandError with code 2."""
    if not options["organisation"] or not options["by"]:
        raise CommandError("Name --organisation and --by, or look first with --dry-run.", returncode=2)
    found = Membership.objects.active().filter(
        organisation__slug=options["organisation"], user__email__iexact=options["by"].strip()
    )
    by = found.select_related("organisation", "user").first()
    if by is None:
        raise CommandError(f"{options['by']} is no active member of “{options['organisation']}”.", returncode=2)
    if not by.is_manager:
        raise CommandError(f"{options['by']} is no manager: only managers bring in procedures.", returncode=2)
    return by


def _outcomes(path: str) -> Iterator[Outcome]:
    """Yield what becomes of each document of a file."""
    name = "pasted text" if path == "-" else shown_name(path)
    try:
        data = _bytes(path)
        files: list[ReadFile] = child.run(read, name, data, seconds=SECONDS, pool="text")
    except (Unreadable, ChildProblem) as problem:
        yield Outcome(name, error=problem.sentence)
        return
    for each in files:
        try:
            yield Outcome(each.name, each.sha256, child.run(compose, each, seconds=SECONDS, pool="text"))
        except (Unreadable, ChildProblem) as problem:
            yield Outcome(each.name, error=problem.sentence)


def _bytes(path: str) -> bytes:
    """Return a file's bytes, never more than can be accepted; raises Unreadable."""
    if path == "-":
        return sys.stdin.buffer.read(LARGEST_UPLOAD + 1)
    try:
        with Path(path).open("rb") as file:
            return file.read(LARGEST_UPLOAD + 1)
    except OSError as error:
        raise Unreadable(f"The file cannot be read: {error.strerror}.") from error


def _as_json(outcome: Outcome) -> dict[str, Any]:
    made = outcome.imported
    if made is None:
        return {"file": outcome.file, "error": outcome.error}
    front, body, _ = split(made.source)
    return {
        "file": outcome.file,
        "title": made.title,
        "front_matter": read_yaml(front, 2)[0].raw(),
        "body": body,
        "variables": [_variable(guess) for guess in made.guesses],
        "set_aside": [{"line": each.line, "text": each.text, "reason": each.reason} for each in made.set_aside],
        "outline_only": made.outline_only,
    }


def _variable(guess: Guess) -> dict[str, Any]:
    names = ("name", "label", "kind", "source", "as_written", "occurrences", "hint", "reason")
    told: dict[str, Any] = {name: getattr(guess, name) for name in names}
    return {**told, "also_written": list(guess.also_written), "sort": str(guess.sort), "lines": list(guess.lines)}
