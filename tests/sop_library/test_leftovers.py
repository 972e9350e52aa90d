"""Values that the organisation replaced and that somebody typed into a text by hand, of every kind that has a name."""

from typing import Any

import pytest

from sop_library.conflicting import report_of
from sop_library.models import Version
from sop_library.sharing import shared_by
from templates_app.actions import set_organisation_value
from templates_app.domain.variables import Variable
from tests.sop_library import makers
from tests.sop_library.makers import moment
from tests.world import World

pytestmark = pytest.mark.usefixtures("no_pdf_engine")
SOURCE = """---
title: Channels
registry: TEST-L
category: Calls
summary: Where customers write to us.
minutes: 2
updated: 2026-05-01
prefix: CH
variables:
  Channels: {label: Channels, kind: list, source: organisation, example: [Telephone]}
  Limit: {label: Refund limit, kind: money, source: organisation, example: "9.00"}
  Rings: {label: Rings, kind: integer, unit: rings, source: organisation, example: 3}
  AfterHours: {label: Open at night, kind: yes_no, source: organisation, example: true}
---
## Channels

Customers write by <Channels>. Fax and telex are answered too. Refund <Limit>, never £1,200.50, after <Rings>.

/// when | AfterHours
Yes, at night too; after 12 rings.
///
"""
OLD: dict[str, Any] = {"Channels": ["Fax", "Chat"], "Limit": "GBP 1200.50", "Rings": 12, "AfterHours": True}
NEW: dict[str, Any] = {"Channels": ["Chat", "E-mail"], "Limit": "GBP 900.00", "Rings": 8, "AfterHours": False}


def variables(world: World) -> dict[str, Variable]:
    return shared_by(world.ana).variables


def store(world: World, values: dict[str, Any], minutes: int) -> None:
    for name, value in values.items():
        set_organisation_value(variable=variables(world)[name], value=value, by=world.ana, at=moment(minutes))


@pytest.fixture
def organised(world: World) -> World:
    """Northwind with a draft whose text holds old values typed by hand, and its values as they were."""
    makers.draft(world, values={}, source=SOURCE)
    world.northwind.currency = "GBP"
    world.northwind.save(update_fields=["currency"])
    store(world, OLD, 5)
    return world


def found(world: World) -> dict[str, str]:
    return {each.old: each.new for each in report_of(world.ana, variables(world)).leftovers}


def test_an_item_that_left_a_list_is_found_where_it_is_typed(organised: World) -> None:
    store(organised, {"Channels": NEW["Channels"]}, 6)
    assert found(organised) == {"Fax": "Chat and E-mail"}


def test_an_item_that_came_back_is_no_leftover(organised: World) -> None:
    store(organised, {"Channels": NEW["Channels"]}, 6)
    store(organised, {"Channels": ["fax", "Chat"]}, 7)
    assert found(organised) == {}


def test_an_amount_and_a_number_are_looked_for_as_people_read_them(organised: World) -> None:
    store(organised, {"Limit": NEW["Limit"]}, 6)
    assert found(organised) == {"£1,200.50": "£900"}


def test_an_amount_is_looked_for_as_the_organisation_writes_it(organised: World) -> None:
    source = SOURCE.replace("£1,200.50", "1.200,50 €")
    organised.northwind.locale, organised.northwind.currency = "de-DE", "EUR"
    organised.northwind.save(update_fields=["locale", "currency"])
    makers.draft(organised, values={}, source=source)
    store(organised, {"Limit": "EUR 1200.50"}, 6)
    store(organised, {"Limit": "EUR 900.00"}, 7)
    assert found(organised)["1.200,50 €"] == "900 €"


def test_a_number_is_looked_for_with_what_it_counts(organised: World) -> None:
    store(organised, {"Rings": NEW["Rings"]}, 6)
    assert found(organised) == {"12 rings": "8 rings"}


def test_a_number_that_counts_nothing_stands_in_texts_by_chance(organised: World) -> None:
    bare = SOURCE.replace("unit: rings, ", "").replace("12 rings", "12,500 rings")
    Version.objects.filter(organisation=organised.northwind).update(source=bare)
    store(organised, {"Rings": 12500}, 6)
    store(organised, {"Rings": 8}, 7)
    assert found(organised) == {}


def test_a_yes_that_became_a_no_is_no_name_to_look_for(organised: World) -> None:
    store(organised, {"AfterHours": False}, 6)
    assert found(organised) == {}


def test_a_list_that_was_emptied_leaves_all_its_items(organised: World) -> None:
    store(organised, {"Channels": ""}, 6)
    assert found(organised) == {"Fax": ""}
