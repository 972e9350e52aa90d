import pytest

from templates_app.domain.conditions import Condition, ConditionProblem, Verb, check, parse
from templates_app.domain.variables import Source, Variable
from tests.templates_app.texts import body_of, html_of, problems_of, source

KNOWN = {
    each.name: each
    for each in (
        Variable("AfterHours", "After hours", "yes_no"),
        Variable("Channel", "Channel", "choice", options=("Phone", "Live chat")),
        Variable("Channels", "Channels", "choices", options=("Phone", "Chat")),
        Variable("CompanyName", "Company name"),
        Variable("CustomerName", "Customer", source=Source.CALL),
    )
}
DECLARED = """
AfterHours: {kind: yes_no, example: true}
Channel: {kind: choice, options: [Phone, Live chat], example: Phone}
"""


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("AfterHours", Condition("AfterHours", Verb.YES)),
        ("not AfterHours", Condition("AfterHours", Verb.NO)),
        ("Channel is Live chat", Condition("Channel", Verb.IS, "Live chat")),
        ("Channels  includes Chat ", Condition("Channels", Verb.INCLUDES, "Chat")),
    ],
)
def test_it_knows_four_forms(text, condition):
    assert parse(text) == condition
    assert parse(str(condition)) == condition
    check(condition, KNOWN)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "afterHours",
        "AfterHours and Channel",
        "1",
        "not",
        "Channel = Phone",
        "AfterHours or True",
        "{{ x }}",
        "A.b",
        "A()",
    ],
)
def test_it_refuses_every_other_form(text):
    with pytest.raises(ConditionProblem):
        parse(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("AfterHour", "AfterHour is not declared (did you mean “AfterHours”?)."),
        ("Channel", "Channel is choice: write `Channel is Phone`."),
        ("Channels is Chat", "Channels is choices: write `Channels includes Phone`."),
        ("Channel is Fax", "Channel has no option “Fax”. Its options are: Phone, Live chat."),
        ("CompanyName", "CompanyName is text; a condition needs yes_no, choice or choices."),
        ("CustomerName", "CustomerName is not answered in the form, so nothing can depend on it."),
    ],
)
def test_it_says_what_does_not_fit(text, sentence):
    with pytest.raises(ConditionProblem) as caught:
        check(parse(text), KNOWN)
    assert str(caught.value) == sentence


def test_it_holds_or_not():
    values = {"AfterHours": True, "Channel": "Phone", "Channels": ["Chat"]}
    assert [parse(text).holds(values) for text in ("AfterHours", "not AfterHours", "Channel is Phone")] == [
        True,
        False,
        True,
    ]
    assert parse("Channels includes Chat").holds(values)
    assert not parse("Channels includes Phone").holds(values)


def test_an_unanswered_yes_or_no_counts_as_no():
    assert parse("not AfterHours").holds({})
    assert not parse("AfterHours").holds({"AfterHours": "true"})
    assert not parse("Channels includes Chat").holds({})


def test_a_hidden_part_leaves_no_gap_in_the_numbers():
    night_part = "/// when | AfterHours\n## Night\n\n### Late\n///"
    text = f"## One\n\n{night_part}\n\n## Last\n\n/// when | Channel is Live chat\nChat.\n///"
    day = body_of(text, DECLARED, {"AfterHours": False, "Channel": "Phone"})
    night = body_of(text, DECLARED, {"AfterHours": True, "Channel": "Live chat"})
    assert [(each.number, each.title, each.id) for each in day.outline] == [("1", "One", "s-1"), ("2", "Last", "s-2")]
    assert [each.number for each in night.outline] == ["1", "2", "2.1", "3"]
    assert "Chat." in night.html
    assert "Chat." not in day.html


def test_a_variable_used_only_in_a_condition_counts_as_used():
    assert problems_of(source("/// when | AfterHours\nx\n///", "AfterHours: {kind: yes_no, example: true}")) == []


def test_conditions_stand_in_lists_and_in_one_another():
    text = "- a\n\n    //// when | AfterHours\n    b\n\n    /// when | not AfterHours\n    c\n    ///\n    ////\n- d"
    assert "b" in html_of(text, "AfterHours: {kind: yes_no, example: true}", {"AfterHours": True})


def test_a_wrong_condition_names_its_line():
    problems = problems_of(source("x\n\n/// when | afterhours\ny\n///"))
    assert problems[0].startswith("Line 6, column 1: “afterhours” is not a condition. Write `Name`, `not Name`")
