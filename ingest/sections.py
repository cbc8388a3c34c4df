"""Lines in reading order in, headings and the path of sections out.

A heading is told by its number and by its type: another font than the text, a larger size,
bold. Neither alone is enough: table rows and list items have numbers, captions have fonts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.captions import CAPTION
from ingest.clean import count_han
from ingest.heading_lines import MOST_LINES, HeadingLines
from ingest.heading_type import TypeEvidence, fits_heading, is_smaller
from ingest.heading_words import (
    CHILDLESS,
    MEASURE,
    OPENING,
    QUOTED_END,
    is_plain,
    plain_name,
)
from ingest.labels import label_of
from ingest.layout import make_line
from ingest.numbering import Number, heading_number
from ingest.outline import Outline
from ingest.page_text import Line
from ingest.paragraphs import Placed
from ingest.run_in import named_run_in_end, plain_run_in_end, run_in_end


@dataclass(frozen=True, slots=True)
class Heading:
    """Lines ``[first, last]`` of the flow that are one heading at ``level``.

    ``rest`` is the text that runs on in the line behind a run-in heading, ``head`` its own part
    of that line; both are None for headings on lines of their own.
    """

    first: int
    last: int
    level: int
    head: Line | None = None
    rest: Line | None = None


class Headings:
    """Decides line by line; keeps the outline of the headings seen so far."""

    def __init__(self, placed: Sequence[Placed], body: float, font: str) -> None:
        self.placed = placed
        self.type = TypeEvidence(placed, body, font)
        self.lines = HeadingLines(placed, body, self.type)
        self.outline = Outline()
        self.before = -1  # the last line of the last heading

    def at(self, index: int) -> Heading | None:
        """Return the heading that begins with line ``index``, None where text goes on."""
        heading = self._at(index)
        if heading and not heading.rest:
            self.before = heading.last
        return heading

    def _at(self, index: int) -> Heading | None:
        item = self.placed[index]
        text = item.text.strip()
        if not text or CAPTION.match(text) or label_of(item.spaced):
            return None
        number = heading_number(text)
        if not self._may_begin(index, number):
            return None
        if self.lines.is_statement(index):
            return None
        if number and (run_in := self._run_in(index, number)):
            return run_in
        if number and self._is_numbered(index, number):
            return self._found(index, number, number.scheme)
        if not number and (run_in := self._plain_run_in(index)):
            return run_in
        if not number and self._is_unnumbered(index):
            style = f"style:{item.line.size:.1f}:{item.line.font}"
            return self._found(index, None, "plain" if is_plain(text) else style)
        return None

    def reset(self) -> None:
        """Forget the numbers: another paper or part begins."""
        self.outline.reset()

    def _may_begin(self, index: int, number: Number | None) -> bool:
        """Tell whether the text before line ``index`` is over."""
        item = self.placed[index]
        if not index:
            return True
        before = self.placed[index - 1]
        moved = (before.line.page, before.line.column) != (item.line.page, item.line.column)
        if not moved and self.lines.goes_on(before, item) and index - 1 != self.before:
            return False
        if self.type.points(item) > 0 and (before.is_short or before.has_ended or moved):
            return True
        if number and self.type.is_larger(item.line):
            return True  # no paragraph grows larger in its middle
        return before.has_ended or before.is_short or index - 1 == self.before

    def _is_numbered(self, index: int, number: Number) -> bool:
        item = self.placed[index]
        text = item.text.strip()
        title = text[number.end :]
        if not title or MEASURE.match(title) or not self.outline.follows(number):
            return False
        evidence = self.type.points(item)
        if number.form in ("chapter", "part"):
            return fits_heading(text) and (evidence > 0 or item.is_short)
        if number.form == "1.1":
            strong = evidence > 0 or self.outline.has_parent(number)
            return (
                strong and (fits_heading(text) or evidence > 1) and self.lines.stands_alone(index)
            )
        if evidence < 0:
            return False
        if evidence > 0:
            return fits_heading(text) and self.lines.stands_alone(index)
        if number.form in ("(1)", "I") or not fits_heading(text):
            return False
        short = item.is_short and len(title) <= 24 and not QUOTED_END.search(title)
        if number.form in ("一", "（一）"):
            return short and self.lines.stands_alone(index)
        # "1 引言" without any evidence of type; "1. ..." is a list item as often as not.
        return short and not number.stop and self.lines.begins_text(index) and count_han(title) > 1

    def _is_unnumbered(self, index: int) -> bool:
        item = self.placed[index]
        text = item.text.strip()
        if is_plain(text):
            return item.is_short or self.type.points(item) > 0
        evidence = self.type.points(item)
        if evidence < 2 or not fits_heading(text) or item.has_marker:
            return False
        letters = count_han(text) >= 2 or len(re.findall(r"[A-Za-z]", text)) >= 4
        if not letters or re.match(r"^[\d\W]+$", text) or not self.type.is_rare(item.line):
            return False
        end = self.lines.end(index)
        if end - index >= MOST_LINES:
            return False
        if end + 1 >= len(self.placed):
            return False
        after = self.placed[end + 1]
        differs = (
            self.type.points(after) < evidence
            or bool(heading_number(after.text))
            or is_smaller(after.line, item.line)  # a smaller heading below it
            or self.lines.is_over_float(end)
        )
        if differs and (item.is_short or end > index or after.is_indented):
            return True
        # Over tables that fill its page it has no text to be told from.
        pages = {placed.line.page for placed in (*self.placed[max(index - 1, 0) : index], after)}
        return item.line.page not in pages

    def _run_in(self, index: int, number: Number) -> Heading | None:
        """Return a heading whose text runs on in the same line, told by gap, font or colon."""
        item = self.placed[index]
        title = item.text.strip()[number.end :]
        if number.form not in ("1", "1.1", "一", "（一）") or MEASURE.match(title):
            return None
        if not self.outline.follows(number) or not self.outline.has_parent(number):
            return None
        stopped = number.form == "1" and number.stop and self.type.points(item) <= 0
        cut = None if stopped else run_in_end(item.line, self.type.font)
        if cut is None and number.form in ("1", "1.1"):
            usual = not self.outline.has_open("一")
            cut = named_run_in_end(item.line, item.text.strip(), number.end, usual=usual)
        if cut is None:
            return None
        return self._parted(index, self.outline.enter(number.scheme, number), cut)

    def _parted(self, index: int, level: int, cut: int) -> Heading:
        """Return the heading that ends at character ``cut`` of line ``index``."""
        line = self.placed[index].line
        head = make_line(line.chars[:cut], line.page, line.column)
        rest = make_line(line.chars[cut:], line.page, line.column)
        return Heading(index, index, level, head, rest)

    def _plain_run_in(self, index: int) -> Heading | None:
        """Return a usual name in brackets or bold before a colon, whose text runs on."""
        item = self.placed[index]
        cut = plain_run_in_end(item.line, item.text, self.type.font)
        if cut is None:
            return None
        level = self.outline.enter("plain")
        name = plain_name("".join(char.text for char in item.line.chars[:cut]))
        self.outline.opening = OPENING.match(name) is not None
        return self._parted(index, level, cut)

    def _found(self, index: int, number: Number | None, scheme: str) -> Heading:
        end = self.lines.end(index) if self.type.points(self.placed[index]) > 0 else index
        level = self.outline.enter(scheme, number)
        if not number:
            text = plain_name(self.placed[index].text)
            if scheme == "plain":
                self.outline.plain_size = self.placed[index].line.size
                end = index  # its name is complete
            self.outline.opening = bool(OPENING.match(text) or CHILDLESS.match(text))
        return Heading(index, end, level)
