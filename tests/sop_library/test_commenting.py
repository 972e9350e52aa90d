"""Comments on a version under review: who may say and settle what, and that must-fix ones keep signing waiting."""

from typing import Any

import pytest

from accounts.refusals import BadInput, NotAllowed, Stale, WrongState
from audit.models import Entry
from sop_library import commenting as reading
from sop_library.actions import approving, commenting, drafting
from sop_library.document import body_of
from sop_library.domain.anchoring import Anchor, Standing
from sop_library.domain.lifecycle import Status
from sop_library.domain.remarks import Kind
from sop_library.domain.signature import sha256
from sop_library.models import Comment, Resolution, Version
from tests.sop_library import makers
from tests.sop_library.commented import passages, returned, said
from tests.sop_library.makers import SOURCE, moment
from tests.world import World

OPEN_ONE = (
    "1 must-fix comment is open. "
    "Signing and publishing wait until it is resolved or the version is sent back for changes."
)


def test_an_approver_comments_on_words_and_the_trail_tells_it(world: World) -> None:
    version = makers.submitted(world)
    made = said(version, world.ben)
    assert (made.section, made.words, made.before) == (
        "s-1",
        "answered within 3 rings",
        "Purpose Every call to Northwind is",
    )
    entry = Entry.objects.filter(action="comment.made").get()
    assert entry.data["comment"] == made.pk
    assert entry.data["text_sha256"] == sha256("Two rings are the rule.")
    assert entry.data["words"] == "answered within 3 rings"
    assert entry.person_id == world.ben.user_id


def test_a_section_can_be_commented_on_as_a_whole(world: World) -> None:
    made = said(makers.submitted(world), world.priya, "", kind=Kind.SUGGESTION)
    assert (made.section_title, made.words) == ("Purpose", "")


def test_words_that_are_not_there_are_refused_with_what_to_do(world: World) -> None:
    version = makers.submitted(world)
    with pytest.raises(BadInput, match="do not stand in the section"):
        said(version, world.ben, "answered within 4 rings")
    with pytest.raises(BadInput, match="3 times"):
        commenting.anchor_for(passages(version), "s-1", ".", "", "")
    with pytest.raises(BadInput, match="no such section"):
        said(version, world.ben, section="elsewhere")
    with pytest.raises(BadInput, match="at most 500"):
        said(version, world.ben, "a " * 300)


@pytest.mark.parametrize("text", ["", "  \n "])
def test_an_empty_comment_is_refused(world: World, text: str) -> None:
    with pytest.raises(BadInput, match="Write what you want to say"):
        said(makers.submitted(world), world.ben, text=text)


def test_a_long_comment_is_refused(world: World) -> None:
    with pytest.raises(BadInput, match="2000 characters"):
        said(makers.submitted(world), world.ben, text="a" * 2001)


def test_agents_administrators_and_strangers_say_nothing(world: World) -> None:
    version = makers.submitted(world)
    comment = said(version, world.ben)
    for person in (world.rui, world.mia, world.zoe):
        with pytest.raises(NotAllowed):
            said(version, person)
        with pytest.raises(NotAllowed):
            commenting.reply(comment=comment, text="No.", by=person, at=moment(11))
        with pytest.raises(NotAllowed):
            commenting.resolve(comment=comment, by=person, at=moment(11))
        with pytest.raises(NotAllowed):
            commenting.reopen(comment=comment, by=person, at=moment(11))
    assert Comment.objects.count() == 1
    assert not Comment.objects.visible_to(world.rui)
    assert not Comment.objects.visible_to(world.zoe)
    assert Comment.objects.visible_to(world.mia).count() == 1


def test_a_draft_and_a_published_version_take_no_comment(world: World) -> None:
    with pytest.raises(WrongState, match="is draft now"):
        _bare(makers.draft(world), world)
    with pytest.raises(WrongState, match="is published now"):
        _bare(makers.published(world), world)


def test_an_editorial_note_takes_no_comment(world: World) -> None:
    version = makers.submitted(world)
    Version.objects.filter(pk=version.pk).update(is_note=True)
    with pytest.raises(WrongState, match="editorial note"):
        _bare(version, world)


def _bare(version: Version, world: World) -> Comment:
    anchor = Anchor("s-1", "Purpose")
    given: dict[str, Any] = {"shown_digest": version.digest, "anchor": anchor, "kind": Kind.SUGGESTION, "text": "Hm."}
    return commenting.comment(version=version, by=world.ben, at=moment(10), **given)


def test_a_comment_on_a_text_that_changed_is_stale(world: World) -> None:
    version = makers.submitted(world)
    with pytest.raises(Stale, match="The text changed"):
        commenting.comment(
            version=version, shown_digest="0" * 64, anchor=Anchor("s-1", "Purpose"), kind=Kind.SUGGESTION,
            text="Hm.", by=world.ben, at=moment(10),
        )  # fmt: skip


def test_signing_waits_for_must_fix_comments_and_says_so(world: World) -> None:
    version = makers.submitted(world)
    comment = said(version, world.priya)
    said(version, world.priya, "", kind=Kind.SUGGESTION)
    assert reading.open_must_fix(version) == 1
    with pytest.raises(WrongState, match=OPEN_ONE):
        makers.signed(version, world.ben)
    commenting.resolve(comment=comment, by=world.priya, at=moment(11))
    assert reading.open_must_fix(version) == 0
    assert makers.signed(version, world.ben, moment(12)).signatures.count() == 2
    commenting.reopen(comment=comment, by=world.ben, at=moment(13))
    with pytest.raises(WrongState, match=OPEN_ONE):
        makers.signed(version, world.priya, moment(14))


def test_publishing_waits_for_a_must_fix_comment_made_after_the_last_signature(world: World) -> None:
    version = makers.approved(world)
    comment = said(version, world.priya, at=moment(6))
    with pytest.raises(WrongState, match="publishing wait"):
        makers.published(world, version, at=moment(7))
    commenting.resolve(comment=comment, by=world.priya, at=moment(8))
    assert makers.published(world, version, at=moment(9)).status == Status.PUBLISHED


def test_a_signature_that_came_first_is_given_again(world: World) -> None:
    version = makers.submitted(world)
    first = approving.approve(version=version, shown_digest=version.digest, by=world.ben, at=moment(9))
    said(version, world.priya)
    assert approving.approve(version=version, shown_digest=version.digest, by=world.ben, at=moment(11)) == first


def test_a_must_fix_comment_of_this_round_is_resolved_by_its_author_alone(world: World) -> None:
    comment = said(makers.submitted(world), world.priya)
    for person in (world.ana, world.ben):
        with pytest.raises(NotAllowed, match="by the person who made it"):
            commenting.resolve(comment=comment, by=person, at=moment(11))
    made = commenting.resolve(comment=comment, note="I misread.", by=world.priya, at=moment(11))
    assert made is not None
    assert made.note == "I misread."


def test_a_suggestion_is_resolved_by_the_version_s_author_during_the_review(world: World) -> None:
    comment = said(makers.submitted(world), world.priya, kind=Kind.SUGGESTION)
    assert commenting.resolve(comment=comment, by=world.ana, at=moment(11)) is not None


def test_after_the_return_managers_say_what_is_done_and_approvers_may_open_it_again(world: World) -> None:
    version = makers.submitted(world)
    comment = said(version, world.priya)
    draft = returned(world, version)
    with pytest.raises(NotAllowed, match="its author or another manager"):
        commenting.resolve(comment=comment, by=world.ben, at=moment(13))
    commenting.resolve(comment=comment, note="Two rings now.", by=world.ana, at=moment(13))
    again = makers.submitted(world, draft, at=moment(14))
    assert reading.open_must_fix(again) == 0
    with pytest.raises(NotAllowed, match="or an approver"):
        commenting.reopen(comment=comment, by=world.ana, at=moment(15))
    commenting.reopen(comment=comment, note="Still three.", by=world.ben, at=moment(15))
    assert reading.open_must_fix(again) == 1
    commenting.resolve(comment=comment, by=world.ben, at=moment(16))
    assert [row.is_resolved for row in Resolution.objects.all()] == [True, False, True]


def test_a_second_click_settles_nothing_twice(world: World) -> None:
    comment = said(makers.submitted(world), world.priya)
    assert commenting.reopen(comment=comment, by=world.priya, at=moment(11)) is None
    commenting.resolve(comment=comment, by=world.priya, at=moment(11))
    assert commenting.resolve(comment=comment, by=world.priya, at=moment(11)) is None
    assert Entry.objects.filter(action="comment.resolved").count() == 1


def test_replies_are_told_and_belong_to_a_comment(world: World) -> None:
    comment = said(makers.submitted(world), world.priya)
    answer = commenting.reply(comment=comment, text="Which rule?", by=world.ana, at=moment(11))
    assert Entry.objects.filter(action="comment.replied").get().data["parent"] == comment.pk
    with pytest.raises(WrongState, match="This is a reply"):
        commenting.reply(comment=answer, text="This one.", by=world.priya, at=moment(12))
    (thread,) = reading.threads_of(comment.version, world.ana)
    assert [reply.text for reply in thread.replies] == ["Which rule?"]


@pytest.mark.usefixtures("no_pdf_engine")
def test_what_was_said_is_closed_once_the_version_is_published(world: World) -> None:
    version = makers.submitted(world)
    comment = said(version, world.priya, kind=Kind.SUGGESTION, at=moment(3))
    comment.version = makers.published(world, makers.approved(world, version))
    with pytest.raises(WrongState, match="was published"):
        commenting.reply(comment=comment, text="Late.", by=world.ana, at=moment(11))
    with pytest.raises(WrongState, match="was published"):
        commenting.resolve(comment=comment, by=world.priya, at=moment(11))


def after(world: World, version: Version, source: str) -> list[Standing]:
    """Return what became of a version's comments in the next round's text."""
    draft = returned(world, version)
    draft = drafting.save_text(version=draft, source=source, row_version=draft.row_version, by=world.ana, at=moment(13))
    again = makers.submitted(world, draft, at=moment(14))
    margin = reading.beside(again, body_of(again)[0], world.ben)
    return [thread.place.standing for thread in margin.threads]


def test_a_comment_survives_a_return_when_the_text_around_it_changes(world: World) -> None:
    version = makers.submitted(world)
    said(version, world.ben)
    assert after(world, version, SOURCE.replace("## Signatures", "## Who signs\n\nTwo people.")) == [Standing.SAME]


def test_a_comment_moves_with_its_words_to_another_section(world: World) -> None:
    version = makers.submitted(world)
    said(version, world.ben)
    assert after(world, version, SOURCE.replace("## Purpose", "## Why we answer")) == [Standing.MOVED]


def test_a_comment_whose_words_were_changed_is_told_as_that(world: World) -> None:
    version = makers.submitted(world)
    said(version, world.ben)
    changed = SOURCE.replace(
        "is answered within <RingTimeLimit> rings", "is taken at once, at the latest after <RingTimeLimit> rings"
    )
    assert after(world, version, changed) == [Standing.CHANGED]


def test_counts_are_told_in_words(world: World) -> None:
    version = makers.submitted(world)
    first = said(version, world.ben)
    said(version, world.ben, "within")
    said(version, world.ben, "", kind=Kind.SUGGESTION)
    commenting.resolve(comment=first, by=world.ben, at=moment(11))
    assert str(reading.counts_of([version])[version.pk]) == "2 must-fix, 1 suggestion; 1 of 3 resolved"
    assert not reading.counts_of([makers.draft(world)])


def test_everything_said_is_kept_with_its_round(world: World) -> None:
    version = makers.submitted(world)
    comment = said(version, world.priya)
    draft = returned(world, version)
    commenting.resolve(comment=comment, note="Done.", by=world.ana, at=moment(13))
    again = makers.submitted(world, draft, at=moment(14))
    said(again, world.ben, "", kind=Kind.SUGGESTION, at=moment(15))
    rounds = reading.said_in_rounds(again, world.mia)
    assert [row.did for row in rounds[1]] == ["Must fix, comment 1", "Comment 1 resolved"]
    assert [row.did for row in rounds[2]] == ["Suggestion, comment 2"]
