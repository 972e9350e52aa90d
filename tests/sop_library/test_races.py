"""Two people, or one person twice, at the same moment: on real connections, on either database.

Every round ends with the verification of everything: no signature lost, doubled or left on a text that went back.
"""

import threading
from collections.abc import Callable, Iterator

import pytest
from django.db import connection, connections

from accounts.refusals import Refusal
from sop_library import verifying
from sop_library.actions import approving, drafting, publishing, training
from sop_library.domain.lifecycle import Status
from sop_library.models import SOP, Publication, Signature, SignOff, Version
from tests.sop_library import makers
from tests.sop_library.makers import TODAY, moment
from tests.world import World

ROUNDS = 6
Act = Callable[[], object]


def at_once(*acts: Act) -> list[object]:
    """Run the acts at the same moment, each on a connection of its own; return each one's result or its refusal."""
    barrier, results = threading.Barrier(len(acts)), [object()] * len(acts)

    def run(place: int, act: Act) -> None:
        barrier.wait()
        try:
            results[place] = act()
        except Refusal as refusal:
            results[place] = refusal
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def refused(results: list[object]) -> list[Refusal]:
    """Return the refusals among the results; each carries a sentence."""
    found = [result for result in results if isinstance(result, Refusal)]
    assert all(refusal.sentence for refusal in found)
    return found


@pytest.fixture(autouse=True)
def _nothing_is_wrong_afterwards(open_world: World) -> Iterator[None]:
    yield
    assert list(verifying.faults()) == []
    connection.close()


def test_two_approvers_sign_one_step_once(open_world: World) -> None:
    for _ in range(ROUNDS):
        version = makers.submitted(open_world)
        results = at_once(
            *(
                lambda who=who: approving.approve(version=version, shown_digest=version.digest, by=who, at=moment(4))
                for who in (open_world.priya, open_world.ben)
            )
        )
        signed = Signature.objects.filter(version=version).exclude(meaning="prepared")
        # Both may have signed, one after the other: then each its own step.
        assert sorted(signed.values_list("approval__position", flat=True)) == list(range(1, 3 - len(refused(results))))


def test_a_double_click_on_sign_gives_one_signature_and_one_receipt(open_world: World) -> None:
    for _ in range(ROUNDS):
        version = makers.submitted(open_world)
        click = lambda: approving.approve(  # noqa: E731
            version=version, shown_digest=version.digest, by=open_world.priya, at=moment(4)
        )
        first, second = at_once(click, click)
        assert first == second
        assert Signature.objects.filter(version=version, person=open_world.priya).count() == 1


def test_nothing_is_signed_after_it_went_back(open_world: World) -> None:
    for _ in range(ROUNDS):
        version = makers.reviewed(open_world)
        at_once(
            lambda: approving.approve(version=version, shown_digest=version.digest, by=open_world.ben, at=moment(5)),
            lambda: approving.return_version(version=version, reason="Wait.", by=open_world.priya, at=moment(5)),
        )
        now = Version.objects.get(pk=version.pk)
        assert now.status in {Status.DRAFT, Status.APPROVED}


def test_two_tabs_save_and_the_later_one_is_told(open_world: World) -> None:
    for _ in range(ROUNDS):
        draft = makers.draft(open_world)
        save = [
            lambda rings=rings: drafting.save_values(
                version=draft,
                values={"RingTimeLimit": rings},
                row_version=draft.row_version,
                by=open_world.ana,
                at=moment(3),
            )
            for rings in (5, 6)
        ]
        results = at_once(*save)
        assert len(refused(results)) == 1
        assert Version.objects.get(pk=draft.pk).values["RingTimeLimit"] in {5, 6}


def test_one_revision_is_started_and_one_number_given_to_each_sop(open_world: World) -> None:
    published = makers.published(open_world)
    start = lambda: drafting.start_revision(sop=published.sop, by=open_world.ana, at=moment(7))  # noqa: E731
    assert len(refused(at_once(start, start))) == 1
    template = makers.template()
    new = lambda: drafting.start_sop(template=template, by=open_world.ana, at=moment(8))  # noqa: E731
    assert not refused(at_once(new, new, new))
    numbers = list(SOP.objects.values_list("number", flat=True))
    assert len(numbers) == len(set(numbers)) == 4


def test_a_version_is_published_once(open_world: World) -> None:
    version = makers.approved(open_world)
    go = lambda: publishing.publish(  # noqa: E731
        version=version, effective_on=TODAY, by=open_world.ana, at=moment(6)
    )
    assert len(refused(at_once(go, go))) == 1
    assert Publication.objects.filter(version=version).count() == 1


def test_a_double_click_on_understood_gives_one_sign_off(open_world: World) -> None:
    version = makers.published(open_world)
    click = lambda: training.sign_off(  # noqa: E731
        version=version, shown_digest=version.digest, by=open_world.rui, at=moment(9)
    )
    first, second = at_once(click, click)
    assert first == second
    assert SignOff.objects.filter(version=version).count() == 1
