"""Measures the reach of a changed value over two hundred published procedures: `python -m bench reach`.

Every procedure has a text of its own, as after years of editing: copies of the built-in templates, each edited.
"""

import statistics
import time
from collections.abc import Callable
from datetime import date
from unittest import mock

from django.utils import timezone

from accounts.models import Membership
from bench import rows
from sop_library import warming
from sop_library.actions import drafting, publishing
from sop_library.conflicting import report_of
from sop_library.formats import pdf
from sop_library.reach import Reach, reach_of
from sop_library.sharing import shared_by
from templates_app.domain import rendering
from templates_app.models import Template
from templates_app.texts import skeleton_of, template_of

PROCEDURES = 200
RUNS = 5


def publish_all(ana: Membership) -> None:
    """Publish the procedures, with a stand-in for the PDF engine."""
    templates = list(Template.objects.built_in().order_by("slug"))
    with mock.patch.object(pdf, "render_pdf", return_value=b"%PDF stand-in"):
        for place in range(PROCEDURES):
            publish_one(templates[place % len(templates)], place, ana)


def publish_one(template: Template, place: int, ana: Membership) -> None:
    """Publish one procedure from a template, edited so that no other has its text, answered by its examples."""
    at = timezone.now()
    version = drafting.start_sop(template=template, by=ana, at=at)
    source = f"{version.source}\nNote {place} of this procedure alone.\n"
    version = drafting.save_text(version=version, source=source, row_version=version.row_version, by=ana, at=at)
    answered = template_of(source).answered
    values = {each.name: each.example for each in answered if each.example is not None}
    version = drafting.save_values(version=version, values=values, row_version=version.row_version, by=ana, at=at)
    publishing.publish(version=rows.approved(version), effective_on=date.today(), by=ana, at=at)


def looked_at(ana: Membership) -> Reach:
    """Return the reach of another CRM, with every place rendered and every note's text worked out, as the page does."""
    reach = reach_of(ana, shared_by(ana).variables, {"CRMSystem": "Freshdesk"}, {}, timezone.now())
    for touched in reach.touched:
        touched.places  # noqa: B018 - rendered and kept
    for touched in reach.notes:
        touched.note(date.today())
    return reach


def median(call: Callable[[], object]) -> float:
    """Return the median processor time of a call in seconds: what else the machine does is left out."""
    times = []
    for _ in range(RUNS):
        begun = time.process_time()
        call()
        times.append(time.process_time() - begun)
    return statistics.median(times)


def forget_texts() -> None:
    """Empty the caches of compiled texts, as a restart does."""
    skeleton_of.cache_clear()
    template_of.cache_clear()
    rendering._compiled.cache_clear()


def measure() -> None:
    """Publish the procedures and print how long the pages' own work takes, first with no text compiled yet."""
    ana = rows.ana()
    publish_all(ana)
    forget_texts()
    begun = time.perf_counter()
    reach = looked_at(ana)
    cold = time.perf_counter() - begun
    places = sum(len(each.places) for each in reach.touched)
    print(f"{len(reach.touched)} procedures touched at {places} places, {len(reach.notes)} of them by note")
    print(f"reach, no text compiled yet: {cold:.2f} s")
    forget_texts()
    begun = time.perf_counter()
    ready = warming.warm()
    print(f"compiling {ready} texts behind the requests at start: {time.perf_counter() - begun:.2f} s")
    begun = time.perf_counter()
    looked_at(ana)
    print(f"the first reach after that: {time.perf_counter() - begun:.2f} s")
    print(f"reach, texts compiled: {median(lambda: looked_at(ana)):.2f} s of processor time")
    report = median(lambda: report_of(ana, shared_by(ana).variables))
    print(f"report of conflicts, texts compiled: {report:.2f} s of processor time")
