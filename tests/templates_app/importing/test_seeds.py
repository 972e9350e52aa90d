"""The five source documents as they are, with the exact variables expected of each. They lie beside the checkout."""

import pytest

from templates_app.domain.body import compile_text
from templates_app.importing.accounting import lost
from templates_app.importing.composing import compose
from templates_app.importing.reading import read
from templates_app.importing.result import Imported, ReadFile
from tests.templates_app.importing.sources import SEEDS, body, guesses, reasons

pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason="the source documents are not beside the checkout")

VARIABLES = {
    "000": {
        "SOPNumber": ("{SOPNumber}", 1, "workflow"),
        "VersionNumber": ("{VersionNumber}", 1, "workflow"),
        "EffectiveDate": ("{EffectiveDate}", 1, "workflow"),
        "ReviewDate": ("{ReviewDate}", 1, "workflow"),
        "PreparedBy": ("{PreparedBy}", 1, "workflow"),
        "ApprovedBy": ("{ApprovedBy}", 1, "workflow"),
        "CompanyName": ("{CompanyName}", 3, "organisation"),
        "Department": ("{Department}", 1, "document"),
        "RingTimeLimit": ("{RingTimeLimit}", 1, "document"),
        "AgentName": ("{AgentName}", 1, "reader"),
        "CustomerVerificationDetails": ("{CustomerVerificationDetails}", 1, "document"),
        "CRMSystem": ("{CRMSystem}", 3, "organisation"),
        "IssueType": ("{IssueType}", 1, "call"),
        "KnowledgeBaseSystem": ("{KnowledgeBaseSystem}", 1, "organisation"),
        "ResolutionSteps": ("{ResolutionSteps}", 1, "call"),
        "EscalationContact": ("{EscalationContact}", 1, "document"),
        "EscalationDepartment": ("{EscalationDepartment}", 1, "document"),
        "EscalationProcedure": ("{EscalationProcedure}", 1, "document"),
        "CustomerName": ("{CustomerName}", 1, "call"),
        "CallCategories": ("{CallCategories}", 1, "document"),
        "CallRecordingPolicy": ("{CallRecordingPolicy}", 1, "document"),
        "QualityMonitoringGuidelines": ("{QualityMonitoringGuidelines}", 1, "document"),
    },
    "001": {},
    "002": {},
    "003": {
        "Exclusions": ("[Describe any activities, processes, or personnel NOT covered by this SOP]", 1, "document"),
        "CustomerServiceManager": ("[Customer Service Manager]", 2, "document"),
        "TeamLeadSupervisor": ("[Team Lead/Supervisor]", 1, "document"),
        "QASpecialist": ("[QA Specialist]", 1, "document"),
        "CustomerServiceRepresentatives": ("[Customer Service Representatives]", 1, "document"),
        "SupervisorManager": ("[Supervisor/Manager]", 1, "document"),
        "ApprovedBy": ("[Director of Customer Experience / VP of Operations]", 1, "workflow"),
        "ContactEmail": ("[customerservice@company.com]", 1, "organisation"),
        "ContactPhone": ("[(XXX) XXX-XXXX]", 1, "organisation"),
        "EffectiveDate": ("[MM/DD/YYYY]", 1, "workflow"),
        "ManagerSupervisor": ("[Manager/Supervisor]", 1, "document"),
    },
    "004": {"RegistryID": ("TR-SOP-FOR-", 1, "document")},
}
TITLES = {
    "000": "Customer Service Call Handling",
    "001": "Customer Service Representatives",
    "002": "Call Handling and Customer Interaction Protocols",
    "003": "Customer service procedure",  # it has no title of its own
    "004": "Customer Service Excellence",
}
BLOCKS = {
    "000": {"<DocumentControl>": 1},
    "001": {},
    "002": {"<RevisionHistory>": 1, "/// steps": 3},
    "003": {
        "<DocumentControl>": 1, "<RevisionHistory>": 1, "<Approvals>": 1, "<TrainingRecord>": 1, "/// steps": 4,
        "/// checklist": 1, "/// definitions": 1, "/// metrics": 1, "/// decision": 2, "/// note": 2, "/// warning": 1,
    },
    "004": {"/// tip": 2, "/// pitfall": 2, "/// faq": 1, "/// say": 0},
}  # fmt: skip
HEADINGS = {"000": 11, "001": 15, "002": 11, "003": 21, "004": 5}
numbers = pytest.mark.parametrize("number", sorted(VARIABLES))


def seed(number: str) -> tuple[ReadFile, Imported]:
    """Return a source document and what importing gives."""
    (path,) = SEEDS.glob(f"{number}_*.txt")
    (found,) = read(path.name, path.read_bytes())
    return found, compose(found)


@numbers
def test_its_variables_are_found(number: str) -> None:
    _, made = seed(number)
    found = {name: (each.as_written, each.occurrences, each.source) for name, each in guesses(made).items()}
    assert found == VARIABLES[number]


@numbers
def test_its_title_headings_and_blocks_are_found(number: str) -> None:
    _, made = seed(number)
    text = body(made)
    assert made.title == TITLES[number]
    assert sum(line.startswith("##") for line in text.split("\n")) == HEADINGS[number]
    assert {block: text.count(f"\n{block}") for block in BLOCKS[number]} == BLOCKS[number]


@numbers
def test_no_word_of_it_is_lost_and_it_compiles(number: str) -> None:
    found, made = seed(number)
    assert not lost(found, made)
    compile_text(made.source)


@numbers
def test_only_the_outline_is_one(number: str) -> None:
    assert seed(number)[1].outline_only is (number == "001")


def test_the_page_around_the_fifth_is_set_aside() -> None:
    aside = reasons(seed("004")[1])
    assert {"TemplateRegistry.", "Templates8 min readUpdated May 2026", "Page 1 of 1", "View all"} <= set(aside)
