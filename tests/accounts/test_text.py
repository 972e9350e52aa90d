"""What text people may type, by the pure rules and through the form fields."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts.domain import text
from accounts.fields import SafeCharField, SafeEmailField, SafeIntegerField, SafePasswordField, SafeTextField

HOSTILE = {
    "NUL": "Ana\0",
    "bell": "Ana\a",
    "newline": "Ana\nSilva",
    "lone surrogate": "Ana\ud800",
    "right-to-left override": "Ana\u202eavliS",
    "isolate": "Ana\u2066",
    "private use": "Ana\ue000",
    "unassigned": "Ana\u0378",
    "stacked accents": "a" + "\u0301" * 9 + "\u0316" * 9,
}


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_what_cannot_be_stored_or_read_is_refused_with_a_sentence(value: str):
    with pytest.raises(ValidationError) as refusal:
        SafeCharField().clean(value)
    assert refusal.value.messages[0].endswith(".")


@pytest.mark.parametrize("value", ["", "   ", "\u200b", "\u3164", "\u00a0\u2060", "\u2800", "\u034f"])
def test_what_nobody_sees_counts_as_empty(value: str):
    with pytest.raises(ValidationError, match="Name: fill in this field"):
        SafeCharField(label="Name").clean("")
    with pytest.raises(ValidationError, match="Fill in this field"):
        SafeCharField().clean(value)
    assert SafeCharField(required=False).clean(value) == ""


@pytest.mark.parametrize(
    "value", ["Ana Silva", "محمد", "נועה", "李小龙", "Zoë", "O’Neil", "<b>Ana</b>", "{{ 7*7 }}", "👩‍💻 Ana"]
)
def test_real_names_and_harmless_signs_are_kept_as_typed(value: str):
    assert SafeCharField().clean(value) == value


def test_text_is_stored_in_one_normal_form():
    assert SafeCharField().clean("Zoe\u0308") == "Zoë"


def test_too_long_a_text_says_how_long_it_is():
    with pytest.raises(ValidationError, match="Shorten this to 120 characters; it has 121"):
        SafeCharField(max_length=120).clean("a" * 121)
    with pytest.raises(ValidationError, match="it has 200000"):
        SafeTextField().clean("a" + "\u0301" * 199_999)


def test_several_lines_are_allowed_where_they_are_meant():
    assert SafeTextField().clean("one\r\ntwo\rthree\tfour") == "one\ntwo\nthree\tfour"


def test_what_is_not_text_is_refused():
    with pytest.raises(ValidationError, match="as text"):
        SafeCharField().clean(["a"])


@pytest.mark.parametrize("value", ["Ana@Northwind.Example", " ana@northwind.example ", "ａｎａ@northwind.example"])
def test_spellings_of_one_address_are_one_address(value: str):
    assert SafeEmailField().clean(value) == "ana@northwind.example"


@pytest.mark.parametrize(
    "value", ["ana", "ana@", "ana@x\r\nBcc: b@example.org", "<ana@example.org>", "a" * 300 + "@x.org"]
)
def test_what_is_no_address_is_refused(value: str):
    with pytest.raises(ValidationError):
        SafeEmailField().clean(value)


def test_a_password_is_not_changed():
    assert SafePasswordField().clean("  two  spaces ") == "  two  spaces "
    with pytest.raises(ValidationError):
        SafePasswordField().clean("\ud800")


@pytest.mark.parametrize("value", ["1" * 30, "1e400", "NaN", "3.5", "2147483648"])
def test_numbers_have_limits(value: str):
    with pytest.raises(ValidationError):
        SafeIntegerField().clean(value)


@given(st.text())
def test_whatever_passes_can_be_stored(value: str):
    if not text.fault(value):
        assert "\0" not in value
        value.encode()


@given(st.emails())
def test_folding_an_address_twice_changes_nothing(address: str):
    once = text.folded_email(address)
    assert text.folded_email(once) == once
