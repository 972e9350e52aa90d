"""What the tests of pages share: the clock after the makers' acts, and a stand-in for the PDF engine."""

from collections.abc import Iterator

import pytest
import time_machine

from sop_library.domain.signature import sha256
from sop_library.formats import pdf
from tests.sop_library.makers import moment


@pytest.fixture
def later_that_day() -> Iterator[None]:
    """Set the clock to a moment after everything that the makers do."""
    with time_machine.travel(moment(30), tick=False):
        yield


@pytest.fixture
def no_pdf_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in for the PDF engine where a test is about pages: the stand-in holds the markup's digest."""
    monkeypatch.setattr(pdf, "render_pdf", lambda html, **kwargs: f"%PDF {sha256(html)}".encode())
