"""People and organisations: who may change what, and what is written down."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections, transaction
from django.db.models import ProtectedError

from accounts import actions
from accounts.domain.roles import Role, in_order, printed
from accounts.models import Membership, Organisation, User
from accounts.refusals import BadInput, NotAllowed, WrongState
from audit import trail
from audit.models import Entry
from tests.world import AT, World

NEW: dict[str, Any] = {"email": "Nia@Northwind.example", "name": "Nia Wood", "roles": [Role.AGENT], "at": AT}


def last_entry(organisation: Organisation) -> Entry:
    return Entry.objects.filter(organisation=organisation).latest("sequence")


def test_roles_are_printed_in_their_order():
    assert printed([Role.ADMIN, Role.AGENT, Role.AGENT]) == "Agent, Administrator"
    assert in_order([]) == []


def test_an_administrator_adds_somebody_new_without_a_password(world: World):
    added = actions.add_member(organisation=world.northwind, by=world.mia, **NEW)
    assert added.is_new
    assert added.member.user.email == "nia@northwind.example"
    assert not added.member.user.has_usable_password()
    entry = last_entry(world.northwind)
    assert (entry.action, entry.person_name, entry.subject) == ("member.added", "Mia Keller", "Nia Wood")
    assert entry.data == {"roles": ["agent"], "title": "", "department": ""}


def test_somebody_who_signs_in_already_keeps_name_and_password(world: World):
    added = actions.add_member(organisation=world.northwind, by=world.mia, **(NEW | {"email": "ZOE@contoso.example"}))
    assert not added.is_new
    assert added.member.user == world.zoe.user
    assert added.member.printed_name == "Zoe Martin"


def test_nobody_is_added_twice(world: World):
    with pytest.raises(WrongState, match="Rui Costa is already a member"):
        actions.add_member(organisation=world.northwind, by=world.mia, **(NEW | {"email": "RUI@northwind.example"}))


@pytest.mark.parametrize("who", ["ana", "priya", "rui", "sol", "zoe"])
def test_only_an_administrator_of_that_organisation_adds_people(world: World, who: str):
    before = Membership.objects.count()
    with pytest.raises(NotAllowed):
        actions.add_member(organisation=world.northwind, by=world.everybody[who], **NEW)
    assert Membership.objects.count() == before


def test_a_member_has_at_least_one_role(world: World):
    with pytest.raises(BadInput, match="at least one role"):
        actions.change_roles(member=world.rui, roles=[], by=world.mia, at=AT)


def test_changed_roles_are_written_down_old_and_new(world: World):
    changed = actions.change_roles(member=world.rui, roles=[Role.AGENT, Role.MANAGER], by=world.mia, at=AT)
    assert changed.roles == {Role.AGENT, Role.MANAGER}
    data = last_entry(world.northwind).data
    assert (data["old"]["roles"], data["new"]["roles"]) == (["agent"], ["agent", "manager"])


def test_nothing_changed_is_not_written_down(world: World):
    before = last_entry(world.northwind)
    actions.change_roles(member=world.rui, roles=[Role.AGENT], title="Agent", by=world.mia, at=AT)
    assert last_entry(world.northwind) == before


def test_the_last_administrator_stays_one(world: World):
    with pytest.raises(WrongState, match="only administrator"):
        actions.change_roles(member=world.mia, roles=[Role.AGENT], by=world.mia, at=AT)
    with pytest.raises(WrongState, match="only administrator"):
        actions.suspend_member(member=world.mia, by=None, at=AT)
    actions.change_roles(member=world.ana, roles=[Role.ADMIN], by=world.mia, at=AT)
    assert not actions.change_roles(member=world.mia, roles=[Role.AGENT], by=world.mia, at=AT).is_admin


def test_a_suspended_administrator_does_not_count(world: World):
    actions.change_roles(member=world.ana, roles=[Role.ADMIN], by=world.mia, at=AT)
    actions.suspend_member(member=world.ana, by=world.mia, at=AT)
    with pytest.raises(WrongState, match="only administrator"):
        actions.change_roles(member=world.mia, roles=[Role.AGENT], by=world.mia, at=AT)


def test_nobody_suspends_themselves(world: World):
    actions.change_roles(member=world.ana, roles=[Role.ADMIN], by=world.mia, at=AT)
    with pytest.raises(WrongState, match="yourself"):
        actions.suspend_member(member=world.mia, by=world.mia, at=AT)


def test_suspending_and_restoring_are_written_down_once(world: World):
    suspended = actions.suspend_member(member=world.rui, by=world.mia, at=AT)
    assert suspended.suspended_at == AT
    assert not suspended.holds(Role.AGENT)
    assert last_entry(world.northwind).action == "member.suspended"
    with pytest.raises(WrongState, match="already suspended"):
        actions.suspend_member(member=world.rui, by=world.mia, at=AT)
    assert not actions.restore_member(member=world.rui, by=world.mia, at=AT).is_suspended
    assert last_entry(world.northwind).action == "member.restored"
    with pytest.raises(WrongState, match="not suspended"):
        actions.restore_member(member=world.rui, by=world.mia, at=AT)


def test_a_stranger_administrator_suspends_nobody(world: World):
    with pytest.raises(NotAllowed):
        actions.suspend_member(member=world.rui, by=world.zoe, at=AT)


def test_a_weak_password_is_refused(world: World):
    for password in ("short", "passwordpassword"[:11], "northwind-support", "silva-ana-silva"[:9]):
        with pytest.raises(BadInput):
            actions.change_password(user=world.ana.user, password=password, by=world.ana.user, at=AT)


def test_an_administrator_needs_a_longer_password(world: World):
    thirteen = "otter-lamp-42"
    actions.change_password(user=world.ana.user, password=thirteen, by=world.ana.user, at=AT)
    with pytest.raises(BadInput, match="15 characters"):
        actions.change_password(user=world.mia.user, password=thirteen, by=world.mia.user, at=AT)


def test_nobody_chooses_the_password_of_another(world: World):
    with pytest.raises(NotAllowed):
        actions.change_password(user=world.ana.user, password="otter-lamp-42-long", by=world.mia.user, at=AT)


def test_every_organisation_of_the_person_learns_of_a_new_password(world: World):
    actions.add_member(organisation=world.contoso, by=world.zoe, **(NEW | {"email": world.rui.user.email}))
    actions.change_password(user=world.rui.user, password="otter-lamp-42-long", by=world.rui.user, at=AT)
    for organisation in (world.northwind, world.contoso):
        entry = last_entry(organisation)
        assert (entry.action, entry.person_name) == ("member.password_changed", "Rui Costa")


def test_a_link_is_on_the_record_and_only_where_nobody_else_relies_on_the_account(world: World):
    assert "/set-password/" in actions.make_link(member=world.rui, by=world.mia, at=AT)
    assert last_entry(world.northwind).action == "member.link_made"
    actions.add_member(organisation=world.contoso, by=world.zoe, **(NEW | {"email": world.rui.user.email}))
    with pytest.raises(WrongState, match="another organisation"):
        actions.make_link(member=world.rui, by=world.mia, at=AT)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [({"slug": "northwind"}, WrongState), ({"time_zone": "Mars"}, BadInput), ({"paper": "A5"}, BadInput)],
)
def test_an_organisation_that_cannot_be_is_refused(world: World, changes: dict[str, str], refusal: type[Exception]):
    call: dict[str, Any] = {"slug": "new", "name": "New", "by": None, "at": AT}
    with pytest.raises(refusal):
        actions.create_organisation(**(call | changes))
    assert Organisation.objects.count() == 2


def test_people_who_may_have_signed_cannot_be_deleted(world: World):
    for row in (world.rui.user, world.northwind):
        with pytest.raises(ProtectedError):
            row.delete()


def test_reads_stay_inside_the_organisation(world: World):
    assert set(Membership.objects.visible_to(world.zoe)) == {world.zoe}
    assert set(User.objects.visible_to(world.zoe)) == {world.zoe.user}
    assert list(Organisation.objects.visible_to(world.sol.user)) == []
    assert list(Organisation.objects.visible_to(world.rui.user)) == [world.northwind]


@pytest.mark.postgres
def test_two_administrators_cannot_remove_each_other_at_once(open_world: World):
    ana = actions.change_roles(member=open_world.ana, roles=[Role.ADMIN], by=open_world.mia, at=AT)
    pairs = [(ana, open_world.mia), (open_world.mia, ana)]
    barrier = threading.Barrier(2)

    def demote(member: Membership, by: Membership) -> None:
        barrier.wait()
        try:
            actions.change_roles(member=member, roles=[Role.AGENT], by=by, at=AT)
        except (WrongState, NotAllowed):
            pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=demote, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Membership.objects.filter(organisation=open_world.northwind).holding(Role.ADMIN).count() == 1


@pytest.mark.postgres
def test_changing_people_and_writing_elsewhere_do_not_deadlock(open_world: World):
    failures: list[BaseException] = []

    def change(department: str) -> None:
        actions.change_roles(member=open_world.rui, roles=[Role.AGENT], department=department, by=open_world.mia, at=AT)

    def sign(_text: str) -> None:
        with transaction.atomic():
            trail.record(
                organisation=open_world.northwind, by=open_world.ana, action="test", subject=open_world.ana, at=AT
            )

    def repeat(act: Callable[[str], None]) -> None:
        try:
            for number in range(15):
                act(str(number))
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=repeat, args=(act,)) for act in (change, sign, sign, sign)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
