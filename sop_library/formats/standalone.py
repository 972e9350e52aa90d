"""A document as one HTML file that needs nothing else: the product's own styles and fonts are inside it."""

import re
from base64 import b64encode
from functools import cache
from html import escape
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent.parent / "static"
_FACE = re.compile(r"@font-face \{[^}]*\}\n?")
_ADDRESS = re.compile(r'url\("\.\./fonts/([\w.-]+)"\)')
_AROUND = """
body { margin: 0; background: var(--paper); color: var(--ink); }
main { box-sizing: border-box; max-width: 60rem; margin: 0 auto; padding: 3rem 1.5rem 4rem; }
@media print { main { padding: 0; } }
"""


def standalone_html(title: str, page: str, *, lang: str = "en-GB") -> str:
    """Return the file's text; `page` is what `document.page_html` gives: escaped and sanitised already."""
    return (
        f'<!doctype html>\n<html lang="{escape(lang)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{styles()}</style>\n</head>\n<body>\n<main>\n"
        f'<article class="document">\n<h1>{escape(title)}</h1>\n{page}\n</article>\n</main>\n</body>\n</html>\n'
    )


@cache
def styles() -> str:
    """Return the styles of a document with the basic Latin fonts in them; other letters take the reader's own fonts."""
    tokens = _FACE.sub(_embedded, (STATIC / "css" / "tokens.css").read_text(encoding="utf-8"))
    return tokens + (STATIC / "css" / "document.css").read_text(encoding="utf-8") + _AROUND


def _embedded(face: re.Match[str]) -> str:
    """Return a font's rule with its file inside, or nothing for the extended letters, which would double the size."""
    if "-latin-ext-" in face[0]:
        return ""
    return _ADDRESS.sub(lambda address: f"url(data:font/woff2;base64,{_font(address[1])})", face[0])


def _font(name: str) -> str:
    return b64encode((STATIC / "fonts" / name).read_bytes()).decode("ascii")
