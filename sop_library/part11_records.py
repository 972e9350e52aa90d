"""The checks of `part11` that look at the records: trail, versions, signatures, people; of one organisation or all."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from html import escape
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import PROTECT, QuerySet
from django.utils import timezone

from accounts.domain.text import folded_email
from accounts.models import IdentityCheck, Membership, Organisation, Promise, User
from audit.models import Entry
from sop_library import storage, verifying
from sop_library.domain.compliance import Act, Answer, Result, authority_faults, judged, order_faults
from sop_library.models import FrozenText, Publication, Signature, SignOff, Version
from sop_library.reviews import review_of
from sop_library.trail_words import ACTION_WORDS
from templates_app.models import ImportedFile, Pack

Home = Organisation | None
BACKUPS = ("backup.made", "backup.restored")
WITH_REASON = ("version.returned", "version.withdrawn", "version.training_waived")
OWN_PACK = "running-sopsite"


def _of(rows: QuerySet[Any], home: Home) -> QuerySet[Any]:
    return rows.filter(organisation=home) if home else rows


def _acts(home: Home, *, start: str = "") -> list[Act]:
    rows = _of(Entry.objects.filter(action__startswith=start), home).order_by("organisation_id", "sequence")
    columns = ("sequence", "action", "subject_id", "person_id", "data")
    return [Act(*row) for row in rows.values_list(*columns)]


def nothing_was_altered(home: Home) -> Answer:
    """Return whether `sop_verify` finds no fault in the installation; an organisation is told of none but its own."""
    found = list(verifying.faults())
    if home and found:
        return Answer(Result.NOT_MET, "There are faults. Whoever runs the server sees each with sop_verify.")
    return judged(found, "sop_verify read trail, texts, signatures, pages, PDFs and seals again and found no fault.")


def copies_are_complete(home: Home) -> Answer:
    """Return whether each published PDF can be handed out, and the program that checks a bundle too."""
    rows = _of(Publication.objects.select_related("version__sop").defer("page"), home)
    wrong = [f"{row.version}: its PDF is missing." for row in rows if not storage.path_of(row.pdf_sha256).is_file()]
    if not (settings.ROOT / "tools" / "sopverify.py").is_file():
        wrong.append("The program sopverify.py, which each bundle carries, is missing.")
    return judged(wrong, f"{len(rows)} published PDFs can be read; each bundle holds PDF, JSON, CSV and checksums.")


def nothing_signed_can_be_deleted(home: Home) -> Answer:
    """Return whether every table of evidence keeps what it refers to. How long is the organisation's rule."""
    evidence = [model for model in apps.get_models() if getattr(model, "append_only", False)]
    wrong = [
        f"Deleting what the column “{field.name}” names would change {model._meta.verbose_name_plural}."
        for model in evidence
        for field in model._meta.get_fields()
        if field.many_to_one and field.remote_field.on_delete is not PROTECT  # type: ignore[union-attr]
    ]
    return judged(
        wrong, f"{len(evidence)} tables of evidence protect what they refer to; nothing signed is ever deleted."
    )


def order_was_kept(home: Home) -> Answer:
    """Return whether the acts on record follow the lifecycle and lead to where each version is."""
    versions = _of(Version.objects.all(), home)
    present = {str(key): status for key, status in versions.values_list("pk", "status")}
    acts = _acts(home, start="version.")
    return judged(
        list(order_faults(acts, present)), f"{len(acts)} acts on {len(present)} versions follow the lifecycle."
    )


def authority_was_held(home: Home) -> Answer:
    """Return whether whoever acted on a version held a role for it then, by the trail's own account of roles."""
    users = {str(key): user for key, user in _of(Membership.objects.all(), home).values_list("pk", "user_id")}
    acts, wrong = 0, list[str]()
    for each in [home] if home else Organisation.objects.order_by("pk"):
        own = _acts(each)
        acts += len(own)
        wrong += authority_faults(own, users)
    return judged(wrong, f"{acts} entries: whoever acted on a version held a role for it at that moment.")


def sources_are_known(home: Home) -> Answer:
    """Return whether each file that was brought in has its name, digest and person on record."""
    rows = list(_of(ImportedFile.objects.defer("lines"), home))
    wrong = [
        f"“{row.file_name}” has no digest on record." for row in rows if len(row.sha256) != 64 or not row.file_name
    ]
    return judged(wrong, f"{len(rows)} files brought in, each with name, digest and person.")


def signers_are_accountable(home: Home) -> Answer:
    """Return whether everybody who signed has signed the statement about electronic signatures first."""
    promised = set(_of(Promise.objects.all(), home).values_list("person_id", flat=True))
    wrong = [f"{name} signed without the statement." for key, name in _signers(home).items() if key not in promised]
    return judged(wrong, f"{len(promised)} people have signed the statement, all who sign among them.")


def _signers(home: Home) -> dict[int, str]:
    found: dict[int, str] = {}
    for model in (Signature, SignOff):
        rows: QuerySet[Any] = model.objects.all()
        found.update(_of(rows, home).values_list("person_id", "printed_name"))
    return found


def own_documents_are_controlled(home: Home) -> Answer:
    """Return whether the procedures for running the system ship in it, and are published here."""
    pack = Pack.objects.filter(slug=OWN_PACK).first()
    if pack is None:
        return Answer(Result.NOT_MET, "The pack of procedures for running the system is not in the library.")
    in_force = _of(Version.objects.in_force(timezone.now()), home)
    there = set(in_force.values_list("sop__template_id", flat=True))
    waiting = [template.title for template in pack.templates.all() if template.pk not in there]
    told = [f"Adopt and publish from the pack “{pack.title}”: {', '.join(waiting)}."] if waiting else []
    return judged(told, f"All procedures of the pack “{pack.title}” are in force.", Result.BY_PROCEDURE)


def signatures_are_shown(home: Home) -> Answer:
    """Return whether each signature has name, time and meaning, and the published page shows them."""
    rows = _of(Signature.objects.select_related("version__sop", "approval"), home)
    wrong = [f"{row.version}: a signature lacks a part." for row in rows if not (row.printed_name and row.statement)]
    by_round: dict[tuple[int, int], list[Signature]] = defaultdict(list)
    for row in rows:
        by_round[row.version_id, row.approval.round].append(row)
    pages = 0
    for page in _of(Publication.objects.select_related("version__sop"), home).iterator(chunk_size=50):
        pages += 1
        wrong += [
            f"{page.version}: its page does not show the signature of {row.printed_name}."
            for row in by_round[page.version_id, page.version.round]
            if escape(row.printed_name, quote=False) not in page.page
            or escape(row.statement, quote=False) not in page.page
        ]
    return judged(
        wrong, f"{len(rows)} signatures, each with printed name, time and meaning; {pages} pages show theirs."
    )


def signatures_belong_to_their_text(home: Home) -> Answer:
    """Return whether each signature covers the digest of the text that stands in its own step's round."""
    rows = _of(Signature.objects.select_related("version__sop", "approval"), home)
    frozen = {(text.version_id, text.round): text.digest for text in _of(FrozenText.objects.only(*_TEXT), home)}
    wrong = [
        f"{row.version}: the signature of {row.printed_name} covers another text."
        for row in rows
        if frozen.get((row.approval.version_id, row.approval.round)) != row.digest
    ]
    return judged(wrong, f"{len(rows)} signatures, each over the digest of its own frozen text.")


_TEXT = ("version_id", "round", "digest")


def accounts_are_one_person_s(home: Home) -> Answer:
    """Return whether no two accounts share an address and no signature names an account of somebody else's name."""
    emails = set(
        User.objects.filter(**({"memberships__organisation": home} if home else {})).values_list("email", flat=True)
    )
    counted = Counter(map(folded_email, emails))
    shared = {email for email in emails if counted[folded_email(email)] > 1}
    wrong = [f"{email} is used by two accounts." for email in sorted(shared)]
    if wrong:
        return judged(wrong, "")
    checked = set(_of(IdentityCheck.objects.all(), home).values_list("person_id", flat=True))
    names = [
        f"{name}: record how you verified who this is." for key, name in _signers(home).items() if key not in checked
    ]
    return judged(names, "One account a person; the identity of everybody who signed is verified.", Result.BY_PROCEDURE)


def nobody_signs_for_another(home: Home) -> Answer:
    """Return whether each signing on record was done from the signer's own account."""
    told = _of(Entry.objects.filter(action__in=("version.submitted", "version.noted", "version.signed")), home)
    by = {data.get("signature"): person for data, person in told.values_list("data", "person_id")}
    rows = _of(Signature.objects.select_related("person"), home)
    wrong = [
        f"The signature of {row.printed_name} was not made from their own account."
        for row in rows
        if by.get(row.pk) != row.person.user_id
    ]
    return judged(wrong, f"{len(rows)} signatures, each made from the signer's own account.")


def backups_are_on_record(home: Home) -> Answer:
    """Return whether a backup and a restore test are on record."""
    told = set(_of(Entry.objects.filter(action__in=BACKUPS), home).values_list("action", flat=True))
    words = {"backup.made": "No backup is on record.", "backup.restored": "No restore test is on record."}
    return judged(
        [words[action] for action in BACKUPS if action not in told], "A backup and a restore test are on record."
    )


def changes_have_reasons(home: Home) -> Answer:
    """Return whether each act that the lifecycle wants a reason for has one on record."""
    rows = _of(Entry.objects.filter(action__in=WITH_REASON), home)
    wrong = [f"Entry {row.sequence} ({row.action}) has no reason." for row in rows if not row.data.get("reason")]
    return judged(wrong, f"{len(rows)} acts that need a reason have one.")


def entries_say_who_and_what(home: Home) -> Answer:
    """Return whether each entry of the trail names who did it and is an act that people can read in words."""
    rows = _of(Entry.objects.all(), home).values_list("sequence", "person_name", "action")
    wrong = [f"Entry {number} names nobody." for number, name, _ in rows if not name.strip()]
    known = {*ACTION_WORDS, *BACKUPS}
    wrong += [f"Entry {number} ({action}) has no words." for number, _, action in rows if action not in known]
    return judged(wrong, f"{len(rows)} entries, each with who, what and when.")


def documents_are_identified(home: Home) -> Answer:
    """Return whether each procedure in force has number, title, author, review date and a digest that was approved."""
    rows = list(_in_force(home))
    wrong = [
        f"{row}: it lacks title, author, review date or digest."
        for row in rows
        if not (row.title and row.author_id and row.review_on and row.digest and row.sop.number)
    ]
    return judged(wrong, f"{len(rows)} procedures in force, each with number, title, author, review date and digest.")


def _in_force(home: Home) -> Iterable[Version]:
    rows = Version.objects.in_force(timezone.now()).light().with_review()
    return _of(rows.select_related("sop__owner__user", "author__user", "organisation"), home)


def documents_are_controlled(home: Home) -> Answer:
    """Return whether one version of each procedure is in force, with its page, and no review is overdue."""
    rows, now = list(_in_force(home)), timezone.now()
    pages = set(_of(Publication.objects.all(), home).values_list("version_id", flat=True))
    sops = Counter(row.sop_id for row in rows)
    wrong = [f"{row.sop.number} has two versions in force." for row in rows if sops[row.sop_id] > 1]
    wrong += [f"{row}: its page is missing." for row in rows if row.pk not in pages]
    wrong += [f"{row}: its review was due." for row in rows if review_of(row, now).is_overdue]
    return judged(wrong, f"{len(rows)} procedures in force, one version each, readable, with their review ahead.")


def procedures_have_owners(home: Home) -> Answer:
    """Return whether procedures are in force and each has an owner who still has access."""
    rows = list(_in_force(home))
    wrong = [f"{row.sop.number}: its owner no longer has access." for row in rows if row.sop.owner.is_suspended]
    if not rows:
        return Answer(Result.BY_PROCEDURE, "No procedure is in force yet. Publish the ones you work by.")
    return judged(wrong, f"{len(rows)} procedures in force, each with an owner who has access.")
