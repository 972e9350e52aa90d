"""Bringing a newer version of a template into a draft."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts.models import Membership
from accounts.refusals import Stale, WrongState
from sop_library.actions.checking import record, refuse_unless
from sop_library.actions.drafting import save_draft
from sop_library.domain.signature import sha256
from sop_library.models import SOP, Version
from templates_app.domain.carrying import Carried, carried
from templates_app.models import TemplateVersion
from templates_app.texts import skeleton_of, template_of


@transaction.atomic
def merge_template(
    *,
    version: Version,
    number: int,
    source: str,
    decided: Mapping[str, int],
    is_edited: bool,
    row_version: int,
    by: Membership,
    at: datetime,
) -> tuple[Version, Carried]:
    """Store a draft's text merged with the template's version `number`; return the draft and what became of answers.

    `decided` counts the conflicts by how they were decided. Raises TemplateError, NotAllowed, WrongState, and Stale
    when the draft or the template changed since the page was shown.
    """
    newest = refuse_older(version, number)
    skeleton_of(source)
    template, before = template_of(source), template_of(version.source)
    answers = carried(before.variables, template.variables, version.values)
    columns = {"source": source, "title": template.title, "values": answers.values, "template_version": newest}
    saved = save_draft(version, row_version, by=by, at=at, **columns)
    sides = {"old_sha256": sha256(version.source), "new_sha256": sha256(source)}
    told = {**_numbers(version, newest), **sides, "conflicts_decided": dict(decided), "edited_by_hand": is_edited}
    record(saved, "draft.template_merged", by=by, at=at, **told)
    return saved, answers


@transaction.atomic
def put_off_template(*, version: Version, number: int, by: Membership, at: datetime) -> TemplateVersion:
    """Say "not now" to the template's version `number` for a version's SOP, and return it.

    Raises NotAllowed, WrongState, and Stale when the template has another newest version.
    """
    _refuse_others(version, by)
    newest = refuse_older(version, number)
    if SOP.objects.filter(pk=version.sop_id, put_off__lt=number).update(put_off=number):
        record(version, "draft.template_put_off", by=by, at=at, **_numbers(version, newest))
    return newest


@transaction.atomic
def take_up_template(*, version: Version, by: Membership, at: datetime) -> None:
    """Take back the "not now"; raises NotAllowed, WrongState when nothing is put off."""
    _refuse_others(version, by)
    if not SOP.objects.filter(pk=version.sop_id, put_off__gt=0).update(put_off=0):
        raise WrongState(f"No version of the template is put off for {version.sop.number}.")
    record(version, "draft.template_taken_up", by=by, at=at, template_version=version.sop.put_off)


def _refuse_others(version: Version, by: Membership) -> None:
    is_theirs = by.is_manager and by.organisation_id == version.organisation_id
    refuse_unless(is_theirs, "Only a manager of the organisation decides about a newer template.")


def _numbers(version: Version, newest: TemplateVersion) -> dict[str, str | int]:
    old = version.template_version.number if version.template_version else 0
    return {
        "template": newest.template.slug,
        "old_template_version": old,
        "new_template_version": newest.number,
    }


def refuse_older(version: Version, number: int) -> TemplateVersion:
    """Return the newest version of the template a text comes from; raises WrongState, and Stale when not `number`."""
    origin = version.template_version
    rows = TemplateVersion.objects.published().newest_first().select_related("template")
    newest: TemplateVersion | None = rows.filter(template=origin.template_id).first() if origin else None
    if newest is None or origin is None or newest.number <= origin.number:
        raise WrongState(f"{version.sop.number} has the newest text of its template already.")
    if newest.number != number:
        raise Stale(f"The template has version {newest.number} now. Look at what it changes, then merge that one.")
    return newest
