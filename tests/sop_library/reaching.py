"""Procedures that share values of three sizes, for the tests of what a changed value reaches."""

from typing import Any

from accounts.models import Membership
from sop_library.actions import rollouts
from sop_library.carrying import carry_on
from sop_library.domain.days import day_in
from sop_library.domain.numbering import ChangeSize
from sop_library.models import Rollout, RolloutItem, Version
from sop_library.reach import Reach, reach_of
from sop_library.sharing import shared_by, state_of
from tests.sop_library import makers
from tests.sop_library.makers import moment
from tests.world import World

SOURCE = """---
title: Writing the record
registry: TEST-2
category: Calls
summary: How a call is written down.
minutes: 2
updated: 2026-05-01
prefix: CS
variables:
  CRMSystem: {label: CRM system, source: organisation, change: editorial, group: Systems, example: Zendesk}
  SupportLine: {label: Support line, source: organisation, group: Systems, example: ext. 12}
  RefundLimit: {label: Refund limit, kind: integer, unit: euros, source: organisation, change: major, group: Rules, example: 50}
  Minutes: {label: Handling time, kind: integer, unit: minutes, group: Rules, example: 8}
---
## Purpose

A call is written into <CRMSystem> within <Minutes> minutes.

## The record

### Where it stands

Open <CRMSystem> and search for the customer. Ask at <SupportLine> when it does not answer.

| Field | Where |
|---|---|
| Reason | The first tab of <CRMSystem> |
| Refund | At most <RefundLimit> |
"""  # noqa: E501
VALUES: dict[str, Any] = {"CRMSystem": "Zendesk", "SupportLine": "ext. 12", "RefundLimit": 50, "Minutes": 8}
AT = moment(60)


def draft(world: World, **values: Any) -> Version:
    """Return Ana's draft of a new SOP with all answers."""
    return makers.draft(world, values={**VALUES, **values}, source=SOURCE)


def published(world: World, **values: Any) -> Version:
    """Return a published SOP that uses the three values."""
    return makers.published(world, makers.approved(world, makers.submitted(world, draft(world, **values))))


def reach(member: Membership, sizes: dict[str, ChangeSize] | None = None, **news: Any) -> Reach:
    """Return what new values would touch."""
    return reach_of(member, shared_by(member).variables, news, sizes or {}, AT)


def started(member: Membership, sizes: dict[str, ChangeSize] | None = None, **news: Any) -> Rollout:
    """Return the rollout that a member started after looking at the page; nothing is carried out yet."""
    seen = state_of(member.organisation_id)
    today = day_in(member.organisation.time_zone, AT)
    shown = {each.sop.number: each.note(today).digest for each in reach(member, sizes, **news).notes}
    return rollouts.start_rollout(
        variables=shared_by(member).variables, answers=news, sizes=sizes or {}, shown=shown, seen=seen, by=member, at=AT
    )


def carried_out(rollout: Rollout) -> dict[str, RolloutItem]:
    """Run the background work to its end and return the rollout's rows by SOP number."""
    carry_on.func(rollout.pk)
    return {item.sop.number: item for item in rollout.items.select_related("sop", "version")}
