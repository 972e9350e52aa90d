"""Two versions compared, on paper: what changed as a list, then the whole text with both sides in it."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from sop_library.domain.comparison import Change, ChangedValue, Comparison
from sop_library.formats.paper import PaperRecord, front, line

_KINDS = {"added": "+ Added", "removed": "− Removed", "changed": "± Changed"}
_NONE = "Nothing in the text changed."
_LEGEND = Markup(
    '<p class="legend"><ins>Added words</ins> are underlined, with + in the margin. <del>Removed words</del> are '
    "struck, with − in the margin. The small number at a change is its number in the list.</p>"
)


def changes_html(
    record: PaperRecord, comparison: Comparison, values: Sequence[ChangedValue], old: str, new: str
) -> str:
    """Return the markup that `pdf.render_pdf` takes: `values` are changed answers, `old` and `new` name the sides."""
    text = Markup(comparison.inline)  # noqa: S704 (made of bodies that were sanitised when they were compiled)
    parts = [
        front(record),
        Markup('<div class="text" data-compared="">{}').format(_LEGEND),
        _answers(values, old, new) if values else "",
        Markup('<h2 class="part">What changed in the text</h2>{}').format(_list(comparison.changes, old, new)),
        Markup('<h2 class="part">The text with its changes</h2>{}</div>').format(text),
    ]
    return str(Markup("").join(parts))


def _answers(values: Iterable[ChangedValue], old: str, new: str) -> Markup:
    rows = [(Markup('<th scope="row">{}</th>').format(row.label), *_both(row.old, row.new)) for row in values]
    return Markup('<h2 class="part">Changed answers</h2>{}').format(_table("answers", ("Answer", old, new), rows))


def _list(changes: Sequence[Change], old: str, new: str) -> Markup:
    if not changes:
        return Markup('<p class="nothing">{}</p>').format(_NONE)
    rows = [
        (
            Markup('<th scope="row">{}</th><td>{}</td><td>{}</td>').format(
                row.number, _KINDS[row.kind], f"{row.section_number} {row.section_title}".strip()
            ),
            *_both(row.old, row.new),
        )
        for row in changes
    ]
    return _table("changes", ("No.", "Kind", "Section", old, new), rows)


def _both(old: str, new: str) -> tuple[Markup, Markup]:
    return Markup("<td>{}</td>").format(old), Markup("<td>{}</td>").format(new)


def _table(name: str, heads: Sequence[str], rows: Iterable[Sequence[Markup]]) -> Markup:
    head = line(*(Markup('<th scope="col">{}</th>').format(title) for title in heads))
    body = Markup("").join(line(*cells) for cells in rows)
    return Markup('<table class="listed {}"><thead>{}</thead><tbody>{}</tbody></table>').format(name, head, body)
