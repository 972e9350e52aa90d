"""Renaming, adding, changing and removing variables in the text: nothing else of it moves."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from templates_app.domain.body import compile_text
from templates_app.domain.declaring import added, declared_as, removed
from templates_app.domain.edits import EditRefused, Manuscript
from templates_app.domain.frontmatter import parse
from templates_app.domain.renaming import renamed, sections, uses
from templates_app.domain.starter import starter_text
from templates_app.domain.verbatim import with_line_ends_of
from templates_app.shelf import template_files
from tests.templates_app.texts import problems_of, source
from tests.world import AT

DECLARED = """
Old: {label: An old name, kind: yes_no, example: "yes"}  # said on the phone
Other:
    label: Another
    kind: long_text
    example: |
      Two
      lines
"""
BODY = r"""## Where

<Old> and \<Old> and <Other>, `\<Old>` too.

/// when | not Old
Never Old without <Old>.
///
"""
TEXT = source(BODY, DECLARED)


def test_a_new_name_is_in_the_declaration_the_placeholders_and_the_conditions_and_nowhere_else() -> None:
    now = renamed(TEXT, "Old", "Fresh")
    assert now == TEXT.replace("  Old:", "  Fresh:").replace("\n<Old>", "\n<Fresh>").replace(
        "without <Old>", "without <Fresh>"
    ).replace("not Old", "not Fresh")
    assert r"\<Old>" in now
    assert "An old name" in now
    assert problems_of(now) == []


def test_the_option_of_a_condition_is_not_its_name() -> None:
    text = source(
        "/// when | Channel is Channel\n<Channel>\n///\n",
        "Channel: {kind: choice, options: [Channel, Mail], example: Mail}",
    )
    assert "when | Route is Channel\n<Route>" in renamed(text, "Channel", "Route")


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        ("other", "upper-case letter"),
        ("Other", "declared already"),
        ("Approvals", "block of the record"),
        ("PreparedBy", "belongs to the record"),
        ("A" * 61, "at most 60"),
        ("", "upper-case letter"),
        ("Old\n", "upper-case letter"),
    ],
)
def test_a_name_that_cannot_be_is_refused_with_a_sentence(new: str, sentence: str) -> None:
    with pytest.raises(EditRefused, match=sentence) as refused:
        renamed(TEXT, "Old", new)
    assert refused.value.field == "name"


def test_a_name_of_the_record_stays() -> None:
    text = source("<PreparedBy>\n", "PreparedBy: {source: workflow}")
    with pytest.raises(EditRefused, match="keeps its name"):
        renamed(text, "PreparedBy", "Author")


def test_what_is_not_declared_cannot_be_renamed() -> None:
    with pytest.raises(EditRefused, match="not declared"):
        renamed(TEXT, "Nobody", "Somebody")


# Any text: what is around the names is kept byte for byte

BREAKS = st.sampled_from(["\n", "\r\n", "\r"])
PIECES = st.sampled_from(
    [
        "<Old>",
        r"\<Old>",
        r"\\<Old>",
        "<Other>",
        "words",
        "  ",
        "\t",
        "é",
        "e\u0301",
        "\U0001f600",
        "- ",
        "Old",
        "`<Old>`",
    ]
)


@st.composite
def texts(draw: st.DrawFn) -> str:
    lines = draw(st.lists(st.lists(PIECES, max_size=5).map("".join), min_size=1, max_size=12))
    when = draw(st.sampled_from(["Old", "not Old", "Other is Old"]))
    block = f"\n/// when | {when}\nx\n///\n" if draw(st.booleans()) else "\n"
    text = source("\n".join(lines) + block, DECLARED)
    pieces = re.split("(\n)", text)
    mixed = "".join(draw(BREAKS) if piece == "\n" else piece for piece in pieces)
    return draw(st.sampled_from(["", "\ufeff"])) + mixed


@settings(deadline=None)
@given(texts())
def test_renaming_and_renaming_back_gives_the_same_bytes(text: str) -> None:
    there = renamed(text, "Old", "SomethingMuchLonger")
    assert renamed(there, "SomethingMuchLonger", "Old") == text
    assert "Old" not in uses(Manuscript(there))
    before, after = uses(Manuscript(text)), uses(Manuscript(there))
    assert after.get("SomethingMuchLonger") == before.get("Old")
    assert re.findall("\r\n|\r|\n", there) == re.findall("\r\n|\r|\n", text)


@pytest.mark.parametrize("slug", template_files())
def test_every_variable_of_the_library_can_be_renamed_and_the_text_still_compiles(slug: str) -> None:
    text = template_files()[slug].read_text(encoding="utf-8")
    for variable in parse(text).variables:
        if variable.source == "workflow":
            continue
        now = renamed(text, variable.name, "RenamedForTheTest")
        assert renamed(now, "RenamedForTheTest", variable.name) == text
    assert problems_of(now) == []
    assert "RenamedForTheTest" in compile_text(now).uses


# Declarations


def test_a_new_label_changes_that_label_only() -> None:
    now = declared_as(TEXT, "Old", {"label": "A new: label"})
    assert now == TEXT.replace("An old name", '"A new: label"')
    assert parse(now).variable("Old").label == "A new: label"


def test_another_kind_takes_away_what_does_not_fit_it() -> None:
    text = source("<Rings>\n", "Rings: {kind: integer, unit: rings, example: 3, min: 1}  # kept")
    now = declared_as(text, "Rings", {"kind": "choice", "options": ["Few", "Many: more"], "example": "Few"})
    assert 'Rings: {kind: choice, example: Few, options: [Few, "Many: more"]}  # kept' in now
    assert problems_of(now) == []


def test_a_declaration_of_indented_lines_keeps_its_shape() -> None:
    now = declared_as(TEXT, "Other", {"label": "One more", "kind": "text", "hint": "Say it", "example": "Short"})
    assert "  Other:\n      label: One more\n      kind: text\n      example: Short\n      hint: Say it\n---" in now
    assert problems_of(now) == []


def test_a_list_of_indented_lines_is_replaced_whole() -> None:
    text = source("<Reasons>\n", "Reasons:\n  kind: list\n  example:\n  - One\n  - Two\n  # a remark\n  group: Rules")
    now = declared_as(text, "Reasons", {"example": ["Three"]})
    assert parse(now).variable("Reasons").example == ["Three"]
    assert "# a remark\n" in now
    assert parse(now).variable("Reasons").group == "Rules"


@pytest.mark.parametrize("declared", ["Plain:", "Plain: ~", "Plain: {}", "Plain:  # nothing yet"])
def test_an_empty_declaration_is_filled(declared: str) -> None:
    now = declared_as(source("<Plain>\n", declared), "Plain", {"label": "Plain", "example": "x"})
    assert problems_of(now) == []


@pytest.mark.parametrize(
    "written",
    [
        "",
        "variables:\n",
        "variables: {}\n",
        "variables: {Other: {example: x}}\n",
        "variables:\n    Other: {example: x}  # c\n",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_new_variable_is_declared_after_the_last(written: str, end: str) -> None:
    text = f"---\ntitle: Test\n{written}---\n<Fresh> <Other>\n".replace("\n", end)
    text = text.replace(" <Other>", "") if "Other:" not in written else text
    now = added(text, "Fresh", {"label": "Fresh", "kind": "text", "example": "x"})
    assert problems_of(now) == []
    assert [variable.name for variable in parse(now).variables][-1] == "Fresh"
    assert set(re.findall("\r\n|\r|\n", now)) == {end}


def test_a_name_that_is_there_is_not_declared_twice() -> None:
    with pytest.raises(EditRefused, match="declared already"):
        added(TEXT, "Old", {"label": "x"})


def test_a_variable_that_is_used_stays_and_one_that_is_not_goes() -> None:
    with pytest.raises(EditRefused, match="used on lines 14, 16 and 17"):
        removed(TEXT, "Old")
    longer = added(TEXT, "Spare", {"label": "Spare", "example": "x"})
    assert problems_of(longer)
    assert removed(longer, "Spare") == TEXT


def test_the_last_variable_and_one_in_braces_can_go() -> None:
    assert problems_of(removed(source("Words\n", "Spare: {example: x}"), "Spare")) == []
    for name in ("A", "B", "C"):
        text = "---\ntitle: T\nvariables: {A: {example: x}, B: {example: y}, C: {example: z}}\n---\n"
        kept = [each.name for each in parse(removed(text, name)).variables]
        assert kept == [each for each in "ABC" if each != name]


FACTS = st.fixed_dictionaries(
    {"label": st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=30).filter(str.strip),
     "hint": st.none() | st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=20).filter(str.strip),
     "kind": st.sampled_from(["text", "list", "integer"])}
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(["Old", "Other"]), FACTS, st.sampled_from(["\n", "\r\n"]))
def test_any_facts_can_be_written_and_the_rest_stays(name: str, facts: dict[str, str], end: str) -> None:
    text = TEXT.replace("\n", end)
    now = declared_as(text, name, facts)
    declaration = Manuscript(now).declared(name)[1].pairs or {}
    assert (declaration["label"].raw(), declaration["kind"].raw()) == (facts["label"], facts["kind"])
    assert ("hint" in declaration) == (facts["hint"] is not None)
    other = "Other" if name == "Old" else "Old"
    assert Manuscript(now).declared(other)[1].raw() == Manuscript(text).declared(other)[1].raw()
    assert now.endswith(BODY.replace("\n", end))


# What the panel lists


def test_the_sections_of_a_text_are_named_with_their_lines() -> None:
    assert [(block.title, block.line) for block in sections(Manuscript(TEXT))] == [("not Old", 16)]
    assert uses(Manuscript(TEXT)) == {"Old": (14, 16, 17), "Other": (14,)}


def test_a_new_template_starts_with_a_text_that_compiles() -> None:
    for title in ("Answering calls", 'Say "hello": now # {x} é', "null", "- a", "'", "\\"):
        text = starter_text(title, AT.date())
        assert problems_of(text) == []
        assert parse(text).title == title


# Line ends


@given(st.lists(st.tuples(st.sampled_from(["", "a", "b ", "\t"]), BREAKS), max_size=8), st.sampled_from(["", "end"]))
def test_a_text_that_only_went_through_a_form_comes_back_as_it_was(lines: list[tuple[str, str]], last: str) -> None:
    stored = "".join(line + end for line, end in lines) + last
    sent = re.sub("\r\n|\r|\n", "\r\n", stored)
    assert with_line_ends_of(sent, stored) == stored


@given(st.lists(st.tuples(st.sampled_from(["", "a", "b"]), BREAKS), max_size=8), st.text("ab\n", max_size=12))
def test_what_was_typed_is_kept_with_some_line_end_of_the_text(lines: list[tuple[str, str]], typed: str) -> None:
    stored = "".join(line + end for line, end in lines)
    kept = with_line_ends_of(typed.replace("\n", "\r\n"), stored)
    assert re.sub("\r\n|\r|\n", "\n", kept) == typed
    assert set(re.findall("\r\n|\r|\n", kept)) <= (set(re.findall("\r\n|\r|\n", stored)) or {"\n"})


def test_lines_around_a_change_keep_their_own_ends() -> None:
    assert with_line_ends_of("a\r\nx\r\nb\r\nc", "a\nb\r\nc") == "a\nx\nb\r\nc"
