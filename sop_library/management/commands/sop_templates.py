"""Lists the templates of the library and what each asks for."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sop_library import template_files
from templates_app import shelf
from templates_app.domain.suggestions import suggestion


class Command(BaseCommand):
    help = (
        "List the templates that ship with the product, from their files and without a database; with a SLUG, the "
        "variables of that one. Exit code 0: listed; 2: wrong usage."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", nargs="?", help="One template only, with its variables.")
        parser.add_argument(
            "--json", action="store_true", help="Print a JSON list; `example` has the form that sop_render takes."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a table of templates, of one template's variables, or everything as JSON."""
        files = shelf.template_files()
        slug = options["slug"]
        if slug and slug not in files:
            raise CommandError(f"There is no template “{slug}” in the library{suggestion(slug, files)}.", returncode=2)
        chosen = {slug: files[slug]} if slug else files
        found = [template_files.listed(name, path.read_text(encoding="utf-8")) for name, path in chosen.items()]
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))
        elif slug:
            self._print_variables(found[0])
        else:
            rows = [[each[key] for key in ("slug", "version", "title")] + [_to_fill(each)] for each in found]
            self._print_table(["Slug", "Version", "Title", "To fill"], rows)

    def _print_variables(self, template: dict[str, Any]) -> None:
        self.stdout.write(f"{template['title']}, {template['registry']}, version {template['version']}\n\n")
        columns = ("name", "kind", "source", "group", "label")
        rows = [[variable[key] for key in columns] for variable in template["variables"]]
        self._print_table([key.capitalize() for key in columns], rows)

    def _print_table(self, heads: list[str], rows: list[list[str]]) -> None:
        widths = [max(len(row[at]) for row in [heads, *rows]) for at in range(len(heads))]
        for row in (heads, ["-" * width for width in widths], *rows):
            self.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _to_fill(template: dict[str, Any]) -> str:
    return str(sum(variable["source"] in {"organisation", "document"} for variable in template["variables"]))
