"""Figures without a floor of their own: `python -m bench figures` prints them.

Processor time of this process, so that what else the machine does is left out; the compiling child's is not in it.
"""

import statistics
import time
from functools import partial

from django.urls import reverse
from django.utils import timezone

from bench import evidence
from bench.rows import STANDARD, ana, browser, timed
from templates_app import actions_templates, shelf
from templates_app.domain import frontmatter
from templates_app.importing.composing import compose
from templates_app.importing.reading import read
from templates_app.models import Template

A_PAGE = 300  # words


def measure() -> None:
    """Print each figure with what it is of."""
    print(f"editor, check and preview after a keystroke, fifteen-part standard: {keystroke():.0f} ms")
    print(f"import, a page of {A_PAGE} words, read and composed: {a_page():.1f} ms")
    floor, product = evidence.verify()
    ratio = product / floor
    print(f"verify {evidence.EVENTS:,} entries: {product / 1000:.1f} s; bare SHA-256 {floor:.0f} ms, ratio {ratio:.0f}")


def keystroke() -> float:
    """Return the median milliseconds of one check with its preview, a word of the text being new each time."""
    template = Template.objects.get(slug=STANDARD, organisation=None)
    version = actions_templates.copy_template(template=template, by=ana(), at=timezone.now())
    client, slug = browser("ana@northwind.example"), version.template.slug
    where = reverse("template_check", kwargs={"organisation": "northwind", "slug": slug})
    times = []
    for number in range(40):
        source = f"{version.source}\nSentence {number}.\n"
        begun = time.process_time()
        answer = client.post(where, {"text": source})
        times.append((time.process_time() - begun) * 1000)
        assert answer.status_code == 200, answer.status_code
    return statistics.median(times[5:])


def a_page() -> float:
    """Return the milliseconds that a page takes, over the built-in texts as plain Markdown files."""
    words = total = 0.0
    for slug, path in shelf.template_files().items():
        body = frontmatter.split(path.read_text(encoding="utf-8"))[1]
        words += len(body.split())
        total += timed(partial(bring_in, f"{slug}.md", body.encode()))
    return total / words * A_PAGE


def bring_in(name: str, data: bytes) -> None:
    """Read and compose one file."""
    for each in read(name, data):
        compose(each)
