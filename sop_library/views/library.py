"""What there is: my work, the procedures, the templates and packs."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import MemberRequest, member
from accounts.domain.roles import Role
from accounts.refusals import NotFound
from sop_library import catalogue, document, offers, overview, rolls
from sop_library import procedures as procedure_list
from sop_library.domain.lifecycle import OPEN, TRANSITIONS, Phase, Status, Verb
from sop_library.models import SOP, RolloutItem, Version
from sop_library.newer import offer_of
from sop_library.reviews import review_of
from sop_library.views.finding import sop_of, template_called
from sop_library.waiting import waiting_step
from templates_app.actions_templates import text_of
from templates_app.checking import check as check_text
from templates_app.domain.rendering import Mode
from templates_app.domain.rendering import render as render_text
from templates_app.models import Pack, Template
from templates_app.texts import skeleton_of, template_of

WORKERS = (Role.MANAGER, Role.APPROVER, Role.ADMIN)
LONGEST_SEARCH = 200


@member(*WORKERS)
@require_safe
def work(request: MemberRequest) -> HttpResponse:
    """Needs you, drafts, in review, review due."""
    return render(request, "sop_library/work.html", {"work": overview.work_of(request.member, timezone.now())})


@member()
@require_safe
def procedures(request: MemberRequest) -> HttpResponse:
    """Every procedure the member may see, with the version in force and whether they signed it off."""
    words, state = request.GET.get("q", "")[:LONGEST_SEARCH], request.GET.get("state", "")
    rows = procedure_list.procedures_of(request.member, timezone.now())
    states = procedure_list.states_of(rows)
    if state not in states:
        state = ""
    context = {
        "rows": [row for row in rows if row.matches(words, state)],
        "total": len(rows),
        "q": words,
        "state": state,
        "states": states,
    }
    return render(request, "sop_library/procedures.html", context)


@member(*WORKERS)
@require_safe
def templates(request: MemberRequest) -> HttpResponse:
    """The library of templates: search, category, packs."""
    words, category = request.GET.get("q", "")[:LONGEST_SEARCH], request.GET.get("category", "")
    visible = Template.objects.open_to(request.member)
    categories = sorted(set(visible.values_list("category", flat=True)))
    if category not in categories:
        category = ""
    found = visible.matching(words).select_related("pack")
    if category:
        found = found.filter(category=category)
    context: dict[str, Any] = {
        "q": words,
        "category": category,
        "categories": categories,
        "own": catalogue.own_in(found),
        "may_take": request.member.is_manager or request.member.is_admin,
        "singles": catalogue.singles_in(found),
        "packs": catalogue.packs_in(found),
    }
    return render(request, "sop_library/templates.html", context)


@member(*WORKERS)
@require_safe
def template(request: MemberRequest, slug: str) -> HttpResponse:
    """One template as a read-only document, with what it takes to fill it and what may be done with it."""
    found = template_called(request, slug)
    text = text_of(found)
    checked = check_text(text) if not found.is_published else None
    context: dict[str, Any] = {
        "template": found,
        "own": None if found.is_built_in else catalogue.own_offer_of(found),
        "may_take": request.member.is_manager or request.member.is_admin,
        "problems": checked.problems if checked else (),
    }
    if checked is None or checked.skeleton is not None:
        parsed = template_of(text)
        body = render_text(skeleton_of(text), parsed.variables, {}, Mode.DRAFT)
        context |= {
            "parsed": parsed,
            "needs": catalogue.needs_of([parsed], request.member),
            "body": document.unrecorded(body.html),
            "outline": body.outline,
        }
    return render(request, "sop_library/template.html", context)


@member(*WORKERS)
@require_safe
def pack(request: MemberRequest, slug: str) -> HttpResponse:
    """A pack: its templates in order, and what filling all of them takes."""
    found = Pack.objects.visible_to(request.member).filter(slug=slug).first()
    if found is None:
        raise NotFound
    rows = list(Template.objects.visible_to(request.member).filter(pack=found).order_by("position"))
    context = {
        "pack": found,
        "offers": [catalogue.offer_of(row) for row in rows],
        "needs": catalogue.needs_of([template_of(row.source) for row in rows], request.member),
    }
    return render(request, "sop_library/pack.html", context)


@member(*WORKERS)
@require_safe
def record(request: MemberRequest, number: str) -> HttpResponse:
    """One SOP's record: its versions, who signed each, and what may be done next."""
    sop = sop_of(request, number)
    return render(request, "sop_library/record.html", _record(request, sop))


def _rollout_for(version: Version) -> RolloutItem | None:
    """Return the newest change of values that this version was started for, or takes; None for none."""
    rows = RolloutItem.objects.filter(version=version, organisation_id=version.organisation_id)
    newest: RolloutItem | None = rows.order_by("-pk").first()
    return newest


def _record(request: MemberRequest, sop: SOP) -> dict[str, Any]:
    at = timezone.now()
    visible = Version.objects.visible_to(request.member).filter(sop=sop).light().beside_template().with_dates()
    versions = list(visible.newest_first().select_related("author__user", "organisation", "sop", "returned_by__user"))
    opened = next((row for row in versions if row.status in OPEN), None)
    waiting = waiting_step(opened, at) if opened is not None else None
    is_next = waiting is not None and request.member in waiting.people
    rows = offers.version_rows(versions, request.member, at)
    in_force = next((row for row in rows if row.phase is Phase.EFFECTIVE), None)
    return {
        "sop": sop,
        "title": opened.title if opened and len(versions) == 1 else sop.title,
        "rows": rows,
        "open": next((row for row in rows if row.version is opened), None),
        "rollout": _rollout_for(opened) if opened else None,
        "buttons": offers.buttons_for(opened, request.member, is_next=is_next) if opened else [],
        "in_force": in_force,
        "review": review_of(in_force.version, at) if in_force else None,
        "may_confirm": bool(TRANSITIONS[Status.PUBLISHED, Verb.CONFIRM].who & request.member.roles),
        "scheduled": [row for row in rows if row.phase is Phase.SCHEDULED],
        "in_training": overview.in_training([row.version for row in rows], at),
        "may_ask": request.member.is_manager or request.member.is_admin,
        "newer": offer_of(next(iter(versions), None), request.member),
        "may_revise": request.member.is_manager and opened is None,
        "may_choose": (request.member.is_manager or request.member.is_admin) and not sop.is_landing,
        "roll": rolls.roll_of(sop, request.member, at),
    }
