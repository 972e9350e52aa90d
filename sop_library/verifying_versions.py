"""Whether texts, versions and publications are what was frozen, signed and published."""

from collections import defaultdict
from collections.abc import Iterator

from django.db.models import F

from sop_library import storage
from sop_library.domain import evidence
from sop_library.domain.lifecycle import Status
from sop_library.domain.signature import Meaning, frozen_digest, sha256
from sop_library.models import SOP, Approval, FrozenText, Publication, Version
from sop_library.verifying_dates import first_day_faults
from sop_library.verifying_facts import Act, Facts
from sop_library.verifying_seals import faults_of_seal

_COPIED = ("round", "title", "source")
# What a version must have been signed as; whether a note has the right to so little, `verifying_notes` asks.
ROUTED, NOTED = (Meaning.PREPARED, Meaning.APPROVED), (Meaning.PREPARED,)
_ISSUED = {Status.PUBLISHED, Status.WITHDRAWN}


def text_faults(facts: Facts) -> Iterator[str]:
    """Yield a sentence for each frozen text that was changed, and for each version that no longer matches its own."""
    for row in FrozenText.objects.order_by("pk").iterator(chunk_size=50):
        version = facts.versions.get(row.version_id)
        if version is None:
            yield f"A frozen text of {row.number}, “{row.title}”, belongs to a version that is gone."
        elif row.digest != _digest_of(row, version):
            yield f"{_round(facts, version, row.round)}: the frozen text was changed."
        elif row.organisation_id != version.organisation_id:
            yield f"{_round(facts, version, row.round)}: the frozen text belongs to another organisation."
        elif not 0 < row.round <= version.round:
            yield f"{facts.name(version)}: there is a frozen text of round {row.round}, which never was."
    for act in (act for acts in facts.signed.values() for act in acts if "digest" in act.data):
        yield from _unlike_recorded(facts, act)
    same = Version.objects.filter(**{f"frozen_texts__{column}": F(column) for column in _COPIED})
    as_frozen = set(same.values_list("pk", flat=True))
    for version in facts.versions.values():
        yield from _version_and_text(facts, version, as_frozen)


def _digest_of(row: FrozenText, version: Version) -> str:
    try:
        return frozen_digest(
            sop=version.sop.number,
            number=row.number,
            title=row.title,
            source=row.source,
            values=row.values,
            body=row.body,
            terms=row.terms,
        )
    except (TypeError, ValueError):  # values that no answer can have, such as a float
        return ""


def _unlike_recorded(facts: Facts, act: Act) -> Iterator[str]:
    """Yield a sentence when the digest that was recorded at submit is not the one that is stored now."""
    version = facts.versions.get(int(act.version)) if act.version.isdecimal() else None
    frozen = facts.frozen.get((version.pk, act.data.get("round", 0))) if version else None
    if version and frozen and frozen.digest != act.data["digest"]:
        where = _round(facts, version, act.data["round"])
        yield f"{where}: the frozen text is not the one that audit entry {act.sequence} recorded."


def _version_and_text(facts: Facts, version: Version, as_frozen: set[int]) -> Iterator[str]:
    name = facts.name(version)
    for turn in range(1, version.round + 1):
        if (version.pk, turn) not in facts.frozen:
            yield f"{_round(facts, version, turn)}: the frozen text is missing."
    if not version.round and not version.is_draft:
        yield f"{name}: it was never submitted, yet it is {version.status.replace('_', ' ')}."
    frozen = facts.frozen.get((version.pk, version.round))
    if version.is_draft or frozen is None:
        return
    if version.digest != frozen.digest:
        yield f"{name}: its digest is not that of its frozen text."
    if version.number != frozen.number or version.pk not in as_frozen:
        yield f"{name}: number, title or text differ from what was frozen."


def version_faults(facts: Facts) -> Iterator[str]:
    """Yield a sentence for each version that the trail does not know, that lacks a signature, or clashes in time."""
    of_sop: dict[int, list[Version]] = defaultdict(list)
    steps: dict[tuple[int, int], list[evidence.SignedStep]] = defaultdict(list)
    for step in Approval.objects.order_by("position").whole().iterator(chunk_size=500):
        steps[step.version_id, step.round].append(_as_rule(facts, step))
    for version in facts.versions.values():
        of_sop[version.sop_id].append(version)
        name = facts.name(version)
        if len(facts.started.get(version.pk, [])) != 1:
            yield f"{name}: the audit trail does not tell of its making."
        if version.organisation_id != version.sop.organisation_id:
            yield f"{name}: it belongs to another organisation than its SOP."
        if version.status in {Status.APPROVED, *_ISSUED}:
            rows = steps[version.pk, version.round]
            yield from (f"{name}: {fault}" for fault in _signing_faults(facts, version, rows))
    for sop in SOP.objects.select_related("organisation").order_by("pk"):
        yield from (f"{sop.number}{facts.whose(sop)}: {fault}" for fault in _series_faults(of_sop.get(sop.pk, [])))


def _signing_faults(facts: Facts, version: Version, steps: list[evidence.SignedStep]) -> Iterator[str]:
    acts = facts.published.get(version.pk, [])
    yield from evidence.signing_faults(
        steps,
        published=acts[0].sequence if acts else None,
        meanings=NOTED if version.is_note else ROUTED,
        one_step_each=version.one_step_each,
    )


def _as_rule(facts: Facts, step: Approval) -> evidence.SignedStep:
    acts = [facts.signed.get(signature.pk, []) for signature in step.signed]
    return evidence.SignedStep(step.rule, tuple(found[0].sequence if found else None for found in acts))


def _series_faults(versions: list[Version]) -> Iterator[str]:
    """Yield what is wrong with the versions of one SOP taken together."""
    if not versions:
        yield "it has no version."
    yield from evidence.numbering_faults(version.number for version in versions)
    ranges = [
        evidence.InForce(version.number, version.in_force_from, version.in_force_until)
        for version in versions
        if version.in_force_from is not None
    ]
    yield from evidence.overlaps(ranges)


def publication_faults(facts: Facts) -> Iterator[str]:
    """Yield a sentence for each page, stored PDF and date that is not what was published, or is missing."""
    found: set[int] = set()
    for row in Publication.objects.select_related("published_by").order_by("pk").iterator(chunk_size=50):
        version = facts.versions.get(row.version_id)
        if version is None:
            yield f"A publication of {row.published_at:%Y-%m-%d} belongs to a version that is gone."
            continue
        found.add(version.pk)
        yield from (f"{facts.name(version)}: {fault}" for fault in _publication(facts, version, row))
    for version in facts.versions.values():
        name = facts.name(version)
        if version.status in _ISSUED and version.pk not in found:
            yield f"{name}: what was published is missing."
        if (version.status == Status.WITHDRAWN) != bool(facts.withdrawn.get(version.pk)):
            yield f"{name}: its withdrawal and the audit trail do not agree."
    for key, acts in facts.published.items():
        if key not in found and (key not in facts.versions or facts.versions[key].status not in _ISSUED):
            yield f"{facts.name_of_key(key)}: what audit entry {acts[0].sequence} published is missing."


def _publication(facts: Facts, version: Version, row: Publication) -> Iterator[str]:
    if version.status not in _ISSUED:
        yield f"it was published, yet it is {version.status.replace('_', ' ')}."
    if sha256(row.page) != row.page_sha256:
        yield "the page differs from what was published."
    acts = facts.published.get(version.pk, [])
    yield from _stored_pdf(facts, row, acts)
    if len(acts) != 1:
        yield "the audit trail does not tell of its publishing." if not acts else "it was published twice."
        return
    recorded = acts[0].data
    for column, words in (("page_sha256", "page"), ("pdf_sha256", "PDF"), ("pdf_bytes", "size of the PDF")):
        if recorded.get(column) != getattr(row, column):
            yield f"the {words} is not the one that audit entry {acts[0].sequence} recorded."
    if row.published_by.user_id != acts[0].user:
        yield f"it was published by somebody else than audit entry {acts[0].sequence} recorded."
    if recorded.get("digest") != version.digest:
        yield f"its text is not the one that audit entry {acts[0].sequence} recorded."
    yield from first_day_faults(facts, version, acts[0])


def _stored_pdf(facts: Facts, row: Publication, acts: list[Act]) -> Iterator[str]:
    try:
        content = storage.get(row.pdf_sha256)
    except FileNotFoundError:
        yield "the stored PDF is missing."
    except (OSError, ValueError) as error:
        yield f"the stored PDF cannot be read ({error})."
    else:
        if sha256(content) != row.pdf_sha256:
            yield "the stored PDF differs from what was published."
            return
        for act in acts:
            yield from faults_of_seal(facts, act, content)


def _round(facts: Facts, version: Version, turn: int) -> str:
    frozen = facts.frozen.get((version.pk, turn))
    name = facts.name(version, frozen.number if frozen else None)
    return f"{name}, round {turn}" if version.round > 1 else name
