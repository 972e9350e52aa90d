"""The editor of templates and the pages around it, as people of each role meet them."""

import hashlib
import html as entities
import io
import re
import zipfile
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from accounts.domain.roles import Role
from sop_library.views.template_versions import archive_of
from sopsite.environment import ROOT
from templates_app import actions_templates as actions
from templates_app.actions_importing import import_template
from templates_app.imported import files_in, template_of_lines
from templates_app.models import Template, TemplateVersion
from tests.conftest import ClientOf
from tests.sop_library import makers
from tests.sop_library.makers import SOURCE, moment
from tests.world import World, person

pytestmark = pytest.mark.django_db
FAULTY = SOURCE.replace("<Reasons>\n", "<Raisons>\n")
CHANGED = SOURCE.replace("Every call", "Each call").replace("label: Rings,", "label: Rings before answering,")


@pytest.fixture
def version(world: World) -> TemplateVersion:
    return makers.own_draft(world)


@pytest.fixture
def ana(world: World, client_of: ClientOf) -> Client:
    return client_of(world.ana)


def url(route: str, /, slug: str = "answering-calls-2", **more: str) -> str:
    return reverse(route, kwargs={"organisation": "northwind", "slug": slug, **more})


def tree(answer: Any) -> Any:
    return html.fromstring(answer.content.decode())


def words(answer: Any) -> str:
    return " ".join(tree(answer).text_content().split())


def shown(answer: Any) -> str:
    """Return what a browser's text area holds: it drops the first line end."""
    (area,) = tree(answer).xpath("//textarea[@name='text']")
    return re.sub("\r\n|\r", "\n", area.text_content()).removeprefix("\n")


def sent(text: str) -> str:
    """Return a text as a browser sends it."""
    return re.sub("\r\n|\r|\n", "\r\n", text)


def save(client: Client, text: str, row_version: int = 1, script: bool = False, **more: str) -> Any:
    headers = {"X-Autosave": "1", "Accept": "application/json"} if script else {}
    fields = {"text": sent(text), "row_version": str(row_version), **more}
    return client.post(url("template_edit"), fields, headers=headers)


def fresh(version: TemplateVersion) -> TemplateVersion:
    return TemplateVersion.objects.select_related("template").get(pk=version.pk)


# The editor


def test_the_editor_shows_the_text_its_problems_its_variables_and_a_preview(
    ana: Client, version: TemplateVersion
) -> None:
    page = ana.get(url("template_edit"))
    assert shown(page) == SOURCE
    told = words(page)
    assert "None: this text can be published." in told
    assert "Company name <CompanyName>" in told
    assert "Used on line 19." in told
    assert tree(page).xpath("string(//*[@id='preview'])").count("Northwind") == 1


def test_saving_keeps_the_text_and_comes_back(ana: Client, version: TemplateVersion) -> None:
    answer = save(ana, CHANGED)
    assert (answer.status_code, answer["Location"]) == (302, url("template_edit"))
    assert fresh(version).source == CHANGED
    script = save(ana, SOURCE, 2, script=True)
    assert (script.status_code, script.json()["row_version"]) == (200, 3)


def test_saving_what_is_there_changes_nothing(ana: Client, version: TemplateVersion) -> None:
    assert save(ana, SOURCE, row_version=0).status_code == 302
    assert fresh(version).row_version == 1


def test_a_faulty_text_is_kept_and_its_problems_are_told(ana: Client, version: TemplateVersion) -> None:
    assert save(ana, FAULTY).status_code == 302
    assert fresh(version).source == FAULTY
    told = words(ana.get(url("template_edit")))
    assert "Line 21, column 1: <Raisons> is not declared (did you mean “Reasons”?)" in told
    assert "The preview comes back when the problems are solved." in told


@pytest.mark.parametrize(
    "text", ["", "no front matter", "---\nx: [\n---\n", "[" * 10_000, "---\ntitle: a\n---\n{{ 7*7 }}"]
)
def test_any_text_can_be_kept_and_opened(ana: Client, version: TemplateVersion, text: str) -> None:
    assert save(ana, text).status_code == 302
    assert shown(ana.get(url("template_edit"))) == text
    assert ana.get(url("template")).status_code == 200
    assert ana.get(url("template_publish")).status_code == 200
    assert ana.get(reverse("templates", kwargs={"organisation": "northwind"})).status_code == 200


def test_what_cannot_be_stored_is_refused_and_stays_on_the_page(ana: Client, version: TemplateVersion) -> None:
    answer = save(ana, f"{'a' * 500_001}")
    assert answer.status_code == 422
    assert len(shown(answer)) == 500_001
    assert "at most 500,000 bytes" in words(answer)
    nul = save(ana, "a\0b")
    assert nul.status_code == 422
    assert tree(nul).xpath("string(//*[@role='alert'])").count("Line 1 holds a character that cannot be stored") == 1
    assert save(ana, "a\0b", script=True).json()["sentence"].startswith("Line 1")
    assert fresh(version).source == SOURCE


def test_a_stale_save_keeps_what_was_typed_beside_what_is_saved(ana: Client, version: TemplateVersion) -> None:
    save(ana, CHANGED)
    answer = save(ana, FAULTY, row_version=1)
    assert answer.status_code == 409
    assert shown(answer) == FAULTY
    assert "You changed this draft in another tab" in words(answer)
    assert tree(answer).xpath("string(//*[@id='theirs-text'])").strip() == CHANGED.strip()
    assert tree(answer).xpath("//input[@name='row_version']/@value") == ["2"]
    assert fresh(version).source == CHANGED
    assert save(ana, FAULTY, row_version=1, script=True).status_code == 409


def test_a_colleague_s_change_is_told_with_their_name(world: World, ana: Client, version: TemplateVersion) -> None:
    bea = person(world.northwind, "Bea Lind", Role.MANAGER, title="Manager")
    actions.save_draft(version=version, source=CHANGED, row_version=1, by=bea, at=moment(3))
    assert "Bea Lind changed this draft" in words(save(ana, FAULTY))


def test_built_in_templates_and_published_ones_have_no_editor(
    ana: Client, world: World, version: TemplateVersion
) -> None:
    answer = ana.get(url("template_edit", "answering-calls"))
    assert answer.status_code == 409
    assert "Copy it" in words(answer)
    actions.publish_draft(version=version, row_version=1, change_summary="", by=world.ana, at=moment(3))
    assert ana.get(url("template_edit")).status_code == 409


def test_strangers_and_other_roles_meet_no_draft(world: World, client_of: ClientOf, version: TemplateVersion) -> None:
    zoe = reverse("template", kwargs={"organisation": "contoso", "slug": "answering-calls-2"})
    assert client_of(world.zoe).get(zoe).status_code == 404
    assert client_of(world.zoe).get(f"{zoe}edit/").status_code == 404
    assert client_of(world.priya).get(url("template")).status_code == 404
    assert client_of(world.mia).get(url("template")).status_code == 200
    assert client_of(world.mia).get(url("template_edit")).status_code == 403
    listed = client_of(world.priya).get(reverse("templates", kwargs={"organisation": "northwind"}))
    assert "answering-calls-2" not in listed.content.decode()


# Byte for byte

LINE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n"), max_size=12)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])
ODD = [
    "",
    "\n",
    "\n\n---",
    " \t",
    "\ufeff---\n",
    "e\u0301 \u2028 \u00a0",
    "</textarea><script>",
    "\t\r\n\r",
    "\x0b\x0c\x7f",
]


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.sampled_from(ODD), st.tuples(st.lists(st.tuples(LINE, ENDS), max_size=6), LINE).map(
    lambda drawn: "".join(line + end for line, end in drawn[0]) + drawn[1]
)))  # fmt: skip
def test_opening_and_saving_gives_the_same_bytes(ana: Client, version: TemplateVersion, text: str) -> None:
    digest = hashlib.sha256(text.encode()).hexdigest()
    TemplateVersion.objects.filter(pk=version.pk).update(source=text, digest=digest)
    page = ana.get(url("template_edit"))
    (counter,) = tree(page).xpath("//input[@name='row_version']/@value")
    assert save(ana, in_text_area(page), int(counter)).status_code == 302
    assert fresh(version).source == text


def in_text_area(page: Any) -> str:
    """Return the value of the text area as a browser reads the page: by the rules of HTML, not lxml's."""
    markup = re.sub("\r\n|\r", "\n", page.content.decode())
    found = re.search(r'<textarea name="text"[^>]*>(.*?)</textarea>', markup, re.DOTALL)
    assert found
    return entities.unescape(found[1].removeprefix("\n"))


def test_a_change_keeps_the_line_ends_of_the_text(ana: Client, version: TemplateVersion) -> None:
    text = SOURCE.replace("\n", "\r\n")
    TemplateVersion.objects.filter(pk=version.pk).update(source=text)
    save(ana, CHANGED)
    assert fresh(version).source == CHANGED.replace("\n", "\r\n")


# As it is typed


def test_the_check_says_problems_variables_sections_and_the_preview(ana: Client, version: TemplateVersion) -> None:
    text = SOURCE.replace("## Signatures", "/// when | Late\nLate\n///\n\n## Signatures").replace(
        "  AgentName:", "  Late: {kind: yes_no, example: true}\n  Spare: {example: x}\n  AgentName:"
    )
    found = ana.post(url("template_check"), {"text": sent(text)}).json()
    assert [row["sentence"][:26] for row in found["problems"]] == ["Spare is declared but not "]
    assert found["sections"] == [{"condition": "Late", "line": 29}]
    by_name = {each["name"]: each for each in found["variables"]}
    assert (by_name["Late"]["lines"], by_name["Spare"]["where"]) == ([29], "Not used yet")
    assert by_name["Reasons"]["facts"]["example"] == "Billing\nDelivery"
    assert found["preview"] == ""
    right = ana.post(url("template_check"), {"text": sent(SOURCE)}).json()
    assert "Northwind" in right["preview"]
    assert right["problems"] == []
    assert fresh(version).source == SOURCE


def test_the_check_of_an_unreadable_text_is_no_error(ana: Client, version: TemplateVersion) -> None:
    found = ana.post(url("template_check"), {"text": "nothing"}).json()
    assert (found["readable"], found["variables"]) == (False, [])
    assert found["problems"][0]["line"] == 1


def declared(**changes: str) -> dict[str, str]:
    facts = {"name": "RingTimeLimit", "label": "Rings", "kind": "integer", "source": "document", "group": "Rules",
             "hint": "", "options": "", "columns": "", "example": "3", "required": "on"}  # fmt: skip
    return {"text": sent(SOURCE), "old": "RingTimeLimit", "do": "declare", **facts, **changes}


def test_one_variable_is_renamed_everywhere_and_nothing_is_stored(ana: Client, version: TemplateVersion) -> None:
    answer = ana.post(url("template_change"), declared(name="Rings"))
    assert answer.json()["text"] == SOURCE.replace("RingTimeLimit", "Rings")
    assert fresh(version).source == SOURCE


def test_unchanged_facts_change_no_byte(ana: Client, version: TemplateVersion) -> None:
    assert ana.post(url("template_change"), declared()).json()["text"] == SOURCE


def test_another_label_kind_and_source(ana: Client, version: TemplateVersion) -> None:
    facts = declared(label="How soon", kind="choice", source="organisation", options="Soon\r\nLater", example="Soon")
    text = ana.post(url("template_change"), facts).json()["text"]
    now = "How soon, kind: choice, group: Rules, example: Soon, source: organisation, options: [Soon, Later]}"
    assert text == SOURCE.replace("Rings, kind: integer, unit: rings, group: Rules, example: 3}", now)


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"name": "rings"}, "name", "upper-case"),
        ({"name": "Reasons"}, "name", "declared already"),
        ({"label": ""}, "label", "fill in"),
        ({"example": ""}, "example", "Give an example"),
        ({"example": "soon"}, "example", "whole number"),
        ({"kind": "choice", "example": "a"}, "options", "List them"),
        ({"kind": "sound"}, "kind", "Choose one of those"),
        ({"old": "Nobody"}, "", "not declared"),
        ({"text": "nothing"}, "", "Line 1"),
        ({"do": "remove"}, "", "used on line 19"),
    ],
)
def test_a_change_that_cannot_be_made_says_why_at_its_field(
    ana: Client, version: TemplateVersion, changes: dict[str, str], field: str, sentence: str
) -> None:
    answer = ana.post(url("template_change"), declared(**changes))
    assert "text" not in answer.json()
    assert sentence in answer.json()["problems"][field]


# The same without a script


def test_the_buttons_of_the_panel_save_and_lead_to_the_variable(ana: Client, version: TemplateVersion) -> None:
    answer = save(ana, CHANGED, then="RingTimeLimit")
    assert answer["Location"] == url("template_variable", name="RingTimeLimit")
    page = ana.get(answer["Location"])
    assert "Used on line 19." in words(page)
    form = declared(name="Rings", label="Rings before answering", row_version="2")
    assert ana.post(answer["Location"], form).status_code == 302
    assert fresh(version).source == CHANGED.replace("RingTimeLimit", "Rings")


@pytest.mark.parametrize(
    ("then", "name"), [("publish", "template_publish"), ("new", "template_variable_new"), ("../x", "template_edit")]
)
def test_a_button_leads_only_to_pages_of_the_draft(ana: Client, version: TemplateVersion, then: str, name: str) -> None:
    assert save(ana, SOURCE, then=then)["Location"] == url(name)


def test_a_new_variable_is_declared_and_an_unused_one_deleted(ana: Client, version: TemplateVersion) -> None:
    assert ana.post(url("template_variable_new"), declared(name="Spare", row_version="1")).status_code == 302
    assert (
        "  Spare: {label: Rings, kind: integer, source: document, group: Rules, example: 3}\n---"
        in fresh(version).source
    )
    where = url("template_variable", name="Spare")
    assert "Delete it" in words(ana.get(where))
    assert ana.post(where, {"do": "remove", "row_version": "2"}).status_code == 302
    assert fresh(version).source == SOURCE
    assert ana.get(where).status_code == 404


def test_a_wrong_or_stale_change_keeps_what_was_typed(ana: Client, version: TemplateVersion) -> None:
    where = url("template_variable", name="RingTimeLimit")
    wrong = ana.post(where, declared(name="rings", row_version="1"))
    assert wrong.status_code == 422
    assert tree(wrong).xpath("//input[@name='name']/@value") == ["rings"]
    assert ana.post(where, {"do": "remove", "row_version": "1"}).status_code == 422
    stale = ana.post(where, declared(name="Rings", row_version="7"))
    assert stale.status_code == 409
    assert tree(stale).xpath("//input[@name='name']/@value") == ["Rings"]
    assert fresh(version).source == SOURCE


def test_a_variable_of_an_unreadable_text_is_told_to_mend_it(ana: Client, version: TemplateVersion) -> None:
    save(ana, "nothing")
    answer = ana.get(url("template_variable_new"))
    assert answer.status_code == 409
    assert "Mend it in the text first" in words(answer)


# Copy, publish, versions


def test_a_manager_copies_a_built_in_template_and_lands_in_the_editor(ana: Client) -> None:
    makers.template()
    answer = ana.post(url("template_copy", "answering-calls"))
    assert answer["Location"] == url("template_edit")


def test_a_new_template_asks_for_its_title(ana: Client) -> None:
    where = reverse("template_new", kwargs={"organisation": "northwind"})
    answer = ana.post(where, {"title": " "})
    assert answer.status_code == 422
    assert answer.content.decode().count("There is a problem") == 1
    assert ana.post(where, {"title": "Late calls"})["Location"] == url("template_edit", "late-calls")
    assert Template.objects.own().get().title == "Late calls"


def test_publishing_asks_what_has_changed_and_shows_it(ana: Client, world: World, version: TemplateVersion) -> None:
    actions.publish_draft(version=version, row_version=1, change_summary="", by=world.ana, at=moment(3))
    assert ana.post(url("template_draft"))["Location"] == url("template_edit")
    save(ana, CHANGED)
    page = words(ana.get(url("template_publish")))
    assert "Rings before answering RingTimeLimit Changed Label: Removed: Rings Added: Rings before answering" in page
    assert "Removed: Every call to" in page
    assert ana.post(url("template_publish"), {"row_version": "2"}).status_code == 422
    done = ana.post(url("template_publish"), {"row_version": "2", "change_summary": "Each call counts."})
    assert done["Location"] == url("template")
    assert Template.objects.own().get().source == CHANGED
    assert "Use this template" in words(ana.get(url("template")))


def test_publishing_a_faulty_text_names_the_problems(ana: Client, version: TemplateVersion) -> None:
    save(ana, FAULTY)
    answer = ana.post(url("template_publish"), {"row_version": "2"})
    assert answer.status_code == 422
    assert "<Raisons> is not declared" in words(answer)
    stale = ana.post(url("template_publish"), {"row_version": "1", "change_summary": "x"})
    assert stale.status_code == 409


def test_versions_are_listed_compared_and_exported_to_managers_and_admins(
    ana: Client, world: World, client_of: ClientOf, version: TemplateVersion
) -> None:
    actions.publish_draft(version=version, row_version=1, change_summary="", by=world.ana, at=moment(3))
    ana.post(url("template_draft"))
    save(ana, CHANGED)
    mia = client_of(world.mia)
    assert words(mia.get(url("template_versions"))).count("Compare version 2") == 1
    assert "Each call to" in words(mia.get(url("template_compare")))
    same = words(mia.get(url("template_compare") + "?old=1&new=1"))
    assert "The two texts are the same." in same
    assert mia.get(url("template_export") + "?version=2").content.decode() == CHANGED
    assert mia.get(url("template_export") + "?version=9").status_code == 404


def test_a_draft_is_discarded_after_asking_once(ana: Client, version: TemplateVersion) -> None:
    assert "so the whole template goes" in words(ana.get(url("template_discard")))
    assert ana.post(url("template_discard"), {"row_version": "9"}).status_code == 409
    assert ana.post(url("template_discard"), {"row_version": "1"}).status_code == 302
    assert ana.get(url("template")).status_code == 404


def test_out_of_use_is_said_and_undone_on_the_template_s_page(
    ana: Client, world: World, version: TemplateVersion
) -> None:
    actions.publish_draft(version=version, row_version=1, change_summary="", by=world.ana, at=moment(3))
    ana.post(url("template_retire"))
    page = words(ana.get(url("template")))
    assert "Out of use" in page
    assert "Use this template" not in page
    assert ana.post(url("use_template")).status_code == 409
    ana.post(url("template_restore"))
    assert ana.post(url("use_template")).status_code == 302


def test_unpublished_drafts_break_no_other_page(ana: Client, version: TemplateVersion) -> None:
    for name in ("work", "templates", "values", "procedures"):
        assert ana.get(reverse(name, kwargs={"organisation": "northwind"})).status_code == 200
    assert "Use this template" not in words(ana.get(url("template")))
    assert ana.post(url("use_template")).status_code == 409


# Export


@pytest.mark.parametrize(
    "text", [SOURCE, SOURCE.replace("\n", "\r\n"), f"\ufeff{SOURCE}", SOURCE.removesuffix("\n") + " \t"]
)
def test_an_exported_file_is_the_stored_text_byte_for_byte(ana: Client, version: TemplateVersion, text: str) -> None:
    TemplateVersion.objects.filter(pk=version.pk).update(source=text)
    answer = ana.get(url("template_export"))
    assert answer.content == text.encode()
    assert answer["Content-Disposition"] == 'attachment; filename="answering-calls-2.md"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "text/markdown; charset=utf-8"


def test_all_own_templates_are_one_archive_that_is_always_the_same(ana: Client, world: World) -> None:
    where = reverse("templates_export", kwargs={"organisation": "northwind"})
    assert ana.get(where).status_code == 409
    makers.own_published(world)
    makers.own_draft(world, CHANGED)
    actions.start_template(title="Theirs", by=world.zoe, at=moment(1))
    first, second = ana.get(where), ana.get(where)
    assert first.content == second.content
    with zipfile.ZipFile(io.BytesIO(first.content)) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    assert files == {"answering-calls-2.md": SOURCE, "answering-calls-3.md": CHANGED}
    assert archive_of({"a.md": b"a"}) == archive_of({"a.md": b"a"})


def test_the_archive_comes_back_in_as_the_same_texts(ana: Client, world: World) -> None:
    makers.own_published(world)
    makers.own_draft(world, CHANGED.removesuffix("\n") + " \t")
    files = ana.get(reverse("templates_export", kwargs={"organisation": "northwind"})).content
    before = {row.source for row in TemplateVersion.objects.filter(organisation=world.northwind)}
    for read in files_in("templates.zip", files):
        imported = template_of_lines(read)
        import_template(imported=imported, file_name=read.name, sha256="0" * 64, by=world.ana, at=moment(9))
    rows = TemplateVersion.objects.filter(organisation=world.northwind)
    assert rows.count() == 4
    assert {row.source for row in rows} == before


# The bundle


def test_the_editor_s_bundle_is_the_one_its_readme_names() -> None:
    folder = ROOT / "static" / "vendor" / "codemirror"
    digest = hashlib.sha256((folder / "codemirror.js").read_bytes()).hexdigest()
    assert f"`{digest}`" in (folder / "README.md").read_text(encoding="utf-8")
