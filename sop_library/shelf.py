"""One SOP as a reader meets it: the version in force, the coming one, those before, and what the reader owes."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db.models import F, OuterRef, Q, Subquery

from accounts.models import Membership
from sop_library.domain.days import day_in
from sop_library.domain.lifecycle import Phase
from sop_library.domain.numbering import ChangeSize, Number
from sop_library.domain.training import AUDIENCE, SIGNABLE, Progress, accepted_numbers
from sop_library.models import SignOff, Version
from sop_library.querysets import sees_work
from sop_library.record import long_date
from sop_library.reviews import review_of

COMING = frozenset({Phase.SCHEDULED, Phase.TRAINING})


@dataclass(frozen=True, slots=True)
class Banner:
    """The one banner above a version, and the version to open instead, if any."""

    kind: str
    text: str
    other: Version | None = None
    then: str = ""

    @property
    def asking(self) -> str:
        """The text for a reader who has to sign the version, and what they sign after it."""
        return f"{_sentence(self.text)} Read it, then sign. {self.then}".strip()


@dataclass(frozen=True)
class Shelf:
    """An SOP's issued versions, newest first and with their dates, as one member sees them at one moment.

    Who only reads is not told that a review is overdue: it is not theirs to do.
    """

    versions: list[Version]
    at: datetime
    is_asked: bool
    is_reader: bool = False

    @cached_property
    def in_force(self) -> Version | None:
        """The version in force, or None."""
        return next((row for row in self.versions if row.phase_at(self.at) is Phase.EFFECTIVE), None)

    @cached_property
    def coming(self) -> list[Version]:
        """The versions that are published and not yet in force: those with a first day, then those in training."""
        found = [row for row in reversed(self.versions) if row.phase_at(self.at) in COMING]
        return sorted(found, key=lambda row: row.in_force_from is None)

    @property
    def scheduled(self) -> Version | None:
        """The first version that is published and begins on a day, or None."""
        return next((row for row in self.coming if row.in_force_from is not None), None)

    @property
    def in_training(self) -> Version | None:
        """The newest version that begins when enough people have signed, or None."""
        return next((row for row in reversed(self.coming) if row.in_force_from is None), None)

    @property
    def asked_next(self) -> Version | None:
        """The newest version not yet in force that the member is asked to sign already, or None."""
        return next((row for row in self.versions if row in self.coming and self.owes(row)), None)

    @property
    def shown(self) -> Version | None:
        """What the SOP's own address shows: the version in force, else the coming one, else the newest, else None."""
        newest = self.versions[0] if self.versions else None
        return self.in_force or self.scheduled or self.in_training or newest

    def numbered(self, number: Number) -> Version | None:
        """Return the version with this number, or None."""
        return next((row for row in self.versions if row.number == number), None)

    def counting(self, version: Version) -> Version | None:
        """Return the version whose sign-off by the member counts for this one: itself or one before it, or None."""
        if signed_at(version):
            return version
        sizes = [(row.number, ChangeSize(row.change_size)) for row in self.versions]
        accepted = accepted_numbers(sizes, version.number)
        return next((row for row in self.versions if row.number in accepted and signed_at(row)), None)

    def may_sign(self, version: Version) -> bool:
        """Return whether the member can sign this version now, asked or not."""
        return version.phase_at(self.at) in SIGNABLE and self.counting(version) is None

    def owes(self, version: Version) -> bool:
        """Return whether the member is asked to sign that they understood this version: in force, or with training."""
        phase = version.phase_at(self.at)
        is_ahead = phase in COMING and version.training_share is not None
        return self.is_asked and (phase is Phase.EFFECTIVE or is_ahead) and self.counting(version) is None

    def banner(self, version: Version, progress: Progress | None = None) -> Banner:
        """Return the one banner above a version; `progress` is that of its training."""
        phase = version.phase_at(self.at)
        if phase is Phase.EFFECTIVE:
            return self._in_force_banner(version)
        use = f"Use v{self.in_force.number}." if self.in_force else "No version is in force."
        if phase is Phase.SCHEDULED:
            told = f"Approved, not yet in force: it begins on {day_of(version, version.in_force_from)}."
        elif phase is Phase.TRAINING:
            told = f"Not in force yet. {training_words(version, self.at, progress)}"
        elif phase is Phase.SUPERSEDED:
            told = f"Superseded on {day_of(version, version.in_force_until)}. Do not use it on calls."
        else:
            told = f"Withdrawn on {day_of(version, version.withdrawn_at)}: {_sentence(version.withdrawal_reason)}"
        return Banner(phase.name.lower(), f"{told} {use}", self.in_force)

    def _in_force_banner(self, version: Version) -> Banner:
        text = f"Effective since {day_of(version, version.in_force_from)} · v{version.number}"
        review = review_of(version, self.at)
        if review.on and not (self.is_reader and review.is_overdue):
            text += f" · {review.words}" + (f", {review.confirmed}" if review.confirmed else "")
        asked, coming = self.asked_next, self.coming[0] if self.coming else None
        if self.owes(version):
            then = f"Version {asked.number}, {from_words(asked, self.at)}, is to be signed too." if asked else ""
            return Banner("effective", text, asked or coming, then or (f"{self._news(coming)}." if coming else ""))
        if asked is not None:
            news = f"New version {asked.number} {from_words(asked, self.at)}: read and sign it now."
            return Banner("needed", f"{text}. {news}", asked)
        return Banner("effective", f"{text}. {self._news(coming)}" if coming else text, coming)

    def _news(self, coming: Version) -> str:
        if coming.in_force_from is not None:
            return f"Version {coming.number} begins on {day_of(coming, coming.in_force_from)}"
        return f"Version {coming.number} is in training"


def training_words(version: Version, at: datetime, progress: Progress | None = None) -> str:
    """Return where a version in training, read `with_dates`, stands; with how many have signed when that is given.

    "Published 4 May 2026 for training. In force from 1 June 2026 once 80 % have signed: 12 of 20."
    """
    published = day_of(version, version.published_at)  # type: ignore[attr-defined]
    counted = f": {progress.words}" if progress else ""
    return f"Published {published} for training. In force {from_words(version, at)}{counted}."


def from_words(version: Version, at: datetime) -> str:
    """Return from when a version that is asked for ahead is in force, as far as that is known."""
    if version.in_force_from is not None:
        return f"from {day_of(version, version.in_force_from)}"
    share, day = f"{version.training_share} % have signed", version.effective_on
    is_to_come = day is not None and day > day_in(version.organisation.time_zone, at)
    return f"from {long_date(day)} once {share}" if is_to_come else f"as soon as {share}"


def day_of(version: Version, at: datetime | None) -> str:
    """Return the day of a moment where the organisation is, as "1 December 2026"; "" for none."""
    return long_date(at.astimezone(ZoneInfo(version.organisation.time_zone)).date() if at else None)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def signed_at(version: Version) -> datetime | None:
    """Return when the member whose shelf this is signed the version off, or None."""
    found: datetime | None = getattr(version, "signed_at", None)
    return found


# What a page around a stored text needs: reading pages are opened all day, and each column costs.
_ON_THE_SHELF = (
    *("organisation_id", "sop__number", "sop__title", "sop__is_landing", "sop__organisation_id"),
    *("major", "minor", "previous_major", "status", "change_size", "change_summary", "title", "digest"),
    *("effective_on", "review_on", "training_share"),
    *("in_force_from", "in_force_until", "withdrawn_at", "withdrawal_reason"),
)


def shelf_of(member: Membership, number: str, at: datetime) -> Shelf:
    """Return the shelf of an SOP for a member in one query; empty when there is none that they may see."""
    return _shelf(member, Q(sop__number=number), at)


def landing_shelf(member: Membership, at: datetime) -> Shelf:
    """Return the shelf of the SOP that agents land on, in one query; empty when none is chosen."""
    return _shelf(member, Q(sop__is_landing=True), at)


def _shelf(member: Membership, which: Q, at: datetime) -> Shelf:
    mine = SignOff.objects.filter(version=OuterRef("pk"), person=member).values("signed_at")[:1]
    rows = Version.objects.visible_to(member).issued().filter(which)
    rows = rows.select_related("sop").only(*_ON_THE_SHELF)
    rows = rows.with_dates().annotate(signed_at=Subquery(mine), page_sha256=F("publication__page_sha256"))
    versions = list(rows.newest_first())
    for version in versions:
        version.organisation = member.organisation
    return Shelf(versions, at, is_asked=member.holds(AUDIENCE), is_reader=not sees_work(member))
