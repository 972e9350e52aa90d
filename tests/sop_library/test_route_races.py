"""Two acts on one round at the same moment, on real connections: the last place of a quorum, and a step that comes."""

from collections.abc import Iterator
from functools import partial

import pytest
from django.db import connections

from accounts.domain.roles import Role
from accounts.refusals import BadInput, NotAllowed, WrongState
from audit.models import Entry
from sop_library.actions import delegating, rerouting
from sop_library.actions.routing import set_route
from sop_library.domain.approval import Quorum
from sop_library.domain.lifecycle import Status
from sop_library.domain.signature import Meaning
from sop_library.models import Approval, Signature
from tests.sop_library import makers
from tests.sop_library.makers import moment, step
from tests.sop_library.test_races import approval_by, at_once, done, fresh, refused
from tests.world import World, person

pytestmark = pytest.mark.usefixtures("no_pdf_engine")


@pytest.fixture(autouse=True)
def _connections_are_given_back(open_world: World) -> Iterator[None]:
    yield
    connections.close_all()


def test_the_last_place_of_a_quorum_is_filled_once(open_world: World) -> None:
    carl = person(open_world.northwind, "Carl Dahl", Role.APPROVER, title="Lawyer")
    people = (open_world.priya, open_world.ben, carl)
    set_route(steps=[step(Meaning.APPROVED, *people, quorum=Quorum.SOME, count=2)], by=open_world.mia, at=moment(1))
    for _ in range(8):
        version = makers.signed(makers.submitted(open_world), open_world.priya)
        results = at_once(approval_by(version, open_world.ben), approval_by(version, carl))
        assert len(refused(results, WrongState)) == 1
        assert Signature.objects.filter(version=version, meaning=Meaning.APPROVED).count() == 2
        assert fresh(version).status == Status.APPROVED


def test_all_of_two_at_once_both_count_and_one_of_them_is_the_last(open_world: World) -> None:
    both = step(Meaning.APPROVED, open_world.priya, open_world.ben, quorum=Quorum.ALL)
    set_route(steps=[both], by=open_world.mia, at=moment(1))
    for _ in range(8):
        version = makers.submitted(open_world)
        results = at_once(approval_by(version, open_world.priya), approval_by(version, open_world.ben))
        assert not refused(results)
        assert fresh(version).status == Status.APPROVED
        lasts = [entry.data["last"] for entry in Entry.objects.about(version).filter(action="version.signed")]
        assert sorted(lasts) == [False, True]


def test_a_step_that_comes_while_somebody_signs_is_signed_too_or_refused(open_world: World) -> None:
    for _ in range(8):
        version = makers.reviewed(open_world)
        adding = partial(
            rerouting.add_step,
            version=version,
            plan=step(Meaning.RELEASED),
            people=[],
            by=open_world.mia,
            at=moment(5),
        )
        results = at_once(approval_by(version, open_world.ben), adding)
        refused(results, WrongState)
        steps = Approval.objects.filter(version=version).count()
        assert fresh(version).status == (Status.APPROVED if steps == 3 else Status.IN_REVIEW)
        assert len(done(results)) == steps - 2


def test_a_person_who_is_replaced_while_they_sign_has_signed_or_is_refused(open_world: World) -> None:
    for _ in range(8):
        version = makers.submitted(open_world, assignees={1: open_world.priya})
        replacing = partial(
            rerouting.replace_person,
            version=version,
            position=1,
            person=open_world.priya,
            successor=open_world.ben,
            reason="Priya is away.",
            by=open_world.mia,
            at=moment(5),
        )
        results = at_once(approval_by(version, open_world.priya), replacing)
        assert len(refused(results, NotAllowed, WrongState, BadInput)) == 1


def test_a_delegate_signs_before_their_right_ends_or_not_at_all(open_world: World) -> None:
    for _ in range(8):
        made = makers.away(open_world, open_world.priya, open_world.ben)
        version = makers.submitted(open_world, assignees={1: open_world.priya})
        ending = partial(delegating.end_delegation, delegation=made, by=open_world.mia, at=moment(5))
        results = at_once(approval_by(version, open_world.ben), ending)
        assert len(refused(results, NotAllowed)) <= 1
        signed = Signature.objects.filter(version=version, person=open_world.ben).exists()
        assert signed == (not refused(results))
