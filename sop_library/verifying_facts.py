"""What `sop_verify` reads once and compares everything with: versions, frozen digests, what the trail says of them."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from audit import seals
from audit.models import Entry
from sop_library.domain.numbering import Number, parse
from sop_library.models import SOP, FrozenText, Version

SIGNED = ("version.submitted", "version.noted", "version.signed")
UNDERSTOOD = "version.understood"
PUBLISHED = "version.published"
WITHDRAWN = "version.withdrawn"
TRAINED = "version.trained"
BEGUN = (TRAINED, "version.training_waived")
CONFIRMED = "version.confirmed"
STARTED = ("sop.started", "version.started")


@dataclass(frozen=True, slots=True)
class Act:
    """One audit entry, as far as evidence needs it: its place in the chain, what was done to which version by whom."""

    sequence: int
    action: str
    organisation: int
    version: str
    user: int | None
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Frozen:
    """What one round froze: the number the version had then, and the digest its signatures cover."""

    number: Number | None
    digest: str


@dataclass
class Facts:
    """Every version by its key, every round's frozen digest, and the acts that left evidence, by what they made."""

    versions: dict[int, Version] = field(default_factory=dict)
    frozen: dict[tuple[int, int], Frozen] = field(default_factory=dict)
    shared_numbers: frozenset[str] = frozenset()
    signed: dict[int, list[Act]] = field(default_factory=lambda: defaultdict(list))
    understood: dict[int, list[Act]] = field(default_factory=lambda: defaultdict(list))
    published: dict[int, list[Act]] = field(default_factory=lambda: defaultdict(list))
    withdrawn: dict[int, list[Act]] = field(default_factory=lambda: defaultdict(list))
    begun: dict[int, list[Act]] = field(default_factory=lambda: defaultdict(list))
    confirmed: dict[int, list[Act]] = field(default_factory=lambda: defaultdict(list))
    started: dict[int, list[Act]] = field(default_factory=lambda: defaultdict(list))
    certificates: dict[str, bytes] = field(default_factory=dict)
    # By organisation: the place in its trail of the first publication with a seal.
    sealed_since: dict[int, int] = field(default_factory=dict)

    def name(self, version: Version, number: Number | None = None) -> str:
        """Return what a fault calls a version; the organisation is named when another one uses the same SOP number."""
        return f"{version.sop.number} version {number or version.number}{self.whose(version.sop)}"

    def whose(self, sop: SOP) -> str:
        """Return " of Northwind" when another organisation has an SOP of the same number, else ""."""
        return f" of {sop.organisation.name}" if sop.number in self.shared_numbers else ""

    def name_of_key(self, key: object) -> str:
        """Return the name of the version with this key, or words for one that is gone."""
        found = self.versions.get(whole(key))
        return self.name(found) if found else f"Version {key}, which is gone"


def whole(value: object) -> int:
    """Return a key as the number it should be; -1, which no row has, for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() else -1


def gather() -> Facts:
    """Return the facts of the whole installation in four queries, with the seal certificates from its keys."""
    counted = Counter(SOP.objects.values_list("number", flat=True))
    facts = Facts(shared_numbers=frozenset(number for number, times in counted.items() if times > 1))
    rows = Version.objects.light().select_related("sop__organisation", "organisation")
    facts.versions = {row.pk: row for row in rows.iterator(chunk_size=500)}
    for version, turn, number, digest in FrozenText.objects.values_list("version_id", "round", "number", "digest"):
        facts.frozen[version, turn] = Frozen(parse(number), digest)
    facts.certificates = seals.known()
    for act in _acts():
        _file(facts, act)
    return facts


def _acts() -> Iterable[Act]:
    actions = (*SIGNED, UNDERSTOOD, CONFIRMED, PUBLISHED, *BEGUN, WITHDRAWN, *STARTED)
    rows = Entry.objects.filter(action__in=actions).order_by("organisation_id", "sequence")
    columns = ("sequence", "action", "organisation_id", "subject_id", "person_id", "data")
    for sequence, action, organisation, subject, user, data in rows.values_list(*columns).iterator(chunk_size=1000):
        yield Act(sequence, action, organisation, subject, user, data if isinstance(data, dict) else {})


def _file(facts: Facts, act: Act) -> None:
    if act.action in SIGNED:
        facts.signed[whole(act.data.get("signature"))].append(act)
    elif act.action == UNDERSTOOD:
        facts.understood[whole(act.data.get("sign_off"))].append(act)
    elif act.action == CONFIRMED:
        facts.confirmed[whole(act.data.get("confirmation"))].append(act)
    else:
        if "seal_cert_sha256" in act.data:
            facts.sealed_since.setdefault(act.organisation, act.sequence)
        shelves = {PUBLISHED: facts.published, WITHDRAWN: facts.withdrawn, **dict.fromkeys(BEGUN, facts.begun)}
        shelf = shelves.get(act.action, facts.started)
        shelf[whole(act.version)].append(act)
