"""The text that a new template begins with: short, and complete enough to be published."""

from __future__ import annotations

import json
from datetime import date

_TEXT = """---
title: {title}
category: General
summary: One sentence that says what this procedure is for.
minutes: 2
updated: {today}
prefix: OP
variables:
  CompanyName: {{label: Company name, source: organisation, group: Company, example: Northwind}}
  Owner: {{label: Who looks after this procedure, kind: role, group: People, example: Team Leader}}
---
## Purpose

What everybody at <CompanyName> gets from this procedure. <Owner> keeps it up to date.

## Steps

/// steps
1. The first thing to do.
2. The next one.
///

## Approval

<Approvals>
"""


def starter_text(title: str, today: date) -> str:
    """Return a template's text with this title, ready to be changed."""
    return _TEXT.format(title=quoted(title), today=today.isoformat())


def quoted(text: str) -> str:
    """Return text as a quoted YAML scalar on one line."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\x7f")
