"""Submitting, signing and returning, as actions."""

from datetime import timedelta

import pytest

from accounts.domain.roles import Role
from accounts.refusals import BadInput, NotAllowed, Stale, WrongState
from audit.models import Entry
from sop_library.actions import approving, drafting
from sop_library.actions.routing import set_route
from sop_library.domain.approval import Quorum
from sop_library.domain.lifecycle import Status
from sop_library.domain.numbering import ChangeSize, Number
from sop_library.domain.signature import Meaning
from sop_library.models import Approval, FrozenText, Route, RouteStep, Signature, Version
from sop_library.waiting import waiting_for
from templates_app.models import OrganisationValue
from tests.sop_library import makers
from tests.sop_library.makers import TODAY, moment
from tests.world import World, person


def fresh(version: Version) -> Version:
    return Version.objects.select_related("sop", "organisation").get(pk=version.pk)


def test_submitting_freezes_the_text_and_signs_it_as_prepared(world: World) -> None:
    version = makers.submitted(world)
    frozen = FrozenText.objects.get(version=version)
    signature = Signature.objects.get(version=version)
    assert (version.status, version.round, str(version.number)) == (Status.IN_REVIEW, 1, "1.0")
    assert version.digest == frozen.digest == signature.digest
    assert frozen.values == {"CompanyName": "Northwind", "RingTimeLimit": 3, "Reasons": ["Billing", "Delivery"]}
    assert (signature.printed_name, signature.role, signature.meaning) == ("Ana Silva", "Support Manager", "prepared")
    assert [step.meaning for step in version.approvals.all()] == ["prepared", "reviewed", "approved"]
    entry = Entry.objects.about(version).newest_first()[0]
    assert (entry.action, entry.data["digest"], entry.data["effective_on"]) == (
        "version.submitted",
        version.digest,
        "2026-05-04",
    )


def test_submitting_tells_the_organisation_its_new_values(world: World) -> None:
    makers.submitted(world)
    assert OrganisationValue.objects.visible_to(world.ana).by_name() == {"CompanyName": "Northwind"}


def test_it_refuses_to_submit_with_answers_missing(world: World) -> None:
    with pytest.raises(BadInput, match="Fill these answers first: company name, rings"):
        makers.submitted(world, makers.draft(world, values={}))
    assert not Signature.objects.exists()
    assert not Entry.objects.filter(action="version.submitted").exists()


def test_it_refuses_an_effective_date_in_the_past(world: World) -> None:
    with pytest.raises(BadInput) as refused:
        makers.submitted(world, effective_on=TODAY - timedelta(days=1))
    assert refused.value.field == "effective_on"


def test_it_refuses_a_review_date_before_the_effective_one(world: World) -> None:
    version = makers.draft(world)
    with pytest.raises(BadInput) as refused:
        approving.submit(
            version=version, row_version=2, change_size=ChangeSize.MAJOR, change_summary="", effective_on=TODAY,
            review_on=TODAY, assignees={}, by=world.ana, at=moment(3), today=TODAY,
        )  # fmt: skip
    assert refused.value.field == "review_on"


def test_a_second_version_needs_a_summary_and_its_number_follows_its_size(world: World) -> None:
    first = makers.published(world)
    draft = makers.revision(world, first)
    with pytest.raises(BadInput) as refused:
        approving.submit(
            version=draft, row_version=draft.row_version, change_size=ChangeSize.MINOR, change_summary="  ",
            effective_on=TODAY, review_on=TODAY + timedelta(days=9), assignees={}, by=world.ana, at=moment(9),
            today=TODAY,
        )  # fmt: skip
    assert refused.value.field == "change_summary"
    major = makers.submitted(world, draft, size=ChangeSize.MAJOR, at=moment(10))
    assert major.number == Number(2, 0)
    back = approving.return_version(version=major, reason="Too big.", by=world.ben, at=moment(11))
    minor = makers.submitted(world, back, size=ChangeSize.MINOR, at=moment(12))
    assert minor.number == Number(1, 1)


def test_it_refuses_to_submit_what_changed_in_another_tab(world: World) -> None:
    version = makers.draft(world)
    drafting.save_values(
        version=version, values={"RingTimeLimit": 5}, row_version=version.row_version, by=world.ana, at=moment(3)
    )
    with pytest.raises(Stale):
        makers.submitted(world, version)
    assert not Signature.objects.exists()


def test_it_refuses_to_submit_twice(world: World) -> None:
    version = makers.draft(world)
    makers.submitted(world, version)
    with pytest.raises(Stale):
        makers.submitted(world, version)
    with pytest.raises(WrongState, match="in review now"):
        makers.submitted(world, fresh(version))
    assert Signature.objects.count() == 1


@pytest.mark.parametrize("name", ["rui", "priya", "mia", "zoe"])
def test_only_managers_of_the_organisation_submit(world: World, name: str) -> None:
    version = makers.draft(world)
    with pytest.raises(NotAllowed):
        approving.submit(
            version=version, row_version=version.row_version, change_size=ChangeSize.MAJOR, change_summary="",
            effective_on=TODAY, review_on=TODAY + timedelta(days=9), assignees={}, by=world.everybody[name],
            at=moment(3), today=TODAY,
        )  # fmt: skip


def test_it_refuses_the_author_a_stranger_and_one_person_twice_among_the_signers(world: World) -> None:
    version = makers.draft(world)
    with pytest.raises(BadInput, match="choose somebody else"):
        makers.submitted(world, version, assignees={1: world.ana})
    with pytest.raises(NotAllowed, match="your own organisation"):
        makers.submitted(world, version, assignees={1: world.zoe})
    with pytest.raises(BadInput, match="stands in two steps"):
        makers.submitted(world, version, assignees={1: world.ben, 2: world.ben})
    assert fresh(version).is_draft


def test_two_approvers_sign_in_turn_and_the_last_makes_it_approved(world: World) -> None:
    version = makers.submitted(world)
    version = makers.signed(version, world.priya)
    assert version.status == Status.IN_REVIEW
    version = makers.signed(version, world.ben, moment(5))
    assert version.status == Status.APPROVED
    signatures = list(Signature.objects.filter(version=version))
    assert [row.meaning for row in signatures] == ["prepared", "reviewed", "approved"]
    assert {row.digest for row in signatures} == {version.digest}
    entries = Entry.objects.about(version).filter(action="version.signed").order_by("sequence")
    assert [entry.data["last"] for entry in entries] == [False, True]


def test_signing_twice_gives_the_first_signature_again(world: World) -> None:
    version = makers.submitted(world)
    first = approving.approve(version=version, shown_digest=version.digest, by=world.priya, at=moment(4))
    again = approving.approve(version=version, shown_digest=version.digest, by=world.priya, at=moment(5))
    assert (first.pk, first.seal) == (again.pk, again.seal)
    assert Signature.objects.filter(meaning=Meaning.REVIEWED).count() == 1
    assert Entry.objects.filter(action="version.signed").count() == 1


def test_the_last_signer_clicking_twice_gets_the_first_signature_again(world: World) -> None:
    version = makers.reviewed(world)
    first = approving.approve(version=version, shown_digest=version.digest, by=world.ben, at=moment(5))
    again = approving.approve(version=version, shown_digest=version.digest, by=world.ben, at=moment(6))
    assert first.pk == again.pk


def test_it_refuses_a_text_that_changed_since_it_was_shown(world: World) -> None:
    version = makers.submitted(world)
    shown = version.digest
    back = approving.return_version(version=version, reason="Four rings.", by=world.priya, at=moment(5))
    saved = drafting.save_values(
        version=back, values={"RingTimeLimit": 4}, row_version=back.row_version, by=world.ana, at=moment(6)
    )
    makers.submitted(world, saved, at=moment(14))
    with pytest.raises(Stale, match="This version changed at 09:14 UTC"):
        approving.approve(version=version, shown_digest=shown, by=world.priya, at=moment(15))
    assert not Signature.objects.filter(meaning=Meaning.REVIEWED).exists()


def test_it_refuses_the_author(world: World) -> None:
    world.ana.is_approver = True
    world.ana.save()
    version = makers.submitted(world)
    with pytest.raises(NotAllowed, match="You prepared this version"):
        approving.approve(version=version, shown_digest=version.digest, by=world.ana, at=moment(4))


@pytest.mark.parametrize("name", ["rui", "ana", "mia", "zoe"])
def test_only_approvers_of_the_organisation_sign(world: World, name: str) -> None:
    version = makers.submitted(world)
    with pytest.raises(NotAllowed):
        approving.approve(version=version, shown_digest=version.digest, by=world.everybody[name], at=moment(4))
    assert Signature.objects.count() == 1


def test_a_step_given_to_one_person_waits_for_them(world: World) -> None:
    version = makers.submitted(world, assignees={1: world.priya, 2: world.ben})
    with pytest.raises(NotAllowed, match="waits for somebody else"):
        makers.signed(version, world.ben)
    assert makers.signed(version, world.priya).status == Status.IN_REVIEW


def test_who_is_named_for_a_later_step_leaves_this_one_to_others(world: World) -> None:
    version = makers.submitted(world, assignees={2: world.ben})
    with pytest.raises(NotAllowed, match="later step names you"):
        makers.signed(version, world.ben)
    assert waiting_for(world.ben, moment(4)) == []
    assert makers.signed(makers.reviewed(world, version), world.ben).status == Status.APPROVED


def test_the_dates_and_the_summary_are_part_of_what_is_signed(world: World) -> None:
    first = makers.submitted(world)
    back = approving.return_version(version=first, reason="Later.", by=world.priya, at=moment(4))
    again = makers.submitted(world, back, effective_on=makers.TODAY + timedelta(days=30))
    assert again.digest != first.digest


def test_a_draft_cannot_be_signed(world: World) -> None:
    with pytest.raises(WrongState):
        approving.approve(version=makers.draft(world), shown_digest="", by=world.priya, at=moment(4))


def test_returning_voids_the_signatures_and_keeps_them(world: World) -> None:
    version = makers.reviewed(world)
    back = approving.return_version(version=version, reason=" Name the team. ", by=world.ben, at=moment(5))
    assert (back.status, back.digest, back.frozen_at, back.return_reason) == (Status.DRAFT, "", None, "Name the team.")
    assert Signature.objects.filter(version=version).count() == 2
    entry = Entry.objects.about(version).get(action="version.returned")
    assert (entry.data["reason"], entry.data["void_digest"]) == ("Name the team.", version.digest)
    again = makers.submitted(world, back, at=moment(6))
    assert again.round == 2
    assert [step.rule.is_done for step in Approval.objects.filter(version=again, round=2)] == [True, False, False]


def test_an_earlier_signer_signs_again_after_a_return(world: World) -> None:
    version = makers.reviewed(world)
    back = approving.return_version(version=version, reason="Name the team.", by=world.ben, at=moment(5))
    again = makers.submitted(world, back, at=moment(6))
    assert again.digest == version.digest  # not one letter changed, and still a new signature is needed
    makers.signed(again, world.priya, moment(7))
    assert Signature.objects.filter(version=version, person=world.priya).count() == 2


def test_returning_needs_a_reason_a_role_and_the_right_state(world: World) -> None:
    version = makers.submitted(world)
    with pytest.raises(BadInput, match="reason"):
        approving.return_version(version=version, reason=" ", by=world.priya, at=moment(4))
    for name in ("rui", "mia", "zoe"):
        with pytest.raises(NotAllowed):
            approving.return_version(version=version, reason="No.", by=world.everybody[name], at=moment(4))
    with pytest.raises(WrongState):
        approving.return_version(version=makers.draft(world), reason="No.", by=world.priya, at=moment(4))


def test_a_manager_may_return_an_approved_version(world: World) -> None:
    back = approving.return_version(version=makers.approved(world), reason="New law.", by=world.ana, at=moment(6))
    assert back.is_draft


def test_two_returns_at_once_leave_one(world: World) -> None:
    version = makers.submitted(world)
    approving.return_version(version=version, reason="One.", by=world.priya, at=moment(4))
    with pytest.raises(Stale):
        approving.return_version(version=version, reason="Two.", by=world.ben, at=moment(4))
    assert Entry.objects.filter(action="version.returned").count() == 1


def test_the_route_of_the_organisation_is_followed(world: World) -> None:
    carl = person(world.northwind, "Carl Dahl", Role.APPROVER, title="Lawyer")
    steps = [
        makers.step(Meaning.REVIEWED, world.priya),
        makers.step(Meaning.REVIEWED),
        makers.step(Meaning.APPROVED, world.ben),
    ]
    route = set_route(steps=steps, by=world.mia, at=moment(1))
    assert [row.position for row in route.steps.all()] == [1, 2, 3]
    version = makers.submitted(world)
    for who in (world.priya, carl, world.ben):
        version = makers.signed(version, who)
    assert version.status == Status.APPROVED
    entry = Entry.objects.get(action="route.changed")
    assert [step["meaning"] for step in entry.data["old"]["steps"]] == ["reviewed", "approved"]
    named = [[person["name"] for person in step.get("people", [])] for step in entry.data["new"]["steps"]]
    assert named == [["Priya Nair"], [], ["Ben Okafor"]]


def test_a_version_in_review_keeps_its_route(world: World) -> None:
    version = makers.submitted(world)
    set_route(steps=[makers.step(Meaning.APPROVED)], by=world.mia, at=moment(4))
    assert makers.signed(version, world.priya).status == Status.IN_REVIEW
    assert RouteStep.objects.filter(route__organisation=world.northwind).count() == 1


def test_the_same_route_again_writes_nothing(world: World) -> None:
    steps = [makers.step(Meaning.REVIEWED, world.priya), makers.step(Meaning.APPROVED)]
    set_route(steps=steps, by=world.mia, at=moment(1))
    set_route(steps=steps, by=world.mia, at=moment(2))
    assert Entry.objects.filter(action="route.changed").count() == 1


@pytest.mark.parametrize("name", ["ana", "priya", "rui"])
def test_only_admins_set_the_route(world: World, name: str) -> None:
    with pytest.raises(NotAllowed, match="Only admins"):
        set_route(steps=[makers.step(Meaning.APPROVED)], by=world.everybody[name], at=moment(1))


def test_it_refuses_routes_that_no_version_could_pass(world: World) -> None:
    anyone = makers.step(Meaning.APPROVED)
    wrong = [
        [],
        [anyone] * 7,
        [anyone, makers.step(Meaning.REVIEWED)],
        [makers.step(Meaning.REVIEWED, world.ben), makers.step(Meaning.APPROVED, world.ben)],
        [makers.step(Meaning.APPROVED, world.zoe)],
        [makers.step(Meaning.APPROVED, world.rui)],
        [makers.step(Meaning.UNDERSTOOD), anyone],
        [makers.step(Meaning.OTHER), anyone],
        [makers.step(Meaning.APPROVED, quorum=Quorum.ALL)],
        [makers.step(Meaning.APPROVED, world.ben, quorum=Quorum.SOME, count=2)],
        [makers.step(Meaning.APPROVED, escalate_days=3)],
        [makers.step(Meaning.APPROVED, escalate_to=world.zoe.pk, escalate_days=3)],
        [makers.step(Meaning.APPROVED, due_days=0)],
    ]
    for steps in wrong:
        with pytest.raises(BadInput):
            set_route(steps=steps, by=world.mia, at=moment(1))
    assert not RouteStep.objects.exists()


def test_an_admin_elsewhere_sets_their_own_route_only(world: World) -> None:
    set_route(steps=[makers.step(Meaning.APPROVED)], by=world.zoe, at=moment(1))
    assert not Route.objects.visible_to(world.mia).exists()
