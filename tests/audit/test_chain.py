"""The hash chain by itself, without a database."""

import hashlib
from dataclasses import replace
from enum import StrEnum
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from audit.domain.chain import GENESIS, FaultKind, Link, canonical, check, entry_hash
from tools import sopverify


def chain(length: int) -> list[Link]:
    """Return a whole chain."""
    links: list[Link] = []
    for number in range(1, length + 1):
        event = {"seq": number, "prev": links[-1].hash if links else GENESIS, "type": "sop.created", "payload": {}}
        links.append(Link(event=event, hash=entry_hash(event)))
    return links


def kinds(links: list[Link]) -> list[FaultKind]:
    return [fault.kind for fault in check(links)]


def changed(link: Link, **columns: Any) -> Link:
    return replace(link, event={**link.event, **columns})


def test_the_hash_is_the_published_one():
    event = {"seq": 1, "prev": GENESIS, "type": "a", "payload": {"é": 1, "a": [True, None]}}
    canonical = f'{{"payload":{{"a":[true,null],"é":1}},"prev":"{GENESIS}","seq":1,"type":"a"}}'
    assert entry_hash(event) == hashlib.sha256(b"sop-audit/v1\n" + canonical.encode()).hexdigest()
    assert entry_hash(event) == "cd95ac75348139e65119c5586d739326cbf566af50bee8aeded9a61a8abb349a"


def test_a_whole_chain_has_no_fault():
    assert check(chain(20)) == []
    assert check([]) == []


def test_a_missing_entry_is_a_gap():
    links = chain(5)
    del links[2]
    assert kinds(links) == [FaultKind.GAP]
    assert str(check(links)[0]) == "1 missing before entry 4."


def test_a_missing_beginning_is_a_gap():
    assert kinds(chain(3)[1:]) == [FaultKind.GAP]


def test_two_entries_with_one_number_are_a_fork():
    links = chain(3)
    links.insert(2, links[1])
    assert FaultKind.FORK in kinds(links)


@pytest.mark.parametrize("column", [{"type": "sop.deleted"}, {"payload": {"a": 1}}, {"extra": ""}])
def test_a_changed_column_is_found(column: dict[str, Any]):
    links = chain(4)
    links[1] = changed(links[1], **column)
    assert kinds(links) == [FaultKind.CHANGED]


def test_a_changed_row_with_a_new_hash_breaks_the_next_one():
    links = chain(4)
    event = {**links[1].event, "type": "sop.deleted"}
    links[1] = Link(event=event, hash=entry_hash(event))
    assert kinds(links) == [FaultKind.PREVIOUS]


def test_a_row_that_cannot_be_hashed_counts_as_changed():
    links = chain(2)
    links[1] = changed(links[1], payload={"a": 0.5})
    assert kinds(links) == [FaultKind.CHANGED]


@pytest.mark.parametrize(
    "value", [0.5, float("nan"), 2**53, -(2**53), "\ud800", "\0", {1: "a"}, (1,), b"x", {"\ud800": 1}]
)
def test_what_has_no_canonical_form_is_refused(value: object):
    with pytest.raises(ValueError, match="payload"):
        entry_hash({"payload": {"value": value}})


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(texts, values, max_size=4))
def test_the_order_of_keys_does_not_matter(data: dict[str, Any]):
    assert entry_hash(data) == entry_hash(dict(reversed(list(data.items()))))


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(TEXT, inside, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(TEXT, VALUE, max_size=6))
def test_canonical_json_is_that_of_the_reference_for_every_event(event):
    assert canonical(event) == rfc8785.dumps(event)
    assert sopverify.canonical(event).encode() == rfc8785.dumps(event)


class Colour(StrEnum):
    RED = "red"


def test_a_named_text_is_hashed_as_the_text_it_is():
    assert canonical({"colour": Colour.RED}) == rfc8785.dumps({"colour": "red"})
    assert entry_hash({"colour": Colour.RED}) == entry_hash({"colour": "red"})
