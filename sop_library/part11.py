"""What the regulations ask, each with a check that is run on this installation (21 CFR 11, EU Annex 11, ISO, ALCOA+).

`sop_verify --part11` prints it for the installation, the page "Compliance check" for one organisation. The clause is
the authority; the words here are ours.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from accounts.models import Organisation
from sop_library import part11_records as records
from sop_library import part11_site as site
from sop_library.domain.compliance import Answer, Finding, Result, all_of

Check = Callable[[Organisation | None], Answer]


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: what it asks, in words what is checked, and the checks, all of which must hold."""

    clause: str
    asks: str
    checked: str
    checks: tuple[Check, ...]


CLAUSES = (
    Clause(
        "21 CFR 11.10(a)",
        "Altered or invalid records can be told.",
        "sop_verify, all of it",
        (records.nothing_was_altered,),
    ),
    Clause(
        "21 CFR 11.10(b)",
        "Complete copies, for people and for programs.",
        "each published PDF is there, and the program that checks a bundle",
        (records.copies_are_complete,),
    ),
    Clause(
        "21 CFR 11.10(c)",
        "Records can be retrieved for as long as they must be kept.",
        "what the tables of evidence do when something they refer to would be deleted",
        (records.nothing_signed_can_be_deleted, records.copies_are_complete),
    ),
    Clause(
        "21 CFR 11.10(d)",
        "Only people with permission get in.",
        "every address of the site for who may open it",
        (site.access_is_declared,),
    ),
    Clause(
        "21 CFR 11.10(e)",
        "A time-stamped trail made by the system; old values stay visible.",
        "triggers on every table of evidence; a change and a deletion tried, and undone",
        (site.trail_cannot_be_changed,),
    ),
    Clause(
        "21 CFR 11.10(f)",
        "Steps happen in their order.",
        "the lifecycle against the database's constraints and against every recorded act",
        (site.order_is_in_the_database, records.order_was_kept),
    ),
    Clause(
        "21 CFR 11.10(g)",
        "Only who has the authority may do a thing.",
        "the roles that each person held when they acted, from the trail",
        (records.authority_was_held,),
    ),
    Clause(
        "21 CFR 11.10(h)",
        "Where data comes from is known, where that matters.",
        "name, digest and person of each file that was brought in",
        (records.sources_are_known,),
    ),
    Clause(
        "21 CFR 11.10(i)",
        "People who develop, run and use the system are trained for it.",
        "nothing a program can see",
        (site.people_are_trained,),
    ),
    Clause(
        "21 CFR 11.10(j)",
        "Who signs answers for what is signed.",
        "everybody who signed against the statements",
        (records.signers_are_accountable,),
    ),
    Clause(
        "21 CFR 11.10(k)",
        "The documents about the system itself are controlled.",
        "the pack of procedures for running it, and which of them are in force",
        (records.own_documents_are_controlled,),
    ),
    Clause(
        "21 CFR 11.50",
        "A signature shows printed name, date and time, and meaning.",
        "every signature, and the published page that it belongs to",
        (records.signatures_are_shown,),
    ),
    Clause(
        "21 CFR 11.70",
        "A signature cannot be moved to another record.",
        "the digest that each signature covers against the text of its own round",
        (records.signatures_belong_to_their_text,),
    ),
    Clause(
        "21 CFR 11.100",
        "A signature is one person's alone, whose identity was verified.",
        "accounts that share an address; verifications on record of those who signed",
        (records.accounts_are_one_person_s,),
    ),
    Clause(
        "21 CFR 11.200",
        "Two components at the first signing of a session, the secret at each later one; nobody signs for another.",
        "what a signing asks in a new, a going and an old session; the account behind each signature",
        (site.signing_asks_again, records.nobody_signs_for_another),
    ),
    Clause(
        "21 CFR 11.300",
        "Passwords are guarded against guessing, loss and misuse.",
        "lockout, rules for passwords, how they are stored",
        (site.passwords_are_guarded,),
    ),
    Clause(
        "Annex 11 §7.2",
        "Backups are made, and restoring them is tested.",
        "the record of the last backup and restore test",
        (records.backups_are_on_record,),
    ),
    Clause(
        "Annex 11 §9",
        "Changes have a reason and can be understood.",
        "the reason of each act that the lifecycle wants one for",
        (records.changes_have_reasons,),
    ),
    Clause(
        "Annex 11 §12.4",
        "Who entered, changed, confirmed or deleted data, and when.",
        "every entry of the trail for a person and for words",
        (records.entries_say_who_and_what,),
    ),
    Clause(
        "Annex 11 §14",
        "Signatures are linked to their record, with date and time.",
        "as for 21 CFR 11.50 and 11.70",
        (records.signatures_are_shown, records.signatures_belong_to_their_text),
    ),
    Clause(
        "ISO 9001 7.5.2",
        "Documents are identified, and reviewed and approved.",
        "number, title, author, review date and digest of each procedure in force",
        (records.documents_are_identified,),
    ),
    Clause(
        "ISO 9001 7.5.3",
        "Documents are available, protected, current and kept.",
        "versions in force at once, their pages, overdue reviews",
        (records.documents_are_controlled,),
    ),
    Clause(
        "ISO 27001 A.5.37",
        "Procedures are written down, with people responsible for them.",
        "procedures in force and their owners",
        (records.procedures_have_owners,),
    ),
    Clause(
        "ALCOA+",
        "Data is attributable, legible, of its time, original, accurate; complete, consistent, lasting, available.",
        "clock and zone; trail, signatures and copies as above",
        (
            site.clock_is_utc,
            site.trail_cannot_be_changed,
            records.entries_say_who_and_what,
            records.signatures_are_shown,
            records.copies_are_complete,
        ),
    ),
)


def findings(home: Organisation | None = None) -> list[Finding]:
    """Run every check once, on one organisation's records or on all; return what was found in the clauses' order."""
    checks = dict.fromkeys(check for each in CLAUSES for check in each.checks)
    answers = {check: check(home) for check in checks}
    return [_found(each, answers) for each in CLAUSES]


def finding(clause: Clause, home: Organisation | None = None) -> Finding:
    """Return what the checks of one clause found."""
    return _found(clause, {check: check(home) for check in clause.checks})


def _found(clause: Clause, answers: Mapping[Check, Answer]) -> Finding:
    answer = all_of(*(answers[check] for check in clause.checks))
    return Finding(clause.clause, clause.asks, clause.checked, answer)


def is_met(found: list[Finding]) -> bool:
    """Return whether no clause is "not met"; what is left to the organisation is not counted."""
    return all(each.answer.result is not Result.NOT_MET for each in found)
