"""What people are reminded of by letter: reviews and training by their dates, steps by their route.

Everything is worked out from dates when the clock asks (`sop_tick`, hourly). A reminder is stored with the task that
sends it, once: two clocks at once, a crash in between and a clock that stood still for days all give one letter.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from accounts.domain.roles import Role
from accounts.letters import Kind
from accounts.models import Membership, Organisation
from accounts.posting import post
from accounts.querysets import MembershipQuerySet
from audit import trail
from sop_library.domain.days import day_in
from sop_library.domain.reviews import Reminder, review_reminders_due, training_reminders_due
from sop_library.models import Reminded, Version
from sop_library.notices import address_of, last_day
from sop_library.reviews import next_review_on
from sop_library.rolls import owing_of
from sop_library.waiting import Waiting, waiting_steps


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing a letter reminds of, and the day this was due: together they are sent to a person once."""

    what: str
    on: date


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that is due: to whom, what it says, and what it reminds of."""

    kind: Kind
    person: Membership
    subject: str
    text: str
    marks: tuple[Mark, ...]
    escalates: Waiting | None = None


@dataclass(frozen=True, slots=True)
class _Item:
    mark: Mark
    version: Version
    line: str


_ASKED = "for you to read and sign"
# The newest day on which each person was reminded of each thing.
Sent = dict[tuple[int, str], date]


def letters_due(organisation: Organisation, at: datetime) -> list[Letter]:
    """Return the letters that are due in an organisation and were not sent; nothing is stored."""
    sent: Sent = {}
    rows = Reminded.objects.filter(organisation=organisation).order_by("on")
    for person, what, on in rows.values_list("person_id", "what", "on"):
        sent[person, what] = on
    finders = (_about_steps, _about_training, _about_reviews)
    return [letter for find in finders for letter in find(organisation, sent, at)]


def send_due(organisation: Organisation, at: datetime) -> list[Letter]:
    """Store the letters that are due, each with the task that sends it, and return them."""
    return [letter for letter in letters_due(organisation, at) if _is_stored(letter, at)]


def _is_stored(letter: Letter, at: datetime) -> bool:
    """Store a letter's marks and its task together; False when another process has just done so."""
    person = letter.person
    about = ",".join(f"{mark.what}/{mark.on}" for mark in letter.marks)
    try:
        with transaction.atomic():
            for mark in letter.marks:
                Reminded.objects.create(
                    organisation_id=person.organisation_id, person=person, what=mark.what, on=mark.on, sent_at=at
                )
            if letter.escalates:
                _record_escalated(letter.escalates, person, at)
            post.enqueue(letter.kind.value, [person.pk], letter.subject, letter.text, about)
    except IntegrityError:
        return False
    return True


def _record_escalated(waiting: Waiting, to: Membership, at: datetime) -> None:
    """Put on record that a late step was told to the person whom its route names; the installation does it."""
    version = waiting.version
    data = {
        "number": version.sop.number,
        "version": str(version.number),
        "round": version.round,
        "step": waiting.step.title,
        "waits_since": waiting.since.isoformat(),
        "escalated_to": to.printed_name,
        "waits_for": [person.printed_name for person in waiting.people],
    }
    home = version.organisation
    trail.record(organisation=home, by=None, action="version.escalated", subject=version, at=at, data=data)


def _about_steps(organisation: Organisation, sent: Sent, at: datetime) -> Iterator[Letter]:
    """Yield the reminders of steps that wait, each once: before the last day, and when it is over; and escalations."""
    for waiting in waiting_steps(organisation, at):
        what = f"step/{waiting.version.pk}/{waiting.version.round}/{waiting.step.position}"
        stage = _stage(waiting, at)
        for person in waiting.people if stage else ():
            mark = Mark(f"{what}/{stage}", day_in(organisation.time_zone, waiting.since))
            if (person.pk, mark.what) not in sent:
                yield _step_letter(Kind.REMINDER, person, waiting, mark, at)
        to = waiting.escalate_to
        if to is None or to.is_suspended or waiting.escalate_at is None or at < waiting.escalate_at:
            continue
        mark = Mark(f"{what}/escalated", day_in(organisation.time_zone, waiting.since))
        if (to.pk, mark.what) not in sent:
            yield _step_letter(Kind.ESCALATION, to, waiting, mark, at)


def _stage(waiting: Waiting, at: datetime) -> str:
    """Return which reminder is due: the one of a day that is over takes the place of the one before it."""
    if waiting.is_overdue(at):
        return "overdue"
    return "before" if waiting.remind_at is not None and at >= waiting.remind_at else ""


def _step_letter(kind: Kind, person: Membership, waiting: Waiting, mark: Mark, at: datetime) -> Letter:
    version, zone = waiting.version, waiting.version.organisation.time_zone
    said = f"waits for a signature since {day_in(zone, waiting.since):%-d %B %Y}"
    subject = f"{version.sop.number} version {version.number} {said}"
    if waiting.due_at is not None:
        late = waiting.is_overdue(at)
        due = f"{'was due' if late else 'is due'} on {last_day(waiting.due_at, version):%-d %B %Y}"
        said += f" and {due}"
        subject = f"{version.sop.number} version {version.number} {due}"
    people = ", ".join(each.printed_name for each in waiting.people) or "nobody"
    asked = (
        f"Who may sign it now: {people}. Ask them, or have the version returned:"
        if kind is Kind.ESCALATION
        else "Read the text, then sign it or ask for changes:"
    )
    text = (
        f"{version.title}\nPrepared by {version.author.printed_name}\n\n"
        f"The step “{waiting.step.title.lower()}” {said}. {asked}\n{address_of(version, 'review')}"
    )
    return Letter(kind, person, subject, text, (mark,), waiting if kind is Kind.ESCALATION else None)


def _about_training(organisation: Organisation, sent: Sent, at: datetime) -> Iterator[Letter]:
    """Yield one letter for each person who has not signed what they are asked to read, with all of it."""
    items: dict[Membership, list[_Item]] = defaultdict(list)
    today = day_in(organisation.time_zone, at)
    for version in _read(organisation, at):
        published = day_in(organisation.time_zone, version.publication.published_at)
        begins = version.effective_on or published
        for person in owing_of(version).select_related("user", "organisation"):
            what = _training_of(version)
            due = training_reminders_due(published, begins, today, sent.get((person.pk, what)))
            if due is not None:
                items[person].append(_Item(Mark(what, due.on), version, _training_line(version, due)))
    for person, mine in items.items():
        yield _one_letter(
            Kind.TRAINING, person, mine, "waits for you to read and sign", "wait for you to read and sign"
        )


def _training_of(version: Version) -> str:
    return f"training/{version.pk}"


def last_reminders(version: Version) -> dict[int, datetime]:
    """Return when each member who was reminded to sign a version was reminded last, by the member's key."""
    rows = Reminded.objects.filter(organisation=version.organisation_id, what=_training_of(version))
    return dict(rows.order_by("sent_at").values_list("person_id", "sent_at"))


def _read(organisation: Organisation, at: datetime) -> list[Version]:
    rows = Version.objects.filter(organisation=organisation)
    both = rows.in_force(at) | rows.asked_ahead(at)
    return list(both.light().select_related("sop", "organisation", "publication").defer("publication__page").distinct())


def _training_line(version: Version, due: Reminder) -> str:
    begins = version.effective_on
    when = f"in force from {begins:%-d %B %Y}" if begins and due.days_left > 0 else "in force now"
    if begins and due.days_left <= 0 and version.in_force_from is None:
        when = "begins when enough people have signed"
    where = address_of(version, "version", version=version.number)
    return f"{version.sop.number} version {version.number}, {version.title} ({when}):\n{where}"


def _about_reviews(organisation: Organisation, sent: Sent, at: datetime) -> Iterator[Letter]:
    """Yield one letter for each owner and manager with all procedures whose review is near or was due."""
    items: dict[Membership, list[_Item]] = defaultdict(list)
    managers = list(_members(organisation).holding(Role.MANAGER))
    owners = {person.pk: person for person in _members(organisation)}
    today = day_in(organisation.time_zone, at)
    rows = Version.objects.filter(organisation=organisation).in_force(at).light().with_dates()
    for version in rows.select_related("sop", "organisation"):
        review_on = next_review_on(version)
        if review_on is None:
            continue
        owner = owners.get(version.sop.owner_id)
        what = f"review/{version.pk}/{review_on}"
        for person in dict.fromkeys([*([owner] if owner else []), *managers]):
            due = review_reminders_due(review_on, today, sent.get((person.pk, what)))
            if due is not None:
                items[person].append(_Item(Mark(what, due.on), version, _review_line(version, review_on, today)))
    for person, mine in items.items():
        yield _one_letter(Kind.REVIEW, person, mine, "is to be reviewed", "are to be reviewed")


def _review_line(version: Version, review_on: date, today: date) -> str:
    is_late = review_on < today
    when = f"{'review was due on' if is_late else 'review on'} {review_on:%-d %B %Y}"
    return f"{version.sop.number} version {version.number}, {version.title} ({when}):\n{address_of(version, 'record')}"


def _members(organisation: Organisation) -> MembershipQuerySet:
    return Membership.objects.filter(organisation=organisation).active().select_related("user", "organisation")


def _one_letter(kind: Kind, person: Membership, items: list[_Item], one: str, several: str) -> Letter:
    version = items[0].version
    first = f"{version.sop.number} version {version.number} {one}"
    subject = first if len(items) == 1 else f"{len(items)} procedures {several}"
    text = f"{subject}.\n\n" + "\n\n".join(item.line for item in items)
    return Letter(kind, person, subject, text, tuple(item.mark for item in items))
