"""Two versions compared on a page, in the review and as a PDF; who may compare what; what a broken address gets."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse
from lxml import html

from sop_library.actions import drafting
from sop_library.domain.numbering import ChangeSize
from sop_library.models import Version
from tests.conftest import ClientOf
from tests.sop_library import makers
from tests.sop_library.conftest import blank_page
from tests.sop_library.makers import TODAY, moment
from tests.test_bad_input import HOSTILE, faults_of
from tests.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("later_that_day")]
CSS = Path(__file__).resolve().parents[2] / "static" / "css"


def address(name: str, version: Version, organisation: str = "northwind", **asked: str) -> str:
    where = reverse(name, kwargs={"organisation": organisation, "number": version.sop.number})
    return where + ("?" + "&".join(f"{key}={value}" for key, value in asked.items()) if asked else "")


def reworded(world: World) -> Version:
    """Return the draft of 1.1 with another answer and another sentence; 1.0 is in force."""
    draft = makers.revision(world, makers.published(world))
    source = makers.SOURCE.replace("Every call to", "Each call to")
    return drafting.save_text(version=draft, source=source, row_version=draft.row_version, by=world.ana, at=moment(9))


def text_of(client: Client, where: str) -> str:
    answer = client.get(where)
    assert answer.status_code == 200
    return answer.content.decode()


# What the page shows


def test_a_draft_is_compared_with_the_version_in_force(world: World, client_of: ClientOf) -> None:
    page = text_of(client_of(world.ana), address("compare", reworded(world)))
    assert "v1.0 compared with v1.1" in page
    assert "Every</del>" in page
    assert "Each</ins>" in page
    assert "3 rings</del>" in page
    assert "4 rings</ins>" in page
    assert "2 changes" in page
    assert "Changed in 1 Purpose" in page


def test_any_two_versions_can_be_chosen_in_either_order(world: World, client_of: ClientOf) -> None:
    version = reworded(world)
    page = text_of(client_of(world.mia), address("compare", version, **{"from": "1.1", "to": "1.0"}))
    assert "v1.1 compared with v1.0" in page
    assert "Each</del>" in page
    same = text_of(client_of(world.mia), address("compare", version, **{"from": "1.1", "to": "1.1"}))
    assert "The text is the same in both versions." in same
    assert "data-changes" not in same


def test_side_by_side_each_version_has_its_own_words(world: World, client_of: ClientOf) -> None:
    page = text_of(client_of(world.ana), address("compare", reworded(world), view="side"))
    tree = html.fromstring(page)
    cells = tree.xpath("//div[@class='sides']/div")
    left, right = cells[::2], cells[1::2]
    assert "Each" not in "".join(cell.text_content() for cell in left)
    assert "Every" not in "".join(cell.text_content() for cell in right)
    assert len(tree.xpath("//@id")) == len(set(tree.xpath("//@id")))


@pytest.mark.parametrize(
    ("asked", "count", "before", "after"), [("", "2 changes", 1, 1), ("1", "1 of 2", 1, 2), ("9", "2 of 2", 1, 2)]
)
def test_without_scripts_the_links_lead_from_change_to_change(
    world: World, client_of: ClientOf, asked: str, count: str, before: int, after: int
) -> None:
    page = html.fromstring(text_of(client_of(world.ana), address("compare", reworded(world), change=asked)))
    assert count in str(page.xpath("string(//*[@data-count])"))
    steps = {link.get("data-key"): link.get("href") for link in page.xpath("//a[@data-step]")}
    assert steps["p"].endswith(f"change={before}#change-{before}")
    assert steps["n"].endswith(f"change={after}#change-{after}")
    assert page.xpath(f"//*[@id='change-{after}']")


def test_only_one_version_says_that_there_is_nothing_to_compare(world: World, client_of: ClientOf) -> None:
    version = makers.published(world)
    assert "Nothing to compare yet" in text_of(client_of(world.rui), address("compare", version))
    assert client_of(world.rui).get(address("compare_pdf", version)).status_code == 409


def test_the_legend_and_labels_say_it_without_colour(world: World, client_of: ClientOf) -> None:
    page = html.fromstring(text_of(client_of(world.ana), address("compare", reworded(world))))
    assert "Added" in str(page.xpath("string(//p[@class='legend'])"))
    assert page.xpath("//article//del/span[@class='visually-hidden']/text()")[0] == "Removed: "
    for name in ("compare.css", "print-compared.css"):
        signs = (CSS / name).read_text()
        assert 'content: "+"' in signs
        assert 'content: "\\2212"' in signs
    printed = (CSS / "print-compared.css").read_text()
    assert "underline" in printed
    assert "line-through" in printed


def test_hostile_answers_stay_text_in_a_comparison(world: World, client_of: ClientOf) -> None:
    typed = "<script>alert(1)</script><ins id=change-1>"
    draft = makers.revision(world, makers.published(world), values={"Reasons": [typed]})
    page = text_of(client_of(world.ana), address("compare", draft))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert page.count('id="change-1"') == 1


# Who may compare what


def test_an_agent_compares_issued_versions_and_sees_no_answers(world: World, client_of: ClientOf) -> None:
    first = makers.published(world)
    second = makers.submitted(world, makers.revision(world, first), size=ChangeSize.MINOR, at=moment(9))
    second = makers.signed(makers.signed(second, world.priya, moment(10)), world.ben, moment(11))
    makers.published(world, second, at=moment(12))
    makers.revision(world, second, values={"RingTimeLimit": 5})
    page = text_of(client_of(world.rui), address("compare", first))
    assert "v1.0 compared with v1.1" in page
    assert "v1.2" not in page
    assert "3</del>" in page
    assert "Answers" not in page
    draft = {"from": "1.0", "to": "1.2"}
    assert client_of(world.rui).get(address("compare", first, **draft)).status_code == 404
    assert client_of(world.rui).get(address("compare_pdf", first, **draft)).status_code == 404
    assert client_of(world.priya).get(address("compare", first, **draft)).status_code == 200


def test_an_agent_who_knows_of_a_draft_finds_one_version_only(world: World, client_of: ClientOf) -> None:
    version = reworded(world)
    assert "Nothing to compare yet" in text_of(client_of(world.rui), address("compare", version))
    assert client_of(world.rui).get(address("compare_pdf", version)).status_code == 409


@pytest.mark.parametrize("name", ["compare", "compare_pdf"])
def test_strangers_find_nothing_to_compare(world: World, client_of: ClientOf, name: str) -> None:
    version = reworded(world)
    assert client_of(world.zoe).get(address(name, version)).status_code == 404
    assert client_of(world.zoe).get(address(name, version, "contoso")).status_code == 404
    assert client_of(world.sol).get(address(name, version)).status_code == 403
    assert Client().get(address(name, version)).status_code == 302


@pytest.mark.parametrize("key", ["from", "to", "view", "change"])
def test_an_address_may_ask_for_anything(world: World, client_of: ClientOf, no_pdf_engine: None, key: str) -> None:
    version, client = reworded(world), client_of(world.ana)
    for value in (*HOSTILE.values(), "1.99", "0.0", "-1", "1", "99999999999"):
        asked = quote(value[:5_000], errors="surrogatepass")
        for name in ("compare", "compare_pdf"):
            answer = client.get(f"{address(name, version)}?{key}={asked}")
            refused = key in {"from", "to"}
            assert answer.status_code in ({400, 404} if refused else {200, 400}), value[:40]
            assert not (refused and faults_of(answer)), value[:40]


def test_a_comparison_takes_few_queries(
    world: World, client_of: ClientOf, django_assert_max_num_queries: Callable[..., object]
) -> None:
    version, client = reworded(world), client_of(world.ana)
    with django_assert_max_num_queries(9):  # type: ignore[attr-defined]
        client.get(address("compare", version))


# On paper


def test_the_pdf_holds_both_versions_and_the_list(world: World, client_of: ClientOf) -> None:
    answer = client_of(world.ana).get(address("compare_pdf", reworded(world)))
    assert answer["Content-Type"] == "application/pdf"
    assert "_v1.0_v1.1_changes.pdf" in answer["Content-Disposition"]
    assert answer.content.startswith(b"%PDF")


def test_the_printed_comparison_names_versions_dates_and_signs(
    world: World, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sop_library.formats import pdf

    printed: list[str] = []

    def kept(html: str, **kwargs: object) -> bytes:
        printed.append(html)
        return blank_page(html)

    monkeypatch.setattr(pdf, "render_pdf", kept)
    client_of(world.ana).get(address("compare_pdf", reworded(world)))
    text = printed[-1]
    for words in ("v1.0 compared with v1.1", "Effective since 4 May 2026", "Draft saved 4 May 2026", "± Changed"):
        assert words in text
    assert "with + in the margin" in text
    assert "data-compared" in text


# Where it is reached from


def test_the_record_and_the_check_page_lead_to_the_changes(world: World, client_of: ClientOf) -> None:
    version = reworded(world)
    link = address("compare", version, **{"from": "1.0", "to": "1.1"}).replace("&", "&amp;")
    for name in ("record", "check"):
        assert link in text_of(client_of(world.ana), address(name, version)), name


def test_before_the_date_the_reading_page_counts_the_changes_to_come(world: World, client_of: ClientOf) -> None:
    first = makers.published(world)
    soon, draft = TODAY + timedelta(days=10), makers.revision(world, first)
    second = makers.submitted(world, draft, size=ChangeSize.MINOR, at=moment(9), effective_on=soon)
    second = makers.signed(makers.signed(second, world.priya, moment(10)), world.ben, moment(11))
    makers.published(world, second, on=soon, at=moment(12))
    page = text_of(client_of(world.rui), address("sop", first))
    assert "See 1 change in the coming v1.1" in page
    assert "1 change" in text_of(client_of(world.rui), address("compare", first, **{"from": "1.0", "to": "1.1"}))
