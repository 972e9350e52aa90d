"""Makes the first organisation and its administrator."""

import getpass
import os
import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_slug
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from accounts import actions
from accounts.domain.locales import DEFAULT
from accounts.domain.roles import Role
from accounts.fields import SafeCharField, SafeEmailField
from accounts.refusals import Refusal


class Command(BaseCommand):
    help = (
        "Make an organisation and its administrator. The password is asked for, or read from SOP_ADMIN_PASSWORD. "
        "Exit code 0: made; 1: refused, with the reason; 2: wrong usage."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--organisation", required=True, help="Name of the organisation, such as 'Northwind Support'."
        )
        parser.add_argument("--slug", default="", help="Its part of the address; made from the name when not given.")
        parser.add_argument("--email", required=True, help="E-mail address the administrator signs in with.")
        parser.add_argument("--name", required=True, help="The administrator's name as printed under signatures.")
        parser.add_argument("--time-zone", default="UTC", help="Time zone of the organisation, such as Europe/Lisbon.")
        parser.add_argument("--paper", default="A4", choices=("A4", "Letter"), help="Paper of its PDFs.")
        parser.add_argument(
            "--locale", default=DEFAULT, help="How its numbers, money and dates are written, such as de-DE."
        )
        parser.add_argument(
            "--currency", default="", help="Its currency, such as EUR; that of the locale's region when not given."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make both, or neither with the reason."""
        name = _clean(SafeCharField(max_length=120), "--organisation", options["organisation"])
        slug = options["slug"] or slugify(name)
        person = _clean(SafeCharField(max_length=120), "--name", options["name"])
        email = _clean(SafeEmailField(), "--email", options["email"])
        try:
            validate_slug(slug)
        except ValidationError:
            raise CommandError("--slug: write letters, digits and hyphens, such as northwind.", returncode=2) from None
        password = os.environ.get("SOP_ADMIN_PASSWORD") or _asked()
        try:
            facts = {key: options[key] for key in ("time_zone", "paper", "locale", "currency")}
            _make(email, person, password, slug=slug, name=name, **facts)
        except Refusal as refusal:
            raise CommandError(refusal.sentence, returncode=1) from None
        self.stdout.write(f"Made {name} at /o/{slug}/ with {person} <{email}> as administrator.")


@transaction.atomic
def _make(email: str, person: str, password: str, **facts: str) -> None:
    now = timezone.now()
    organisation = actions.create_organisation(**facts, by=None, at=now)
    added = actions.add_member(organisation=organisation, email=email, name=person, roles=[Role.ADMIN], by=None, at=now)
    if added.is_new:
        actions.change_password(user=added.member.user, password=password, by=None, at=now)


def _clean(field: SafeCharField, option: str, value: str) -> str:
    try:
        return str(field.clean(value))
    except ValidationError as error:
        raise CommandError(f"{option}: {' '.join(error.messages)}", returncode=2) from None


def _asked() -> str:
    if not sys.stdin.isatty():
        raise CommandError("Set SOP_ADMIN_PASSWORD, or run this where a password can be typed.", returncode=2)
    first = getpass.getpass("Password: ")
    if first != getpass.getpass("Password again: "):
        raise CommandError("The two passwords differ.", returncode=1)
    return first
