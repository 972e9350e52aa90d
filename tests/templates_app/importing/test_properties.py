"""What holds for every text: it is refused with a sentence or becomes a template that compiles, and no word is lost."""

import unicodedata
from collections import Counter
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from templates_app.domain.body import compile_text
from templates_app.importing.accounting import lost
from templates_app.importing.composing import compose
from templates_app.importing.counting import words
from templates_app.importing.decoding import lines_of
from templates_app.importing.reading import read
from templates_app.importing.result import Choices, Imported, ReadFile, Unreadable

PIECES = (
    "# ", "## ", "1. ", "2. ", "1.1 ", "- ", "* ", "• ", "☐ ", "[ ] ", "[x] ", "> ", ": ", "| ", " | ", "|---|---|",
    "```", "~~~", "///", "/// say", "/// when | A", "---", "===", "***", "____", "\t", "    ", "{Name}", "{{name}}",
    "{{#if}}", "{{/if}}", "{{^if}}", "<Name>", "<free text here>", r"\<Name\>", "[Role]", "[MM/DD/YYYY]", "(x)", "](",
    "![a](b)", "[a](javascript:x)", "[a](https://x.example/y)", "[^1]", "[^1]: ", "<!--", "-->", "<b>", "</b>", "<br>",
    "<table>", "<tr><td>", "</table>", "&lt;", "&amp;", "**", "*", "_", "`", "\\", "WARNING: ", "Note: ", "Q: ", "A: ",
    "Approved By", "Signature", "Date", "Version", "Purpose", "SOP Number: ", "+---+---+", "{#a .b}", "a word", "Words",
    "http://x.example", "\u2028", "\x00", "\ufeff", "\u202e", "\u0301" * 12, "\ue000", "é", "名", "!!! note",
    "How to use this template", "DISCLAIMER", "template", "<DocumentControl>", "title: x", "1) ", "(a) ", "$5", "50%",
)  # fmt: skip
PARTS = st.lists(
    st.one_of(st.sampled_from(PIECES), st.sampled_from(["\n", "\n\n", " ", "\n\t"]), st.text(max_size=6)), max_size=40
)
TEXTS = PARTS.map("".join)


def composed(text: str) -> Imported | None:
    """Return the template of a text, or None when it is refused with a sentence."""
    try:
        return compose(ReadFile("text.md", lines_of(text)))
    except Unreadable:
        return None


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS)
@example("/// say\n/// say\n")
@example("- a\n/// when | A\n    ///\n")
def test_every_text_becomes_a_template_that_compiles(text: str) -> None:
    made = composed(text)
    if made is not None:
        compile_text(made.source)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS)
@example("<table># <!--B")
def test_no_word_of_a_text_is_lost(text: str) -> None:
    made = composed(text)
    if made is not None:
        file = ReadFile("text.md", lines_of(text))
        # What a mark or a link parts in the source may be one word afterwards: its letters are still there.
        letters = "".join(words([made.source, *(each.text for each in made.set_aside)]))
        assert not [word for word in lost(file, made) if word not in letters and not word.isdigit()], made.source


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS)
def test_what_was_imported_imports_as_it_is(text: str) -> None:
    made = composed(text)
    if made is not None:
        again = compose(ReadFile("export.md", lines_of(made.source)))
        assert again.source == made.source
        assert again.title == made.title


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS, st.sampled_from(("\n", "\r\n", "\r")), st.booleans(), st.booleans(), st.sampled_from(("", "\n", "\n\n")))
@example(text="R\u00e9sum\u00e9 of calls", line_end="\r\n", marked=True, decomposed=True, ending="")
def test_an_own_file_comes_back_byte_for_byte_however_it_is_spelt(
    text: str, line_end: str, marked: bool, decomposed: bool, ending: str
) -> None:
    made = composed(text)
    if made is None:
        return
    spelt = unicodedata.normalize("NFD", made.source) if decomposed else made.source
    spelt = ("\ufeff" if marked else "") + (spelt.rstrip("\n") + ending).replace("\n", line_end)
    (file,) = read("export.md", spelt.encode())
    assert compose(file).source == spelt


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(("a.md", "a.txt", "a.html", "a.docx", "a.zip", "a", "a.doc", "")))
def test_no_bytes_raise_anything_but_a_refusal(data: bytes, name: str) -> None:
    for content in (data, b"PK\x03\x04" + data, b"\xff\xfe" + data):
        with suppress(Unreadable):
            for each in read(name, content):
                compose(each)


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_the_same_choices_give_the_same_template(text: str) -> None:
    made = composed(text)
    if made is not None:
        file = ReadFile("text.md", lines_of(text))
        choices = Choices(kept=frozenset(each.line for each in made.set_aside), title="Chosen")
        assert compose(file, choices) == compose(file, choices)


def test_words_are_counted_without_tags_and_entities() -> None:
    assert words(["<b>One</b> &amp; two", "TWO"]) == Counter({"two": 2, "one": 1})


@pytest.mark.parametrize("text", ["", " \n\n", "\u200b"])
def test_a_text_without_words_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        compose(ReadFile("empty.md", lines_of(text)))
