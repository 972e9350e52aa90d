"""A draft typed faster than the server answers: one save after the other, and nobody disagrees with themselves."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Opens
from tests.journeys.test_the_whole_loop import take

pytestmark = pytest.mark.journey
# Every field is left before the server has answered the first save.
SLOW = """
const real = fetch;
window.fetch = async (...all) => { await new Promise((done) => setTimeout(done, 800)); return real(...all); };
"""


def test_a_quick_typist_is_never_told_of_another_tab(opens: Opens) -> None:
    ana = opens("ana")
    number = take(ana, "customer-service-call-handling")
    ana.page.add_init_script(SLOW)
    page = ana.go(f"sops/{number}/draft/?field=EscalationContact")
    fields = page.locator("form[data-autosave] :is(input:not([type=hidden]), textarea)")
    assert fields.count() >= 3
    answers: list[int] = []
    page.on("response", lambda answer: answers.append(answer.status) if answer.request.method == "POST" else None)
    for place in range(fields.count()):
        fields.nth(place).fill(f"Answer {place + 1}")
    fields.last.blur()
    expect(page.locator("[data-group=escalation]")).to_have_text("Complete", timeout=10_000)
    page.wait_for_timeout(2_000)  # a save too many would be on its way
    expect(page.locator("[data-save-state]")).to_contain_text("Saved at")
    assert len(answers) > 1
    assert set(answers) == {200}
