"""What the record of a procedure shows by itself: document control, history, approvals, training."""

from __future__ import annotations

import re

from .nodes import Aside, Heading, Item, Live, Node, Para, Table, Words

CONTROL = "Document control shows this from the record."
HISTORY = "The revision history comes from the record: it starts with the first version made here."
APPROVALS = "Approvals come from the record: people sign on screen."
TRAINING = "The training record comes from sign-offs on screen."
REASONS = {
    "DocumentControl": CONTROL, "RevisionHistory": HISTORY, "Approvals": APPROVALS, "TrainingRecord": TRAINING,
}  # fmt: skip

_KNOWN = re.compile(
    r"(?:(?:sop|document|doc\.?|procedure|policy|control|reference|registry)\s*)?"
    r"(?:number|no\.?|id|#|code|ref(?:erence)?)"
    r"|(?:(?:sop|document|current|policy)\s*)?(?:version|revision)(?:\s*(?:number|no\.?|#))?"
    r"|(?:date\s*)?effective(?:\s*(?:date|from))?|(?:next\s*)?review\s*(?:date|due)|date of (?:next )?review"
    r"|next review|(?:(?:sop|document|procedure|policy)\s*)?title|(?:sop|document|procedure|policy)\s*name"
    r"|(?:prepared|written|created|drafted|authored|reviewed|approved|authori[sz]ed)\s*by|author"
    r"|(?:issue|approval|publication)\s*date|status|date of issue",
    re.I,
)
_CONTROL_HEADING = re.compile(
    r"document (?:information|control|details?|history)|(?:sop|policy|procedure) (?:information|details?)", re.I
)
_HISTORY_HEADING = re.compile(
    r"(?:revision|version|change|document|amendment)s? (?:history|log|record|control)|^revisions?$|history", re.I
)
_APPROVAL_HEADING = re.compile(r"approv|authori[sz]|signature|sign[- ]?off|endorse", re.I)
_TRAINING_HEADING = re.compile(r"training|acknowledg|read and underst", re.I)
_LABEL = re.compile(r"\s*(?:\*\*|__)?([^:*_]{2,40}?)(?:\*\*|__)?\s*:(?:\*\*|__)?\s*(.*)", re.S)


def settled(nodes: list[Node], aside: Aside) -> list[Node]:
    """Return the nodes with a live block for each table or list that the record keeps; each stands once."""
    found: list[Node] = []
    done: set[str] = set()
    heading = ""
    at = 0
    while at < len(nodes):
        node = nodes[at]
        if isinstance(node, Heading):
            heading = node.words.text
        if isinstance(node, Table):
            node = _paired(node)
        if isinstance(node, Table) and (name := _table_kind(node, heading)) and name not in done:
            done.add(name)
            found += _of_table(name, node, aside)
        elif isinstance(node, Item | Para) and "DocumentControl" not in done and (run := _control_rows(nodes, at)):
            done.add("DocumentControl")
            found += _of_rows(run, aside)
            at += len(run)
            continue
        else:
            found.append(node)
        at += 1
    return found


def _paired(table: Table) -> Table:
    """Return a table of document control with several labels in each row as one with a label and a value in each."""
    width = len(table.rows[0])
    labels = [_bare(cell.text) for row in table.rows for cell in row[::2] if cell.text.strip()]
    known = sum(bool(_KNOWN.fullmatch(label)) for label in labels)
    if width < 4 or width % 2 or known < 3 or known * 5 < len(labels) * 4:
        return table
    pairs = [row[at : at + 2] for row in table.rows for at in range(0, width, 2)]
    pairs = [pair for pair in pairs if any(cell.text.strip() for cell in pair)]
    for label, value in pairs:
        value.label, value.column = _bare(label.text), ""
    return Table([[Words("", table.rows[0][0].line), Words("", table.rows[0][0].line)], *pairs])


def _table_kind(table: Table, heading: str) -> str:
    """Return the live block that a table is, or empty text."""
    head = [re.sub(r"[^\w ]", " ", cell).strip() for cell in table.head]
    joined = " ".join(head)
    signed = any("signature" in cell or cell in ("sign", "signed", "initials") for cell in head)
    versioned = any(re.match(r"(?:document )?(?:version|revision|rev|ver)\b|issue no", cell) for cell in head)
    dated = any("date" in cell for cell in head)
    told = re.search(r"change|description|summary|author|amend|comment|reason|details|revised|approv|by$", joined)
    if versioned and dated and told and len(head) > 2:
        return "RevisionHistory"
    if (versioned or dated) and len(head) > 1 and _HISTORY_HEADING.search(heading) and not signed and told:
        return "RevisionHistory"
    if signed:
        if _TRAINING_HEADING.search(heading) and not _APPROVAL_HEADING.search(heading):
            return "TrainingRecord"
        rows = " ".join(cell.text for row in table.rows for cell in row)
        if _APPROVAL_HEADING.search(f"{heading} {rows}") or re.search(r"(?:prepared|reviewed) by", rows, re.I):
            return "Approvals"
        return ""
    if len(head) == 2:
        known = [row for row in table.rows if _KNOWN.fullmatch(_bare(row[0].text))]
        if len(known) >= 2 or (known and _CONTROL_HEADING.search(heading)):
            return "DocumentControl"
    return ""


def _bare(text: str) -> str:
    return text.strip(" *_:\t")


def _of_table(name: str, table: Table, aside: Aside) -> list[Node]:
    """Return the live block and, under it, the rows of a control table that the record does not know."""
    live = Live(name, table.rows[0][0].line)
    rest: list[list[Words]] = []
    for index, row in enumerate(table.rows):
        is_head = index == 0 and (name != "DocumentControl" or _bare(row[0].text).casefold() in _HEADS)
        known = name != "DocumentControl" or is_head or _KNOWN.fullmatch(_bare(row[0].text))
        if known and _gone(row, aside, REASONS[name]):
            live.words += row if name == "DocumentControl" else [cell for cell in row if cell.text.strip()]
        else:
            rest.append(row)
    if not rest:
        return [live]
    if name == "DocumentControl":
        for row in rest:
            for cell in row[1:]:
                cell.column = ""
        line = rest[0][0].line
        return [live, Table([[Words("Item", line), Words("Entry", line)], *rest])]
    return [live, Table(rest if len(rest) > 1 else [[Words("", cell.line) for cell in rest[0]], *rest])]


_HEADS = {
    "",
    "item",
    "field",
    "label",
    "attribute",
    "property",
    "document information",
    "document control",
    "information",
    "details",
}


def _gone(row: list[Words], aside: Aside, reason: str) -> bool:
    """Set the words of a row aside; returns False when a person wants them kept."""
    words = [cell.text for cell in row if cell.text.strip()]
    return not words or aside.put(row[0].line, " | ".join(words), reason)


def _control_rows(nodes: list[Node], at: int) -> list[Item | Para]:
    """Return the run of lines such as "Version: 1.0" that starts at a node, or nothing."""
    run: list[Item | Para] = []
    known = 0
    for node in nodes[at : at + 20]:
        if not isinstance(node, Item | Para) or not node.rows or type(node) is not type(nodes[at]):
            break
        labels = [_LABEL.fullmatch(row.text) for row in node.rows]
        if not all(labels) or any(len(row.text) > 160 for row in node.rows):
            break
        run.append(node)
        known += sum(bool(label and _KNOWN.fullmatch(_bare(label[1]))) for label in labels)
    return run if known >= 2 and known * 2 >= len(run) else []


def _of_rows(run: list[Item | Para], aside: Aside) -> list[Node]:
    live = Live("DocumentControl", run[0].rows[0].line)
    rest: list[Node] = []
    for node in run:
        left: list[Words] = []
        for row in node.rows:
            label = _LABEL.fullmatch(row.text)
            known = label is not None and _KNOWN.fullmatch(_bare(label[1]))
            if known and aside.put(row.line, row.text, CONTROL):
                live.words.append(row)
            else:
                left.append(row)
        if left:
            node.rows = left
            rest.append(node)
    return [live, *rest]
