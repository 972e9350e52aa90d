"""Makes one document out of a template and a file of answers."""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.domain.locales import DEFAULT, LOCALES, currency_of, region_of
from sop_library import template_files
from sop_library.template_files import Unfit, Unusable
from templates_app.child import ChildProblem
from templates_app.domain.problems import TemplateError
from templates_app.domain.rendering import MissingValues
from templates_app.domain.writing import PLAIN, Writing
from templates_app.texts import template_of

FORMATS = ("html", "pdf", "md")


class Command(BaseCommand):
    help = (
        "Make a document out of a template and a JSON file of answers, without a database. "
        "Exit code 0: written; 1: an answer is missing or does not fit, or the template has problems: nothing is "
        "written; 2: wrong usage, a file that cannot be read or written, an unknown name among the answers. "
        "`sop_templates SLUG --json` lists the names and an example of each answer."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("template", help="Slug of a template in the library, or path of a template file.")
        parser.add_argument("--values", help="JSON object of answers by variable name; - reads it from the input.")
        parser.add_argument("--format", choices=FORMATS, default="html", help="Format to write (html when not given).")
        parser.add_argument(
            "--locale",
            choices=LOCALES,
            metavar="LOCALE",
            help=f"How numbers, money and dates are written, such as de-DE; {DEFAULT} when not given. It also gives "
            "the currency of an amount for which neither the answer nor the template names one.",
        )
        parser.add_argument("-o", "--out", required=True, help="File to write; - writes to the output.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the document, or print what stands in the way and end with the code for it."""
        try:
            source = template_files.source_of(options["template"])
            template = template_of(source)
            values: dict[str, Any] = {}
            if options["values"]:
                values = template_files.values_of(options["values"], template, sys.stdin.read)
            made = template_files.document_of(source, values, options["format"], _writing(options["locale"]))
            _write(made, options["out"])
        except Unusable as error:
            raise CommandError(str(error), returncode=2) from error
        except MissingValues as missing:
            lines = [f"  {name}: {label}" for name, label in zip(missing.names, missing.labels, strict=True)]
            told = "\n".join(["These answers are missing:", *lines, "Nothing was written."])
            raise CommandError(told, returncode=1) from missing
        except TemplateError as error:
            told = "\n".join(map(str, (*error.problems, "Nothing was written.")))
            raise CommandError(told, returncode=1) from error
        except Unfit as error:
            raise CommandError("\n".join((*error.sentences, "Nothing was written.")), returncode=1) from error
        except ChildProblem as error:
            raise CommandError(f"{error.sentence} Nothing was written.", returncode=1) from error
        if options["out"] != "-":
            self.stdout.write(f"Wrote {options['out']}: {template.title}, {len(made):,} bytes.")


def _writing(locale: str | None) -> Writing:
    if locale is None:
        return PLAIN
    return Writing(locale, region_of(locale), currency_of(locale))


def _write(content: bytes, out: str) -> None:
    """Write the whole file or none of it; raises Unusable when the place cannot be written to."""
    if out == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    path = Path(out)
    try:
        if path.is_dir():
            raise Unusable(f"{out} is a folder. Name a file in it.")
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".sop-", delete=False) as file:
            file.write(content)
        umask = os.umask(0)
        os.umask(umask)
        Path(file.name).chmod(0o666 & ~umask)
        Path(file.name).replace(path)
    except OSError as error:
        raise Unusable(f"{out} cannot be written: {error.strerror}.") from error
