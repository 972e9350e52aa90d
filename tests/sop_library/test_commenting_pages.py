"""The pages of comments: beside the text under review, in the returned draft, on the record."""

import csv
import io
import re
import zipfile
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from sop_library import bundle, bundle_scope
from sop_library.actions import commenting, drafting
from sop_library.domain.remarks import Kind
from sop_library.models import Comment, Version
from tests.conftest import ClientOf
from tests.sop_library import makers
from tests.sop_library.commented import returned, said
from tests.sop_library.makers import SOURCE, moment
from tests.world import PASSWORD, World

pytestmark = pytest.mark.usefixtures("later_that_day", "no_pdf_engine")
OPEN_ONE = (
    "1 must-fix comment is open. "
    "Signing and publishing wait until it is resolved or the version is sent back for changes."
)
XSS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</mark></article><svg/onload=alert(1)>",
    "{{ 7*7 }}{% include '/etc/passwd' %}",
    "javascript:alert(1)",
]


def where(name: str, version: Version, **more: Any) -> str:
    return reverse(name, kwargs={"organisation": "northwind", "number": version.sop.number, **more})


def of(name: str, comment: Comment) -> str:
    return reverse(name, kwargs={"organisation": "northwind", "pk": comment.pk})


def text(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def write(browser: Client, version: Version, **given: str) -> Any:
    fields = {
        "section": "s-1",
        "words": "within 3 rings",
        "kind": "must_fix",
        "text": "Two.",
        "before": "",
        "after": "",
    }
    return browser.post(where("comment_new", version), {"shown_digest": version.digest, **fields, **given})


def test_an_approver_writes_a_comment_and_meets_it_beside_the_text(world: World, client_of: ClientOf) -> None:
    ben, version = client_of(world.ben), makers.submitted(world)
    answer = write(ben, version)
    made = Comment.objects.get()
    assert answer["Location"] == f"{where('review', version)}?tab=text#comment.{made.pk}"
    page = ben.get(where("review", version)).content.decode()
    assert f'<mark class="commented" data-comments="{made.pk}">within 3 rings</mark>' in page
    assert f'id="comment.{made.pk}"' in page
    assert "1 must-fix; 0 of 1 resolved" in page
    assert f'href="{where("comment_new", version)}?section=s-1"' in page


def test_the_form_shows_the_words_that_were_chosen(world: World, client_of: ClientOf) -> None:
    version = makers.submitted(world)
    page = client_of(world.ben).get(where("comment_new", version), {"section": "s-2", "words": "<b>Two</b>"})
    shown = page.content.decode()
    assert "&lt;b&gt;Two&lt;/b&gt;" in shown
    assert '<option value="s-2" selected>' in shown


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"text": ""}, "Write what you want to say."),
        ({"kind": ""}, "Choose whether it must be fixed or is a suggestion."),
        ({"words": "within nine rings"}, "These words do not stand in the section."),
        ({"words": "."}, "stand in the section 3 times"),
        ({"section": "s-99"}, "Choose one of those listed."),
        ({"text": "a" * 2001}, "Shorten this to 2000 characters; it has 2001."),
        ({"text": "a\x00b"}, "is a control character"),
        ({"text": "a\u202eb"}, "turns the direction"),
    ],
)
def test_a_wrong_form_keeps_what_was_typed(
    world: World, client_of: ClientOf, given: dict[str, str], sentence: str
) -> None:
    answer = write(client_of(world.ben), makers.submitted(world), **given)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert sentence in page
    assert 'class="error-summary"' in page
    assert Comment.objects.count() == 0


def test_a_comment_on_a_text_that_changed_meanwhile_is_refused_and_kept(world: World, client_of: ClientOf) -> None:
    answer = write(client_of(world.ben), makers.submitted(world), shown_digest="0" * 64, text="My words.")
    assert answer.status_code == 409
    assert "The text changed after you opened it." in text(answer)
    assert "My words." in text(answer)


def test_signing_waits_in_the_same_words_on_the_page_and_when_pressed(world: World, client_of: ClientOf) -> None:
    ben, version = client_of(world.ben), makers.submitted(world)
    made = said(version, world.priya)
    for tab in ("text", "history", "values", "changes"):
        page = ben.get(where("review", version), {"tab": tab})
        assert OPEN_ONE in text(page), tab
        assert f'#comment.{made.pk}">Go to the first</a>' in page.content.decode()
    for answer in (ben.get(where("sign", version)), sign(ben, version)):
        assert answer.status_code == 409
        assert OPEN_ONE in text(answer)
    assert version.signatures.count() == 1
    assert "1 must-fix; 0 of 1 resolved" in text(ben.get(where("return", version)))
    commenting.resolve(comment=made, by=world.priya, at=moment(11))
    assert "Signing waits" not in text(ben.get(where("review", version)))
    assert sign(ben, version).status_code == 302


def sign(browser: Client, version: Version) -> Any:
    return browser.post(where("sign", version), {"shown_digest": version.digest, "password": PASSWORD})


def test_resolving_opening_again_and_replying_from_the_page(world: World, client_of: ClientOf) -> None:
    ben, ana, version = client_of(world.ben), client_of(world.ana), makers.submitted(world)
    made = said(version, world.ben, kind=Kind.SUGGESTION)
    assert ana.post(of("comment", made), {"text": "Which rule?"}).status_code == 302
    assert ana.post(of("comment_resolve", made), {"note": "Done so."}).status_code == 302
    shown = text(ben.get(where("review", version)))
    assert "Which rule?" in shown
    assert re.search(r"Resolved by Ana Silva [^:]+:\d\d: Done so\.", shown)
    assert "Every comment is resolved." in text(ben.get(where("review", version), {"show": "open"}))
    assert ben.post(of("comment_reopen", made)).status_code == 302
    assert "0 of 1 resolved" in text(ben.get(where("review", version)))


def test_a_reply_or_note_that_cannot_be_kept_comes_back(world: World, client_of: ClientOf) -> None:
    ben, made = client_of(world.ben), said(makers.submitted(world), world.ben)
    answer = ben.post(of("comment", made), {"text": " "})
    assert answer.status_code == 422
    assert "Write what you want to say." in text(answer)
    answer = ben.post(of("comment_resolve", made), {"note": "b" * 2001})
    assert answer.status_code == 422
    assert "b" * 2001 in answer.content.decode()


def test_who_may_not_resolve_is_told_why(world: World, client_of: ClientOf) -> None:
    ana, made = client_of(world.ana), said(makers.submitted(world), world.ben)
    assert "resolved by the person who made it" in text(ana.get(of("comment", made)))
    answer = ana.post(of("comment_resolve", made))
    assert answer.status_code == 403
    assert "resolved by the person who made it" in text(answer)


def test_the_returned_draft_shows_the_comments_where_they_stand(world: World, client_of: ClientOf) -> None:
    version = makers.submitted(world)
    first = said(version, world.ben)
    said(version, world.priya, "", section="s-2", kind=Kind.SUGGESTION)
    draft = returned(world, version)
    ana = client_of(world.ana)
    for name in ("fill", "check"):
        page = ana.get(where(name, draft)).content.decode()
        assert "1 must-fix, 1 suggestion; 0 of 2 resolved" in page, name
        assert f'id="words.{first.pk}"' in page, name
        assert f'href="#words.{first.pk}"' in page, name
        assert f'<input type="hidden" name="back" value="{name}">' in page
    assert f'data-comments="{first.pk}"' in ana.get(where("preview", draft)).content.decode()
    work = ana.get(reverse("work", kwargs={"organisation": "northwind"}))
    assert "1 must-fix, 1 suggestion; 0 of 2 resolved" in text(work)
    answer = ana.post(of("comment_resolve", first), {"back": "check"})
    assert answer["Location"] == f"{where('check', draft)}#comment.{first.pk}"


def test_after_the_text_changed_the_approver_reads_what_it_said(world: World, client_of: ClientOf) -> None:
    version = makers.submitted(world)
    said(version, world.ben)
    draft = returned(world, version)
    source = SOURCE.replace("answered within", "picked up after at most")
    draft = drafting.save_text(version=draft, source=source, row_version=draft.row_version, by=world.ana, at=moment(13))
    again = makers.submitted(world, draft, at=moment(14))
    shown = text(client_of(world.ben).get(where("review", again)))
    assert "The text changed. It said: answered within 3 rings" in shown


def test_the_changes_tab_marks_the_words_and_keeps_the_changes(world: World, client_of: ClientOf) -> None:
    version = makers.submitted(world, makers.revision(world, makers.published(world)), at=moment(20))
    made = said(version, world.ben, "Every call", at=moment(21))
    page = client_of(world.ben).get(where("review", version), {"tab": "changes"}).content.decode()
    assert f'<mark class="commented" data-comments="{made.pk}">Every call</mark>' in page
    assert 'id="change-1"' in page


def test_history_and_record_keep_what_was_said_with_its_round(world: World, client_of: ClientOf) -> None:
    version = makers.submitted(world)
    said(version, world.ben, text="Round one.")
    again = makers.submitted(world, returned(world, version), at=moment(14))
    mia = client_of(world.mia)
    for answer in (mia.get(where("review", again), {"tab": "history"}), mia.get(where("comments", again))):
        assert "Said in round 1" in text(answer)
        assert "Round one." in text(answer)
    assert where("comments", again) in mia.get(where("record", again)).content.decode()


def test_administrators_read_and_write_nothing(world: World, client_of: ClientOf) -> None:
    version = makers.submitted(world)
    said(version, world.ben)
    page = client_of(world.mia).get(where("review", version)).content.decode()
    assert "Two rings are the rule." in page
    assert where("comment_new", version) not in page
    assert "Resolve" not in page


@pytest.mark.parametrize("words", XSS)
def test_what_people_write_stays_text_everywhere(world: World, client_of: ClientOf, words: str) -> None:
    version = makers.submitted(world)
    ben = client_of(world.ben)
    assert write(ben, version, text=words).status_code == 302
    made = Comment.objects.get()
    ben.post(of("comment", made), {"text": words})
    ben.post(of("comment_resolve", made), {"note": words})
    pages = [where("review", version), where("review", version) + "?tab=history", where("comments", version)]
    pages += [of("comment", made)]
    draft = returned(world, version)
    for browser, page in [(ben, page) for page in pages[2:]] + [(client_of(world.ana), where("fill", draft))]:
        shown = browser.get(page).content.decode()
        assert escape(words) in shown, page
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown
        assert "<svg/onload" not in shown


def test_the_bundle_holds_what_was_said_and_no_cell_starts_a_formula(world: World) -> None:
    version = makers.submitted(world)
    made = said(version, world.ben, text="=1+1")
    commenting.reply(comment=made, text="@SUM(A1)", by=world.ana, at=moment(11))
    commenting.resolve(comment=made, note="-2", by=world.ben, at=moment(12))
    files = bundle.bundle_of(bundle_scope.of_sop(version.sop), world.northwind, moment(20))
    with zipfile.ZipFile(io.BytesIO(files)) as opened:
        rows = list(csv.DictReader(io.StringIO(opened.read("record/comments.csv").decode())))
    assert [(row["what"], row["text"]) for row in rows] == [
        ("comment", "'=1+1"),
        ("reply", "'@SUM(A1)"),
        ("resolved", "'-2"),
    ]
    assert {row["comment"] for row in rows} == {str(made.pk)}
    assert rows[0]["words"] == "answered within 3 rings"
