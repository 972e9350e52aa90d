"""Templates and answers in files, made into documents without a database: what `sop_render` and `sop_templates` do."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sop_library.document import fill, page_html
from sop_library.formats import pdf
from sop_library.formats.markdown import as_markdown
from sop_library.formats.paper import MARK_SENTENCES, PaperRecord, paper_html
from sop_library.formats.standalone import standalone_html
from sop_library.record import Record
from templates_app import shelf
from templates_app.domain.frontmatter import LARGEST, Template
from templates_app.domain.kinds import ValueProblem, check_value
from templates_app.domain.rendering import Mode, render
from templates_app.domain.suggestions import suggestion
from templates_app.domain.variables import WORKFLOW_NAMES, Source, Variable
from templates_app.domain.writing import PLAIN, Writing
from templates_app.texts import skeleton_of, template_of

_NOTICE = '<div class="callout caution"><p class="block-title">Draft</p><p>{}</p></div>'
_GIVEN_BY = {
    Source.WORKFLOW: "the record gives it",
    Source.READER: "each reader's own profile gives it",
    Source.CALL: "the reader fills it in on each call",
}
_CONTROL = {
    "SOP number": "SOPNumber",
    "Version": "VersionNumber",
    "Effective": "EffectiveDate",
    "Review due": "ReviewDate",
    "Prepared by": "PreparedBy",
    "Reviewed by": "ReviewedBy",
    "Approved by": "ApprovedBy",
}


class Unusable(Exception):
    """A file or name that cannot be used at all, with the sentence that says why."""


class Unfit(Exception):
    """Answers that do not fit the template; one sentence each."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


def source_of(name: str) -> str:
    """Return the text of a template: of the library by slug, else of the file with this path; raises Unusable."""
    files = shelf.template_files()
    path = files.get(name) or Path(name)
    if name not in files and not path.exists():
        raise Unusable(f"There is no template “{name}” in the library and no such file{suggestion(name, files)}.")
    return _text_of(path, LARGEST)


def values_of(path: str, template: Template, stdin: Callable[[], str]) -> dict[str, Any]:
    """Return the answers in a file, checked and in canonical form; `-` reads from `stdin`.

    Raises Unusable for a file that is no JSON object and for an unknown name; Unfit for answers that do not fit.
    """
    text = stdin() if path == "-" else _text_of(Path(path), 5 * LARGEST)
    try:
        given = json.loads(text, parse_constant=_no_number, object_pairs_hook=_once_each)
    except (ValueError, RecursionError) as error:
        raise Unusable(f"{path} is not JSON: {error}.") from error
    if not isinstance(given, dict):
        raise Unusable(f'{path} holds no JSON object. Write {{"Name": value, …}}.')
    for name in given:
        _refuse_unknown(name, template)
    return _checked(given, template)


def _refuse_unknown(name: str, template: Template) -> None:
    known = {variable.name: variable for variable in template.variables}
    if name not in known:
        answers = [variable.name for variable in template.answered]
        raise Unusable(f"{name} is no answer of this template{suggestion(name, answers)}.")
    if not known[name].is_answered:
        raise Unusable(f"{name} is not answered here: {_GIVEN_BY[known[name].source]}. Remove it.")


def _checked(given: Mapping[str, Any], template: Template) -> dict[str, Any]:
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for name, raw in given.items():
        try:
            values[name] = check_value(template.variable(name), raw)
        except ValueProblem as problem:
            wrong.append(f"{name}, {problem}")
    if wrong:
        raise Unfit(wrong)
    return values


def document_of(source: str, values: Mapping[str, Any], form: str, writing: Writing = PLAIN) -> bytes:
    """Return the document as a file of the format "html", "pdf" or "md", marked as a draft: nobody has approved it.

    Values are written as `writing` has it, and the document says that it is in that language.

    Raises TemplateError with every problem, MissingValues, child.ChildProblem.
    """
    template = template_of(source)
    body = render(skeleton_of(source), template.variables, values, Mode.FINAL, writing).html
    record = blank_record(template, str(values.get("CompanyName", "")))
    if form == "pdf":
        paper = paper_html(_paper(record, body), fill(body, record))
        return pdf.render_pdf(paper, lang=writing.locale, title=template.title)
    page = _NOTICE.format(MARK_SENTENCES["DRAFT"]) + page_html(body, record)
    if form == "md":
        return as_markdown(template.title, page).encode()
    return standalone_html(template.title, page, lang=writing.locale).encode()


def blank_record(template: Template, organisation: str = "") -> Record:
    """Return the record of a document that has none: each workflow value says when it will be set."""
    return Record(
        organisation=organisation,
        number="",
        version="",
        title=template.title,
        inline=dict(WORKFLOW_NAMES),
        control=tuple((label, WORKFLOW_NAMES[name]) for label, name in _CONTROL.items()),
        history=(),
        signatures=(),
    )


def _paper(record: Record, body: str) -> PaperRecord:
    shown = frozenset(name for name in ("RevisionHistory", "Approvals", "TrainingRecord") if f'"{name}"' in body)
    return PaperRecord(
        organisation=record.organisation,
        title=record.title,
        state_label="DRAFT",
        mark="DRAFT",
        control_rows=record.control,
        training_statement=record.statement,
        in_body=shown,  # type: ignore[arg-type]
    )


def listed(slug: str, source: str) -> dict[str, Any]:
    """Return what `sop_templates --json` prints of a template; `version` is the day it was last updated."""
    template = template_of(source)
    packs = {member: pack.slug for pack in shelf.packs() for member in pack.templates}
    return {
        "slug": slug,
        "title": template.title,
        "version": template.updated.isoformat() if template.updated else "",
        "registry": template.registry,
        "category": template.category,
        "pack": packs.get(slug, ""),
        "prefix": template.prefix,
        "minutes": template.minutes,
        "summary": template.summary,
        "variables": [_listed(variable) for variable in template.variables],
    }


def _listed(variable: Variable) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": variable.name,
        "label": variable.label,
        "kind": variable.kind,
        "source": str(variable.source),
        "group": variable.group,
        "required": variable.required and variable.is_answered,
        "example": variable.example,
        "hint": variable.hint,
    }
    optional = {"unit": variable.unit, "options": list(variable.options), "columns": list(variable.columns)}
    if variable.kind == "money":
        optional["currency"] = variable.currency
    return told | {key: value for key, value in optional.items() if value}


def _text_of(path: Path, limit: int) -> str:
    """Return a file's text; raises Unusable for one that is missing, too large or not UTF-8."""
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror}.") from error
    if len(content) > limit:
        raise Unusable(f"{path} has more than {limit:,} bytes.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unusable(f"{path} is not UTF-8 text: look at byte {error.start + 1:,}.") from error


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is not a number")


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"“{twice}” is written twice")
    return found
