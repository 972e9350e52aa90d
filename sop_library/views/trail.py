"""The audit trail of an organisation: on the page, and as a table for a spreadsheet."""

import csv
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import MemberRequest, member
from accounts.domain.roles import Role
from accounts.refusals import BadInput
from audit.models import Entry, printed_time
from sop_library.actions.viewing import export_trail
from sop_library.cells import safe_cell
from sop_library.forms_trail import TrailForm, filtered, without_views
from sop_library.trail_words import lines_of

WORKERS = (Role.MANAGER, Role.APPROVER, Role.ADMIN)
A_PAGE = 50
WHO = ("sequence", "at", "person_id", "person")
WHAT = ("action", "subject_kind", "subject_id", "subject", "data", "previous", "hash")


class _Echo:
    """A file that hands each written row back, so that the table is sent while it is read."""

    def write(self, row: str) -> str:
        return row


@member(*WORKERS)
@require_safe
def trail(request: MemberRequest) -> HttpResponse:
    """What was done, by whom, when: newest first, filtered by person, action, thing and day."""
    form = TrailForm(request.GET, member=request.member)
    entries = without_views(form, filtered(form, Entry.objects.visible_to(request.member)))
    page = Paginator(entries.newest_first(), A_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {"form": form, "page": page, "lines": lines_of(page.object_list), "query": query.urlencode()}
    return render(request, "sop_library/trail.html", context, status=200 if form.is_valid() else 422)


@member(*WORKERS)
@require_safe
def trail_csv(request: MemberRequest) -> StreamingHttpResponse:
    """The same entries as CSV, oldest first, with everything that is hashed; no cell can start a formula.

    Entries of opening things are always among them.
    """
    form = TrailForm(request.GET, member=request.member)
    if not form.is_valid():
        raise BadInput("The filter cannot be used. Open the trail, mend the filter there, then take the table.")
    if request.method == "GET":
        asked = {name: str(value) for name, value in form.cleaned_data.items() if value and name != "views"}
        export_trail(asked=asked, by=request.member, at=timezone.now())
    entries = filtered(form, Entry.objects.visible_to(request.member)).order_by("sequence")
    writer = csv.writer(_Echo())
    rows: Iterator[Any] = (writer.writerow(row) for row in _rows(entries.iterator(chunk_size=500)))
    response = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="trail-{request.member.organisation.slug}.csv"'
    return response


def _rows(entries: Iterable[Entry]) -> Iterator[list[str]]:
    yield [*WHO, *WHAT]
    for entry in entries:
        actor = "" if entry.person_id is None else str(entry.person_id)
        row = [str(entry.sequence), printed_time(entry.at), actor, entry.person_name, entry.action]
        data = json.dumps(entry.data, ensure_ascii=False, sort_keys=True)
        row += [entry.subject_kind, entry.subject_id, entry.subject, data, entry.previous, entry.hash]
        yield [safe_cell(cell) for cell in row]
