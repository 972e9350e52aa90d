"""Brings the built-in templates and packs from their files into the database. Run at every start."""

from typing import Any

from django.core.management.base import BaseCommand

from templates_app.actions import load_library


class Command(BaseCommand):
    help = "Load the built-in templates and packs from their files. Safe to run at every start."

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = load_library()
        self.stdout.write(f"Library: {loaded.templates} templates, {loaded.packs} packs, {loaded.changed} changed.")
