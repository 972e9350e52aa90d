"""Every template of the library becomes a whole document, on screen and on paper, out of its own examples."""

from functools import cache
from io import BytesIO
from typing import Any

import pikepdf
import pytest

from sop_library import template_files
from sop_library.formats.markdown import as_markdown
from templates_app import shelf
from templates_app.domain.rendering import Body, Mode, render
from templates_app.texts import skeleton_of, template_of

SLUGS = sorted(shelf.template_files())
OURS = ("Source-Serif", "SourceSerif", "Source-Sans", "SourceSans", "IBM-Plex-Mono", "IBMPlexMono")


def source(slug: str) -> str:
    return shelf.template_files()[slug].read_text(encoding="utf-8")


def examples(slug: str) -> dict[str, Any]:
    return {variable.name: variable.example for variable in template_of(source(slug)).answered}


@cache
def body(slug: str) -> Body:
    text = source(slug)
    return render(skeleton_of(text), template_of(text).variables, examples(slug), Mode.FINAL)


@cache
def paper(slug: str) -> bytes:
    return template_files.document_of(source(slug), examples(slug), "pdf")


def test_there_are_eighteen() -> None:
    assert len(SLUGS) == 18


@pytest.mark.parametrize("slug", SLUGS)
def test_its_page_has_every_value_and_no_gap(slug: str) -> None:
    page = template_files.document_of(source(slug), examples(slug), "html").decode()
    assert body(slug).missing == ()
    assert len(body(slug).outline) >= 5
    assert all(f'id="{heading.id}"' in page for heading in body(slug).outline)
    inside = page[page.index("<article") :]
    assert 'class="gap"' not in inside
    assert "{{" not in inside
    assert 'class="say"' in inside


@pytest.mark.parametrize("slug", SLUGS)
def test_its_markdown_holds_every_heading(slug: str) -> None:
    text = template_files.document_of(source(slug), examples(slug), "md").decode()
    heads = [line.lstrip("# ") for line in text.split("\n") if line.startswith("##")]
    plain = [line.replace("\\", "") for line in heads]
    numbered = [f"{heading.number} {heading.title}" for heading in body(slug).outline]
    assert [line for line in plain if line in numbered] == numbered
    assert "<" not in text.replace("](<", "").replace("<br>", "")
    assert as_markdown("T", "<p>x</p>") == "# T\n\nx\n"


@pytest.mark.parametrize("slug", SLUGS)
def test_its_pdf_is_tagged_with_our_fonts_and_bookmarks(slug: str) -> None:
    with pikepdf.open(BytesIO(paper(slug))) as document:
        assert str(document.docinfo["/Title"]) == template_of(source(slug)).title
        assert document.Root.MarkInfo.Marked
        assert document.Root.Lang
        used = fonts(document)
        assert used
        assert all(any(name in font for name in OURS) for font in used), used
        with document.open_outline() as outline:
            marks = list(titles(outline.root))
    for heading in body(slug).outline:
        assert any(heading.title in mark and mark.startswith(heading.number) for mark in marks), heading.title


def fonts(document: pikepdf.Pdf) -> set[str]:
    """The base names of the fonts of every page, without the tag of the subset; each is embedded."""
    found: set[str] = set()
    for thing in document.objects:
        if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/FontDescriptor":
            assert any(key in thing for key in ("/FontFile", "/FontFile2", "/FontFile3")), thing.FontName
            found.add(str(thing.FontName).lstrip("/").partition("+")[2] or str(thing.FontName))
    return found


def titles(items: Any) -> Any:
    """Every bookmark's words, with those below it."""
    for item in items:
        yield " ".join(item.title.split())
        yield from titles(item.children)
