import time
from datetime import date

import pytest

from templates_app.domain.frontmatter import join, parse, split
from templates_app.domain.problems import Problem, TemplateError
from templates_app.domain.variables import Source
from templates_app.domain.wording import label_from

FULL = """---
title: Customer service call handling
registry: SOP-TPL-0001
category: Customer service
source: "Document 000: calls"
summary: How calls are answered.
minutes: 8
updated: 2026-05-01
prefix: CS
how_to_use: [Collect answers, "Fill: the form"]
faq:
  - question: Why?
    answer: Because No is text here.
groups: [Call rules, Company]
variables:
  CompanyName: {label: Company name, source: organisation, group: Company, example: Northwind}
  RingTimeLimit: {kind: integer, unit: rings, min: 1, max: 10, group: Call rules, example: 3}
  Record: {kind: choice, options: [Yes, No, 010], example: No}
  CallCategories: {kind: list, group: Call rules, example: [Billing, Orders], required: false}
  AgentName: {source: reader}
  CRMSystem: {source: call}
  EffectiveDate: {source: workflow}
---
## Purpose
"""


def problems(front, body="x"):
    with pytest.raises(TemplateError) as caught:
        parse(f"---\n{front}\n---\n{body}")
    return [str(problem) for problem in caught.value.problems]


def test_it_reads_everything():
    template = parse(FULL)
    assert (template.title, template.minutes, template.updated, template.prefix) == (
        "Customer service call handling",
        8,
        date(2026, 5, 1),
        "CS",
    )
    assert template.how_to_use == ("Collect answers", "Fill: the form")
    assert template.faq[0].answer == "Because No is text here."
    assert template.body == "## Purpose\n"
    assert FULL.split("\n")[template.body_line - 1] == "## Purpose"
    assert template.variable("RingTimeLimit").example == 3
    assert template.variable("RingTimeLimit").label == "Ring time limit"
    assert template.variable("Record").options == ("Yes", "No", "010")
    assert template.variable("Record").example == "No"
    assert template.variable("AgentName").source is Source.READER
    assert [variable.name for variable in template.answered] == [
        "CompanyName",
        "RingTimeLimit",
        "Record",
        "CallCategories",
    ]
    assert [(title, [each.name for each in group]) for title, group in template.groups_of()] == [
        ("Call rules", ["RingTimeLimit", "CallCategories"]),
        ("Company", ["CompanyName"]),
        ("Details", ["Record"]),
    ]


@pytest.mark.parametrize(
    ("name", "label"),
    [("CompanyName", "Company name"), ("CRMSystem", "CRM system"), ("SOPNumber", "SOP number"), ("FAQ", "FAQ")],
)
def test_a_label_is_the_name_in_words(name, label):
    assert label_from(name) == label


def test_front_and_body_part_and_join():
    front, body, line = split(FULL)
    assert line == 24
    assert split(join(front, body)) == (front, body, line)


@pytest.mark.parametrize(
    ("front", "sentence"),
    [
        ("titel: x", "Line 2, column 1: “titel” is not known in the front matter (did you mean “title”?)."),
        ("minutes: 8", "Line 1, column 1: Write a `title` in the front matter."),
        ("title: x\nminutes: eight", "Line 3, column 10: Write `minutes` as a whole number, such as 8."),
        ("title: x\nupdated: 1 May", "Line 3, column 10: Write `updated` as year, month and day, such as 2026-12-01."),
        ("title: x\ntitle: y", "Line 3, column 1: “title” is written twice. Keep one."),
        ("title: x\nprefix: cs!", "Line 3, column 9: Write `prefix` as one to eight upper-case letters, such as CS."),
        ("title: x\nfaq: [why]", "Line 3, column 7: Write each entry of `faq` as `question: …` and `answer: …`."),
        ("title: x\nhow_to_use: read", "Line 3, column 13: Write `how_to_use` as a list of at most 100 texts."),
        ("title: [x]", "Line 2, column 8: Write `title` as text."),
        ("title: &a x\nsummary: *a", "Line 2, column 8: Write the text out: `&` and `*` references are not used here."),
        (
            "title: !!python/name:os.system x",
            "Line 2, column 8: Leave out the `!` tag: values are plain text and lists.",
        ),
        ("- a", "Line 2: Write the front matter as lines of `key: value`."),
        ("title: x\nvariables: {name: {}}", "Line 3: name: a name starts with an upper-case letter"),
        (
            "title: x\nvariables: {A: {lable: b, example: c}}",
            "Line 3: A: “lable” is not known here (did you mean “label”?).",
        ),
        ("title: x\nvariables: {A: {kind: txt, example: c}}", "Line 3: A: “txt” is not a kind (did you mean “text”?)."),
        ("title: x\nvariables: {A: {source: readr}}", "Line 3: A: “readr” is not a source (did you mean “reader”?)."),
        ("title: x\nvariables: {A: {}}", "Line 3: A: give an `example`: the form shows it."),
        (
            "title: x\nvariables:\n  Rings: {kind: integer, unit: rings, example: many}",
            "Line 4: Rings: the example does not fit. Rings: enter a whole number of rings, such as 3. You typed",
        ),
        ("title: x\nvariables: {A: {kind: choice, example: b}}", "Line 3: A: list its `options`."),
        ("title: x\nvariables: {A: {unit: b, example: b}}", "Line 3: A: “unit” belongs to integer and decimal only"),
        ("title: x\nvariables: {Approvals: {source: call}}", "Line 3: Approvals: <Approvals> comes from the record"),
        ("title: x\nvariables: {A: {required: maybe, example: b}}", "Line 3: A: write true or false for `required`."),
        ("title: x\nvariables: [A]", "Line 3, column 12: Write `variables` as `Name: {…}`"),
    ],
)
def test_it_names_the_place_and_the_remedy(front, sentence):
    assert any(problem.startswith(sentence) for problem in problems(front)), problems(front)


def test_broken_yaml_is_told_with_its_line():
    told = problems("title: a: b")[0]
    assert told.startswith("Line 2, column 9: The front matter cannot be read here (mapping values")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The template is empty."),
        ("\ufeff", "The template is empty."),
        ("## Purpose", "Line 1, column 1: Start the template with a line of `---`"),
        ("---\ntitle: x\n", "Line 1, column 1: Close the front matter"),
        ("---\ntitle: x\n---\na\x00b", "Line 4, column 2: Delete this: it is a control character"),
        ("---\ntitle: x\n---\na\ud800", "Line 4, column 2: Delete this: it is half of a character"),
        ("---\ntitle: x\n---\n\u202eabc", "Line 4, column 1: Delete this: it is a character that turns"),
        ("---\ntitle: x\n---\nab\ue003", "Line 4, column 3: Delete this: it is a private-use character"),
        ("---\ntitle: x\n---\na" + "\u0301" * 20, "Line 4, column 10: Delete this: it is more than 8 combining marks"),
        ("---\ntitle: x\n---\n" + "x\n" * 300_000, "A template has at most 500,000 bytes; this has 600,017."),
    ],
)
def test_it_refuses_what_cannot_be_kept(text, sentence):
    with pytest.raises(TemplateError) as caught:
        parse(text)
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
def test_byte_order_mark_and_line_endings_do_not_matter(ending):
    template = parse("\ufeff" + FULL.replace("\n", ending))
    assert template == parse(FULL)


def test_line_and_paragraph_separators_end_a_line():
    assert parse("---\u2028title: x\u2028---\u2029a\u2028b").body == "a\nb"


@pytest.mark.parametrize(
    "bomb",
    [
        "a: &a [x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]",
        "title: " + "[" * 5_000,
        "title: " + "[" * 900 + "]" * 900,
        "? " * 3_000 + "x",
        "- " * 3_000 + "x",
        "title: x\nvariables: {" + ",".join(f"A{n}: {{}}" for n in range(5_000)) + "}",
        "title: x\n" + "".join(f"key{n}: x\n" for n in range(15_000)),
        "%YAML 9.9",
        "title: " + "{a: " * 500,
    ],
)
def test_yaml_bombs_are_refused_at_once(bomb):
    started = time.perf_counter()
    assert problems(bomb)
    assert time.perf_counter() - started < 3


def test_problems_travel_between_processes():
    import pickle

    error = TemplateError([Problem("b.", 2, 1), Problem("a.", 1), Problem("b.", 2, 1)])
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert again.problems == error.problems
    assert str(again) == "Line 1: a.\nLine 2, column 1: b."


def test_a_flood_of_problems_is_cut():
    assert len(TemplateError(Problem(f"{n}.", n) for n in range(1, 5_000)).problems) == 51
