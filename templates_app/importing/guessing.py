"""Guessing: what a blank means, from its own words, its label, the words around it and where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ..domain.variables import WORKFLOW_NAMES, Source
from . import vocabulary as say
from .kinds_guessed import Measure, measure_of
from .naming import label_of, name_from, words_of
from .options import options_of
from .places import Part
from .result import Sort
from .surroundings import Seen, bare
from .wordlists import OFTEN, SMALL, THIN

_APPROVING = re.compile(
    r"approv|authori[sz]|document control|sign.?off|signatur|revision|version history|change (?:log|history)",
    re.IGNORECASE,
)
_SIGNING = re.compile(r"approv|authori[sz]|sign.?off|signatures", re.IGNORECASE)
_REVISING = re.compile(
    r"revision|version history|change (?:log|history|record)|document history|amendment", re.IGNORECASE
)
_ON_PAPER = re.compile(r"acknowledg|training|attest|receipt|agreement|declaration|consent|form\b", re.IGNORECASE)
_DATED = re.compile(r"(?:date|datum)(?: approved| signed)?", re.IGNORECASE)
_SIGNED = re.compile(
    r"(?:\w+ )?(?:signature|signed|initials|sign)(?: ?(?:and|&|/|,) ?(?:date|name|title))*", re.IGNORECASE
)
_KINDS_OF_RECORD = {"EffectiveDate": "date", "ReviewDate": "date", "SOPNumber": "text", "VersionNumber": "text"}
_SPOKEN_NAME = re.compile(
    r"(?:my name is|this is|\bI am|\bI['’]m|speaking with|you(?:'|’)re speaking (?:with|to))[\s*_,]*$", re.IGNORECASE
)
_CALLER = re.compile(r"(?:hello|hi|dear|thank you,?|thanks,?|mr\.?|ms\.?|mrs\.?)[\s*_,]*$", re.IGNORECASE)
_OWN_NAME = re.compile(
    r"\{\{\s*\.(?:Organi[sz]ation|Company)?\.?Name\s*\}\}"
)  # a theme of policies is named after its owner
_NUMBERED_LIKE = re.compile(r"(?:SOP|POL|DOC|PROC|WI)(?:-[A-Z]{2,10})*-[X#]{2,}")
_OWNER = re.compile(r"company|organi[sz]ation", re.IGNORECASE)
_READER = "Agent name"
_FEW_WORDS = 6
_MANY_WORDS = 14


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one blank was taken for; blanks with one key are one variable, keys with one group one instruction."""

    key: str
    name: str
    label: str
    kind: str
    source: Source
    sort: Sort
    reason: str
    group: str = ""
    hint: str = ""
    unit: str = ""
    options: tuple[str, ...] = ()
    text: str = ""  # a default that can stand as it is


def letters(text: str) -> str:
    """Return the letters and digits of a text alone, so that spellings of one name compare equal."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def guess(found: Seen) -> Meaning:
    """Return what a blank means."""
    recorded = _of_record(found)
    if recorded:
        name, reason = recorded
        kind = _KINDS_OF_RECORD.get(name, "person")
        sort = Sort.FORMAT if found.pattern else Sort.VARIABLE
        return Meaning(letters(name), name, label_of("", name), kind, Source.WORKFLOW, sort, reason)
    plain = " ".join(words_of(found.subject)).casefold()
    measure = measure_of(found, plain)
    options = () if found.pattern else options_of(found.blank.inner)
    source = _source(found, f"{plain} {found.pattern}".strip())
    kind = "choice" if options else measure.kind
    if options and {option.casefold() for option in options} == {"yes", "no"}:
        kind, options = "yes_no", ()
    if source in (Source.READER, Source.CALL) and kind in ("list", "long_text", "rich_text"):
        kind = "text"
    return _named(found, plain, Measure(kind, measure.unit), options, source)


def _of_record(found: Seen) -> tuple[str, str] | None:
    """Return the name the record knows it by, and why."""
    own, label = say.WORKFLOW_OF.get(letters(" ".join(words_of(found.own)))), say.WORKFLOW_OF.get(letters(found.label))
    column, place = found.place.column, found.place
    under = " ".join(place.headings[-2:])
    if _NUMBERED_LIKE.fullmatch(found.blank.as_written):
        return "SOPNumber", "A number of the procedure with its digits left open."
    if own:
        return own, f"“{found.blank.inner}” is kept by the record."
    if label and _DATED.fullmatch(column.strip(" *:")) and WORKFLOW_NAMES.get(label) and label.endswith("By"):
        return ("EffectiveDate", "The date beside an approval.") if label == "ApprovedBy" else None
    if label and len(found.blank.inner.split()) <= _MANY_WORDS:
        return label, f"It stands beside “{found.label}”."
    dated = found.pattern == "date" or letters(found.blank.inner) == "date"
    if dated and place.part is Part.CELL and _DATED.fullmatch(column.strip(" *:")) and _REVISING.search(under):
        return "EffectiveDate", "A date of the revision history."
    signed = _SIGNED.fullmatch(found.subject) or _SIGNED.fullmatch(column.strip(" *:"))
    if signed and _APPROVING.search(under) and not re.search("training|acknowledg", under, re.IGNORECASE):
        return "ApprovedBy", "A signature of the approval."
    return _of_signing(found, under)


def _of_signing(found: Seen, under: str) -> tuple[str, str] | None:
    """Return what a line to fill under a heading such as Approval stands for."""
    drawn = found.blank.dialect in ("ruler", "dots") and _SIGNING.search(under) and not _ON_PAPER.search(under)
    label = found.label.casefold() if drawn else ""
    if label in ("name", "printed name", "print name", "full name"):
        return "ApprovedBy", "The name beside a signature of the approval."
    return ("EffectiveDate", "The date beside a signature of the approval.") if label == "date" else None


def _source(found: Seen, plain: str) -> Source:
    if (_SPOKEN_NAME.search(found.before) and "name" in plain) or say.READER.match(plain):
        return Source.READER
    if found.blank.dialect in ("ruler", "dots") and _ON_PAPER.search(" ".join(found.place.headings[-2:])):
        return Source.CALL
    if len(plain.split()) > _FEW_WORDS:
        return Source.DOCUMENT
    if say.CALL.search(plain) and not re.search(r"\b(?:policy|procedure|categor|details|format|list)", plain):
        return Source.CALL
    if say.ORGANISATION.search(plain):
        return Source.ORGANISATION
    if found.place.part is Part.SPOKEN or (_CALLER.search(found.before) and "name" in plain):
        return Source.CALL
    return Source.CALL if _SIGNED.fullmatch(found.subject) else Source.DOCUMENT


def _named(found: Seen, plain: str, measure: Measure, options: tuple[str, ...], source: Source) -> Meaning:
    sort = _sort(found, plain, measure.kind)
    if _OWN_NAME.fullmatch(found.blank.as_written):
        found, plain, source = replace(found, own="Company name"), "company name", Source.ORGANISATION
        measure = Measure("text")
    subject = _subject(found, measure, sort, options)
    if _OWNER.fullmatch(subject):
        subject = f"{subject.casefold()} name"
    if source is Source.READER and not re.search("signature", plain):
        subject = _READER
    name = name_from(subject) or "Blank"
    key, group = ("agentname", "") if subject == _READER else _key(found, subject, sort)
    return Meaning(
        key=key,
        name=name,
        label=label_of(subject, name),
        kind=measure.kind,
        source=source,
        sort=sort,
        reason=_reason(found, sort, source),
        group=group,
        hint=_hint(found, sort),
        unit=measure.unit,
        options=options,
        text=_default(found, sort),
    )


def _subject(found: Seen, measure: Measure, sort: Sort, options: tuple[str, ...]) -> str:
    """Return the words that the name and the label are made of."""
    chooses = bool(options) or measure.kind == "yes_no"
    weak = found.label.casefold() in THIN and len(found.own.split()) < 5
    if found.label and (chooses or sort is Sort.INSTRUCTION) and not weak:
        return found.label
    heading = bare(found.place.headings[-1]) if found.place.headings else ""
    around = f"{found.whose} {found.label}".strip() or _last_words(found) or heading
    if chooses and found.own and options:
        often = any(option.casefold() in OFTEN for option in options)
        return f"{around} {'frequency' if often else 'choice'}"
    subject = found.own or around
    return subject if found.own else _with_noun(subject, found, measure)


def _hint(found: Seen, sort: Sort) -> str:
    if found.blank.dialect == "truncated":
        return f"The source breaks off after {found.blank.inner}"
    return found.blank.inner if sort is Sort.INSTRUCTION else ""


def _default(found: Seen, sort: Sort) -> str:
    """Return the text that can stand as it is: a role, or what follows "e.g."."""
    if sort is Sort.DEFAULT:
        return say.FOR_EXAMPLE.sub("", found.blank.inner)
    return ""


def _sort(found: Seen, plain: str, kind: str) -> Sort:
    inner = found.blank.inner
    if found.pattern or found.blank.dialect in ("crosses", "pattern"):
        return Sort.FORMAT
    if say.INSTRUCTION.match(inner) and (len(inner.split()) > _FEW_WORDS or _is_placed(found)):
        return Sort.INSTRUCTION
    if say.FOR_EXAMPLE.match(inner) and not found.own:
        return Sort.DEFAULT
    if kind == "role" and say.WRITTEN_ROLE.match(inner) and not say.ABOUT_ROLES.search(plain):
        return Sort.DEFAULT
    return Sort.INSTRUCTION if len(inner.split()) > _FEW_WORDS + 2 else Sort.VARIABLE


def _is_placed(found: Seen) -> bool:
    """Return whether an instruction asks for something else at each place."""
    if not say.PLACED.match(found.blank.inner):
        return False
    named = say.NAMING.match(found.blank.inner) and (found.own or found.label)
    return not named or len(found.own.split()) > _FEW_WORDS


def _key(found: Seen, subject: str, sort: Sort) -> tuple[str, str]:
    """Return the key of a blank, and the group of what recurs in different places."""
    own = letters(found.own)
    if own and not _is_placed(found):
        if re.fullmatch("(?:nameof)?(?:company|organi[sz]ation)(?:name)?", own):
            return "companyname" if "company" in own else "organisationname", ""
        return own, ""
    label = letters(found.label)
    if not own and label and found.label.casefold() not in THIN:
        return letters(subject), ""
    heading = letters(found.place.headings[-1])[:40] if found.place.headings else ""
    group = letters(found.blank.inner)[:80] or label or found.blank.dialect
    if found.is_thin_line:
        return f"{group}@{heading}.{found.line}.{found.blank.start}"[:160], group
    return f"{group}@{heading}.{label or letters(_last_words(found))}"[:160], group


def _with_noun(subject: str, found: Seen, measure: Measure) -> str:
    """Return the subject with the noun its pattern shows: "Contact" before an address is "Contact email"."""
    noun, known = say.NOUNS.get(measure.kind, (measure.unit, None))
    if found.blank.inner in ("#", "##"):
        noun, known = "count", None
    plain = " ".join(words_of(subject)).casefold()
    if noun and noun not in plain and not (known and known.search(plain)):
        return f"{subject} {noun}".strip()
    return subject or found.blank.inner


def _last_words(found: Seen) -> str:
    """Return the last words before a blank that mean something."""
    words = words_of(found.before)[-3:]
    while words and words[-1].casefold() in SMALL:
        words.pop()
    while words and words[0].casefold() in SMALL:
        words.pop(0)
    return " ".join(words)


def _reason(found: Seen, sort: Sort, source: Source) -> str:
    told = {
        Sort.FORMAT: "Its letters show a format",
        Sort.INSTRUCTION: "It tells the author what to write",
        Sort.DEFAULT: "An example that can stand as it is",
    }.get(
        sort,
        f"Named by “{found.own}”"
        if found.own
        else f"Named by “{found.label}” beside it"
        if found.label
        else "It says nothing itself: named by the words around it",
    )
    return f"{told[:200]}; {say.SOURCE_WORDS[source]}."
