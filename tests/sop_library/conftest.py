"""What the tests of pages share: the clock after the makers' acts, and a stand-in for the PDF engine."""

import io
from collections.abc import Iterator

import pikepdf
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
    """Stand in for the PDF engine where a test is about pages."""
    monkeypatch.setattr(pdf, "render_pdf", blank_page)


def blank_page(html: str, **kwargs: object) -> bytes:
    """Return a PDF of one empty page with the markup's digest as its title: small, and good enough to be sealed."""
    made, out = pikepdf.new(), io.BytesIO()
    made.add_blank_page()
    made.docinfo["/Title"] = sha256(html)
    made.save(out, static_id=True)
    return out.getvalue()
