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
from ingest.heading_type import TypeEvidence, fits_heading, holds_sentence, is_smaller
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
from ingest.scan_lines import FONT as SCAN_FONT

_STEP_EM = 2.0
# So far (em) below a heading the next line of its type is another heading.
_FLOAT_EM = 6.0
_MOST_LINES = 3


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
        self.body = body
        self.type = TypeEvidence(placed, body, font)
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
        if self._is_statement(index):
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
        if not moved and self._goes_on(before, item) and index - 1 != self.before:
            return False
        if self.type.points(item) > 0 and (before.is_short or before.has_ended or moved):
            return True
        if number and self.type.is_larger(item.line):
            return True  # no paragraph grows larger in its middle
        return before.has_ended or before.is_short or index - 1 == self.before

    def _goes_on(self, before: Placed, item: Placed) -> bool:
        """Tell whether ``before``, a full line of special type that is no heading, runs on."""
        same = before.line.font == item.line.font and abs(before.line.size - item.line.size) < 0.3
        return same and self.type.points(item) > 0 and not (before.is_short or item.is_indented)

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
            return strong and (fits_heading(text) or evidence > 1) and self._stands_alone(index)
        if evidence < 0:
            return False
        if evidence > 0:
            return fits_heading(text) and self._stands_alone(index)
        if number.form in ("(1)", "I") or not fits_heading(text):
            return False
        short = item.is_short and len(title) <= 24 and not QUOTED_END.search(title)
        if number.form in ("一", "（一）"):
            return short and self._stands_alone(index)
        # "1 引言" without any evidence of type; "1. ..." is a list item as often as not.
        return short and not number.stop and self._begins_text(index) and count_han(title) > 1

    def _stands_alone(self, index: int) -> bool:
        """Tell whether a line is not the first of a paragraph in the same type."""
        item = self.placed[index]
        if item.is_short or index + 1 == len(self.placed):
            return True
        following = self.placed[index + 1]
        moved = following.line.page != item.line.page or following.line.column != item.line.column
        if moved or following.is_indented or heading_number(following.text):
            return True
        same = (
            abs(following.line.size - item.line.size) < 0.3
            and following.line.font == item.line.font
        )
        return not same or self.type.points(item) > 0

    def _begins_text(self, index: int) -> bool:
        """Tell whether a paragraph or a heading follows, and no list of the same numbers."""
        if index + 1 >= len(self.placed):
            return False
        following = self.placed[index + 1]
        number = heading_number(following.text)
        if number:
            return number.form == "1.1" or not number.stop
        return following.is_indented or not following.is_short or len(following.text) > 10

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
        end = self._end(index)
        if end - index >= _MOST_LINES:
            return False
        if end + 1 >= len(self.placed):
            return False
        after = self.placed[end + 1]
        differs = (
            self.type.points(after) < evidence
            or bool(heading_number(after.text))
            or is_smaller(after.line, item.line)  # a smaller heading below it
            or self._is_over_float(end)
        )
        if differs and (item.is_short or end > index or after.is_indented):
            return True
        # Over tables that fill its page it has no text to be told from.
        pages = {placed.line.page for placed in (*self.placed[max(index - 1, 0) : index], after)}
        return item.line.page not in pages

    def _is_over_float(self, end: int) -> bool:
        """Tell whether a table or figure stands between line ``end`` and the next of its column."""
        above, below = self.placed[end].line, self.placed[end + 1].line
        same = (above.page, above.column) == (below.page, below.column)
        return same and below.baseline - above.baseline > _FLOAT_EM * above.size

    def _is_statement(self, index: int) -> bool:
        """Tell whether the lines set alike from ``index`` on hold a sentence: text in bold."""
        if self.type.points(self.placed[index]) <= 0:
            return False
        lines = self.placed[index : self._end(index) + 2]
        alike = [item for item in lines if item.line.font == lines[0].line.font]
        return holds_sentence("".join(item.text for item in alike))

    def _end(self, index: int) -> int:
        """Return the last line of the heading that begins at ``index``."""
        last = index
        for following in range(index + 1, min(index + _MOST_LINES + 1, len(self.placed))):
            before, item = self.placed[last], self.placed[following]
            same = (
                abs(item.line.size - before.line.size) < 0.03 * self.body + 0.2
                and item.line.font == before.line.font
                and (item.line.page, item.line.column) == (before.line.page, before.line.column)
            )
            near = 0 < item.line.baseline - before.line.baseline < _STEP_EM * item.line.size
            # Sizes of scans do not part a heading from text: it would have filled its line first.
            text = item.line.font == SCAN_FONT and before.is_short and not item.is_short
            if (
                text
                or not same
                or not near
                or heading_number(item.text)
                or self.type.points(item) < 1
            ):
                break
            if item.text.strip()[-1:] in "。；" or (
                before.is_short and self._starts_left(before, item)
            ):
                break
            last = following
        return last

    def _starts_left(self, before: Placed, item: Placed) -> bool:
        """Tell whether two lines begin at one x though the first had room: two headings."""
        return abs(before.line.box.x0 - item.line.box.x0) < 0.5 * item.line.size and (
            before.right - before.line.box.x1 > 0.3 * (before.right - before.left)
        )

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
        end = self._end(index) if self.type.points(self.placed[index]) > 0 else index
        level = self.outline.enter(scheme, number)
        if not number:
            text = plain_name(self.placed[index].text)
            if scheme == "plain":
                self.outline.plain_size = self.placed[index].line.size
                end = index  # its name is complete
            self.outline.opening = bool(OPENING.match(text) or CHILDLESS.match(text))
        return Heading(index, end, level)
