"""The first lines of a document in, those of its title out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.clean import count_han
from ingest.labels import Label
from ingest.names import is_masthead
from ingest.numbering import heading_number
from ingest.paragraphs import Placed

STEP_EM = 2.3
"""Lines of one block of the front matter follow each other within this distance (em)."""

# A title is larger than the text by this factor, and its lines are set alike.
_TITLE_SIZE = 1.15
_MOST_LINES = 5
_NO_TITLE = re.compile(r"\s*(?:目\s*[录錄次]|前\s*言|摘\s*要|Contents|Abstract)\s*$", re.IGNORECASE)


def find_title(placed: Sequence[Placed], labels: dict[int, Label], body: float) -> frozenset[int]:
    """Return the lines of the title: the largest Chinese ones before the first label."""
    anchors = [index for index, label in labels.items() if label is not Label.METADATA]
    if not placed:
        return frozenset()
    end = min(anchors, default=len(placed))
    last_page = placed[end].line.page if anchors else placed[0].line.page
    found = _large(placed[:end], labels, body, last_page, with_chapters=bool(anchors))
    if not anchors:
        # Without an abstract the title stands over the text, or it is the heading of a part.
        prose = next((i for i, x in enumerate(placed) if _is_prose(x, body)), len(placed))
        found = [index for index in found if index < prose]
    if not found:
        return frozenset()
    size = max(placed[index].line.size for index in found)
    page = [x for x in placed if x.line.page == last_page and count_han(x.text) >= 4]
    later = max((x.line.size for x in page), default=0.0)
    if not anchors and later > _TITLE_SIZE * size:
        return frozenset()  # the title of an article that begins further down
    first = next(index for index in found if placed[index].line.size > 0.94 * size)
    return _following(placed, labels, first)


def _large(
    head: Sequence[Placed],
    labels: dict[int, Label],
    body: float,
    last_page: int,
    *,
    with_chapters: bool,
) -> list[int]:
    """Return the lines in large type, Chinese ones if there are any."""
    big = [
        index
        for index, item in enumerate(head)
        if item.line.page <= last_page
        and item.line.size > _TITLE_SIZE * body
        and index not in labels
        and not (is_masthead(item.text) or _NO_TITLE.match(item.text))
        and (with_chapters or not _is_chapter(item.text))
    ]
    chinese = [index for index in big if count_han(head[index].text) >= 2]
    return chinese or [i for i in big if len(re.findall(r"[A-Za-z]{2,}", head[i].text)) >= 2]


def _following(placed: Sequence[Placed], labels: dict[int, Label], first: int) -> frozenset[int]:
    """Return ``first`` and the lines of the title, and a subtitle, that follow it."""
    lines = [first]
    for index in range(first + 1, min(first + _MOST_LINES, len(placed))):
        before, item = placed[index - 1], placed[index]
        near = is_close(before, item, STEP_EM) and item.line.size > 0.7 * before.line.size
        subtitle = item.text.lstrip().startswith(("——", "—", "－－", "--", "－"))
        same = abs(item.line.size - before.line.size) < 0.06 * before.line.size
        if index in labels or not near or not (same or subtitle):
            break
        lines.append(index)
    return frozenset(lines)


def _is_prose(item: Placed, body: float) -> bool:
    return count_han(item.text) > 15 and not item.is_short and item.line.size < 1.1 * body


def _is_chapter(text: str) -> bool:
    number = heading_number(text)
    return number is not None and number.form == "chapter"


def is_close(before: Placed, line: Placed, em: float) -> bool:
    """Tell whether ``line`` follows ``before`` on its page within ``em``."""
    one, other = before.line, line.line
    apart = other.baseline - one.baseline
    return one.page == other.page and -0.5 * one.size < apart < em * max(one.size, other.size)
