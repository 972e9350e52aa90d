"""Several people, or one person several times, at the same moment: on real connections, and over real HTTP in turn."""

import random
from collections.abc import Callable
from functools import partial

from accounts.models import Membership
from accounts.refusals import Refusal, Stale
from sop_library.actions import approving, drafting, training
from sop_library.domain.lifecycle import Status
from sop_library.domain.signature import Meaning
from sop_library.models import Signature, SignOff, Version
from tests.faults import story
from tests.faults.ground import Ground
from tests.faults.invariants import invariants
from tests.faults.people import Filled, Page, Person
from tests.faults.site import Site
from tests.faults.tally import Tally
from tests.sop_library import makers
from tests.together import together
from tests.world import PASSWORD

ANEW_EVERY = 20
HTTP_EVERY = 10


class Race:
    """A ground with eight approvers, rounds in memory and rounds over HTTP, everything held after each."""

    def __init__(self, ground: Ground, tally: Tally, *, over_http: bool) -> None:
        self.ground, self.tally = ground, tally
        self.home = story.world()
        self.approvers = story.approvers(self.home)
        with story.small_pdfs():
            self.issued = makers.published(self.home)
        self.site = Site(ground) if over_http else None
        self.people: dict[int, Person] = {}
        if self.site is not None:
            self.site.start()
            for member in (*self.approvers, self.home.ana, self.home.rui):
                self.people[member.pk] = Person(self.site.port, member.user.email, PASSWORD)
                self.people[member.pk].sign_in()
        ground.keep("start")

    def rounds(self, number: int, play: Callable[["Race", random.Random], int]) -> None:
        """Play that many rounds and hold the invariants after each."""
        try:
            for each in range(number):
                if self.site is None and each and each % ANEW_EVERY == 0:
                    self.ground.back("start")
                acts = play(self, random.Random(each))
                for sentence in invariants(quiet=False):
                    self.tally.broken(sentence)
                self.tally.round_done(acts)
        finally:
            if self.site is not None:
                self.site.stop()

    def sentences(self, results: list[object]) -> list[object]:
        """Return what was done; every other result must be a refusal with a sentence."""
        done = []
        for result in results:
            if isinstance(result, Refusal):
                self.tally.need(result.sentence.endswith("."), f"a refusal without a sentence: {result!r}")
                self.tally.note("refused")
            elif isinstance(result, Exception):
                self.tally.broken(f"an error and no sentence: {result!r}")
            else:
                done.append(result)
        return done

    def signatures(self, version: Version) -> list[Signature]:
        """Return the signatures of a version beside that of preparing it."""
        return list(Signature.objects.filter(version=version).exclude(meaning=Meaning.PREPARED))

    def approve(self, version: Version, by: Membership) -> object:
        """Sign the version's next step, by the action."""
        return approving.approve(version=version, shown_digest=version.digest, by=by, at=makers.moment(20))

    def form(self, person: Membership, version: Version) -> Filled:
        """Return the filled signing form of a version."""
        found = self.people[person.pk].signing(version.sop.number)
        if isinstance(found, Page):
            raise AssertionError(f"no form to sign {version.sop.number}: {found.status}")
        return found

    def send(self, person: Membership, form: Filled) -> Page:
        """Send a form on a line of its own, in the person's session."""
        sitting = self.people[person.pk]
        return Person(sitting.port, sitting.email, sitting.password, cookies=dict(sitting.cookies)).send(form)


def eight_approvers(race: Race, rng: random.Random) -> int:
    """Eight people sign one version; as many signatures as were acknowledged, each by somebody else."""
    version = makers.submitted(race.home)
    if race.site is None:
        results = together(*(partial(race.approve, version, who) for who in race.approvers))
        keys = {result.pk for result in race.sentences(results) if isinstance(result, Signature)}
    else:
        forms = {who: race.form(who, version) for who in race.approvers}
        answers = race.sentences(together(*(partial(race.send, who, form) for who, form in forms.items())))
        keys = set(_receipts(race, answers))
    stored = race.signatures(version)
    race.tally.need({row.pk for row in stored} == keys, f"{len(keys)} acknowledged, {len(stored)} stored")
    race.tally.need(len({row.person_id for row in stored}) == len(stored), "one person signed twice")
    race.tally.need(keys, "nobody could sign")
    return len(keys)


def double_submit(race: Race, rng: random.Random) -> int:
    """One person sends one form two to five times at once: one signature, and the same receipt for each."""
    times, what = rng.randint(2, 5), rng.randrange(3)
    if what == 0:
        return _read_twice(race, times)
    if what == 1 and race.site is None:
        return _submitted_twice(race, times)
    version = makers.submitted(race.home)
    who = rng.choice(race.approvers)
    if race.site is None:
        results = race.sentences(together(*[partial(race.approve, version, who)] * times))
        keys = [result.pk for result in results if isinstance(result, Signature)]
    else:
        form = race.form(who, version)
        keys = _receipts(race, race.sentences(together(*[partial(race.send, who, form)] * times)))
    stored = race.signatures(version)
    race.tally.need(len(stored) == 1, f"{len(stored)} signatures of one form sent {times} times")
    race.tally.need(keys == [stored[0].pk] * times, f"receipts {keys} for one form sent {times} times")
    return len(keys)


def _read_twice(race: Race, times: int) -> int:
    version = race.issued
    if race.site is not None:
        return _read_twice_over_http(race, times)
    reader = race.home.rui
    read = partial(training.sign_off, version=version, shown_digest=version.digest, by=reader, at=makers.moment(20))
    results = race.sentences(together(*[read] * times))
    stored = list(SignOff.objects.filter(version=version, person=reader))
    race.tally.need(len(stored) == 1, f"{len(stored)} sign-offs of one form sent {times} times")
    race.tally.need(results == stored * times, "not every click gave the same sign-off")
    return times


def _read_twice_over_http(race: Race, times: int) -> int:
    with story.small_pdfs():
        version = makers.published(race.home)
    reader = race.home.rui
    form = race.people[reader.pk].understanding(version.sop.number)
    if not race.tally.need(isinstance(form, Filled), "no form to sign as read"):
        return 0
    answers = race.sentences(together(*[partial(race.send, reader, form)] * times))
    places = {(answer.status, answer.leads_to) for answer in answers if isinstance(answer, Page)}
    race.tally.need(len(places) == 1 and next(iter(places))[0] == 302, f"one form led to {places}")
    stored = SignOff.objects.filter(version=version, person=reader).count()
    race.tally.need(stored == 1, f"{stored} sign-offs of one form sent {times} times")
    return len(answers)


def _submitted_twice(race: Race, times: int) -> int:
    draft = makers.draft(race.home)
    done = race.sentences(together(*[partial(makers.submitted, race.home, draft)] * times))
    race.tally.need(len(done) == 1, f"{len(done)} of {times} submissions of one draft were taken")
    race.tally.need(story.fresh(draft).round == 1, "a double click made two rounds")
    return len(done)


def two_editors(race: Race, rng: random.Random) -> int:
    """Two tabs save one draft: one is kept whole, the other is told and has both texts before it."""
    draft = makers.draft(race.home)
    given = rng.sample(range(10, 90), 2)
    if race.site is not None:
        return _two_tabs(race, draft, given)
    saves = [
        partial(
            drafting.save_values,
            version=draft,
            values={"RingTimeLimit": rings},
            row_version=draft.row_version,
            by=race.home.ana,
            at=makers.moment(5),
        )
        for rings in given
    ]
    results = together(*saves)
    done = race.sentences(results)
    race.tally.need(len(done) == 1, f"{len(done)} of two saves were taken")
    race.tally.need(any(isinstance(result, Stale) for result in results), "nobody was told that the draft had changed")
    kept, wanted = story.fresh(draft).values, {**draft.values, "RingTimeLimit": done[0].values["RingTimeLimit"]}
    race.tally.need(kept == wanted, f"what was acknowledged is not what is kept: {kept}")  # I11
    return len(done)


def _two_tabs(race: Race, draft: Version, given: list[int]) -> int:
    ana = race.home.ana
    where = f"/o/northwind/sops/{draft.sop.number}/draft/?group=rules"
    page = race.people[ana.pk].get(where)
    forms = [race.people[ana.pk].form(page, **{"v-RingTimeLimit": str(rings)}) for rings in given]
    answers = [each for each in together(*(partial(race.send, ana, form) for form in forms)) if isinstance(each, Page)]
    by_status = {answer.status: answer for answer in answers}
    if race.tally.need(set(by_status) == {302, 409}, f"two tabs were answered with {sorted(by_status)}"):
        text = by_status[409].text
        race.tally.need(all(str(rings) in text for rings in given), "the second tab does not show both texts")
    kept = story.fresh(draft)
    race.tally.need(
        kept.values["RingTimeLimit"] in given and kept.status == Status.DRAFT, "neither text was kept"
    )  # I11
    return 302 in by_status


def _receipts(race: Race, answers: list[object]) -> list[int]:
    """Return the keys of the receipts that answers lead to; any other answer is a page with a sentence."""
    keys = []
    for answer in answers:
        receipt = isinstance(answer, Page) and next(iter(race.people.values())).receipt_of(answer)
        if receipt:
            keys.append(receipt.key)
        elif isinstance(answer, Page):
            race.tally.need(answer.status in {403, 409}, f"an answer with {answer.status} and no receipt")
            race.tally.note("refused")
    return keys


def play(ground: Ground, rounds: int, tally: Tally, game: Callable[[Race, random.Random], int]) -> None:
    """Play the rounds, one in ten of them over HTTP."""
    ground.keep("empty")
    over_http = rounds // HTTP_EVERY
    Race(ground, tally, over_http=False).rounds(rounds - over_http, game)
    if over_http:
        ground.back("empty")
        Race(ground, tally, over_http=True).rounds(over_http, game)
