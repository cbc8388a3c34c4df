"""The first lines of a paper in, what each of them is out: title, names, abstract, keywords ...

The labels (``ingest.front_labels``) are the anchors. What stands before, between and behind
them is told apart by its size, its script and its form.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.clean import count_han, search_text
from ingest.front_labels import front_labels
from ingest.labels import Label, without_label
from ingest.names import english_names, groups_of, is_affiliation, is_masthead, names_of
from ingest.numbering import heading_number
from ingest.paragraphs import Placed
from ingest.records import BlockKind
from ingest.title import STEP_EM, find_title, is_close

_SAME_SIZE = 0.06
_LATIN_LOOKAHEAD = 14
_LOOKAHEAD = 5


@dataclass(slots=True)
class Part:
    """Lines of the front matter that are one block."""

    kind: BlockKind
    placed: list[Placed] = field(default_factory=list)
    label: Label | None = None


def read_front(
    placed: Sequence[Placed], body: float, *, titled: bool = False
) -> tuple[list[Part], int]:
    """Return the parts of the front matter and the index of the first line behind it.

    ``placed`` are the lines of the document in reading order, furniture, notes, tables and
    figures left out; ``body`` is the em size of the text. ``titled`` tells that the Chinese
    title stands before them: these are lines behind the text, in English as a rule.
    """
    labels = front_labels(placed)
    reader = _Front(placed, labels, body, titled=titled)
    return reader.read()


class _Front:
    """Goes through the lines once; ``state`` is the label whose text is being read."""

    def __init__(
        self, placed: Sequence[Placed], labels: dict[int, Label], body: float, *, titled: bool
    ) -> None:
        self.placed = placed
        self.labels = labels
        self.body = body
        self.parts: list[Part] = []
        self.titled = titled
        self.title = find_title(placed, labels, body)
        self.anchored = any(label is not Label.METADATA for label in labels.values())
        self.has_title_en = False
        self.first_page = placed[0].line.page if placed else 1

    def read(self) -> tuple[list[Part], int]:
        index = 0
        state: Label | None = None
        while index < len(self.placed):
            label = self.labels.get(index)
            if label:
                state = label
                self._open(label, index)
            elif state and self._goes_on(index):
                self.parts[-1].placed.append(self.placed[index])
            elif self._is_front(index, state):
                state = None
                self._between(index)
            else:
                break
            index += 1
        return self.parts, index

    def _open(self, label: Label, index: int) -> None:
        kinds = {
            Label.ABSTRACT: BlockKind.PARAGRAPH,
            Label.ABSTRACT_EN: BlockKind.PARAGRAPH,
            Label.KEYWORDS: BlockKind.KEYWORDS,
            Label.KEYWORDS_EN: BlockKind.KEYWORDS,
            Label.METADATA: BlockKind.METADATA,
        }
        self.parts.append(Part(kinds[label], [self.placed[index]], label))

    def _goes_on(self, index: int) -> bool:
        """Tell whether a line goes on with the text of the label before it."""
        part = self.parts[-1]
        before, line = self.placed[index - 1], self.placed[index]
        first = part.placed[1] if len(part.placed) > 1 else part.placed[0]
        number = heading_number(line.text)
        if number and number.form in ("1", "1.1", "一", "chapter") and before.has_ended:
            if not without_label(part.placed[0].text).strip() and len(part.placed) == 1:
                return True
            return part.label in (Label.ABSTRACT, Label.ABSTRACT_EN) and not line.is_short
        if part.label is Label.METADATA or part.label in (Label.KEYWORDS, Label.KEYWORDS_EN):
            full = not before.is_short or before.text.rstrip()[-1:] in ";；,，、/:：-"
            return full and self._same_block(before, line)
        alone = len(part.placed) == 1 and not without_label(part.placed[0].text).strip()
        if alone:
            return True
        if not self._same_block(before, line):
            moved = (before.line.page, before.line.column) != (line.line.page, line.line.column)
            near = is_close(before, line, 1.7 * STEP_EM)
            same_style = _same_size(first, line) and _same_font(first, line)
            upcoming = self._label_within(index, 40, (Label.KEYWORDS, Label.KEYWORDS_EN))
            return same_style and (moved or near) and upcoming
        english = part.label is Label.ABSTRACT_EN and count_han(line.text) > 0.4 * len(line.text)
        other_font = not _same_font(first, line)
        return not english and not (other_font and before.has_ended and before.is_short)

    def _same_block(self, before: Placed, line: Placed) -> bool:
        same = before.line.column == line.line.column or is_close(before, line, STEP_EM)
        return same and is_close(before, line, STEP_EM) and _same_size(before, line)

    def _label_within(self, index: int, count: int, wanted: Sequence[Label]) -> bool:
        return any(
            self.labels.get(other) in wanted
            for other in range(index, min(index + count, len(self.placed)))
        )

    def _is_front(self, index: int, state: Label | None) -> bool:
        """Tell whether a line without a label still belongs to the front matter."""
        item = self.placed[index]
        seen = any(part.label and part.label is not Label.METADATA for part in self.parts)
        every = tuple(Label)
        if not seen and self.anchored:
            return True
        latin = count_han(item.text) < 2
        if latin and self._label_within(index, _LATIN_LOOKAHEAD, (Label.ABSTRACT_EN,)):
            return True
        if seen:
            number = heading_number(item.text)
            plain = item.line.size > 0.97 * self.body and count_han(item.text) > 1
            upcoming = self._label_within(index, _LOOKAHEAD, every)
            return upcoming and not number and not (plain and not item.is_short)
        if index in self.title or not self.title:
            return index in self.title or (
                is_masthead(item.text) and item.line.page == self.first_page
            )
        # Without an abstract, names and affiliations behind the title are front matter.
        behind = index > max(self.title)
        names = bool(names_of(item.spaced))
        english = count_han(item.text) < 2 and self._is_english_title(index, item)
        told = item.is_short or names or english
        short = told and len(item.text) < (90 if english else 60) and not item.has_ended
        alone = names or is_affiliation(item.text)
        if not behind:
            return item.line.page == self.first_page and len(item.text) < 80
        near = index - max(self.title) <= _LOOKAHEAD
        return near and item.line.page == self.first_page and short and (alone or english)

    def _between(self, index: int) -> None:
        """Add a line that no label announces."""
        item = self.placed[index]
        kind = self._kind_between(index, item)
        last = self.parts[-1] if self.parts else None
        together = last and last.kind is kind and not last.label and self._joins(last, item)
        if last and together:
            last.placed.append(item)
        else:
            self.parts.append(Part(kind, [item]))

    def _joins(self, part: Part, item: Placed) -> bool:
        before = part.placed[-1]
        chinese = bool(count_han(before.text)) == bool(count_han(item.text))
        return chinese and _same_size(before, item) and is_close(before, item, 1.2 * STEP_EM)

    def _kind_between(self, index: int, item: Placed) -> BlockKind:
        if index in self.title:
            return BlockKind.TITLE
        text = search_text(item.text)
        if is_masthead(text):
            return BlockKind.METADATA
        last = self.parts[-1] if self.parts else None
        if count_han(text) >= 2:
            after_title = bool(self.title) and index > max(self.title)
            names = names_of(item.spaced) or self._is_group(item)
            return BlockKind.AUTHORS if after_title and names else BlockKind.METADATA
        names = self._english_names(index)
        written = len(names) > 1 or (is_affiliation(text) and "," in text)
        titled = last and last.kind is BlockKind.TITLE and self.has_title_en and not written
        if last and titled and self._joins(last, item):
            return BlockKind.TITLE
        if is_affiliation(text) or not re.search(r"[A-Za-z]{3}", text):
            return BlockKind.METADATA
        if not self.has_title_en and self._is_english_title(index, item):
            self.has_title_en = True
            return BlockKind.TITLE
        if self.has_title_en and names:
            return BlockKind.AUTHORS
        return BlockKind.METADATA

    def _is_group(self, item: Placed) -> bool:
        """Tell whether a society or group wrote the paper: named where authors would be."""
        people = any(
            names_of(other.spaced)
            for part in self.parts
            if part.kind is BlockKind.AUTHORS
            for other in part.placed
        )
        return not people and bool(groups_of(item.spaced))

    def _english_names(self, index: int) -> tuple[str, ...]:
        """Return the names in Latin script of a line, with the line that it runs on to or from."""
        item = self.placed[index]
        for other in self.placed[max(0, index - 1) : index + 2]:
            pair = sorted((other, item), key=lambda placed: placed.line.baseline)
            same = other.line.column == item.line.column and _same_size(other, item)
            if other is item or (same and is_close(pair[0], pair[1], STEP_EM)):
                texts = [item.text] if other is item else [placed.text for placed in pair]
                wrapped = other is item or texts[0].count(",") > 0
                if wrapped and (names := english_names(" ".join(texts))):
                    return names
        return ()

    def _is_english_title(self, index: int, item: Placed) -> bool:
        words = re.findall(r"[A-Za-z]+", item.text)
        if len(words) < 3 or self._english_names(index) or not (self.title or self.titled):
            return False
        after = index > max(self.title, default=-1)
        styled = item.line.size > 1.04 * self.body or "bold" in item.line.font.lower()
        lead = self._label_within(index, _LATIN_LOOKAHEAD, (Label.ABSTRACT_EN, Label.ABSTRACT))
        return after and (styled or lead)


def _same_size(before: Placed, line: Placed) -> bool:
    return abs(before.line.size - line.line.size) <= _SAME_SIZE * before.line.size


def _same_font(before: Placed, line: Placed) -> bool:
    fonts = before.line.font, line.line.font
    chinese = count_han(before.text) > 2 and count_han(line.text) > 2
    return not all(fonts) or fonts[0] == fonts[1] or not chinese
