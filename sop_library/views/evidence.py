"""Handing evidence to an auditor: the bundle, the key's fingerprint, the seal certificates, the checkpoints."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import MemberRequest, member
from accounts.domain.roles import Role
from accounts.refusals import NotFound
from audit import keys, seals
from audit.models import Checkpoint
from sop_library import part11 as clauses
from sop_library.actions.exporting import export_evidence
from sop_library.domain.compliance import Result
from sop_library.forms_evidence import EvidenceForm

NEWEST = 10


@member(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def evidence(request: MemberRequest) -> HttpResponse:
    """Choose what the bundle is about, and take it."""
    form = EvidenceForm(request.POST if request.method == "POST" else None, member=request.member)
    if request.method == "POST" and form.is_valid():
        at = timezone.now()
        made = export_evidence(scope=form.scope(), by=request.member, at=at)
        name = f"evidence-{request.member.organisation.slug}-{at:%Y-%m-%d-%H%M}.zip"
        return _file(made, "application/zip", name)
    context = {
        "form": form,
        "fingerprint": keys.current().fingerprint,
        "seals": [seal.fingerprint for seal in reversed(seals.all_seals())],
        "checkpoints": Checkpoint.objects.visible_to(request.member).newest_first()[:NEWEST],
    }
    return render(request, "sop_library/evidence.html", context, status=422 if form.errors else 200)


@member(Role.MANAGER, Role.APPROVER, Role.ADMIN)
@require_safe
def checkpoints(request: MemberRequest) -> HttpResponse:
    """Every checkpoint as text: whoever keeps it can hold the trail against it years later."""
    notes = Checkpoint.objects.visible_to(request.member).order_by("size").values_list("note", flat=True)
    text = "".join(f"{note}\n" for note in notes)
    name = f"checkpoints-{request.member.organisation.slug}.txt"
    return _file(text.encode(), "text/plain; charset=utf-8", name)


@member(Role.MANAGER, Role.APPROVER, Role.ADMIN)
@require_safe
def seal(request: MemberRequest, seal: str) -> HttpResponse:
    """A certificate that PDFs are sealed with: whoever adds it to a PDF reader is told there that a seal is good."""
    found = seals.known().get(seal)
    if found is None:
        raise NotFound("No PDF here is sealed with a certificate of this fingerprint.")
    return _file(found, "application/x-x509-user-cert", f"sopsite-seal-{seal[:16]}.crt")


@member(Role.ADMIN)
@require_safe
def part11(request: MemberRequest) -> HttpResponse:
    """What the regulations ask, each with the check that was run just now on this organisation's records."""
    found = clauses.findings(request.member.organisation)
    counted = [(result, sum(each.answer.result is result for each in found)) for result in Result]
    return render(request, "sop_library/part11.html", {"findings": found, "counted": counted, "at": timezone.now()})


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return response
