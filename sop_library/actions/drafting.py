"""Making and filling drafts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Membership, Organisation
from accounts.refusals import Stale, WrongState
from sop_library.actions.checking import record, refuse_unless
from sop_library.domain import numbering
from sop_library.domain.lifecycle import Status
from sop_library.domain.numbering import ChangeSize, Number
from sop_library.domain.signature import sha256
from sop_library.models import SOP, Version
from templates_app.models import Pack, Template, TemplateVersion
from templates_app.texts import skeleton_of, template_of

_MANAGERS_ONLY = "Only managers make and change procedures."


@transaction.atomic
def start_sop(*, template: Template, by: Membership, at: datetime) -> Version:
    """Make an SOP from a template and return its first draft, 1.0; raises NotAllowed, WrongState."""
    refuse_unless(by.is_manager, _MANAGERS_ONLY)
    if not template.is_published:
        raise WrongState(f"{template} is still a draft. Publish it first, then make a procedure from it.")
    if template.is_retired:
        raise WrongState(f"{template} is out of use. Take it into use again first, then make a procedure from it.")
    return _start(template, by=by, at=at)


@transaction.atomic
def adopt_pack(*, pack: Pack, by: Membership, at: datetime) -> list[Version]:
    """Make one SOP of each template in the pack and return the drafts in the pack's order; all or none."""
    refuse_unless(by.is_manager, _MANAGERS_ONLY)
    return [_start(template, by=by, at=at) for template in pack.templates.order_by("position")]


def _start(template: Template, *, by: Membership, at: datetime) -> Version:
    # The organisation's row is the lock that gives each number once.
    organisation = Organisation.objects.select_for_update(no_key=True).get(pk=by.organisation_id)
    prefix = template_of(template.source).prefix
    taken = SOP.objects.filter(organisation=organisation, prefix=prefix).values_list("serial", flat=True)
    serial, number = numbering.sop_number(prefix, taken)
    sop = SOP.objects.create(
        organisation=organisation,
        prefix=prefix,
        serial=serial,
        number=number,
        title=template.title,
        category=template.category,
        template=template,
        owner=by,
        created_at=at,
    )
    version = _draft(
        sop,
        numbering.FIRST,
        None,
        template.source,
        {},
        by=by,
        at=at,
        origin=_newest_of(template),
        change_size=ChangeSize.MAJOR,
    )
    record(version, "sop.started", by=by, at=at, template=template.slug, template_sha256=template.digest)
    return version


def _newest_of(template: Template) -> TemplateVersion | None:
    rows = TemplateVersion.objects.published().newest_first().filter(template=template)
    newest: TemplateVersion | None = rows.first()
    return newest


def _draft(
    sop: SOP,
    number: Number,
    previous: Number | None,
    source: str,
    values: Mapping[str, Any],
    *,
    by: Membership,
    at: datetime,
    origin: TemplateVersion | None,
    **change: Any,
) -> Version:
    return Version.objects.create(
        organisation_id=sop.organisation_id,
        sop=sop,
        major=number.major,
        minor=number.minor,
        previous_major=previous.major if previous else None,
        previous_minor=previous.minor if previous else None,
        title=template_of(source).title,
        source=source,
        template_version=origin,
        values=dict(values),
        author=by,
        saved_by=by,
        saved_at=at,
        created_at=at,
        **change,
    )


@transaction.atomic
def start_revision(
    *,
    sop: SOP,
    by: Membership,
    at: datetime,
    size: ChangeSize = ChangeSize.MINOR,
    summary: str = "",
    rollout: int | None = None,
) -> Version:
    """Make the next draft from the newest issued version, its text and answers kept; raises NotAllowed, WrongState.

    `size` and `summary` are what the author will be offered when they submit; `rollout` is the change of values that
    asked for it.
    """
    refuse_unless(by.is_manager and by.organisation_id == sop.organisation_id, _MANAGERS_ONLY)
    SOP.objects.select_for_update(no_key=True).get(pk=sop.pk)
    already = Version.objects.filter(sop=sop).open().first()
    if already is not None:
        raise WrongState(f"Version {already.number} of {sop.number} is being worked on already. Finish that one first.")
    newest = Version.objects.filter(sop=sop).issued().newest_first().first()
    if newest is None:
        raise WrongState(f"{sop.number} has no published version to revise yet.")
    number, texts = numbering.successor(newest.number, size), (newest.source, newest.values)
    change: dict[str, Any] = {"change_size": size, "change_summary": summary}
    version = _draft(sop, number, newest.number, *texts, by=by, at=at, origin=newest.template_version, **change)
    asked_by = {} if rollout is None else {"rollout": rollout}
    record(version, "version.started", by=by, at=at, previous=str(newest.number), **asked_by)
    return version


@transaction.atomic
def save_values(
    *, version: Version, values: Mapping[str, Any], row_version: int, by: Membership, at: datetime
) -> Version:
    """Store checked values over the draft's own and return it; raises NotAllowed, WrongState, Stale.

    Values are in canonical form (kinds.check_value). A value of None empties the answer.
    """
    changed = {**version.values, **values}
    kept = {name: value for name, value in changed.items() if value is not None}
    return save_draft(version, row_version, by=by, at=at, values=kept)


@transaction.atomic
def save_text(*, version: Version, source: str, row_version: int, by: Membership, at: datetime) -> Version:
    """Store a draft's new text and return it; raises TemplateError, NotAllowed, WrongState, Stale."""
    refuse_unless(by.is_manager, _MANAGERS_ONLY)
    skeleton_of(source)
    saved = save_draft(version, row_version, by=by, at=at, source=source, title=template_of(source).title)
    record(saved, "draft.text_changed", by=by, at=at, old_sha256=sha256(version.source), new_sha256=sha256(source))
    return saved


def save_draft(version: Version, row_version: int, *, by: Membership, at: datetime, **changes: Any) -> Version:
    """Store columns of a draft and return it; raises NotAllowed, WrongState, Stale. Call it inside an action.

    Compare and set on the row's own counter, so that two tabs or two people never overwrite each other unseen.
    """
    refuse_unless(by.is_manager and by.organisation_id == version.organisation_id, _MANAGERS_ONLY)
    rows = Version.objects.filter(pk=version.pk, status=Status.DRAFT, row_version=row_version).update(
        row_version=row_version + 1, saved_at=at, saved_by=by, **changes
    )
    if rows:
        return Version.objects.select_related("sop", "organisation", "author__user").get(pk=version.pk)
    now = Version.objects.select_related("saved_by__user").get(pk=version.pk)
    if now.status != Status.DRAFT:
        raise WrongState(f"{now} was submitted, so its text cannot change. Ask for it to be returned to change it.")
    raise Stale(f"{now.saved_by.printed_name} changed this draft in the meantime. Keep yours or take theirs.")
