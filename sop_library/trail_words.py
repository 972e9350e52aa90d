"""The audit trail in words: what each action is called, and what an entry's data says."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from audit.models import Entry

ACTION_WORDS = {
    "sop.started": "Procedure started",
    "sop.landing": "Chosen as the procedure agents land on",
    "draft.text_changed": "Text of the draft changed",
    "draft.template_merged": "Newer version of the template merged",
    "draft.template_put_off": "Newer version of the template put off",
    "draft.template_taken_up": "Newer version of the template taken up again",
    "version.started": "New version started",
    "version.submitted": "Submitted and signed as prepared",
    "version.noted": "Editorial note made and signed as prepared",
    "version.signed": "Signed",
    "version.returned": "Returned to the author",
    "version.published": "Published",
    "version.trained": "Training ended: enough people have signed",
    "version.training_waived": "Put in force before enough people had signed",
    "version.confirmed": "Review confirmed: still right",
    "version.withdrawn": "Withdrawn",
    "comment.made": "Commented",
    "comment.replied": "Replied to a comment",
    "comment.resolved": "Comment resolved",
    "comment.reopened": "Comment opened again",
    "version.understood": "Signed as read and understood",
    "version.escalated": "Late step told to the person whom the route names",
    "version.viewed": "Opened",
    "version.pdf_opened": "PDF opened",
    "version.comparison_opened": "PDF of a comparison opened",
    "file.brought_in": "File brought in",
    "file.choices_saved": "Choices about blanks saved",
    "file.discarded": "File discarded",
    "template.imported": "Template brought in from a file",
    "template.copied": "Template copied",
    "template.started": "Template started",
    "template.draft_started": "Next version of a template started",
    "template.text_changed": "Text of a template changed",
    "template.published": "Template published",
    "template.draft_discarded": "Draft of a template discarded",
    "template.retired": "Template taken out of use",
    "template.restored": "Template in use again",
    "template.exported": "Template taken as a file",
    "templates.exported": "All templates taken as files",
    "value.changed": "Value of the organisation changed",
    "rollout.started": "Change of values started for the procedures it touches",
    "rollout.resumed": "Change of values taken up again",
    "rollout.retried": "Change of values tried again for one procedure",
    "version.route_changed": "Steps or people of the round changed",
    "route.changed": "Route changed",
    "delegation.made": "Somebody named who signs while a person is away",
    "delegation.ended": "Standing in ended",
    "notes.changed": "Editorial notes allowed or switched off",
    "member.added": "Person added",
    "member.changed": "Person changed",
    "member.link_made": "Link to set a password made",
    "member.password_changed": "Password changed",
    "member.suspended": "Person suspended",
    "member.restored": "Person restored",
    "member.locked_out": "Locked out after wrong tries",
    "member.promised": "Signed the statement about electronic signatures",
    "member.codes_set_up": "One-time codes set up",
    "member.codes_removed": "One-time codes removed",
    "member.recovery_codes_made": "New recovery codes made",
    "member.recovery_code_used": "Recovery code used",
    "member.identity_verified": "Identity verified",
    "organisation.created": "Organisation created",
    "organisation.changed": "Organisation changed",
    "organisation.keepers": "Addresses that checkpoints are sent to changed",
    "evidence.exported": "Evidence handed out",
    "trail.exported": "Trail taken as a table",
    "version.missing_exported": "List of people who have not signed taken as a table",
    "key.rotated": "Signing key and seal changed",
}
# What the first part of an action's name stands for, where the word alone would not do.
GROUP_WORDS = {
    "sop": "Procedures",
    "version": "Versions and signatures",
    "draft": "Drafts",
    "file": "Files brought in",
    "template": "Templates",
    "templates": "All templates",
    "value": "Values",
    "rollout": "Changes of values",
    "route": "Route",
    "notes": "Editorial notes",
    "member": "People",
    "organisation": "Organisation",
    "key": "Signing key",
}
# Reading, which adds an entry a day for each person and version: left out of the page unless it is asked for.
OPENED = ("version.viewed", "version.pdf_opened", "version.comparison_opened")
DETAIL_WORDS = {
    "sha256": "File SHA-256",
    "bytes": "Size in bytes",
    "as_text": "Kept as text",
    "inside_sha256": "Archive SHA-256",
    "template_sha256": "Template SHA-256",
    "old_sha256": "Old text SHA-256",
    "new_sha256": "New text SHA-256",
    "page_sha256": "Page SHA-256",
    "pdf_sha256": "PDF SHA-256",
    "seal_cert_sha256": "Seal certificate SHA-256",
    "old_seal": "Seal certificate before",
    "new_seal": "Seal certificate now",
    "pdf_bytes": "PDF size in bytes",
    "void_digest": "Fingerprint that is void",
    "digest": "Fingerprint",
    "signature": "Signature number",
    "sign_off": "Sign-off number",
    "confirmation": "Confirmation number",
    "training_share": "Per cent who sign before it begins",
    "share": "Per cent who must have signed",
    "asked": "People asked",
    "signed": "People who had signed",
    "comment": "Comment number",
    "parent": "Reply to comment number",
    "resolution": "Resolution number",
    "text_sha256": "Comment SHA-256",
    "note_sha256": "Note SHA-256",
    "before": "Words before",
    "after": "Words after",
    "last": "Last step",
    "rollout": "Change of values number",
    "drafts": "Drafts to start",
    "notes_signed": "Editorial notes signed, with fingerprint",
    "waiting": "Procedures that waited",
    "codes_required": "One-time codes required",
    "promise": "Statement number",
    "in_a_row": "Locks in a row",
    "left": "Recovery codes left",
}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{6})?[+-]\d\d:\d\d)?")
# In the subject column already.
_SUBJECT = ("number", "version")


@dataclass(frozen=True, slots=True)
class Detail:
    """One thing that an entry's data says: a value, or an old one and the new one."""

    label: str
    value: str
    old: str = ""
    is_change: bool = False
    is_hash: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as the page shows it."""

    entry: Entry
    action: str
    details: list[Detail]


def lines_of(entries: Iterable[Entry]) -> list[Line]:
    """Return entries in words, in the order given."""
    return [Line(entry, action_words(entry.action), _details(entry.data)) for entry in entries]


def action_words(action: str) -> str:
    """Return what an action is called; its own name with spaces when it has none."""
    return ACTION_WORDS.get(action, action.replace(".", ": ").replace("_", " ").capitalize())


def _details(data: dict[str, Any]) -> list[Detail]:
    found = []
    if "old" in data and "new" in data:
        found = _changes(data)
    rest = {name: value for name, value in data.items() if name not in {"old", "new", *_SUBJECT}}
    if found and "name" in rest and len(found) == 1:
        del rest["name"]
    return [*found, *(_detail(name, value) for name, value in rest.items() if value not in ("", None, []))]


def _changes(data: dict[str, Any]) -> list[Detail]:
    """Return what was changed: field by field when both sides are mappings, else as one value."""
    old, new = data["old"], data["new"]
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return [Detail(str(data.get("name", "Value")), _shown(new), _shown(old), is_change=True)]
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return [Detail(_label(name), _shown(new.get(name)), _shown(old.get(name)), is_change=True) for name in names]


def _detail(name: str, value: Any) -> Detail:
    text = _shown(value)
    is_hash = len(text) == 64 and set(text) <= set("0123456789abcdef")
    return Detail(_label(name), text, is_hash=is_hash)


def _label(name: str) -> str:
    return DETAIL_WORDS.get(name, name.replace("_", " ").capitalize())


def _shown(value: Any) -> str:
    """Return a value for people: lists by comma, mappings as "name: value", yes and no, a dash for none."""
    match value:
        case None | "":
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case list():
            separator = "; " if any(isinstance(item, list | dict) for item in value) else ", "
            return separator.join(_shown(item) for item in value) or "nothing"
        case dict():
            return ", ".join(f"{_label(str(name)).lower()} {_shown(item)}" for name, item in value.items())
    return _dated(str(value))


def _dated(text: str) -> str:
    """Return a moment or day of the data as people read it, other text as it is."""
    if not _MOMENT.fullmatch(text):
        return text
    try:
        if "T" in text:
            return f"{datetime.fromisoformat(text).astimezone(UTC):%-d %b %Y %H:%M:%S} UTC"
        return f"{date.fromisoformat(text):%-d %b %Y}"
    except (ValueError, OverflowError):
        return text
