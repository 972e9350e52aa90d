"""What was said in reviews, as a table of an evidence bundle."""

from collections.abc import Iterator
from datetime import UTC, datetime

from sop_library.bundle_scope import Scope
from sop_library.cells import table
from sop_library.models import Comment, Resolution

_HEAD = ["number", "version", "round", "comment", "what", "kind", "section", "words", "text", "printed_name", "at_utc"]


def comments_table(scope: Scope) -> bytes:
    """Return every comment, reply and resolution of a scope's versions as CSV; no cell can start a formula.

    `comment` is the number that the events name; replies and resolutions bear that of the comment they belong to.
    """
    told = sorted([*_said(scope), *_settled(scope)])
    kept = [(at, cells) for at, cells in told if scope.until is None or at <= scope.until]
    return table(_HEAD, ((*cells, at.astimezone(UTC).isoformat(timespec="seconds")) for at, cells in kept))


def _said(scope: Scope) -> Iterator[tuple[datetime, list[str]]]:
    rows = Comment.objects.filter(version__in=scope.versions).select_related("version__sop")
    for row in rows:
        what = "reply" if row.parent_id else "comment"
        about = [row.section_title, row.words, row.text, row.printed_name]
        yield row.made_at, [*_where(row, row.round), str(row.parent_id or row.pk), what, row.kind, *about]


def _settled(scope: Scope) -> Iterator[tuple[datetime, list[str]]]:
    rows = Resolution.objects.filter(comment__version__in=scope.versions).select_related("comment__version__sop")
    for row in rows:
        what = "resolved" if row.is_resolved else "opened again"
        yield (
            row.at,
            [*_where(row.comment, row.round), str(row.comment_id), what, "", "", "", row.note, row.printed_name],
        )


def _where(comment: Comment, round_number: int) -> list[str]:
    return [comment.version.sop.number, str(comment.version.number), str(round_number)]
