"""A newer version of a template: who is told, what the page shows, and how both texts become one draft."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.refusals import NotAllowed, Stale, WrongState
from audit.models import Entry
from sop_library import merges
from sop_library.actions import approving, drafting, merging
from sop_library.models import Version
from templates_app.domain.problems import TemplateError
from templates_app.models import TemplateVersion
from tests.conftest import ClientOf
from tests.sop_library import makers
from tests.sop_library.makers import SOURCE, moment
from tests.templates_app import slow
from tests.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("later_that_day")]
OPENING = "Every call to <CompanyName> is answered within <RingTimeLimit> rings from <EffectiveDate> on."
OURS = SOURCE.replace(OPENING, f"{OPENING} Nobody waits alone.").replace("## Signatures", "## Who signed")
NEWER = SOURCE.replace(OPENING, OPENING.replace("Every call", "Each call and chat")).replace(
    "## Signatures", "## Wrapping up\n\nAgents note <Outcome> before they hang up.\n\n## Signatures"
).replace("  AgentName:", "  Outcome: {label: Outcome, group: Rules, example: Solved}\n  AgentName:")  # fmt: skip


def newer(
    source: str = NEWER, slug: str = "answering-calls", summary: str = "Chats count as calls."
) -> TemplateVersion:
    """Return the next published version of the short template."""
    template = makers.template(slug, source)
    TemplateVersion.objects.filter(template=template, digest=template.digest).update(change_summary=summary)
    found: TemplateVersion = template.versions.newest_first().first()
    return found


def ours(world: World, source: str = OURS) -> Version:
    """Return Ana's draft of the short template with her own words in it."""
    draft = makers.draft(world)
    at = moment(10)
    return drafting.save_text(version=draft, source=source, row_version=draft.row_version, by=world.ana, at=at)


def url(name: str, version: Version) -> str:
    return reverse(name, kwargs={"organisation": "northwind", "number": version.sop.number})


def words(answer: Any) -> str:
    return unescape(re.sub(r"<[^>]*>", "", answer.content.decode()))


def sent(page: Any, **more: str) -> dict[str, str]:
    """Return what the page's form sends: its counters, and `choice` for every conflict."""
    text = page.content.decode()
    found = dict(re.findall(r'<input type="hidden" name="(row_version|template_number)" value="([0-9]+)"', text))
    choice = more.pop("choice", None)
    if choice:
        found |= dict.fromkeys(re.findall(r'name="(choice-[0-9a-f]{12}(?:-[0-9]+)?)"', text), choice)
    own = more.pop("own", None)
    if own:
        found |= dict.fromkeys(re.findall(r'name="(own-[0-9a-f]{12}(?:-[0-9]+)?)"', text), own)
    return found | more


def now(version: Version) -> Version:
    return Version.objects.select_related("template_version").get(pk=version.pk)


@pytest.fixture
def draft(world: World) -> Version:
    version = ours(world)
    newer()
    return version


@pytest.fixture
def ana(world: World, client_of: ClientOf) -> Client:
    return client_of(world.ana)


# Being told


def test_a_manager_is_told_wherever_they_meet_the_procedure(draft: Version, ana: Client) -> None:
    work = reverse("work", kwargs={"organisation": "northwind"})
    for where in (work, url("record", draft), url("fill", draft)):
        page = ana.get(where)
        assert "emplate has version 2" in words(page)
        assert url("newer", draft) in page.content.decode()


def test_nobody_else_is_told_and_a_text_up_to_date_says_nothing(
    world: World, draft: Version, ana: Client, client_of: ClientOf
) -> None:
    for person in (world.priya, world.mia):
        assert "has version 2" not in words(client_of(person).get(url("record", draft)))
        assert "has version 2" not in words(client_of(person).get(reverse("work", args=["northwind"])))
    ana.post(url("newer", draft), sent(ana.get(url("newer", draft)), choice="ours"))
    for name in ("record", "fill"):
        assert "has version 2" not in words(ana.get(url(name, draft)))
    assert ana.get(url("newer", draft)).status_code == 409


def test_a_template_s_draft_is_no_newer_version(world: World, ana: Client) -> None:
    version = ours(world)
    TemplateVersion.objects.filter(pk=newer().pk).update(published_at=None)
    assert "has version" not in words(ana.get(url("record", version)))
    assert ana.get(url("newer", version)).status_code == 409


def test_only_the_newest_version_of_a_procedure_counts(world: World, ana: Client, no_pdf_engine: None) -> None:
    makers.revision(world, makers.published(world))
    newer()
    assert words(ana.get(reverse("work", args=["northwind"]))).count("has version 2") == 1


def test_being_told_costs_no_query_for_each_procedure(
    world: World, ana: Client, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    makers.draft(world)
    newer()
    work = reverse("work", args=["northwind"])
    with django_assert_max_num_queries(40) as few:
        ana.get(work)
    for _ in range(4):
        version = makers.draft(world)
    newer(NEWER + "\nMore.\n")
    with django_assert_max_num_queries(len(few)):
        assert words(ana.get(work)).count("emplate has version") == 5
    with django_assert_max_num_queries(14):
        ana.get(url("record", version))


# The page


def test_it_shows_the_template_s_change_and_ours_side_by_side(draft: Version, ana: Client) -> None:
    answer = ana.get(url("newer", draft))
    page, text = answer.content.decode(), words(answer)
    assert answer.status_code == 200
    assert "“Answering calls” has version 2. Your text comes from version 1." in text
    assert "Chats count as calls." in text
    assert "1 changed by both" in text
    assert '<ins><span class="visually-hidden">Added: </span>Each</ins>' in page
    assert '<del><span class="visually-hidden">Removed: </span>Every</del>' in page
    assert '<ins><span class="visually-hidden">Added: </span> Nobody waits alone.</ins>' in page
    assert "New to fill in: Outcome." in text
    assert "Taken from the template" in text
    assert "Your own changes that stay" in text
    assert "checked" not in page


def test_taking_the_template_s_words_keeps_our_other_edits_and_our_answers(
    world: World, draft: Version, ana: Client
) -> None:
    answer = ana.post(url("newer", draft), sent(ana.get(url("newer", draft)), choice="theirs"))
    assert answer["Location"] == url("fill", draft)
    kept = now(draft)
    assert kept.source == NEWER.replace("## Signatures", "## Who signed")
    assert kept.values == dict(makers.VALUES)
    assert kept.template_version.number == 2
    assert kept.row_version == draft.row_version + 1
    assert "merged into this draft" in words(ana.get(url("fill", draft)))
    entry = Entry.objects.visible_to(world.ana).order_by("-sequence").first()
    assert entry.action == "draft.template_merged"
    assert (entry.data["old_template_version"], entry.data["new_template_version"]) == (1, 2)
    assert entry.data["conflicts_decided"] == {"theirs": 1}
    assert "Newer version of the template merged" in words(ana.get(reverse("trail", args=["northwind"])))


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("ours", [f"{OPENING} Nobody waits alone."]),
        ("both", [f"{OPENING} Nobody waits alone.", OPENING.replace("Every call", "Each call and chat")]),
        ("own", ["Calls to <CompanyName>: <RingTimeLimit> rings, from <EffectiveDate>."]),
    ],
)
def test_each_choice_gives_its_words(draft: Version, ana: Client, choice: str, expected: list[str]) -> None:
    own = "Calls to <CompanyName>: <RingTimeLimit> rings, from <EffectiveDate>."
    ana.post(url("newer", draft), sent(ana.get(url("newer", draft)), choice=choice, own=own))
    body = now(draft).source.partition("## Purpose")[2]
    assert body.startswith("\n\n" + "\n\n".join(expected) + "\n\n<Reasons>")


def test_an_undecided_part_is_told_beside_itself(draft: Version, ana: Client) -> None:
    answer = ana.post(url("newer", draft), sent(ana.get(url("newer", draft)), own="Half a sentence"))
    assert answer.status_code == 422
    assert words(answer).count("Paragraph under “Purpose”: choose what shall stand here.") == 2
    assert "Half a sentence" in words(answer)
    assert now(draft).source == draft.source


def test_own_words_that_are_empty_are_asked_for(draft: Version, ana: Client) -> None:
    answer = ana.post(url("newer", draft), sent(ana.get(url("newer", draft)), choice="own", own="  "))
    assert answer.status_code == 422
    assert "Write your own words, or choose another answer." in words(answer)


def test_a_merged_text_with_a_fault_is_told_by_line_and_can_be_mended(draft: Version, ana: Client) -> None:
    data = sent(ana.get(url("newer", draft)), choice="own", own=f"{OPENING} Ask <Nobody>.")
    answer = ana.post(url("newer", draft), data)
    text = words(answer)
    assert answer.status_code == 422
    assert "<Nobody> is not declared" in text
    told = re.search(r"Line (\d+), column \d+: <Nobody>.* The line reads “Every call to <CompanyName>", text)
    result = unescape(re.search(r'<textarea name="result"[^>]*>\n(.*?)</textarea>', answer.content.decode(), re.S)[1])
    assert "<Nobody>" in result.split("\n")[int(told[1]) - 1]
    assert now(draft).source == draft.source
    mended = result.replace("<Nobody>", "Ana")
    assert ana.post(url("newer", draft), {**data, "result": result}).status_code == 422
    assert ana.post(url("newer", draft), {**data, "result": mended}).status_code == 302
    assert now(draft).source == mended
    assert Entry.objects.order_by("-sequence").first().data["edited_by_hand"] is True


def test_a_person_can_go_back_from_mending_to_choosing(draft: Version, ana: Client) -> None:
    data = sent(ana.get(url("newer", draft)), choice="theirs", result="---\nbroken", act="again")
    assert ana.post(url("newer", draft), data).status_code == 302
    assert now(draft).source == NEWER.replace("## Signatures", "## Who signed")


def test_a_declaration_that_own_words_no_longer_use_is_left_out_and_named(draft: Version, ana: Client) -> None:
    data = sent(ana.get(url("newer", draft)), choice="own", own="Ask <Nobody> within <RingTimeLimit>.")
    assert "because nothing uses them: CompanyName, EffectiveDate." in words(ana.post(url("newer", draft), data))


# Looking before merging


def test_the_merged_document_is_shown_with_its_changes_before_anything_is_stored(draft: Version, ana: Client) -> None:
    data = sent(ana.get(url("newer", draft)), choice="theirs", act="preview")
    answer = ana.post(url("newer", draft), data)
    page = answer.content.decode()
    assert answer.status_code == 200
    shown = page.partition('id="merged"')[2]
    assert re.search(r"<del[^>]*>(<[^>]*>Removed: </span>)?Every<.*?<ins[^>]*>(<[^>]*>Added: </span>)?Each<", shown)
    assert re.search(r"<ins[^>]*>.*?Wrapping up", shown, re.S)
    assert 'href="#change-1"' in shown
    assert re.search(r'value="theirs"[^>]*checked', page), "the choice stays"
    assert now(draft).source == draft.source
    assert ana.post(url("newer", draft), {**data, "act": ""}).status_code == 302


def test_looking_needs_every_decision_and_a_text_without_faults(draft: Version, ana: Client) -> None:
    page = ana.get(url("newer", draft))
    answer = ana.post(url("newer", draft), sent(page, act="preview"))
    assert answer.status_code == 422
    assert "choose what shall stand here" in words(answer)
    answer = ana.post(url("newer", draft), sent(page, choice="own", own="Ask <Nobody>.", act="preview"))
    assert answer.status_code == 422
    assert "<Nobody> is not declared" in words(answer)
    assert 'id="merged"' not in answer.content.decode()


def test_texts_that_take_too_long_to_merge_get_a_sentence(
    draft: Version, ana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    merges.merged_parts.cache_clear()
    monkeypatch.setattr(merges, "merge", slow.merge)
    monkeypatch.setattr(merges, "MERGE_SECONDS", 0.5)
    answer = ana.get(url("newer", draft))
    assert answer.status_code == 503
    assert "too" in words(answer)
    assert ana.get(url("fill", draft)).status_code == 200


# Not now


def test_not_now_is_remembered_for_that_version_of_the_template_and_undone_on_the_record(
    draft: Version, ana: Client
) -> None:
    work = reverse("work", args=["northwind"])
    answer = ana.post(url("newer", draft), sent(ana.get(url("newer", draft)), act="put_off"))
    assert answer["Location"] == url("fill", draft)
    assert "The procedure's record leads back to it." in words(ana.get(url("fill", draft)))
    for where in (work, url("fill", draft)):
        assert "emplate has version 2" not in words(ana.get(where))
    record = words(ana.get(url("record", draft)))
    assert "Version 2 of the template is put off." in record
    assert "Take it up again" in record
    assert ana.post(url("newer", draft), {"act": "take_up"})["Location"] == url("newer", draft)
    for where in (work, url("fill", draft), url("record", draft)):
        assert "emplate has version 2" in words(ana.get(where))
    trail = words(ana.get(reverse("trail", args=["northwind"])))
    assert "Newer version of the template put off" in trail
    assert "Newer version of the template taken up again" in trail


def test_a_yet_newer_version_is_told_again(draft: Version, ana: Client) -> None:
    ana.post(url("newer", draft), sent(ana.get(url("newer", draft)), act="put_off"))
    newer(NEWER.replace("Wrapping up", "Closing"))
    for where in (reverse("work", args=["northwind"]), url("fill", draft), url("record", draft)):
        assert "emplate has version 3" in words(ana.get(where))


def test_not_now_on_an_older_page_is_told(draft: Version, ana: Client) -> None:
    data = sent(ana.get(url("newer", draft)), act="put_off")
    newer(NEWER.replace("Wrapping up", "Closing"))
    answer = ana.post(url("newer", draft), data)
    assert answer.status_code == 409
    assert "The template has version 3 now." in words(answer)
    assert ana.post(url("newer", draft), {"act": "take_up"}).status_code == 409


def test_not_now_without_a_draft_leads_to_the_record(world: World, ana: Client, no_pdf_engine: None) -> None:
    version = makers.published(world)
    newer()
    answer = ana.post(url("newer", version), sent(ana.get(url("newer", version)), act="put_off"))
    assert answer["Location"] == url("record", version)
    assert "has version 2" not in words(ana.get(reverse("work", args=["northwind"])))


def test_only_a_manager_of_the_organisation_puts_off(world: World, draft: Version) -> None:
    for person in (world.priya, world.rui, world.zoe):
        with pytest.raises(NotAllowed):
            merging.put_off_template(version=draft, number=2, by=person, at=moment(20))
        with pytest.raises(NotAllowed):
            merging.take_up_template(version=draft, by=person, at=moment(20))
    entries = Entry.objects.count()
    for _ in range(2):
        merging.put_off_template(version=draft, number=2, by=world.ana, at=moment(20))
    assert Entry.objects.count() == entries + 1


# Answers


def test_answers_that_no_longer_fit_are_named_and_kept(world: World, ana: Client) -> None:
    version = makers.draft(world, values={**makers.VALUES, "Reasons": ["Billing"]})
    newer(
        SOURCE.replace("kind: integer, unit: rings", "kind: text")
        .replace("example: 3", "example: three")
        .replace(
            "  Reasons: {label: Reasons, kind: list, group: Rules, example: [Billing, Delivery], required: false}\n", ""
        )
        .replace("<Reasons>\n\n", "")
    )
    page = ana.get(url("newer", version))
    assert "Rings was of the kind “whole number”, is now “text”: check it." in words(page)
    assert "Reasons is no longer asked for. Your answer “Billing” stays with the draft, unused." in words(page)
    told = words(ana.post(url("newer", version), sent(page), follow=True))
    assert "Rings was of the kind “whole number”, is now “text”: check it." in told
    assert now(version).values == {"CompanyName": "Northwind", "RingTimeLimit": "3", "Reasons": ["Billing"]}


# Wrong moment, wrong person


def test_a_draft_changed_in_between_is_told_and_the_choices_stay(world: World, draft: Version, ana: Client) -> None:
    data = sent(ana.get(url("newer", draft)), choice="own", own="My own words.")
    drafting.save_values(
        version=draft, values={"RingTimeLimit": 5}, row_version=draft.row_version, by=world.ana, at=moment(20)
    )
    answer = ana.post(url("newer", draft), data)
    assert answer.status_code == 409
    assert "You changed this draft at 10:20, after this page was shown." in words(answer)
    assert "My own words." in words(answer)
    assert re.search(r'value="own"[^>]*checked', answer.content.decode())
    assert ana.post(url("newer", draft), {**data, **sent(answer)}).status_code in (302, 422)


def test_own_words_for_a_part_that_no_longer_differs_are_shown(world: World, draft: Version, ana: Client) -> None:
    data = sent(ana.get(url("newer", draft)), choice="own", own="My own words.")
    drafting.save_text(version=draft, source=SOURCE, row_version=draft.row_version, by=world.ana, at=moment(20))
    answer = ana.post(url("newer", draft), data)
    assert answer.status_code == 409
    assert "You wrote this for a part that no longer differs:" in words(answer)
    assert "My own words." in words(answer)


def test_a_newer_version_in_between_is_told(draft: Version, ana: Client) -> None:
    data = sent(ana.get(url("newer", draft)), choice="theirs")
    newer(NEWER.replace("Wrapping up", "Closing"))
    answer = ana.post(url("newer", draft), data)
    assert answer.status_code == 409
    assert "The template has version 3 now." in words(answer)
    assert re.search(r'value="theirs"[^>]*checked', answer.content.decode())
    ana.post(url("newer", draft), {**data, **sent(answer)})
    assert "## Closing" in now(draft).source
    assert now(draft).template_version.number == 3


def test_without_a_draft_it_starts_a_revision_and_merges_into_that(
    world: World, ana: Client, no_pdf_engine: None
) -> None:
    version = makers.published(world)
    newer()
    page = ana.get(url("newer", version))
    assert "Start a revision with it" in words(page)
    assert "choice-" not in page.content.decode()
    assert ana.post(url("newer", version), sent(page)).status_code == 409
    assert ana.post(url("newer", version), {"act": "revise"})["Location"] == url("newer", version)
    assert ana.post(url("newer", version), {"act": "revise"}).status_code == 409
    page = ana.get(url("newer", version))
    assert ana.post(url("newer", version), sent(page))["Location"] == url("fill", version)
    revised = Version.objects.visible_to(world.ana).newest_first().first()
    assert (str(revised.number), revised.source) == ("1.1", NEWER)
    assert now(version).source == SOURCE


def test_a_version_under_review_is_finished_first(world: World, draft: Version, ana: Client) -> None:
    page = ana.get(url("newer", draft))
    makers.submitted(world, now(draft))
    assert "Template has version 2. Finish version 1.0 first, then bring it in." in words(ana.get(url("record", draft)))
    assert "has version 2" not in words(ana.get(reverse("work", args=["northwind"])))
    for answer in (ana.get(url("newer", draft)), ana.post(url("newer", draft), sent(page, choice="ours"))):
        assert answer.status_code == 409
        assert "in review now. Finish that version first" in words(answer)


def test_only_managers_of_the_organisation_merge(world: World, draft: Version, client_of: ClientOf) -> None:
    for call in ("get", "post"):
        statuses = {
            who: getattr(client_of(person), call)(url("newer", draft)).status_code
            for who, person in world.everybody.items()
        }
        refused = dict.fromkeys(("priya", "ben", "mia", "rui", "sol"), 403)
        assert statuses == {"ana": 200 if call == "get" else 409, "zoe": 404} | refused


def merge(version: Version, world: World, **more: Any) -> Version:
    given = {
        "number": 2, "source": NEWER, "decided": {}, "is_edited": False, "row_version": version.row_version,
        "by": world.ana, "at": moment(30), **more,
    }  # fmt: skip
    return merging.merge_template(version=version, **given)[0]


def test_the_action_refuses_others_other_states_and_older_pages(world: World, draft: Version) -> None:
    for person in (world.priya, world.rui, world.zoe):
        with pytest.raises(NotAllowed):
            merge(draft, world, by=person)
    with pytest.raises(Stale, match="version 2"):
        merge(draft, world, number=1)
    with pytest.raises(Stale):
        merge(draft, world, row_version=draft.row_version - 1)
    with pytest.raises(TemplateError):
        merge(draft, world, source=NEWER.replace("<Outcome>", "nothing"))
    before = now(draft)
    assert (before.source, before.template_version.number) == (draft.source, 1)
    merged = merge(draft, world)
    with pytest.raises(WrongState, match="has the newest text"):
        merge(merged, world)


def test_a_submitted_version_is_not_merged_into(world: World, draft: Version) -> None:
    version = makers.submitted(world, now(draft))
    with pytest.raises(WrongState):
        merge(version, world)
    approving.return_version(version=version, reason="Merge it first.", by=world.priya, at=moment(25))
    assert merge(now(draft), world).source == NEWER
