"""Texts built like those that people bring in, and the template that each becomes."""
# ruff: noqa: E501  (texts as people write them)

import pytest

from templates_app.domain.frontmatter import parse
from templates_app.importing.accounting import share_kept
from templates_app.importing.decoding import lines_of
from templates_app.importing.result import Choices, ReadFile, Unreadable
from tests.templates_app.importing import sources
from tests.templates_app.importing.sources import body, guesses, import_text, reasons


@pytest.mark.parametrize("text", [sources.SITE, sources.PASTED, sources.OUTLINE, sources.PHASES, sources.MUSTACHE])
def test_every_word_is_kept_or_reported(text: str) -> None:
    assert share_kept(ReadFile("text", lines_of(text)), import_text(text)) == 1.0


def test_the_page_around_a_template_is_sorted() -> None:
    made = import_text(sources.SITE)
    template = parse(made.source)
    assert template.title == "Parcel Returns"
    assert template.how_to_use == ("Download the file.", "Fill in all bracketed {Variables}.")
    assert template.summary.startswith("This template helps every depot")
    aside = reasons(made)
    assert "title of the page" in aside["Parcel Return SOP Template: Returns Made Easy"]
    assert "about the template" in aside["Replace each {{variable}} in the template with your own words."]
    assert "question is not in the file" in aside["Because a text that everybody follows saves time."]


@pytest.mark.parametrize("written", ["{CompanyName}", "{{ company_name }}", "\\<Company Name\\>", "**[Company Name]**"])
def test_a_summary_that_is_copied_names_its_blanks_in_words(written: str) -> None:
    made = import_text(
        f"# Returns\n\n## Purpose\n\nEvery customer of {written} who brings goods back gets an answer at once.\n"
    )
    summary = parse(made.source).summary
    assert summary == "Every customer of company name who brings goods back gets an answer at once."
    assert "<CompanyName>" in body(made)


def test_bold_numbers_become_headings_without_them() -> None:
    text = body(import_text(sources.SITE))
    assert "## Purpose\n" in text
    assert "### Counter\n" in text
    assert "3.1" not in text


def test_a_list_of_document_information_becomes_the_live_block() -> None:
    made = import_text(sources.SITE)
    assert "## Document Information\n\n<DocumentControl>\n\n## Purpose" in body(made)
    assert {"SOPNumber", "VersionNumber", "PreparedBy"} <= set(guesses(made))
    assert "SOPNumber" not in {variable.name for variable in parse(made.source).variables}


def test_a_quoted_greeting_stays_text() -> None:
    assert "- Greet the customer: “Welcome to <CompanyName>, I am <AgentName>.”" in body(import_text(sources.SITE))


def test_tables_of_one_cell_a_line_become_blocks() -> None:
    text = body(import_text(sources.PASTED))
    assert "/// definitions\n| Term | Definition |\n|---|---|\n| KMS | Key management system |\n" in text
    assert "/// metrics\n| Metric | Target | Current |\n|---|---|---|\n| Keys lost | <2 |  |\n" in text
    assert "/// decision\n|  | Porter | Manager |\n|---|---|---|\n| Lost key | up to 1 | more than 1 |\n///" in text


def test_steps_boxes_and_warnings_become_blocks() -> None:
    text = body(import_text(sources.PASTED))
    assert "### Handing Out\n\n/// steps\n1. Ask for the badge\n2. Note the key in the list\n///" in text
    assert "### Taking Back\n\n/// checklist\n- [ ] Count the keys\n- [ ] Lock the box\n///" in text
    assert "/// warning\nNever lend a key without a note.\n///" in text


def test_what_the_record_keeps_becomes_live_blocks() -> None:
    text = body(import_text(sources.PASTED))
    for name in ("DocumentControl", "RevisionHistory", "Approvals", "TrainingRecord"):
        assert text.count(f"\n<{name}>\n") == 1
    assert "| Item | Entry |\n|---|---|\n| SOP Owner | <FacilityManager> |\n| Contact Email | <ContactEmail> |" in text


def test_a_disclaimer_of_the_publisher_is_set_aside() -> None:
    made = import_text(sources.PASTED)
    assert "publisher" not in body(made)
    assert any(reason == "A disclaimer of the template's publisher." for reason in reasons(made).values())


def test_an_outline_is_said_to_be_one() -> None:
    made = import_text(sources.OUTLINE)
    assert made.outline_only
    assert made.title == "Warehouse Colleagues"
    assert body(made).count("## ") == 3
    assert not made.guesses
    assert not import_text(sources.PASTED).outline_only


def test_phases_tips_and_questions_become_blocks() -> None:
    made = import_text(sources.PHASES)
    text = body(made)
    assert made.title == "Cold Store Care"
    assert "## Morning Round\n" in text
    assert "/// tip | Short Ways\nStart at the far end.\n///" in text
    assert '/// pitfall | Open Doors\nNever leave a door open "just for a minute".\n///' in text
    assert "/// faq\nWhat if a lamp is broken?\n: Write it in the book and tell the caretaker.\n" in text
    assert "/// say" not in text
    assert "Registry ID: <RegistryID>" in text
    assert (parse(made.source).minutes, str(parse(made.source).updated)) == (12, "2026-03-01")
    assert {"ShelfRegistry.", "Page 1 of 1", "View all"} <= set(reasons(made))


def test_sections_of_mustache_become_conditions() -> None:
    made = import_text(sources.MUSTACHE)
    text = body(made)
    assert "/// when | NeedStandardHIPAA\nThese rules protect health records.\n///" in text
    assert "/// when | not HasScanner\n## Scans by hand\n\nLook at each server once a week.\n///" in text
    assert "Data such as health records and names stay inside." in text
    found = guesses(made)["NeedStandardHIPAA"]
    assert (found.kind, found.as_written, found.lines) == ("yes_no", "{{#needStandardHIPAA}}", (7,))
    assert "A condition inside a sentence" in reasons(made)["{{#needStandardHIPAA}}"]


def test_a_blank_inside_an_address_leaves_the_link() -> None:
    text = body(import_text(sources.MUSTACHE))
    assert "described in the wiki (<WikiURL>)." in text


def test_lines_broken_for_their_length_stay_one_paragraph() -> None:
    assert "who works for\n<CompanyShortName> and to nobody else, whatever the reason may\nbe" in body(
        import_text(sources.MUSTACHE)
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Title\n=====\n\nPart\n----\n\nWords of it.", "## Part\n\nWords of it."),
        ("# Title\n\n## 3. Scope ##\n\nAll.", "## Scope\n\nAll."),
        ("# Title\n\nSECTION 2: Duties\n\nAll.", "## Duties\n\nAll."),
        ("# Title\n\n## Part {#anchor .x}\n\nAll.", "## Part\n\nAll."),
        ("# Title\n\n1\\. Introduction\n\nAll.", "## Introduction\n\nAll."),
        ("# Title\n\nROLES\n\nAll.", "## ROLES\n\nAll."),
        ("# Title\n\n- [x] done\n- [ ] open", "/// checklist\n- ☑ done\n- [ ] open\n///"),
        ("# T\n\n- one\n    - two\n        - three", "- one\n    - two\n        - three"),
        ("# T\n\n1) one\n2) two", "1. one\n2. two"),
        ("# T\n\n> quoted\n> words", "> quoted\n\n> words"),
        ("# T\n\n> [!WARNING]\n> Hot.", "/// warning\nHot.\n///"),
        ('# T\n\n!!! tip "Fast"\n    Go left.', "/// tip | Fast\nGo left.\n///"),
        ("# T\n\n**Note:** Keep it dry.", "/// note\nKeep it dry.\n///"),
        ("# T\n\nIMPORTANT: Keep it dry.", "/// note | Important\nKeep it dry.\n///"),
        ("# T\n\nTerm\n:   Meaning of it", "Term\n: Meaning of it"),
        ("# T\n\nQ: Why?\nA: Because.", "/// faq\nWhy?\n: Because.\n///"),
        ("# T\n\n+---+---+\n| a | b |\n+===+===+\n| c | d |\n|   | e |\n+---+---+", "| a | b |\n|---|---|\n| c | d e |"),
        ("# T\n\n  a    b\n  ---- ----\n  c    d", "| a | b |\n|---|---|\n| c | d |"),
        ("# T\n\nA\tB\nc\td", "| A | B |\n|---|---|\n| c | d |"),
        ("# T\n\n| a | b |\n|:--|--:|\n| c \\| d | |", "| a | b |\n|---|---|\n| c \\| d |  |"),
        ("# T\n\n<table><tr><td>a</td><td>b<br>c</td></tr></table>", "| a | b c |\n|---|---|"),
        ("# T\n\n```sh\n# no heading\n```", "```sh\n# no heading\n```"),
        ("# T\n\n[text]{.underline} and <b>bold</b> &amp; so", "text and **bold** & so"),
        ("# T\n\n[a](https://a.example/b) [c](http://d.example) [e](x.md)", "[a](https://a.example/b) c (http://d.example) e"),
        ("# T\n\nSee [the law][1].\n\n[1]: https://law.example/a", "See [the law](https://law.example/a)."),
        ("# T\n\n<https://a.example/b>", "https://a.example/b"),
        ("# T\n\nA note[^1].\n\n[^1]: The note.", "A note[^1].\n\n[^1]: The note."),
        ("# T\n\n\\'quoted\\' \\$5 \\@home", "'quoted' $5 @home"),
        ("# T\n\n7 [ ] boxes inside", "7 [ ] boxes inside"),
    ],
)  # fmt: skip
def test_a_dialect_becomes_the_language(text: str, expected: str) -> None:
    assert expected in body(import_text(text))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("# T\n\n<!-- hidden\nwords -->\nShown.", "hidden"),
        ("# T\n\n![logo](logo.png) Words.", "![logo](logo.png)"),
        ("# T\n\n[go](javascript:alert) now", "javascript:alert"),
        ("---\nowner: Ana\ntitle: Real title\n---\nWords.", "owner: Ana"),
        ("# T\n\n[TOC]\n\nWords.", "[TOC]"),
        ("# T\n\n::: note\nWords.\n:::", "::: note"),
        ("# T\n\nWo\u202erds", "U+202E"),
    ],
)
def test_what_has_no_place_is_set_aside_with_a_reason(text: str, part: str) -> None:
    aside = reasons(import_text(text))
    assert any(part in found for found in aside)
    assert all(reason.endswith(".") for reason in aside.values())


@pytest.mark.parametrize(
    "words",
    ["/// say", "# no heading", "1986\\. A year", "`<Name>` in code", "![x]", "a](b)", "|---|", "- - -x", "////"],
)
def test_words_that_look_like_the_language_stay_words(words: str) -> None:
    made = import_text(f"# Title\n\nFirst words.\n\n{words}\n\nLast words.")
    assert body(made).startswith("\nFirst words.")
    assert body(made).rstrip().endswith("Last words.")


def test_front_matter_of_another_tool_gives_the_title() -> None:
    made = import_text("---\ntitle: Real title\ndescription: What it is.\n---\n\n## Part\n\nWords.")
    assert parse(made.source).title == "Real title"
    assert parse(made.source).summary == "What it is."


def test_the_file_gives_the_title_when_the_text_does_not() -> None:
    assert import_text("1. Do it now.\n2. Do it again.", "key_handling-v2.txt").title == "Key handling v2"


def test_a_template_of_the_product_comes_back_as_it_is() -> None:
    made = import_text(sources.SITE)
    again = import_text(made.source)
    assert again.source == made.source
    assert again.set_aside == ()
    assert guesses(again)["CompanyName"].as_written == "<CompanyName>"


def test_a_template_with_a_fault_is_read_like_any_other_text() -> None:
    made = import_text("---\ntitle: Mine\ncategory: Own\n---\n## Part\n\nHello <CompanyName>.\n\n/// say\nHi\n///\n")
    assert made.title == "Mine"
    assert "CompanyName" in guesses(made)


def test_a_set_aside_line_can_be_kept() -> None:
    made = import_text(sources.PHASES)
    line = next(each.line for each in made.set_aside if each.text == "View all")
    kept = import_text(sources.PHASES, choices=Choices(kept=frozenset({line})))
    assert "View all" in body(kept)
    assert "View all" not in reasons(kept)


def test_a_chosen_title_is_used() -> None:
    assert parse(import_text(sources.SITE, choices=Choices(title="Ours")).source).title == "Ours"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# T\n\n|a|b|\n|-|-|\n" + "|x|y|\n" * 2000, "3,000 cells"),
        ("# T\n\n" + "[a ] b\n\n" * 6000, "5,000"),
        ("# T\n\n" + "word " * 110_000, "500,000 bytes"),
    ],
)
def test_a_text_beyond_the_limits_is_refused_with_the_limit(text: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        import_text(text)
