"""The comments of a version as its pages show them: where each stands in the text, its replies, what is settled."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count

from accounts.models import Membership
from accounts.refusals import WrongState
from sop_library.domain import remarks
from sop_library.domain.anchoring import Anchor, Passage, Place, Standing, place
from sop_library.domain.lifecycle import OPEN
from sop_library.domain.marking import Document, Mark
from sop_library.domain.remarks import Kind
from sop_library.models import Comment, Resolution, Version


def open_must_fix(version: Version) -> int:
    """Return how many must-fix comments of a version are open; signing waits until there is none."""
    found: int = Comment.objects.filter(version=version).must_fix().open().count()
    return found


def refuse_while_open(version: Version) -> None:
    """Raise WrongState with the sentence that the review page shows while a must-fix comment is open."""
    sentence = remarks.why_signing_waits(open_must_fix(version))
    if sentence:
        raise WrongState(sentence)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many comments a version has, and how many of them are settled."""

    must_fix: int = 0
    suggestions: int = 0
    resolved: int = 0

    @property
    def total(self) -> int:
        """All of them, without replies."""
        return self.must_fix + self.suggestions

    def __str__(self) -> str:
        """Such as "2 must-fix, 1 suggestion; 1 of 3 resolved"; "" for none."""
        said = remarks.counted(self.must_fix, self.suggestions)
        return f"{said}; {self.resolved} of {self.total} resolved" if said else ""


@dataclass
class Thread:
    """One comment with what was answered and settled, and what the member may do about it."""

    comment: Comment
    number: int
    place: Place = field(default_factory=lambda: Place(Standing.CHANGED, ""))
    section_title: str = ""
    replies: list[Comment] = field(default_factory=list)
    settled: list[Resolution] = field(default_factory=list)
    may_reply: bool = False
    why_not_resolve: str = ""
    why_not_reopen: str = ""

    @property
    def is_resolved(self) -> bool:
        """Whether the newest word on it is that it is done."""
        return bool(self.settled and self.settled[-1].is_resolved)

    @property
    def newest(self) -> Resolution | None:
        """Who called it done or opened it again last, and when."""
        return self.settled[-1] if self.settled else None

    @property
    def is_changed(self) -> bool:
        """Whether its words do not stand in the text that is shown."""
        return self.place.standing is Standing.CHANGED

    @property
    def is_moved(self) -> bool:
        """Whether its words stand in another section now."""
        return self.place.standing is Standing.MOVED

    @property
    def target(self) -> str:
        """The id in the document to jump to: the words, else the section; "" when both are gone."""
        return self.place.section if self.is_changed else f"words.{self.comment.pk}"


@dataclass(frozen=True, slots=True)
class Margin:
    """A document with its comments marked in it, and the comments in the order of the text."""

    page: str
    threads: list[Thread]

    @property
    def counts(self) -> Counts:
        """How many there are, and how many are settled."""
        return _count((thread.comment.kind, thread.is_resolved) for thread in self.threads)

    @property
    def open(self) -> list[Thread]:
        """Those that are not settled."""
        return [thread for thread in self.threads if not thread.is_resolved]


def threads_of(version: Version, member: Membership) -> list[Thread]:
    """Return every comment of a version in the order they were made, with replies, in two queries."""
    if not version.round:
        return []  # never submitted, so nobody has read it
    rows = Comment.objects.visible_to(member).filter(version=version)
    settled = Resolution.objects.visible_to(member).filter(comment__version=version)
    threads: dict[int, Thread] = {}
    for row in rows:
        if row.parent_id is None:
            threads[row.pk] = _thread(row, len(threads) + 1, version, member)
    for row in rows:
        if row.parent_id in threads:
            threads[row.parent_id].replies.append(row)
    for resolution in settled:
        if resolution.comment_id in threads:
            threads[resolution.comment_id].settled.append(resolution)
    return list(threads.values())


def _thread(comment: Comment, number: int, version: Version, member: Membership) -> Thread:
    is_theirs = comment.by_id == member.pk
    thread = Thread(comment, number, section_title=comment.section_title)
    thread.may_reply = version.status in OPEN and (member.is_approver or member.is_manager)
    thread.why_not_resolve = remarks.refusal_to_resolve(
        Kind(comment.kind),
        member.roles,
        is_theirs=is_theirs,
        is_of_this_round=comment.round == version.round,
        is_draft=version.is_draft,
    )
    thread.why_not_reopen = remarks.refusal_to_reopen(member.roles, is_theirs=is_theirs)
    return thread


def beside(version: Version, page: str, member: Membership, *, address: str = "", only_open: bool = False) -> Margin:
    """Return a version's document with its comments marked where their words stand in it.

    With an address each section gets a link to it, to comment on the section.
    """
    threads = threads_of(version, member)
    if not page or not (threads or address):
        return Margin(page, threads)
    document = Document(page)
    passages = document.passages
    for thread in threads:
        _find(thread, passages)
    order = {passage.id: number for number, passage in enumerate(passages)}
    threads.sort(key=lambda each: (order.get(each.place.section, len(order)), each.place.start, each.number))
    shown = [thread for thread in threads if not (only_open and thread.is_resolved)]
    marks = [mark for thread in shown for mark in _marks(thread, passages)]
    return Margin(document.marked(marks, address), threads)


def _find(thread: Thread, passages: Sequence[Passage]) -> None:
    thread.place = place(thread.comment.anchor, passages)
    title = next((each.title for each in passages if each.id and each.id == thread.place.section), "")
    thread.section_title = title or thread.comment.section_title


def _marks(thread: Thread, passages: Sequence[Passage]) -> list[Mark]:
    """Return the mark of a comment's words, or of the heading of the section that it is about."""
    found = thread.place
    if thread.is_changed:
        return []
    start, end = found.start, found.end
    if not thread.comment.words:
        text = next(each.text for each in passages if each.id == found.section)
        start = len(text) - len(text.lstrip())
        end = start + len(text[start:].partition("\n")[0])
    return [Mark(found.section, start, end, thread.comment.pk, thread.number)]


def anchor_words(anchor: Anchor) -> str:
    """Return what an anchor is about, for people: the words in quotation marks, or the whole section."""
    return f"“{anchor.words}”" if anchor.words else f"the section {anchor.title}"


def counts_of(versions: Iterable[Version]) -> dict[int, Counts]:
    """Return the counts of each version that has comments, by its key, in one query."""
    rows = Comment.objects.with_state().filter(version__in=list(versions)).order_by()
    counted = rows.values("version_id", "kind", "is_resolved").annotate(times=Count("pk"))
    found: dict[int, list[tuple[str, bool]]] = {}
    for row in counted:
        found.setdefault(row["version_id"], []).extend([(row["kind"], bool(row["is_resolved"]))] * row["times"])
    return {key: _count(said) for key, said in found.items()}


def _count(said: Iterable[tuple[str, bool]]) -> Counts:
    rows = list(said)
    must_fix = sum(kind == Kind.MUST_FIX for kind, _ in rows)
    return Counts(must_fix, len(rows) - must_fix, sum(is_resolved for _, is_resolved in rows))


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was said in a round, for its history: who, when, what it did, about what, and the words."""

    who: str
    at: datetime
    did: str
    about: str
    text: str
    is_must_fix: bool


def said_in_rounds(version: Version, member: Membership) -> dict[int, list[Said]]:
    """Return everything that was said about a version, by the round it was said in, in the order of time."""
    found: dict[int, list[Said]] = {}
    for thread in threads_of(version, member):
        comment, about = thread.comment, anchor_words(thread.comment.anchor)
        must = comment.is_must_fix
        did = f"{remarks.KIND_WORDS[Kind(comment.kind)]}, comment {thread.number}"
        row = Said(comment.printed_name, comment.made_at, did, about, comment.text, must)
        found.setdefault(comment.round, []).append(row)
        for reply in thread.replies:
            row = Said(reply.printed_name, reply.made_at, f"Reply to comment {thread.number}", about, reply.text, must)
            found.setdefault(reply.round, []).append(row)
        for each in thread.settled:
            did = f"Comment {thread.number} {'resolved' if each.is_resolved else 'opened again'}"
            row = Said(each.printed_name, each.at, did, about, each.note, must)
            found.setdefault(each.round, []).append(row)
    for rows in found.values():
        rows.sort(key=lambda row: row.at)
    return found
