"""Documents as offices, kitchens and laboratories keep them: their numbers, their marks, their lines to fill."""

import hashlib
import io
import zipfile

import pytest

from templates_app.importing.composing import compose
from templates_app.importing.frame import PAGE_FOOTER
from templates_app.importing.reading import read
from templates_app.importing.result import ReadFile, SetAside

from .sources import body, guesses, import_text, reasons


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Call %%SERVICE_NAME%% now.", "%%SERVICE_NAME%%"),
        ("Ask @@OWNER@@ first.", "@@OWNER@@"),
        ("Greetings from #COMPANY#, as always.", "#COMPANY#"),
        ("Greetings from <%= company_name %>, as always.", "<%= company_name %>"),
        ("Ring (XXX) XXX-XXXX at night.", "(XXX) XXX-XXXX"),
        ("The keeper is INSERT NAME HERE, every day.", "INSERT NAME HERE"),
        ("Write to INSERT EMAIL ADDRESS.", "INSERT EMAIL ADDRESS"),
        ("YOUR COMPANY NAME keeps the keys.", "YOUR COMPANY NAME"),
        ("Reference: KEY-SOP-___", "KEY-SOP-___"),
    ],
)
def test_a_blank_is_found_however_it_is_marked(text: str, written: str) -> None:
    assert [each.as_written for each in import_text(f"# Keys\n\n{text}\n").guesses] == [written]


@pytest.mark.parametrize(
    "text", ["Press #1# twice.", "INSERT the key, then turn it.", "It is 100%% sure.", "See a@@b.", "~~struck~~ words"]
)
def test_signs_that_mark_nothing_are_no_blanks(text: str) -> None:
    assert import_text(f"# Keys\n\n{text}\n").guesses == ()


def test_a_lettered_paragraph_is_no_copyright() -> None:
    made = import_text("# Keys\n\n(a) Take one.\n\n(b) Use it.\n\n(c) Bring it back.\n\n(c) 2021 Some Printer\n")
    assert "(c) Bring it back." in body(made)
    assert "(c) 2021 Some Printer" in reasons(made)


def test_a_sentence_about_copyright_is_kept() -> None:
    assert "Copyright in the photos" in body(
        import_text("# Photos\n\nCopyright in the photos stays with their maker.\n")
    )


@pytest.mark.parametrize(
    "text",
    [
        "KEY PROCEDURE\n\n1.0 PURPOSE\nWhy it is.\n\n2.0 SCOPE\nWhere it is.\n\n4.0 RECORDS\nWhat is kept.\n",
        "Key Procedure\n\n1 Purpose\nWhy it is.\n\n2 Scope\nWhere it is.\n\n3 Records\nWhat is kept.\n",
        "Key Procedure\n\nI. Purpose\n\nWhy it is.\n\nII. Scope\n\nWhere it is.\n\nIII. Records\n\nWhat is kept.\n",
    ],
)
def test_numbers_of_every_kind_head_a_section(text: str) -> None:
    rows = body(import_text(text)).casefold()
    assert [row[3:] for row in rows.splitlines() if row.startswith("## ")] == ["purpose", "scope", "records"]


def test_a_count_at_the_start_of_a_line_heads_nothing() -> None:
    text = "Key Procedure\n\n1 Purpose\nWhy it is.\n\n5 Spare Keys\nThey hang on the wall.\n\nV. Miller\n"
    assert "## Spare" not in body(import_text(text))
    assert "## Miller" not in body(import_text(text))


def test_a_table_with_rows_of_several_lines_is_a_table() -> None:
    made = import_text(
        "# Keys\n\n  ------------------------------\n"
        "    Key            Who may\n                   take it\n  ---------------- -------------\n"
        "    \\<Front        Anybody\n    door\\>\n\n    Safe           [Manager on\n                   duty]\n"
        "  ------------------------------\n\nWords.\n"
    )
    rows = [row for row in body(made).splitlines() if row.startswith("|")]
    assert rows == ["| Key | Who may take it |", "|---|---|", "| <FrontDoor> | Anybody |", "| Safe | <ManagerDuty> |"]


def test_a_long_line_of_dashes_alone_is_no_table() -> None:
    assert "|" not in body(import_text("# Keys\n\nOne.\n\n--------------------\n\nTwo.\n"))


def test_a_blank_of_many_lines_is_one_blank() -> None:
    asked = "Tell the readers of this text in your own words\nhow the keys are kept, " * 8
    text = f"# Keys\n\nA line that is long enough to be broken at\nits end, as here and there.\n\n[{asked}too.]\n"
    made = import_text(text)
    assert [each.as_written for each in made.guesses] == [f"[{asked}too.]".replace("\n", " ")]


def test_a_blank_in_an_address_is_found_however_it_is_encoded() -> None:
    page = '<h1>T</h1><p>See <a href="%7B%7Bpolicy_url%7D%7D">it</a> at <a href="https://a.%7Bsite%7D/">b</a>.</p>'
    (file,) = read("page.html", page.encode())
    assert [each.as_written for each in compose(file).guesses] == ["{{policy_url}}", "{site}"]
    made = import_text("# T\n\nSee [it](%7B%7Bpolicy_url%7D%7D) now.\n")
    assert [each.as_written for each in made.guesses] == ["{{policy_url}}"]


def test_fields_and_underlined_gaps_of_a_page_are_blanks() -> None:
    fields = '<p>Town: <input placeholder="Town"></p><p>Why: <textarea></textarea></p>'
    page = f"<h1>T</h1><p>Name: <u>&nbsp;&nbsp;&nbsp;</u></p>{fields}"
    (file,) = read("page.html", page.encode())
    assert [each.as_written for each in compose(file).guesses] == ["____", "[Town]", "____"]


@pytest.mark.parametrize(
    ("condition", "source"),
    [("needFax", "organisation"), ("has_fax", "organisation"), ("isPublic", "organisation"), ("island", "document")],
)
def test_a_condition_on_the_organisation_is_asked_once(condition: str, source: str) -> None:
    made = import_text(f"# T\n\nWords.\n\n{{{{#{condition}}}}}\nMore words.\n{{{{/{condition}}}}}\n")
    assert [each.source for each in made.guesses] == [source]


def test_each_line_to_sign_is_a_blank_of_its_own() -> None:
    made = import_text(
        "# Visit\n\n## Parties\n\nGuest signature: _____ Date: _____\n\nHost signature: _____ Date: _____\n\n"
        "## Witnesses\n\nName: ________\n\nName: ________\n"
    )
    found = [(each.name, each.occurrences) for each in made.guesses if each.name.endswith(("Date", "Name", "Name2"))]
    assert found == [
        ("GuestSignatureDate", 1), ("HostSignatureDate", 1), ("Name", 1), ("WitnessesName", 1)
    ]  # fmt: skip


def test_the_table_of_document_control_tells_the_title() -> None:
    made = import_text(
        "STANDARD OPERATING PROCEDURE\n\nTitle: Handing out keys\nVersion: 2\n\n1. PURPOSE\nWhy it is.\n"
    )
    assert made.title == "Handing out keys"


def test_front_matter_and_the_ends_of_pages_hold_blanks_too() -> None:
    made = import_text("---\ntitle: Keys\nauthor: <Key Keeper>\n---\n\n## Part\n\nWords.\n")
    assert [each.as_written for each in made.guesses] == ["<Key Keeper>"]
    foot = SetAside(0, "[Firm] keeps this", PAGE_FOOTER)
    made = compose(ReadFile("a.docx", ("# Keys", "", "Words."), (foot, foot)))
    assert [(each.as_written, each.occurrences) for each in made.guesses] == [("[Firm]", 1)]


def test_every_document_of_an_archive_has_its_own_digest() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.md", "# A\n\nWords.")
        archive.writestr("b.md", "# B\n\nMore words.")
    found = [(each.sha256, each.size) for each in read("both.zip", packed.getvalue())]
    assert found == [
        (hashlib.sha256(text).hexdigest(), len(text)) for text in (b"# A\n\nWords.", b"# B\n\nMore words.")
    ]


def test_a_form_behind_marks_of_code_is_a_form() -> None:
    made = import_text("# Receipt\n\nSign here.\n\n```\nDate: __________\n\nSigned for [Firm Name]\n```\n")
    assert [each.as_written for each in made.guesses] == ["__________", "[Firm Name]"]
    assert "```" not in body(made)


@pytest.mark.parametrize("row", ["$ open --door [Door Name]", "open(door); // ____", "kubectl get [Pod Name]"])
def test_code_with_brackets_stays_code(row: str) -> None:
    made = import_text(f"# Doors\n\nWords.\n\n```\n{row}\n```\n")
    assert made.guesses == ()
    assert f"```\n{row}\n```" in body(made)


def test_values_with_a_dot_before_their_name_are_no_styles() -> None:
    made = import_text("# T\n\nAt {{.site_name}} see [{{.label}}]({{.address}}).\n")
    assert [each.as_written for each in made.guesses] == ["{{.site_name}}", "{{.label}}", "{{.address}}"]


def test_a_numbered_heading_may_be_underlined() -> None:
    rows = body(import_text("# Keys\n\n1. PURPOSE\n==========\nWhy it is.\n\n2. SCOPE\n========\nWhere it is.\n"))
    assert "## PURPOSE\n\nWhy it is.\n\n## SCOPE\n" in rows


def test_document_control_in_four_columns_is_document_control() -> None:
    made = import_text(
        "# Keys\n\n|  |  |  |  |\n|--|--|--|--|\n| **Document ID:** | K-1 | **Version:** | 2 |\n"
        "| **Effective date:** | YYYY-MM-DD | **Review date:** | YYYY-MM-DD |\n\nWords.\n"
    )
    assert "<DocumentControl>" in body(made)
    assert set(guesses(made)) == {"EffectiveDate", "ReviewDate"}


def test_a_head_may_stand_under_an_empty_head() -> None:
    made = import_text(
        "# Keys\n\n## Approval\n\n|  |  |  |\n|--|--|--|\n"
        "| **Role** | **Name** | **Signature** |\n| Author | [Name] | |\n"
    )
    assert "<Approvals>" in body(made)


def test_a_general_title_gives_way_to_the_heading_under_it() -> None:
    assert import_text("**Standard Operating Procedure**\n\n**Keeping of Keys**\n\n1. Purpose\n\nWhy.\n").title == (
        "Keeping of Keys"
    )


@pytest.mark.parametrize("row", ["tags: [keys]", "rules: [A1, A2]", "map: {a: b}", 'owner: "[[Jo]]"'])
def test_lists_and_links_in_front_matter_are_no_blanks(row: str) -> None:
    assert import_text(f"---\ntitle: Keys\n{row}\n---\n\n## Part\n\nWords.\n").guesses == ()


def test_words_in_brackets_are_a_blank_in_code_letters_too() -> None:
    made = import_text("# Keys\n\nKept by `[Firm Name]` in `<the main safe>`, see `list[int]` and `<command>`.\n")
    assert [each.as_written for each in made.guesses] == ["[Firm Name]", "<the main safe>"]
    assert "Kept by <FirmName> in <MainSafe>, see `list[int]`" in body(made)


def test_a_history_of_six_columns_is_a_history() -> None:
    made = import_text(
        "# Keys\n\n| Version | Date | Author | Changes | Approved by | Next review |\n|--|--|--|--|--|--|\n"
        "| {{VERSION}} | {{DAY}} | {{AUTHOR}} | {{WHAT}} | {{APPROVER}} | {{NEXT}} |\n"
    )
    assert "<RevisionHistory>" in body(made)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Phone ( ___ ) ___ - ____", "( ___ ) ___ - ____"),
        ("Day ____/____/20__", "____/____/20__"),
        ("Sample No.: _ _ _ _ _ _", "_ _ _ _ _ _"),
        ("It costs $X,XXX a year.", "$X,XXX"),
    ],
)
def test_a_line_in_parts_is_one_blank(text: str, written: str) -> None:
    assert [each.as_written for each in import_text(f"# Keys\n\n{text}\n").guesses] == [written]


@pytest.mark.parametrize("link", ["[[home|the start]]", "[[../index]]", "[[keys.front-door]]", "[see note 3]"])
def test_links_of_a_wiki_are_no_blanks(link: str) -> None:
    assert import_text(f"# Keys\n\nLook at {link} first.\n").guesses == ()


def test_who_speaks_and_who_is_spoken_to_are_two_people() -> None:
    made = import_text('# Calls\n\nSay: "Hello [Name]! I\'m [Your Name]."\n')
    assert {name: each.source for name, each in guesses(made).items()} == {"Name": "call", "AgentName": "reader"}


@pytest.mark.parametrize(
    "text",
    [
        "{% if big %}Big keys{% else %}Small keys{% endif %} hang here.",
        "{{if .Big}}Big keys{{ end }} hang here.",
        "{{#if big}}Big keys{{else}}Small keys{{/if}} hang here.",
        "<% if big %>Big keys<% end %> hang here. {# for {{now}} #}",
    ],
)
def test_tags_that_steer_are_set_aside_and_their_words_kept(text: str) -> None:
    made = import_text(f"# Keys\n\n{text}\n")
    assert made.guesses == ()
    assert not set("{}%") & set(body(made))
    assert "Big keys" in body(made)
    assert "Big keysS" not in body(made)
    assert made.set_aside


def test_a_table_between_two_lines_of_dashes_needs_no_head() -> None:
    made = import_text(
        "# Keys\n\n  ------- --------\n  Front   \\<Hook\\>\n  Back    Shelf\n  ------- --------\n\nWords.\n"
    )
    assert "| Front | <Hook> |\n| Back | Shelf |" in body(made)


def test_a_drawn_line_under_its_label_belongs_to_it() -> None:
    made = import_text(
        "# Keys\n\nA line that is broken in its middle, as the lines of\n"
        "many texts are, so that it goes on below. Then. Keeper:\n________\n"
    )
    assert [each.name for each in made.guesses] == ["Keeper"]


def test_escapes_inside_braces_are_no_words() -> None:
    made = import_text("# Keys\n\nAt {\\$site} and {{ user.name \\| upper }}.\n")
    assert [each.as_written for each in made.guesses] == ["{\\$site}", "{{ user.name \\| upper }}"]


def test_a_title_that_gives_way_is_set_aside() -> None:
    made = import_text("**Standard Operating Procedure**\n\n**Keeping of Keys**\n\n1. Purpose\n\nWhy.\n")
    assert "Standard Operating Procedure" in reasons(made)
