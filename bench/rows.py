"""The measures: each times a floor and the product in turn and gives one row."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import clear_url_caches, path, reverse
from django.utils import timezone

from accounts.access import member
from accounts.models import Membership
from sop_library import document
from sop_library.actions import approving, drafting, publishing
from sop_library.domain.numbering import ChangeSize
from sop_library.formats import pdf
from sop_library.models import Publication, Version
from sopsite import urls
from templates_app.models import Template
from templates_app.texts import template_of

STANDARD = "customer-service-standard"


@dataclass(frozen=True)
class Row:
    """One figure: floor and product in milliseconds, their ratio, and the ratio to reach."""

    what: str
    floor: float
    product: float
    reach: float

    @property
    def ratio(self) -> float:
        """How many times the floor the product takes."""
        return self.product / self.floor

    @property
    def reached(self) -> bool:
        """Whether the ratio is within what is to be reached."""
        return self.ratio <= self.reach

    def __str__(self) -> str:
        return f"| {self.what} | {self.floor:.2f} ms | {self.product:.2f} ms | {self.ratio:.2f} | ≤ {self.reach} |"


def in_turn(
    floor: Callable[[], object], product: Callable[[], object], runs: int, warm: int = 5
) -> tuple[float, float]:
    """Return the medians, in milliseconds, of two calls made in turn after a warm-up."""
    times: tuple[list[float], list[float]] = ([], [])
    for run in range(warm + runs):
        for which, call in enumerate((floor, product)):
            begun = time.perf_counter()
            call()
            if run >= warm:
                times[which].append((time.perf_counter() - begun) * 1000)
    return statistics.median(times[0]), statistics.median(times[1])


_CONSTANT = {"size": 0}


@member()
def constant(request: HttpRequest) -> HttpResponse:
    """A signed-in page of a given size with one query: what any answer costs on this server."""
    Version.objects.values_list("pk").first()
    return HttpResponse(b"x" * _CONSTANT["size"])


def prepare() -> None:
    """Migrate, load library and demonstration, and add the view that is the floor."""
    call_command("migrate", verbosity=0)
    call_command("sop_load_library", verbosity=0, stdout=StringIO())
    call_command("collectstatic", verbosity=0, interactive=False)
    call_command("sop_demo", stdout=StringIO())
    urls.urlpatterns.append(path("o/<slug:organisation>/constant/", constant, name="constant"))
    clear_url_caches()


def browser(email: str) -> Client:
    """Return a signed-in client."""
    person = Membership.objects.select_related("user").get(user__email=email)
    client = Client(headers={"Host": "127.0.0.1"})
    client.force_login(person.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def ana() -> Membership:
    """Return the manager of the demonstration."""
    return Membership.objects.select_related("user", "organisation").get(user__email="ana@northwind.example")


def approver(name: str) -> Membership:
    """Return an approver of the demonstration."""
    return Membership.objects.select_related("user", "organisation").get(user__email=f"{name}@northwind.example")


def standard_draft() -> Version:
    """Return a filled draft of the fifteen-part standard."""
    template = Template.objects.get(slug=STANDARD, organisation=None)
    version = drafting.start_sop(template=template, by=ana(), at=timezone.now())
    values = {variable.name: variable.example for variable in template_of(template.source).answered}
    return drafting.save_values(version=version, values=values, row_version=1, by=ana(), at=timezone.now())


def standard_approved() -> Version:
    """Return an approved version of the fifteen-part standard."""
    return approved(standard_draft())


def approved(version: Version) -> Version:
    """Return the version after it was submitted and signed by everybody."""
    today = date.today()
    version = approving.submit(
        version=version,
        row_version=version.row_version,
        change_size=ChangeSize.MAJOR,
        change_summary="",
        effective_on=today,
        review_on=today + timedelta(days=365),
        assignees={},
        by=ana(),
        at=timezone.now(),
        today=today,
    )
    for name in ("priya", "ben"):
        approving.approve(version=version, shown_digest=version.digest, by=approver(name), at=timezone.now())
    return Version.objects.select_related("sop", "organisation", "author__user").get(pk=version.pk)


def preview() -> Row:
    """Preview after one change: the server's time for the new preview, against a constant page of the same size."""
    version = standard_draft()
    client = browser("ana@northwind.example")
    where = reverse("preview", kwargs={"organisation": "northwind", "number": version.sop.number})
    floor_where = reverse("constant", kwargs={"organisation": "northwind"})
    names = iter(range(10**6))

    def change() -> None:
        values = {**version.values, "SupervisorRole": f"Shift Supervisor {next(names)}"}
        Version.objects.filter(pk=version.pk).update(values=values)

    _CONSTANT["size"] = len(page(client, where))
    floor_times, product_times = [], []
    for _ in range(60):
        change()
        floor_times.append(timed(lambda: page(client, floor_where)))
        product_times.append(timed(lambda: page(client, where)))
    return Row(
        "preview after one change, fifteen-part standard",
        statistics.median(floor_times[10:]),
        statistics.median(product_times[10:]),
        1.5,
    )


def page(client: Client, where: str) -> bytes:
    """Return the body of a page that is there; a refusal must not count as a fast answer."""
    answer = client.get(where)
    assert answer.status_code == 200, f"{where} answered {answer.status_code}"
    return answer.content


def timed(call: Callable[[], Any]) -> float:
    """Return how many milliseconds a call takes."""
    begun = time.perf_counter()
    call()
    return (time.perf_counter() - begun) * 1000


def reading() -> Row:
    """Reading page, signed in, against a constant page of the same size."""
    client, where = reading_page()
    floor_where = reverse("constant", kwargs={"organisation": "northwind"})
    _CONSTANT["size"] = len(page(client, where))
    return Row(
        "reading page, signed in", *in_turn(lambda: page(client, floor_where), lambda: page(client, where), 100), 1.5
    )


def reading_again() -> Row:
    """Reading page that the browser holds already (304), against the same constant page."""
    client, where = reading_page()
    floor_where = reverse("constant", kwargs={"organisation": "northwind"})
    tag = client.get(where)["ETag"]

    def again() -> None:
        assert client.get(where, headers={"If-None-Match": tag}).status_code == 304

    return Row("reading page, not changed (304)", *in_turn(lambda: page(client, floor_where), again, 100), 1.1)


def reading_page() -> tuple[Client, str]:
    """Return an agent's client and the address of a procedure in force."""
    number = Publication.objects.filter(version__status="published")[0].version.sop.number
    return browser("rui@northwind.example"), reverse("sop", kwargs={"organisation": "northwind", "number": number})


def publish() -> Row:
    """Publish (page, tagged PDF in the killable child, digests, files, trail) against bare WeasyPrint, same HTML."""
    versions = [standard_approved() for _ in range(8)]
    seen: list[tuple[Any, ...]] = []
    render = pdf.render_pdf

    def watched(html: str, **options: Any) -> bytes:
        seen.append((html, options["lang"], options["title"], options["paper"]))
        return render(html, **options)

    document.pdf.render_pdf = watched  # type: ignore[attr-defined]
    pdf.prepare_child()
    floor_times, product_times = [], []
    for version in versions:
        act = partial(publishing.publish, version=version, effective_on=date.today(), by=ana(), at=timezone.now())
        product_times.append(timed(act))
        floor_times.append(timed(lambda: pdf.write(*seen[-1])))
    document.pdf.render_pdf = render  # type: ignore[attr-defined]
    return Row(
        "publish, fifteen-part standard", statistics.median(floor_times[2:]), statistics.median(product_times[2:]), 1.15
    )


ALL = (preview, reading, reading_again, publish)
