"""Two documents compared: valid, nothing lost, nothing made up, changes where people see them, and never slow."""

import re
import time
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from sop_library.domain.comparison import Comparison, compare
from sop_library.domain.comparison_sides import new_side, old_side
from sop_library.domain.comparison_tree import normalise
from templates_app.domain.body import compile_text
from templates_app.domain.frontmatter import parse
from templates_app.domain.rendering import Mode, render
from tests.sop_library.edits import Chance, markup
from tests.sop_library.validity import faults_of

ROOT = Path(__file__).resolve().parents[2]
NUMBERED = '<h2 id="s-{0}"><span class="num">{0}</span> {1}</h2>'


def both(old: str, new: str) -> Comparison:
    """Return the comparison, after checking that it is valid and that both sides can be read back from it."""
    found = compare(old, new)
    assert faults_of(found.inline) == []
    assert old_side(found.inline) == normalise(old)
    assert new_side(found.inline) == normalise(new)
    anchors = html.fragment_fromstring(found.inline, create_parent="div").xpath("//@id[starts-with(., 'change-')]")
    assert anchors == [change.anchor for change in found.changes]
    beside = html.fragment_fromstring(found.old + found.new, create_parent="div").xpath("//@id")
    assert len(beside) == len(set(beside))
    assert {change.anchor for change in found.changes} <= set(beside)
    return found


def told(found: Comparison) -> list[tuple[str, str, str]]:
    return [(change.kind, change.old, change.new) for change in found.changes]


def table(*rows: str, caption: str = "") -> str:
    """Return a table; the first row is its head, cells are separated by |."""
    head, *body = ["".join(f"<td>{cell}</td>" for cell in row.split("|")) for row in rows]
    return (
        f"<table>{caption}<thead><tr>{head.replace('td>', 'th>')}</tr></thead>"
        f"<tbody>{''.join(f'<tr>{row}</tr>' for row in body)}</tbody></table>"
    )


# Nothing lost, nothing made up


@pytest.mark.parametrize("seed", range(300))
def test_both_sides_of_a_random_edit_can_be_read_back_from_valid_html(seed: int) -> None:
    chance = Chance(seed)
    tree = chance.document()
    both(markup(tree), markup(chance.edited(tree, (seed % 9 + 1) / 10)))


@settings(deadline=None)
@given(st.integers(), st.integers())
def test_any_two_documents_can_be_read_back_from_valid_html(one: int, other: int) -> None:
    both(markup(Chance(one).document()), markup(Chance(other).document()))


@settings(deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_text_stays_text_whatever_it_is(old: str, new: str) -> None:
    def paragraph(text: str) -> str:
        return str(html.tostring(element(text), encoding="unicode"))

    def element(text: str) -> html.HtmlElement:
        made = html.Element("p")
        made.text = "".join(sign for sign in text if sign.isprintable())
        return made

    both(paragraph(old), paragraph(new))


def test_marks_typed_by_people_are_shown_and_not_taken_for_changes() -> None:
    found = both("<p>Type &lt;del&gt;x&lt;/del&gt; here</p>", "<p>Type &lt;ins id=change-1&gt;x here</p>")
    assert "ins id=change-1&gt;x</ins>" in found.inline
    assert found.inline.count("<ins") == found.count == 1


def test_what_is_equal_has_no_change_and_no_mark() -> None:
    same = NUMBERED.format(1, "Purpose") + "<p>Words</p>" + table("a|b", "1|2")
    found = both(same, same)
    assert (found.count, found.inline) == (0, normalise(same))
    assert all(row.is_same for row in found.rows)


# Words


def test_a_paragraph_is_compared_by_word_with_labels_for_the_ear() -> None:
    found = both("<p>Answer within 3 rings.</p>", "<p>Answer within 4 rings.</p>")
    assert told(found) == [("changed", "3", "4")]
    assert 'Removed: </span>3</del><ins data-number="1">' in found.inline
    assert found.inline.startswith("<p>Answer within <del id=")


def test_emphasis_and_links_are_changes_too() -> None:
    found = both("<p>Count to two now</p>", "<p>Count to <strong>two</strong> now</p>")
    assert told(found) == [("changed", "two", "two (look or link changed)")]
    found = both('<p><a href="https://a.example">Form</a></p>', '<p><a href="https://b.example">Form</a></p>')
    assert found.count == 1


def test_a_blank_is_one_word() -> None:
    blank = '<span class="call-blank" data-call="CustomerName">Customer name</span>'
    found = both(f"<p>Hello {blank}, welcome.</p>", "<p>Hello there, welcome.</p>")
    assert told(found) == [("changed", "Customer name", "there")]


def test_a_sentence_with_little_in_common_is_replaced_and_not_torn() -> None:
    found = both("<p>Ask the caller for a name and write it down.</p>", "<p>Open the record, then wait for it.</p>")
    assert found.count == 1


# Lists, tables, blocks


def test_lists_are_compared_by_item() -> None:
    old = "<ul><li>Billing</li><li>Delivery</li><li>Complaint</li></ul>"
    new = "<ul><li>Delivery</li><li>Complaint by phone</li><li>Loyalty</li></ul>"
    found = both(old, new)
    assert told(found) == [("removed", "Billing", ""), ("added", "", "by phone"), ("added", "", "Loyalty")]
    assert '<li data-change="removed"><del' in found.inline


def test_a_list_that_became_loose_has_not_changed() -> None:
    found = both(
        "<ul><li>Billing</li><li>Delivery</li></ul>", "<ul><li><p>Billing</p></li><li><p>Delivery</p></li></ul>"
    )
    assert found.count == 0


def test_tables_are_compared_by_row_and_cell() -> None:
    old = table("Case|Who|Limit", "Refund|Lead|$100", "Credit|Boss|$500", "Gift|Agent|$10")
    new = table("Case|Who|Limit", "Refund|Lead|$150", "Gift|Agent|$10", "Voucher|Agent|$20")
    found = both(old, new)
    assert told(found) == [
        ("changed", "$100", "$150"),
        ("removed", "Credit Boss $500", ""),
        ("added", "", "Voucher Agent $20"),
    ]


def test_a_new_column_is_one_change_and_a_removed_row_keeps_the_table_whole() -> None:
    found = both(table("Case|Who", "A|Lead", "B|Boss"), table("Case|Limit|Who", "A|5|Lead", "Z|6|Nobody at all"))
    assert told(found)[0] == ("added", "", "Limit … 5")
    assert found.inline.count('data-change="filler"') == 1


@pytest.mark.parametrize(("old", "new"), [("Case|Who|When", "Case|When"), ("Who", "Case|Who"), ("A|B", "B|A")])
def test_columns_that_went_came_or_moved_leave_a_legal_table(old: str, new: str) -> None:
    both(table(old, old.lower(), old), table(new, new.lower(), new))


def test_a_table_with_joined_cells_is_shown_whole_on_both_sides() -> None:
    joined = '<table><tbody><tr><td colspan="2">a</td></tr><tr><td>b</td><td>c</td></tr></tbody></table>'
    found = compare(joined, table("a|b", "b|c"))
    assert told(found) == [("changed", "a b c", "a b b c")]


def test_a_heading_whose_number_moved_on_is_shown_and_not_counted() -> None:
    old = NUMBERED.format(1, "Purpose") + "<p>One.</p>" + NUMBERED.format(2, "Scope") + "<p>Two.</p>"
    new = (
        NUMBERED.format(1, "Words")
        + "<p>New.</p>"
        + old.replace(">2<", ">3<").replace("s-2", "s-3").replace(">1<", ">2<").replace("s-1", "s-2")
    )
    found = both(old, new)
    assert told(found) == [("added", "", "Words … New.")]
    assert "(was 1) </span>Purpose" in found.inline
    assert found.changes[0].section_number == "1"


def test_a_note_that_became_a_warning_is_the_same_block() -> None:
    note = '<div class="callout {0}"><p class="block-title">{1}</p><p>Never read out a card number.</p></div>'
    assert told(both(note.format("note", "Note"), note.format("warning", "Warning"))) == [
        ("changed", "Note", "Warning")
    ]


def test_a_block_that_came_is_one_change_with_all_its_words_marked() -> None:
    say = '<div class="say"><p class="block-title">Say: Greeting</p><div class="words"><p>Hello.</p></div></div>'
    found = both("<p>Before.</p>", f"<p>Before.</p>{say}<p>After.</p>")
    assert found.count == 1
    assert found.inline.count('data-number="1"') == 3


def test_side_by_side_what_came_in_the_place_of_something_stands_beside_it() -> None:
    found = both("<p>Same.</p><p>Alpha beta gamma.</p>", "<p>Same.</p><p>Quite other words.</p><p>And more.</p>")
    rows = [(bool(row.old), bool(row.new)) for row in found.rows]
    assert rows == [(True, True), (True, True), (False, True)]


def test_changes_name_their_section_and_are_short() -> None:
    old = NUMBERED.format(1, "Purpose") + "<p>a</p>"
    found = both(old, old + NUMBERED.format(2, "Scope") + f"<p>{'word ' * 200}</p>")
    assert (found.changes[0].section_number, found.changes[0].section_title) == ("2", "Scope")
    assert len(found.changes[0].new) < 100


# Never slow


def library_document(source: str) -> str:
    template = parse(source)
    values = {variable.name: variable.example for variable in template.variables if variable.example is not None}
    return render(compile_text(source), template.variables, values, Mode.DRAFT).html


def with_words_changed(text: str, share: float) -> str:
    """Return a document in which about this share of the longer words is another one, gone, or followed by one more."""
    chance = Random(7)

    def other(match: re.Match[str]) -> str:
        return chance.choice(("other", "", f"{match[0]} more")) if chance.random() < share else match[0]

    parts = re.split("(<[^>]+>)", text)
    return "".join(part if part.startswith("<") else re.sub("[A-Za-z]{3,}", other, part) for part in parts)


def test_a_procedure_of_thirty_pages_is_compared_in_less_than_a_second() -> None:
    """Eight texts of the library in a row: 8,200 words, 31 printed pages."""
    files = sorted((ROOT / "templates_app" / "library").rglob("*.md"))[:8]
    whole = "".join(library_document(file.read_text(encoding="utf-8")) for file in files)
    for share in (0.01, 0.1, 0.5):
        changed = with_words_changed(whole, share)
        begun = time.process_time()
        found = compare(whole, changed)
        assert time.process_time() - begun < 1
        assert found.count > 50
        assert (old_side(found.inline), new_side(found.inline)) == (normalise(whole), normalise(changed))


def words(count: int, kinds: int, seed: int) -> list[str]:
    chance = Random(seed)
    return [f"w{chance.randrange(kinds)}" for _ in range(count)]


def paragraphs(count: int, length: int, kinds: int, seed: int) -> str:
    return "".join(f"<p>{' '.join(words(length, kinds, seed + n))}</p>" for n in range(count))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (paragraphs(1, 20_000, 2, 1), paragraphs(1, 20_000, 2, 2)),
        (paragraphs(4_000, 1, 20, 1), paragraphs(4_000, 1, 20, 9_000)),
        (paragraphs(100, 200, 2, 1), paragraphs(100, 200, 2, 9_000)),
        (table(*["a|b"] * 1_500), table(*["b|a"] * 1_400)),
        (f"<p>{'!' * 50_000}</p>", f"<p>{'!?' * 25_000}</p>"),
    ],
    ids=["one long paragraph", "many alike", "few words", "long table", "signs"],
)
def test_a_text_made_to_be_slow_is_compared_more_coarsely(old: str, new: str) -> None:
    begun = time.process_time()
    found = compare(old, new)
    assert time.process_time() - begun < 3
    assert old_side(found.inline) == normalise(old)
    assert new_side(found.inline) == normalise(new)
