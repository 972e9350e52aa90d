"""Word lists: single words and phrases that mean the same wherever a blank stands."""

from __future__ import annotations


def _set(words: str, phrases: str = "") -> frozenset[str]:
    """Return the words parted by spaces, and the phrases parted by commas."""
    return frozenset(words.split()) | frozenset(phrase.strip() for phrase in phrases.split(",") if phrase.strip())


# Kept in capitals, whatever the spelling.
ACRONYMS = _set(
    "AHT API AWS BCP BIA BYOD CAPA CD CEO CFO CI CIO CISO COO CRM CSAT CSO CSR CTO DNS DPO DRP ERP EU EUR FAQ FCR "
    "FDA GBP GCP GDPR GLP GMP HIPAA HITRUST HR ID IP IRB ISO IT KPI LMS MDM MFA NIST NPS OSHA PCI PDF PHI PI PII "
    "PO POS PPE QA QC RACI RPO RTO SDS SIEM SLA SOC SOP SSO UK URL USA USD VP VPN",
)  # fmt: skip

# Left out of names.
SMALL = _set(
    "a all an and any are as at be by can e each eg etc every for from g here i ie in is it its may must not of "
    "on or other our s shall should that the their these this those to which who whom will with your",
)  # fmt: skip

# Words in square brackets that are no blanks.
FIXED = _set(
    "beta confidential deprecated doc docx draft edit end hide mandatory new optional pdf redacted required reserved "
    "show sic source toc top video xls xlsx",
    "as applicable, as appropriate, back to top, blank page, citation needed, email protected, emphasis added, "
    "end of document, if any, if applicable, intentionally left blank, page break, signature page follows, "
    "table of contents, this page intentionally left blank, this page is intentionally left blank, where applicable",
)  # fmt: skip

# Words beside the numbers of laws and standards.
BESIDE_STANDARDS = _set("Rev Rev. Art Art. Article Annex Section Sec. Part CFR SP v version of and p. pp. § §§ Control")

# Words that an editor adds to a quotation.
GRAMMAR = _set(
    "a an and are as at be by for from had has have he her his in is it its not of on or our she that the their "
    "them these they this those to was we were which who with",
)  # fmt: skip

# Tags of HTML in small letters, and those that old pages write in capitals.
TAGS = _set(
    "a abbr address article aside audio b blockquote body br button canvas caption center cite code col colgroup "
    "dd del details dfn div dl dt em fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6 head header hr "
    "html i iframe img input ins kbd label legend li link main map mark menu meta nav nobr noscript object ol "
    "optgroup option p param picture pre progress q s samp script section select small source span strike strong "
    "style sub summary sup svg table tbody td template textarea tfoot th thead title tr tt u ul var video wbr",
)  # fmt: skip

LOUD_TAGS = _set(
    "A B BR CENTER DIV FONT HEAD HR HTML I IMG LI OL P PRE SPAN STRONG TABLE TD TH TR U UL",
)  # fmt: skip

# Words that say nothing at all.
HOLLOW = _set(
    "add blank content describe enter fill here input insert more n/a na no none placeholder specify tbc tbd text todo "
    "type value write x xx xxx",
    "add here, add text, click here to enter text, click or tap here to enter text, enter text, fill in, free "
    "text, insert here, insert text, text goes here, text here, to be completed, to be confirmed, to be "
    "determined, type here, type text here, your plan, your text, your text here",
)  # fmt: skip

# Words that name something only until a label beside them says it better.
THIN = _set(
    "address amount date dates day department description details email id info information initials link "
    "location month name name/title names number number(s) phone position role signature time title url year",
    "date time, email address, first name, full name, job title, last name, name & title, name and title, name "
    "title, phone number, position title, print name, printed name, signature date",
)  # fmt: skip

# Words that stand for one of several things to choose.
OPTIONS = _set(
    "accept agree am annual annually applicable approved bi-weekly biannually bimonthly biweekly closed "
    "confidential critical daily days disagree draft external fail false female final fortnightly full high "
    "hours in-house internal is low major male mandatory medium minor minutes moderate monthly months n/a na no "
    "none not off on open optional outsourced part partial pass pm private public quarterly reject rejected "
    "required restricted semi-annually semiannually true weekly weeks yearly years yes",
)  # fmt: skip

# How often.
OFTEN = _set(
    "annual annually bi-weekly biannually bimonthly biweekly daily fortnightly monthly quarterly semi-annually "
    "weekly yearly",
)  # fmt: skip

# Things that stand side by side in one blank without being a choice.
NAMED_THINGS = _set(
    "application city company contact country county department division equipment form group location office "
    "organisation organization person plan policy postcode procedure process product program programme project region "
    "service site software standard state street system team tool town vendor zip"
)

# Keys and buttons, after "press" and "click".
KEYS = _set(
    "add alt apply back backspace browse cancel close continue ctrl delete done edit enter esc escape exit export file "
    "finish help home import login menu next no ok open options print refresh remove reset return save search select "
    "send settings shift space start stop submit tab tools update upload view yes",
    "log in, log out, sign in, sign out, save as, select all",
)
