"""The only way to write an audit entry."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from audit.domain import merkle
from audit.domain.chain import entry_hash, refuse_unhashable
from audit.models import Entry, Head

INSTALLATION = "The installation"


def record(
    *,
    organisation: models.Model,
    by: models.Model | None,
    action: str,
    subject: models.Model,
    at: datetime,
    data: Mapping[str, Any] | None = None,
) -> Entry:
    """Add one entry to the organisation's chain and return it.

    `by` is a member or a user; None stands for the installation (a command). The caller's transaction must be open,
    so that the act and its entry are stored together or not at all; RuntimeError otherwise. ValueError for `data`
    that cannot be hashed, a time without a zone and a member of another organisation. Time never runs backwards: a
    clock that was set back gives the time of the entry before. Source: security.md 6.1 and 6.3.
    """
    payload = dict(data or {})
    _refuse_bad_call(organisation, by, at, payload)
    head = _locked_head(organisation)
    person, name = _person(by)
    entry = Entry(
        organisation_id=organisation.pk,
        sequence=head.sequence + 1,
        at=max(at, head.at) if head.at else at,
        person_id=person,
        person_name=name,
        action=action,
        subject_kind=subject._meta.model_name or "",
        subject_id=str(subject.pk),
        subject=str(subject)[:300],
        data=payload,
        previous=head.hash,
    )
    entry.hash = entry_hash(entry.event)
    entry.save(force_insert=True)
    _move_head(head, entry)
    return entry


@transaction.atomic
def record_once(
    *,
    organisation: models.Model,
    by: models.Model,
    action: str,
    subject: models.Model,
    at: datetime,
    since: datetime,
    data: Mapping[str, Any] | None = None,
) -> Entry | None:
    """Add an entry as `record` does, or return None when the person has the same one from `since` on.

    Same means action, subject and data. For what somebody does all day and one entry tells of: two requests at once
    add one, because both wait for the end of the chain before they look.
    """
    payload = dict(data or {})
    _locked_head(organisation)
    person, _ = _person(by)
    mine = Entry.objects.filter(organisation_id=organisation.pk, person_id=person, at__gte=since, action=action)
    if any(entry.data == payload for entry in mine.about(subject)):
        return None
    return record(organisation=organisation, by=by, action=action, subject=subject, at=at, data=payload)


def _move_head(head: Head, entry: Entry) -> None:
    frontier = merkle.grown(head.nodes, head.sequence, bytes.fromhex(entry.hash))
    Head.objects.filter(pk=head.pk).update(
        sequence=entry.sequence, hash=entry.hash, at=entry.at, frontier=[node.hex() for node in frontier]
    )


def _refuse_bad_call(
    organisation: models.Model, by: models.Model | None, at: datetime, payload: dict[str, Any]
) -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An audit entry is written inside the transaction of the act it tells of.")
    if timezone.is_naive(at):
        raise ValueError("The time of an audit entry needs a zone.")
    if getattr(by, "organisation_id", organisation.pk) != organisation.pk:
        raise ValueError("A member's act is written into the trail of their own organisation.")
    refuse_unhashable(payload)


def _locked_head(organisation: models.Model) -> Head:
    Head.objects.get_or_create(organisation_id=organisation.pk)
    return Head.objects.select_for_update(no_key=True).get(organisation_id=organisation.pk)


def _person(by: models.Model | None) -> tuple[Any, str]:
    """Return the user's key and printed name for a member, a user or None."""
    if by is None:
        return None, INSTALLATION
    user = getattr(by, "user", by)
    return user.pk, str(getattr(by, "printed_name", by))
