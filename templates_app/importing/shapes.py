"""Tables, lists and paragraphs that are blocks of the template language: matrix, metrics, definitions, steps."""

from __future__ import annotations

import re
from itertools import groupby

from . import callouts
from .enclosed import LABELLED
from .nodes import Aside, Close, Heading, Item, Node, Open, Para, Table, Term, Words

_METRICS = re.compile(r"metric|kpi|key performance|measure(?:ment)?$|indicator", re.I)
_TARGET = re.compile(r"target|goal|threshold|objective", re.I)
_TERM = re.compile(r"(?:term|acronym|abbreviation|word|definition|phrase)s?(?: / .*|/.*)?", re.I)
_MEANING = re.compile(r"definition|meaning|description|explanation|full form|stands for", re.I)
_DECIDES = re.compile(
    r"decision|escalation|authority|authori[sz]ation (?:level|limit|matrix)|matrix|approval (?:level|limit)", re.I
)
_STEPS = re.compile(
    r"procedur|process|step|protocol|respon[sd]|instruct|workflow|handling|phase|method|how to|action|escalat|emergenc"
    r"|exception",
    re.I,
)
_DUTIES = re.compile(r"responsibilit", re.I)


def blocked(nodes: list[Node], aside: Aside) -> list[Node]:
    """Return the nodes with each of these between the opening and the closing of its block."""
    return _boxes_and_steps(_questions(_tables(_tips(nodes, aside))))


def _tips(nodes: list[Node], aside: Aside) -> list[Node]:
    """Turn items such as "Pro Tip (Tone): …" into callouts."""
    found: list[Node] = []
    for node in nodes:
        told = callouts.callout(node.rows[0].text) if isinstance(node, Item) and not node.depth else None
        if told is None or told.kind not in ("tip", "pitfall", "warning", "caution") or not told.words:
            found.append(node)
            continue
        assert isinstance(node, Item)
        first = node.rows[0]
        title = Words(told.title, first.line) if told.title else None
        aside.mark(told.mark, LABELLED)
        rows = [Words(told.words, first.line), *node.rows[1:]]
        found += [Open(told.kind, first.line, title), Para(rows), Close(first.line)]
    return found


def _tables(nodes: list[Node]) -> list[Node]:
    found: list[Node] = []
    heading = ""
    inside = 0
    for node in nodes:
        if isinstance(node, Heading):
            heading = node.words.text
        inside += isinstance(node, Open) - isinstance(node, Close)
        kind = _table_kind(node, heading) if isinstance(node, Table) and not inside else ""
        if kind and isinstance(node, Table):
            line = node.rows[0][0].line
            found += [Open(kind, line), node, Close(line)]
        else:
            found.append(node)
    return found


def _table_kind(table: Table, heading: str) -> str:
    head = table.head
    if len(head) < 2 or len(table.rows) < 2:
        return ""
    if _TERM.fullmatch(head[0]) and any(_MEANING.search(cell) for cell in head[1:]):
        return "definitions"
    if any(_TARGET.search(cell) for cell in head[1:]) and (_METRICS.search(head[0]) or _METRICS.search(heading)):
        return "metrics"
    if len(head) > 2 and (_DECIDES.search(heading) or sum("authority" in cell for cell in head[1:]) > 1):
        return "decision"
    return ""


def _questions(nodes: list[Node]) -> list[Node]:
    found: list[Node] = []
    for is_question, group in groupby(nodes, key=lambda node: isinstance(node, Term) and node.is_question):
        run = list(group)
        if is_question and isinstance(run[0], Term):
            line = run[0].term.line
            found += [Open("faq", line), *run, Close(line)]
        else:
            found += run
    return found


def _boxes_and_steps(nodes: list[Node]) -> list[Node]:
    """Wrap each list that has boxes only, and each numbered list where something is done in order."""
    found: list[Node] = []
    headings: list[Heading] = []
    inside = at = 0
    while at < len(nodes):
        node = nodes[at]
        if isinstance(node, Heading):
            headings = [above for above in headings if above.rank < node.rank] + [node]
        inside += isinstance(node, Open) - isinstance(node, Close)
        run = _list_at(nodes, at)
        if not run:
            found.append(node)
            at += 1
            continue
        kind = "" if inside else _list_kind(run, [above.words.text for above in headings])
        line = run[0].rows[0].line if isinstance(run[0], Item) else 0
        found += [Open(kind, line), *run, Close(line)] if kind else run
        at += len(run)
    return found


def _list_at(nodes: list[Node], at: int) -> list[Node]:
    """Return the list that starts at a node: its items and the paragraphs inside them."""
    if not isinstance(nodes[at], Item):
        return []
    end = at + 1
    while end < len(nodes):
        node = nodes[end]
        if not (isinstance(node, Item) or (isinstance(node, Para) and node.indent)):
            break
        first, this = nodes[at], node
        if isinstance(this, Item) and isinstance(first, Item) and not this.depth and _differs(first, this):
            break
        end += 1
    return nodes[at:end]


def _differs(first: Item, other: Item) -> bool:
    return first.is_numbered != other.is_numbered or first.box != other.box


def _list_kind(run: list[Node], headings: list[str]) -> str:
    items = [node for node in run if isinstance(node, Item)]
    if all(item.box for item in items):
        return "checklist"
    first = items[0]
    if not first.is_numbered or len([item for item in items if not item.depth]) < 2 or first.mark != "1.":
        return ""
    nearest = headings[-1] if headings else ""
    if _DUTIES.search(nearest):
        return ""
    return "steps" if any(_STEPS.search(heading) for heading in headings) else ""
