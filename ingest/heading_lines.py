"""Lines in reading order in, how far a heading reaches and what stands around it out."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.heading_type import TypeEvidence, holds_sentence
from ingest.numbering import heading_number
from ingest.paragraphs import Placed
from ingest.scan_lines import FONT as SCAN_FONT

MOST_LINES = 3
"""A heading has no more lines than that."""

_STEP_EM = 2.0
# So far (em) below a heading the next line of its type is another heading.
_FLOAT_EM = 6.0


class HeadingLines:
    """Looks at the lines around one that may be a heading."""

    def __init__(self, placed: Sequence[Placed], body: float, evidence: TypeEvidence) -> None:
        self._placed = placed
        self._body = body
        self._type = evidence

    def end(self, index: int) -> int:
        """Return the last line of the heading that begins at ``index``."""
        last = index
        for following in range(index + 1, min(index + MOST_LINES + 1, len(self._placed))):
            before, item = self._placed[last], self._placed[following]
            same = (
                abs(item.line.size - before.line.size) < 0.03 * self._body + 0.2
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
                or self._type.points(item) < 1
            ):
                break
            if item.text.strip()[-1:] in "。；" or (before.is_short and _starts_left(before, item)):
                break
            last = following
        return last

    def is_statement(self, index: int) -> bool:
        """Tell whether the lines set alike from ``index`` on hold a sentence: text in bold."""
        if self._type.points(self._placed[index]) <= 0:
            return False
        lines = self._placed[index : self.end(index) + 2]
        alike = [item for item in lines if item.line.font == lines[0].line.font]
        return holds_sentence("".join(item.text for item in alike))

    def stands_alone(self, index: int) -> bool:
        """Tell whether a line is not the first of a paragraph in the same type."""
        item = self._placed[index]
        if item.is_short or index + 1 == len(self._placed):
            return True
        following = self._placed[index + 1]
        moved = following.line.page != item.line.page or following.line.column != item.line.column
        if moved or following.is_indented or heading_number(following.text):
            return True
        same = (
            abs(following.line.size - item.line.size) < 0.3
            and following.line.font == item.line.font
        )
        return not same or self._type.points(item) > 0

    def begins_text(self, index: int) -> bool:
        """Tell whether a paragraph or a heading follows, and no list of the same numbers."""
        if index + 1 >= len(self._placed):
            return False
        following = self._placed[index + 1]
        number = heading_number(following.text)
        if number:
            return number.form == "1.1" or not number.stop
        return following.is_indented or not following.is_short or len(following.text) > 10

    def goes_on(self, before: Placed, item: Placed) -> bool:
        """Tell whether ``before``, a full line of special type that is no heading, runs on."""
        same = before.line.font == item.line.font and abs(before.line.size - item.line.size) < 0.3
        return same and self._type.points(item) > 0 and not (before.is_short or item.is_indented)

    def is_over_float(self, end: int) -> bool:
        """Tell whether a table or figure stands between line ``end`` and the next of its column."""
        above, below = self._placed[end].line, self._placed[end + 1].line
        same = (above.page, above.column) == (below.page, below.column)
        return same and below.baseline - above.baseline > _FLOAT_EM * above.size


def _starts_left(before: Placed, item: Placed) -> bool:
    """Tell whether two lines begin at one x though the first had room: two headings."""
    return abs(before.line.box.x0 - item.line.box.x0) < 0.5 * item.line.size and (
        before.right - before.line.box.x1 > 0.3 * (before.right - before.left)
    )
