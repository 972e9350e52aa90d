"""Vocabulary: the words by which kinds and sources are recognised, and an example for each."""

from __future__ import annotations

import re
from typing import Final

from ..domain.variables import Source


def words(*alternatives: str) -> re.Pattern[str]:
    """Return a pattern that finds any of the alternatives as whole words in lower-case text."""
    return re.compile(rf"\b(?:{'|'.join(alternatives)})\b")


# What the record itself knows, by the letters of a blank's own words or its label.
WORKFLOW: Final = {
    "SOPNumber": "sopnumber sopno sopid documentnumber documentno documentid docnumber docno docid procedurenumber"
    " procedureno procedureid policynumber policyno policyid controlnumber documentcontrolnumber documentcode"
    " documentreference documentreferencenumber docref sopcode",
    "VersionNumber": "version versionnumber versionno revision revisionnumber revisionno rev revno documentversion"
    " defaultrevision currentversion currentrevision docversion policyversion sopversion",
    "EffectiveDate": "effectivedate dateeffective effective dateofeffect policyeffectivedate approvaldate dateapproved"
    " approveddate dateofapproval",
    "ReviewDate": "reviewdate nextreview nextreviewdate datefornextreview dateofnextreview nextscheduledreview"
    " reviewduedate scheduledreviewdate nextreviewdue revieweddue reviewdue",
    "PreparedBy": "preparedby author authorname writtenby draftedby documentauthor createdby preparer authoredby"
    " policyauthor sopauthor",
    "ReviewedBy": "reviewedby reviewer reviewername checkedby",
    "ApprovedBy": "approvedby approver approvername authorisedby authorizedby approvedbyname approvingauthority"
    " approvalauthority approversname",
}
WORKFLOW_OF: Final = {letters: name for name, many in WORKFLOW.items() for letters in many.split()}

READER = re.compile(  # as a whole: "transferring agent name" is somebody else's
    r"(?:the |your |my )?(?:(?:agent|representative|rep|csr|operator|staff|staff member)s? (?:full |first )?name"
    r"|(?:my|your)(?: full| first)? name|name of agent|employee signature|your signature)$"
)
CALL = words(
    "customer name", "customers? (?:first |last |full )?name", "caller name", "caller", "client name", "patient name",
    "guest name", "visitor name", "customer (?:email|phone|number|address|id|issue|account)", "issue type", "issue",
    "ticket (?:number|id|no)", "case (?:number|id|no)", "order (?:number|id|no)", "account number", "invoice number",
    "tracking number", "callback number", "resolution steps?", "reference number", "incident number", "call date",
    "confirmation number", "policyholder name", "member name", "complaint number", "claim number",
)  # fmt: skip
_COMPANY = (
    r"(?:company|organi[sz]ation|organi[sz]ational|firm|business|agency|institution|corporation"
    r"|employer|clinic|facility|practice|university|school|entity|council|charity)"
)
ORGANISATION = words(
    rf"{_COMPANY}(?: (?:short|full|legal|trading|mailing|postal|street|email|registered|phone))*"
    r"(?: (?:name|names|address|phone|telephone|number|email|website|url|domain|logo|acronym|abbreviation))+",
    rf"^(?:insert )?(?:the |your |our )?{_COMPANY}$", r"crm(?: \w+)?", "customer relationship management system",
    "knowledge base(?: \\w+)?", "ticketing (?:system|tool|platform|software)", "help ?desk(?: \\w+)?", "website",
    "domain",
    "source control", "ci system", "hr system", "intranet", "phone system", "telephony system",
    "(?:information )?security officer(?: \\w+)?", "privacy officer(?: \\w+)?", "data protection officer(?: \\w+)?",
    "(?:ceo|cto|cio|ciso|coo|cfo|dpo)(?: (?:name|email|phone))?", "legal name", "company", "organi[sz]ation",
    "customer service (?:email|phone|number)", "support (?:email|phone|number|hours)", "contact (?:email|phone)",
    "business hours", "hours of operation", "opening hours", "headquarters", "policy url", "wiki url",
)  # fmt: skip

ROLES = words(
    "managers?", "supervisors?", "directors?", "officers?", "leads?", "leaders?", "coordinators?", "administrators?",
    "specialists?", "representatives?", "owners?", "analysts?", "engineers?", "technicians?", "president", "vp",
    "head of [a-z ]+", "chief [a-z ]+", "ceo", "cto", "cio", "ciso", "coo", "cfo", "dpo", "executives?", "assistants?",
    "roles?", "positions?", "job titles?", "responsible (?:person|party|role)", "chair(?:person|man)?",
    "inspectors?", "auditors?", "nurses?", "physicians?", "pharmacists?", "investigators?", "operators?",
    "staff member",
    "escalation contact", "approvers?", "designees?", "secretary", "custodians?", "stewards?", "contact",
)  # fmt: skip
PERSON = words("names?", "signatures?", "signed", "initials", "person", "contact person", "employee", "signatory", "by")
DEPARTMENT = words("departments?", "dept", "divisions?", "business unit", "teams?", "unit")
DATE = words(
    "dates?",
    "deadline",
    "dd",
    "mm",
    "yyyy",
    "effective",
    "expiry",
    "expiration",
    "due by",
    "revised on",
    "revised",
    "last (?:review|reviewed|updated|update)",
)
EMAIL = words("e ?mails?(?: address(?:es)?)?", "mailbox")
PHONE = words(
    "phone",
    "phones",
    "telephone",
    "tel",
    "mobile",
    "cell",
    "fax",
    "hotline",
    "contact number",
    "phone number",
    "extension",
    "ext",
)
URL = words("urls?", "website", "web address", "web site", "web page", "hyperlink", "link")
PERCENT = words("percent", "percentage", "per cent")
MONEY = words(
    "amount", "cost", "price", "budget", "fee", "salary", "wage", "stipend", "dollars?", "monetary value", "allowance"
)
DURATION = words(
    "(?:response|resolution|handle|handling|hold|wait|waiting|turnaround|lead|recovery|reaction) times?", "time ?frame",
    "time ?limit", "time out", "timeout", "duration", "minutes", "hours to [a-z]+", "recovery (?:time|point) objective",
    "rto", "rpo",
)  # fmt: skip
COUNT = words(
    "number of", "no of", "how many", "quantity", "count", "total", "#", "maximum number", "minimum number", "headcount"
)
LISTED = words(
    "categories", "channels", "members", "list of", "lists?", "locations", "languages", "departments", "examples",
    "items",
    "documents", "tools", "systems", "references", "names of", "forms", "verification details", "roles", "stakeholders",
)  # fmt: skip
LONG = words(
    "describe", "explain", "outline", "summari[sz]e", "overview", "description", "background", "narrative", "details",
    "discuss", "elaborate", "detail", "comments?", "notes?", "paragraph", "statement", "history", "steps", "plan",
)  # fmt: skip
_DO = (
    "insert|enter|add|specify|provide|include|indicate|fill[ -]in|write|identify|describe|explain|outline|summari[sz]e"
    "|define|select|choose|replace|customi[sz]e|delete|remove|list(?! of)|discuss|elaborate|attach|refer to|consider"
)
_DO_WITH = "state|detail|document|edit|update|give|use|set|name|complete|note|type|address|ensure|see"
_THE = r"(?=\s+(?:the|your|our|any|all|each|every|an?|how|what|who|when|where|why|which|whether|in|here)\b)"
INSTRUCTION = re.compile(
    rf"(?:please |optional[:.,]? |note[:.,]? |if applicable,? )*(?:(?:{_DO})\b|(?:{_DO_WITH}){_THE}"
    r"|(?:if|what|how|who|when|where|why|which)\s)",
    re.IGNORECASE,
)
PLACED = re.compile(  # an instruction that means something else at each place
    rf"(?:please |if applicable,? )*(?:(?:{_DO})\b|(?:{_DO_WITH}){_THE})", re.IGNORECASE
)
NAMING = re.compile(  # an instruction that only names what belongs there
    r"(?:please )*(?:add|insert|enter|provide|specify|include|identify|define|write|fill)\b", re.IGNORECASE
)
ABOUT_ROLES = words("roles?", "positions?", "titles?", "contacts?")
UNITS = re.compile(
    r"[\s*_-]{1,4}((?:business |working |calendar |consecutive )?(?:rings?|seconds?|minutes?|mins?|hours?|hrs?|days?"
    r"|weeks?"
    r"|months?|years?|quarters?|times|attempts?|characters?|people|persons?|employees?|copies|points?|working days"
    r"|failed attempts?|users?|calls?|pages?|meters?|metres?|feet|km|miles?|kg|lbs?|mm|cm|ml|litres?|liters?))\b",
    re.IGNORECASE,
)

TIMED = re.compile(
    r"ring|second|min|hour|hr|day|week|month|year|quarter|times|attempt|feet|meter|metre|kg|lb|mm|cm|ml|lit",
    re.IGNORECASE,
)
NUMERIC = re.compile(r"number|count|limit|max|min|threshold|total|#|\bx+\b|\bn\b|how many|quantity|size")


FOR_EXAMPLE = re.compile(
    r"(?:e\.?g\.?|ex|example|for example|such as|i\.e\.)[\s:,.]+"
    r"|(?=[$€£]?\d[\d.,:]*\s?(?:am|pm|%|[ap]\.m\.|(?:business |working |calendar )?(?:second|minute|min|hour"
    r"|day|week|month|year)s?\b))",
    re.IGNORECASE,
)
WRITTEN_ROLE = re.compile(
    r"[A-Z][\w’'&.()-]*[ /]|(?:Manager|Supervisor|Director|Administrator|Coordinator|Technician|Nurse|Auditor"
    r"|Inspector)s?$"
)
NOUNS: Final = {
    "email": ("email", EMAIL), "phone": ("phone", PHONE), "url": ("website", URL), "date": ("date", DATE),
    "percent": ("percentage", PERCENT), "money": ("amount", MONEY),
}  # fmt: skip

EXAMPLES: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (words("short name", "abbreviation", "acronym"), "Northwind"),
    (words("legal name", "full name of company", "company full name"), "Northwind Trading Ltd"),
    (words("address"), "1 Harbour Street, Springfield"),
    (words("domain"), "northwind.example"),
    (words("crm"), "Salesforce"),
    (words("knowledge base"), "Confluence"),
    (words("ticketing", "ticket system", "help ?desk"), "Jira"),
    (words("source control", "repository"), "GitHub"),
    (words("ci system"), "Jenkins"),
    (words("hr system"), "BambooHR"),
    (words("company(?: name)?$", "organi[sz]ation(?: name)?$", "business name", "trading name"), "Northwind"),
    (words("city", "town"), "Springfield"),
    (words("state", "province", "region"), "Ohio"),
    (words("country", "jurisdiction"), "Canada"),
    (words("location", "site", "building", "office"), "Main office"),
    (words("frequency", "how often", "period", "interval", "schedule"), "Every quarter"),
    (words("product$", "service$"), "Standard service"),
    (words("vendor", "supplier", "provider", "contractor"), "Contoso"),
    (words("number$", "no$", "id$", "code$", "reference$"), "A-1001"),
    (words("time$", "hours$"), "09:00 to 17:00"),
    (words("policy$", "policies$"), "Information security policy"),
    (words("procedure$", "process$", "plan$"), "Standard procedure"),
    (words("guidelines?$", "standards?$"), "Quality guidelines"),
    (words("system", "software", "tool", "platform", "application"), "Company portal"),
    (words("law$", "regulation$", "regulations$", "legislation$"), "Data protection law"),
    (words("project$"), "Project Aurora"),
)

SOURCE_WORDS: Final = {
    Source.ORGANISATION: "the same in every procedure of the organisation",
    Source.DOCUMENT: "answered for this procedure",
    Source.WORKFLOW: "the record knows it",
    Source.READER: "the reader's own",
    Source.CALL: "different on each call",
}
