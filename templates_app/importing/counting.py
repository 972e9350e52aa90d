"""Words, as the books of an import count them."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable

from .inline import TAGS

_WORD = re.compile(r"[^\W_]+")
_TAG = re.compile(rf"</?(?:{TAGS})\s*/?>", re.IGNORECASE)


def words(texts: Iterable[str]) -> Counter[str]:
    """Return how often each word stands in the texts; case and signs do not count, tags without words are none."""
    found: Counter[str] = Counter()
    for text in texts:
        found.update(word.casefold() for word in _WORD.findall(html.unescape(_TAG.sub(" ", text))))
    return found
