"""Finding blanks: which marks are blanks, and which only look like them."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from templates_app.importing.blanks import find
from templates_app.importing.places import Part, Place

TEXT = Place(1)


def written(text, place=TEXT):
    return [blank.as_written for blank in find(text, place)]


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ("at {CompanyName},", "CompanyName"),
        ("at {company_name},", "company_name"),
        ("for {Team on duty} only", "Team on duty"),
        ("at {{companyName}}", "companyName"),
        ("at {{ COMPANY_NAME }}", "COMPANY_NAME"),
        ("see {{& wikiURL }}", "wikiURL"),
        ("see {{{wikiURL}}}", "wikiURL"),
        ("at {{.Name}}", "Name"),
        ("at {{ org.name }}", "org.name"),
        ("{{ owner | upper }} decides", "owner"),
        ("at <Company>", "Company"),
        ("keep <the place where keys hang, in words> safe", "the place where keys hang, in words"),
        (r"keep \<the place of the keys\> safe", "the place of the keys"),
        (r"by **\<Duty manager\>**", "Duty manager"),
        ("by &lt;Duty manager&gt;", "Duty manager"),
        ("*[what to bring]*", "what to bring"),
        ("[[Site]]", "Site"),
        ("on [DD/MM/YYYY]", "DD/MM/YYYY"),
        ("call [(XXX) XXX-XXXX]", "(XXX) XXX-XXXX"),
        ("write to [name@company.com]", "name@company.com"),
        ("write to <name@yourcompany.com>", "name@yourcompany.com"),
        (r"\[Site manager\] opens", "Site manager"),
        ("[Company](the “Company”)", "Company"),
        ("keep [X] days", "X"),
        ("about [#] calls", "#"),
        ("(insert the name of the site)", "insert the name of the site"),
        ("$SITE_NAME$ opens", "SITE_NAME"),
        ("Dear «First_Name»", "First_Name"),
        ("a value in code: `{{retentionDays}}`", "retentionDays"),
        ("[the wiki]({{wikiURL}})", "wikiURL"),
        ("from [January 2024]", "January 2024"),
        ("at <<Company>> and on", "Company"),
        (r"at \<\<Company\>\> and on", "Company"),
        ("at &lt;&lt;Company&gt;&gt; and on", "Company"),
        ("at [{Company}] and on", "Company"),
        ("Owner: Click or tap here to enter text.", "Click or tap here to enter text"),
        ("Press <Key of the day>", "Key of the day"),
        ("{{RISK — what can go wrong here?}}", "RISK — what can go wrong here?"),
        ("{{Keys, badge or code that’s needed}}", "Keys, badge or code that’s needed"),
        ("signed by __LEGAL_NAME__ only", "LEGAL_NAME"),
        ("[{{wikiTitle}}](https://example.org/)", "wikiTitle"),
        ("{{{ site.phone }}}", "site.phone"),
        ("[#] calls", "#"),
        ("of {Draft / Final}", "Draft / Final"),
    ],
)
def test_each_way_of_marking_a_blank_is_known(text, inner):
    assert [blank.inner for blank in find(text, TEXT)] == [inner]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Signature: ______", ["______"]),
        (r"Signature: \_\_\_\_\_", [r"\_\_\_\_\_"]),
        ("Name: ____ Date: __/__/____", ["____", "__/__/____"]),
        ("Phone (___) ___-____", ["(___) ___-____"]),
        ("Name: ..........", [".........."]),
        ("Name: [          ]{.underline}", ["[          ]{.underline}"]),
        ("at least XX% of XX days", ["XX%", "XX"]),
        ("SOP-XXX, up to $XX,XXX", ["SOP-XXX", "$XX,XXX"]),
        ("Effective date: DD/MM/YYYY", ["DD/MM/YYYY"]),
        ("Document ID: QA-LAB-", ["QA-LAB-"]),
        ("Document ID: QA-LAB-FREEZ", ["QA-LAB-FREEZ"]),
        ("Owner: [________]", ["[________]"]),
        ("Since: [__/__/____]", ["[__/__/____]"]),
    ],
)
def test_lines_crosses_and_broken_numbers_are_blanks(text, expected):
    assert written(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "[the wiki](https://wiki.example.org) and [notes][ref] and [Plan (BP)][BP] and [more][]",
        "![a map](map.png) [![badge](a.svg)](https://example.org/)",
        "[ref]: https://example.org/",
        "told before[^1], again [1], [12, p. 3] and [2]–[5]",
        "[NIST SP 800-53] [AC-2] [ISO 27001] [RFC 2119] [Smith et al. 2019] [164.308(a)(2)]",
        "[ ] open [x] done [X] done [] none",
        r"\[ \] open \[x\] done",
        "`[code]` and ``<Name> {x}`` here",
        'one<br>two<br/> <b>bold</b> <div class="a">x</div> </p> <!-- [Name] -->',
        "<https://example.org/> <mailto:a@b.org> <lee@northwind.org>",
        '{% if open %} {# note #} {{#open}} {{/open}} {{^open}} {{else}} {{> part}} {"a": 1} {#top .wide} {:toc}',
        "under <8 min, over >85%, <$100 and a < b > c",
        "[sic] [...] […] employee[s] [T]he [the] [!NOTE] [TOC] [Reserved]",
        r"\frac{a}{b} and x_{n}",
        "__init__ and ___strong___ and snake_case",
        "1. Purpose .......... 4",
        "[text]{.underline} and **bold**",
        "[@doe99] [a-z0-9]",
        "Press <Enter>, then click [Save] or hit the <Esc> key",
        "[Figure 2: the flow] [see Appendix B] [email protected] [PDF]",
        "Document ID: QA-LAB-007",
        "[notes.md]({{ '/files/notes.md' | relative_url }})",
        "{{ url('home') }}",
    ],
)
def test_what_only_looks_like_a_blank_is_left(text):
    assert written(text) == []


def test_code_holds_no_blank():
    assert written("cp <file> {folder}", Place(1, Part.CODE)) == []


def test_a_line_alone_in_a_paragraph_parts_sections_but_in_a_cell_it_is_to_fill():
    assert written("______________") == []
    assert written("______________", Place(1, Part.CELL, column="Name")) == ["______________"]


@pytest.mark.parametrize(
    ("label", "column", "is_blank"),
    [
        ("Effective date", "", True),
        ("Document number", "Details", True),
        ("Approved by", "Name", True),
        ("Approved by", "Signature", False),
        ("Approved by", "Date", False),
        ("First call resolution", "Current", False),
        ("Greeting given", "Notes", False),
        ("", "Signature", False),
    ],
)
def test_an_empty_cell_is_a_blank_only_beside_what_a_record_asks(label, column, is_blank):
    found = find("", Place(1, Part.CELL, column=column, label=label))
    assert [blank.dialect for blank in found] == ["cell"] * is_blank


def test_the_outer_of_two_blanks_counts():
    assert written("<the name of [Site]>") == ["<the name of [Site]>"]


@settings(max_examples=300, deadline=None)
@given(
    st.text(alphabet=st.sampled_from("[]{}<>_\\`(){}%#&;.:/|*!^ \n$«»XaZ9\"'@-—é"), max_size=80) | st.text(max_size=60)
)
def test_any_text_gives_blanks_in_order_inside_it(text):
    end = 0
    for blank in find(text, TEXT):
        assert end <= blank.start < blank.end <= len(text)
        assert text[blank.start : blank.end] == blank.as_written
        end = blank.end


@pytest.mark.parametrize(
    "piece", ["[", "{", "<", "_", "`", "[a", "{{", "&lt;", "](", "<!--", "$X", "X-", "....", "[]", "\\["]
)
def test_a_flood_of_marks_takes_time_in_proportion(piece):
    small, large = piece * (25_000 // len(piece)), piece * (200_000 // len(piece))
    started = time.process_time()
    find(small, TEXT)
    middle = time.process_time()
    find(large, TEXT)
    ended = time.process_time()
    assert ended - middle < max(0.3, 40 * (middle - started))
