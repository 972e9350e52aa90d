"""Whether each published PDF is sealed as its publication tells, and each certificate is one of this installation."""

from collections.abc import Iterator

from audit import keys, rotating
from audit.models import Entry
from sop_library.actions.renewing import ROTATED
from sop_library.sealing import seal_faults
from sop_library.verifying_facts import Act, Facts


def faults_of_seal(facts: Facts, act: Act, pdf: bytes) -> Iterator[str]:
    """Yield what is wrong with the seal of one stored PDF; one that was published before there were seals has none."""
    wanted = act.data.get("seal_cert_sha256")
    if wanted is not None:
        yield from seal_faults(pdf, str(wanted), facts.certificates)
    elif act.sequence > facts.sealed_since.get(act.organisation, act.sequence):
        yield "it was published without a seal after others had been sealed."


def rotation_faults(_facts: Facts) -> Iterator[str]:
    """Yield a sentence for each change of keys that a trail tells of, when its new key is not here."""
    ours = {key.fingerprint for key in keys.all_keys()} | {rotating.prepared()}
    for number, data in Entry.objects.filter(action=ROTATED).order_by("pk").values_list("sequence", "data"):
        if data.get("new") not in ours:
            yield f"The signing key that audit entry {number} tells of is not among the keys of this installation."
