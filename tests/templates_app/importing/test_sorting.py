"""Sorting blanks: what each one becomes, and what the passages read afterwards."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from templates_app.domain.kinds import KINDS
from templates_app.domain.placeholders import NAME
from templates_app.domain.placeholders import find as placeholders
from templates_app.domain.variables import RECORD_BLOCKS, WORKFLOW_NAMES
from templates_app.importing.places import Part, Passage, Place
from templates_app.importing.result import Choice, Choices, Sort
from templates_app.importing.sorting import sort


def passages(*texts, headings=(), part=Part.TEXT):
    return [Passage(text, Place(line, part, headings)) for line, text in enumerate(texts, 1)]


def cell(text, *, column="", label="", headings=()):
    return Passage(text, Place(1, Part.CELL, headings, column, label))


def only(*texts, **place):
    (guess,) = sort(passages(*texts, **place)).guesses
    return guess


def test_every_spelling_of_a_name_is_one_variable():
    found = sort(
        passages("At {{company_name}} and [Company Name].", "<COMPANY NAME> and {CompanyName}, [your company name]")
    )
    (guess,) = found.guesses
    assert (guess.name, guess.label, guess.as_written, guess.occurrences) == (
        "CompanyName",
        "Company name",
        "{{company_name}}",
        5,
    )
    assert guess.also_written == ("[Company Name]", "<COMPANY NAME>", "{CompanyName}", "[your company name]")
    assert guess.lines == (1, 2)
    assert found.texts == ("At <CompanyName> and <CompanyName>.", "<CompanyName> and <CompanyName>, <CompanyName>")


@pytest.mark.parametrize(
    ("text", "name", "kind", "source"),
    [
        ("use {CRMSystem}", "CRMSystem", "text", "organisation"),
        ("look into [Knowledge Base]", "KnowledgeBase", "text", "organisation"),
        ("the [Organization Name] office", "OrganizationName", "text", "organisation"),
        ("{{securityOfficerName}} decides", "SecurityOfficerName", "person", "organisation"),
        ("see {{&wikiURL}}", "WikiURL", "url", "organisation"),
        ("Version: {VersionNumber}", "VersionNumber", "text", "workflow"),
        ("Revision: ______", "VersionNumber", "text", "workflow"),
        ("Effective date: [Date]", "EffectiveDate", "date", "workflow"),
        ("Next review: [MM/DD/YYYY]", "ReviewDate", "date", "workflow"),
        ("Approved by: [Name]", "ApprovedBy", "person", "workflow"),
        ("Author: ________", "PreparedBy", "person", "workflow"),
        ("Document ID: <XX-001>", "SOPNumber", "text", "workflow"),
        ("Good morning, my name is [Name].", "AgentName", "person", "reader"),
        ("Thank you, [Customer Name].", "CustomerName", "person", "call"),
        ("note the [ticket number]", "TicketNumber", "text", "call"),
        ("answer within {RingLimit} rings", "RingLimit", "integer", "document"),
        ("keep records for [X] years", "KeepRecordsYears", "integer", "document"),
        ("Contact: [name@company.com]", "ContactEmail", "email", "organisation"),
        ("Emergency line: [(XXX) XXX-XXXX]", "EmergencyLinePhone", "phone", "document"),
        ("a refund of up to [refund amount]", "RefundAmount", "money", "document"),
        ("at least XX% of calls", "LeastPercentage", "percent", "document"),
        ("ask the [Role]", "Role", "role", "document"),
        ("ask [Shift Supervisor]", "ShiftSupervisor", "role", "document"),
        ("send it to [Department]", "Department", "department", "document"),
        ("choose from {CallCategories}", "CallCategories", "list", "document"),
        ("within the [response time]", "ResponseTime", "duration", "document"),
        ("# SOP-XXX", "SOPNumber", "text", "workflow"),
        ("Checked on site by: ____", "CheckedSiteBy", "person", "document"),
        ("the [TRANSFERRING AGENT'S NAME]", "TransferringAgentName", "person", "document"),
        ("Calls: [#]", "CallsCount", "integer", "document"),
        ("Owner: [Name, Title]", "Owner", "person", "document"),
        ("{{.Name}} opens at nine", "CompanyName", "text", "organisation"),
        ("<{{&statusURL}}>", "StatusURL", "url", "document"),
    ],
)
def test_name_kind_and_source_follow_from_the_words(text, name, kind, source):
    guess = only(text)
    assert (guess.name, guess.kind, guess.source) == (name, kind, source)


def test_a_unit_is_taken_from_the_sentence():
    assert only("answer within {RingLimit} rings").unit == "rings"


def test_options_become_a_choice_and_roles_with_a_slash_do_not():
    often = only("Review frequency: [daily/weekly/monthly]")
    assert (often.name, often.kind, often.options) == ("ReviewFrequency", "choice", ("daily", "weekly", "monthly"))
    assert only("Is it locked? [Yes/No]").kind == "yes_no"
    role = only("ask the [Team Lead/Supervisor]")
    assert (role.kind, role.sort, role.example) == ("role", Sort.DEFAULT, "Team Lead/Supervisor")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{Site}", Sort.VARIABLE),
        ("[Store Manager]", Sort.DEFAULT),
        ("[Describe how the alarm is set]", Sort.INSTRUCTION),
        ("[DD/MM/YYYY]", Sort.FORMAT),
        ("open for [e.g., 30 days] each", Sort.DEFAULT),
        ("Opening period: [e.g., 30 days]", Sort.DEFAULT),
    ],
)
def test_each_blank_is_sorted(text, expected):
    assert only(text).sort is expected


def test_an_instruction_is_named_by_the_label_above_it_and_kept_as_the_hint():
    guess = only("Exclusions:", "[Describe the tasks this does not cover]")
    assert (guess.name, guess.hint) == ("Exclusions", "Describe the tasks this does not cover")


@pytest.mark.parametrize(
    "text",
    [
        "Replace each {{variable}} with what fits you.",
        "Fill in all bracketed {Variables} first.",
        "Replace [Organisation] with the name of yours.",
        "All [bracketed text] must be completed.",
    ],
)
def test_a_sentence_about_the_template_holds_words_and_no_variables(text):
    found = sort(passages(text))
    assert (found.guesses, found.texts) == ((), (text,))
    assert [each.sort for each in found.words] == [Sort.BOILERPLATE]


def test_words_about_the_template_are_escaped_so_that_they_stay_words():
    assert sort(passages("Replace <Company> with your own name.")).texts == ("Replace \\<Company> with your own name.",)


def test_recurring_instructions_are_one_each_until_a_person_merges_them():
    here, there = Place(1, headings=("Backup",)), Place(2, headings=("Recovery",))
    source = [Passage("[Describe your plan]", here), Passage("[Describe your plan]", there)]
    found = sort(source)
    one, two = found.guesses
    assert one.group == two.group != ""
    assert one.key != two.key
    assert one.name != two.name
    merged = sort(source, Choices(merged=frozenset({one.group})))
    assert [guess.occurrences for guess in merged.guesses] == [2]
    assert len(set(merged.texts)) == 1


def test_an_instruction_of_one_place_has_no_group():
    assert only("[Describe your plan]").group == ""


def test_a_part_that_is_replaced_at_work_is_a_blank():
    assert only("Replace [filter type] with a new one.").name == "FilterType"


def test_a_company_by_any_of_its_words_is_one_variable():
    assert sort(passages("[Company] and [Company Name]")).texts == ("<CompanyName> and <CompanyName>",)


def test_a_number_that_breaks_off_says_so_in_its_hint():
    assert only("Registry ID: QA-LAB-").hint == "The source breaks off after QA-LAB-"


def test_a_clash_of_names_is_told_apart_by_the_place():
    source = [
        Passage("[Describe your plan]", Place(1, headings=("Backup",))),
        Passage("[Describe your plan]", Place(2, headings=("Recovery",))),
    ]
    assert [guess.name for guess in sort(source).guesses] == ["Plan", "RecoveryPlan"]


def test_cells_of_a_sign_table_belong_to_the_record():
    found = sort(
        [
            cell("[Name]", column="Name", label="Approved by"),
            cell("", column="Signature", label="Approved by"),
            cell("[Date]", column="Date", label="Approved by"),
            cell("", column="", label="Effective date"),
        ]
    )
    assert found.texts == ("<ApprovedBy>", "", "<EffectiveDate>", "<EffectiveDate>")
    assert {guess.source for guess in found.guesses} == {"workflow"}


def test_lines_of_a_form_are_filled_on_paper_and_lines_of_an_approval_by_the_record():
    form = sort(passages("Name: ______ Date: ______", headings=("Acknowledgement",)))
    assert [guess.source for guess in form.guesses] == ["call", "call"]
    approval = sort(passages("Name: ______ Date: ______", headings=("Approval",)))
    assert approval.texts == ("Name: <ApprovedBy> Date: <EffectiveDate>",)


def test_emphasis_that_only_wrapped_the_blank_goes_and_strong_stays():
    texts = sort(passages("*<insert the site>* and **[Site]** and `{{site}}`, **[Site**]")).texts
    assert texts == ("<Site> and **<Site>** and <Site>, **<Site>**",)


def test_other_angle_words_are_escaped_and_comparisons_stay():
    assert sort(passages("<T>x</T>, List<String>, <8 min, \\\\[Site]")).texts == (
        "\\<T>x</T>, List\\<String>, <8 min, \\\\<Site>",
    )


def test_a_backslash_before_a_blank_does_not_escape_the_placeholder():
    (text,) = sort(passages("C:\\{Folder}")).texts
    assert [each.name for each in placeholders(text)] == ["Folder"]


class TestChoices:
    SOURCE = passages("Ask [Shift Lead] at {Site}.")

    def decide(self, **choice):
        key = sort(self.SOURCE).guesses[0].key
        return sort(self.SOURCE, Choices(guesses={key: Choice(**choice)}))

    def test_a_person_changes_name_label_kind_and_source(self):
        guess = self.decide(name="LeadRole", label="Who leads", kind="person", source="organisation").guesses[0]
        assert (guess.name, guess.label, guess.kind, guess.source) == (
            "LeadRole",
            "Who leads",
            "person",
            "organisation",
        )

    def test_words_can_stay_words(self):
        found = self.decide(as_text=True)
        assert found.texts == ("Ask Shift Lead at <Site>.",)
        assert [variable.name for variable in found.variables] == ["Site"]

    def test_a_name_that_another_has_makes_them_one(self):
        found = self.decide(name="Site")
        assert found.texts == ("Ask <Site> at <Site>.",)
        assert [variable.name for variable in found.variables] == ["Site"]

    @pytest.mark.parametrize("kind", sorted(KINDS))
    def test_every_kind_gets_an_example_that_it_accepts(self, kind):
        variable = self.decide(kind=kind).variables[0]
        assert KINDS[kind].check(variable, variable.example) == variable.example
        assert not KINDS[kind].is_empty(variable.example)

    def test_names_of_the_record_are_the_record_s_and_no_others_are(self):
        assert self.decide(name="ApprovedBy", source="document").guesses[0].source == "workflow"
        assert self.decide(source="workflow").guesses[0].source == "document"
        assert self.decide(name="Approvals").guesses[0].name == "ApprovalsText"


def test_more_variables_than_a_template_may_have_stay_words_and_are_reported():
    found = sort(passages(*(f"{{Blank{chr(65 + n // 26)}{chr(65 + n % 26)}}} x" for n in range(205))))
    assert len(found.variables) == 200
    assert [each.line for each in found.set_aside] == [201, 202, 203, 204, 205]
    assert found.texts[-1] == "{BlankHW} x"


ALPHABET = st.sampled_from(
    [
        "[",
        "]",
        "{",
        "}",
        "<",
        ">",
        "_",
        "\\",
        "`",
        "*",
        ":",
        " ",
        "\n",
        "Name",
        "date",
        "x",
        "Ü",
        "名",
        "1",
        "____",
        "insert ",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(ALPHABET, max_size=25).map("".join), max_size=4), st.sampled_from(list(Part)))
def test_any_source_gives_declarable_variables_and_keeps_the_words(texts, part):
    source = passages(*texts, headings=("Approval [x]",), part=part)
    found = sort(source)
    assert found == sort(source)
    names = [variable.name for variable in found.variables]
    assert len(names) == len(set(names))
    used = {each.name for text in found.texts for each in placeholders(text)}
    assert used == set(names)
    for variable in found.variables:
        assert NAME.fullmatch(variable.name)
        assert len(variable.name) <= 60
        assert variable.name not in RECORD_BLOCKS
        assert (variable.source == "workflow") == (variable.name in WORKFLOW_NAMES)
        assert 0 < len(variable.label) <= 120
        assert "\n" not in variable.label + variable.hint
        if variable.is_answered:
            assert KINDS[variable.kind].check(variable, variable.example) == variable.example


@settings(max_examples=200, deadline=None)
@given(st.lists(ALPHABET, max_size=30).map("".join))
def test_every_word_outside_blanks_is_kept(text):
    from templates_app.importing.blanks import find

    (after,) = sort(passages(text)).texts
    last, outside = 0, ""
    for blank in find(text, Place(1)):
        outside += text[last : blank.start] + " "
        last = blank.end
    words = re.findall(r"\w+", re.sub(r"_", "", outside + text[last:]))
    kept = re.sub(r"_", "", after)
    assert all(word in kept for word in words)
