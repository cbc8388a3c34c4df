"""The pages of a document in, its blocks with kinds and section paths and its references out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.block_list import BlockList, without_article
from ingest.contents import contents_lines
from ingest.cover import cover_end
from ingest.figures import Figure
from ingest.flow import Flow, Item, read_flow
from ingest.footnotes import find_footnotes
from ingest.formulas import find_formulas
from ingest.frontmatter import Part, read_front
from ingest.heading_words import REFERENCES
from ingest.join import join_lines, text_of_line
from ingest.labels import Label, label_of, without_label
from ingest.page_text import Line, PageText
from ingest.paragraphs import (
    Placed,
    begins_behind_formula,
    begins_paragraph,
    place,
    usual_step,
)
from ingest.records import Block, BlockKind, Reference
from ingest.reference_list import end_of_list
from ingest.references import entry_starts, parse_references
from ingest.sections import Heading, Headings
from ingest.tables import Table

# Lines behind a reference list among which the label of an abstract or a note stands.
_ENGLISH_PART = 14
# What magazines print behind an article: who its authors are, in brackets.
_ABOUT_AUTHORS = re.compile(
    r"[(（【\[]\s*(?:本文)?作者(?!认为|指出|发现|提出)(?:单位|單位|系|为|是|[\u3400-\u9fff]{2,4}(?:系|为|供职|就职|任职|工作|来自))"
    r".*[)）】\]]\s*$",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Structure:
    """``blocks`` in reading order (running heads and feet last), references, columns per page."""

    blocks: tuple[Block, ...]
    references: tuple[Reference, ...]
    columns: tuple[int, ...]


def read_structure(pages: Sequence[PageText]) -> Structure:
    """Return what the pages say, in blocks."""
    flow = read_flow(pages)
    reader = _Reader(flow)
    reader.read()
    return Structure(tuple(reader.out.blocks), tuple(reader.references), flow.columns)


class _Reader:
    """Goes through the lines of all pages in order and closes a block where a new one begins."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.out = BlockList()
        self.references: list[Reference] = []
        self.notes: list[Line] = []
        # Tables, figures and formulas (lists of lines) by the line behind them.
        self.floats: dict[int, list[Item | list[Line]]] = {}
        self.placed = list(self._placed())
        self.step = usual_step(self.placed)
        self.contents = contents_lines(self.placed)
        self.headings = Headings(self.placed, flow.body, flow.font)
        self.open: list[Placed] = []
        self.at = 0  # the line that is being read

    def _placed(self) -> Iterator[Placed]:
        """Yield the lines of the running text; keep notes and floats apart."""
        count = 0
        for page, items in zip(self.flow.pages, self.flow.items, strict=True):
            lines = [item for item in items if isinstance(item, Line)]
            notes = find_footnotes(page, lines, self.flow.body)
            formulas = find_formulas([line for line in lines if id(line) not in notes])
            shown = {id(line): formula for formula in formulas for line in formula}
            kept: list[Line] = []
            texts: list[str] = []
            for item in items:
                if not isinstance(item, Line):
                    self.floats.setdefault(count + len(kept), []).append(item)
                elif formula := shown.get(id(item)):
                    if item is formula[0]:
                        self.floats.setdefault(count + len(kept), []).append(formula)
                elif id(item) in notes:
                    self.notes.append(item)
                elif text := text_of_line(item):
                    kept.append(item)
                    texts.append(text)
            yield from place(kept, texts)
            count += len(kept)

    def read(self) -> None:
        cover = cover_end(self.placed)
        self.out.add(BlockKind.METADATA, [item.line for item in self.placed[:cover]], rows=True)
        parts, count = read_front(self.placed[cover:], self.flow.body)
        index = cover + count
        self._front(parts)
        self._emit_floats(range(index))
        while index < len(self.placed):
            index = self._line(index)
        self._close()
        self._emit_floats(range(len(self.placed) + 1))
        self._aside()
        without_article(self.out.blocks)

    def _front(self, parts: Iterable[Part]) -> None:
        for part in parts:
            if part.label in (Label.ABSTRACT, Label.ABSTRACT_EN):
                self._abstract(part)
            else:
                self.out.add(part.kind, [item.line for item in part.placed])
        self.out.section = ()

    def _abstract(self, part: Part) -> None:
        self.out.section = ("摘要",) if part.label is Label.ABSTRACT else ("Abstract",)
        lines = list(part.placed)
        if not without_label(lines[0].text).strip() and len(lines) > 1:
            self.out.add(BlockKind.HEADING, [lines[0].line], level=1)
            del lines[0]
        for item in lines:
            self._prose(item)
        self._close()

    def _line(self, index: int) -> int:
        """Take line ``index`` and return the index of the next one."""
        self.at = index
        item = self.placed[index]
        if index in self.contents:
            return self._contents(index)
        if REFERENCES.match(item.text) and (index or len(self.placed) == 1):
            return self._reference_list(index)
        label = label_of(item.spaced)
        if label in (Label.ABSTRACT, Label.ABSTRACT_EN) or (
            label in (Label.KEYWORDS, Label.KEYWORDS_EN, Label.METADATA) and self._is_apart(index)
        ):
            return self._later_front(index)
        return self._text(index)

    def _contents(self, index: int) -> int:
        """Keep a table of contents as metadata and return the index of the line behind it."""
        self._close()
        page = self.placed[index].line.page
        end = index
        while end in self.contents and self.placed[end].line.page == page:
            end += 1
        lines = [item.line for item in self.placed[index:end]]
        self.out.add(BlockKind.METADATA, lines, rows=True)
        return end

    def _text(self, index: int) -> int:
        """Take a heading or a line of text and return the index of the next line."""
        heading = self.headings.at(index)
        if heading:
            self._heading(heading)
            return heading.last + 1
        self._prose(self.placed[index])
        return index + 1

    def _is_apart(self, index: int) -> bool:
        before = self.placed[index - 1] if index else None
        return before is None or before.has_ended or before.is_short

    def _later_front(self, index: int) -> int:
        """Read an abstract, keywords or notes that stand behind the beginning."""
        self.at = index
        parts, count = read_front(self.placed[index:], self.flow.body, titled=True)
        if not parts:
            return self._text(index)
        self._close()
        section = self.out.section
        self._front(parts)
        self.out.section = section
        return index + max(count, 1)

    def _heading(self, heading: Heading) -> None:
        self._close()
        lines = [item.line for item in self.placed[heading.first : heading.last + 1]]
        if heading.head:
            lines = [heading.head]
        text = re.sub(r"\s+", " ", join_lines(lines).text.strip())
        self.out.section = (*self.out.section[: heading.level - 1], text)
        self.out.add(BlockKind.HEADING, lines, level=heading.level)
        if heading.rest:
            item = self.placed[heading.first]
            rest = text_of_line(heading.rest)
            self.open = [replace(item, line=heading.rest, text=rest)]

    def _prose(self, item: Placed) -> None:
        if self.open and self._begins(item):
            self._close()
        if not self.open:
            self._emit_floats(range(self.at + 1))
        self.open.append(item)

    def _begins(self, item: Placed) -> bool:
        if any(isinstance(shown, list) for shown in self.floats.get(self.at, ())):
            return begins_behind_formula(self.open[-1], item)
        return begins_paragraph(self.open[-1], item, self.step)

    def _close(self) -> None:
        if self.open:
            lines = [item.line for item in self.open]
            note = _ABOUT_AUTHORS.match("".join(item.text for item in self.open))
            self.open = []
            self.out.add(BlockKind.METADATA if note else BlockKind.PARAGRAPH, lines)
        self._emit_floats(range(self.at + 1))

    def _emit_floats(self, before: range) -> None:
        for place_ in [place_ for place_ in self.floats if place_ in before]:
            for item in self.floats.pop(place_):
                if isinstance(item, Table):
                    self.out.add_table(item)
                elif isinstance(item, Figure):
                    self.out.add_figure(item)
                elif isinstance(item, list):
                    self.out.add(BlockKind.FORMULA, item, rows=True)

    def _reference_list(self, index: int) -> int:
        self._close()
        heading = re.sub(r"\s+", "", self.placed[index].text)
        self.out.section = (heading,)
        self.out.add(BlockKind.HEADING, [self.placed[index].line], level=1)
        first = index + 1
        end = end_of_list(self.placed, first, self.flow.body)
        lines = [item.line for item in self.placed[first:end]]
        self.references += parse_references(lines)
        starts = entry_starts(lines)
        entry: list[Line] = []
        for at, line in enumerate(lines):
            if at in starts and entry:
                self.out.add(BlockKind.REFERENCE, entry)
                entry = []
            entry.append(line)
        if entry:
            self.out.add(BlockKind.REFERENCE, entry)
        self.headings.reset()
        self.out.section = ()
        self._emit_floats(range(end))
        if any(label_of(item.spaced) for item in self.placed[end : end + _ENGLISH_PART]):
            return self._later_front(end)
        return end

    def _aside(self) -> None:
        self.out.section = ()
        for page in self.flow.pages:
            notes = [line for line in self.notes if line.page == page.number]
            if notes:
                self.out.add(BlockKind.FOOTNOTE, notes, rows=True)
        for line, kind in self.flow.aside:
            self.out.add(kind, [line])
