"""Whether a compared document is valid HTML, as far as a comparison could break it."""

from collections import Counter
from xml.etree.ElementTree import Element

import tinyhtml5  # type: ignore[import-untyped]
from lxml import html

PHRASING = {"a", "b", "br", "button", "code", "del", "em", "i", "ins", "span", "strong", "wbr"}
HOLD_WORDS = {"p", "h2", "h3", "h4", "dt", "dd", "li", "td", "th", "caption", "pre", "div", "blockquote", *PHRASING}
CHILDREN = {
    "ul": {"li"}, "ol": {"li"}, "dl": {"dt", "dd"}, "table": {"caption", "thead", "tbody"},
    "thead": {"tr"}, "tbody": {"tr"}, "tr": {"th", "td"},
}  # fmt: skip


def faults_of(markup: str) -> list[str]:
    """Return what is wrong with a document's markup: where a browser would mend it, and what the standard forbids."""
    root = html.fragment_fromstring(markup, create_parent="div")
    page = tinyhtml5.parse(f"<!doctype html><title>x</title><div>{markup}</div>", namespace_html_elements=False)
    read = page.find("body/div")
    found = [] if read is not None and shape(read) == shape(root) else ["a browser reads another tree"]
    ids = Counter(element.get("id") for element in root.iter() if element.get("id"))
    found += [f"id {name} twice" for name, count in ids.items() if count > 1]
    for element in root.iter():
        found += _faults(element)
    return found


def _faults(element: html.HtmlElement) -> list[str]:
    tag, children = element.tag, {child.tag for child in element}
    found = []
    if tag in {"ins", "del"}:
        inside = {each.tag for each in element.iterdescendants()}
        found += [f"{tag} around {name}" for name in inside - PHRASING]
        if element.getparent().tag not in HOLD_WORDS:
            found.append(f"{tag} inside {element.getparent().tag}")
    if tag in CHILDREN and children - CHILDREN[tag]:
        found.append(f"{sorted(children - CHILDREN[tag])} inside {tag}")
    if tag == "table":
        widths = {len(row) for row in element.iter("tr")}
        parts = [child.tag for child in element]
        found += [f"rows of {sorted(widths)} cells"] if len(widths) > 1 else []
        found += [f"a table of {parts}"] if parts != sorted(set(parts), key=["caption", "thead", "tbody"].index) else []
    if tag == "dl" and len(element) and element[0].tag != "dt":
        found.append("a list of meanings without a term")
    return found


def shape(element: Element) -> list[object]:
    """Return the tags of an element and all in it, and their texts."""
    inside: list[object] = [element.tag, element.text or ""]
    for child in element:
        inside += [shape(child), child.tail or ""]
    return inside
