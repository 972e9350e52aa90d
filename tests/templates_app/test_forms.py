"""The form made from variables: its fields, what it keeps, what it says of wrong values, and that it never breaks."""

import html
from typing import Any

import pytest
from django.http import QueryDict
from django.template import Context, Template

from templates_app.domain.frontmatter import parse
from templates_app.domain.kinds import KINDS
from templates_app.domain.places import places
from templates_app.domain.writing import Writing
from templates_app.forms import AnswersForm, field_name
from templates_app.groups import Group, groups_of
from tests.templates_app.texts import body_of, source

EVERY_KIND = """
AText: {label: A text, hint: One line., example: word}
ALongText: {label: A long text, kind: long_text, example: words, required: false}
ARichText: {label: A rich text, kind: rich_text, example: words}
AnInteger: {label: Rings, kind: integer, unit: rings, min: 1, max: 10, example: 3}
ADecimal: {label: A decimal, kind: decimal, example: "1.5"}
AnAmount: {label: An amount, kind: money, currency: EUR, example: "640.00"}
APercentage: {label: A percentage, kind: percent, example: "15"}
ADuration: {label: A duration, kind: duration, example: 90}
ADay: {label: A day, kind: date, example: "2026-12-01"}
AYesNo: {label: Yes or no, kind: yes_no, example: true}
AChoice: {label: A choice, kind: choice, options: [Phone, Chat], example: Phone}
Choices: {label: Choices, kind: choices, options: [Phone, Chat], example: [Phone]}
AList: {label: A list, kind: list, example: [one, two]}
ATable: {label: A table, kind: table, columns: [Role, Limit], example: [[Agent, "10"]]}
AnEmail: {label: An e-mail, kind: email, example: a@example.com}
APhone: {label: A phone, kind: phone, example: "+1 555 010 0123"}
AnUrl: {label: An address, kind: url, example: "https://example.com"}
APerson: {label: A person, kind: person, example: Ana}
ARole: {label: A role, kind: role, example: Agent}
ADepartment: {label: A department, kind: department, example: Support}
"""
NAMES = [line.split(":")[0] for line in EVERY_KIND.strip().split("\n")]
TEXT = source("\n\n".join(f"<{name}>" for name in NAMES) + "\n", EVERY_KIND)
RIGHT = {
    "AText": "word", "ALongText": "a\n\nb", "ARichText": "**b**", "AnInteger": 3, "ADecimal": "1.5",
    "AnAmount": "640.00", "APercentage": "15", "ADuration": 90, "ADay": "2026-12-01", "AYesNo": False,
    "AChoice": "Phone", "Choices": ["Phone", "Chat"], "AList": ["one", "two"], "ATable": [["Agent", "10|20"]],
    "AnEmail": "a@example.com", "APhone": "+1 555 010 0123", "AnUrl": "https://example.com", "APerson": "Ana",
    "ARole": "Agent", "ADepartment": "Support",
}  # fmt: skip
# security.md, "Variable form values".
HOSTILE = [
    "{{7*7}}", "{% raw %}", "{#", "</td><script>alert(1)</script>", "](javascript:x)", "![](http://169.254.169.254/)",
    "a|b", "# a", "---", "1.", "``` `", "a\n\nb", ";background:url(http://x)", "x" * 100_000, "x" * 200_000,
    "a" + "\u0301" * 200_000, "\u202eabc", "\u2066abc", "\u200b", "\u3164", "Nоrthwind", "a\ud800b", "1e400", "NaN",
    "9" * 30, "1E+999999", "٣", "0001-01-01", "9999-12-31", "javascript:alert(1)", "a\0b", "=1+1", "[" * 10_000,
    "\r\n", "\u2028", "|" * 3_000, "\n" * 5_000, "https://[", "2026-02-30", "true", "\udfff",
]  # fmt: skip


def group() -> Group:
    (found,) = groups_of(parse(TEXT))
    return found


def form(values: dict[str, Any] | None = None, data: QueryDict | None = None, **more: Any) -> AnswersForm:
    return AnswersForm([group()], values or {}, data=data, **more)


def sent(**answers: str | list[str]) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in answers.items():
        data.setlist(field_name(name), value if isinstance(value, list) else [value])
    return data


def page_of(shown: AnswersForm) -> str:
    return Template("{% load crispy_forms_tags %}{% crispy form %}").render(Context({"form": shown}))


def test_it_has_a_field_for_every_kind() -> None:
    assert {variable.kind for variable in group().variables} == set(KINDS)
    assert list(form().fields) == [f"v-{name}" for name in NAMES]


def test_what_it_shows_comes_back_as_the_same_values() -> None:
    shown = form(RIGHT).typed()
    assert form(data=sent(**shown)).answers() == RIGHT | {"AnAmount": "EUR 640.00", "APhone": "+15550100123"}
    assert form(RIGHT, data=sent(**shown)).answers() == RIGHT, "what nobody changed stays as it was kept"


def test_a_field_says_what_it_is_for() -> None:
    shown = form()
    shown.name_places({"AnInteger": "4.1 and 5"})
    field: Any = shown.fields["v-AnInteger"]
    assert (field.label, field.unit, field.example, field.used_in, field.needed) == (
        "Rings",
        "rings",
        "3",
        "4.1 and 5",
        True,
    )
    page = page_of(shown)
    assert "Used in 4.1 and 5" in page
    assert "One row on a line, its cells parted by a bar: Role | Limit." in page
    assert page.count("(optional)") == 1


def test_an_empty_answer_is_no_error_and_empties_the_value() -> None:
    shown = form(RIGHT, data=sent(AText="", AList="\n \n", AnInteger=" "))
    assert shown.answers() == {"AText": None, "AList": None, "AnInteger": None, "Choices": None}
    assert not shown.problems()


def test_a_field_that_was_not_sent_says_nothing() -> None:
    assert "AnInteger" not in form(RIGHT, data=sent(AText="new")).answers()


def test_right_values_are_kept_beside_wrong_ones_and_what_was_typed_stays() -> None:
    shown = form(RIGHT, data=sent(AText="new", AnInteger="soon", ADay="tomorrow"))
    assert shown.answers()["AText"] == "new"
    assert set(shown.problems()) == {"v-AnInteger", "v-ADay"}
    assert shown.problems()["v-AnInteger"].startswith("Rings: enter a whole number of rings, such as 3.")
    page = page_of(shown)
    assert 'value="soon"' in page
    assert '<input type="text" name="v-ADay" value="tomorrow"' in page, "a date control would hide the words"


def test_a_given_value_gets_no_field() -> None:
    assert "v-AText" not in form(without={"AText"}).fields


def test_a_choice_that_is_no_longer_offered_stays_to_be_seen() -> None:
    assert "Fax (not offered)" in page_of(form({"AChoice": "Fax"}))


def test_a_few_options_are_all_seen_and_an_optional_answer_can_be_taken_back() -> None:
    many = "Many: {kind: choice, options: [a, b, c, d, e], example: a}\n"
    few = "Few: {kind: choice, options: [a, b, c, d], example: a, required: false}"
    shown = AnswersForm(groups_of(parse(source("<Many> <Few>", many + few))), {"Few": "a"})
    page = page_of(shown)
    assert page.count('type="radio"') == 5
    assert "Leave it out" in page
    assert '<select name="v-Many"' in page


def test_an_amount_shows_its_currency_and_numbers_stand_as_the_locale_has_them() -> None:
    german = form(RIGHT | {"AnInteger": 3}, writing=Writing("de-DE", "DE", "EUR"))
    field: Any = german.fields["v-AnAmount"]
    assert (field.unit, field.example, german.typed()["AnAmount"]) == ("€", "640,00", "640,00")
    assert german.typed()["ADecimal"] == "1,5"
    assert form(RIGHT, data=sent(ADecimal="1.234"), writing=Writing("de-DE")).problems() == {
        "v-ADecimal": "A decimal: write 1234 or 1,234: “1.234” can be read as either."
    }


def test_a_value_of_another_kind_is_shown_and_not_lost() -> None:
    shown = form({"AText": 3, "AList": "one", "AnInteger": ["a", "b"]}).typed()
    assert (shown["AText"], shown["AList"], shown["AnInteger"]) == ("3", "one", "a\nb")


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: ascii(value[:16]))
def test_a_hostile_value_is_kept_or_refused_and_shown_as_text(value: str) -> None:
    shown = form(data=sent(**{name: value for name in NAMES}))
    answers, problems = shown.answers(), shown.problems()
    assert len(answers) + len(problems) == len(NAMES)
    page = page_of(shown)
    page.encode()
    assert "<script>" not in page
    visible = value.replace("\ud800", "\ufffd").replace("\udfff", "\ufffd")
    assert visible.strip("\r\n") in html.unescape(page)
    for sentence in problems.values():
        assert len(sentence) < 400
        sentence.encode()


def test_groups_of_several_templates_hold_each_variable_once() -> None:
    one = parse(source("<A> <B>", "A: {group: Company, example: x}\nB: {group: Rules, example: x}"))
    two = parse(source("<A> <C>", "A: {group: Company, example: x}\nC: {group: Company, example: x}"))
    found = [(each.title, [variable.name for variable in each.variables]) for each in groups_of(one, two)]
    assert found == [("Company", ["A", "C"]), ("Rules", ["B"])]


def test_groups_have_slugs_of_their_own() -> None:
    declared = "A: {group: '!!', example: x}\nB: {group: Call rules, example: x}\nC: {group: call-rules, example: x}"
    assert [each.slug for each in groups_of(parse(source("<A> <B> <C>", declared)))] == [
        "group-1",
        "call-rules",
        "call-rules-3",
    ]


def test_a_group_says_how_far_it_is() -> None:
    declared = "A: {example: x}\nB: {example: x, required: false}"
    (found,) = groups_of(parse(source("<A> <B>", declared)))
    assert found.label({}) == "0 of 2"
    assert found.label({"A": "x"}) == "1 of 2, the rest is optional"
    assert found.label({"A": "x", "B": "x"}) == "Complete"


def test_places_are_the_sections_in_which_a_variable_stands() -> None:
    from templates_app.domain.rendering import Mode

    text = "<A>\n\n## One\n\n<A> and <A>\n\n## Two\n\n### Part\n\n<B> <A>\n"
    shown = body_of(text, "A: {example: x}\nB: {example: x}", {"A": '<h2 id="s-9">'}, Mode.PREVIEW)
    assert places(shown.html) == {"A": "1 and 2.1", "B": "2.1"}
