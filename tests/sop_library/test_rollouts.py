"""Changing a value everywhere: what it reaches, and what is set going for each procedure."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django_tasks_db.models import DBTaskResult

from accounts.actions import suspend_member
from accounts.refusals import NotAllowed, Stale, WrongState
from audit.models import Entry
from sop_library import carrying, verifying
from sop_library.actions import approving, drafting, noting, rollouts
from sop_library.domain.lifecycle import Status
from sop_library.domain.numbering import ChangeSize
from sop_library.domain.reach import Way
from sop_library.domain.signature import Meaning
from sop_library.models import Publication, Rollout, RolloutItem, Signature, Version
from sop_library.procedures import procedures_of
from sop_library.record import record_of
from sop_library.sharing import shared_by, state_of
from sop_library.texts import filling_of, frozen_of
from templates_app.models import OrganisationValue
from tests.sop_library import makers, reaching
from tests.sop_library.reaching import AT, carried_out, reach, started
from tests.world import World

pytestmark = pytest.mark.usefixtures("no_pdf_engine")


@pytest.fixture(autouse=True)
def _later() -> Iterator[None]:
    """Set the clock to a moment after the procedures were published."""
    with time_machine.travel(AT, tick=False):
        yield


def newest(version: Version) -> Version:
    rows = Version.objects.filter(sop=version.sop).select_related("sop", "organisation", "author__user")
    found: Version = rows.newest_first()[0]
    return found


# Reach


def test_reach_names_each_procedure_with_its_places_and_what_its_size_decides(world: World) -> None:
    published, draft = reaching.published(world), reaching.draft(world)
    in_review = makers.submitted(world, reaching.draft(world))
    found = {each.sop.number: each for each in reach(world.ana, CRMSystem="Freshdesk").touched}
    ways = {version.sop.number: found[version.sop.number].way for version in (published, draft, in_review)}
    assert list(ways.values()) == [Way.NOTE, Way.KEEP, Way.LATER]
    touched = found[published.sop.number]
    assert [place.section for place in touched.places] == ["1", "2.1", "2.1"]
    assert touched.summary == "CRM system: Zendesk becomes Freshdesk."


def test_the_largest_of_several_changes_decides_the_way(world: World) -> None:
    reaching.published(world)
    (touched,) = reach(world.ana, CRMSystem="Freshdesk", RefundLimit=60).touched
    assert (touched.way, touched.size) == (Way.DRAFT, ChangeSize.MAJOR)
    assert touched.summary == "CRM system: Zendesk becomes Freshdesk; Refund limit: 50 euros becomes 60 euros."


def test_a_size_can_be_raised_and_never_lowered(world: World) -> None:
    reaching.published(world)
    (raised,) = reach(world.ana, {"CRMSystem": ChangeSize.MAJOR}, CRMSystem="Freshdesk").touched
    (lowered,) = reach(world.ana, {"RefundLimit": ChangeSize.EDITORIAL}, RefundLimit=60).touched
    assert (raised.way, raised.size) == (Way.DRAFT, ChangeSize.MAJOR)
    assert lowered.size is ChangeSize.MAJOR


def test_the_value_that_a_procedure_holds_already_touches_nothing(world: World) -> None:
    reaching.published(world)
    assert reach(world.ana, CRMSystem="Zendesk").touched == []


def test_zoe_reaches_none_of_ours(world: World) -> None:
    reaching.published(world)
    assert reach(world.zoe, CRMSystem="Freshdesk").touched == []


# By note


def test_an_editorial_value_reaches_readers_by_note(world: World) -> None:
    before = reaching.published(world)
    item = carried_out(started(world.ana, CRMSystem="Freshdesk"))[before.sop.number]
    now = newest(before)
    assert (item.state, item.sentence) == ("done", "Version 1.1 is published by editorial note.")
    assert (str(now.number), now.status, now.change_size, now.is_note) == ("1.1", "published", "editorial", True)
    page = Publication.objects.get(version=now).page
    assert "Freshdesk" in page
    assert "Zendesk" not in page.replace("Zendesk becomes", "")
    assert list(verifying.faults()) == []


def test_a_note_is_signed_by_the_manager_alone_at_the_moment_they_signed(world: World) -> None:
    before = reaching.published(world)
    rollout = started(world.ana, CRMSystem="Freshdesk")
    with time_machine.travel(AT + timedelta(minutes=20), tick=False):
        carried_out(rollout)
    (signature,) = Signature.objects.filter(version=newest(before))
    assert (signature.person, signature.meaning, signature.signed_at) == (world.ana, Meaning.PREPARED, AT)
    assert signature.statement.startswith("Editorial note: only these values change. CRM system: Zendesk becomes")
    assert list(verifying.faults()) == []


def test_the_revision_history_says_editorial_note(world: World) -> None:
    before = reaching.published(world)
    carried_out(started(world.ana, CRMSystem="Freshdesk"))
    row = record_of(newest(before)).history[0]
    assert row.change == "Editorial note: CRM system: Zendesk becomes Freshdesk."
    assert (row.author, row.approved_by) == ("Ana Silva", "Editorial note")


def test_a_note_changes_its_own_values_and_leaves_the_others_as_they_were_approved(world: World) -> None:
    before = reaching.published(world)
    OrganisationValue.objects.filter(name="SupportLine").update(value="ext. 99")
    carried_out(started(world.ana, CRMSystem="Freshdesk"))
    assert frozen_of(newest(before)).values == {**frozen_of(before).values, "CRMSystem": "Freshdesk"}


def test_a_sign_off_still_counts_after_a_note(world: World) -> None:
    before = reaching.published(world)
    makers.understood(before, world.rui)
    carried_out(started(world.ana, CRMSystem="Freshdesk"))
    assert [row.owes for row in procedures_of(world.rui, AT)] == [False]


def test_an_organisation_that_wants_no_notes_gets_a_draft(world: World) -> None:
    before = reaching.published(world)
    noting.set_note_policy(are_allowed=False, by=world.mia, at=AT)
    carried_out(started(world.ana, CRMSystem="Freshdesk"))
    assert newest(before).status == Status.DRAFT
    assert newest(before).change_size == "editorial"


def test_only_an_admin_switches_notes_off_and_the_same_again_writes_nothing(world: World) -> None:
    with pytest.raises(NotAllowed):
        noting.set_note_policy(are_allowed=False, by=world.ana, at=AT)
    for _ in range(2):
        noting.set_note_policy(are_allowed=False, by=world.mia, at=AT)
    assert Entry.objects.filter(action="notes.changed").count() == 1


def test_notes_switched_off_after_signing_are_not_issued(world: World) -> None:
    before = reaching.published(world)
    rollout = started(world.ana, CRMSystem="Freshdesk")
    noting.set_note_policy(are_allowed=False, by=world.mia, at=AT)
    item = carried_out(rollout)[before.sop.number]
    assert (item.state, item.sentence) == ("failed", "Your organisation has switched editorial notes off.")
    assert newest(before).pk == before.pk


def test_a_note_never_comes_before_a_version_that_begins_later(world: World) -> None:
    coming = makers.submitted(world, reaching.draft(world))
    coming = makers.published(world, makers.approved(world, coming), on=makers.TODAY + timedelta(days=9))
    (touched,) = reach(world.ana, CRMSystem="Freshdesk").touched
    assert touched.way == Way.DRAFT
    assert "begins on a later day" in touched.what


def test_a_text_that_would_be_written_otherwise_today_is_not_noted(world: World) -> None:
    before = reaching.published(world, RefundLimit=5_000)
    assert reach(world.ana, CRMSystem="Freshdesk").notes
    world.northwind.locale = "de-DE"
    world.northwind.save()
    world.ana.organisation.refresh_from_db()
    (touched,) = reach(world.ana, CRMSystem="Freshdesk").touched
    assert touched.way == Way.DRAFT
    assert touched.what.startswith("More of its text would be written otherwise today")
    assert newest(before).pk == before.pk


def test_a_note_that_was_returned_is_a_note_no_longer(world: World) -> None:
    before = reaching.published(world)
    rollout = started(world.ana, CRMSystem="Freshdesk")
    item = RolloutItem.objects.select_related("sop__organisation", "organisation", "rollout__started_by").get()
    version = carrying._noted(item, world.ana, AT)
    back = approving.return_version(version=version, reason="By the route.", by=world.priya, at=AT)
    assert (back.status, back.is_note) == (Status.DRAFT, False)
    assert carried_out(rollout)[before.sop.number].state == "later"
    assert list(verifying.faults()) == []


# By the route


def test_a_minor_value_gets_a_draft_that_says_why(world: World) -> None:
    before = reaching.published(world)
    item = carried_out(started(world.ana, SupportLine="ext. 77"))[before.sop.number]
    now = newest(before)
    assert (now.status, str(now.number), now.change_size) == (Status.DRAFT, "1.1", "minor")
    assert now.change_summary == "Support line: ext. 12 becomes ext. 77."
    assert filling_of(now).values["SupportLine"] == "ext. 77"
    assert (item.state, item.version) == ("done", now)


def test_a_major_value_gets_a_draft_of_the_next_whole_number(world: World) -> None:
    before = reaching.published(world)
    carried_out(started(world.ana, RefundLimit=60))
    assert str(newest(before).number) == "2.0"


def test_an_open_draft_is_kept_and_takes_the_value(world: World) -> None:
    before = reaching.published(world)
    draft = drafting.start_revision(sop=before.sop, by=world.ana, at=AT)
    item = carried_out(started(world.ana, CRMSystem="Freshdesk", SupportLine="ext. 77"))[before.sop.number]
    assert item.sentence == "Draft 1.1 takes it at once. Choose at least minor when you submit it."
    assert newest(before).pk == draft.pk
    assert filling_of(draft).values["SupportLine"] == "ext. 77"


def test_a_version_in_review_keeps_its_values_and_is_to_do_later(world: World) -> None:
    in_review = makers.submitted(world, reaching.draft(world))
    item = carried_out(started(world.ana, SupportLine="ext. 77"))[in_review.sop.number]
    assert item.state == "later"
    assert item.sentence.startswith("Version 1.0 is in review and keeps the values it was submitted with.")
    assert frozen_of(newest(in_review)).values["SupportLine"] == "ext. 12"


def test_what_was_left_for_later_is_found_once_it_is_published(world: World) -> None:
    in_review = makers.submitted(world, reaching.draft(world))
    carried_out(started(world.ana, SupportLine="ext. 77"))
    makers.published(world, makers.approved(world, in_review), at=AT)
    (behind,) = reach(world.ana, SupportLine="ext. 77").behind
    assert (behind.sop.number, behind.way) == (in_review.sop.number, Way.DRAFT)


def test_nothing_published_changes_by_itself(world: World) -> None:
    before = reaching.published(world)
    page = Publication.objects.get(version=before).page
    rollout = started(world.ana, CRMSystem="Freshdesk", RefundLimit=60)
    assert newest(before).pk == before.pk
    carried_out(rollout)
    assert Publication.objects.get(version=before).page == page
    assert frozen_of(before).values["RefundLimit"] == 50
    assert Version.objects.in_force(AT).get(sop=before.sop).pk == before.pk


# Starting


def test_starting_stores_the_values_and_the_work_in_one_step(world: World) -> None:
    before = reaching.published(world)
    rollout = started(world.ana, CRMSystem="Freshdesk")
    assert OrganisationValue.objects.get(name="CRMSystem").value == "Freshdesk"
    assert [row.args_kwargs["args"] for row in DBTaskResult.objects.filter(task_path__endswith="carry_on")] == [
        [rollout.pk]
    ]
    told = Entry.objects.filter(action="rollout.started").get()
    assert told.data["procedures"] == [before.sop.number]
    digest = RolloutItem.objects.get().digest
    assert told.data["notes_signed"] == [f"{before.sop.number} {digest}"]


@pytest.mark.parametrize("name", ["rui", "priya", "mia"])
def test_it_refuses_everybody_but_managers_and_stores_nothing(world: World, name: str) -> None:
    reaching.published(world)
    with pytest.raises(NotAllowed):
        started(world.everybody[name], SupportLine="ext. 77")
    assert OrganisationValue.objects.get(name="SupportLine").value == "ext. 12"
    assert not Rollout.objects.exists()


def start_with(world: World, **changed: Any) -> Rollout:
    given: dict[str, Any] = {
        "variables": shared_by(world.ana).variables,
        "answers": {"CRMSystem": "Freshdesk"},
        "sizes": {},
        "shown": {},
        "seen": state_of(world.northwind.pk),
        "by": world.ana,
        "at": AT,
    }
    return rollouts.start_rollout(**{**given, **changed})


def test_a_text_that_changed_after_it_was_shown_is_not_signed(world: World) -> None:
    before = reaching.published(world)
    for shown in ({}, {before.sop.number: "0" * 64}):
        with pytest.raises(Stale, match=f"The text of {before.sop.number} changed"):
            start_with(world, shown=shown)
    assert OrganisationValue.objects.get(name="CRMSystem").value == "Zendesk"


def test_somebody_who_saved_first_is_not_overwritten(world: World) -> None:
    before = reaching.published(world)
    shown = {before.sop.number: reach(world.ana, CRMSystem="Freshdesk").notes[0].note(makers.TODAY).digest}
    with pytest.raises(Stale, match="while you had these values open"):
        start_with(world, shown=shown, seen="another state")
    assert not Rollout.objects.exists()


def test_there_is_nothing_to_start_where_every_procedure_holds_the_values(world: World) -> None:
    reaching.published(world)
    with pytest.raises(WrongState):
        start_with(world, answers={"CRMSystem": "Zendesk"})


# The worker


Spoils = Callable[..., None]


@pytest.fixture
def spoil(monkeypatch: pytest.MonkeyPatch) -> Spoils:
    """Return a function that makes a step of the work raise a number of times."""

    def spoil(name: str, error: BaseException, times: int) -> None:
        really, left = getattr(carrying, name), [times]

        def step(*args: Any, **kwargs: Any) -> Any:
            if left[0]:
                left[0] -= 1
                raise error
            return really(*args, **kwargs)

        monkeypatch.setattr(carrying, name, step)

    return spoil


@pytest.mark.parametrize("step", ["publish", "issue_note", "_end"])
def test_a_worker_killed_at_any_step_loses_and_doubles_nothing(world: World, spoil: Spoils, step: str) -> None:
    before = reaching.published(world)
    rollout = started(world.ana, CRMSystem="Freshdesk")
    spoil(step, SystemExit("killed"), 1)
    with pytest.raises(SystemExit):
        carrying.carry_on.func(rollout.pk)
    item = carried_out(rollout)[before.sop.number]
    assert (item.state, item.tries) == ("done", 2)
    assert Version.objects.filter(sop=before.sop).count() == 2
    assert Signature.objects.filter(version=newest(before)).count() == 1
    assert list(verifying.faults()) == []


def test_a_note_that_somebody_else_published_meanwhile_is_done(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before = reaching.published(world)
    rollout = started(world.ana, CRMSystem="Freshdesk")
    really = carrying.publish

    def outrun(**given: Any) -> Version:
        really(**given)
        raise Stale("This version changed while you had it open.")

    monkeypatch.setattr(carrying, "publish", outrun)
    item = carried_out(rollout)[before.sop.number]
    assert (item.state, newest(before).status) == ("done", Status.PUBLISHED)


def test_carrying_on_twice_does_nothing_more(world: World) -> None:
    before = reaching.published(world)
    rollout = started(world.ana, SupportLine="ext. 77")
    carried_out(rollout)
    assert carrying.carry_on.func(rollout.pk) == 0
    assert Version.objects.filter(sop=before.sop).count() == 2


def test_a_procedure_that_fails_three_times_is_shown_and_the_others_go_on(world: World) -> None:
    first, second = reaching.published(world), reaching.published(world)
    rollout = started(world.ana, SupportLine="ext. 77")
    really = carrying.start_revision

    def poisoned(**given: Any) -> Version:
        if given["sop"].pk == first.sop.pk:
            raise RuntimeError("poison")
        return really(**given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(carrying, "start_revision", poisoned)
        items = carried_out(rollout)
    assert (items[first.sop.number].state, items[first.sop.number].tries) == ("failed", 3)
    assert items[first.sop.number].sentence.startswith("It was tried 3 times")
    assert items[second.sop.number].state == "done"


def test_a_procedure_that_kills_the_worker_three_times_is_given_up(world: World, spoil: Spoils) -> None:
    before = reaching.published(world)
    rollout = started(world.ana, SupportLine="ext. 77")
    spoil("start_revision", SystemExit("killed"), 9)
    for _ in range(3):
        with pytest.raises(SystemExit):
            carrying.carry_on.func(rollout.pk)
    item = carried_out(rollout)[before.sop.number]
    assert item.state == "failed"
    assert item.sentence.startswith("It stopped the work 3 times")


def test_nothing_is_signed_for_somebody_who_was_suspended_meanwhile(world: World) -> None:
    before = reaching.published(world)
    rollout = started(world.ana, CRMSystem="Freshdesk")
    suspend_member(member=world.ana, by=world.mia, at=AT)
    item = carried_out(rollout)[before.sop.number]
    assert (item.state, newest(before).pk) == ("failed", before.pk)
    assert "Ana Silva started this and is suspended now" in item.sentence


def test_a_draft_begun_after_signing_takes_the_value_instead_of_the_note(world: World) -> None:
    before = reaching.published(world)
    rollout = started(world.ana, CRMSystem="Freshdesk")
    draft = drafting.start_revision(sop=before.sop, by=world.ana, at=AT)
    item = carried_out(rollout)[before.sop.number]
    assert (item.state, item.version) == ("done", draft)
    assert not Signature.objects.filter(version=draft).exists()


def test_a_stopped_change_is_taken_up_again_and_a_moving_one_is_not(world: World) -> None:
    reaching.published(world)
    rollout = started(world.ana, SupportLine="ext. 77")
    with pytest.raises(WrongState, match="at this moment"):
        rollouts.resume_rollout(rollout=rollout, by=world.ana, at=AT + timedelta(seconds=30))
    with pytest.raises(NotAllowed):
        rollouts.resume_rollout(rollout=rollout, by=world.mia, at=AT + timedelta(minutes=5))
    rollouts.resume_rollout(rollout=rollout, by=world.ana, at=AT + timedelta(minutes=5))
    assert DBTaskResult.objects.filter(task_path__endswith="carry_on").count() == 2
    carried_out(rollout)
    with pytest.raises(WrongState, match="dealt with"):
        rollouts.resume_rollout(rollout=rollout, by=world.ana, at=AT + timedelta(hours=1))
