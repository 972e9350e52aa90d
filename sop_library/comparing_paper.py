"""Two versions compared, as a PDF with the header and footer of every other document."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from accounts.models import Membership
from sop_library.comparing import Compared, standing
from sop_library.document import printed_for
from sop_library.formats.changes import changes_html
from sop_library.formats.paper import PaperRecord
from sop_library.record import printed_moment
from templates_app.organisations import writing_of


def pdf_of(found: Compared, *, by: Membership, at: datetime) -> bytes:
    """Return the comparison as a PDF; raises child.ChildProblem when it cannot be made."""
    record = _record(found, by, at)
    names = f"Version {found.old.number}", f"Version {found.new.number}"
    body = changes_html(record, found.text, found.values or (), *names)
    return printed_for(by.organisation, body, f"{record.number} {record.title}")


def _record(found: Compared, by: Membership, at: datetime) -> PaperRecord:
    old, new, organisation = found.old, found.new, by.organisation
    address = reverse("sop", kwargs={"organisation": organisation.slug, "number": new.sop.number})
    made = printed_moment(at, ZoneInfo(organisation.time_zone), writing_of(organisation))
    return PaperRecord(
        organisation=organisation.name,
        title=f"Changes in {new.title}",
        number=new.sop.number,
        state_label=f"v{old.number} compared with v{new.number}",
        control_rows=(
            ("SOP number", new.sop.number),
            ("Changes", str(found.text.count)),
            (f"Version {old.number}", standing(old, at)),
            (f"Version {new.number}", standing(new, at)),
        ),
        check_url=f"{settings.PUBLIC_URL}{address}",
        printed_line=f"Made {made} by {by.printed_name}",
    )


def file_name(found: Compared) -> str:
    """Return the name of the downloaded PDF: SOP-CS-001_v1.0_v1.1_changes.pdf."""
    return f"{found.new.sop.number}_v{found.old.number}_v{found.new.number}_changes.pdf"
