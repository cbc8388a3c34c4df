"""The lines of a document in, how many of them are a cover that a publisher put before it out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.labels import Label, label_of
from ingest.paragraphs import Placed

# What covers of papers published ahead of print, or handed out by an archive, print.
_COVER = re.compile(r"网络首发|網絡首發|优先出版|Online\s+First|录用定稿", re.IGNORECASE)
_FIELD = re.compile(
    r"\s*(?:题\s*目|标\s*题|篇\s*名|作\s*者|引用格式|收稿日期|录用日期|网络首发日期|出版日期|DOI)\s*[:：]",
    re.IGNORECASE,
)
_LEAST_FIELDS = 2
_ANCHORS = (Label.ABSTRACT, Label.ABSTRACT_EN, Label.KEYWORDS, Label.KEYWORDS_EN)


def cover_end(placed: Sequence[Placed]) -> int:
    """Return the index of the first line behind a cover page, 0 where there is none.

    A cover names the paper's fields, says that it is published ahead, and holds no abstract.
    """
    if not placed:
        return 0
    first = placed[0].line.page
    end = next((at for at, item in enumerate(placed) if item.line.page != first), 0)
    page = placed[:end]
    fields = sum(_FIELD.match(item.text) is not None for item in page)
    ahead = any(_COVER.search(item.text) for item in page)
    anchored = any(label_of(item.spaced) in _ANCHORS for item in page)
    return end if ahead and fields >= _LEAST_FIELDS and not anchored else 0
