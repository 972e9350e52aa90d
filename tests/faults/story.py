"""What is there before a fault: the cast with eight approvers, and procedures in every state, by the real actions."""

from collections.abc import Iterator
from contextlib import contextmanager

from accounts.domain.roles import Role
from accounts.models import Membership
from sop_library.domain.signature import sha256
from sop_library.formats import pdf
from sop_library.models import Version
from tests import world as cast
from tests.sop_library import makers

NAMES = ("Ines Prado", "Jon Reyes", "Kim Lowe", "Lou Marsh", "Noa Stein", "Ole Berg")


def world() -> cast.World:
    """Store the cast and return it."""
    return cast.build()


def approvers(home: cast.World) -> list[Membership]:
    """Add six approvers to Priya and Ben and return the eight."""
    more = [cast.person(home.northwind, name, Role.APPROVER, title="Approver") for name in NAMES]
    return [home.priya, home.ben, *more]


def fresh(version: Version) -> Version:
    """Return a version as it is stored now."""
    row: Version = Version.objects.select_related("sop", "organisation", "author__user").get(pk=version.pk)
    return row


def tiny_pdf(text: str) -> bytes:
    """Return a small whole PDF that is of this text alone."""
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
        f"<< /Title ({sha256(text)}) >>".encode(),
    ]
    out, places = b"%PDF-1.7\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<< /Size 5 /Root 1 0 R /Info 4 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(out)
    return out + b"xref\n0 5\n0000000000 65535 f \n" + table + end


@contextmanager
def small_pdfs() -> Iterator[None]:
    """Stand in for the PDF engine, whose second a page would be most of a round."""
    engine = pdf.render_pdf
    pdf.render_pdf = lambda html, **kwargs: tiny_pdf(html)
    try:
        yield
    finally:
        pdf.render_pdf = engine


def whole_story(home: cast.World) -> None:
    """Two procedures with three published versions, sign-offs, a returned and withdrawn one, a draft, one in review."""
    from sop_library.actions import approving, publishing

    first = makers.published(home)
    makers.understood(first, home.rui)
    second = makers.published(
        home, makers.approved(home, makers.submitted(home, makers.revision(home, first))), at=makers.moment(10)
    )
    makers.understood(second, home.rui, makers.moment(11))
    makers.understood(second, home.priya, makers.moment(12))
    third = makers.published(home)
    publishing.withdraw(version=third, reason="Out of date.", by=home.ana, at=makers.moment(14))
    back = makers.submitted(home)
    approving.return_version(version=back, reason="Say why.", by=home.priya, at=makers.moment(15))
    makers.reviewed(home, makers.submitted(home, fresh(back), at=makers.moment(16)))
    makers.published(home)
    makers.draft(home)
