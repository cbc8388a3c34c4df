"""Lines in reading order in, headings and the path of sections out.

A heading is told by its number and by its type: another font than the text, a larger size,
bold. Neither alone is enough: table rows and list items have numbers, captions have fonts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.captions import CAPTION
from ingest.clean import count_han
from ingest.heading_words import (
    CHILDLESS,
    MEASURE,
    OPENING,
    QUOTED_END,
    is_plain,
    plain_name,
    plain_run_in,
)
from ingest.labels import label_of
from ingest.layout import make_line
from ingest.numbering import Number, follows, heading_number
from ingest.paragraphs import Placed
from ingest.records import Line
from ingest.run_in import run_in_end
from ingest.scan_lines import FONT as SCAN_FONT

_LONGEST = 46
_LONGEST_EN = 90
_LARGER = 1.07
_LARGER_OCR = 1.25
_SMALLER = 0.93
_STEP_EM = 2.0
_MOST_LINES = 3
# A type that so much of the text is set in is no heading's.
_COMMON = 0.12
_LITTLE_TEXT = 1000

_STOPS = "。；，,;！!、：:"
_BOLD = re.compile(
    r"bold|heavy|black|semibold|sans|gothic|[-,]bd|hei|黑|HT[A-Z]*[-J]|XBS|DBS|DHT|ZHT|CHT", re.I
)


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
    """Decides line by line; keeps the numbers and types of the headings seen so far."""

    def __init__(self, placed: Sequence[Placed], body: float, font: str) -> None:
        self.placed = placed
        self.body = body
        self.font = font
        self.styles = _common_styles(placed)
        self.last: dict[str, tuple[int, ...]] = {}
        self.stack: list[str] = []
        self.before = -1  # the last line of the last heading
        self.opening = False  # the last unnumbered heading was an introduction
        self.plain_size = 0.0  # of the last plain name (结果)

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
        self.last.clear()

    def _may_begin(self, index: int, number: Number | None) -> bool:
        """Tell whether the text before line ``index`` is over."""
        item = self.placed[index]
        if not index:
            return True
        before = self.placed[index - 1]
        moved = (before.line.page, before.line.column) != (item.line.page, item.line.column)
        if self._evidence(item) > 0 and (before.is_short or before.has_ended or moved):
            return True
        if number and item.line.font and item.line.size > _LARGER * self.body:
            return True  # no paragraph grows larger in its middle
        return before.has_ended or before.is_short or index - 1 == self.before

    def _evidence(self, item: Placed) -> int:
        """Return how much the type of a line differs from the text: size 2, bold or font 1-2."""
        line = item.line
        if line.size < _SMALLER * self.body:
            return -2
        # Without a font (OCR) the size is measured on ink and varies from line to line.
        points = 2 if line.size > (_LARGER if line.font else _LARGER_OCR) * self.body else 0
        differs = bool(line.font) and line.font != self.font
        bold = differs and bool(_BOLD.search(line.font)) and not _BOLD.search(self.font)
        if bold:
            points += 2
        elif differs and count_han(item.text) > 1 and self._is_rare(line):
            points += 1
        return points

    def _is_rare(self, line: Line) -> bool:
        return self.styles.get((line.font, round(line.size)), 0.0) < _COMMON

    def _fits(self, item: Placed) -> bool:
        text = item.text.strip()
        longest = _LONGEST if count_han(text) else _LONGEST_EN
        return len(text) <= longest and text.rstrip("”’」』\"'")[-1:] not in _STOPS

    def _is_numbered(self, index: int, number: Number) -> bool:
        item = self.placed[index]
        text = item.text.strip()
        title = text[number.end :]
        if not title or MEASURE.match(title) or not follows(number, self.last.get(number.scheme)):
            return False
        evidence = self._evidence(item)
        if number.form in ("chapter", "part"):
            return self._fits(item) and (evidence > 0 or item.is_short)
        if number.form == "1.1":
            strong = evidence > 0 or self._has_parent(number)
            return strong and (self._fits(item) or evidence > 1) and self._stands_alone(index)
        if evidence < 0:
            return False
        if evidence > 0:
            return self._fits(item) and self._stands_alone(index)
        if number.form in ("(1)", "I") or not self._fits(item):
            return False
        short = item.is_short and len(title) <= 24 and not QUOTED_END.search(title)
        if number.form in ("一", "（一）"):
            return short and self._stands_alone(index)
        # "1 引言" without any evidence of type; "1. ..." is a list item as often as not.
        return short and not number.stop and self._begins_text(index) and count_han(title) > 1

    def _has_parent(self, number: Number) -> bool:
        """Tell whether the section that 2.1 names as its own has been seen (always for 2)."""
        if number.form != "1.1":
            return True
        depth = len(number.parts) - 1
        parent = self.last.get(f"1.1:{depth}" if depth > 1 else "1:1")
        return parent == number.parts[:-1]

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
        return not same or self._evidence(item) > 0

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
            return item.is_short or self._evidence(item) > 0
        evidence = self._evidence(item)
        if evidence < 2 or not self._fits(item) or item.has_marker:
            return False
        letters = count_han(text) >= 2 or len(re.findall(r"[A-Za-z]", text)) >= 4
        if not letters or re.match(r"^[\d\W]+$", text) or not self._is_rare(item.line):
            return False
        end = self._end(index)
        if end - index >= _MOST_LINES:
            return False
        if end + 1 >= len(self.placed):
            return False
        after = self.placed[end + 1]
        differs = (
            self._evidence(after) < evidence
            or bool(heading_number(after.text))
            or after.line.size * _LARGER < item.line.size  # a smaller heading below it
        )
        return differs and (item.is_short or end > index or after.is_indented)

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
                or self._evidence(item) < 1
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
        """Return a heading whose text runs on in the same line, told by a gap or a font."""
        if number.form not in ("1", "1.1", "一", "（一）") or not follows(
            number, self.last.get(number.scheme)
        ):
            return None
        item = self.placed[index]
        if number.form == "1" and number.stop and self._evidence(item) <= 0:
            return None
        if MEASURE.match(item.text.strip()[number.end :]) or not self._has_parent(number):
            return None
        cut = run_in_end(item.line, self.font)
        if cut is None:
            return None
        level = self._level(number.scheme)
        self.last[number.scheme] = number.parts
        self._forget_below()
        return self._parted(index, level, cut)

    def _parted(self, index: int, level: int, cut: int) -> Heading:
        """Return the heading that ends at character ``cut`` of line ``index``."""
        line = self.placed[index].line
        head = make_line(line.chars[:cut], line.page, line.column)
        rest = make_line(line.chars[cut:], line.page, line.column)
        return Heading(index, index, level, head, rest)

    def _plain_run_in(self, index: int) -> Heading | None:
        """Return a usual name in brackets or bold before a colon, whose text runs on."""
        item = self.placed[index]
        count = plain_run_in(item.text)
        if not count:
            return None
        ink = [place for place, char in enumerate(item.line.chars) if not char.text.isspace()]
        letters = len(re.sub(r"\s", "", item.text[:count]))
        if letters >= len(ink):
            return None
        first, cut = item.line.chars[ink[0]], ink[letters]
        bold = first.font != self.font and _BOLD.search(first.font) is not None
        if not bold and not re.match(r"\s*[【\[［〔]", item.text):
            return None
        level = self._level("plain")
        self.opening = OPENING.match(plain_name(item.text[:count])) is not None
        self._forget_below()
        return self._parted(index, level, cut)

    def _found(self, index: int, number: Number | None, scheme: str) -> Heading:
        end = self._end(index) if self._evidence(self.placed[index]) > 0 else index
        level = self._level(scheme)
        if number:
            self.last[number.scheme] = number.parts
            self._forget_below()
        else:
            text = plain_name(self.placed[index].text)
            if scheme == "plain":
                self.plain_size = self.placed[index].line.size
                end = index  # its name is complete
            self.opening = OPENING.match(text) is not None or CHILDLESS.match(text) is not None
            self._forget_below()
        return Heading(index, end, level)

    def _forget_below(self) -> None:
        """A new section begins its own counts of the forms inside it."""
        self.last = {key: last for key, last in self.last.items() if key in self.stack}

    def _level(self, scheme: str) -> int:
        """Return the level of a scheme: where it stands below the schemes seen before it."""
        if scheme in self.stack:
            del self.stack[self.stack.index(scheme) + 1 :]
        elif scheme == "plain" or scheme.startswith("style:"):
            self._push_unnumbered(scheme)
        else:
            depth = _DEPTHS.get(scheme.split(":")[0], 1)
            if scheme.startswith("1.1"):
                depth += int(scheme.split(":")[1]) - 1
            while self.stack and (_depth(self.stack[-1]) >= depth or self.opening):
                self.stack.pop()
                self.opening = False
            self.stack.append(scheme)
        return len(self.stack)

    def _push_unnumbered(self, scheme: str) -> None:
        """Larger type stands above smaller; a plain name (结果) stands at the top."""
        size = float(scheme.split(":")[1]) if scheme.startswith("style:") else 99.0
        while self.stack:
            top = self.stack[-1]
            if top.startswith("style:") and float(top.split(":")[1]) > size + 0.2:
                break
            below = size < self.plain_size - 0.2 or not self.opening
            if top == "plain" and scheme != "plain" and below:
                break  # a heading in the type of 前言 is its peer, not a part of it
            self.stack.pop()
        self.stack.append(scheme)


_DEPTHS = {"chapter": 1, "part": 2, "一": 3, "（一）": 4, "1": 5, "I": 5, "1.1": 5, "(1)": 9}


def _depth(scheme: str) -> int:
    form, _, depth = scheme.partition(":")
    if form in ("plain", "style"):
        return 0
    return _DEPTHS.get(form, 1) + (int(depth) - 1 if form == "1.1" else 0)


def _common_styles(placed: Sequence[Placed]) -> dict[tuple[str, int], float]:
    """Return the share of all characters that is set in each font and size."""
    counts: Counter[tuple[str, int]] = Counter()
    for item in placed:
        counts[item.line.font, round(item.line.size)] += len(item.text)
    total = max(counts.total(), _LITTLE_TEXT)
    return {style: count / total for style, count in counts.items()}
