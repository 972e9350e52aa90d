"""Verifying a long trail: chain, Merkle tree and checkpoints, against bare SHA-256 over the same bytes."""

import hashlib
import time
from datetime import timedelta

import rfc8785
from django.utils import timezone

from accounts.models import Organisation
from audit import checkpoints, verifying
from audit.domain import merkle
from audit.domain.chain import GENESIS, PREFIX, entry_hash
from audit.models import Entry, Head

EVENTS = 200_000
EVERY = 2_000


def long_trail() -> Organisation:
    """Return an organisation with a trail of 200,000 events and a checkpoint every 2,000."""
    home = Organisation.objects.create(slug="long", name="Long")
    at, previous, frontier = timezone.now() - timedelta(days=900), GENESIS, []  # type: ignore[var-annotated]
    for start in range(0, EVENTS, EVERY):
        rows = []
        for number in range(start + 1, start + EVERY + 1):
            row = Entry(
                organisation=home, sequence=number, at=at + timedelta(minutes=number), person_name="Ana Silva",
                action="version.understood", subject_kind="version", subject_id=str(number % 500),
                subject="SOP-CS-001 version 1.0", previous=previous,
                data={"number": "SOP-CS-001", "version": "1.0", "sign_off": number, "digest": "ab" * 32},
            )  # fmt: skip
            row.hash = previous = entry_hash(row.event)
            frontier = merkle.grown(frontier, number - 1, bytes.fromhex(row.hash))
            rows.append(row)
        Entry.objects.bulk_create(rows)
        told = {"sequence": start + EVERY, "hash": previous, "at": rows[-1].at, "frontier": [n.hex() for n in frontier]}
        Head.objects.update_or_create(organisation=home, defaults=told)
        checkpoints.make(organisation=home, at=rows[-1].at)
    return home


def verify() -> tuple[float, float]:
    """Return the milliseconds of bare SHA-256 over the events and of verifying them."""
    home = long_trail()
    floor = 0.0
    for entry in Entry.objects.filter(organisation=home).iterator(chunk_size=2_000):
        data = PREFIX + rfc8785.dumps(entry.event)
        begun = time.process_time()
        hashlib.sha256(data).hexdigest()
        floor += time.process_time() - begun
    begun = time.process_time()
    found = [sentence for sentence in verifying.faults() if f"organisation {home.pk}" in sentence]
    product = time.process_time() - begun
    assert not found, found[:3]
    return floor * 1000, product * 1000
