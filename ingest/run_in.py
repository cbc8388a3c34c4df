"""A line in, the place where a heading in it ends and its text begins out.

1.1　一般资料　选取 2018 年 1 月 ...: the usual form of second headings in medical journals.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.heading_type import is_bold
from ingest.heading_words import named_run_in, plain_run_in
from ingest.page_text import Char, Line

# Heading and text are parted by a gap (em), or by the font of the heading.
_RUN_IN_GAP_EM = 0.8
_LONGEST_RUN_IN = 24
# Chinese characters of the whole line, and of the text behind a gap.
_LEAST_RUN_IN, _LEAST_TEXT = 6, 5


def run_in_end(line: Line, body_font: str) -> int | None:
    """Return the place in ``line.chars`` where the text behind a run-in heading begins."""
    chars = line.chars
    han = [place for place, char in enumerate(chars) if "\u3400" <= char.text < "\ua000"]
    if len(han) < _LEAST_RUN_IN:
        return None
    first = han[0]
    heading_font = chars[first].font
    own_font = bool(heading_font) and heading_font != body_font
    end = first + 1  # behind the last character in the heading's font
    right = chars[first].x1
    for place in range(first + 1, len(chars)):
        char = chars[place]
        if char.text.isspace():
            continue
        title = "".join(c.text for c in chars[first : end if own_font else place]).strip()
        if len(title) > _LONGEST_RUN_IN or title[-1:] in "。，；,;":
            return None
        if own_font and place in han and char.font == body_font and len(title) >= 2:
            return _skip_space(chars, end)
        gap = char.x0 - right > _RUN_IN_GAP_EM * line.size
        if (
            gap
            and not own_font
            and len(title) >= 2
            and sum(at >= place for at in han) >= _LEAST_TEXT
        ):
            return place
        right = char.x1
        if char.font == heading_font:
            end = place + 1
    return None


def plain_run_in_end(line: Line, text: str, body_font: str) -> int | None:
    """Return the place in ``line.chars`` behind a usual name (【前言】, 引言：) and its colon.

    ``text`` is the line as joined. The name stands in brackets or is bold.
    """
    count = plain_run_in(text)
    ink = [place for place, char in enumerate(line.chars) if not char.text.isspace()]
    letters = len(re.sub(r"\s", "", text[:count]))
    if not count or letters >= len(ink):
        return None
    font = line.chars[ink[0]].font
    bold = font != body_font and is_bold(font)
    return ink[letters] if bold or re.match(r"\s*[【\[［〔]", text) else None


def named_run_in_end(line: Line, text: str, behind: int, *, usual: bool) -> int | None:
    """Return the place in ``line.chars`` behind a numbered name and its colon (1. 对象：).

    ``text`` is the line as joined, ``behind`` where its number ends; ``usual`` as in
    ``named_run_in``. Nothing but the colon tells such a heading.
    """
    count = named_run_in(text[behind:], usual=usual)
    letters = len(re.sub(r"\s", "", text[: behind + count]))
    ink = [place for place, char in enumerate(line.chars) if not char.text.isspace()]
    return ink[letters] if count and letters < len(ink) else None


def _skip_space(chars: Sequence[Char], place: int) -> int:
    while place < len(chars) - 1 and chars[place].text.isspace():
        place += 1
    return place
