"""The demonstration: two organisations whose procedures have gone through everything the product does.

All of it is made by the real actions with real signatures, told as a story of the last ten weeks, so that every page
has something to show and `sop_verify` finds nothing. Acts follow each other in time: the audit trail's time never
runs backwards.
"""

import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from accounts import accountability
from accounts import actions as people
from accounts.domain.roles import Role, printed
from accounts.models import Membership, Organisation, User
from sop_library.actions import approving, drafting, publishing, training
from sop_library.actions.routing import set_route
from sop_library.domain.approval import Quorum
from sop_library.domain.days import months_after
from sop_library.domain.numbering import ChangeSize
from sop_library.domain.route import StepPlan
from sop_library.domain.signature import Meaning
from sop_library.models import Version
from templates_app.actions import load_library, set_organisation_value
from templates_app.domain.variables import Source
from templates_app.models import Template
from templates_app.texts import template_of

ZONE = "Europe/Lisbon"
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that are taken for one another


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the demonstration, who signs in with first name @ organisation .example."""

    name: str
    slug: str
    title: str
    department: str
    roles: tuple[Role, ...]

    @property
    def email(self) -> str:
        return f"{self.name.split()[0].lower()}@{self.slug}.example"

    @property
    def told(self) -> dict[str, str]:
        """The sign-in as the command prints it."""
        who = {"name": self.name, "email": self.email, "title": self.title, "roles": printed(self.roles)}
        return who | {"organisation": ORGANISATIONS[self.slug], "slug": self.slug}


ORGANISATIONS = {"northwind": "Northwind Support", "contoso": "Contoso Care"}
CAST = (
    Person("Mia Keller", "northwind", "Systems administrator", "IT", (Role.ADMIN,)),
    Person("Ana Silva", "northwind", "Customer service manager", "Customer Service", (Role.MANAGER,)),
    Person("Priya Nair", "northwind", "Quality lead", "Quality", (Role.APPROVER,)),
    Person("Ben Okafor", "northwind", "Director of customer experience", "Management", (Role.APPROVER,)),
    Person("Rui Costa", "northwind", "Customer service agent", "Customer Service", (Role.AGENT,)),
    Person("Lena Fischer", "northwind", "Customer service agent", "Customer Service", (Role.AGENT,)),
    Person("Tom Adeyemi", "northwind", "Customer service agent", "Customer Service", (Role.AGENT,)),
    Person("Zoe Martin", "contoso", "Operations lead", "Operations", (Role.ADMIN, Role.MANAGER)),
)


def is_loaded() -> bool:
    """Return whether the demonstration is there: one of its organisations is, whoever made it."""
    return Organisation.objects.filter(slug__in=ORGANISATIONS).exists()


def password_file() -> Path:
    """Return where a generated password is kept for later starts."""
    return Path(settings.DATA_DIR) / "demo_password"


def chosen_password() -> str:
    """Return the demonstration's password: SOP_DEMO_PASSWORD, the stored one, or a new one, kept for its owner."""
    given = os.environ.get("SOP_DEMO_PASSWORD", "").strip()
    path = password_file()
    if given:
        return given
    if not path.exists():
        word = "-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(4))
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(word + "\n")
    return path.read_text(encoding="ascii").strip()


def working_password() -> str:
    """Return the password that opens the loaded demonstration, or "" when it is not known any more."""
    path = password_file()
    kept = path.read_text(encoding="ascii").strip() if path.exists() else ""
    user = User.objects.filter(email=CAST[1].email).first()
    tried = (os.environ.get("SOP_DEMO_PASSWORD", "").strip(), kept)
    return next((word for word in tried if word and user is not None and user.check_password(word)), "")


@transaction.atomic
def load(*, password: str, at: datetime) -> None:
    """Make both organisations and their procedures, or nothing; `at` is now, everything happened before it.

    Raises a Refusal, such as for a weak password, and child.ChildProblem when a PDF cannot be made.
    """
    load_library()
    story = _Story(at)
    for slug, name in ORGANISATIONS.items():
        home = people.create_organisation(
            slug=slug, name=name, time_zone=ZONE, currency="USD", by=None, at=story.day(70, 9)
        )
        story.move_in(home, password)
    story.share_answers()
    story.call_handling()
    story.call_documentation()
    story.call_closing()
    story.service_standard()
    story.excellence()


class _Story:
    """What happened, each act at its time: `day(20, 9)` is nine o'clock twenty days ago."""

    def __init__(self, now: datetime) -> None:
        self.zone = ZoneInfo(ZONE)
        self.today = now.astimezone(self.zone).date()
        self.members: dict[str, Membership] = {}

    def day(self, ago: int, hour: int, minute: int = 0) -> datetime:
        return datetime.combine(self.today - timedelta(days=ago), time(hour, minute), self.zone)

    def who(self, first_name: str) -> Membership:
        return self.members[first_name]

    def move_in(self, home: Organisation, password: str) -> None:
        """Add the organisation's people; each chooses a password and signs the statement about signatures."""
        at = self.day(70, 9, 10)
        admin: Membership | None = None
        for person in (each for each in CAST if each.slug == home.slug):
            facts = {"title": person.title, "department": person.department}
            added = people.add_member(
                organisation=home, email=person.email, name=person.name, roles=person.roles, by=admin, at=at, **facts
            )
            user = added.member.user
            people.change_password(user=user, password=password, by=user, at=at)
            accountability.promise(by=added.member, at=at)
            admin = admin or added.member
            self.members[person.name.split()[0]] = added.member

    def share_answers(self) -> None:
        """Give answers that are the same in every procedure; the others are shared when they are first submitted."""
        template = template_of(_template("customer-service-call-handling").source)
        for name in ("CompanyName", "CRMSystem", "KnowledgeBaseSystem"):
            variable = template.variable(name)
            set_organisation_value(variable=variable, value=variable.example, by=self.who("Ana"), at=self.day(69, 10))

    def call_handling(self) -> None:
        """1.0 in force, read by one agent; then a minor change, in force now."""
        first = self._filled("customer-service-call-handling", self.day(63, 9, 30))
        first = self._submitted(first, self.day(60, 11), effective_on=self.day(57, 9).date())
        first = self._signed(first, Priya=self.day(59, 14, 5), Ben=self.day(58, 16, 20))
        first = self._published(first, self.day(57, 9), first.effective_on)
        training.sign_off(version=first, shown_digest=first.digest, by=self.who("Lena"), at=self.day(56, 8, 45))
        second = drafting.start_revision(sop=first.sop, by=self.who("Ana"), at=self.day(21, 10))
        changed = {"RingTimeLimit": 2, "CallCategories": [*second.values["CallCategories"], "Account access"]}
        second = self._saved(second, changed, self.day(21, 10, 20))
        told = "Calls are answered within two rings instead of three. New call category: Account access."
        second = self._submitted(
            second, self.day(20, 9), effective_on=self.day(16, 9).date(), size=ChangeSize.MINOR, change=told
        )
        second = self._signed(second, Priya=self.day(19, 15), Ben=self.day(17, 10, 40))
        self._published(second, self.day(16, 8, 30), second.effective_on)

    def call_documentation(self) -> None:
        """Published, and in force from a day to come."""
        version = self._filled("call-documentation", self.day(15, 11))
        begins = self.today + timedelta(days=10)
        version = self._submitted(version, self.day(14, 9, 15), effective_on=begins)
        version = self._signed(version, Priya=self.day(13, 10), Ben=self.day(13, 17, 30))
        self._published(version, self.day(12, 9), begins)

    def call_closing(self) -> None:
        """Approved, and waiting to be published."""
        version = self._filled("call-closing-and-follow-up", self.day(11, 14))
        version = self._submitted(version, self.day(10, 9, 40), effective_on=self.today + timedelta(days=3))
        self._signed(version, Priya=self.day(9, 11, 25), Ben=self.day(8, 9, 50))

    def service_standard(self) -> None:
        """Reviewed by Priya, waiting for Ben."""
        version = self._filled("customer-service-standard", self.day(7, 10))
        version = self._submitted(version, self.day(5, 16), effective_on=self.today + timedelta(days=7))
        self._signed(version, Priya=self.day(4, 11, 35))

    def excellence(self) -> None:
        """A draft, half filled, of a template with a route of its own."""
        template = _template("customer-service-excellence")
        given: dict[str, Any] = {"template": template, "one_step_each": False, "by": self.who("Mia")}
        set_route(steps=self._three_steps(), at=self.day(3, 8, 40), **given)
        version = drafting.start_sop(template=template, by=self.who("Ana"), at=self.day(3, 9))
        answers = _examples(version)
        half = list(answers)[: len(answers) // 2]
        self._saved(version, {name: answers[name] for name in half}, self.day(3, 9, 25))

    def _three_steps(self) -> list[StepPlan]:
        """Return a route in which both approvers review, one checks in words of its own, and one releases."""
        priya, ben = self.who("Priya").pk, self.who("Ben").pk
        quality = "I checked this version against our quality targets."
        return [
            StepPlan(Meaning.REVIEWED, (priya, ben), quorum=Quorum.ALL, due_days=5),
            StepPlan(
                Meaning.OTHER,
                (priya,),
                own_title="Checked by Quality",
                own_statement=quality,
                due_days=3,
            ),
            StepPlan(Meaning.RELEASED, due_days=2),
        ]

    def _filled(self, slug: str, at: datetime) -> Version:
        version = drafting.start_sop(template=_template(slug), by=self.who("Ana"), at=at)
        return self._saved(version, _examples(version), at + timedelta(minutes=25))

    def _saved(self, version: Version, values: Mapping[str, Any], at: datetime) -> Version:
        return drafting.save_values(
            version=version, values=values, row_version=version.row_version, by=self.who("Ana"), at=at
        )

    def _submitted(
        self,
        version: Version,
        at: datetime,
        *,
        effective_on: date,
        size: ChangeSize = ChangeSize.MAJOR,
        change: str = "",
    ) -> Version:
        return approving.submit(
            version=version,
            row_version=version.row_version,
            change_size=size,
            change_summary=change,
            effective_on=effective_on,
            review_on=months_after(effective_on, 12),
            assignees={1: [self.who("Priya")], 2: [self.who("Ben")]},
            by=self.who("Ana"),
            at=at,
            today=at.date(),
        )

    def _signed(self, version: Version, **by: datetime) -> Version:
        for name, at in by.items():
            approving.approve(version=version, shown_digest=version.digest, by=self.who(name), at=at)
        return Version.objects.select_related("sop", "organisation", "author__user").get(pk=version.pk)

    def _published(self, version: Version, at: datetime, effective_on: date | None) -> Version:
        day = effective_on or at.date()
        return publishing.publish(version=version, effective_on=day, by=self.who("Ana"), at=at)


def _template(slug: str) -> Template:
    template: Template = Template.objects.built_in().get(slug=slug)
    return template


def _examples(version: Version) -> dict[str, Any]:
    """Return the examples of the variables of a text: the company's first, then those of the document."""
    answered = template_of(version.source).answered
    order: Iterable[Source] = (Source.ORGANISATION, Source.DOCUMENT)
    return {each.name: each.example for source in order for each in answered if each.source is source}
