"""A comment's whole way in a real browser: chosen words, why signing waits, the return, the new text, the signature."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Opens
from tests.journeys.test_the_whole_loop import ANSWERS, fill_all, sign, submit, take

pytestmark = pytest.mark.journey
WAITS = "1 must-fix comment is open. Signing and publishing wait until it is resolved"

# Choose words as a person does who moves the caret: without a mouse, through the browser's own selection.
CHOOSE = """(words) => {
  const text = document.querySelector("[data-comment-url]");
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const at = walker.currentNode.data.indexOf(words);
    if (at < 0) continue;
    getSelection().setBaseAndExtent(walker.currentNode, at + 2, walker.currentNode, at + words.length - 2);
    walker.currentNode.parentElement.scrollIntoView({ block: "center" });
    return true;
  }
  return false;
}"""


def choose(page: Page, words: str) -> None:
    """Choose words of the text, beginning and ending inside a word, and open the form for them by keyboard."""
    assert page.evaluate(CHOOSE, words)
    link = page.get_by_role("link", name="Comment on this")
    expect(link).to_be_visible()
    page.keyboard.press("c")
    page.wait_for_url("**/review/comment/**")


def test_a_must_fix_comment_from_chosen_words_to_the_signature(opens: Opens) -> None:
    ana, priya = opens("ana"), opens("priya", dark=True)
    number = take(ana, "customer-service-call-handling")
    here = ana.site.path(f"sops/{number}/")
    fill_all(ana.page, number, ANSWERS, f"{here}draft/")
    submit(ana, f"{here}draft/submit/")

    # Priya chooses words and comments.
    page = priya.page
    page.goto(f"{here}review/?tab=text")
    choose(page, "Warm transfer: stay on the line")
    expect(page.get_by_label("Words it is about")).to_have_value("Warm transfer: stay on the line")
    page.get_by_label("Must fix").check()
    page.get_by_label("Comment", exact=True).fill("Say for how long.")
    priya.finds_no_barrier()
    page.get_by_role("button", name="Comment", exact=True).click()
    page.wait_for_url("**/review/**")
    expect(page.locator("mark.commented")).to_have_text("Warm transfer: stay on the line")
    expect(page.locator(".decision-bar")).to_contain_text(WAITS)
    priya.finds_no_barrier()
    page.get_by_role("link", name="Comment 1", exact=True).click()
    expect(page.locator("article.comment:target")).to_contain_text("Say for how long.")

    # Pressing early explains in the same words; then she sends it back.
    page.goto(f"{here}review/sign/")
    expect(page.locator("main")).to_contain_text(WAITS)
    page.goto(f"{here}review/return/")
    page.get_by_label("What has to change").fill("See the comment.")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/record/")

    # Ana meets it in the draft, changes the answer, calls it done.
    ana.page.goto(f"{here}draft/?field=EscalationProcedure")
    expect(ana.page.locator(".comments")).to_contain_text("1 must-fix; 0 of 1 resolved")
    expect(ana.page.locator("#preview mark.commented")).to_have_count(1)
    ana.finds_no_barrier()
    fill_all(ana.page, number, {"EscalationProcedure": "Stay on the line for at most a minute."}, f"{here}draft/")
    ana.page.goto(f"{here}draft/check/")
    expect(ana.page.locator(".comments")).to_contain_text("The text changed. It said: ")
    ana.finds_no_barrier()
    ana.page.get_by_role("button", name=re.compile("Resolve")).click()
    expect(ana.page.locator(".comments")).to_contain_text("1 of 1 resolved")
    submit(ana, f"{here}draft/submit/")

    # Priya reads it against the new text and signs.
    page.goto(f"{here}review/?tab=text")
    expect(page.locator(".comments")).to_contain_text("Resolved by Ana Silva")
    expect(page.locator(".comments")).to_contain_text("The text changed. It said: ")
    priya.finds_no_barrier()
    sign(priya)
    page.wait_for_url("**/signatures/**")
