import json
import pickle
import re
import time

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from templates_app.domain.body import Skeleton, compile_text
from templates_app.domain.frontmatter import parse
from templates_app.domain.problems import TemplateError
from templates_app.domain.rendering import Mode, render
from tests.templates_app.texts import html_of, problems_of, seen, source

CALL = "CustomerName: {label: Customer's name, source: call}"


def flat(markup):
    return "".join(line.strip() for line in markup.split("\n"))


def timed(text):
    started = time.perf_counter()
    found = problems_of(source(text))
    return found, time.perf_counter() - started


# What blocks become


def test_say_holds_words_under_its_label():
    assert flat(html_of("/// say\nHello\n///")) == (
        '<div class="say"><p class="block-title">Say</p><div class="words"><p>Hello</p></div></div>'
    )


def test_a_title_follows_the_label_and_may_hold_a_placeholder():
    found = flat(html_of("/// avoid | To <CustomerName>\nNo.\n///", CALL))
    assert '<p class="block-title">Do not say: To <span class="call-blank"' in found
    assert '<div class="words"><p>No.</p></div>' in found


@pytest.mark.parametrize("kind", ["note", "tip", "pitfall", "caution", "warning"])
def test_callouts_name_themselves_in_words(kind):
    found = flat(html_of(f"/// {kind} | Keep calm\nx\n///"))
    title = f"{kind.capitalize()}: Keep calm"
    assert found == f'<div class="callout {kind}"><p class="block-title">{title}</p><p>x</p></div>'


@pytest.mark.parametrize("kind", ["checklist", "steps", "definitions", "faq"])
def test_plain_blocks_have_a_title_only_when_one_is_written(kind):
    assert flat(html_of(f"/// {kind}\nx\n///")) == f'<div class="{kind}"><p>x</p></div>'
    assert flat(html_of(f"/// {kind} | T\nx\n///")) == f'<div class="{kind}"><p class="block-title">T</p><p>x</p></div>'


def test_a_decision_table_has_caption_and_row_heads():
    found = flat(html_of("/// decision | Who decides\n| Case | Lead |\n|:---|---:|\n| Refund | Yes |\n///"))
    assert found == (
        '<div class="decision"><table><caption>Who decides</caption><thead><tr><th scope="col">Case</th>'
        '<th class="right" scope="col">Lead</th></tr></thead><tbody><tr><th scope="row">Refund</th>'
        '<td class="right">Yes</td></tr></tbody></table></div>'
    )


def test_check_boxes_are_drawn_in_lists_and_cells_but_not_in_code():
    assert flat(html_of("- [ ] one\n- two")) == (
        '<ul><li class="check"><span class="box"></span> one</li><li>two</li></ul>'
    )
    assert '<td><span class="box"></span></td>' in html_of("| a |\n|---|\n| [ ] |")
    assert "<code>[ ]</code>" in html_of("`[ ]`")
    assert "[ ]" in html_of("```\n[ ]\n```")


def test_headings_are_numbered_and_the_fourth_level_is_not():
    assert html_of("## A\n\n### B\n\n#### C\n\n## D") == (
        '<h2 id="s-1"><span class="num">1</span> A</h2>\n<h3 id="s-1-1"><span class="num">1.1</span> B</h3>\n'
        '<h4>C</h4>\n<h2 id="s-2"><span class="num">2</span> D</h2>'
    )


def test_blocks_stand_in_lists_and_in_one_another():
    text = "- a\n\n    //// note\n    b\n\n    /// say\n    c\n    ///\n    ////\n- d"
    tree = lxml_html.fromstring(html_of(text))
    assert tree.xpath("string(//li/div[@class='callout note']/div[@class='say']/div[@class='words'])").strip() == "c"


def test_a_blank_line_before_a_block_is_not_needed():
    assert '<div class="say">' in html_of("text\n/// say\nHello\n///\nmore")


def test_definitions_need_no_blank_line_between_them():
    found = html_of("A\n: first\nB\n: second\n: third")
    assert flat(found) == "<dl><dt>A</dt><dd>first</dd><dt>B</dt><dd>second</dd><dd>third</dd></dl>"


def test_code_keeps_everything_literal_but_placeholders():
    found = html_of("```\n<b> {{ 7*7 }} & /// say\n<CustomerName>\n```", CALL)
    assert seen(found).strip() == "<b> {{ 7*7 }} & /// say\ncustomer's name"


# What is wrong with blocks


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("/// say\nx", "Line 4, column 1: This `say` block is never closed. End it with a line of ///."),
        ("x\n///", "Line 5, column 1: No block is open here. Remove this line, or open a block before it."),
        ("/// sya\nx\n///", "Line 4, column 1: There is no block “sya” (did you mean “say”?)."),
        ("/// note\n/// say\nx\n///\n///", "Line 5, column 1: The block around this one (line 4) needs more slashes"),
        ("//// note\n/// say\nx\n////", "Line 5, column 1: This `say` block is never closed."),
        ("/// note\nx\n////", "Line 6, column 1: No block with 4 slashes is open here."),
        ("```\n/// say", "Line 4, column 1: This code is never closed. End it with a line of ```."),
        ("> /// say\n> x\n> ///", "Line 4, column 1: Start a block on a line of its own"),
        ("- /// say | 0\n    x\n    ///", "Line 4, column 1: Start a block on a line of its own"),
        ("x\n\n        /// say\n        x\n        ///", "Line 6, column 1: This block is not recognised here."),
        ("# Title", "Line 4, column 1: Write headings with ## or ###."),
        ("##### Deep", "Line 4, column 1: Write headings with ## or ###."),
        ("![logo](https://a.example/x.png)", "Line 4, column 1: Images have no place in a template."),
        ("[a](javascript:alert)", "Line 4, column 5: Start a link's address with https://"),
        ("[a](//evil.example)", "Line 4, column 5: Start a link's address with https://"),
        ("[a](http://a.example)", "Line 4, column 5: Start a link's address with https://"),
    ],
)
def test_it_names_the_line_and_the_remedy(text, problem):
    assert any(found.startswith(problem) for found in problems_of(source(text)))


def test_fences_hide_what_looks_like_blocks():
    assert problems_of(source("```\n/// sya\n![a](b)\n# x\n```")) == []


# Hostile texts


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '<td colspan="100000">x</td>',
        '<img src=x onerror="alert(1)">',
        "<style>*{columns:2}</style>",
        "<!-- x --> <![CDATA[x]]> <?php x ?>",
        "&lt;b&gt; &#60;script&#62; &amp;",
        "&#xE003;0&#xE005; &#xE006;0&#xE005;",
        "<svg onload=alert(1)> <math><annotation-xml>",
        "<https://a.example> <a@b.example>",
        "{{ 7*7 }} {% raw %} {# x #} {%- x -%} }} %}",
        "{% include '/etc/passwd' %}",
        "{% for x in range(9999999999) %}{% endfor %}",
        "{{ ''.class }} {{ i['x'] }} {{ when[0] }}",
        "&#123;&#123; 7*7 &#125;&#125;",
        "[Role] {Variables} [MM/DD/YYYY]",
    ],
)
def test_markup_and_template_code_of_authors_are_text(text):
    found = html_of(text)
    assert seen(found).strip() == text
    assert tags(found) <= {"div", "p"}


def tags(markup):
    return {element.tag for element in lxml_html.fromstring(f"<div>{markup}</div>").iter()}


def test_only_our_attributes_are_left():
    found = html_of(
        '[a](https://a.example "title")\n{: onclick=x class=say }\n\n'
        "/// note\n    attrs: {class: x, onclick: y}\n\nx\n///"
    )
    element = lxml_html.fromstring(f"<div>{found}</div>").find(".//a")
    assert dict(element.attrib) == {"href": "https://a.example", "rel": "noopener noreferrer"}
    assert "onclick" not in {name for each in lxml_html.fromstring(found).iter() for name in each.attrib}
    assert [each.get("class") for each in lxml_html.fromstring(f"<div>{found}</div>").iter("div")] == [
        None,
        "callout note",
    ]


def test_a_language_after_a_fence_becomes_no_attribute():
    assert html_of("```python\nx\n```") == "<pre><code>x\n</code></pre>"


def test_a_flood_of_brackets_is_refused_at_once_with_its_line():
    found, seconds = timed("Intro.\n\n" + "[" * 10_000)
    assert found == ["Line 6, column 1: A text has at most 5,000 of the sign “[”. Remove some here."]
    assert seconds < 0.2


FLOODS = (
    "[", "![", "](", "[a](", "[a](https://b ", "[[]", "[ ](", "*", "**", "* ", "***", "a*", "*a _b ", "_", "__",
    "`", "` ", "``", "(", "\\", "!", "<", "&", "\\<", ":", "~", "|", "#", "> ", "- ", "1. ", "- - ", ": ", "/// ", "/",
    "{{", "&#", "\u0301",
)  # fmt: skip


@pytest.mark.parametrize("token", FLOODS)
def test_a_flood_of_any_sign_is_answered_in_time(token):
    for size in (2_000, 19_000):
        _, seconds = timed(token * (size // len(token)))
        assert seconds < 2


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"{'    ' * level}- x\n" for level in range(300)),
        "- " * 300 + "x",
        "> " * 300 + "x",
        "1. " * 300 + "x",
        "".join(f"{'  ' * level}> - x\n" for level in range(100)),
    ],
)
def test_three_hundred_levels_are_refused(text):
    found, seconds = timed(text)
    assert "levels deep" in found[0]
    assert seconds < 2


def test_a_ruler_of_dashes_is_no_nesting():
    assert "<hr>" in html_of("a\n\n- - - - - -\n\nb")


def test_three_thousand_cells_are_enough():
    rows = "| x | y |\n"
    fits, _ = timed("| a | b |\n|---|---|\n" + rows * 1_499)
    wide, _ = timed("|" + "a|" * 100 + "\n|" + "-|" * 100 + "\n" + "|x\n" * 30)
    over, seconds = timed("| a | b |\n|---|---|\n" + rows * 1_500)
    assert fits == []
    assert "3,000 cells" in wide[0]
    assert over == ["Line 1505, column 1: The tables of a text have at most 3,000 cells together. Split it."]
    assert seconds < 2


def test_long_texts_are_fine_and_long_lines_are_not():
    words, seconds = timed("word word word word word\n\n" * 8_000)
    assert words == []
    assert seconds < 5
    assert timed("word " * 40_000)[0] == ["Line 4, column 1: A line has at most 20,000 characters; this has 200,000."]


@pytest.mark.parametrize(
    "text",
    [
        "/// note\nx\n///\n\n" * 3_000,
        "/// note\n" + "x\n\n" * 9_000 + "///",
        "Term\n: x\n" * 3_000,
        "```\na\n```\n\n" * 3_000,
    ],
)
def test_many_blocks_are_answered_in_time(text):
    assert timed(text)[1] < 4


@pytest.mark.parametrize("character", ["\x00", "\ud800", "\ue000", "\x02", "\x85"])
def test_characters_that_cannot_be_kept_name_their_place(character):
    found = problems_of(source(f"ab{character}c"))
    assert found[0].startswith("Line 4, column 3: Delete this: it is ")


def test_line_endings_do_not_change_the_result():
    text = source("- a\n- b\n\n/// say\nHello\n///")
    expected = compile_text(text).jinja
    for other in ("\r\n", "\r", "\u2028"):
        assert compile_text("\ufeff" + text.replace("\n", other)).jinja == expected


# The skeleton


def test_a_skeleton_travels_as_json_and_between_processes():
    skeleton = compile_text(source("<CustomerName>\n\n<Approvals>", CALL))
    assert skeleton.uses == ("CustomerName", "Approvals")
    assert Skeleton.from_json(json.loads(json.dumps(skeleton.as_json()))) == skeleton
    assert pickle.loads(pickle.dumps(skeleton)) == skeleton  # noqa: S301
    assert len(skeleton.digest) == 64


def test_one_failure_leaves_nothing_behind():
    text = source("- a\n\n    /// note\n    b\n    ///")
    before = compile_text(text)
    for _ in range(3):
        problems_of(source("".join(f"{'    ' * level}- x\n\n" for level in range(19)) + "> " * 19 + "x"))
    assert compile_text(text) == before


def test_a_preview_of_a_plain_body_is_its_text():
    assert html_of("Plain.", mode=Mode.PREVIEW) == "<p>Plain.</p>"


# Any text at all

PIECES = st.sampled_from(
    [
        "a", "word ", "\n", "\n\n", "    ", "- ", "1. ", "> ", ": ", "| ", "|---|\n", "## ", "# ", "*", "**", "_", "`",
        "```\n", "~~~\n", "[", "]", "(", ")", "[ ] ", "[a](https://b)", "![", "<CustomerName>", "\n<CustomerName>\n",
        "\\", "\\<", "<", ">", "&", "&amp;", "&#xE003;", "{", "}", "{{", "}}", "{%", "%}", "{#", "/// say\n",
        "//// note | <CustomerName>\n", "/// when | Open\n", "///\n", "////\n", "/// table | T\n", "<Approvals>\n",
        "---\n", "\t", "é", "\u2028", '"', "'", "https://a.b", "[<CustomerName>](tel:1)", "<b>", "=\n", "\u0003",
    ]
)  # fmt: skip
OURS = re.compile(r"\{\{ [iub]\['[A-Za-z0-9]+'\] \}\}|\{% if when\[[0-9]+\] %\}|\{% endif %\}")


@settings(max_examples=500, deadline=None)
@given(st.lists(PIECES, max_size=16).map("".join))
def test_any_text_compiles_and_renders_or_names_its_problems(text):
    text = source(f"{text}\n\n/// when | Open\n<CustomerName>\n///", f"{CALL}\nOpen: {{kind: yes_no, example: true}}")
    try:
        skeleton = compile_text(text)
    except TemplateError as error:
        told = str(error)
        event("refused")
    else:
        told = ""
        _check_result(text, skeleton)
    assert "cannot be read" not in told  # Markdown itself failed


def _check_result(text, skeleton):
    assert not re.search(r"[{}\ue000-\uf8ff]", OURS.sub("", skeleton.jinja))
    for answer in (True, False):
        found = render(skeleton, parse(text).variables, {"Open": answer}, Mode.FINAL).html
        tree = lxml_html.fromstring(f"<div>{found}</div>")
        assert {element.tag for element in tree.iter()} <= ALLOWED
        assert {name for element in tree.iter() for name in element.attrib} <= ATTRIBUTES


ALLOWED = {
    "a", "blockquote", "br", "caption", "code", "dd", "div", "dl", "dt", "em", "h2", "h3", "h4", "hr", "li", "ol", "p",
    "pre", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"class", "href", "rel", "start", "scope", "id", "data-call", "data-record"}
