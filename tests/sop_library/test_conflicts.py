"""Where procedures contradict each other, as rules over facts."""

from sop_library.domain.conflicts import (
    Answer,
    Leftover,
    Said,
    Stand,
    answer_conflicts,
    key_of,
    leftovers,
    row_conflicts,
    rows_of,
)
from sop_library.domain.differences import Segment

METRICS = """<h2 id="s-6"><span class="num">6</span> Measures</h2><div class="metrics">
<table><caption>Week</caption><thead><tr><th scope="col">Metric</th><th scope="col">Target</th>
<th scope="col">Current</th></tr></thead><tbody><tr><td>Handling times</td><td>{target}</td><td></td></tr>
</tbody></table></div>"""


def stand(number: str, *answers: Answer, body: str = "", words: tuple[str, ...] = ()) -> Stand:
    return Stand(number, answers, rows_of(body), [Segment("4.1", text) for text in words])


def minutes(value: str, *, name: str = "HandlingTime", label: str = "Handling time") -> Answer:
    return Answer(name, label, value, "4.1")


def test_two_procedures_that_disagree_on_a_target_are_named_with_both_values() -> None:
    (conflict,) = answer_conflicts([stand("SOP-1", minutes("8 minutes")), stand("SOP-2", minutes("20 minutes"))])
    assert conflict.subject == "Handling time"
    assert conflict.said == (Said("SOP-1", "4.1", "8 minutes"), Said("SOP-2", "4.1", "20 minutes"))


def test_another_name_with_the_same_label_is_the_same_target() -> None:
    other = minutes("20 minutes", name="AHT", label="HANDLING TIMES")
    assert len(answer_conflicts([stand("SOP-1", minutes("8 minutes")), stand("SOP-2", other)])) == 1


def test_the_same_name_with_another_label_is_the_same_target() -> None:
    other = minutes("20 minutes", label="How long a call takes")
    assert len(answer_conflicts([stand("SOP-1", minutes("8 minutes")), stand("SOP-2", other)])) == 1


def test_each_section_named_leads_to_its_heading() -> None:
    said = Said("SOP-1", "4.1, 12 and 13 more", "8 minutes", "/there/")
    assert said.anchors == [("4.1", "s-4-1"), ("12", "s-12")]
    assert Said("SOP-1", "", "8 minutes").anchors == []


def test_agreement_and_one_procedure_alone_are_no_conflict() -> None:
    assert answer_conflicts([stand("SOP-1", minutes("8 minutes")), stand("SOP-2", minutes("8  Minutes"))]) == []
    alone = stand("SOP-1", minutes("8 minutes"), minutes("9 minutes", name="Other"))
    assert answer_conflicts([alone]) == []


def test_dollars_and_euros_are_not_the_same() -> None:
    assert answer_conflicts([stand("SOP-1", minutes("$50")), stand("SOP-2", minutes("€50"))])


def test_a_metric_with_two_targets_is_found_in_the_tables() -> None:
    both = [
        stand(f"SOP-{place}", body=METRICS.format(target=target)) for place, target in ((1, "8 min"), (2, "20 min"))
    ]
    (conflict,) = row_conflicts(both)
    assert conflict.subject == "Handling times: target"
    assert [(said.section, said.value) for said in conflict.said] == [("6", "8 min"), ("6", "20 min")]


def test_a_term_in_a_list_and_in_a_table_are_compared() -> None:
    table = METRICS.replace("metrics", "definitions").replace("Target", "Meaning").format(target="Talk time")
    listed = "<dl><dt>Handling time</dt><dd>Talk and writing</dd></dl>"
    (conflict,) = row_conflicts([stand("SOP-1", body=table), stand("SOP-2", body=listed)])
    assert {said.value for said in conflict.said} == {"Talk time", "Talk and writing"}


def test_an_empty_cell_says_nothing() -> None:
    both = [stand("SOP-1", body=METRICS.format(target="8 min")), stand("SOP-2", body=METRICS.format(target=""))]
    assert row_conflicts(both) == []


def test_a_replaced_value_that_was_typed_by_hand_is_found() -> None:
    found = leftovers([stand("SOP-1", words=("Open zendesk now.",))], [("CRM system", "Zendesk", "Freshdesk")])
    assert found == [Leftover("SOP-1", "4.1", "CRM system", "Zendesk", "Freshdesk")]


def test_part_of_a_word_and_part_of_the_new_value_are_no_leftovers() -> None:
    texts = stand("SOP-1", words=("Zendesking is fun at Northwind Ltd.",))
    replaced = [("CRM system", "Zendesk", "Freshdesk"), ("Company", "Northwind", "Northwind Ltd"), ("Line", "12", "13")]
    assert leftovers([texts], replaced) == []


def test_names_are_compared_without_case_marks_and_plural() -> None:
    assert key_of("Handling  Times (AHT)") == key_of("handling time: aht")
