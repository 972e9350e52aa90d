"""Which words were put in and taken out."""

import time

from hypothesis import given
from hypothesis import strategies as st

from sop_library.domain.comparison_words import Budget
from sop_library.domain.marks import Mark, marked


def read(old: str, new: str) -> str:
    signs = {Mark.SAME: "{}", Mark.ADDED: "[+{}]", Mark.REMOVED: "[-{}]"}
    return "".join(signs[words.mark].format(words.text) for words in marked(old, new, Budget()))


def test_it_marks_words_not_letters() -> None:
    assert read("Within three rings.", "Within four rings.") == "Within [-three][+four] rings."
    assert read("Call back.", "Call back today.") == "Call back[+ today]."
    assert read("", "New") == "[+New]"
    assert read("Same", "Same") == "Same"


@given(st.text(alphabet="ab \n.", max_size=60), st.text(alphabet="ab \n.", max_size=60))
def test_both_texts_can_be_read_from_it(old: str, new: str) -> None:
    found = marked(old, new, Budget())
    assert "".join(words.text for words in found if words.mark is not Mark.ADDED) == old
    assert "".join(words.text for words in found if words.mark is not Mark.REMOVED) == new


def test_long_texts_are_shown_whole() -> None:
    begun = time.process_time()
    found = marked("old words " * 50_000, "new words " * 50_000, Budget())
    assert [words.mark for words in found][:2] == [Mark.REMOVED, Mark.ADDED]
    assert len(found) <= 3
    assert time.process_time() - begun < 2
