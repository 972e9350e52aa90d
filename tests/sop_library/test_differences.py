"""Where two renderings differ, and in which words."""

import pytest

from sop_library.domain.comparison import compare
from sop_library.domain.differences import Part, Place, changed_places, segments_of
from templates_app import shelf
from templates_app.domain.body import compile_text
from templates_app.domain.frontmatter import parse
from templates_app.domain.rendering import Mode, render

HEADING = '<h2 id="s-4"><span class="num">4</span> Steps</h2>'


def words(place: Place) -> list[tuple[str, str]]:
    return [(part.kind, part.text) for part in place.parts]


def test_a_changed_name_is_shown_in_its_sentence_with_its_section() -> None:
    before = f"{HEADING}\n<p>Greet first. Then open Zendesk, and search. Close it after.</p>"
    (place,) = changed_places(before, before.replace("Zendesk", "Freshdesk Pro"))
    assert place.section == "4"
    assert words(place) == [
        ("same", "Then open "),
        ("old", "Zendesk"),
        ("new", "Freshdesk Pro"),
        ("same", ", and search."),
    ]


def test_each_cell_and_item_is_a_place_of_its_own() -> None:
    before = "<table><tr><td>In Zendesk</td><td>Zendesk</td></tr></table><ul><li>Zendesk</li><li>Paper</li></ul>"
    found = changed_places(before, before.replace("Zendesk", "Freshdesk"))
    assert [words(place)[-1] for place in found] == [("new", "Freshdesk")] * 3


def test_the_same_text_has_no_places() -> None:
    assert changed_places(f"{HEADING}<p>A</p>", f"{HEADING}<p>A</p>") == []


def test_a_part_that_comes_with_a_condition_is_one_new_place() -> None:
    found = changed_places(f"{HEADING}<p>A</p><p>Z</p>", f"{HEADING}<p>A</p><p>Out of hours</p><p>Z</p>")
    assert found == [Place("4", (Part("new", "Out of hours"),))]


def test_lines_that_go_are_named_under_their_own_section() -> None:
    found = changed_places(f"{HEADING}<ul><li>A</li><li>B</li></ul>", f"{HEADING}<ul><li>A</li></ul>")
    assert found == [Place("4", (Part("old", "B"),))]


def test_long_sentences_are_cut_on_both_sides() -> None:
    long = "word " * 60
    (place,) = changed_places(f"<p>{long}Zendesk {long}</p>", f"<p>{long}Freshdesk {long}</p>")
    assert place.parts[0].text.startswith("… ")
    assert place.parts[-1].text.endswith(" …")
    assert all(len(part.text) <= 100 for part in place.parts)


def test_markup_in_a_value_is_words_and_not_markup() -> None:
    (place,) = changed_places("<p>Open A</p>", "<p>Open &lt;b&gt;&amp;</p>")
    assert words(place)[-1] == ("new", "<b>&")


def test_words_before_the_first_heading_have_no_section() -> None:
    assert [each.section for each in segments_of(f"<p>A</p>{HEADING}<p>B</p>")] == ["", "4", "4"]


@pytest.mark.parametrize("slug", sorted(shelf.template_files()))
def test_a_changed_value_has_the_places_that_the_comparison_of_versions_finds(slug: str) -> None:
    source = shelf.template_files()[slug].read_text(encoding="utf-8")
    variables, skeleton = parse(source).variables, compile_text(source)
    values = {each.name: each.example for each in variables if each.is_answered and each.example is not None}
    before, after = (
        render(skeleton, variables, {**values, "CompanyName": name}, Mode.DRAFT).html
        for name in ("Northwind", "Contoso Care")
    )
    found = [place.section for place in changed_places(before, after)]
    assert found
    assert sorted(found) == sorted(change.section_number for change in compare(before, after).changes)
