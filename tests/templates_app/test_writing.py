# ruff: noqa: E501 (one kind a line)
"""How values are read and written by locale: every locale of the list, what is typed in each, and what is refused."""

import re
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.domain.locales import LOCALES, babel_locale, currency_choices, currency_of, locale_choices, region_of
from templates_app.domain.kinds import KINDS, ValueProblem, check_value, is_filled, kind_of
from templates_app.domain.variables import Variable
from templates_app.domain.writing import PLAIN, Writing
from tests.templates_app.test_kinds import a, refused

BRITISH = Writing("en-GB", "GB", "GBP")
GERMAN = Writing("de-DE", "DE", "EUR")
SWISS = Writing("de-CH", "CH", "CHF")
INDIAN = Writing("en-IN", "IN", "INR")
AMERICAN = Writing("en-US", "US", "USD")
FRENCH = Writing("fr-FR", "FR", "EUR")
SWEDISH = Writing("sv-SE", "SE", "SEK")
# The letters and signs that the document's fonts hold: see static/css/tokens.css.
IN_THE_FONTS = re.compile("[\u0020-\u02ff\u1e00-\u1eff\u2000-\u206f\u20a0-\u20c4\u2212]+")


def refusal(variable: Variable, raw: object, writing: Writing) -> str:
    with pytest.raises(ValueProblem) as caught:
        check_value(variable, raw, writing)
    return str(caught.value)


def written(writing: Writing) -> list[str]:
    """Return one of everything as a locale writes it."""
    days = [writing.day(date(2026, month, 1)) for month in range(1, 13)]
    times = [writing.minutes(total) for total in (0, 1, 5, 60, 90, 120, 21 * 60, 1440, 2880, 7200)]
    amounts = [writing.money(amount, code) for amount in ("12.50", "-1234567.00") for code, _ in currency_choices()]
    return [
        *days, *times, *amounts, writing.short_day(date(2026, 9, 1)), writing.number("-1234567.50"),
        writing.percent("15.5"), writing.series(["a", "b", "c"]), writing.yes_no(True), writing.yes_no(False),
    ]  # fmt: skip


@pytest.mark.parametrize("tag", LOCALES)
def test_every_locale_is_complete_and_in_letters_that_the_fonts_hold(tag: str) -> None:
    writing = Writing(tag, region_of(tag), currency_of(tag))
    for text in written(writing):
        assert IN_THE_FONTS.fullmatch(text), text
        assert "duration-" not in text
        assert "¤" not in text
    assert babel_locale(tag).text_direction == "ltr"
    assert currency_of(tag) in dict(currency_choices())
    assert tag in dict(locale_choices())


@pytest.mark.parametrize(
    ("writing", "kind", "typed", "kept", "shown"),
    [
        (GERMAN, "integer", "1.250", 1250, "1.250"),
        (GERMAN, "decimal", "1.234,50", "1234.50", "1.234,50"),
        (GERMAN, "decimal", "1,234.50", "1234.50", "1.234,50"),
        (GERMAN, "decimal", "12.50", "12.50", "12,50"),
        (GERMAN, "decimal", "0.125", "0.125", "0,125"),
        (GERMAN, "decimal", "1.234.567", "1234567", "1.234.567"),
        (GERMAN, "money", "1.234", "EUR 1234.00", "1.234 €"),
        (GERMAN, "money", "-5 €", "EUR -5.00", "−5 €"),
        (GERMAN, "money", "12,50 $", "USD 12.50", "12,50 $"),
        (GERMAN, "money", "JPY 1.500", "JPY 1500", "1.500 ¥"),
        (GERMAN, "percent", "15,5 %", "15.5", "15,5 %"),
        (GERMAN, "duration", "1 Stunde 30 Minuten", 90, "1 Stunde 30 Minuten"),
        (GERMAN, "duration", "1,5 Std.", 90, "1 Stunde 30 Minuten"),
        (GERMAN, "phone", "030 123456", "+4930123456", "030 123456"),
        (BRITISH, "decimal", "1.234", "1.234", "1.234"),
        (BRITISH, "decimal", "1.234,50", "1234.50", "1,234.50"),
        (BRITISH, "money", "£640", "GBP 640.00", "£640"),
        (BRITISH, "money", "usd 5", "USD 5.00", "$5"),
        (BRITISH, "money", "KWD 1.250", "KWD 1.250", "KWD 1.250"),
        (BRITISH, "money", "\u2212£5", "GBP -5.00", "−£5"),
        (BRITISH, "duration", "1:30", 90, "1 hour 30 minutes"),
        (BRITISH, "duration", "1 h 30", 90, "1 hour 30 minutes"),
        (BRITISH, "duration", "2 days", 2880, "2 days"),
        (BRITISH, "duration", "25 hours", 1500, "25 hours"),
        (BRITISH, "duration", "2 weeks", 20160, "14 days"),
        (BRITISH, "phone", "+44 1632 960001", "+441632960001", "+44 1632 960001"),  # not in use: typed only with +44
        (BRITISH, "phone", "999", "999", "999"),
        (BRITISH, "phone", "ext. 204", "ext. 204", "ext. 204"),
        (BRITISH, "phone", "+1 212 555 0100 x12", "+12125550100;ext=12", "+1 212-555-0100 ext. 12"),
        (AMERICAN, "phone", "(212) 555-0100", "+12125550100", "(212) 555-0100"),
        (AMERICAN, "phone", "911", "911", "911"),
        (SWISS, "money", "1’234.50", "CHF 1234.50", "CHF 1’234.50"),
        (INDIAN, "money", "₹12,34,567.50", "INR 1234567.50", "₹12,34,567.50"),
        (FRENCH, "decimal", "12 345,6", "12345.6", "12\u202f345,6"),
        (SWEDISH, "money", "5 kr", "SEK 5.00", "5 kr"),
        (PLAIN, "money", "640", "640.00", "$640"),
        (PLAIN, "phone", "0121 496 0123", "0121 496 0123", "0121 496 0123"),
    ],
)
def test_what_is_typed_in_a_locale_is_kept_alike_and_shown_in_it(writing, kind, typed, kept, shown):
    variable = a(kind)
    assert check_value(variable, typed, writing) == kept
    assert kind_of(variable).inline(variable, kept, writing).replace("\u00a0", " ") == shown
    again = kind_of(variable).to_form(variable, kept, writing)
    assert check_value(variable, again, writing) == kept, f"the form shows {again}"
    assert is_filled(variable, {"Field": kept})


def test_a_number_that_can_be_read_in_two_ways_is_refused_with_both():
    sentence = "Field: write 1234 or 1,234: “1.234” can be read as either."
    assert refusal(a("decimal"), "1.234", GERMAN) == sentence
    assert refusal(a("percent"), "1.234 %", GERMAN) == sentence
    assert check_value(a("decimal"), "1.234", BRITISH) == "1.234"


def test_a_declared_currency_comes_before_that_of_the_organisation():
    dollars = a("money", currency="CAD")
    assert check_value(dollars, "$5", BRITISH) == "CAD 5.00"
    assert check_value(dollars, "5", BRITISH) == "CAD 5.00"
    assert check_value(dollars, "£5", BRITISH) == "GBP 5.00"
    assert kind_of(dollars).inline(dollars, "12.50", BRITISH) == "CA$12.50", "kept before amounts named their currency"
    assert kind_of(dollars).to_form(dollars, "GBP 5.00", BRITISH) == "GBP 5.00"
    assert kind_of(dollars).to_form(dollars, "CAD 5.00", GERMAN) == "5,00"


BAD = {
    "integer": ("1e400", "NaN", "9" * 30, "٣", "３", "3.5", "1,2", "three", "--1", "+-1", "0x10", "1_000", "∞"),
    "decimal": ("1e400", "NaN", "inf", "9" * 30, "٣", "３.５", "1..2", "1,2,3", ".", ",", "1 2", "1'2", "1E+999999"),
    "money": ("1e400", "NaN", "9" * 30, "٣", "５ €", "ten", "5 EUR EUR", "€5€", "XQZ 5", "5 kr", "€", "12.345", "$"),
    "percent": ("1e400", "NaN", "9" * 30, "٣", "%", "15 percent", "15%%"),
    "duration": ("1e400", "NaN", "9" * 30, "٣", "-5", "soon", "1:75", "30 1", "1 h 1 h", "5 minutes 1 hour", "1.25 minutes"),
    "date": ("1e400", "٣", "2026-02-30", "0001-01-01", "9999-12-31", "01/12/2026", "tomorrow", "2026-1-1", "２０２６-12-01"),
    "yes_no": ("perhaps", "2", "ｙes", "٣"),
    "choice": ("Fax", "phone", "1"),
    "choices": (["Fax"], ["Phone", "Fax"]),
    "email": ("nobody", "a@b", "a b@c.example", "a@b..example", "javascript:alert(1)", "a@" + "x" * 64 + ".example", "a@b.example,c@d.example"),
    "phone": ("1e400", "call me", "٣٣٣٣٣٣٣", "０１２１", "9" * 30, "+0 1", "12345678", "javascript:alert(1)", "+44 call", "1"),
    "url": ("javascript:alert(1)", "data:text/html,x", "https://", "https://[x", "ftp://a.example", "https://a b.example",
            "https://user:word@a.example", "https://a.example:port", "//a.example", "a.example", "https://" + "x" * 64 + ".example"),
    "text": ("one\ntwo", "a\0b", "\u202eabc", "x" * 501),
    "long_text": ("x" * 20_001, "a\0b", "\u202eabc"),
    "rich_text": ("x" * 20_001, "a\0b"),
    "list": ("\n".join("x" * 201), "a\0b"),
    "table": ("a | b | c", "\n".join(["a | b"] * 201)),
    "person": ("one\ntwo", "a\0b", "\u202eabc"),
    "role": ("one\ntwo", "x" * 501),
    "department": ("one\ntwo", "a\0b"),
}  # fmt: skip


@pytest.mark.parametrize("writing", [PLAIN, BRITISH, AMERICAN], ids=["nobody", "British", "American"])
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_bad_value_is_refused_in_a_plain_sentence(kind, writing):
    variable = a(kind, options=("Phone", "Chat"), columns=("A", "B"))
    for raw in BAD[kind]:
        if writing is PLAIN and raw in ("9" * 30, "12345678") and kind == "phone":
            continue  # without a region nobody knows which numbers there are
        sentence = refusal(variable, raw, writing)
        assert sentence.startswith("Field: ")
        assert sentence.endswith((".", "”."))
        assert len(sentence) < 400
        assert not any(word in sentence.lower() for word in ("invalid", "please", "oops", "error"))
        sentence.encode()


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"text"}))
def test_only_spaces_are_no_answer(kind):
    for nothing in ("", "   ", "\u00a0", "\t"):
        value = check_value(a(kind, options=("One",), columns=("A", "B")), nothing, GERMAN)
        assert kind_of(a(kind)).is_empty(value)


amounts = st.decimals(-(10**8), 10**8, places=3, allow_nan=False).map(str)


@given(amounts, st.sampled_from(LOCALES), st.sampled_from(["decimal", "percent", "money", "integer"]))
def test_what_a_form_shows_is_read_back_as_the_same_number(amount, tag, kind):
    writing, variable = Writing(tag, region_of(tag), currency_of(tag)), a(kind)
    places = {"money": 2, "integer": 0}.get(kind, 3)
    canonical = amount[: len(amount) - 3 + places].rstrip(".")
    kept = check_value(variable, canonical)
    assert check_value(variable, kind_of(variable).to_form(variable, kept, writing), writing) in (
        kept,
        f"{currency_of(tag)} {kept}",
        f"{currency_of(tag)} {str(kept).split('.')[0]}",
    )


@given(amounts, st.sampled_from(LOCALES))
def test_a_number_as_it_is_written_is_read_in_its_own_locale_or_refused_as_ambiguous(amount, tag):
    writing, variable = Writing(tag, region_of(tag), currency_of(tag)), a("decimal")
    kept = check_value(variable, amount)
    try:
        found = check_value(variable, writing.number(str(kept)), writing)
    except ValueProblem as problem:
        found = kept if "can be read as either" in str(problem) else str(problem)
    assert found == kept


@given(st.integers(0, 10**7), st.sampled_from(LOCALES))
@example(6_000_001, "en-IN")
def test_a_length_of_time_as_it_is_written_is_read_back(total, tag):
    writing, variable = Writing(tag), a("duration")
    assert check_value(variable, writing.minutes(total), writing) == total


@given(st.sampled_from(sorted(KINDS)), st.text(), st.sampled_from(LOCALES))
def test_it_keeps_or_refuses_but_never_fails_in_any_locale(kind, raw, tag):
    variable = a(kind, options=("One",), columns=("A", "B"))
    writing = Writing(tag, region_of(tag), currency_of(tag))
    try:
        kept = check_value(variable, raw, writing)
    except ValueProblem:
        return
    if kind_of(variable).is_empty(kept):
        return
    assert is_filled(variable, {"Field": kept})
    kind_of(variable).inline(variable, kept, writing)
    assert check_value(variable, kept) == kept, "what is kept needs no locale to be read"


def test_only_what_a_control_does_not_say_is_said():
    silent = {kind for kind in KINDS if not KINDS[kind].how(a(kind, columns=("A", "B")), BRITISH)}
    assert silent == {
        "text", "long_text", "integer", "decimal", "percent", "date", "yes_no", "choice", "email", "url"
    }  # fmt: skip
    assert KINDS["integer"].how(a("integer", minimum=1, maximum=1200), GERMAN) == "From 1 to 1.200."
    assert refused(a("email"), "a@b") == "Field: enter an e-mail address, such as name@example.com. You typed “a@b”."
