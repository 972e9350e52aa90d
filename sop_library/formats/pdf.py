"""HTML to PDF: tagged (PDF/UA-1), our own fonts, nothing fetched. The only module that imports WeasyPrint.

`render_pdf` works in the killable child of `templates_app.child`; WeasyPrint is imported there alone, when
the child starts, because it takes half a second and forty megabytes that no web worker needs.
"""

from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Literal

from sop_library.formats.arranging import arrange
from templates_app import child

PaperSize = Literal["A4", "Letter"]

STATIC = Path(__file__).resolve().parent.parent.parent / "static"
STYLESHEET = STATIC / "css" / "print.css"
MARKED = STATIC / "css" / "print-marked.css"
COMPARED = STATIC / "css" / "print-compared.css"
FONTS = STATIC / "fonts"
FONT_SCHEME = "font:"
LETTER = "@page sheet{size:Letter} @page wide{size:Letter landscape}"


def render_pdf(html: str, *, lang: str, title: str, paper: PaperSize = "A4", seconds: float = 40) -> bytes:
    """The PDF of `html`, the body markup that `paper.paper_html` gives.

    `lang` is a BCP 47 tag such as "en"; both it and `title` are required by PDF/UA-1 (ISO 14289-1, 7.1 and
    7.2). Raises a `ChildProblem` with a sentence: `TooComplex` after `seconds` or when memory runs out.
    """
    return child.run(write, html, lang, title, paper, seconds=seconds, pool="pdf")


def warm() -> None:
    """Start the PDF child without waiting for it."""
    child.warm(write, pool="pdf")


def write(html: str, lang: str, title: str, paper: PaperSize) -> bytes:
    """What `render_pdf` runs in the child."""
    from weasyprint import HTML

    tools = press()
    head = f'<meta charset="utf-8"><title>{escape(title)}</title>'
    page = f'<!doctype html><html lang="{escape(lang)}"><head>{head}</head><body>{html}</body></html>'
    document = HTML(string=page, url_fetcher=tools["fetcher"])  # type: ignore[no-untyped-call]
    marked = document.etree_element.find("body/div/p[@data-mark]") is not None
    compared = document.etree_element.find("body/div[@data-compared]") is not None
    arrange(document.etree_element)
    pdf: bytes = document.write_pdf(  # type: ignore[no-untyped-call]
        font_config=tools["fonts"],
        stylesheets=[
            tools["sheet"],
            *([tools["letter"]] if paper == "Letter" else []),
            *([tools["marked"]] if marked else []),
            *([tools["compared"]] if compared else []),
        ],
        pdf_variant="pdf/ua-1",
        presentational_hints=False,  # CVE-2026-49452: attributes such as `background` become CSS
    )
    return pdf


def prepare_child() -> None:
    """Load fonts and stylesheet and set one page, so that the first document meets a warm press."""
    write('<h1>Warm</h1><div class="text"><p>Warm <em>up</em></p></div>', "en", "Warm", "A4")


@cache
def press() -> dict[str, Any]:
    """Fetcher, fonts and parsed stylesheets: made once per child, reused for every document."""
    import logging

    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    fetcher, fonts = fonts_only(), FontConfiguration()  # type: ignore[no-untyped-call]

    def sheet(text: str) -> CSS:
        return CSS(string=text, font_config=fonts, url_fetcher=fetcher)  # type: ignore[no-untyped-call]

    files = {"sheet": STYLESHEET, "marked": MARKED, "compared": COMPARED}
    sheets = {name: sheet(path.read_text(encoding="utf-8")) for name, path in files.items()}
    return {"fetcher": fetcher, "fonts": fonts, "letter": sheet(LETTER), **sheets}


def fonts_only() -> Any:
    """A fetcher that serves `font:<file>` from memory and refuses every other address (`security.md`, V1)."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    files = {FONT_SCHEME + file.name: file.read_bytes() for file in FONTS.glob("*.woff2")}

    class FontsOnly(URLFetcher):
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
            """The font of that name; ValueError for anything else, which WeasyPrint takes as missing."""
            if url not in files:
                raise ValueError("Documents are printed from what they contain; nothing is fetched")
            font = {"Content-Type": "font/woff2"}
            return URLFetcherResponse(url, files[url], font)  # type: ignore[no-untyped-call]

    return FontsOnly(allowed_protocols=[], allow_redirects=False)  # type: ignore[no-untyped-call]
