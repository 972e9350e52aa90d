"""Word files: what arrives, what is told, and what is refused."""

import io
import struct
import time
import zipfile
from pathlib import Path

import pytest

from templates_app import child
from templates_app.importing.composing import compose
from templates_app.importing.reading import read
from templates_app.importing.result import ReadFile, Unreadable
from tests.templates_app.importing.sources import body
from tests.templates_app.importing.word_files import W, document, paragraph, table, word_file, zipped

NUMBERED = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>'
BULLET = f'<?xml version="1.0"?><w:numbering {W}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'  # fmt: skip  # noqa: E501


def word(*parts: str, **further: dict[str, str | bytes]) -> ReadFile:
    """Return what is read of a Word file with this body."""
    return read("procedure.docx", word_file(*parts, **further))[0]


def refusal(data: bytes, name: str = "procedure.docx") -> Unreadable:
    """Return why a file is refused."""
    with pytest.raises(Unreadable) as caught:
        read(name, data)
    assert caught.value.sentence.endswith(".")
    assert name in caught.value.sentence
    return caught.value


def test_headings_tables_and_blanks_arrive() -> None:
    found = word(
        paragraph("Key handling", "Title"),
        paragraph("Purpose", "Heading1"),
        paragraph("Keys of [Company Name] are handed out.", run="<w:b/>"),
        paragraph("Key list", "Heading1"),
        table(("Key", "Place"), ("Front", "Hook 1")),
    )
    made = compose(found)
    assert made.title == "Key handling"
    assert "## Purpose\n\n**Keys of <CompanyName> are handed out.**" in body(made)
    assert "| Key | Place |\n|---|---|\n| Front | Hook 1 |" in body(made)


def test_boxes_stay_boxes() -> None:
    box = '<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="0"/></w14:checkbox></w:sdtPr><w:sdtContent><w:r><w:t>☐</w:t></w:r></w:sdtContent></w:sdt>'  # noqa: E501
    found = word(f"<w:p>{box}<w:r><w:t> Count the keys</w:t></w:r></w:p>", paragraph("☐ Lock the box"))
    assert "- [ ] Count the keys\n- [ ] Lock the box" in body(compose(found))


def test_a_link_that_runs_code_becomes_words() -> None:
    link = '<w:p><w:hyperlink r:id="l1"><w:r><w:t>the guide</w:t></w:r></w:hyperlink></w:p>'
    found = read("p.docx", word_file(paragraph("Read"), link, links={"l1": "javascript:alert(1)"}))[0]
    assert "the guide" in found.lines
    assert any("javascript:alert" in each.text for each in found.dropped)
    assert "javascript" not in compose(found).source


def test_an_image_outside_is_never_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"secret")
    image = '<w:p><w:r><w:drawing><a:blip r:link="i1"/></w:drawing></w:r></w:p>'
    found = read("p.docx", word_file(paragraph("Words."), image, links={"i1": f"file://{secret}"}))[0]
    assert not any("secret" in line for line in found.lines)
    assert any(each.text == "1 image" for each in found.dropped)


def test_what_is_no_running_text_is_told_with_its_words() -> None:
    deleted = "<w:p><w:del><w:r><w:delText>old words</w:delText></w:r></w:del><w:r><w:t>New words</w:t></w:r></w:p>"
    more: dict[str, str | bytes] = {
        "word/header1.xml": f'<?xml version="1.0"?><w:hdr {W}>{paragraph("Confidential")}</w:hdr>',
        "word/comments.xml": f'<?xml version="1.0"?><w:comments {W}><w:comment w:id="1">{paragraph("Is it so?")}</w:comment></w:comments>',  # noqa: E501
    }
    told = {each.text: each.reason for each in word(deleted, more=more).dropped}
    assert "header" in told["Confidential"]
    assert "comment" in told["Is it so?"]
    assert "deleted" in told["old words"]


def test_a_list_of_bullets_arrives() -> None:
    item = f"<w:p>{NUMBERED}<w:r><w:t>Front doors</w:t></w:r></w:p>"
    more: dict[str, str | bytes] = {
        "word/numbering.xml": BULLET,
        "word/_rels/document.xml.rels": '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="n" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/numbering" Target="numbering.xml"/></Relationships>',  # noqa: E501
    }
    assert "- Front doors" in body(compose(word(paragraph("Keys"), item, more=more)))


def test_it_is_read_in_the_child_that_can_be_killed() -> None:
    files = child.run(read, "p.docx", word_file(paragraph("Words of the procedure.")), seconds=30)
    assert files[0].lines[0] == "Words of the procedure."


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        (b"no zip at all", 415, "not a Word file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, 415, "old or encrypted"),
        (word_file(paragraph("a"))[:300], 422, "broken"),
        (word_file(paragraph("a"), more={"word/vbaProject.bin": b"x"}), 415, "macros"),
        (word_file(paragraph("a"), more={"../../x.xml": b"x"}), 422, "outside it"),
        (word_file(paragraph("a"), more={"WORD/document.xml": b"x"}), 422, "two files"),
        (word_file(paragraph("a"), more={"word/x.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a/>'}), 422, "document type"),
        (word_file(paragraph("a"), more={"word/x.xml": '<!DOCTYPE a><a/>'.encode("utf-16")}), 422, "document type"),
        (zipped({"word/other.xml": "<a/>"}), 415, "not a Word file"),
        (zipped({"word/document.xml": "<a"}), 422, "not well-formed"),
        (word_file(*["<w:p/>"] * 20_001), 413, "20,000"),
        (word_file(paragraph("a"), more={f"word/{n}.bin": b"" for n in range(2_000)}), 413, "2,000"),
        (word_file("<w:tbl><w:tr><w:tc>" * 60 + "</w:tc></w:tr></w:tbl>" * 60), 422, "too deeply"),
        (word_file(paragraph("x" * 9_000_000)), 413, "100 times"),
        (zipped({"word/document.xml": b"<a>" + b"xyz " * 2_100_000 + b"</a>"}, zipfile.ZIP_STORED), 413, "8,000,000"),
    ],
)  # fmt: skip
def test_a_hostile_file_is_refused_with_the_reason(data: bytes, status: int, words: str) -> None:
    found = refusal(data)
    assert found.status == status
    assert words in found.sentence


def test_a_lie_about_the_unpacked_size_is_found_while_reading() -> None:
    data = bytearray(zipped({"[Content_Types].xml": "x", "word/document.xml": b"0" * 30_000_000}))
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = data.rfind(mark)
        data[at + offset : at + offset + 4] = struct.pack("<I", 1000)
    start = time.monotonic()
    refusal(bytes(data))
    assert time.monotonic() - start < 5


def test_members_that_share_bytes_are_refused() -> None:
    data = zipped({"word/document.xml": document(paragraph("a")), "word/b.xml": "<a/>"})
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        first = archive.infolist()[0].header_offset
    changed = bytearray(data)
    at = changed.rfind(b"PK\x01\x02")
    changed[at + 42 : at + 46] = struct.pack("<I", first)
    assert "overlaps" in refusal(bytes(changed)).sentence


def test_an_encrypted_member_is_refused() -> None:
    data = bytearray(word_file(paragraph("a")))
    at = data.rfind(b"PK\x01\x02")
    data[at + 8] |= 1
    assert "encrypted" in refusal(bytes(data)).sentence


def test_a_file_of_more_than_twenty_megabytes_is_refused() -> None:
    assert refusal(b"PK\x03\x04" + b"x" * 20_000_001).status == 413


def test_every_line_to_write_on_is_a_blank() -> None:
    led = (
        '<w:p><w:pPr><w:tabs><w:tab w:val="left" w:leader="underscore" w:pos="4000"/></w:tabs></w:pPr>'
        "<w:r><w:t>Keeper:</w:t></w:r><w:r><w:tab/></w:r></w:p>"
    )
    ruled = "<w:p><w:r><w:t>Town:</w:t></w:r><w:r><w:rPr><w:u w:val='single'/></w:rPr><w:tab/><w:tab/></w:r></w:p>"
    field = "".join(
        f"<w:r>{part}</w:r>"
        for part in (
            "<w:t>Road: </w:t>", '<w:fldChar w:fldCharType="begin"/>', "<w:instrText> FORMTEXT </w:instrText>",
            '<w:fldChar w:fldCharType="separate"/>', "<w:t>\u2002\u2002\u2002\u2002\u2002</w:t>",
            '<w:fldChar w:fldCharType="end"/>',
        )
    )  # fmt: skip
    made = compose(word(paragraph("Keys", "Title"), led, ruled, f"<w:p>{field}</w:p>"))
    assert [(each.name, each.as_written) for each in made.guesses] == [
        ("Keeper", "____"), ("Town", "____"), ("Road", "____")
    ]  # fmt: skip


def test_a_tab_without_a_line_is_no_blank() -> None:
    tab = '<w:p><w:pPr><w:tabs><w:tab w:val="left" w:leader="dot" w:pos="4000"/></w:tabs></w:pPr><w:r><w:t>Scope</w:t><w:tab/><w:t>3</w:t></w:r></w:p>'  # noqa: E501
    assert compose(word(paragraph("Keys", "Title"), tab)).guesses == ()


def test_blanks_in_the_header_of_the_pages_are_found() -> None:
    header = f"<w:hdr {W}>{paragraph('[Firm Name], page 1 of 2')}</w:hdr>"
    found = word(paragraph("Keys", "Title"), paragraph("Words."), more={"word/header1.xml": header})
    assert [each.as_written for each in compose(found).guesses] == ["[Firm Name]"]
