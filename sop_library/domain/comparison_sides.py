"""Both sides of a compared document, read back from its markup: what proves that nothing was lost or made up."""

import json

from lxml import html
from lxml.html import HtmlElement

from sop_library.domain.comparison_tree import node_of
from sop_library.domain.comparison_write import NUMBER, TAG


def old_side(inline: str) -> str:
    """Return the old document in its normal form, from `Comparison.inline`."""
    return _side(inline, "old", gone="ins", dropped="added")


def new_side(inline: str) -> str:
    """Return the new document in its normal form, from `Comparison.inline`."""
    return _side(inline, "new", gone="del", dropped="removed")


def _side(inline: str, side: str, *, gone: str, dropped: str) -> str:
    root = html.fragment_fromstring(inline, create_parent="div")
    elements = [element for element in root.iterdescendants() if isinstance(element.tag, str)]
    for element in elements:
        if element.tag == gone or element.get("data-change") in {dropped, "filler", "note"}:
            element.drop_tree()
        elif element.get("data-only", side) != side:
            element.drop_tag()
        elif side == "old":
            _restore(element)
    return "".join(child.html for child in node_of(root).children)


def _restore(element: HtmlElement) -> None:
    was = json.loads(element.get("data-was", "null"))
    if was is None:
        return
    element.tag = was.pop(TAG, element.tag)
    if NUMBER in was:
        number = was.pop(NUMBER)
        shown = element.find("span[@class='num']")
        if shown is None:
            shown = html.Element("span", {"class": "num"})
            shown.tail, element.text = element.text, None
            element.insert(0, shown)
        shown.text = number
    for name in set(element.attrib):
        if not name.startswith("data-"):
            del element.attrib[name]
    element.attrib.update(was)
