"""kill -9 of the web server, its worker process, the background worker, or all, while people sign.

Every signature whose receipt a person has seen is there once; one whose answer never came is there once or not at all,
and sending the same form again leads to its receipt. Every e-mail comes; a second copy carries the same Message-ID.
"""

import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from sop_library.domain.signature import Meaning
from sop_library.models import Signature, SignOff
from tests.faults import story
from tests.faults.ground import Ground
from tests.faults.invariants import invariants
from tests.faults.people import Filled, Page, Person, Receipt, Unanswered
from tests.faults.post_office import PostOffice
from tests.faults.site import Site
from tests.faults.tally import Tally
from tests.sop_library import makers
from tests.world import PASSWORD, World

VERSIONS, PROCEDURES = 12, 5
Forms = list[tuple[str, Filled | Page]]
ANEW_EVERY = 8
DRAINS_WITHIN = 40
# Which process goes. Without its worker `sop_serve` ends as a whole; gunicorn starts a lost child of its own anew.
WAYS = ("everything", "web", "everything", "worker")


@dataclass
class Seen:
    """What the people at the browsers have seen in one round."""

    receipts: list[tuple[str, str, Receipt]] = field(default_factory=list)  # number, e-mail, receipt
    understood: list[tuple[str, str]] = field(default_factory=list)
    unknown: list[tuple[Person, str, Filled, bool]] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)


def run(ground: Ground, rounds: int, tally: Tally) -> None:
    """Play the rounds; the database goes back to its beginning every few of them."""
    home = story.world()
    ground.keep("start")
    office = PostOffice()
    site = Site(ground, SOP_EMAIL_URL=office.url)
    try:
        with story.small_pdfs():
            for number in range(rounds):
                if number % ANEW_EVERY == 0:
                    site.stop()
                    ground.back("start")
                    office.taken.clear()
                    people = _people(site.port)
                    site.start()
                    for person in people:
                        person.sign_in()
                one_round(site, home, people, office, tally, random.Random(number))
    finally:
        site.stop()
        office.close()


def _people(port: int) -> list[Person]:
    return [Person(port, f"{name}@northwind.example", PASSWORD) for name in ("priya", "ben", "rui", "mia")]


def one_round(
    site: Site, home: World, people: list[Person], office: PostOffice, tally: Tally, rng: random.Random
) -> None:
    """Load, kill, start again, ask again what was left open, then hold everything against what was seen."""
    waiting = [makers.submitted(home).sop.number for _ in range(VERSIONS)]
    issued = [makers.published(home).sop.number for _ in range(PROCEDURES)]
    seen, over = Seen(), threading.Event()
    acts = [_sign_all, _sign_all, _read_all, _read_all]
    forms = [
        [(number, person.signing(number) if act is _sign_all else person.understanding(number)) for number in numbers]
        for act, person in zip(acts, people, strict=True)
        for numbers in [waiting if act is _sign_all else issued]
    ]
    threads = [
        threading.Thread(target=act, args=(person, open_forms, seen, over, rng.random()))
        for act, person, open_forms in zip(acts, people, forms, strict=True)
    ]
    for thread in threads:
        thread.start()
    time.sleep(rng.uniform(0.1, 2.5))
    way = WAYS[rng.randrange(len(WAYS))]
    _kill(site, way)
    over.set()
    for thread in threads:
        thread.join(90)
    tally.note(f"killed: {way}")
    if site.process is None:
        site.start()
    site.wait_ready()
    tally.note("answers that never came", len(seen.unknown))
    _ask_again(seen, tally)
    _drained(tally)
    _hold(seen, tally)
    _mail(waiting, office, tally)
    for sentence in [*seen.trouble, *invariants()]:
        tally.broken(sentence)
    tally.round_done(len(seen.receipts) + len(seen.understood))


def _kill(site: Site, way: str) -> None:
    if way == "web":
        # The youngest gunicorn process is the one that answers; its master starts another.
        site.kill_part("gunicorn")
    elif way == "worker":
        site.kill_part("db_worker")
        site.ended()
    else:
        site.kill()


def _sign_all(person: Person, forms: Forms, seen: Seen, over: threading.Event, seed: float) -> None:
    rng = random.Random(seed)

    def answered(number: str, form: Filled, answer: Page) -> None:
        receipt = person.receipt_of(answer)
        if receipt is not None:
            seen.receipts.append((number, person.email, receipt))
        elif answer.status not in {403, 409}:
            seen.trouble.append(f"signing {number} was answered with {answer.status}")

    _go_through(person, forms, seen, over, rng, answered, is_signing=True)


def _read_all(person: Person, forms: Forms, seen: Seen, over: threading.Event, seed: float) -> None:
    rng = random.Random(seed)

    def answered(number: str, form: Filled, answer: Page) -> None:
        if answer.status == 302:
            seen.understood.append((number, person.email))
        else:
            seen.trouble.append(f"reading {number} was answered with {answer.status}")

    _go_through(person, forms, seen, over, rng, answered, is_signing=False)


def _go_through(
    person: Person,
    forms: Forms,
    seen: Seen,
    over: threading.Event,
    rng: random.Random,
    answered: Callable[[str, Filled, Page], None],
    *,
    is_signing: bool,
) -> None:
    for number, form in rng.sample(forms, len(forms)):
        if over.is_set():
            return
        if isinstance(form, Page):
            seen.trouble.append(f"the form for {number} did not come: {form.status}")
            continue
        try:
            for _ in range(1 + (rng.random() < 0.2)):  # one in five sends the form twice
                answered(number, form, person.send(form))
        except Unanswered:
            seen.unknown.append((person, number, form, is_signing))
            return


def _ask_again(seen: Seen, tally: Tally) -> None:
    """Send each form again whose answer never came: it leads to the receipt, or to a refusal with a sentence."""
    for person, number, form, is_signing in seen.unknown:
        answer = person.send(form)
        receipt = person.receipt_of(answer) if is_signing else None
        if receipt is not None:
            seen.receipts.append((number, person.email, receipt))
        elif answer.status == 302 and not is_signing:
            seen.understood.append((number, person.email))
        elif answer.status not in {403, 409}:
            tally.broken(f"a form sent again for {number} was answered with {answer.status}")


def _drained(tally: Tally) -> None:
    """Wait until the background worker has done what was due."""
    deadline = time.monotonic() + DRAINS_WITHIN
    due = DBTaskResult.objects.filter(Q(status="READY", run_after__year=9999) | Q(status="RUNNING"))
    while time.monotonic() < deadline:
        if not due.exists() and not DBTaskResult.objects.filter(status="READY", run_after__lte=timezone.now()).exists():
            return
        time.sleep(0.1)
    tally.broken(f"{due.count()} tasks were not done within {DRAINS_WITHIN} s.")


def _hold(seen: Seen, tally: Tally) -> None:
    """I1: every acknowledged signature is there once, under the key and with the seal that the person saw."""
    for number, email, receipt in seen.receipts:
        row = Signature.objects.filter(pk=receipt.key, person__user__email=email, version__sop__number=number).first()
        if tally.need(row, f"I1: the signature {receipt.key} of {email} on {number} is lost"):
            tally.need(receipt.seal in {"", row.seal}, f"I1: the signature {receipt.key} has another seal")
            rows = Signature.objects.filter(version=row.version, person=row.person).exclude(meaning=Meaning.PREPARED)
            tally.need(rows.count() == 1, f"I1: {rows.count()} signatures of {email} on {number}")
    for number, email in seen.understood:
        rows = SignOff.objects.filter(version__sop__number=number, person__user__email=email)
        tally.need(rows.count() == 1, f"I1: {rows.count()} sign-offs of {email} on {number}")


def _mail(numbers: list[str], office: PostOffice, tally: Tally) -> None:
    """I12: who wrote a version that is approved now was told; two copies of a message are known as one."""
    copies: dict[tuple[str, str], list[str]] = defaultdict(list)
    for taken in list(office.taken):
        copies[taken.to, taken.subject].append(taken.key)
    tally.note("e-mails", sum(map(len, copies.values())))
    done = Signature.objects.filter(version__sop__number__in=numbers, version__status="approved")
    for number in sorted(set(done.values_list("version__sop__number", flat=True))):
        told = copies["ana@northwind.example", f"{number} version 1.0 is approved"]
        tally.need(told, f"I12: nobody was told that {number} is approved")
    for (to, subject), keys in copies.items():
        if "is approved" in subject and len(keys) > 1:
            tally.note("e-mails sent twice")
            tally.need(len(set(keys)) == 1, f"I12: {to} got “{subject}” {len(keys)} times as different messages")
    office.taken.clear()
