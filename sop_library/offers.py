"""An SOP's record as its page shows it: each version with its signatures, and the acts that a member may do next."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import reverse

from accounts.models import Membership
from audit.models import Entry
from sop_library.domain.lifecycle import Phase, Status, Verb, verbs_for
from sop_library.models import Confirmation, Signature, Version


@dataclass(frozen=True, slots=True)
class Button:
    """A link to the page where something is done; `look` is the class of the button: "" or "secondary"."""

    label: str
    url: str
    look: str = ""


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version in an SOP's record: its place in time, the signatures that count, those that are void, its acts.

    `sealed_by` is the fingerprint of the certificate that its PDF is sealed with, "" for none.
    """

    version: Version
    phase: Phase
    signatures: list[Signature]
    void: list[Signature]
    withdraw_url: str
    sealed_by: str
    confirmations: list[Confirmation]

    @property
    def is_issued(self) -> bool:
        """Whether readers have met it."""
        return self.version.status in {Status.PUBLISHED, Status.WITHDRAWN}


def version_rows(versions: Iterable[Version], member: Membership, at: datetime) -> list[VersionRow]:
    """Return the rows of versions, in the order given; signatures of earlier rounds, and all of a draft, are void."""
    versions = list(versions)
    rows = Signature.objects.visible_to(member).filter(version__in=versions).select_related("approval")
    confirmed = Confirmation.objects.visible_to(member).filter(version__in=versions)
    signed: dict[int, list[Signature]] = {version.pk: [] for version in versions}
    for row in rows:
        signed[row.version_id].append(row)
    still_right: dict[int, list[Confirmation]] = {version.pk: [] for version in versions}
    for confirmation in confirmed:
        still_right[confirmation.version_id].append(confirmation)
    seals = _seals(versions, member)
    found = (_row(version, signed[version.pk], seals, member, at) for version in versions)
    return [replace(row, confirmations=still_right[row.version.pk]) for row in found]


def _seals(versions: list[Version], member: Membership) -> dict[str, str]:
    """Return the fingerprint of the certificate that each sealed version's PDF is sealed with."""
    keys = [str(version.pk) for version in versions]
    told = Entry.objects.visible_to(member).filter(action="version.published", subject_kind="version")
    rows = told.filter(subject_id__in=keys).values_list("subject_id", "data")
    return {key: data.get("seal_cert_sha256", "") for key, data in rows}


def _row(
    version: Version, signatures: list[Signature], seals: dict[str, str], member: Membership, at: datetime
) -> VersionRow:
    valid = [row for row in signatures if row.approval.round == version.round and not version.is_draft]
    phase = version.phase_at(at)
    may_withdraw = Verb.WITHDRAW in verbs_for(Status(version.status), member.roles) and phase is not Phase.SUPERSEDED
    return VersionRow(
        version=version,
        phase=phase,
        signatures=valid,
        void=[row for row in signatures if row not in valid],
        withdraw_url=_withdraw_url(version) if may_withdraw else "",
        sealed_by=seals.get(str(version.pk), ""),
        confirmations=[],
    )


def buttons_for(version: Version, member: Membership, *, is_next: bool) -> list[Button]:
    """Return what a member may do with a version that is being worked on, the likely act first.

    `is_next` says whether the step that waits is theirs to sign.
    """
    verbs = verbs_for(Status(version.status), member.roles)
    found = []
    if Verb.SUBMIT in verbs:
        found.append(Button("Fill in the draft", _url("fill", version)))
        found.append(Button("Check and submit", _url("check", version)))
    if Verb.PUBLISH in verbs:
        found.append(Button("Publish", _url("publish", version)))
    if not version.is_draft:
        found.append(Button("Read and sign" if is_next else "Read it", _url("review", version)))
    if Verb.RETURN in verbs:
        found.append(Button("Return to the author", _url("return", version)))
    return [Button(button.label, button.url, _look(place, button)) for place, button in enumerate(found)]


def _look(place: int, button: Button) -> str:
    return "" if place == 0 and button.label != "Read it" else "secondary"


def _place(version: Version) -> dict[str, str]:
    return {"organisation": version.organisation.slug, "number": version.sop.number}


def _url(name: str, version: Version) -> str:
    return reverse(name, kwargs=_place(version))


def _withdraw_url(version: Version) -> str:
    return reverse("withdraw", kwargs={**_place(version), "version": version.number})
