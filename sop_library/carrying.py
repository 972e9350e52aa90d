"""The background work of a change of values: one procedure after the other, each in a transaction of its own.

A worker may be killed at any line. A procedure that is not marked as dealt with is taken up again from where the rows
say it stands, and its tries are counted before they are made, so that one which kills the worker is given up too.
"""

import logging
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from accounts.models import Membership
from accounts.refusals import NotAllowed, Refusal, Stale, WrongState
from sop_library.actions.drafting import start_revision
from sop_library.actions.noting import issue_note
from sop_library.actions.publishing import publish
from sop_library.domain.days import day_in
from sop_library.domain.lifecycle import STATUS_WORDS, Status
from sop_library.domain.numbering import ChangeSize
from sop_library.domain.reach import Way
from sop_library.models import Rollout, RolloutItem, Version
from sop_library.noting import SignedNote
from sop_library.texts import frozen_of

log = logging.getLogger("sopsite.carrying")

TRIES = 3
State = RolloutItem.State


@task()
def carry_on(rollout: int) -> int:
    """Deal with every procedure of the rollout that waits; return how many were taken up."""
    taken = 0
    while (item := _next(rollout)) is not None:
        taken += 1
        _carry(item)
    return taken


def _next(rollout: int) -> RolloutItem | None:
    """Return the next procedure with its try counted, None when none waits; those tried too often are given up."""
    waiting = RolloutItem.objects.waiting().filter(rollout=rollout)
    rows = waiting.select_related("sop__organisation", "organisation", "version", "rollout__started_by__user")
    item: RolloutItem
    for item in rows.order_by("tries", "sop__prefix", "sop__serial"):
        if item.tries >= TRIES:
            _end(
                item, State.FAILED, f"It stopped the work {TRIES} times and was given up. Start a new version by hand."
            )
        elif waiting.filter(pk=item.pk, tries=item.tries).update(tries=item.tries + 1):
            item.tries += 1
            Rollout.objects.filter(pk=rollout).update(moved_at=timezone.now())
            return item
    return None


def _carry(item: RolloutItem) -> None:
    by, at = item.rollout.started_by, timezone.now()
    try:
        if by.is_suspended:
            raise NotAllowed(f"{by.printed_name} started this and is suspended now. Another manager has to start it.")
        if item.way == Way.NOTE:
            _by_note(item, by, at)
        else:
            _by_route(item, by, at)
    except Refusal as refusal:
        _end(item, State.FAILED, refusal.sentence)
    except Exception:
        log.exception("Rollout item %d did not work (try %d of %d)", item.pk, item.tries, TRIES)
        if item.tries >= TRIES:
            told = f"It was tried {TRIES} times and did not work. A manager can try again, or start a new version."
            _end(item, State.FAILED, told)


@transaction.atomic
def _by_route(item: RolloutItem, by: Membership, at: datetime) -> None:
    """Start a draft for the route, or say why none is needed or possible now."""
    if not _still_waits(item) or _left_to_open_version(item):
        return
    newest = Version.objects.filter(sop=item.sop).issued().newest_first().first()
    if newest is not None and newest.status == Status.PUBLISHED and _holds(newest, item):
        _end(item, State.DONE, f"Version {newest.number} holds it already.", newest)
        return
    version = start_revision(
        sop=item.sop,
        size=ChangeSize(item.change_size),
        summary=item.change_summary,
        rollout=item.rollout_id,
        by=by,
        at=at,
    )
    _end(item, State.DONE, f"Draft {version.number} is started. Check it and submit it.", version)


def _by_note(item: RolloutItem, by: Membership, at: datetime) -> None:
    """Issue the editorial note that the manager signed, and publish it: two transactions, as a PDF lies between."""
    version = item.version or _noted(item, by, at)
    if version is None:
        return
    version = _published(version, by, at)
    if version.status == Status.PUBLISHED:
        _end(item, State.DONE, f"Version {version.number} is published by editorial note.", version)
    else:
        told = f"Version {version.number} was taken back and is {STATUS_WORDS[Status(version.status)].lower()} now."
        _end(item, State.LATER, f"{told} It goes by the route.", version)


def _published(version: Version, by: Membership, at: datetime) -> Version:
    """Publish the note if it waits for that, and return it as it is then, whoever published it."""
    rows = Version.objects.select_related("sop", "organisation", "author__user")
    found: Version = rows.get(pk=version.pk)
    if found.status != Status.APPROVED:
        return found
    today = day_in(found.organisation.time_zone, at)
    try:
        return publish(version=found, effective_on=max(today, found.effective_on or today), by=by, at=at)
    except (Stale, WrongState):
        # Another worker, or a person at the record, was first.
        found = rows.get(pk=version.pk)
        if found.status == Status.APPROVED:
            raise
        return found


@transaction.atomic
def _noted(item: RolloutItem, by: Membership, at: datetime) -> Version | None:
    """Return the version of the note, made and signed; None when the procedure has an open version meanwhile."""
    if not _still_waits(item) or _left_to_open_version(item):
        return None
    signed_at = item.rollout.started_at
    signed_on = day_in(item.organisation.time_zone, signed_at)
    asked = SignedNote(item.values, item.change_summary, item.digest, signed_at, signed_on)
    version = issue_note(sop=item.sop, asked=asked, rollout=item.rollout_id, by=by, at=at)
    RolloutItem.objects.filter(pk=item.pk).update(version=version)
    return version


def _still_waits(item: RolloutItem) -> bool:
    """Hold the row and return whether nobody has dealt with it meanwhile: two workers may be at one rollout."""
    row = RolloutItem.objects.select_for_update(of=("self",), no_key=True).get(pk=item.pk)
    return row.state == State.WAITING and row.version_id is None


def _left_to_open_version(item: RolloutItem) -> bool:
    """Return whether an open version settles the matter: a draft takes the value, one in review keeps its own."""
    opened = Version.objects.filter(sop=item.sop).open().select_related("organisation").first()
    if opened is None:
        return False
    words = STATUS_WORDS[Status(opened.status)].lower()
    if opened.is_draft:
        size = f" Choose at least {item.change_size} when you submit it." if item.change_size != "editorial" else ""
        _end(item, State.DONE, f"Draft {opened.number} takes it at once.{size}", opened)
    elif _holds(opened, item):
        _end(item, State.DONE, f"Version {opened.number}, {words}, holds it already.", opened)
    else:
        told = f"Version {opened.number} is {words} and keeps the values it was submitted with."
        _end(item, State.LATER, f"{told} To do after it is published: bring the procedure into step.", opened)
    return True


def _holds(version: Version, item: RolloutItem) -> bool:
    """Return whether a frozen version has the new values already."""
    values = frozen_of(version).values
    return all(values.get(name) == value for name, value in item.values.items())


def _end(item: RolloutItem, state: str, sentence: str, version: Version | None = None) -> None:
    changes = {"version": version} if version is not None else {}
    RolloutItem.objects.waiting().filter(pk=item.pk).update(state=state, sentence=sentence, **changes)
    Rollout.objects.filter(pk=item.rollout_id).update(moved_at=timezone.now())
