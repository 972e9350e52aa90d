"""Merging a template's newer text with a person's own: nothing of either is lost, and every byte is where it was."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from templates_app.domain.assembling import assemble, left_out
from templates_app.domain.merging import Choice, Part, State, Take, merge
from templates_app.domain.pieces import Shape, cut, joined
from tests.sop_library.makers import SOURCE
from tests.templates_app.texts import problems_of, source

LINES = st.sampled_from(
    [
        "---", "title: A", "variables:", "  Name: {label: Name}", "  Rings:", "    label: Rings", "updated: 2026-01-01",
        "", "", "  ", "## Purpose", "### Steps", "Answer <Name> soon.", "Answer <Rings>.", "A line", "A line", "- one",
        "- two", "    - inner", "1. First", "2. Second", "3. Second", "| A | B |", "|---|---|", "| 1 | 2 |",
        "| 3 | 4 |", "/// say", "/// when | Name", "//// note", "///", "////", "```", "~~~", "Term", ": meaning", "\r",
        "> quote", "    code", "\\<Name>", "# One", "- ", "|", "\tTab",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.lists(LINES, max_size=24).map("\n".join), st.text(max_size=200), st.just(SOURCE))


def edited(draw: st.DrawFn, text: str) -> str:
    lines = text.split("\n")
    for _ in range(draw(st.integers(0, 5))):
        at = draw(st.integers(0, len(lines)))
        lines[at : at + draw(st.integers(0, 3))] = draw(st.lists(LINES, max_size=3))
    return "\n".join(lines)


@st.composite
def histories(draw: st.DrawFn) -> tuple[str, str, str]:
    base = draw(TEXTS)
    return base, edited(draw, base), edited(draw, base)


@settings(deadline=None)
@given(TEXTS)
def test_the_pieces_of_any_text_are_the_text(text: str) -> None:
    assert joined(cut(text)) == text


@settings(max_examples=400, deadline=None)
@given(histories())
def test_what_only_one_side_changed_is_that_side_byte_for_byte(history: tuple[str, str, str]) -> None:
    base, ours, theirs = history
    assert assemble(merge(base, ours, base)) == ours
    assert assemble(merge(base, base, theirs)) == theirs
    assert assemble(merge(ours, ours, ours)) == ours
    assert not [part for part in merge(base, ours, base) if part.state is State.CONFLICT]


@settings(max_examples=400, deadline=None)
@given(histories(), st.sampled_from(Take))
def test_no_history_raises_and_keeping_ours_keeps_every_edit(history: tuple[str, str, str], take: Take) -> None:
    base, ours, theirs = history
    parts = merge(base, ours, theirs)
    assemble(parts, {place: Choice(take, "Own words") for place in range(len(parts))})
    merged = assemble(parts)
    idle = left_out(parts)
    for part in parts:
        mine = part.ours.text if part.ours else None
        if part.state in (State.OURS, State.CONFLICT) and mine and part.name not in idle:
            assert mine in merged


# What becomes of each kind of change


def merged(base: str, ours: str, theirs: str) -> str:
    return assemble(merge(base, ours, theirs))


def conflicts(base: str, ours: str, theirs: str) -> list[Part]:
    return [part for part in merge(base, ours, theirs) if part.state is State.CONFLICT]


def sides(part: Part) -> tuple[str | None, ...]:
    return tuple(side.text if side else None for side in (part.base, part.ours, part.theirs))


BODY = "## Purpose\n\nWhy.\n\n## Steps\n\n1. First\n2. Second\n3. Third\n\n| A | B |\n|---|---|\n| 1 | 2 |\n\nEnd.\n"


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (("Why.", "Why not."), ("End.", "The end."), [("Why.", "Why not."), ("End.", "The end.")]),
        (("1. First\n", ""), ("3. Third", "3. Third\n4. Fourth"), [("1. First\n", ""), ("Third", "Third\n4. Fourth")]),
        (("2. Second", "2. Later"), ("1. First\n2. Second\n3. Third", "1. New\n2. First\n3. Second\n4. Third"),
         [("1. First\n2. Second\n3. Third", "1. New\n2. First\n2. Later\n4. Third")]),
        (("| 1 | 2 |", "| 1 | 2 |\n| 3 | 4 |"), ("| 1 | 2 |", "| 1 | 2 |\n| 5 | 6 |"),
         [("| 1 | 2 |", "| 1 | 2 |\n| 3 | 4 |\n| 5 | 6 |")]),
        (("3. Third\n", "3. Third\n4. Ours\n"), ("3. Third\n", "3. Third\n4. Theirs\n"),
         [("3. Third\n", "3. Third\n4. Ours\n4. Theirs\n")]),
        (("End.\n", "End.\n\nOurs.\n"), ("End.\n", "End.\n\nTheirs.\n"), [("End.\n", "End.\n\nOurs.\n\nTheirs.\n")]),
        (("End.", "Done."), ("End.", "Done."), [("End.", "Done.")]),
        (("End.\n", ""), ("End.\n", ""), [("End.\n", "")]),
        (("Why.", "Why not."), ("## Purpose\n\nWhy.\n\n", ""), None),
        (("Why.", "Because we say so."), ("Why.", "For the customers."), None),
    ],
)  # fmt: skip
def test_both_sides_changes_are_kept_and_what_both_changed_is_a_conflict(
    ours: tuple[str, str], theirs: tuple[str, str], expected: list[tuple[str, str]] | None
) -> None:
    history = (BODY, BODY.replace(*ours), BODY.replace(*theirs))
    if expected is None:
        assert len(conflicts(*history)) == 1
        return
    wanted = BODY
    for old, new in expected:
        wanted = wanted.replace(old, new)
    assert not conflicts(*history)
    assert merged(*history) == wanted


def test_a_block_is_one_part_with_all_it_holds() -> None:
    text = "Before.\n\n//// when | Rush\n\n/// say\nHello\n\nagain\n///\n\nMore.\n\n////\n\n```\n/// say\n```\nAfter.\n"
    shapes = [piece.shape for piece in cut(text)]
    assert shapes == [Shape.PARAGRAPH, Shape.BLOCK, Shape.CODE, Shape.PARAGRAPH]


STEPS = (
    "//// when | Rush\n\n/// steps | Opening\n\n1. First words\n2. Second words\n3. Third words\n///\n\n"
    "More.\n\n////\n\nEnd.\n"
)


def test_a_block_that_both_changed_is_looked_into() -> None:
    ours = STEPS.replace("First", "Our first").replace("| Opening", "| How we open")
    theirs = STEPS.replace("Third words", "Third words\n4. Fourth words").replace("More.", "Even more.")
    wanted = ours.replace("Third words", "Third words\n4. Fourth words").replace("More.", "Even more.")
    assert merged(STEPS, ours, theirs) == wanted
    (part,) = conflicts(STEPS, ours, theirs.replace("First", "Their first"))
    assert sides(part) == ("1. First words", "1. Our first words", "1. Their first words")


def test_a_block_that_one_side_dropped_and_the_other_changed_is_one_conflict() -> None:
    (part,) = conflicts(STEPS, "End.\n", STEPS.replace("First", "Their first"))
    assert part.shape is Shape.BLOCK


def test_items_that_both_added_at_the_end_of_a_block_stay_in_it() -> None:
    text = "/// steps\n1. First\n///\n"
    result = merged(text, text.replace("First", "First\n2. Ours"), text.replace("First", "First\n2. Theirs"))
    assert result == "/// steps\n1. First\n2. Ours\n2. Theirs\n///\n"


def test_what_is_indented_below_an_item_belongs_to_it() -> None:
    text = "- one\n\n    more\n\n    /// note\n    x\n    ///\n\n- two\n  lazy\nrest\n\nOut."
    assert [piece.shape for piece in cut(text)] == [Shape.ITEM, Shape.ITEM, Shape.PARAGRAPH]


def test_a_section_that_the_template_moved_moves_with_our_words_in_it() -> None:
    one, two, three = "## One\n\nFirst words.\n\n", "## Two\n\nSecond words.\n\n", "## Three\n\nThird words.\n"
    ours = (one + two + three).replace("Second words", "Second own words")
    theirs = two + one + three
    assert merged(one + two + three, ours, theirs) == two.replace("Second words", "Second own words") + one + three


def test_our_order_stays_when_both_moved_and_the_page_can_say_so() -> None:
    base, ours, theirs = ("".join(f"{word}\n\n" for word in text) for text in ("ABCDE", "BCADE", "ABCED"))
    assert merged(base, ours, theirs) == ours
    assert {part.moved for part in merge(base, ours, theirs)} == {"", "ours", "lost"}


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (None, "Ours is here."),
        (Choice(Take.OURS), "Ours is here."),
        (Choice(Take.THEIRS), "Theirs is here."),
        (Choice(Take.BOTH), "Ours is here.\n\nTheirs is here."),
        (Choice(Take.OWN, "\nMine.\n"), "Mine."),
        (Choice(Take.OWN, " "), "Ours is here."),
    ],
)
def test_a_person_chooses(choice: Choice | None, expected: str) -> None:
    parts = merge("A.\n\nIt is here.\n\nB.", "A.\n\nOurs is here.\n\nB.", "A.\n\nTheirs is here.\n\nB.")
    assert assemble(parts, {1: choice} if choice else {}) == f"A.\n\n{expected}\n\nB."


def test_a_part_that_one_side_dropped_and_the_other_changed_can_be_left_out() -> None:
    parts = merge("A.\n\nIt is.\n\nB.", "A.\n\nB.", "A.\n\nIt was.\n\nB.")
    assert assemble(parts) == "A.\n\nB."
    assert assemble(parts, {1: Choice(Take.THEIRS)}) == "A.\n\nIt was.\n\nB."
    assert not parts[1].may_take_both


# Front matter

RINGS = "Rings:\n  label: Rings\n  kind: integer\n  example: 3"
NAME = "Name: {label: Name, example: Ana}"


def test_their_new_variable_comes_with_its_declaration_and_our_label_stays() -> None:
    base = source("<Name> answers.\n", NAME)
    ours = base.replace("label: Name", "label: First name")
    theirs = source("<Name> answers.\n\nWithin <Rings>.\n", f"{RINGS}\n{NAME}")
    result = merged(base, ours, theirs)
    assert result == theirs.replace("label: Name", "label: First name")
    assert not problems_of(result)


def test_different_details_of_one_declaration_are_combined() -> None:
    base = source("<Rings>\n", RINGS)
    ours, theirs = (
        base.replace("label: Rings", "label: Tones"),
        base.replace("  example: 3", "  example: 4\n    min: 1"),
    )
    assert not conflicts(base, ours, theirs)
    assert merged(base, ours, theirs) == theirs.replace("label: Rings", "label: Tones")
    (part,) = conflicts(base, ours, base.replace("label: Rings", "label: Signals"))
    assert not part.may_take_both


def test_a_variable_that_one_side_drops_and_the_other_uses_anew_is_a_conflict() -> None:
    base = source("<Name> answers.\n\nMore.\n", NAME)
    uses_it, drops_it = base.replace("More", "<Name> again"), source("Answer.\n\nMore.\n")
    for history in ((base, uses_it, drops_it), (base, drops_it, uses_it)):
        (part,) = conflicts(*history)
        assert part.shape is Shape.VARIABLE
    assert "Name" not in merged(base, base, drops_it)


def test_a_new_variable_that_nothing_taken_uses_is_left_out() -> None:
    base = source("It is here.\n\n<Name>\n", NAME)
    ours, theirs = base.replace("It is", "It was"), source("It is <Rings>.\n\n<Name>\n", f"{NAME}\n{RINGS}")
    parts = merge(base, ours, theirs)
    assert left_out(parts) == ["Rings"]
    assert assemble(parts) == ours
    (place,) = (place for place, part in enumerate(parts) if part.state is State.CONFLICT)
    assert assemble(parts, {place: Choice(Take.THEIRS)}) == theirs


def test_keys_of_the_front_matter_are_merged_one_by_one() -> None:
    base = "---\ntitle: A\nupdated: 2026-01-01\nsummary: Old\n---\n\nText.\n"
    ours, theirs = base.replace("title: A", "title: B"), base.replace("2026-01-01", "2026-02-02\nminutes: 3")
    assert merged(base, ours, theirs) == theirs.replace("title: A", "title: B")
    (part,) = conflicts(base, base.replace("Old", "Ours"), base.replace("Old", "New"))
    assert part.name == "summary"
    assert sides(part) == ("summary: Old", "summary: Ours", "summary: New")


@pytest.mark.parametrize(
    "unit", ["Words that differ, number {n}.\n\n", "- item {n}\n", "| row | {n} |\n", "Same.\n\n", "{n}\n"]
)
def test_half_a_megabyte_takes_seconds(unit: str) -> None:
    count = 500_000 // len(unit)
    base = "| A | B |\n|---|---|\n" + "".join(unit.format(n=n) for n in range(count))
    ours = base.replace("99", "ours and more")
    theirs = "".join(reversed(base.replace("88", "theirs\n\nand").splitlines(keepends=True)))
    begun = time.process_time()
    assemble(merge(base, ours, theirs))
    assert time.process_time() - begun < 10
