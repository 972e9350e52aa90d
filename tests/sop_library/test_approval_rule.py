"""Who may sign which step: order, quorum, separation of duties and standing in, as a rule over plain facts."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_library.domain.approval import Given, Quorum, Step, can_be_finished, next_step, verdict
from sop_library.domain.days import days_later, end_of_day
from sop_library.domain.signature import Meaning
from tests.world import AT

ANA, PRIYA, BEN, CARL = 1, 2, 3, 4
PREPARED = Step(0, Meaning.PREPARED, frozenset({ANA}), signed=(Given(ANA),))


def reviewed(*people: int, quorum: Quorum = Quorum.ONE, count: int = 1, signed: tuple[Given, ...] = ()) -> Step:
    return Step(1, Meaning.REVIEWED, frozenset(people), quorum, count, signed)


def approved(*people: int, quorum: Quorum = Quorum.ONE, count: int = 1) -> Step:
    return Step(2, Meaning.APPROVED, frozenset(people), quorum, count)


def test_one_signature_is_enough_for_one_of_them() -> None:
    assert reviewed(PRIYA, BEN, signed=(Given(BEN),)).is_done


def test_all_of_them_means_the_place_of_each() -> None:
    step = reviewed(PRIYA, BEN, quorum=Quorum.ALL, signed=(Given(BEN),))
    assert (step.is_done, step.needed, step.open_places) == (False, 2, frozenset({PRIYA}))
    assert replace(step, signed=(Given(BEN), Given(CARL, PRIYA))).is_done


def test_a_number_of_them_counts_signatures() -> None:
    step = reviewed(PRIYA, BEN, CARL, quorum=Quorum.SOME, count=2, signed=(Given(BEN),))
    assert not step.is_done
    assert replace(step, signed=(Given(BEN), Given(CARL))).is_done


def test_steps_are_signed_in_order() -> None:
    steps = [approved(BEN), PREPARED, reviewed(PRIYA)]
    assert next_step(steps) == reviewed(PRIYA)
    assert verdict(steps, person=PRIYA).reason == ""
    assert "waits for somebody else" in verdict(steps, person=BEN).reason


@pytest.mark.parametrize("once", [True, False])
def test_an_author_signs_no_other_step_whatever_the_route_says(once: bool) -> None:
    for steps in ([PREPARED, approved()], [PREPARED, reviewed(ANA), approved()], [PREPARED, approved(BEN)]):
        found = verdict(steps, person=ANA, away={BEN}, one_step_each=once)
        assert "You prepared this version" in found.reason


def test_nobody_signs_one_step_twice_even_for_another_person() -> None:
    steps = [PREPARED, reviewed(PRIYA, BEN, quorum=Quorum.ALL, signed=(Given(BEN),)), approved()]
    found = verdict(steps, person=BEN, away={PRIYA}, one_step_each=False)
    assert "signed this step already" in found.reason


def test_one_step_each_is_the_choice_of_the_route() -> None:
    steps = [PREPARED, reviewed(BEN, signed=(Given(BEN),)), approved(BEN)]
    assert "signed a step of this round already" in verdict(steps, person=BEN).reason
    assert verdict(steps, person=BEN, one_step_each=False).reason == ""


def test_a_delegate_fills_the_place_of_the_one_who_is_away_and_no_other() -> None:
    steps = [PREPARED, reviewed(PRIYA), approved(BEN)]
    assert verdict(steps, person=CARL, away={PRIYA}).stands_in_for == PRIYA
    assert verdict(steps, person=CARL, away={BEN}).reason
    assert verdict([PREPARED, reviewed(), approved(BEN)], person=CARL, away={PRIYA}).stands_in_for is None


def test_who_came_back_finds_their_place_filled() -> None:
    steps = [PREPARED, reviewed(PRIYA, BEN, quorum=Quorum.ALL, signed=(Given(CARL, PRIYA),)), approved()]
    assert "Your delegate has signed" in verdict(steps, person=PRIYA).reason


def test_who_is_needed_later_leaves_this_step_to_others() -> None:
    steps = [PREPARED, reviewed(), approved(BEN)]
    assert "A later step names you" in verdict(steps, person=BEN).reason
    assert verdict([PREPARED, reviewed(), approved(BEN, CARL)], person=BEN).reason == ""
    assert (
        "A later step names you"
        in verdict([PREPARED, reviewed(), approved(BEN, CARL, quorum=Quorum.SOME, count=2)], person=BEN).reason
    )


def test_two_groups_may_overlap_as_long_as_there_are_enough_people() -> None:
    assert can_be_finished([reviewed(PRIYA, BEN), approved(PRIYA, BEN)])
    assert not can_be_finished([reviewed(PRIYA, BEN), approved(PRIYA, BEN, quorum=Quorum.ALL)])


def test_days_are_those_of_the_organisation_s_clocks() -> None:
    # The clocks of Lisbon go forward on 29 March 2026: three days later it is the same time of day there.
    before = AT.replace(month=3, day=27, hour=9)
    assert days_later("Europe/Lisbon", before, 3) == before.replace(day=30, hour=8)
    assert end_of_day("Europe/Lisbon", before.replace(day=29)) == before.replace(day=29, hour=23)


people = st.frozensets(st.integers(1, 6), max_size=4)
acts = st.lists(st.tuples(st.sampled_from(["sign", "add", "replace", "step"]), st.integers(1, 7), people), max_size=40)
quorums = st.sampled_from(list(Quorum))
laid = st.lists(st.tuples(people, quorums, st.integers(1, 3)), min_size=1, max_size=4)


@settings(max_examples=150, deadline=None)
@given(laid=laid, acts=acts, once=st.booleans())
def test_no_sequence_of_acts_breaks_order_quorum_or_separation(
    laid: list[tuple[frozenset[int], Quorum, int]], acts: list[tuple[str, int, frozenset[int]]], once: bool
) -> None:
    steps = [PREPARED, *(Step(n, Meaning.APPROVED, who, q, count) for n, (who, q, count) in enumerate(laid, 1))]
    for act, person, others in acts:
        now = next_step(steps)
        if now is None:
            break
        place = steps.index(now)
        done_before = [step.is_done for step in steps[:place]]
        if act == "sign":
            found = verdict(steps, person=person, away=others, one_step_each=once)
            if not found.reason:
                steps[place] = replace(now, signed=(*now.signed, Given(person, found.stands_in_for)))
        elif act == "add" and now.people:
            steps[place] = replace(now, people=now.people | {person})
        elif act == "replace" and now.open_places:
            steps[place] = replace(now, people=(now.people - {min(now.open_places)}) | {person})
        elif act == "step" and len(steps) < 8:
            later = [replace(step, position=step.position + 1) for step in steps[place + 1 :]]
            steps = [*steps[: place + 1], Step(place + 1, Meaning.APPROVED, others), *later]
        assert all(done_before)
        holds(steps, once=once)


def holds(steps: list[Step], *, once: bool) -> None:
    """Assert the invariants of a round."""
    begun = [step for step in steps if step.signed]
    for step in begun:
        assert all(before.is_done for before in steps if before.position < step.position)
        assert len(step.signers) == len(step.signed)
        assert len({given.place for given in step.signed}) == len(step.signed)
        assert step.position == 0 or ANA not in step.signers
        if step.people:
            assert all(given.place in step.people for given in step.signed)
    for step in steps:
        if step.is_done:
            assert len(step.signed) >= (len(step.people) if step.quorum is Quorum.ALL else step.needed)
    signers = [person for step in begun for person in step.signers]
    assert not once or len(set(signers)) == len(signers)
