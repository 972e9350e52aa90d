"""Writes an evidence bundle: of one procedure, one person, one moment, or everything."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.domain.roles import Role
from accounts.models import Membership
from accounts.refusals import Refusal
from sop_library import bundle_scope
from sop_library.actions.exporting import export_evidence
from sop_library.bundle_scope import Scope
from sop_library.models import SOP


class Command(BaseCommand):
    help = (
        "Write an evidence bundle that an auditor checks with tools/sopverify.py. The act is on the trail under the "
        "name of the administrator. Exit code 0: written; 1: refused or nothing found; 2: wrong usage."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organisation", required=True, metavar="SLUG")
        parser.add_argument("--by", required=True, metavar="EMAIL", help="the administrator who hands it out")
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--sop", metavar="NUMBER")
        which.add_argument("--person", metavar="EMAIL")
        which.add_argument("--moment", metavar="TIME", help='such as "2026-05-03T14:05+01:00"; UTC without a zone')
        parser.add_argument("-o", "--output", required=True, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the bundle and print what it is about."""
        member = self._member(options["organisation"], options["by"])
        scope = self._scope(member, options)
        try:
            made = export_evidence(scope=scope, by=member, at=timezone.now())
        except Refusal as refusal:
            raise CommandError(refusal.sentence) from refusal
        Path(options["output"]).write_bytes(made)
        self.stdout.write(f"{options['output']}: {scope.words}, {len(made):,} bytes.")

    def _member(self, slug: str, email: str) -> Membership:
        rows = Membership.objects.filter(organisation__slug=slug, user__email=email.casefold())
        found: Membership | None = rows.select_related("user", "organisation").first()
        if found is None:
            raise CommandError(f"{email} is no member of an organisation “{slug}”.")
        return found

    def _scope(self, member: Membership, options: dict[str, Any]) -> Scope:
        if options["sop"]:
            sop = SOP.objects.visible_to(member).filter(number=options["sop"]).first()
            if sop is None or not member.holds(Role.ADMIN):
                raise CommandError(f"There is no procedure {options['sop']} for {member.printed_name}.")
            return bundle_scope.of_sop(sop)
        if options["person"]:
            return bundle_scope.of_person(self._member(options["organisation"], options["person"]))
        if options["moment"]:
            return bundle_scope.of_moment(member, _moment(options["moment"]), member.organisation.time_zone)
        return bundle_scope.of_everything(member)


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"“{text}” is no moment. Write it as 2026-05-03T14:05+01:00.", returncode=2) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)
