from templates_app.domain.placeholders import find
from tests.templates_app.texts import html_of, problems_of, source


def names(text):
    return [each.name for each in find(text)]


def test_a_name_starts_with_an_upper_case_letter_and_holds_letters_and_digits():
    assert names("<CompanyName> <A1> <companyName> <1A> <A_b> < A> <A >") == ["CompanyName", "A1"]


def test_a_backslash_makes_it_literal_and_two_do_not():
    assert names(r"\<Literal> \\<Real>") == ["Real"]


def test_line_and_column_count_from_the_whole_source():
    found = find("one\nat <CompanyName>", first_line=8)[0]
    assert (found.line, found.column, found.start, found.end) == (9, 4, 7, 20)


def test_an_undeclared_placeholder_names_its_place_and_the_likely_word():
    text = source("## Purpose\n\nAt <CompnyName>.", "CompanyName: {example: Northwind}")
    problems = problems_of(text)
    assert problems[1].startswith("Line 8, column 4: <CompnyName> is not declared (did you mean “CompanyName”?).")
    assert problems[0].startswith("Line 4, column 3: CompanyName is declared but not used.")


def test_all_problems_are_found_at_once():
    text = source("<One> ![a](b)\n\n/// sya\nx\n\n# Title\n<Two>")
    assert [problem.split(":")[0] for problem in problems_of(text)] == [
        "Line 4, column 1",
        "Line 4, column 7",
        "Line 6, column 1",
        "Line 6, column 1",
        "Line 9, column 1",
        "Line 10, column 1",
    ]


def test_a_literal_placeholder_is_shown_as_text():
    assert html_of(r"Write \<CompanyName> here.") == "<p>Write &lt;CompanyName&gt; here.</p>"


def test_a_placeholder_cannot_stand_in_a_links_address():
    text = source("[x](https://a.example/<City>)", "City: {example: Lisbon}")
    assert problems_of(text) == ["Line 6, column 5: A placeholder cannot stand inside a link's address."]


def test_brackets_before_a_bracket_are_no_link():
    assert problems_of(source("The [role] (if any).")) == []


def test_a_placeholder_lost_in_a_links_title_is_told():
    text = source('[x](https://a.example\n"<City>")', "City: {example: Lisbon}")
    assert problems_of(text) == [
        "Line 7, column 2: <City> cannot stand here: move it out of the link or the code around it."
    ]


def test_record_blocks_need_no_declaration_but_a_line_of_their_own():
    assert html_of("<RevisionHistory>") == '<div class="record" data-record="RevisionHistory"></div>'
    assert problems_of(source("See <RevisionHistory>.")) == [
        "Line 4, column 5: Put <RevisionHistory> on a line of its own."
    ]


def test_a_table_needs_a_line_of_its_own():
    text = source("See <Limits>.", 'Limits: {kind: table, columns: [Role, Limit], example: [["Lead", "$100"]]}')
    assert problems_of(text) == ["Line 6, column 5: <Limits> is a table: put it on a line of its own."]


def test_the_record_knows_only_its_own_names():
    assert "the record knows only SOPNumber" in problems_of(source("<Boss>", "Boss: {source: workflow}"))[0]
    assert "belongs to the record" in problems_of(source("<SOPNumber>", "SOPNumber: {example: x}"))[0]
