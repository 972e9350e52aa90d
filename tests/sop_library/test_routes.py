"""Routes with quorum and people, standing in, and rounds whose steps and people change, as actions."""

from datetime import date, timedelta

import pytest

from accounts.actions import suspend_member
from accounts.domain.roles import Role
from accounts.models import Membership
from accounts.refusals import BadInput, NotAllowed, Stale, WrongState
from audit.models import Entry
from sop_library import verifying
from sop_library.actions import approving, delegating, rerouting
from sop_library.actions.routing import drop_route, set_route
from sop_library.domain.approval import Quorum
from sop_library.domain.lifecycle import Status
from sop_library.domain.signature import Meaning
from sop_library.models import Approval, ApprovalPerson, Delegation, Signature, Version
from sop_library.record import record_of
from sop_library.rounds import approvals_of, next_approval, stuck_words
from sop_library.routing import route_of
from sop_library.waiting import waiting_for, waiting_step, waiting_steps
from tests.database import open_protected_tables
from tests.sop_library import makers
from tests.sop_library.makers import TODAY, moment, step
from tests.world import World, person


@pytest.fixture
def carl(world: World) -> Membership:
    return person(world.northwind, "Carl Dahl", Role.APPROVER, title="Lawyer", department="Legal")


LEGAL = {"own_title": "Checked by Legal", "own_statement": "I checked this version against the contracts."}


def signs(version: Version, by: Membership, minutes: int = 4) -> Version:
    return makers.signed(version, by, moment(minutes))


def test_all_of_two_sign_one_step_in_any_order(world: World, carl: Membership) -> None:
    set_route(
        steps=[step(Meaning.REVIEWED, world.priya, carl, quorum=Quorum.ALL), step(Meaning.RELEASED, world.ben)],
        by=world.mia, at=moment(1),
    )  # fmt: skip
    version = signs(makers.submitted(world), carl)
    with pytest.raises(NotAllowed, match="signed this step already"):
        approving.next_to_sign(version=version, shown_digest=version.digest, by=carl, at=moment(5))
    with pytest.raises(NotAllowed, match="waits for somebody else"):
        signs(version, world.ben)
    version = signs(signs(version, world.priya), world.ben)
    assert version.status == Status.APPROVED
    assert list(verifying.faults()) == []
    printed = [(row.printed_name, row.meaning) for row in record_of(version).signatures]
    assert printed[1:] == [
        ("Carl Dahl", "Reviewed: I reviewed this version and checked it for accuracy."),
        ("Priya Nair", "Reviewed: I reviewed this version and checked it for accuracy."),
        ("Ben Okafor", "Released: I release this version for use."),
    ]


def test_two_of_three_are_enough_and_the_third_has_nothing_left_to_sign(world: World, carl: Membership) -> None:
    people = (world.priya, world.ben, carl)
    set_route(steps=[step(Meaning.APPROVED, *people, quorum=Quorum.SOME, count=2)], by=world.mia, at=moment(1))
    version = signs(signs(makers.submitted(world), world.ben), carl)
    assert version.status == Status.APPROVED
    with pytest.raises(WrongState):
        signs(version, world.priya)


def test_a_step_in_own_words_is_signed_and_sealed_in_them(world: World, carl: Membership) -> None:
    set_route(steps=[step(Meaning.OTHER, carl, **LEGAL), step(Meaning.APPROVED, world.ben)], by=world.mia, at=moment(1))
    signs(makers.submitted(world), carl)
    row = Signature.objects.get(person=carl)
    assert (row.title, row.statement) == ("Checked by Legal", "I checked this version against the contracts.")
    assert list(verifying.faults()) == []


def test_a_template_has_a_route_of_its_own_until_it_is_dropped(world: World) -> None:
    version = makers.draft(world)
    template = version.sop.template
    assert template is not None
    set_route(steps=[step(Meaning.REVIEWED), step(Meaning.APPROVED)], by=world.mia, at=moment(1))
    set_route(steps=[step(Meaning.APPROVED, world.ben)], template=template, by=world.mia, at=moment(1))
    assert len(route_of(world.northwind.pk, template.pk).steps) == 1
    assert len(route_of(world.northwind.pk).steps) == len(route_of(world.northwind.pk, template.pk + 1).steps) == 2
    assert route_of(world.contoso.pk, template.pk).route is None
    assert signs(makers.submitted(world, version), world.ben).status == Status.APPROVED
    drop_route(template=template, by=world.mia, at=moment(5))
    assert len(route_of(world.northwind.pk, template.pk).steps) == 2
    assert Entry.objects.filter(action="route.changed").count() == 3
    with pytest.raises(NotAllowed):
        drop_route(template=template, by=world.ana, at=moment(6))


def test_titles_and_departments_are_resolved_to_people_when_submitting(world: World, carl: Membership) -> None:
    set_route(steps=[step(Meaning.APPROVED, department="legal", quorum=Quorum.ALL)], by=world.mia, at=moment(1))
    version = makers.submitted(world)
    late = person(world.northwind, "Lia Moss", Role.APPROVER, title="Lawyer", department="Legal")
    with pytest.raises(NotAllowed):
        signs(version, late)
    assert signs(version, carl).status == Status.APPROVED


def test_a_route_that_nobody_can_sign_now_is_told_when_submitting(world: World, carl: Membership) -> None:
    both = step(Meaning.APPROVED, world.ben, carl, quorum=Quorum.ALL, is_open=False)
    set_route(steps=[both], by=world.mia, at=moment(1))
    suspend_member(member=carl, by=world.mia, at=moment(2))
    with pytest.raises(BadInput, match="Carl Dahl cannot sign at present"):
        makers.submitted(world)
    with pytest.raises(NotAllowed, match="The route says who signs step 1"):
        makers.submitted(world, makers.draft(world), assignees={1: world.priya})
    assert not Approval.objects.exists()


def test_one_person_may_sign_two_steps_where_the_route_says_so_but_never_by_one_click(world: World) -> None:
    steps = [step(Meaning.REVIEWED, world.ben), step(Meaning.APPROVED, world.ben)]
    set_route(steps=steps, one_step_each=False, by=world.mia, at=moment(1))
    version = makers.submitted(world)
    given = {"version": version, "shown_digest": version.digest, "by": world.ben, "at": moment(4)}
    first = approving.approve(**given, position=1)
    assert approving.approve(**given, position=1) == first
    with pytest.raises(Stale, match="The step that you were shown is signed"):
        approving.next_to_sign(**given, position=3)
    assert approving.approve(**given, position=2) != first
    assert list(verifying.faults()) == []
    world.ana.is_approver = True
    world.ana.save()
    other = makers.submitted(world)
    with pytest.raises(NotAllowed, match="You prepared this version"):
        makers.signed(other, world.ana)


# Days


def test_since_and_due_follow_from_the_signatures_alone(world: World) -> None:
    set_route(
        steps=[step(Meaning.REVIEWED, due_days=2), step(Meaning.APPROVED, due_days=1, remind_days=1, escalate_days=3,
                                                         escalate_to=world.mia.pk)],
        by=world.mia, at=moment(1),
    )  # fmt: skip
    version = makers.submitted(world)
    first = waiting_step(version, moment(10))
    assert first is not None
    assert (first.since, first.remind_at) == (moment(3), None)
    # 4 May 10:03 in Lisbon, and two days: due to the end of 6 May there, which is 23:00 UTC.
    assert first.due_at == moment(days=2).replace(hour=23, minute=0)
    assert first.is_overdue(first.due_at)
    assert not first.is_overdue(first.due_at - timedelta(minutes=1))
    signs(version, world.priya, 60)
    (second,) = waiting_steps(world.northwind, moment(70))
    assert (second.since, second.remind_at, second.escalate_at) == (
        moment(60), moment(60, days=1), moment(60, days=3)
    )  # fmt: skip
    assert second.escalate_to == world.mia
    assert [person.pk for person in second.people] == [world.ben.pk]


def test_what_is_overdue_comes_first_in_the_list_of_work(world: World) -> None:
    makers.submitted(world, at=moment(3))
    set_route(steps=[step(Meaning.APPROVED, due_days=1)], by=world.mia, at=moment(4))
    late = makers.submitted(world, at=moment(5))
    rows = waiting_for(world.ben, moment(days=9))
    assert rows[0].version.pk == late.pk
    assert waiting_for(world.ana, moment(9)) == waiting_for(world.zoe, moment(9)) == []


# Standing in


def test_a_delegate_signs_as_themselves_and_the_record_says_for_whom(world: World, carl: Membership) -> None:
    makers.away(world, world.priya, carl)
    version = makers.submitted(world, assignees={1: world.priya, 2: world.ben})
    version = signs(version, carl)
    row = Signature.objects.get(person=carl)
    assert (row.stood_in_for, row.full_role) == (world.priya, "Lawyer (standing in for Priya Nair)")
    assert Entry.objects.get(action="version.signed").data["stood_in_for_name"] == "Priya Nair"
    assert "Carl Dahl, Lawyer (standing in for Priya Nair)" in record_of(version).inline["ReviewedBy"]
    assert list(verifying.faults()) == []
    with pytest.raises(NotAllowed):
        signs(version, world.priya)
    assert signs(version, world.ben).status == Status.APPROVED


def test_a_delegate_has_no_right_before_after_or_in_a_chain(world: World, carl: Membership) -> None:
    makers.away(world, world.priya, world.ben)
    makers.away(world, world.ben, carl)
    version = makers.submitted(world, assignees={1: world.priya})
    assert [person.pk for person in waiting_step(version, moment(9)).people] == [world.priya.pk, world.ben.pk][::-1]  # type: ignore[union-attr]
    with pytest.raises(NotAllowed, match="waits for somebody else"):
        signs(version, carl)
    with pytest.raises(NotAllowed):
        makers.signed(version, world.ben, moment(days=4))
    with pytest.raises(NotAllowed):
        makers.signed(version, world.ben, moment(days=-1))


def test_a_delegate_who_signed_another_step_or_prepared_it_is_refused(world: World) -> None:
    makers.away(world, world.priya, world.ben)
    version = signs(makers.submitted(world, assignees={1: world.ben, 2: world.priya}), world.ben)
    with pytest.raises(NotAllowed, match="signed a step of this round already"):
        approving.next_to_sign(version=version, shown_digest=version.digest, by=world.ben, at=moment(5))
    world.ana.is_approver = True
    world.ana.save()
    delegating.end_delegation(delegation=Delegation.objects.get(), by=world.priya, at=moment(6))
    makers.away(world, world.priya, world.ana)
    other = makers.submitted(world, assignees={1: world.priya})
    with pytest.raises(NotAllowed, match="You prepared this version"):
        signs(other, world.ana)


def test_standing_in_ends_at_once_and_what_was_signed_stays(world: World, carl: Membership) -> None:
    made = makers.away(world, world.priya, carl)
    version = signs(makers.submitted(world, assignees={1: world.priya}), carl)
    other = makers.submitted(world, assignees={1: world.priya})
    delegating.end_delegation(delegation=made, by=world.mia, at=moment(6))
    with pytest.raises(WrongState):
        delegating.end_delegation(delegation=made, by=world.mia, at=moment(7))
    with pytest.raises(NotAllowed):
        signs(other, carl, 8)
    assert version.signatures.filter(person=carl).exists()
    assert list(verifying.faults()) == []


@pytest.mark.parametrize("name", ["ana", "ben", "rui", "zoe"])
def test_only_the_person_and_admins_say_who_stands_in(world: World, carl: Membership, name: str) -> None:
    with pytest.raises(NotAllowed):
        delegating.delegate(
            person=world.priya, delegate=carl, from_on=TODAY, until_on=TODAY, by=world.everybody[name], at=moment(2),
            today=TODAY,
        )  # fmt: skip
    made = makers.away(world, world.priya, carl)
    with pytest.raises(NotAllowed):
        delegating.end_delegation(delegation=made, by=world.everybody[name], at=moment(3))


def test_it_refuses_days_and_people_that_make_no_sense(world: World, carl: Membership) -> None:
    def given(to: Membership, first: date, last: date) -> None:
        delegating.delegate(
            person=world.priya, delegate=to, from_on=first, until_on=last, by=world.mia, at=moment(2), today=TODAY
        )

    day = timedelta(days=1)
    for to, first, last in (
        (world.priya, TODAY, TODAY),
        (world.rui, TODAY, TODAY),
        (world.zoe, TODAY, TODAY),
        (carl, TODAY, TODAY - day),
        (carl, TODAY - 9 * day, TODAY - day),
        (carl, TODAY, TODAY + 400 * day),
    ):
        with pytest.raises(BadInput):
            given(to, first, last)
    given(carl, TODAY, TODAY + day)
    with pytest.raises(BadInput, match="Carl Dahl stands in from 4 May"):
        given(world.ben, TODAY + day, TODAY + 2 * day)
    assert Delegation.objects.count() == 1


def test_a_stand_in_without_right_is_a_fault(world: World, carl: Membership) -> None:
    open_protected_tables()
    makers.away(world, world.priya, carl)
    makers.submitted(world, assignees={1: world.priya})
    signs(Version.objects.latest("pk"), carl)
    Entry.objects.filter(action="delegation.made").update(action="delegation.dreamt")
    assert any("Carl Dahl signed in the place of Priya Nair" in fault for fault in verifying.faults())


# A round that changes


def test_a_step_is_added_after_the_one_that_waits(world: World, carl: Membership) -> None:
    version = makers.submitted(world, assignees={1: world.priya, 2: world.ben})
    rerouting.add_step(version=version, plan=step(Meaning.OTHER, **LEGAL), people=[carl], by=world.ana, at=moment(4))
    assert [row.title for row in approvals_of(version)] == ["Prepared", "Reviewed", "Checked by Legal", "Approved"]
    for who in (world.priya, carl, world.ben):
        version = signs(version, who)
    assert version.status == Status.APPROVED
    entry = Entry.objects.get(action="version.route_changed")
    assert (len(entry.data["old"]), len(entry.data["new"])) == (2, 3)
    assert list(verifying.faults()) == []
    with pytest.raises(WrongState, match="approved now"):
        rerouting.add_step(version=version, plan=step(Meaning.APPROVED), people=[], by=world.ana, at=moment(9))


def test_the_last_step_stays_one_that_approves(world: World) -> None:
    version = makers.reviewed(world)
    with pytest.raises(BadInput, match="last step"):
        rerouting.add_step(version=version, plan=step(Meaning.REVIEWED), people=[], by=world.ana, at=moment(5))
    rerouting.add_step(version=version, plan=step(Meaning.RELEASED), people=[], by=world.ana, at=moment(5))
    assert signs(version, world.ben).status == Status.IN_REVIEW


def test_of_all_of_them_a_suspended_person_keeps_their_place_until_another_is_named(
    world: World, carl: Membership
) -> None:
    set_route(steps=[step(Meaning.APPROVED, world.ben, carl, quorum=Quorum.ALL)], by=world.mia, at=moment(1))
    version = makers.submitted(world)
    suspend_member(member=carl, by=world.mia, at=moment(3))
    version = signs(version, world.ben)
    assert version.status == Status.IN_REVIEW
    now = next_approval(approvals_of(version))
    assert now is not None
    assert stuck_words(now) == "Carl Dahl is suspended, so this step cannot be completed. Name somebody else."
    given = {"version": version, "position": 1, "person": carl, "by": world.ana, "at": moment(6)}
    with pytest.raises(BadInput, match="Enter a reason"):
        rerouting.replace_person(**given, successor=world.priya, reason=" ")
    with pytest.raises(BadInput, match="stands in this step already"):
        rerouting.replace_person(**given, successor=world.ben, reason="Carl left.")
    with pytest.raises(BadInput, match="prepared this version"):
        rerouting.replace_person(**given, successor=world.ana, reason="Carl left.")
    rerouting.replace_person(**given, successor=world.priya, reason="Carl left.")
    assert Entry.objects.get(action="version.route_changed").data["reason"] == "Carl left."
    assert signs(version, world.priya).status == Status.APPROVED
    assert list(verifying.faults()) == []


def test_a_person_is_added_to_a_step_that_names_people(world: World, carl: Membership) -> None:
    version = makers.submitted(world, assignees={1: world.priya})
    rerouting.add_person(version=version, position=1, person=carl, by=world.mia, at=moment(4))
    assert signs(version, carl).status == Status.IN_REVIEW
    with pytest.raises(BadInput, match="Anyone who may approve"):
        rerouting.add_person(version=version, position=2, person=carl, by=world.mia, at=moment(4))
    with pytest.raises(WrongState, match="complete now"):
        rerouting.add_person(version=version, position=1, person=world.ben, by=world.mia, at=moment(5))


@pytest.mark.parametrize("name", ["priya", "rui", "zoe"])
def test_only_managers_and_admins_of_the_organisation_change_a_round(world: World, name: str) -> None:
    version = makers.submitted(world)
    with pytest.raises(NotAllowed):
        rerouting.add_step(
            version=version, plan=step(Meaning.APPROVED), people=[], by=world.everybody[name], at=moment(4)
        )


def test_people_or_steps_changed_behind_the_trail_are_a_fault(world: World, carl: Membership) -> None:
    version = makers.submitted(world, assignees={1: world.priya})
    ApprovalPerson.objects.filter(approval__position=1).update(person=carl)
    told = f"{version}: its steps or their people are not those that the audit trail recorded."
    assert list(verifying.faults()) == [told]
