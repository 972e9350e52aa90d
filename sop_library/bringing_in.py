"""Taking in what a manager sends: each file for itself, so that one that cannot be read keeps no other out."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from accounts.models import Membership
from accounts.uploads import MOST_BYTES
from templates_app.actions_bringing_in import bring_in
from templates_app.child import ChildProblem
from templates_app.imported import files_in, template_of_lines
from templates_app.importing.reading import shown_name
from templates_app.importing.result import ReadFile, Unreadable
from templates_app.models import ImportedFile

_MEGABYTES = MOST_BYTES // 1_000_000
_TOO_MUCH = (
    f"Files are at most {_MEGABYTES} MB together, and this one goes over it. Send it by itself, or make it smaller."
)


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that did not come in: its name, the sentence that says why, the HTTP status of that."""

    name: str
    sentence: str
    status: int


@dataclass(slots=True)
class Taken:
    """What came of one form: the files that are in, and those that are not."""

    rows: list[ImportedFile] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    @property
    def status(self) -> int:
        """The HTTP status of the page: that of the one file that was refused, 422 when they differ."""
        statuses = {one.status for one in self.refused}
        return statuses.pop() if len(statuses) == 1 else 422


def take(
    uploads: list[UploadedFile[Any]], text: str, title: str, left_out: list[str], *, by: Membership, at: datetime
) -> Taken:
    """Bring in files and a pasted text and return what came of it; `left_out` names files that were too big."""
    taken = Taken(refused=[Refused(shown_name(name), _TOO_MUCH, 413) for name in left_out])
    for upload in uploads:
        _take(taken, upload.name or "", upload.read(), by, at)
    if text.strip():
        _take(taken, f"{title or 'Pasted text'}.md", text.encode("utf-8", "replace"), by, at)
    return taken


def _take(taken: Taken, name: str, data: bytes, by: Membership, at: datetime) -> None:
    try:
        files = files_in(name, data)
    except Unreadable as problem:
        taken.refused.append(Refused(shown_name(name), problem.sentence, problem.status))
    except ChildProblem as problem:
        taken.refused.append(Refused(shown_name(name), problem.sentence, 422))
    else:
        good = [one for one in files if _gives_a_template(taken, one)]
        taken.rows += bring_in(sent_as=name, data=data, files=good, by=by, at=at)


def _gives_a_template(taken: Taken, one: ReadFile) -> bool:
    """Return whether a template comes of a file that was read; a file without words is told of like any other."""
    try:
        template_of_lines(one)
    except Unreadable as problem:
        taken.refused.append(Refused(shown_name(one.name), problem.sentence, problem.status))
        return False
    except ChildProblem:
        return True  # the review says so, and the text is not lost
    return True
