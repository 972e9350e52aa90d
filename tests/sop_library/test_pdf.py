# ruff: noqa: E501 (one attack a line)
"""The PDF of a version: tagged, with our fonts, complete on every page; hostile markup reaches nothing and
ends.
"""

import http.server
import io
import re
import subprocess
import threading
import time
from dataclasses import replace

import pikepdf
import pytest
import weasyprint

from sop_library.formats import paper, pdf
from templates_app import child

FINGERPRINT = "9f2c4b7a1de08835c6aa42f19be7d0034c1185f6e2b97ad0438c65f1e0ab7d92"
RECORD = paper.PaperRecord(
    organisation="Northwind Support",
    title="Customer service standard",
    number="SOP-CS-001",
    version="1.2",
    state_label="Effective 1 Dec 2026",
    control_rows=[
        ("Number", "SOP-CS-001"), ("Version", "1.2"), ("Status", "Effective"), ("Owner", "Ana Silva"),
        ("Fingerprint", FINGERPRINT),
    ],
    check_url="https://sop.example/c/SOP-CS-001",
    printed_line="Printed 23 Nov 2026 09:14 UTC by Mia Keller",
    history=[paper.Revision("1.2", "1 Dec 2026", "New limits", "Ana Silva", "Ben Okafor")],
    signatures=[paper.PaperSignature("Ben Okafor", "Head of operations", "Approved", "23 Nov 2026 08:31 UTC", FINGERPRINT)],
    training_statement="I have read and understood this procedure.",
    sign_offs=[paper.SignedOff("Rui Costa", "24 Nov 2026 07:58 UTC", "Agent")],
)  # fmt: skip
ROWS = "".join(f"<tr><td>Case {n}</td><td>Łukasz, Gőző &amp; Ana decide “{n}” – at once</td></tr>" for n in range(60))
BODY = f"""
<h2 id="s-1"><span class="num">1</span> Purpose</h2><p>One way to <em>answer</em> a <strong>call</strong>.</p>
<h3 id="s-1-1"><span class="num">1.1</span> Opening</h3>
<div class="steps"><ol><li>Answer.</li><li>Say your name.</li></ol></div>
<div class="say"><p class="block-title">Say</p><div class="words"><p>My name is
<span class="reader-blank" data-reader="AgentName">agent name</span>.</p></div></div>
<div class="avoid"><p class="block-title">Do not say</p><div class="words"><p>Calm down.</p></div></div>
<p>Customer: <span class="call-blank" data-call="CustomerName">customer name</span> <span class="gap">Company</span></p>
<div class="checklist"><ul><li class="check"><span class="box"></span> Thanked</li></ul></div>
<div class="callout warning"><p class="block-title">Warning</p><p>Never share a password.</p></div>
<h2 id="s-2"><span class="num">2</span> Who decides</h2>
<div class="decision"><table><caption>Cases</caption><thead><tr><th scope="col">Case to decide</th>
<th scope="col">Decision</th></tr></thead><tbody>{ROWS}</tbody></table></div>
"""
OURS = re.compile(r"/[A-Z]{6}\+(Source-Serif-4|Source-Sans-3|IBM-Plex-Mono)")


def render(record=RECORD, body=BODY, **options) -> bytes:
    return pdf.render_pdf(paper.paper_html(record, body), lang="en", title="SOP-CS-001 Standard", **options)


def pages_of(data: bytes) -> list[str]:
    """The text of each page, as pdftotext reads it."""
    text = subprocess.run(["pdftotext", "-layout", "-", "-"], input=data, capture_output=True, check=True).stdout
    return text.decode().split("\f")[:-1]


def bookmarks(items) -> list[str]:
    return [title for item in items for title in (str(item.title), *bookmarks(item.children))]


@pytest.fixture(scope="module")
def printed() -> bytes:
    return render()


@pytest.fixture(scope="module")
def opened(printed):
    return pikepdf.open(io.BytesIO(printed))


@pytest.fixture(scope="module")
def pages(printed) -> list[str]:
    return pages_of(printed)


def test_it_is_tagged_and_says_so(opened):
    assert opened.Root.MarkInfo.Marked
    assert opened.Root.StructTreeRoot.K[0].S == "/Document"
    assert opened.open_metadata()["pdfuaid:part"] == "1"


def test_it_has_language_and_title(opened):
    assert str(opened.Root.Lang) == "en"
    assert opened.open_metadata()["dc:title"] == "SOP-CS-001 Standard"
    assert opened.Root.ViewerPreferences.DisplayDocTitle


def test_bookmarks_are_the_headings(opened):
    with opened.open_outline() as outline:
        assert bookmarks(outline.root) == [
            "Customer service standard", "1 Purpose", "1.1 Opening", "2 Who decides", "Revision history", "Approvals",
            "Training record",
        ]  # fmt: skip


def test_every_font_is_ours_and_embedded(opened):
    fonts = [
        thing for thing in opened.objects if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/Font"
    ]
    assert {OURS.match(str(font.BaseFont)) is not None for font in fonts} == {True}, [str(f.BaseFont) for f in fonts]
    descriptors = [thing for thing in opened.objects if isinstance(thing, pikepdf.Dictionary) and "/FontName" in thing]
    assert descriptors
    assert all("/FontFile2" in font or "/FontFile3" in font for font in descriptors)


def test_every_page_says_whose_it_is_and_which_page_of_how_many(pages):
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page
        assert "Northwind Support · Customer service standard" in page
        assert "SOP-CS-001 · v1.2 · Effective 1 Dec 2026" in page
        assert "Uncontrolled when printed. Check the current version at" in page
        assert "https://sop.example/c/SOP-CS-001" in page
        assert "Printed 23 Nov 2026 09:14 UTC by Mia Keller" in page


def test_page_one_has_the_control_block(pages):
    assert FINGERPRINT in pages[0]
    assert "Current version" in pages[0]
    assert "Ana Silva" in pages[0]


def test_the_table_header_is_repeated_and_no_row_is_split(pages):
    with_cases = [page for page in pages if re.search(r"Case \d", page)]
    assert len(with_cases) >= 3
    assert all("Case to decide" in page for page in with_cases)


def test_the_record_stands_at_the_end_and_training_on_its_own_page(pages):
    text = "\n".join(pages)
    assert text.index("Revision history") < text.index("Approvals") < text.index("Training record")
    assert "Training record" in pages[-1]
    assert "Approvals" not in pages[-1]
    assert "Signed electronically" in pages[-1]


def test_parts_that_the_body_shows_are_not_printed_twice():
    record = replace(RECORD, in_body=frozenset({"DocumentControl", "RevisionHistory", "Approvals", "TrainingRecord"}))
    html = paper.paper_html(record, "<p>Only this</p>")
    assert "<table" not in html
    assert "training" not in html


@pytest.mark.parametrize("mark", ["DRAFT", "SUPERSEDED", "WITHDRAWN", "NOT APPROVED"])
def test_a_marked_copy_says_so_on_every_page(mark):
    pages = pages_of(render(replace(RECORD, mark=mark, state_label="Version 2 in work")))
    assert len(pages) > 3
    assert all(re.search(rf"standard +{mark} +SOP-CS-001", page) for page in pages)
    assert "Do not work from this copy" in pages[0]


def test_an_effective_copy_carries_no_mark(pages):
    assert not any(mark in page for page in pages for mark in paper.MARK_SENTENCES)


def test_blanks_and_gaps_keep_their_labels(pages):
    text = "\n".join(pages)
    assert "agent name" in text
    assert "customer name" in text
    assert "Fill in: Company" in text
    assert "Do not say" in text


def test_only_a_table_of_more_than_six_columns_turns_the_page():
    def table(columns: int) -> str:
        return f"<table><tr>{'<th>x</th>' * columns}</tr></table>"

    body = f'<p>a</p>{table(6)}<h2 id="s-1">Wide</h2><div class="decision">{table(7)}</div><h2 id="s-2">Next</h2>'
    data = render(body=body)
    shapes = [float(page.mediabox[2]) > float(page.mediabox[3]) for page in pikepdf.open(io.BytesIO(data)).pages]
    assert shapes.count(True) == 1
    assert shapes[1]
    assert "Wide" in pages_of(data)[1]


def test_letter_paper_is_letter_on_every_page():
    boxes = {
        tuple(map(round, map(float, page.mediabox))) for page in pikepdf.open(io.BytesIO(render(paper="Letter"))).pages
    }
    assert boxes == {(0, 0, 612, 792)}


def test_the_same_document_gives_the_same_bytes():
    assert render() == render()


def test_values_are_text_and_never_markup():
    record = replace(RECORD, title='<b>"x"</b> {{ 7*7 }}', organisation="A & B", printed_line='Printed by "><script>')
    assert "<script>" not in (html := paper.paper_html(record, ""))
    assert "&lt;b&gt;" in html
    assert '<b>"x"</b> {{ 7*7 }}' in pages_of(render(record))[0]


# -- Nothing is fetched
# ------------------------------------------------------------------------------------------


class Listener(http.server.BaseHTTPRequestHandler):
    """Notes whatever is asked for."""

    asked: list[str] = []  # noqa: RUF012

    def do_GET(self):
        self.asked.append(self.path)
        self.send_response(302)
        self.send_header("Location", "file:///etc/passwd")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    Listener.asked = []
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()


VECTORS = [
    '<img src="{u}/1" alt="x">', '<link rel="stylesheet" href="{u}/2">', "<style>@import '{u}/3';</style>",
    '<p style="background:url({u}/4)">x</p>', "<style>@font-face{{font-family:f;src:url({u}/5)}} p{{font-family:f}}</style><p>x</p>",
    '<link rel="attachment" href="{u}/6">', '<a rel="attachment" href="{u}/7">x</a>', '<object data="{u}/8">x</object>',
    '<embed src="{u}/9">', '<svg><image href="{u}/10"/></svg>', '<base href="{u}/"><img src="11" alt="x">',
    """<img alt="x" src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><image href='{u}/12'/></svg>">""",
    '<p style="border-image:url({u}/13) 1">x</p>', '<ul style="list-style-image:url({u}/14)"><li>x</ul>',
    '<p style="content:url({u}/15)">x</p>', '<table background="{u}/16"><tr><td>x</table>', '<body background="{u}/17">',
    '<img src="file:///etc/hostname" alt="x">', '<a rel="attachment" href="file:///etc/hostname">x</a>',
    '<object data="file:///etc/hostname">x</object>', '<link rel="stylesheet" href="file:///etc/hostname">',
    "<style>@page{{background:url({u}/22)}}</style>", '<img src="//{u}/23" alt="x"><svg><use href="{u}/23#a"/></svg>',
]  # fmt: skip


def test_the_vectors_are_real_an_open_fetcher_follows_them(server):
    """Positive control: without it "nothing was fetched" could mean that the server was never named."""
    for vector in VECTORS:
        weasyprint.HTML(string=vector.format(u=server)).write_pdf()
    assert len(set(Listener.asked)) >= 10, sorted(set(Listener.asked))


def test_twenty_three_ways_to_fetch_reach_nothing(server):
    assert len(VECTORS) == 23
    data = render(body="".join(vector.format(u=server) for vector in VECTORS))
    assert Listener.asked == []
    opened = pikepdf.open(io.BytesIO(data))
    assert len(opened.attachments) == 0
    assert not any(
        thing.get("/Type") == "/EmbeddedFile" or thing.get("/Subtype") == "/Image"
        for thing in opened.objects
        if isinstance(thing, pikepdf.Stream)
    )


def test_the_fetcher_itself_denies_and_follows_nothing(server):
    fetcher = pdf.fonts_only()
    assert fetcher._allowed_protocols == []
    assert not any(type(handler).__name__ == "HTTPRedirectHandler" for handler in fetcher.handlers)
    for address in (
        server,
        "file:///etc/passwd",
        "data:text/css,p{}",
        "font:../../etc/passwd",
        "ftp://x/",
        "font:nothing",
    ):
        with pytest.raises(ValueError, match="nothing is fetched"):
            fetcher.fetch(address)
    assert fetcher.fetch("font:source-serif-4-latin-400-normal.woff2").read(4) == b"wOF2"


def test_weasyprint_is_a_version_without_the_known_holes():
    assert int(weasyprint.__version__.split(".")[0]) >= 70


# -- Bombs
# -------------------------------------------------------------------------------------------------------

BOMBS = {
    "colspan": '<table><tr><td colspan="100000">x</td></tr></table>',
    "flex": '<div style="display:flex">' * 12 + "x" + "</div>" * 12,
    "columns": '<div style="columns:2">' * 6 + "x" + "</div>" * 6,
    "combining": "a" + "\u0301" * 200_000,
    "cells": "<table>" + ("<tr>" + "<td>x</td>" * 200 + "</tr>") * 200 + "</table>",
    "quotes": "<blockquote>" * 400 + "x" + "</blockquote>" * 400,
    "tables": "<table><tr><td>" * 120 + "x" + "</table>" * 120,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_ends_within_its_time_with_a_sentence_and_the_next_document_is_printed(bomb):
    assert pdf.render_pdf("<p>Still here</p>", lang="en", title="x").startswith(b"%PDF")  # after the bomb before, too
    started = time.monotonic()
    with pytest.raises(child.TooComplex) as caught:
        render(body=BOMBS[bomb], seconds=0.5)
    assert time.monotonic() - started < 5
    assert caught.value.sentence.startswith("This text is too complex")
