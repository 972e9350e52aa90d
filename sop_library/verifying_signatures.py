"""Whether every signature and sign-off is whole, in its own place, and known to the audit trail, and none is gone."""

from collections.abc import Iterator

from sop_library.actions.signing import subject_of
from sop_library.domain.numbering import Number
from sop_library.domain.signature import Meaning, seal
from sop_library.models import Signature, SignOff, Version
from sop_library.models.evidence import Signed
from sop_library.verifying_facts import Act, Facts, Frozen


def signature_faults(facts: Facts) -> Iterator[str]:
    """Yield one sentence for each signature that is not what was signed, and for each that is gone."""
    rows = Signature.objects.select_related("approval", "person").prefetch_related("approval__people")
    for row in rows.order_by("pk").iterator(chunk_size=500):
        version = facts.versions.get(row.version_id)
        if version is None:
            yield f"A signature of {row.printed_name} belongs to a version that is gone."
            continue
        frozen = facts.frozen.get((row.approval.version_id, row.approval.round))
        fault = _misplaced(row, version) or broken(row, version, frozen, facts.signed.pop(row.pk, []))
        fault = fault or _unlike_step(row)
        if fault:
            number = frozen.number if frozen else None
            yield f"{facts.name(version, number)}: the signature “{_title(row)}” of {row.printed_name} {fault}."
    for acts in facts.signed.values():
        for act in acts:
            yield f"{facts.name_of_key(act.version)}: the signature that audit entry {act.sequence} tells of is gone."


def sign_off_faults(facts: Facts) -> Iterator[str]:
    """Yield one sentence for each sign-off that is not what was signed, and for each that is gone."""
    rows = SignOff.objects.select_related("person")
    for row in rows.order_by("pk").iterator(chunk_size=500):
        version = facts.versions.get(row.version_id)
        if version is None:
            yield f"A sign-off of {row.printed_name} belongs to a version that is gone."
            continue
        frozen = facts.frozen.get((version.pk, version.round))
        fault = broken(row, version, frozen, facts.understood.pop(row.pk, []))
        if not fault and not facts.published.get(version.pk):
            fault = "is on a version that was never published"
        if fault:
            yield f"{facts.name(version)}: the sign-off of {row.printed_name} {fault}."
    for acts in facts.understood.values():
        for act in acts:
            yield f"{facts.name_of_key(act.version)}: the sign-off that audit entry {act.sequence} tells of is gone."


def _misplaced(row: Signature, version: Version) -> str:
    """Return what is wrong with the step that a signature stands in, or ""."""
    step = row.approval
    if step.version_id != version.pk:
        return "stands in a step of another version"
    if step.meaning != row.meaning:
        return f"stands in the step “{step.meaning}”"
    named = {each.person_id for each in step.people.all()}
    if named and (row.stood_in_for_id or row.person_id) not in named:
        return "stands in a step that waited for somebody else"
    if row.stood_in_for_id == row.person_id:
        return "stands in for the one who signed it"
    return ""


def _unlike_step(row: Signature) -> str:
    """Return that a signature says something else than the step it stands in, or ""."""
    same = row.statement == row.approval.statement and row.own_title in {"", row.approval.title}
    return "" if same else "says something else than its step"


def broken(row: Signed, version: Version, frozen: Frozen | None, acts: list[Act]) -> str:
    """Return the first thing wrong with a signature of any meaning, or "": text covered, own parts, audit entry."""
    if frozen is None:
        return "covers a text that is gone"
    if row.digest != frozen.digest:
        return "covers another text: it was moved here, or the text was changed"
    if row.seal != _seal_of(row, version, frozen.number):
        return "was changed after it was signed"
    if not row.organisation_id == version.organisation_id == row.person.organisation_id:
        return "crosses organisations"
    if len(acts) != 1:
        return "has no entry in the audit trail" if not acts else f"has {len(acts)} entries in the audit trail"
    return _unlike(row, version, acts[0])


def _unlike(row: Signed, version: Version, act: Act) -> str:
    """Return "" when the audit entry tells of this very signature, else what it says otherwise."""
    same = (
        act.organisation == row.organisation_id
        and act.version == str(version.pk)
        and act.user == row.person.user_id
        and act.data.get("seal") == row.seal
    )
    return "" if same else f"differs from what audit entry {act.sequence} recorded"


def _seal_of(row: Signed, version: Version, number: Number | None) -> str:
    """Return the seal of the row's parts now; the version is named by the number it had when it was signed."""
    number = number or version.number
    as_signed = Version(organisation=version.organisation, sop=version.sop, major=number.major, minor=number.minor)
    return seal(
        subject=subject_of(as_signed),
        digest=row.digest,
        person=row.person_id,
        printed_name=row.printed_name,
        role=row.role,
        meaning=row.meaning,
        statement=row.statement,
        at=row.signed_at,
        **row.beyond,
    )


def _title(row: Signature) -> str:
    known = {meaning.value for meaning in Meaning}
    return row.title.lower() if row.meaning in known else row.meaning
