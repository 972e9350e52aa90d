from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates_app.domain.kinds import KINDS, ValueProblem, check_value, is_filled, kind_of
from templates_app.domain.variables import Variable


def a(kind, **more):
    return Variable(name="Field", label="Field", kind=kind, **more)


def refused(variable, raw):
    with pytest.raises(ValueProblem) as caught:
        check_value(variable, raw)
    sentence = str(caught.value)
    assert sentence.startswith(f"{variable.label}: ")
    assert not any(word in sentence.lower() for word in ("invalid", "please", "oops"))
    return sentence


RINGS = Variable(
    name="Rings", label="Rings before an answer", kind="integer", unit="rings", example=3, minimum=1, maximum=10
)  # type: ignore[arg-type]
LIMITS = a("table", columns=("Role", "Limit"))
CHANNELS = a("choices", options=("Phone", "Chat", "E-mail"))


@pytest.mark.parametrize(
    ("kind", "raw", "kept", "shown"),
    [
        ("text", "  Northwind ", "Northwind", "Northwind"),
        ("text", "Café", "Caf\u00e9", "Caf\u00e9"),
        ("long_text", "a\r\nb\n\nc", "a\nb\n\nc", "a\nb\n\nc"),
        ("integer", "1,250", 1250, "1,250"),
        ("integer", "-3", -3, "−3"),
        ("decimal", "012.50", "12.50", "12.50"),
        ("money", "$640", "USD 640.00", "$640"),
        ("money", "-1000", "-1000.00", "−$1,000"),
        ("money", "1,250.5", "1250.50", "$1,250.50"),
        ("percent", "15 %", "15", "15%"),
        ("duration", "90", 90, "1 hour 30 minutes"),
        ("duration", "2 hours", 120, "2 hours"),
        ("duration", 45, 45, "45 minutes"),
        ("date", "2026-12-01", "2026-12-01", "1 December 2026"),
        ("date", date(2026, 12, 1), "2026-12-01", "1 December 2026"),
        ("yes_no", "on", True, "Yes"),
        ("yes_no", False, False, "No"),
        ("list", "a\n\n b ", ["a", "b"], "a and b"),
        ("list", ["a", "b", "c"], ["a", "b", "c"], "a, b and c"),
        ("email", "help@northwind.example", "help@northwind.example", "help@northwind.example"),
        ("phone", "+1 (555) 010-0123 ext 4", "+15550100123;ext=4", "+1 555-010-0123 ext. 4"),
        (
            "url",
            "https://northwind.example/a?b=1",
            "https://northwind.example/a?b=1",
            "https://northwind.example/a?b=1",
        ),
        ("person", "Ana Silva", "Ana Silva", "Ana Silva"),
    ],
)
def test_what_people_type_becomes_one_canonical_value(kind, raw, kept, shown):
    variable = a(kind)
    assert check_value(variable, raw) == kept
    assert check_value(variable, kept) == kept
    assert kind_of(variable).inline(variable, kept) == shown
    assert check_value(variable, kind_of(variable).to_form(variable, kept)) == kept


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("nothing", [None, "", "   ", "\u200b\u200b", "\u3164"])
def test_nothing_to_see_counts_as_empty(kind, nothing):
    variable = a(kind, options=("One",), columns=("A",))
    if kind in ("text", "long_text", "list", "person") or nothing in (None, "", "   "):
        value = check_value(variable, nothing)
        assert kind_of(variable).is_empty(value)
        assert not is_filled(variable, {"Field": value})


def test_a_whole_number_names_its_unit_and_an_example():
    assert (
        refused(RINGS, "soon") == "Rings before an answer: enter a whole number of rings, such as 3. You typed “soon”."
    )
    assert check_value(RINGS, "3 rings") == 3
    assert refused(RINGS, "0") == "Rings before an answer: enter 1 or more. You typed “0”."
    assert refused(RINGS, 11) == "Rings before an answer: enter 10 or less. You typed “11”."


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("integer", "9" * 30),
        ("integer", str(2**53)),
        ("integer", "3.5"),
        ("integer", True),
        ("integer", float("nan")),
        ("integer", "١٢"),
        ("integer", "1e9"),
        ("integer", ["3"]),
        ("decimal", "1E+999999"),
        ("decimal", "NaN"),
        ("decimal", float("inf")),
        ("decimal", "1" * 16),
        ("decimal", "1,2"),
        ("money", "1.234"),
        ("date", "2026-02-30"),
        ("date", "0001-01-01"),
        ("date", "9999-12-31"),
        ("date", "01/12/2026"),
        ("duration", "soon"),
        ("duration", "-5"),
        ("yes_no", "perhaps"),
        ("yes_no", 1.5),
        ("email", "nobody"),
        ("email", "a@b"),
        ("phone", "call me"),
        ("url", "javascript:alert(1)"),
        ("url", "https://"),
        ("url", "https://[x"),
        ("text", "one\ntwo"),
        ("text", 7),
        ("text", {"a": 1}),
        ("text", "x" * 501),
        ("long_text", "x" * 20_001),
        ("long_text", "x" * 200_000),
        ("list", ["x"] * 201),
        ("list", {"a": 1}),
        ("list", [1]),
        ("table", [["a", "b", "c"]]),
        ("table", ["a"]),
        ("table", [["a", "b"]] * 201),
        ("choice", "Fax"),
        ("choices", ["Fax"]),
    ],
)
def test_it_refuses_what_does_not_fit_with_a_sentence(kind, raw):
    refused(a(kind, options=("Phone",), columns=("A", "B")), raw)


@pytest.mark.parametrize(
    ("character", "words"),
    [
        ("\ud800", "a lone surrogate"),
        ("\x00", "a control character"),
        ("\x1b", "a control character"),
        ("\u202e", "direction of the text"),
        ("\u2066", "direction of the text"),
        ("\u0301" * 10, "combining marks"),
    ],
)
@pytest.mark.parametrize("kind", ["text", "long_text", "rich_text", "list", "choice", "email", "person"])
def test_it_refuses_characters_that_break_documents(kind, character, words):
    assert words in refused(a(kind, options=("One",)), f"ab{character}c")


def test_right_to_left_names_are_welcome():
    assert check_value(a("person"), "מיה קלר") == "מיה קלר"


def test_the_limit_and_what_was_found_are_named():
    assert refused(a("text"), "x" * 512) == "Field: use at most 500 characters; this has 512."
    assert refused(a("long_text"), "x" * 200_000) == "Field: use at most 20,000 characters; this has 200,000."


def test_choices_come_in_the_order_of_the_declaration():
    assert check_value(CHANNELS, ["E-mail", "Phone"]) == ["Phone", "E-mail"]


def test_a_table_goes_to_the_form_and_back():
    rows = [["a | b", r"c\d"], [r"\|", ""]]
    kept = check_value(LIMITS, rows)
    assert check_value(LIMITS, KINDS["table"].to_form(LIMITS, kept)) == kept == rows


@given(st.lists(st.lists(st.text("ab|\\ \t", max_size=6), min_size=2, max_size=2), max_size=4))
def test_any_table_goes_to_the_form_and_back(rows):
    kept = check_value(LIMITS, [[cell.replace("\t", "") for cell in row] for row in rows])
    assert check_value(LIMITS, KINDS["table"].to_form(LIMITS, kept)) == kept


@given(st.sampled_from(sorted(KINDS)), st.one_of(st.text(), st.integers(), st.floats(), st.lists(st.text()), st.none()))
def test_it_keeps_or_refuses_but_never_fails(kind, raw):
    variable = a(kind, options=("One",), columns=("A", "B"))
    try:
        kept = check_value(variable, raw)
    except ValueProblem:
        return
    assert check_value(variable, kept) == kept
    str(kept).encode()


def test_an_amount_s_own_cents_count_towards_its_digits():
    amount = a("money")
    kept = check_value(amount, "9999999999999")
    assert check_value(amount, kept) == kept == "9999999999999.00"
    with pytest.raises(ValueProblem, match="at most 15 digits"):
        check_value(amount, 10_000_000_000_000)


def test_a_stored_value_of_a_wrong_type_counts_as_not_filled():
    for kind, value in [
        ("integer", "3"),
        ("list", "a"),
        ("table", ["a"]),
        ("yes_no", 1),
        ("date", "soon"),
        ("text", 3),
    ]:
        assert not is_filled(a(kind), {"Field": value})
