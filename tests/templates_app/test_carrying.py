"""Answers under changed declarations: those that fit stay, the others are named, none is thrown away."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates_app.domain.carrying import carried
from templates_app.domain.kinds import KINDS
from templates_app.domain.variables import Source, Variable


def field(kind: str = "text", name: str = "Field", **more: Any) -> Variable:
    return Variable(name=name, label=name, kind=kind, **more)


@pytest.mark.parametrize(
    ("old", "new", "value", "kept", "fits"),
    [
        (field("text"), field("integer"), "3", 3, True),
        (field("text"), field("integer"), "about three", "about three", False),
        (field("integer"), field("text"), 3, "3", True),
        (field("text"), field("list"), "Billing", ["Billing"], True),
        (field("list"), field("long_text"), ["Billing", "Delivery"], "Billing\nDelivery", True),
        (field("integer"), field("integer", maximum=2), 3, 3, False),
        (field("choice", options=("A", "B")), field("choice", options=("A",)), "B", "B", False),
    ],
)
def test_an_answer_is_kept_in_the_new_kind_or_as_it_was(
    old: Variable, new: Variable, value: Any, kept: Any, fits: bool
) -> None:
    found = carried([old], [new], {"Field": value, "Other": "x"})
    assert found.values == {"Field": kept, "Other": "x"}
    (recast,) = found.recast
    assert (not recast.sentence) is fits
    assert recast.changes_kind is (old.kind != new.kind)


def test_only_answers_that_people_gave_are_named() -> None:
    old = [field(name="Gone"), field(name="Empty"), field(name="Agent", source=Source.READER), field(name="Stays")]
    new = [field(name="Stays"), field(name="Fresh"), field(name="Caller", source=Source.CALL)]
    found = carried(old, new, {"Gone": "a", "Stays": "b"})
    assert [variable.name for variable in found.removed] == ["Gone"]
    assert [variable.name for variable in found.added] == ["Fresh"]
    assert not found.recast
    assert found.values == {"Gone": "a", "Stays": "b"}


@given(
    st.sampled_from(sorted(KINDS)),
    st.sampled_from(sorted(KINDS)),
    st.one_of(st.text(max_size=30), st.integers(), st.booleans(), st.lists(st.text()), st.lists(st.lists(st.text()))),
)
def test_no_pair_of_kinds_raises(old: str, new: str, value: Any) -> None:
    more = {"options": ("A", "B"), "columns": ("X", "Y")}
    carried([field(old, **more)], [field(new, **more)], {"Field": value})
