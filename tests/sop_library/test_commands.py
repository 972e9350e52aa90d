"""The commands: what they print, what they write, and the code they end with."""

import json
import os
import stat
import subprocess
import sys
from datetime import timedelta
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.utils import timezone
from markdown import Markdown

from accounts.models import Membership, User
from audit.models import Entry
from sop_library import demo, template_files, verifying
from sop_library.domain.lifecycle import Phase, Status
from sop_library.formats.markdown import as_markdown, plain
from sop_library.models import SOP, SignOff, Version
from sop_library.waiting import waiting_for
from templates_app import shelf
from tests.sop_library.makers import SOURCE
from tests.templates_app.texts import source

ROOT = Path(__file__).resolve().parent.parent.parent
SLUG = "customer-service-standard"


def run(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command(*arguments, stdout=out)
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


@pytest.fixture
def text_file(tmp_path: Path) -> Path:
    path = tmp_path / "calls.md"
    path.write_text(SOURCE, encoding="utf-8")
    return path


def values(tmp_path: Path, given: object) -> str:
    path = tmp_path / "values.json"
    path.write_text(given if isinstance(given, str) else json.dumps(given), encoding="utf-8")
    return str(path)


ANSWERS = {"CompanyName": "Northwind", "RingTimeLimit": 3}


# sop_templates


def test_it_lists_every_template_of_the_library() -> None:
    code, told = run("sop_templates")
    assert code == 0
    assert all(slug in told for slug in shelf.template_files())
    listed = json.loads(run("sop_templates", "--json")[1])
    assert len(listed) == 18
    assert {each["slug"] for each in listed} == set(shelf.template_files())
    wanted = {"name", "label", "kind", "source", "group", "example", "required"}
    assert all(wanted <= set(variable) for each in listed for variable in each["variables"])


def test_it_shows_one_template_with_its_variables() -> None:
    code, told = run("sop_templates", SLUG)
    assert code == 0
    assert "RingTimeLimit" in told
    code, told = run("sop_templates", "customer-service-standrad")
    assert code == 2
    assert told.startswith("There is no template “customer-service-standrad” in the library")
    assert "did you mean “customer-service-standard”" in told


def test_the_examples_are_in_the_form_that_values_takes(tmp_path: Path) -> None:
    (listed,) = json.loads(run("sop_templates", SLUG, "--json")[1])
    answered = [each for each in listed["variables"] if each["source"] in {"organisation", "document"}]
    path = values(tmp_path, {each["name"]: each["example"] for each in answered})
    code, told = run("sop_render", SLUG, "--values", path, "-o", str(tmp_path / "out.html"))
    assert (code, told[:5]) == (0, "Wrote")


# sop_render


def test_it_writes_a_page_that_needs_nothing_else(text_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.html"
    code, told = run("sop_render", str(text_file), "--values", values(tmp_path, ANSWERS), "-o", str(out))
    assert code == 0
    assert "Answering calls" in told
    page = out.read_text(encoding="utf-8")
    assert "<title>Answering calls</title>" in page
    assert "Every call to Northwind is answered within 3 rings" in page
    assert "<link" not in page
    assert "<script" not in page
    assert "url(data:font/woff2;base64," in page
    assert "../fonts" not in page


def test_it_writes_markdown(text_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.md"
    given = ANSWERS | {"Reasons": ["Billing", "Delivery *late*"]}
    path = values(tmp_path, given)
    assert run("sop_render", str(text_file), "--values", path, "--format", "md", "-o", str(out))[0] == 0
    text = out.read_text(encoding="utf-8")
    assert text.startswith("# Answering calls\n")
    assert "## 1 Purpose\n\nEvery call to Northwind is answered within 3 rings from set when approved on." in text
    assert "- Billing\n- Delivery \\*late\\*\n" in text
    assert "> **Say: Greeting**\n>\n> Thank you for calling, [customer name]. My name is [agent name]." in text
    assert "<" not in text


def test_it_writes_a_pdf(text_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.pdf"
    given = values(tmp_path, ANSWERS)
    assert run("sop_render", str(text_file), "--values", given, "--format", "pdf", "-o", str(out))[0] == 0
    assert out.read_bytes().startswith(b"%PDF-")


def test_it_writes_values_by_the_locale_asked_for(tmp_path: Path) -> None:
    text, out = tmp_path / "money.md", tmp_path / "out.html"
    text.write_text(source("Pay <Fee>.", "Fee: {kind: money, example: '9.00'}"), encoding="utf-8")
    given = values(tmp_path, {"Fee": "1234.50"})
    asked = ("sop_render", str(text), "--values", given, "-o", str(out))
    assert run(*asked)[0] == 0
    assert "Pay $1,234.50." in out.read_text(encoding="utf-8")
    assert run(*asked, "--locale", "de-DE")[0] == 0
    page = out.read_text(encoding="utf-8")
    assert "Pay 1.234,50\u00a0€." in page
    assert '<html lang="de-DE">' in page
    assert run(*asked, "--locale", "en-GB")[0] == 0
    assert "Pay £1,234.50." in out.read_text(encoding="utf-8")


def test_a_locale_that_is_none_of_ours_is_wrong_usage(text_file: Path, tmp_path: Path) -> None:
    code, told = run("sop_render", str(text_file), "--locale", "tlh", "-o", str(tmp_path / "out.html"))
    assert code
    assert "'tlh'" in told
    assert "'de-DE'" in told


def test_it_says_what_is_missing_and_writes_nothing(text_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.html"
    code, told = run("sop_render", str(text_file), "-o", str(out))
    assert code == 1
    assert "CompanyName: Company name" in told
    assert "RingTimeLimit: Rings" in told
    assert "Reasons" not in told
    assert not out.exists()


def test_it_prints_every_problem_of_a_template_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "wrong.md"
    path.write_text(SOURCE.replace("<Reasons>", "<Raesons>\n\n/// note\nOpen"), encoding="utf-8")
    code, told = run("sop_render", str(path), "-o", str(tmp_path / "out.html"))
    assert code == 1
    assert "Line 21, column 1: <Raesons> is not declared" in told
    assert "did you mean “Reasons”" in told
    assert "This `note` block is never closed" in told
    assert not (tmp_path / "out.html").exists()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"CompanyNmae": "x"}, "CompanyNmae is no answer of this template"),
        ({"CompanyNmae": "x"}, "did you mean “CompanyName”"),
        ({"CustomerName": "x"}, "CustomerName is not answered here: the reader fills it in on each call."),
        ({"EffectiveDate": "x"}, "the record gives it"),
        ({"AgentName": "x"}, "each reader's own profile gives it"),
        ([1], "holds no JSON object"),
        ("{", "is not JSON"),
        ('{"RingTimeLimit": NaN}', "NaN is not a number"),
        ('{"RingTimeLimit": 1, "RingTimeLimit": 2}', "“RingTimeLimit” is written twice"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_a_wrong_file_of_answers_is_wrong_usage(text_file: Path, tmp_path: Path, given: object, words: str) -> None:
    code, told = run("sop_render", str(text_file), "--values", values(tmp_path, given), "-o", str(tmp_path / "o"))
    assert code == 2
    assert words in told
    assert not (tmp_path / "o").exists()


def test_an_answer_that_does_not_fit_is_told_with_the_others(text_file: Path, tmp_path: Path) -> None:
    given = values(tmp_path, {"RingTimeLimit": "many", "Reasons": 7})
    code, told = run("sop_render", str(text_file), "--values", given, "-o", str(tmp_path / "o"))
    assert code == 1
    assert "RingTimeLimit, Rings: enter a whole number" in told
    assert "Reasons, Reasons: enter a list" in told


def test_files_that_cannot_be_used_are_wrong_usage(text_file: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "out.html")
    latin = tmp_path / "latin.md"
    latin.write_bytes("---\ntitle: Caf\xe9\n---\n".encode("latin-1"))
    assert run("sop_render", "no-such-template", "-o", out)[0] == 2
    assert "did you mean “customer-service-standard”" in run("sop_render", "customer-service-standrad", "-o", out)[1]
    assert run("sop_render", str(latin), "-o", out) == (2, f"{latin} is not UTF-8 text: look at byte 15.")
    assert run("sop_render", str(tmp_path), "-o", out)[0] == 2
    assert run("sop_render", str(text_file), "--values", str(tmp_path / "none.json"), "-o", out)[0] == 2
    given = values(tmp_path, ANSWERS)
    assert run("sop_render", str(text_file), "--values", given, "-o", str(tmp_path / "none" / "out.html"))[0] == 2
    assert run("sop_render", str(text_file), "--values", given, "-o", str(tmp_path))[0] == 2


def test_it_needs_no_database(text_file: Path, tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"], "SOP_DATA_DIR": str(tmp_path / "data"),
        "DATABASE_URL": f"sqlite:///{tmp_path}/nowhere/none.sqlite3",
    }  # fmt: skip
    manage = [sys.executable, str(ROOT / "manage.py")]
    given = values(tmp_path, ANSWERS)
    command = [*manage, "sop_render", str(text_file), "--values", given, "--format", "md", "-o", "-"]
    made = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith("# Answering calls")
    listed = subprocess.run([*manage, "sop_templates"], env=environment, capture_output=True, text=True, check=False)
    assert listed.returncode == 0, listed.stderr
    for wrong in (["sop_render"], ["sop_verify", "--no-such"], ["sop_templates", "a", "b"]):
        ended = subprocess.run([*manage, *wrong], env=environment, capture_output=True, text=True, check=False)
        assert ended.returncode == 2, wrong
    lost = subprocess.run([*manage, "sop_verify"], env=environment, capture_output=True, text=True, check=False)
    assert (lost.returncode, "cannot be read" in lost.stdout, "Traceback" in lost.stderr) == (1, True, False)


# Markdown


class Words(HTMLParser):
    """The text that a browser would show."""

    def __init__(self) -> None:
        super().__init__()
        self.words = ""

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        self.words += "\n" if tag == "br" else ""


NASTY = [
    "{{ 7*7 }}", "<script>alert(1)</script>", "*bold* _it_ **b**", "# not a heading", "1. not a list", "- nor this",
    "> nor a quote", "[link](javascript:x)", "![image](http://x)", "`code`", "a \\ b \\* c", "&amp; & &lt;",
    "~~gone~~", "===", "---", ": definition", "2) no", "+ no", "/// note", "www.example.com", "#1", "snake_case_name",
]  # fmt: skip


@pytest.mark.parametrize("text", NASTY)
def test_a_value_reads_in_markdown_as_it_was_typed(text: str) -> None:
    page = as_markdown("T", f"<p>{_escaped(text)}</p>").removeprefix("# T\n\n")
    shown = Words()
    shown.feed(Markdown(extensions=["tables", "def_list"]).convert(page))
    assert shown.words.strip() == text
    assert Markdown().convert(plain(text)).startswith("<p>")


@pytest.mark.parametrize("text", ["a | b", "*x*", "<b>"])
def test_a_value_stays_in_its_cell(text: str) -> None:
    row = f"<tr><td>{_escaped(text)}</td><td>c</td></tr>"
    table = f"<table><thead><tr><th>A</th><th>B</th></tr></thead><tbody>{row}</tbody></table>"
    shown = Markdown(extensions=["tables"]).convert(as_markdown("T", table))
    assert shown.count("<td>") == 2
    words = Words()
    words.feed(shown)
    assert text in words.words


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def test_nested_lists_code_and_check_rows_keep_their_shape() -> None:
    page = (
        '<ol start="3"><li>One<ul><li>Inner</li></ul></li><li>Two</li></ol><ul><li class="check"><span class="box">'
        '</span> Tick</li></ul><pre><code>a `b`\n</code></pre><p>Use <code>x`y</code> and <a href="https://x.example">'
        "this</a>.<br>Next</p>"
    )
    assert as_markdown("T", page) == (
        "# T\n\n3. One\n    - Inner\n4. Two\n\n- [ ] Tick\n\n```\na `b`\n```\n\n"
        "Use `` x`y `` and [this](<https://x.example>).\\\nNext\n"
    )


# sop_demo


@pytest.fixture
def no_password_given(monkeypatch: pytest.MonkeyPatch, settings: LazySettings, tmp_path: Path) -> Path:
    monkeypatch.delenv("SOP_DEMO_PASSWORD", raising=False)
    settings.DATA_DIR = tmp_path
    return tmp_path / "demo_password"


@pytest.mark.django_db
def test_the_demonstration_shows_every_state_and_is_whole(no_password_given: Path) -> None:
    code, told = run("sop_demo")
    assert code == 0
    password = no_password_given.read_text(encoding="ascii").strip()
    assert f"Password of all of them: {password}" in told
    assert stat.S_IMODE(no_password_given.stat().st_mode) == 0o600
    assert list(verifying.faults()) == []
    now = timezone.now()
    phases = [(version.sop.title, version.phase_at(now)) for version in Version.objects.order_by("pk")]
    assert phases == [
        ("Customer service call handling", Phase.SUPERSEDED),
        ("Customer service call handling", Phase.EFFECTIVE),
        ("Call documentation", Phase.SCHEDULED),
        ("Call closing and follow-up", Phase.APPROVED),
        ("Customer service standard", Phase.IN_REVIEW),
        ("Customer service excellence", Phase.DRAFT),
    ]
    assert SOP.objects.get(is_landing=True).number == "SOP-CS-001"
    ben = Membership.objects.get(user__email="ben@northwind.example")
    assert [row.version.title for row in waiting_for(ben, timezone.now())] == ["Customer service standard"]
    assert SignOff.objects.count() == 1
    assert not Entry.objects.filter(at__gt=now + timedelta(seconds=1)).exists()
    assert all(User.objects.get(email=person.email).check_password(password) for person in demo.CAST)


@pytest.mark.django_db
def test_a_second_load_changes_nothing_and_prints_the_sign_ins_again(no_password_given: Path) -> None:
    run("sop_demo")
    entries, versions = Entry.objects.count(), Version.objects.count()
    password = no_password_given.read_text(encoding="ascii").strip()
    code, told = run("sop_demo", "--json")
    assert code == 0
    assert (Entry.objects.count(), Version.objects.count()) == (entries, versions)
    found = json.loads(told)
    assert (found["loaded"], found["password"]) == (False, password)
    assert {"ana@northwind.example", "zoe@contoso.example"} <= {person["email"] for person in found["people"]}
    ana = User.objects.get(email="ana@northwind.example")
    ana.set_password("another-lantern-otter-9")
    ana.save()
    assert password not in run("sop_demo")[1]


@pytest.mark.django_db
def test_a_password_that_is_given_is_not_stored(no_password_given: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOP_DEMO_PASSWORD", "short")
    assert run("sop_demo")[0] == 1
    assert not demo.is_loaded()
    assert not Version.objects.filter(status=Status.PUBLISHED).exists()
    monkeypatch.setenv("SOP_DEMO_PASSWORD", "lantern-otter-quartz-9")
    assert "Password of all of them: lantern-otter-quartz-9" in run("sop_demo")[1]
    assert not no_password_given.exists()


def test_the_library_is_listed_without_what_readers_give() -> None:
    listed = template_files.listed("answering-calls", SOURCE)
    assert [each["name"] for each in listed["variables"] if each["required"]] == ["CompanyName", "RingTimeLimit"]
    assert listed["version"] == "2026-05-01"
