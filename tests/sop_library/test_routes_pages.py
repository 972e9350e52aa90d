"""The pages of routes, of changing a round, and of standing in."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from accounts.actions import suspend_member
from accounts.domain.roles import Role
from accounts.models import Membership
from sop_library.actions.routing import set_route
from sop_library.domain.approval import Quorum
from sop_library.domain.signature import Meaning
from sop_library.models import Delegation, Route, RouteStep, Version
from sop_library.rounds import approvals_of
from sop_library.routing import route_of
from tests.conftest import ClientOf
from tests.sop_library import makers
from tests.sop_library.makers import moment, step
from tests.world import World, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _later_that_day() -> Iterator[None]:
    with time_machine.travel(moment(30), tick=False):
        yield


@pytest.fixture
def carl(world: World) -> Membership:
    return person(world.northwind, "Carl Dahl", Role.APPROVER, title="Lawyer", department="Legal")


def address(name: str, **more: object) -> str:
    return reverse(name, kwargs={"organisation": "northwind", **more})


def card(place: int, meaning: str, **more: Any) -> dict[str, Any]:
    return {f"step{place}-{name}": value for name, value in {"meaning": meaning, "quorum": "one", **more}.items()}


# The route


def test_a_route_is_set_with_people_number_words_and_days(world: World, client_of: ClientOf) -> None:
    both = [world.priya.pk, world.ben.pk]
    data = (
        card(1, "reviewed", people=both, quorum="all", due_days="5", remind_days="3", escalate_days="7",
             escalate_to=world.mia.pk, is_open="on")
        | card(2, "other", own_title="Checked by Legal", own_statement="I checked the contracts.", department="Quality")
        | card(3, "released", quorum="some", count="2")
    )  # fmt: skip
    answer = client_of(world.mia).post(address("route"), data)
    assert answer.status_code == 302
    plan = route_of(world.northwind.pk)
    first, second, third = plan.steps
    assert not plan.one_step_each
    assert (first.people, first.quorum, first.is_open) == (tuple(sorted(both)), Quorum.ALL, True)
    assert (first.due_days, first.remind_days, first.escalate_days, first.escalate_to) == (5, 3, 7, world.mia.pk)
    assert (second.title, second.statement, second.department) == (
        "Checked by Legal", "I checked the contracts.", "Quality",
    )  # fmt: skip
    assert (third.meaning, third.count) == (Meaning.RELEASED, 2)
    page = client_of(world.mia).get(address("route")).content.decode()
    assert "Checked by Legal" in page


def test_what_is_wrong_with_a_route_keeps_what_was_typed(world: World, client_of: ClientOf) -> None:
    data = card(1, "other", own_title="Checked by Legal") | card(2, "approved")
    page = client_of(world.mia).post(address("route"), data)
    assert page.status_code == 422
    text = page.content.decode()
    assert "Step 1: a step in own words needs a name and the sentence that is signed." in text
    assert 'value="Checked by Legal"' in text
    page = client_of(world.mia).post(address("route"), card(1, "approved", due_days="many"))
    assert "Step 1: Write a whole number, such as 3." in page.content.decode()
    assert not Route.objects.exists()


def test_a_card_moves_without_a_script_and_nothing_is_saved_yet(world: World, client_of: ClientOf) -> None:
    data = card(1, "reviewed", people=[world.ben.pk]) | card(2, "approved", due_days="4")
    client = client_of(world.mia)
    page = client.post(address("route"), data | {"move": "2:up"})
    assert page.status_code == 200
    cards = page.context["form"].cards
    assert [each["meaning"].value() for each in cards[:2]] == ["approved", "reviewed"]
    assert cards[0]["due_days"].value() == "4"
    assert cards[1]["people"].value() == [str(world.ben.pk)]
    assert not RouteStep.objects.exists()
    for nonsense in ("1:up", "6:down", "x", "9:up", "-1:down"):
        same = client.post(address("route"), data | {"move": nonsense}).context["form"].cards
        assert same[0]["meaning"].value() == "reviewed"


def test_a_template_has_a_page_for_its_route(world: World, client_of: ClientOf) -> None:
    template = makers.template()
    where = address("template_route", slug=template.slug)
    admin = client_of(world.mia)
    assert "has no route of its own" in admin.get(where).content.decode()
    assert admin.post(where, card(1, "approved")).status_code == 302
    assert template.title in admin.get(address("route")).content.decode()
    looks = client_of(world.ana).get(where).content.decode()
    assert "Administrators set the route." in looks
    assert "Save the route" not in looks
    assert where in client_of(world.ana).get(address("template", slug=template.slug)).content.decode()
    admin.post(address("drop_route", slug=template.slug))
    assert not Route.objects.exists()


# Submitting


def test_the_submit_page_names_the_people_of_the_route(world: World, carl: Membership, client_of: ClientOf) -> None:
    set_route(
        steps=[
            step(Meaning.REVIEWED, world.priya, carl, quorum=Quorum.ALL),
            step(Meaning.APPROVED, world.ben, is_open=False),
        ],
        by=world.mia, at=moment(1),
    )  # fmt: skip
    version = makers.draft(world)
    page = client_of(world.ana).get(address("submit", number=version.sop.number))
    form = page.context["form"]
    assert set(form["step_1"].value()) == {world.priya.pk, carl.pk}
    assert "step_2" not in form.fields
    assert "Step 2: approved by Ben Okafor, Director of Support" in page.content.decode()


# A round


def test_the_review_shows_who_signed_who_is_next_since_when_and_the_last_day(
    world: World, carl: Membership, client_of: ClientOf
) -> None:
    both = step(Meaning.REVIEWED, world.priya, carl, quorum=Quorum.ALL, due_days=2)
    set_route(steps=[both, step(Meaning.APPROVED, world.ben)], by=world.mia, at=moment(1))
    version = makers.signed(makers.submitted(world), carl)
    where = address("review", number=version.sop.number)
    text = client_of(world.ana).get(where).content.decode()
    for words in ("1 of 2 signed", "Carl Dahl, 4 May 2026 10:04", "Waiting: Priya Nair", "Due 6 May 2026"):
        assert words in text
    assert "Next: Priya Nair signs as reviewed." in text
    with time_machine.travel(moment(days=4), tick=False):
        assert "Overdue by 2 days: it was due 6 May 2026" in client_of(world.ana).get(where).content.decode()
        assert "Overdue by 2 days" in client_of(world.priya).get(address("work")).content.decode()


def test_a_suspended_person_is_explained_and_replaced(world: World, carl: Membership, client_of: ClientOf) -> None:
    version = makers.submitted(world, assignees={1: carl})
    suspend_member(member=carl, by=world.mia, at=moment(4))
    review, where = (address(name, number=version.sop.number) for name in ("review", "reroute"))
    ana = client_of(world.ana)
    text = ana.get(review).content.decode()
    assert "Carl Dahl is suspended, so this step cannot be completed. Name somebody else." in text
    assert where in text
    assert "Carl Dahl is suspended" in ana.get(address("work")).content.decode()
    assert where not in client_of(world.priya).get(review).content.decode()
    sent = {"act": "replace", "replace-place": f"1-{carl.pk}", "replace-successor": world.priya.pk}
    wrong = ana.post(where, sent)
    assert wrong.status_code == 422
    assert "Enter a reason" in wrong.content.decode()
    assert ana.post(where, sent | {"replace-reason": "Carl left."}).status_code == 302
    assert [each.pk for each in approvals_of(version)[1].named] == [world.priya.pk]


def test_a_step_and_a_person_are_added_on_the_page(world: World, carl: Membership, client_of: ClientOf) -> None:
    version = makers.submitted(world, assignees={1: world.priya})
    where, ana = address("reroute", number=version.sop.number), client_of(world.ana)
    assert ana.post(where, {"act": "person", "person-step": "1", "person-person": carl.pk}).status_code == 302
    added = {"act": "step", "step-meaning": "reviewed", "step-quorum": "all", "step-named": [world.ben.pk]}
    assert ana.post(where, added).status_code == 302
    assert [(each.title, len(each.named)) for each in approvals_of(version)[1:]] == [
        ("Reviewed", 2), ("Reviewed", 1), ("Approved", 0),
    ]  # fmt: skip
    for wrong in ({"act": "nothing"}, {"act": "step"}, {"act": "replace"}, {"act": "person", "person-step": "9"}):
        assert ana.post(where, wrong).status_code == 422


# Standing in


def test_an_approver_names_who_stands_in_and_ends_it(world: World, carl: Membership, client_of: ClientOf) -> None:
    ben, where = client_of(world.ben), address("delegations")
    sent = {"delegate": carl.pk, "from_on": "2026-05-04", "until_on": "2026-05-12"}
    assert ben.post(where, sent | {"until_on": "2026-05-01"}).status_code == 422
    assert ben.post(where, sent).status_code == 302
    made = Delegation.objects.get()
    assert (made.person, made.delegate, made.made_by) == (world.ben, carl, world.ben)
    assert "Carl Dahl" in ben.get(where).content.decode()
    assert "Nobody stands in for anybody." in client_of(world.priya).get(where).content.decode()
    end = address("end_delegation", pk=made.pk)
    assert client_of(world.priya).post(end).status_code == 404
    assert client_of(carl).post(end).status_code == 403
    assert ben.post(end).status_code == 302
    assert ben.post(end).status_code == 409


def test_an_admin_names_somebody_for_a_person_who_is_away(world: World, client_of: ClientOf) -> None:
    sent = {"person": world.priya.pk, "delegate": world.ben.pk, "from_on": "2026-05-04", "until_on": "2026-05-12"}
    assert client_of(world.mia).post(address("delegations"), sent).status_code == 302
    assert Delegation.objects.get().made_by == world.mia
    assert client_of(world.priya).post(address("delegations"), sent).status_code == 422


def test_a_delegate_sees_for_whom_they_sign(world: World, client_of: ClientOf) -> None:
    makers.away(world, world.priya, world.ben)
    version: Version = makers.submitted(world, assignees={1: world.priya})
    number = version.sop.number
    ben = client_of(world.ben)
    assert number in ben.get(address("work")).content.decode()
    review = ben.get(address("review", number=number)).content.decode()
    assert "The next step is yours to sign for Priya Nair, who is away." in review
    assert "Ben Okafor for Priya Nair until 7 May" in review
    assert "(standing in for Priya Nair)" in ben.get(address("sign", number=number)).content.decode()


def test_where_one_person_signs_two_steps_the_dialog_leads_to_the_receipt_of_the_one_just_signed(
    world: World, client_of: ClientOf
) -> None:
    steps = [step(Meaning.REVIEWED, world.ben), step(Meaning.APPROVED, world.ben)]
    set_route(steps=steps, one_step_each=False, by=world.mia, at=moment(1))
    version = makers.submitted(world)
    ben, where = client_of(world.ben), address("sign", number=version.sop.number)
    first = ben.get(where)
    assert f"{where}?step=1" in first.content.decode()
    makers.signed(version, world.ben)
    receipt = address("receipt", pk=version.signatures.get(person=world.ben).pk)
    assert ben.get(where, {"step": "1"})["Location"] == receipt
    sent = {"shown_digest": version.digest, "shown_step": "1", "password": "x", "identity": "y"}
    assert ben.post(where, sent)["Location"] == receipt
    again = ben.get(where)
    assert "Approved</b>: I approve this version for use." in again.content.decode()
    sent |= {"shown_step": "9"}
    assert ben.post(where, sent).status_code == 409
