"""Files of other kinds: encodings, pages, archives, and what is refused by its content or its name."""
# ruff: noqa: E501  (texts as people write them)

import pytest

from templates_app.importing.composing import compose
from templates_app.importing.reading import read, shown_name
from templates_app.importing.result import ReadFile, Unreadable
from tests.templates_app.importing.sources import body
from tests.templates_app.importing.word_files import paragraph, word_file, zipped


def page(html: str) -> ReadFile:
    """Return what is read of a page."""
    return read("page.html", html.encode())[0]


def lines(html: str) -> str:
    """Return the lines of a page as one text."""
    return "\n".join(page(f"<body>{html}</body>").lines)


@pytest.mark.parametrize(
    "data",
    [
        "Größe\nzwei".encode(),
        b"\xef\xbb\xbf" + "Größe\nzwei".encode(),
        "Größe\nzwei".encode("utf-16"),
        b"\xfe\xff" + "Größe\nzwei".encode("utf-16-be"),
        "Größe\r\nzwei".encode(),
        "Größe\rzwei".encode(),
        "Größe\u2028zwei".encode(),
        "Gro\u0308ße\nzwei".encode(),
    ],
)
def test_a_text_is_read_in_every_encoding_that_says_what_it_is(data: bytes) -> None:
    assert read("a.txt", data)[0].lines == ("Größe", "zwei")


def test_another_encoding_is_refused_with_the_place() -> None:
    with pytest.raises(Unreadable, match="byte 3 is 0xf6") as caught:
        read("a.txt", "Größe".encode("latin-1"))
    assert caught.value.status == 415


@pytest.mark.parametrize(
    ("name", "data", "status", "words"),
    [
        ("a.md", b"", 422, "empty"),
        ("a.md", b" \n\r\n", 422, "empty"),
        ("a.md", b"a\x00b", 415, "NUL"),
        ("a.md", b"x" * 1_000_001, 413, "1,000,000 bytes, this has 1,000,001"),
        ("a.md", b"x" * 20_000_001, 413, "20,000,000"),
        ("a.pdf", b"%PDF-1.7 x", 415, "a PDF"),
        ("a.md", b"%PDF-1.7 x", 415, "a PDF"),
        ("a.txt", b'{"a": [1]}', 415, "data"),
        ("a.csv", b"a,b\n1,2", 415, "a table of values"),
        ("a.docm", b"anything", 415, "macros"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", 415, "old or encrypted"),
        ("a.zip", zipped({"x.pdf": b"%PDF-1"}), 415, "no file that can be read"),
        ("a.zip", zipped({}), 415, "no file that can be read"),
        ("a.zip", zipped({"b.zip": zipped({"c.md": "x"})}), 415, "another archive"),
        ("a.xlsx", zipped({"xl/workbook.xml": "<a/>"}), 415, "another office program"),
        ("a.zip", zipped({"../b.md": "x"}), 422, "points outside"),
        ("a.zip", zipped({f"{n}.md": "x" for n in range(201)}), 413, "at most 200"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(name: str, data: bytes, status: int, words: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(name, data)
    assert words in caught.value.sentence
    assert caught.value.status == status


@pytest.mark.parametrize("name", ["a.md.tmpl", "a.mustache", "a.j2", "a", "a.markdown", "notes.of.2026"])
def test_a_text_is_known_by_its_content(name: str) -> None:
    assert read(name, b"# Title\n\nHello {{name}}.")[0].lines[0] == "# Title"


def test_a_zip_gives_each_of_its_documents() -> None:
    data = zipped(
        {
            "one.md": "# One\n\nWords.",
            "folder/two.txt": "Two\n\nMore words.",
            "three.docx": word_file(paragraph("Three words here.")),
            "four.html": "<h1>Four</h1><p>Words.</p>",
            "__MACOSX/one.md": "x",
            ".hidden": "x",
        }
    )
    assert [each.name for each in read("many.zip", data)] == ["one.md", "two.txt", "three.docx", "four.html"]


def test_one_bad_file_of_a_zip_does_not_stop_the_others() -> None:
    good, bad = read("many.zip", zipped({"a.md": "# A\n\nWords.", "b.pdf": "%PDF-1"}))
    assert compose(good).title == "A"
    with pytest.raises(Unreadable, match=r"b\.pdf is a PDF"):
        compose(bad)


def test_a_name_is_shown_without_folders_and_tricks() -> None:
    assert shown_name("../../etc/\u202epasswd\n.md") == "_passwd_.md"
    assert len(shown_name("x" * 500 + ".md")) <= 120
    assert shown_name("C:\\docs\\a.docx") == "a.docx"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<h2>Part</h2><p>One <b>bold</b> and <i>thin</i>.</p>", "## Part\n\nOne **bold** and *thin*."),
        ("<ul><li>a<ul><li>b</li></ul></li><li><p>c</p><p>d</p></li></ul>", "- a\n    - b\n- c\n    d"),
        ("<ol start=3><li>a</li><li>b</li></ol>", "3. a\n4. b"),
        ("<table><tr><th>a</th><th>b</th></tr><tr><td colspan=2>c|d</td></tr></table>", "| a | b |\n|---|---|\n| c\\|d |  |"),
        ("<dl><dt>T</dt><dd>M</dd></dl>", "T\n: M"),
        ("<blockquote><p>q</p></blockquote>", "> q"),
        ("<pre>a  b\n# c</pre>", "````\na  b\n# c\n````"),
        ("<p>a<br>b</p>", "a  \nb"),
        ('<p><a href="https://a.example/x y">t</a></p>', "[t](https://a.example/x%20y)"),
        ('<p><input type="checkbox"> do it</p>', "☐ do it"),
        ('<p><input type="checkbox" checked> done</p>', "☑ done"),
        ("<p>5 * 3 and `x`</p>", "5 \\* 3 and \\`x\\`"),
        ("<div>a<div>b</div>c</div>", "a\n\nb\n\nc"),
    ],
)  # fmt: skip
def test_a_page_becomes_lines(html: str, expected: str) -> None:
    assert expected in lines(html)


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<script>alert(1)</script><p>a</p>", "alert(1)"),
        ("<style>p {color: red}</style><p>a</p>", "color"),
        ("<nav>Home About</nav><p>a</p>", "Home About"),
        ('<p><img src="http://169.254.169.254/x" alt="Logo"> a</p>', "Logo"),
        ('<p><a href="javascript:alert(2)">t</a></p>', "javascript:alert(2)"),
        ("<p>a</p><!-- not shown -->", "not shown"),
    ],
)
def test_what_a_page_does_not_say_is_told(html: str, words: str) -> None:
    found = page(f"<body>{html}</body>")
    assert any(words in each.text for each in found.dropped)
    assert not any(words in line for line in found.lines)


def test_a_page_nested_a_thousand_deep_keeps_its_words() -> None:
    assert "words" in lines("<div>" * 1000 + "words")
    assert "words" in lines("<ul><li>" * 300 + "words")
    with pytest.raises(Unreadable, match="nested too deeply"):
        lines("<div>" * 50_000 + "words")


def test_the_title_of_a_page_is_used_when_it_has_no_heading() -> None:
    made = compose(page("<html><head><title>Keys</title></head><body><p>Words of it.</p></body></html>"))
    assert made.title == "Keys"
    assert "Words of it." in body(made)
