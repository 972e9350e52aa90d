"""How much a form may send as files: files over the limit are read past and left out, and the view is told their names.

Reading past them, instead of closing the line, lets the browser get the page that says so.
"""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

MOST_BYTES = 20_000_000
# Beyond this nothing is read at all: no form of ours sends that much by mistake.
ENDLESS = 10 * MOST_BYTES


class FilesTooBig(RequestDataTooBig):
    """A request of files so big that it is not read."""


class FilesWithinLimit(FileUploadHandler):
    """Counts the bytes of all files of one request; comes before the handlers that keep them."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.total = 0

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        """Raise FilesTooBig before anything is read when the browser announces far too much."""
        if content_length > ENDLESS:
            raise FilesTooBig

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Hand the bytes on; raises SkipFile for the file that goes over the limit."""
        self.total += len(raw_data)
        if self.total > MOST_BYTES:
            self.request.refused_files = [*names_refused(self.request), self.file_name or ""]  # type: ignore[union-attr]
            self.total -= start + len(raw_data)
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the handlers after this one."""


def names_refused(request: HttpRequest | None) -> list[str]:
    """Return the names of the files that were left out because all together were over the limit."""
    found: list[str] = getattr(request, "refused_files", [])
    return found
