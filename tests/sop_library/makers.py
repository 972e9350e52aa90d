"""SOPs in every state, made through the real actions with a short text, for any test that needs one."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from accounts.models import Membership
from sop_library.actions import approving, confirming, delegating, drafting, publishing, training
from sop_library.domain.numbering import ChangeSize
from sop_library.domain.route import StepPlan
from sop_library.domain.signature import Meaning
from sop_library.models import Confirmation, Delegation, SignOff, Version
from templates_app import actions_templates, imported
from templates_app.actions import _load
from templates_app.actions_bringing_in import bring_in
from templates_app.models import ImportedFile, Template, TemplateVersion
from tests.world import AT, World

TODAY = date(2026, 5, 4)
SOURCE = """---
title: Answering calls
registry: TEST-1
category: Calls
summary: How a call is answered.
minutes: 2
updated: 2026-05-01
prefix: CS
variables:
  CompanyName: {label: Company name, source: organisation, group: Company, example: Northwind}
  RingTimeLimit: {label: Rings, kind: integer, unit: rings, group: Rules, example: 3}
  Reasons: {label: Reasons, kind: list, group: Rules, example: [Billing, Delivery], required: false}
  AgentName: {label: Agent name, source: reader}
  CustomerName: {label: Customer name, source: call}
  EffectiveDate: {label: Effective date, kind: date, source: workflow}
---
## Purpose

Every call to <CompanyName> is answered within <RingTimeLimit> rings from <EffectiveDate> on.

<Reasons>

/// say | Greeting
Thank you for calling, <CustomerName>. My name is <AgentName>.
///

## Signatures

<Approvals>
"""
VALUES: Mapping[str, Any] = {"CompanyName": "Northwind", "RingTimeLimit": 3, "Reasons": ["Billing", "Delivery"]}


def moment(minutes: int = 0, *, days: int = 0) -> datetime:
    """Return a moment after the world was made."""
    return AT + timedelta(days=days, minutes=minutes)


def template(slug: str = "answering-calls", source: str = SOURCE) -> Template:
    """Return a built-in template of this text."""
    _load(slug, source, None)
    made: Template = Template.objects.built_in().get(slug=slug)
    return made


def own_draft(world: World, source: str = SOURCE) -> TemplateVersion:
    """Return Ana's draft of a copy of the built-in template."""
    made = actions_templates.copy_template(template=template(), by=world.ana, at=moment(1))
    if source == SOURCE:
        return made
    return actions_templates.save_draft(version=made, source=source, row_version=1, by=world.ana, at=moment(2))


def own_published(world: World, source: str = SOURCE) -> TemplateVersion:
    """Return the published version 1 of an own template."""
    made = own_draft(world, source)
    return actions_templates.publish_draft(
        version=made, row_version=made.row_version, change_summary="", by=world.ana, at=moment(3)
    )


def own_retired(world: World) -> Template:
    """Return an own template that is out of use."""
    found = own_published(world).template
    actions_templates.retire(template=found, by=world.ana, at=moment(4))
    return found


def draft(world: World, *, values: Mapping[str, Any] = VALUES, source: str = SOURCE) -> Version:
    """Return Ana's first draft of a new SOP, with answers."""
    slug = "answering-calls" if source == SOURCE else f"text-{abs(hash(source))}"
    made = drafting.start_sop(template=template(slug, source), by=world.ana, at=moment(1))
    if not values:
        return made
    return drafting.save_values(version=made, values=values, row_version=1, by=world.ana, at=moment(2))


def behind(world: World) -> Version:
    """Return Ana's draft with a changed title, of a template that has changed it too since."""
    source = SOURCE.replace("TEST-1", "TEST-2")
    version = draft(world, source=source)
    changed = source.replace("## Purpose", "## Why we answer")
    version = drafting.save_text(
        version=version, source=changed, row_version=version.row_version, by=world.ana, at=moment(3)
    )
    assert version.sop.template is not None
    template(version.sop.template.slug, source.replace("## Purpose", "## What it is for"))
    return version


def submitted(
    world: World,
    version: Version | None = None,
    *,
    size: ChangeSize = ChangeSize.MAJOR,
    effective_on: date = TODAY,
    at: datetime | None = None,
    assignees: Mapping[int, Membership | Sequence[Membership]] | None = None,
) -> Version:
    """Return a version in review that Ana prepared; steps are open to any approver unless `assignees` says."""
    version = version or draft(world)
    return approving.submit(
        version=version,
        row_version=version.row_version,
        change_size=size,
        change_summary="Calls are answered sooner." if version.previous_major else "",
        effective_on=effective_on,
        review_on=effective_on + timedelta(days=365),
        assignees={place: [who] if isinstance(who, Membership) else who for place, who in (assignees or {}).items()},
        by=world.ana,
        at=at or moment(3),
        today=TODAY,
    )


def step(meaning: Meaning, *people: Membership, **more: Any) -> StepPlan:
    """Return one step of a route for these people; none means any approver."""
    return StepPlan(meaning, tuple(sorted(person.pk for person in people)), **more)


def away(world: World, who: Membership, delegate: Membership, *, days: int = 3) -> Delegation:
    """Return that somebody signs for a person who is away from today on."""
    return delegating.delegate(
        person=who,
        delegate=delegate,
        from_on=TODAY,
        until_on=TODAY + timedelta(days=days),
        by=world.mia,
        at=moment(2),
        today=TODAY,
    )


def signed(version: Version, by: Membership, at: datetime | None = None) -> Version:
    """Return the version after one more approver has signed."""
    approving.approve(version=version, shown_digest=version.digest, by=by, at=at or moment(4))
    return Version.objects.select_related("sop", "organisation", "author__user").get(pk=version.pk)


def reviewed(world: World, version: Version | None = None) -> Version:
    """Return a version that Priya has reviewed and that waits for Ben."""
    return signed(version or submitted(world), world.priya, moment(4))


def approved(world: World, version: Version | None = None) -> Version:
    """Return a version that Priya and Ben have signed."""
    return signed(reviewed(world, version), world.ben, moment(5))


def published(world: World, version: Version | None = None, *, on: date = TODAY, at: datetime | None = None) -> Version:
    """Return a version that Ana published, with its PDF: in force from `on`."""
    version = version or approved(world)
    return publishing.publish(version=version, effective_on=on, by=world.ana, at=at or moment(6))


def in_training(world: World, version: Version | None = None, *, share: int = 100, on: date = TODAY) -> Version:
    """Return a version that Ana published for training: nobody has signed it yet."""
    version = version or approved(world)
    return publishing.publish(version=version, effective_on=on, training_share=share, by=world.ana, at=moment(6))


def confirmed(version: Version, by: Membership, *, turn: int = 1, on: date = date(2027, 11, 1)) -> Confirmation:
    """Return a confirmation that a version in force is still right."""
    return confirming.confirm_review(
        version=version, shown_digest=version.digest, turn=turn, next_review_on=on, by=by, at=moment(20)
    )


def revision(world: World, of: Version, *, values: Mapping[str, Any] | None = None) -> Version:
    """Return Ana's draft of the next version."""
    made = drafting.start_revision(sop=of.sop, by=world.ana, at=moment(7))
    changed = {"RingTimeLimit": 4} if values is None else values
    return drafting.save_values(version=made, values=changed, row_version=1, by=world.ana, at=moment(8))


def understood(version: Version, by: Membership, at: datetime | None = None) -> SignOff:
    """Return a reader's sign-off."""
    return training.sign_off(version=version, shown_digest=version.digest, by=by, at=at or moment(9))


OWN_TEXT = b"""# Answering calls

## Purpose

Every call to {CompanyName} is answered in the {Department} department.

## Steps

1. Answer within three rings.
2. Say the name of {CompanyName}.
"""


def imported_file(world: World, data: bytes = OWN_TEXT, name: str = "calls.md") -> ImportedFile:
    """Return a file that Ana brought in and nobody has reviewed."""
    (row,) = bring_in(sent_as=name, data=data, files=imported.files_in(name, data), by=world.ana, at=moment(1))
    return row
