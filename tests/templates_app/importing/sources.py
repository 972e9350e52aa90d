"""Small documents in our own words, each built like texts that people bring in, and how tests read them."""
# ruff: noqa: E501  (texts as people write them)

from pathlib import Path

from templates_app.importing.composing import compose
from templates_app.importing.decoding import lines_of
from templates_app.importing.result import Choices, Guess, Imported, ReadFile

_ABOVE = Path(__file__).resolve().parents
SEEDS = next((found for each in _ABOVE if (found := each / "shared" / "seeds").is_dir()), Path("nowhere"))

# As a template site shows it: a page title, an advertisement, the text, then how to use it glued to the last line.
SITE = """Parcel Return SOP Template: Returns Made Easy
This template helps every depot to handle returned parcels in the same way, and it saves each new colleague a week of asking around.
## Standard Operating Procedure: Parcel Returns
**1. Document Information**
* **SOP Number:** {SOPNumber}
* **Version:** {VersionNumber}
* **Prepared By:** {PreparedBy}
**2. Purpose**
To treat every parcel that comes back to {CompanyName} alike.
**3. Procedure**
**3.1. Counter**
* Greet the customer: “Welcome to {CompanyName}, I am {AgentName}.”
* Find the parcel in {StockSystem} within {SearchTime} minutes.
**4. Quality**
* Follow {AuditGuidelines}.How to use this template
- 1Download the file.
- 2Fill in all bracketed {Variables}.
Template variables
Replace each {{variable}} in the template with your own words.
Frequently asked questions
Because a text that everybody follows saves time.
"""

# As pasted from a word processor: numbered headings, one cell a line behind a tab, boxes, a warning, signatures.
PASTED = (
    " 1. Purpose\nThis procedure tells how keys are handed out.\n2. Scope\nIt covers all keys of the building.\n\n"
    "It covers:\n• Front doors\n• Store rooms\n\nExclusions:\n[Describe any keys NOT covered]\n3. Definitions\n"
    "These words have one meaning here.\n\tTerm\n\tDefinition\n\n\tKMS\n\tKey management system\n\n\tPIN\n\tPersonal number\n"
    "\n\n\n4. General Procedures\n4.1 Handing Out\n1. Ask for the badge\n2. Note the key in the list\n4.2 Taking Back\n"
    "☐ Count the keys\n☐ Lock the box\n5. Key Metrics\nLook at these each week:\n\tMetric\n\tTarget\n\tCurrent\n\n"
    "\tKeys lost\n\t<2\n\t\n\n\tKeys late\n\t<5%\n\t\n\n\n\n6. Escalation Decision Matrix\nWho decides:\n"
    "\t\n\tPorter\n\tManager\n\n\tLost key\n\tup to 1\n\tmore than 1\n\n\n\n"
    "WARNING: Never lend a key without a note.\n7. Document Control\n\tSOP Owner\n\t[Facility Manager]\n\n"
    "\tVersion\n\t1.0\n\n\tApproved By\n\t[Head of Operations]\n\n\tContact Email\n\t[keys@company.com]\n\n\n\n"
    "8. Revision History\n\tVersion\n\tDate\n\tChanges\n\n\t1.0\n\t[MM/DD/YYYY]\n\tFirst release\n\n\n\n"
    "9. Authorization and Approval\n\tName\n\tRole\n\tSignature\n\tDate\n\n\t\n\tPrepared By\n\t\n\t\n\n\n\n"
    "10. Documentation of Training\nI have read this text.\n\tPrinted Name\n\tSignature\n\tDate\n\n\t\n\t\n\t\n\n\n\n"
    "DISCLAIMER\nThis template is provided by a publisher for informational purposes only and is not legal advice.\n"
)

# Headings and descriptions of what a procedure would hold, and not a single step.
OUTLINE = """
A SOP Template for Warehouse Colleagues provides an overview of what the text would have to say about each part of the work.
Receiving goods at the gate.

This SOP details how goods are received at the gate, with the emphasis on checks that protect the people and the goods alike.
Storing goods in the racks.

This SOP describes how goods are stored in the racks, with the emphasis on weight, on reach and on finding them again later.
Picking goods for an order.

This SOP covers how goods are picked for an order, with the emphasis on the right order of steps and on a second look.
"""

PHASES = """ShelfRegistry.
Templates12 min readUpdated March 2026

Cold Store SOP: Standards for Freshness

Having a well-structured template for a cold store saves you from repeated effort, from waste and from long searches for the right words.

Standard Operating Procedure

Registry ID: TR-SOP-COLD-

Standard Operating Procedure: Cold Store Care

This procedure defines how the cold store is kept clean and cold.

Phase 1: Morning Round

  • Doors: Check that every door closes by itself. Say "All closed" to the porter.
  • Lamps: Look for broken lamps.

Pro Tips & Pitfalls

  • Pro Tip (Short Ways): Start at the far end.
  • Pitfall (Open Doors): Never leave a door open "just for a minute".

Frequently Asked Questions (FAQ)

Q: What if a lamp is broken? A: Write it in the book and tell the caretaker.

Q: Who may enter? A: Everybody on the list.

© 2026 Shelf RegistryChecked
Page 1 of 1
View all"""

MUSTACHE = """# Access of {{companyShortName}}

`{{defaultRevision}}`

{{companyShortName}} grants access as described in the [wiki]({{&wikiURL}}).

{{#needStandardHIPAA}}
These rules protect health records.
{{/needStandardHIPAA}}

{{^hasScanner}}
## Scans by hand

Look at each server once a week.
{{/hasScanner}}

Data such as {{#needStandardHIPAA}}health records and {{/needStandardHIPAA}}names stay inside.

(a) Each account belongs to exactly one person who works for
{{companyShortName}} and to nobody else, whatever the reason may
be for the wish to share it.
"""


def import_text(text: str, name: str = "text.md", choices: Choices | None = None) -> Imported:
    """Return what importing a text gives."""
    return compose(ReadFile(name, lines_of(text)), choices)


def body(made: Imported) -> str:
    """Return the template's text without its front matter."""
    return made.source.split("\n---\n", 1)[1]


def guesses(made: Imported) -> dict[str, Guess]:
    """Return the guesses by name."""
    return {guess.name: guess for guess in made.guesses}


def reasons(made: Imported) -> dict[str, str]:
    """Return why each text was set aside, by text."""
    return {each.text: each.reason for each in made.set_aside}
