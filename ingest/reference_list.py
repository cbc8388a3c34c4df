"""Where a reference list ends, and the English title and abstract behind it begin."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.clean import count_han
from ingest.heading_words import is_back_matter
from ingest.labels import Label, label_of
from ingest.names import english_names, is_affiliation
from ingest.paragraphs import Placed

# A title of the next article on the page is larger than the text by this factor.
_NEXT_TITLE = 1.35
_NUMBERED = re.compile(
    r"\s*(?:[\[［〔【(（]\s*\d{1,3}\s*[\]］〕】)）]|\d{1,3}[.．、\s]|\d{1,3}(?=[A-Z]))"
)


def end_of_list(placed: Sequence[Placed], first: int, body: float) -> int:
    """Return where a list that begins at ``first`` ends: an abstract, back matter or a title.

    ``body`` is the size of the text in points.
    """
    for index in range(first, len(placed)):
        item = placed[index]
        label = label_of(item.spaced)
        if label in (Label.ABSTRACT_EN, Label.ABSTRACT, Label.KEYWORDS_EN):
            return _start_of_english(placed, first, index, body)
        noted = label is Label.METADATA and not item.text.lower().startswith("doi")
        if noted or is_back_matter(item.text):
            return index
        title = item.line.size > _NEXT_TITLE * body and count_han(item.text) >= 4
        if title and index > first:
            return index
    return len(placed)


def _start_of_english(placed: Sequence[Placed], first: int, label: int, body: float) -> int:
    """Return the line of the English title before the abstract at ``label``."""
    start = label
    listed = {
        (item.line.page, item.line.column)
        for item in placed[first:label]
        if _NUMBERED.match(item.text)
    }
    for index in range(label - 1, max(first, label - 12), -1):
        item = placed[index]
        other = (item.line.page, item.line.column) not in listed
        bold = "bold" in item.line.font.lower() or item.line.size > 1.04 * body
        below = " ".join(other.text for other in placed[start : start + 2])
        bold = bold or _is_centred(item) or _is_title_over(item, placed[start].text, below)
        wrapped = english_names(f"{item.text} {placed[index + 1].text}")
        names = bool(english_names(item.text) or wrapped) or is_affiliation(item.text)
        if count_han(item.text) or not (other or bold or names):
            break
        start = index
    return start


def _is_title_over(item: Placed, *below: str) -> bool:
    """Tell whether a line without numbers stands over names: an entry ends with its pages."""
    closed = re.search(r"[\d.,;:]\s*$", item.text)
    return not closed and any(len(english_names(text)) > 1 for text in below)


def _is_centred(item: Placed) -> bool:
    """Tell whether a line stands in the middle of its column."""
    left, right = item.line.box.x0 - item.left, item.right - item.line.box.x1
    return left > item.line.size and abs(left - right) < item.line.size
