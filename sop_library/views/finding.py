"""Finding what an address names, always within what the member may see; a stranger's address is not found."""

from django.db.models import QuerySet

from accounts.access import MemberRequest
from accounts.refusals import NotFound, WrongState
from sop_library.domain.lifecycle import STATUS_WORDS, Status
from sop_library.domain.numbering import Number
from sop_library.models import SOP, Version
from templates_app.models import Template, TemplateVersion


def sop_of(request: MemberRequest, number: str) -> SOP:
    """Return the SOP with this number; raises NotFound."""
    sop: SOP | None = SOP.objects.visible_to(request.member).filter(number=number).select_related("owner__user").first()
    if sop is None:
        raise NotFound
    return sop


def _versions(request: MemberRequest, number: str) -> QuerySet[Version]:
    rows: QuerySet[Version] = Version.objects.visible_to(request.member).filter(sop__number=number)
    return rows.select_related("sop", "sop__owner__user", "organisation", "author__user", "saved_by__user")


def version_of(request: MemberRequest, number: str, version: Number) -> Version:
    """Return one version of an SOP; raises NotFound."""
    found = _versions(request, number).filter(major=version.major, minor=version.minor).first()
    if found is None:
        raise NotFound
    return found


def open_version_of(request: MemberRequest, number: str, *statuses: Status) -> Version:
    """Return the SOP's version that is being worked on, in one of the statuses; raises NotFound, WrongState."""
    sop_of(request, number)
    found = _versions(request, number).filter(status__in=[Status.DRAFT, Status.IN_REVIEW, Status.APPROVED]).first()
    wanted = " or ".join(STATUS_WORDS[status].lower() for status in statuses)
    if found is None:
        raise WrongState(f"{number} has no version in {wanted} now. Open its record to see where it stands.")
    if found.status not in statuses:
        now = STATUS_WORDS[Status(found.status)].lower()
        raise WrongState(f"{found} is {now} now, not {wanted}. Open its record to see where it stands.")
    return found


def template_called(request: MemberRequest, slug: str) -> Template:
    """Return the template that the member may open under this slug; raises NotFound."""
    found: Template | None = Template.objects.open_to(request.member).select_related("pack").called(slug)
    if found is None:
        raise NotFound
    return found


def template_draft_of(request: MemberRequest, slug: str) -> TemplateVersion:
    """Return the draft of an own template; raises NotFound, and WrongState when there is none to be changed."""
    template = template_called(request, slug)
    if template.is_built_in:
        raise WrongState(f"{template} ships with the product and cannot be changed. Copy it, then change your copy.")
    drafts = TemplateVersion.objects.visible_to(request.member).drafts().filter(template=template)
    found: TemplateVersion | None = drafts.select_related("template", "organisation", "saved_by__user").first()
    if found is None:
        raise WrongState(f"{template} has no draft now. Start its next version from its page.")
    return found


def newest_version_of(request: MemberRequest, number: str) -> Version:
    """Return the SOP's newest version with the template's version it comes from; raises NotFound."""
    rows = _versions(request, number).select_related("template_version__template")
    found = rows.order_by("-major", "-minor").first()
    if found is None:
        raise NotFound
    return found
