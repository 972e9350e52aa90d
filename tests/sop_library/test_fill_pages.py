"""The manager's pages: filling a draft, its preview, its text, the check, and making drafts."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from audit.models import Entry
from sop_library.models import SOP, Version
from templates_app.actions import load_library, set_organisation_value
from templates_app.models import OrganisationValue
from tests.conftest import ClientOf
from tests.sop_library import makers
from tests.templates_app.test_forms import HOSTILE
from tests.world import AT, World

pytestmark = pytest.mark.django_db
JSON = {"X-Autosave": "1", "Accept": "application/json"}


def url(name: str, version: Version | None = None, **kwargs: Any) -> str:
    number = {"number": version.sop.number} if version else {}
    return reverse(name, kwargs={"organisation": "northwind", **number, **kwargs})


@pytest.fixture
def draft(world: World) -> Version:
    return makers.draft(world, values={})


@pytest.fixture
def ana(world: World, client_of: ClientOf) -> Client:
    return client_of(world.ana)


def fresh(version: Version) -> Version:
    return Version.objects.get(pk=version.pk)


def words(response: Any) -> str:
    return str(response.content.decode())


def save(
    client: Client,
    version: Version,
    group: str = "rules",
    *,
    row_version: object = 1,
    json: bool = False,
    **answers: Any,
) -> Any:
    data = {"row_version": row_version, **{f"v-{name}": value for name, value in answers.items()}}
    return client.post(url("fill", version) + f"?group={group}", data, headers=JSON if json else {})


# Showing


def test_it_opens_the_first_group_with_its_preview(ana: Client, draft: Version) -> None:
    page = words(ana.get(url("fill", draft)))
    assert '<h2 id="group-title" tabindex="-1">Company</h2>' in page
    assert "<b data-filled>0</b> of <span data-total>3</span> filled" in page
    assert '<button type="button" class="blank" data-variable="RingTimeLimit">Rings</button>' in page
    assert "Used in 1" in page
    assert "Will be saved for the whole organisation when you submit." in page


def test_an_address_opens_a_group_or_the_group_of_a_field(ana: Client, draft: Version) -> None:
    for query in ("group=rules", "field=Reasons"):
        assert 'name="v-RingTimeLimit"' in words(ana.get(url("fill", draft) + "?" + query))
    assert 'name="v-CompanyName"' in words(ana.get(url("fill", draft) + "?group=nowhere"))


def test_a_value_of_the_organisation_is_shown_and_not_asked(world: World, ana: Client, draft: Version) -> None:
    variable = next(each for each in makers_template().answered if each.name == "CompanyName")
    set_organisation_value(variable=variable, value="Northwind Ltd", by=world.mia, at=AT)
    page = words(ana.get(url("fill", draft) + "?group=company"))
    assert 'name="v-CompanyName"' not in page
    assert "From your organisation" in page
    assert f"{url('values')}?next=" in page
    assert "<b data-filled>1</b>" in page


def makers_template() -> Any:
    from templates_app.texts import template_of

    return template_of(makers.SOURCE)


def test_a_returned_draft_says_why(ana: Client, draft: Version) -> None:
    Version.objects.filter(pk=draft.pk).update(return_reason="Name the second system.")
    assert "Name the second system." in words(ana.get(url("fill", draft)))


# Saving without scripts


def test_saving_a_group_goes_on_to_the_next(ana: Client, draft: Version) -> None:
    answer = save(ana, draft, "company", CompanyName="Northwind")
    assert (answer.status_code, answer["Location"]) == (302, url("fill", draft) + "?group=rules")
    answer = save(ana, draft, row_version=2, RingTimeLimit="3", Reasons="Billing\r\nDelivery")
    assert answer["Location"] == url("check", draft)
    assert fresh(draft).values == {"CompanyName": "Northwind", "RingTimeLimit": 3, "Reasons": ["Billing", "Delivery"]}


def test_what_is_right_is_saved_and_what_is_wrong_is_shown_as_typed(ana: Client, draft: Version) -> None:
    answer = save(ana, draft, RingTimeLimit="soon", Reasons="Billing")
    page = words(answer)
    assert answer.status_code == 422
    assert "<title>Error: " in page
    assert 'value="soon"' in page
    assert "Rings: enter a whole number of rings, such as 3." in page
    assert 'name="row_version" value="2"' in page
    assert fresh(draft).values == {"Reasons": ["Billing"]}


def test_an_emptied_answer_is_removed(ana: Client, draft: Version) -> None:
    save(ana, draft, RingTimeLimit="3", Reasons="Billing")
    save(ana, draft, row_version=2, RingTimeLimit="3", Reasons="")
    assert fresh(draft).values == {"RingTimeLimit": 3}


def test_sending_the_same_twice_is_no_conflict(ana: Client, draft: Version) -> None:
    assert save(ana, draft, RingTimeLimit="3").status_code == 302
    assert save(ana, draft, RingTimeLimit="3").status_code == 302
    assert fresh(draft).row_version == 2


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: ascii(value[:16]))
@pytest.mark.parametrize("name", ["CompanyName", "RingTimeLimit", "Reasons"])
def test_a_hostile_value_is_never_an_error_of_ours(ana: Client, draft: Version, name: str, value: str) -> None:
    group = "company" if name == "CompanyName" else "rules"
    answer = save(ana, draft, group, json=True, **{name: value.encode("utf-8", "replace").decode()})
    assert answer.status_code == 200, answer.content
    assert ana.get(url("preview", draft)).status_code == 200
    again = save(
        ana, draft, group, row_version=fresh(draft).row_version, **{name: value.encode("utf-8", "replace").decode()}
    )
    assert again.status_code in (302, 422)


def test_a_value_appears_in_the_preview_exactly_as_typed(ana: Client, draft: Version) -> None:
    save(ana, draft, "company", CompanyName="{{ 7*7 }} <script>alert(1)</script> | *")
    page = words(ana.get(url("preview", draft)))
    assert "{{ 7*7 }} &lt;script&gt;alert(1)&lt;/script&gt; | *" in page


def test_two_hundred_thousand_characters_are_refused_and_shown_again(ana: Client, draft: Version) -> None:
    long = "x" * 200_000
    answer = save(ana, draft, "company", CompanyName=long)
    assert answer.status_code == 422
    assert long in words(answer)
    assert "use at most 500 characters; this has 200,000" in words(answer)


# Autosave


def test_autosave_answers_with_the_state_of_every_group(ana: Client, draft: Version) -> None:
    answer = save(ana, draft, json=True, RingTimeLimit="soon", Reasons="Billing")
    told = answer.json()
    assert answer.status_code == 200
    assert (told["row_version"], told["filled"], told["total"]) == (2, 1, 3)
    assert told["groups"]["rules"] == {"filled": 1, "total": 2, "label": "1 of 2", "open": True}
    assert list(told["problems"]) == ["v-RingTimeLimit"]
    assert re.fullmatch(r"\d\d:\d\d", told["saved_at"])
    assert fresh(draft).values == {"Reasons": ["Billing"]}


def test_autosave_of_nothing_new_saves_nothing(ana: Client, draft: Version) -> None:
    assert save(ana, draft, json=True, RingTimeLimit="").json()["row_version"] == 1


def test_autosave_signed_out_is_told_as_json(draft: Version) -> None:
    assert save(Client(), draft, json=True, RingTimeLimit="3").status_code == 401


def test_autosave_of_a_submitted_version_is_told_as_json(world: World, ana: Client) -> None:
    version = makers.submitted(world)
    answer = save(ana, version, json=True, RingTimeLimit="4")
    assert answer.status_code == 409
    assert "theirs" not in answer.json()
    assert fresh(version).values["RingTimeLimit"] == 3


# Two tabs, two people


def test_two_tabs_do_not_overwrite_each_other(ana: Client, draft: Version) -> None:
    save(ana, draft, RingTimeLimit="3")
    answer = save(ana, draft, RingTimeLimit="4", Reasons="Billing")
    page = words(answer)
    assert answer.status_code == 409
    assert "You changed this in another tab at" in page
    assert 'value="4"' in page
    assert "<b>Saved: </b>3" in page
    assert 'name="row_version" value="2"' in page
    assert fresh(draft).values == {"RingTimeLimit": 3}
    assert save(ana, draft, row_version=2, RingTimeLimit="4", Reasons="Billing").status_code == 302


def test_autosave_is_told_what_the_other_person_saved(world: World, client_of: ClientOf, draft: Version) -> None:
    world.priya.is_manager = True
    world.priya.save()
    save(client_of(world.priya), draft, RingTimeLimit="3")
    answer = save(client_of(world.ana), draft, json=True, RingTimeLimit="4", Reasons="")
    told = answer.json()
    assert answer.status_code == 409
    assert (told["by"], told["theirs"], told["row_version"]) == (
        "Priya Nair",
        {"v-RingTimeLimit": "3", "v-Reasons": ""},
        2,
    )
    assert told["sentence"] == f"Priya Nair changed this at {told['at']}: keep yours or take theirs."


@pytest.mark.parametrize("row_version", ["", "x", "-1", "9" * 30, "٣", "1.0", "0"])
def test_a_form_without_a_right_row_version_is_a_conflict(ana: Client, draft: Version, row_version: str) -> None:
    answer = save(ana, draft, row_version=row_version, RingTimeLimit="4")
    assert answer.status_code == 409
    assert 'value="4"' in words(answer)


def test_an_answer_the_draft_no_longer_asks_for_is_shown_again(ana: Client, draft: Version) -> None:
    save(ana, draft, RingTimeLimit="3")
    answer = save(ana, draft, RingTimeLimit="4", OldQuestion="my long words")
    assert "my long words" in words(answer)


# Preview


def test_the_preview_is_the_inside_of_its_pane(ana: Client, draft: Version) -> None:
    page = words(ana.get(url("preview", draft)))
    assert page.startswith('<article class="document" lang="en-GB">')
    assert '<span class="call-blank" data-call="CustomerName">customer name</span>' in page
    assert '<span class="reader-blank" data-reader="AgentName">agent name</span>' in page
    assert '<span class="record" data-record="EffectiveDate">' in page


def test_preview_and_page_ask_few_queries(ana: Client, draft: Version) -> None:
    ana.get(url("fill", draft))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        ana.get(url("preview", draft))
    assert len(asked) <= 5, [each["sql"] for each in asked]
    with CaptureQueriesContext(connection) as asked:
        ana.get(url("fill", draft))
    assert len(asked) <= 7, [each["sql"] for each in asked]


def test_a_preview_of_what_is_no_draft_says_so(world: World, ana: Client) -> None:
    assert ana.get(url("preview", makers.submitted(world))).status_code == 409
    assert ana.get(url("preview", number="SOP-CS-999")).status_code == 404


# Text


def parts(version: Version) -> dict[str, str]:
    _, front, body = version.source.split("---\n", 2)
    return {"front": front, "body": body}


def change_text(client: Client, version: Version, *, row_version: object = 1, **changed: str) -> Any:
    return client.post(url("text", version), {**parts(version), "row_version": row_version, **changed})


def test_a_text_is_saved_and_previewed(ana: Client, draft: Version) -> None:
    body = parts(draft)["body"].replace("is answered", "gets an answer").replace("\n", "\r\n")
    answer = change_text(ana, draft, body=body)
    assert (answer.status_code, answer["Location"]) == (302, url("text", draft))
    assert "gets an answer" in fresh(draft).source
    assert "\r" not in fresh(draft).source
    assert "gets an answer" in words(ana.get(url("text", draft)))
    assert Entry.objects.filter(action="draft.text_changed").count() == 1


def test_an_unchanged_text_is_not_saved_again(ana: Client, draft: Version) -> None:
    assert change_text(ana, draft).status_code == 302
    assert fresh(draft).row_version == 1


def test_faults_are_told_by_line_and_column_of_the_field(ana: Client, draft: Version) -> None:
    answer = change_text(ana, draft, body="## Purpose\n\nEvery <CompanyNam> call.\n")
    page = words(answer)
    assert answer.status_code == 422
    assert "Text, line 3, column 7: " in page
    assert "Every &lt;CompanyNam&gt; call." in page
    assert fresh(draft).source == draft.source


def test_faults_of_the_front_matter_have_its_own_lines(ana: Client, draft: Version) -> None:
    front = parts(draft)["front"].replace("category:", "categry:")
    assert "Variables and details, line 3, column 1: " in words(change_text(ana, draft, front=front))
    assert "Variables and details, line 5, column 1: " in words(change_text(ana, draft, front="\n\n" + front))


def test_a_line_of_hyphens_in_the_front_matter_does_not_move_text(ana: Client, draft: Version) -> None:
    answer = change_text(ana, draft, front=parts(draft)["front"] + "---\nlost\n")
    assert answer.status_code == 422
    assert "line 15: delete the line of `---`." in words(answer)


@pytest.mark.parametrize(
    "body",
    ["", "/// say\nnever closed", "[" * 10_000, "x" * 600_000, "a\0b", "\u202e", "{{ 7*7 }} {% raw %}", "<Nobody>"],
)
def test_a_hostile_text_is_told_and_kept(ana: Client, draft: Version, body: str) -> None:
    answer = change_text(ana, draft, body=body)
    assert answer.status_code == 422
    assert "There is a problem" in words(answer)
    assert escape(body) in words(answer)
    assert fresh(draft).source == draft.source


def test_a_text_changed_in_between_is_shown_beside_what_was_typed(ana: Client, draft: Version) -> None:
    changed = parts(draft)["body"].replace("Purpose", "Why")
    change_text(ana, draft, body=changed)
    mine = parts(draft)["body"].replace("Purpose", "Aim")
    answer = change_text(ana, draft, body=mine)
    page = words(answer)
    assert answer.status_code == 409
    assert "## Aim" in page
    assert "## Why" in page
    assert 'name="row_version" value="2"' in page
    assert change_text(ana, draft, row_version=2, body=mine).status_code == 302


# Check


def test_the_check_page_puts_what_is_missing_first(ana: Client, draft: Version) -> None:
    page = words(ana.get(url("check", draft)))
    assert "Still missing" in page
    assert f"{url('fill', draft)}?field=RingTimeLimit#field-v-RingTimeLimit" in page
    assert "2 blanks are filled on each call. Nothing to do." in page
    assert '<span class="gap">Rings</span>' in page
    assert "/sops/SOP-CS-001/v1.0/pdf/" in page
    assert url("submit", draft) in page


def test_the_check_page_names_what_will_be_shared(world: World, ana: Client) -> None:
    page = words(ana.get(url("check", makers.draft(world))))
    assert "Still missing" not in page
    assert "saved for the whole organisation" in page
    assert "<li>Delivery</li>" in page


# Making drafts


def test_using_a_template_opens_its_draft(ana: Client) -> None:
    makers.template()
    answer = ana.post(url("use_template", slug="answering-calls"))
    assert answer["Location"] == url("fill", number="SOP-CS-001")
    assert ana.post(url("use_template", slug="nothing")).status_code == 404
    assert ana.get(url("use_template", slug="answering-calls")).status_code == 405


def test_revising_opens_the_next_draft_once(world: World, ana: Client) -> None:
    version = makers.published(world)
    assert ana.post(url("revise", version))["Location"] == url("fill", version)
    assert ana.post(url("revise", version)).status_code == 409


@pytest.fixture
def library(db: None) -> None:
    load_library()


PACK = {"slug": "customer-service-representative"}


@pytest.mark.usefixtures("library")
def test_a_pack_is_adopted_with_one_form(world: World, ana: Client) -> None:
    page = words(ana.get(url("adopt_pack", **PACK)))
    names = re.findall(r'name="v-(\w+)"', page)
    assert names.count("CompanyName") == 1
    answer = ana.post(
        url("adopt_pack", **PACK), {"v-CompanyName": "Northwind", "v-EscalationDepartment": "Second line"}
    )
    assert answer["Location"] == url("work")
    assert SOP.objects.visible_to(world.ana).count() == 10
    assert OrganisationValue.objects.get(name="CompanyName").value == "Northwind"
    drafts = Version.objects.visible_to(world.ana)
    asking = [row for row in drafts if "\n  EscalationDepartment:" in row.source]
    assert asking
    assert all(row.values["EscalationDepartment"] == "Second line" for row in asking)
    page = words(ana.get(url("adopt_pack", **PACK)))
    assert 'name="v-CompanyName"' not in page, "the organisation has given it"


@pytest.mark.usefixtures("library")
def test_a_pack_sent_twice_is_adopted_once(ana: Client) -> None:
    assert ana.post(url("adopt_pack", **PACK), {"row_version": "0"}).status_code == 302
    answer = ana.post(url("adopt_pack", **PACK), {"row_version": "0", "v-Department": "Customer Care"})
    assert answer.status_code == 409
    assert 'value="Customer Care"' in words(answer)
    assert SOP.objects.count() == 10
    assert ana.post(url("adopt_pack", **PACK), {"row_version": "10"}).status_code == 302
    assert SOP.objects.count() == 20


@pytest.mark.usefixtures("library")
def test_a_wrong_answer_adopts_nothing_and_is_shown_again(ana: Client) -> None:
    answer = ana.post(url("adopt_pack", **PACK), {"v-CompanyName": "a" * 501, "v-EscalationDepartment": "Second line"})
    assert answer.status_code == 422
    assert 'value="Second line"' in words(answer)
    assert not SOP.objects.exists()


# Who


PAGES = ("fill", "preview", "text", "check")


@pytest.mark.parametrize("name", PAGES)
def test_only_managers_of_the_organisation_open_them(
    world: World, client_of: ClientOf, draft: Version, name: str
) -> None:
    statuses = {who: client_of(person).get(url(name, draft)).status_code for who, person in world.everybody.items()}
    assert statuses == {"ana": 200, "priya": 403, "ben": 403, "mia": 403, "rui": 403, "sol": 403, "zoe": 404}


@pytest.mark.parametrize("name", PAGES)
def test_a_stranger_does_not_reach_them_through_their_own_organisation(
    world: World, client_of: ClientOf, draft: Version, name: str
) -> None:
    address = reverse(name, kwargs={"organisation": "contoso", "number": draft.sop.number})
    assert client_of(world.zoe).get(address).status_code == 404
    assert client_of(world.zoe).post(address, {}).status_code in (404, 405)


@pytest.mark.parametrize("name", PAGES)
def test_a_submitted_version_is_not_changed(world: World, ana: Client, name: str) -> None:
    version = makers.submitted(world)
    assert ana.get(url(name, version)).status_code == 409
    assert ana.post(url(name, version), {"row_version": version.row_version}).status_code in (409, 405)


@pytest.mark.parametrize(
    ("name", "kwargs"), [("use_template", {"slug": "x"}), ("adopt_pack", PACK), ("revise", {"number": "x"})]
)
def test_others_make_no_drafts(world: World, client_of: ClientOf, name: str, kwargs: dict[str, str]) -> None:
    for who in (world.priya, world.mia, world.rui, world.sol):
        assert client_of(who).post(url(name, **kwargs)).status_code == 403
    assert client_of(world.zoe).post(url(name, **kwargs)).status_code == 404
