"""The first lines of a paper in, the labels of its front matter out: 摘要, 关键词, Abstract ..."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.heading_words import OPENING, REFERENCES, plain_name
from ingest.labels import Label, label_of
from ingest.paragraphs import Placed

# The front matter lies on these first pages (theses have covers), and is no longer than this.
_PAGES = 6
_LONGEST = 4000


def front_labels(placed: Sequence[Placed]) -> dict[int, Label]:
    """Return the labels by line, unless text comes before the first of them."""
    found: dict[int, Label] = {}
    weight = 0
    for index, item in enumerate(placed):
        if item.line.page > _PAGES or (not found and weight > _LONGEST):
            break
        name = plain_name(re.sub(r"^[\d.\s]+", "", item.text))
        if REFERENCES.match(item.text) or OPENING.match(name):
            break
        label = label_of(item.spaced)
        if label:
            found[index] = label
        weight += len(item.text)
    anchors = [index for index, label in found.items() if label is not Label.METADATA]
    if not anchors:
        return {
            i: label
            for i, label in found.items()
            if not i or placed[i].line.page == placed[0].line.page
        }
    return found
