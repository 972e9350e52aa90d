"""Changes to an organisation's own templates: copied or new, drafted, published, taken out of use."""

import hashlib
import re
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from accounts.models import Membership, Organisation
from accounts.refusals import BadInput, NotAllowed, Stale, WrongState
from audit import trail
from templates_app.domain import frontmatter
from templates_app.domain.problems import TemplateError
from templates_app.domain.starter import starter_text
from templates_app.models import Template, TemplateVersion
from templates_app.texts import skeleton_of

# Addresses below templates/ that are no template.
RESERVED = frozenset({"new", "export", "import"})
LONGEST_SUMMARY = 2_000
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_MANAGERS_ONLY = "Only managers change templates."
_BUILT_IN = "This template ships with the product and cannot be changed. Copy it, then change your copy."


@transaction.atomic
def copy_template(*, template: Template, by: Membership, at: datetime) -> TemplateVersion:
    """Return the draft of a new template of the organisation with the same text; raises NotAllowed.

    The text is that of the newest published version, or of the draft while nothing is published.
    """
    _refuse_unless_manager(by)
    _refuse_foreign(template, by)
    source = text_of(template)
    facts = {name: getattr(template, name) for name in FACTS}
    made = store_template(slug=template.slug, source=source, facts=facts, by=by, at=at)
    _record(made, "template.copied", by=by, at=at, copied_from=template.slug, new_sha256=made.digest)
    return made


@transaction.atomic
def start_template(*, title: str, by: Membership, at: datetime) -> TemplateVersion:
    """Return the draft of a new template with a short text to start from; raises NotAllowed."""
    _refuse_unless_manager(by)
    source = starter_text(title, at.date())
    facts = listed_as_far_as_read(source)
    made = store_template(slug=title, source=source, facts=facts, by=by, at=at)
    _record(made, "template.started", by=by, at=at, new_sha256=made.digest)
    return made


def store_template(*, slug: str, source: str, facts: dict[str, Any], by: Membership, at: datetime) -> TemplateVersion:
    """Return the first draft of a new template of the organisation; the action around it keeps the trail."""
    # The organisation's row is the lock that gives each slug once.
    organisation = Organisation.objects.select_for_update(no_key=True).get(pk=by.organisation_id)
    template = Template.objects.create(organisation=organisation, slug=free_slug(slug, by), **facts)
    return _draft(template, 1, source, by=by, at=at)


def free_slug(wanted: str, member: Membership) -> str:
    """Return the slug, with a number when it is taken: an own template never hides a built-in one."""
    base = slugify(wanted)[:70] or "template"
    taken = RESERVED | set(Template.objects.visible_to(member).values_list("slug", flat=True))
    numbered = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return base if base not in taken else next(slug for slug in numbered if slug not in taken)


def _draft(template: Template, number: int, source: str, *, by: Membership, at: datetime) -> TemplateVersion:
    return TemplateVersion.objects.create(
        organisation_id=template.organisation_id,
        template=template,
        number=number,
        source=source,
        digest=_sha256(source),
        saved_at=at,
        saved_by=by,
    )


@transaction.atomic
def start_draft(*, template: Template, by: Membership, at: datetime) -> TemplateVersion:
    """Return the draft of an own template's next version, with the newest text; raises NotAllowed, WrongState."""
    _refuse_unless_own(template, by)
    Template.objects.select_for_update(no_key=True).get(pk=template.pk)
    if template.versions.filter(published_at=None).exists():
        raise WrongState(f"{template} has a draft already. Open that one.")
    newest = template.versions.order_by("-number")[0]
    made = _draft(template, newest.number + 1, newest.source, by=by, at=at)
    _record(made, "template.draft_started", by=by, at=at)
    return made


@transaction.atomic
def save_draft(
    *, version: TemplateVersion, source: str, row_version: int, by: Membership, at: datetime
) -> TemplateVersion:
    """Store a draft's text, faulty or not, and return the draft; raises BadInput, NotAllowed, WrongState, Stale."""
    _refuse_unless_own(version.template, by)
    _refuse_what_no_row_holds(source)
    rows = TemplateVersion.objects.drafts().filter(pk=version.pk, row_version=row_version)
    digest = _sha256(source)
    if not rows.update(source=source, digest=digest, row_version=row_version + 1, saved_at=at, saved_by=by):
        _refuse_stale(version)
    saved = _again(version)
    if not saved.template.is_published:
        Template.objects.filter(pk=saved.template_id).update(**listed_as_far_as_read(source))
        saved = _again(version)
    _record(saved, "template.text_changed", by=by, at=at, old_sha256=version.digest, new_sha256=digest)
    return saved


@transaction.atomic
def publish_draft(
    *, version: TemplateVersion, row_version: int, change_summary: str, by: Membership, at: datetime
) -> TemplateVersion:
    """Make a draft the template's text and return it, now final.

    Raises TemplateError for a faulty text, child.ChildProblem, BadInput, NotAllowed, WrongState, Stale.
    """
    _refuse_unless_own(version.template, by)
    template = Template.objects.select_for_update(no_key=True).get(pk=version.template_id)
    now = _again(version)
    if now.row_version != row_version or not now.is_draft:
        _refuse_stale(version)
    summary = change_summary.strip()
    if not summary and now.number > 1:
        raise BadInput("Say what has changed: it is kept with the version.", field="change_summary")
    if now.digest == template.digest:
        raise BadInput(f"The text is the same as that of version {now.number - 1}. There is nothing to publish.")
    skeleton_of(now.source)
    rows = TemplateVersion.objects.drafts().filter(pk=now.pk, row_version=row_version)
    if not rows.update(
        change_summary=summary[:LONGEST_SUMMARY], row_version=row_version + 1, published_at=at, published_by=by
    ):
        _refuse_stale(version)
    facts = listed_as_far_as_read(now.source)
    Template.objects.filter(pk=template.pk).update(source=now.source, digest=now.digest, **facts)
    made = _again(version)
    _record(made, "template.published", by=by, at=at, new_sha256=made.digest, change_summary=made.change_summary)
    return made


@transaction.atomic
def discard_draft(*, version: TemplateVersion, row_version: int, by: Membership, at: datetime) -> bool:
    """Remove a draft; return whether its template stays, which needs a published version.

    Raises NotAllowed, WrongState, Stale.
    """
    _refuse_unless_own(version.template, by)
    _record(version, "template.draft_discarded", by=by, at=at, old_sha256=version.digest)
    deleted, _ = TemplateVersion.objects.drafts().filter(pk=version.pk, row_version=row_version).delete()
    if not deleted:
        _refuse_stale(version)
    if version.template.is_published:
        return True
    version.template.delete()
    return False


@transaction.atomic
def retire(*, template: Template, by: Membership, at: datetime) -> None:
    """Take an own template out of use; procedures made from it stay as they are. Raises NotAllowed, WrongState."""
    _refuse_unless_own(template, by)
    if not template.is_published:
        raise WrongState(f"{template} was never published. Discard its draft to remove it.")
    if not Template.objects.filter(pk=template.pk, retired_at=None).update(retired_at=at):
        raise WrongState(f"{template} is out of use already.")
    trail.record(organisation=by.organisation, by=by, action="template.retired", subject=template, at=at)


@transaction.atomic
def restore(*, template: Template, by: Membership, at: datetime) -> None:
    """Take an own template into use again; raises NotAllowed, WrongState."""
    _refuse_unless_own(template, by)
    if not Template.objects.filter(pk=template.pk).exclude(retired_at=None).update(retired_at=None):
        raise WrongState(f"{template} is in use already.")
    trail.record(organisation=by.organisation, by=by, action="template.restored", subject=template, at=at)


def text_of(template: Template) -> str:
    """Return a template's text as published, or that of its draft while nothing is published."""
    source: str = template.source if template.is_published else template.versions.get(published_at=None).source
    return source


FACTS = ("title", "registry", "category", "source_note", "summary", "minutes", "updated")


def listed_as_far_as_read(source: str) -> dict[str, Any]:
    """Return what lists need of a faulty text, by column and cut to what a column holds; {} when unreadable."""
    try:
        parsed, _, _ = frontmatter.examine(source)
    except TemplateError:
        return {}
    facts = {name: getattr(parsed, name) for name in FACTS}
    facts["title"] = parsed.title or "Template without a title"
    facts["updated"] = parsed.updated or date.min
    limits = {name: getattr(Template._meta.get_field(name), "max_length", None) for name in FACTS}
    return {name: fact[: limits[name]] if isinstance(fact, str) else fact for name, fact in facts.items()}


def _refuse_what_no_row_holds(source: str) -> None:
    if len(source.encode("utf-8", "surrogatepass")) > frontmatter.LARGEST:
        raise BadInput(f"A template has at most {frontmatter.LARGEST:,} bytes. Shorten it.", field="text")
    found = _UNSTORABLE.search(source)
    if found:
        line = source.count("\n", 0, found.start()) + 1
        raise BadInput(f"Line {line} holds a character that cannot be stored. Delete it.", field="text")


def _refuse_unless_manager(by: Membership) -> None:
    if not by.is_manager:
        raise NotAllowed(_MANAGERS_ONLY)


def _refuse_foreign(template: Template, by: Membership) -> None:
    if template.organisation_id not in (None, by.organisation_id):
        raise NotAllowed("This template belongs to another organisation.")


def _refuse_unless_own(template: Template, by: Membership) -> None:
    _refuse_unless_manager(by)
    _refuse_foreign(template, by)
    if template.is_built_in:
        raise WrongState(_BUILT_IN)


def _refuse_stale(version: TemplateVersion) -> None:
    now = TemplateVersion.objects.filter(pk=version.pk).select_related("saved_by__user").first()
    if now is None:
        raise WrongState("This draft was discarded in the meantime. Copy what you typed before you leave.")
    if not now.is_draft:
        raise WrongState(f"{now} was published, so its text cannot change. Start the next version to change it.")
    raise Stale(f"{now.saved_by.printed_name if now.saved_by else 'Somebody'} changed this draft in the meantime.")


def _again(version: TemplateVersion) -> TemplateVersion:
    return TemplateVersion.objects.select_related("template", "saved_by__user").get(pk=version.pk)


def _record(version: TemplateVersion, action: str, *, by: Membership, at: datetime, **data: Any) -> None:
    told = {"slug": version.template.slug, **data}
    trail.record(organisation=by.organisation, by=by, action=action, subject=version, at=at, data=told)


def _sha256(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()
