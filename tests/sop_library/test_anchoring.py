"""Where a comment's words stand after the text was changed: there, elsewhere, or nowhere; never on other words."""

import random
from collections.abc import Sequence

import pytest

from sop_library.domain.anchoring import Anchor, NotFoundOnce, Passage, Standing, anchored, place, words_of
from sop_library.domain.marking import Document, Mark

CALLS = Passage("s-1", "Calls", "Calls\nAnswer within three rings. At night answer within six rings, not three rings.")
ENDS = Passage("s-2", "Ends", "Ends\nSay goodbye and hang up.")


def test_words_keep_their_place_when_other_sections_come_and_go() -> None:
    anchor = anchored([CALLS, ENDS], "s-2", "hang up")
    moved = Passage("s-4", "Ends", ENDS.text)
    found = place(anchor, [Passage("s-2", "New", "New\nNever hang up on anybody first."), CALLS, moved])
    assert (found.standing, found.section) == (Standing.SAME, "s-4")
    assert moved.text[found.start : found.end] == "hang up"


def test_of_repeated_words_the_context_decides() -> None:
    first = anchored([CALLS], "s-1", "three rings", "Answer within", ". At night")
    second = anchored([CALLS], "s-1", "three rings", "six rings, not", ".")
    assert place(first, [CALLS]).start < place(second, [CALLS]).start
    with pytest.raises(NotFoundOnce) as problem:
        anchored([CALLS], "s-1", "three rings")
    assert problem.value.times == 2


def test_when_the_words_themselves_changed_the_same_words_elsewhere_are_not_taken() -> None:
    anchor = anchored([CALLS], "s-1", "three rings", "Answer within", ". At night")
    edited = CALLS.text.replace("Answer within three rings", "Pick up after two rings at most")
    found = place(anchor, [Passage("s-1", "Calls", edited)])
    assert found.standing is Standing.CHANGED
    assert found.section == "s-1"


def test_a_paragraph_that_moved_takes_its_comment_along() -> None:
    anchor = anchored([CALLS, ENDS], "s-2", "goodbye")
    found = place(anchor, [Passage("s-1", "Calls", CALLS.text + "\nSay goodbye and hang up.")])
    assert (found.standing, found.section) == (Standing.MOVED, "s-1")


def test_spaces_line_breaks_and_signs_around_move_nothing() -> None:
    anchor = anchored([CALLS], "s-1", "at\u00a0night".capitalize() + "\n answer")
    spaced = Passage("s-1", "Calls", CALLS.text.replace(" ", "\n  "))
    assert place(anchor, [spaced]).standing is Standing.SAME


def test_a_section_is_known_by_its_title() -> None:
    anchor = anchored([CALLS, ENDS], "s-2", "")
    assert place(anchor, [Passage("s-2", "Other", "Other"), Passage("s-9", "Ends", "Ends")]).section == "s-9"
    assert place(anchor, [CALLS]).standing is Standing.CHANGED
    twice = [Passage("s-3", "Ends", "Ends"), Passage("s-4", "Ends", "Ends")]
    assert place(anchor, twice).standing is Standing.CHANGED


VOCABULARY = ["call", "the", "a", "rings", "three", "answer", "customer", "within", "and", "say", ".", ","]


def some(random_: random.Random, least: int, most: int) -> list[str]:
    return random_.choices(VOCABULARY, k=random_.randint(least, most))


def document(random_: random.Random) -> list[list[str]]:
    return [[f"Title{number}", *some(random_, 20, 60)] for number in range(random_.randint(2, 5))]


def passages(sections: Sequence[Sequence[str]]) -> list[Passage]:
    return [Passage(f"s-{n}", words[0], " ".join(words)) for n, words in enumerate(sections, 1)]


def chosen(random_: random.Random, sections: list[list[str]]) -> tuple[int, int, int, Anchor] | None:
    """Return a random choice of words as (section, first, end) with its anchor; None when it cannot be told apart."""
    section = random_.randrange(len(sections))
    words = sections[section]
    first = random_.randrange(1, len(words) - 1)
    end = min(first + random_.randint(1, 8), len(words))
    around = " ".join(words[max(first - 30, 0) : first]), " ".join(words[end : end + 30])
    try:
        made = anchored(passages(sections), f"s-{section + 1}", " ".join(words[first:end]), *around)
    except NotFoundOnce:
        return None
    return section, first, end, made


@pytest.mark.parametrize("seed", range(300))
def test_an_anchor_survives_edits_elsewhere_and_never_lands_on_other_words(seed: int) -> None:
    random_ = random.Random(seed)
    sections = document(random_)
    choice = chosen(random_, sections)
    if choice is None:
        return
    section, first, end, anchor = choice
    words = sections[section]
    kept_from = first - len(words_of(anchor.before))
    kept_to = end + len(words_of(anchor.after))
    edited = [
        [*some(random_, 0, 5), *words[max(kept_from, 1) : kept_to], *some(random_, 0, 15)]
        if number == section
        else [*other[1 : random_.randrange(2, len(other))], *some(random_, 0, 9)]
        for number, other in enumerate(sections)
    ]
    after = [[f"Title{number}", *rest] for number, rest in enumerate(edited)]
    after.insert(random_.randrange(len(after)), ["New", *some(random_, 5, 20)])
    home = next(number for number, rest in enumerate(after) if rest[0] == f"Title{section}")
    now = passages(after)
    found = place(anchor, now)
    assert (found.standing, found.section) == (Standing.SAME, f"s-{home + 1}")
    assert words_of(now[home].text[found.start : found.end]) == words[first:end]


@pytest.mark.parametrize("seed", range(300))
def test_whatever_is_edited_the_place_found_holds_exactly_the_words(seed: int) -> None:
    random_ = random.Random(seed)
    sections = document(random_)
    choice = chosen(random_, sections)
    if choice is None:
        return
    anchor = choice[-1]
    for words in sections:
        for _ in range(random_.randint(0, 6)):
            at = random_.randrange(1, len(words))
            words[at : at + random_.randint(0, 4)] = some(random_, 0, 3)
            words.append("end")
    now = passages(sections)
    found = place(anchor, now)
    if found.standing is not Standing.CHANGED:
        text = next(each.text for each in now if each.id == found.section)
        assert words_of(text[found.start : found.end]) == words_of(anchor.words)


PAGE = (
    '<p>Before.</p><h2 id="s-1"><span class="num">1</span> Calls</h2><p>Answer <b>within three</b> rings &lt;b&gt; '
    '<a href="#s-2">see ends</a>.</p><ul><li>One<ul><li>Two</li></ul> three</li></ul>'
    '<p>From <span class="record" data-record="EffectiveDate">set when approved</span> on.</p>'
    '<h2 id="s-2">Ends</h2><table><tr><td><del>Old</del><ins><span class="visually-hidden">Added: </span>New</ins></td>'
    "<td>b</td></tr></table>"
)


def marked(section: str, words: str, *, address: str = "") -> str:
    document_ = Document(PAGE)
    found = place(anchored(document_.passages, section, words), document_.passages)
    return document_.marked([Mark(found.section, found.start, found.end, 7, 1)], address)


def test_what_is_only_told_is_no_text_to_comment_on() -> None:
    texts = {each.id: words_of(each.text) for each in Document(PAGE).passages}
    assert "approved" not in texts["s-1"]
    assert "1" not in texts["s-1"]
    assert texts["s-2"] == ["Ends", "New", "b"]


def test_words_are_marked_across_emphasis_and_the_rest_stays_as_it_is() -> None:
    page = marked("s-1", "Answer within three rings")
    assert page.count('<mark class="commented" data-comments="7">') == 3
    assert page.count('id="words.7"') == 1
    assert page.count('href="#comment.7"') == 1
    assert Document(page).passages == Document(PAGE).passages
    assert marked("s-1", "rings <b>").count("&lt;b&gt;") == 1


def test_a_link_to_a_comment_never_stands_in_a_link() -> None:
    page = marked("s-1", "see")
    assert 'href="#comment.7"' not in page
    assert "<mark" in page


def test_without_marks_a_document_comes_back_as_it_was() -> None:
    assert Document(PAGE).marked([]) == PAGE


def test_a_section_s_link_escapes_what_the_title_holds() -> None:
    page = Document('<h2 id="s-1">A &lt;script&gt; &amp; "b"</h2>').marked([], "/new/")
    assert '<a href="/new/?section=s-1">' in page
    assert "<script>" not in page
