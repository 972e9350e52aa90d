"""Loads the demonstration and tells how to sign in to it."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.refusals import Refusal
from sop_library import demo
from templates_app.child import ChildProblem


class Command(BaseCommand):
    help = (
        "Load the demonstration organisations Northwind Support and Contoso Care, once, and print how to sign in. "
        "The password is SOP_DEMO_PASSWORD, or one made at the first load and kept in the data folder. "
        "Exit code 0: loaded, or there already; 1: refused, with the reason; 2: wrong usage."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print one JSON object: address, password, people.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load the demonstration unless it is there, and print the sign-ins."""
        loaded = not demo.is_loaded()
        if loaded:
            try:
                demo.load(password=demo.chosen_password(), at=timezone.now())
            except Refusal as refusal:
                raise CommandError(refusal.sentence, returncode=1) from refusal
            except ChildProblem as problem:
                raise CommandError(problem.sentence, returncode=1) from problem
        sign_ins = [person.told for person in demo.CAST]
        password = demo.working_password()
        if options["json"]:
            told = {"address": settings.PUBLIC_URL, "loaded": loaded, "password": password, "people": sign_ins}
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
            return
        self.stdout.write("Demonstration loaded." if loaded else "The demonstration is there already.")
        for person in sign_ins:
            row = (person["organisation"], person["name"], person["email"], person["title"])
            self.stdout.write(f"  {row[0]:<18} {row[1]:<13} {row[2]:<24} {row[3]}")
        self.stdout.write(f"Password of all of them: {password}" if password else _UNKNOWN)


_UNKNOWN = "The password has been changed since, or was given in SOP_DEMO_PASSWORD and is not kept."
