"""Lines to write on in Word: tabs with a line of underscores as leader become underscores."""

from __future__ import annotations

from typing import Any

import lxml.etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DRAWN = "____"


def with_lines(tree: Any, document: bytes) -> bytes:
    """Return document.xml with underscores for every tab that draws a line; the same bytes when none does."""
    found = False
    for stop in list(tree.iter(f"{W}tab")):
        if stop.get(f"{W}leader") != "underscore" or stop.getparent() is None:
            continue
        paragraph = next(stop.iterancestors(f"{W}p"), None)
        for tab in [] if paragraph is None else list(paragraph.iter(f"{W}tab")):
            if tab.getparent().tag == f"{W}r":
                found = True
                tab.tag, tab.text = f"{W}t", DRAWN
                tab.attrib.clear()
    return bytes(lxml.etree.tostring(tree)) if found else document
