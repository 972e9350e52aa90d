"""`sop_import`: what it prints, what it stores, and the code it ends with."""

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.refusals import NotAllowed
from audit.models import Entry
from templates_app.actions_importing import import_template
from templates_app.models import Template, TemplateVersion
from tests.templates_app.importing.sources import MUSTACHE, OUTLINE, SITE, import_text
from tests.templates_app.importing.word_files import zipped
from tests.world import AT, World


def run(*arguments: str) -> tuple[int, str, str]:
    """Return the code it ends with, what it prints, and what it says about errors."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("sop_import", *arguments, stdout=out, stderr=err)
    except CommandError as error:
        return error.returncode, out.getvalue(), str(error)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


@pytest.fixture
def site(tmp_path: Path) -> str:
    path = tmp_path / "returns.txt"
    path.write_text(SITE, encoding="utf-8")
    return str(path)


@pytest.fixture
def picture(tmp_path: Path) -> str:
    path = tmp_path / "picture.png"
    path.write_bytes(b"\x89PNG....")
    return str(path)


def test_a_dry_run_needs_no_database_and_prints_one_object(site: str) -> None:
    code, out, err = run(site, "--dry-run", "--json")
    told: dict[str, Any] = json.loads(out)
    assert (code, err) == (0, "")
    assert told["title"] == "Parcel Returns"
    assert told["front_matter"]["how_to_use"] == ["Download the file.", "Fill in all bracketed {Variables}."]
    assert "## Purpose" in told["body"]
    assert told["outline_only"] is False
    company = next(each for each in told["variables"] if each["name"] == "CompanyName")
    assert company["as_written"] == "{CompanyName}"
    assert (company["kind"], company["source"], company["occurrences"]) == ("text", "organisation", 2)
    assert company["lines"] == [9, 12]
    assert set(told["set_aside"][0]) == {"line", "text", "reason"}


def test_several_files_print_a_list_and_one_that_cannot_be_read_ends_with_one(site: str, picture: str) -> None:
    code, out, err = run(site, picture, "/no/such/file.md", "--dry-run", "--json")
    good, bad, missing = json.loads(out)
    assert code == 1
    assert good["title"] == "Parcel Returns"
    assert bad == {"file": "picture.png", "error": bad["error"]}
    assert "an image" in bad["error"]
    assert "cannot be read" in missing["error"]
    assert bad["error"] in err


def test_a_zip_prints_each_of_its_documents(tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    path.write_bytes(zipped({"a.md": MUSTACHE, "b.txt": OUTLINE, "c.pdf": "%PDF-1"}))
    code, out, _ = run(str(path), "--dry-run")
    assert code == 1
    assert "a.md: “Access of" in out
    assert "b.txt: “Warehouse Colleagues”" in out
    assert "outline without steps" in out
    assert "Nothing was stored." in out


def test_text_is_read_from_the_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"# Keys\n\nHello [Name].")))
    code, out, _ = run("-", "--dry-run", "--json")
    assert (code, json.loads(out)["title"]) == (0, "Keys")


def test_without_an_organisation_nothing_is_stored(site: str) -> None:
    code, _, told = run(site)
    assert code == 2
    assert "--organisation" in told


def test_a_manager_stores_a_draft_with_its_origin_in_the_trail(world: World, site: str) -> None:
    code, out, _ = run(site, "--organisation", "northwind", "--by", "Ana@northwind.example")
    template = Template.objects.get(organisation=world.northwind)
    version = TemplateVersion.objects.get(template=template)
    entry = Entry.objects.get(action="template.imported")
    assert (code, "Stored as a draft." in out) == (0, True)
    assert (template.title, template.slug, template.is_published) == ("Parcel Returns", "parcel-returns", False)
    assert (version.number, version.is_draft, version.saved_by) == (1, True, world.ana)
    assert entry.data["file_name"] == "returns.txt"
    assert entry.data["sha256"] == hashlib.sha256(SITE.encode()).hexdigest()
    assert entry.person_id == world.ana.user_id


@pytest.mark.parametrize(
    ("organisation", "email"),
    [
        ("northwind", "zoe@contoso.example"),
        ("nowhere", "ana@northwind.example"),
        ("northwind", "sol@northwind.example"),
    ],
)
def test_a_stranger_stores_nothing(world: World, site: str, organisation: str, email: str) -> None:
    code, _, told = run(site, "--organisation", organisation, "--by", email)
    assert (code, "no active member" in told) == (2, True)
    assert not Template.objects.filter(organisation=world.northwind).exists()


def test_a_reader_stores_nothing(world: World, site: str) -> None:
    code, _, told = run(site, "--organisation", "northwind", "--by", "rui@northwind.example")
    assert (code, "no manager" in told) == (2, True)


def test_the_action_refuses_who_is_no_manager(world: World) -> None:
    with pytest.raises(NotAllowed):
        import_template(imported=import_text(SITE), file_name="a.txt", sha256="0" * 64, by=world.ben, at=AT)
    assert not Entry.objects.filter(action="template.imported").exists()


def test_two_imports_of_one_title_get_two_addresses(world: World) -> None:
    first, second = (
        import_template(imported=import_text(SITE), file_name="a.txt", sha256="0" * 64, by=world.ana, at=AT)
        for _ in range(2)
    )
    assert (first.slug, second.slug) == ("parcel-returns", "parcel-returns-2")
