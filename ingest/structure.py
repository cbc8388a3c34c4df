"""The pages of a document in, its blocks with kinds and section paths and its references out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.captions import TABLE_CAPTION
from ingest.clean import count_han, detect_language
from ingest.contents import contents_lines, is_contents
from ingest.cover import cover_end
from ingest.figures import Figure
from ingest.flow import Flow, Item, read_flow
from ingest.footnotes import find_footnotes
from ingest.formulas import find_formulas
from ingest.frontmatter import Part, read_front
from ingest.heading_words import REFERENCES, is_back_matter
from ingest.join import Joined, join_lines
from ingest.labels import Label, label_of, without_label
from ingest.layout import WORD_GAP_EM
from ingest.names import english_names, is_affiliation
from ingest.paragraphs import (
    Placed,
    begins_behind_formula,
    begins_paragraph,
    place,
    usual_step,
)
from ingest.pieces import Piece, glue
from ingest.records import Block, BlockKind, Line, PageText, Reference, Span
from ingest.references import entry_starts, parse_references
from ingest.sections import Heading, Headings
from ingest.tables import Table

# A title of the next article on the page is larger than the text by this factor.
_NEXT_TITLE = 1.35
_LEAST_METADATA = 20
# Lines behind a reference list among which the label of an abstract or a note stands.
_ENGLISH_PART = 14
# Text without words (numbers, signs) counts as the language of the journals.
_CHINESE = ("zh", "und", "ja")
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
    return Structure(tuple(reader.blocks), tuple(reader.references), flow.columns)


class _Reader:
    """Goes through the lines of all pages in order and closes a block where a new one begins."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.blocks: list[Block] = []
        self.references: list[Reference] = []
        self.notes: list[Line] = []
        # Tables, figures and formulas (lists of lines) by the line behind them.
        self.floats: dict[int, list[Item | list[Line]]] = {}
        self.placed = list(self._placed())
        self.step = usual_step(self.placed)
        self.contents = contents_lines(self.placed)
        self.headings = Headings(self.placed, flow.body, flow.font)
        self.section: tuple[str, ...] = ()
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
            for item in items:
                if not isinstance(item, Line):
                    self.floats.setdefault(count + len(kept), []).append(item)
                elif formula := shown.get(id(item)):
                    if item is formula[0]:
                        self.floats.setdefault(count + len(kept), []).append(formula)
                elif id(item) in notes:
                    self.notes.append(item)
                elif join_lines([item]).text.strip():
                    kept.append(item)
            yield from place(kept, [join_lines([line]).text.strip() for line in kept])
            count += len(kept)

    def read(self) -> None:
        cover = cover_end(self.placed)
        self._add(BlockKind.METADATA, [item.line for item in self.placed[:cover]], rows=True)
        parts, count = read_front(self.placed[cover:], self.flow.body)
        index = cover + count
        self._front(parts)
        self._emit_floats(range(index))
        while index < len(self.placed):
            index = self._line(index)
        self._close()
        self._emit_floats(range(len(self.placed) + 1))
        self._aside()
        self._without_article()

    def _front(self, parts: Iterable[Part]) -> None:
        for part in parts:
            if part.label in (Label.ABSTRACT, Label.ABSTRACT_EN):
                self._abstract(part)
            else:
                self._add(part.kind, [item.line for item in part.placed])
        self.section = ()

    def _abstract(self, part: Part) -> None:
        self.section = ("摘要",) if part.label is Label.ABSTRACT else ("Abstract",)
        lines = list(part.placed)
        if not without_label(lines[0].text).strip() and len(lines) > 1:
            self._add(BlockKind.HEADING, [lines[0].line], level=1)
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
        self._add(BlockKind.METADATA, lines, rows=True)
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
        parts, count = read_front(self.placed[index:], self.flow.body)
        if not parts:
            return self._text(index)
        self._close()
        section = self.section
        self._front(parts)
        self.section = section
        return index + max(count, 1)

    def _heading(self, heading: Heading) -> None:
        self._close()
        lines = [item.line for item in self.placed[heading.first : heading.last + 1]]
        if heading.head:
            lines = [heading.head]
        text = re.sub(r"\s+", " ", join_lines(lines).text.strip())
        self.section = (*self.section[: heading.level - 1], text)
        self._add(BlockKind.HEADING, lines, level=heading.level)
        if heading.rest:
            item = self.placed[heading.first]
            rest = join_lines([heading.rest]).text.strip()
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
            self._add(BlockKind.METADATA if note else BlockKind.PARAGRAPH, lines)
        self._emit_floats(range(self.at + 1))

    def _emit_floats(self, before: range) -> None:
        for place_ in [place_ for place_ in self.floats if place_ in before]:
            for item in self.floats.pop(place_):
                if isinstance(item, Table):
                    self._table(item)
                elif isinstance(item, Figure):
                    self._figure(item)
                elif isinstance(item, list):
                    self._add(BlockKind.FORMULA, item, rows=True)

    def _reference_list(self, index: int) -> int:
        self._close()
        heading = re.sub(r"\s+", "", self.placed[index].text)
        self.section = (heading,)
        self._add(BlockKind.HEADING, [self.placed[index].line], level=1)
        first = index + 1
        end = self._end_of_list(first)
        lines = [item.line for item in self.placed[first:end]]
        self.references += parse_references(lines)
        starts = entry_starts(lines)
        entry: list[Line] = []
        for at, line in enumerate(lines):
            if at in starts and entry:
                self._add(BlockKind.REFERENCE, entry)
                entry = []
            entry.append(line)
        if entry:
            self._add(BlockKind.REFERENCE, entry)
        self.headings.reset()
        self.section = ()
        self._emit_floats(range(end))
        if any(label_of(item.spaced) for item in self.placed[end : end + _ENGLISH_PART]):
            return self._later_front(end)
        return end

    def _end_of_list(self, first: int) -> int:
        """Return where a reference list ends: at an abstract, back matter or the next title."""
        for index in range(first, len(self.placed)):
            item = self.placed[index]
            label = label_of(item.spaced)
            if label in (Label.ABSTRACT_EN, Label.ABSTRACT, Label.KEYWORDS_EN):
                return self._start_of_english(first, index)
            noted = label is Label.METADATA and not item.text.lower().startswith("doi")
            if noted or is_back_matter(item.text):
                return index
            title = item.line.size > _NEXT_TITLE * self.flow.body and count_han(item.text) >= 4
            if title and index > first:
                return index
        return len(self.placed)

    def _start_of_english(self, first: int, label: int) -> int:
        """Return the line of the English title before the abstract at ``label``."""
        start = label
        for index in range(label - 1, max(first, label - 12), -1):
            item = self.placed[index]
            other = item.line.column != self.placed[first].line.column
            bold = "bold" in item.line.font.lower() or item.line.size > 1.04 * self.flow.body
            names = bool(english_names(item.text)) or is_affiliation(item.text)
            if count_han(item.text) > 4 or not (other or bold or names):
                break
            start = index
        return start

    def _table(self, table: Table) -> None:
        pieces = [_piece(join_lines([line])) for line in table.caption]
        for row in table.rows:
            cells = [_piece(join_lines(cell)) for cell in row]
            pieces.append(glue(cells, "\t"))
        pieces += [_piece(join_lines(table.notes))] if table.notes else []
        piece = glue([piece for piece in pieces if piece.spans])
        if piece.text:
            self._piece(BlockKind.TABLE, piece)

    def _figure(self, figure: Figure) -> None:
        inside = join_lines(figure.inside, rows=True) if figure.inside else None
        if figure.caption:
            box = figure.box
            anchor = Span(0, 0, box, (box.x0,))
            shown = _piece(inside) if inside else Piece("", (), ())
            self._piece(BlockKind.FIGURE, replace(shown, spans=(anchor, *shown.spans)))
            self._add(BlockKind.CAPTION, figure.caption, rows=len(figure.caption) > 1)
        elif inside:
            self._piece(BlockKind.FIGURE, _piece(inside))

    def _aside(self) -> None:
        self.section = ()
        for page in self.flow.pages:
            notes = [line for line in self.notes if line.page == page.number]
            if notes:
                self._add(BlockKind.FOOTNOTE, notes, rows=True)
        for line, kind in self.flow.aside:
            self._add(kind, [line])

    def _add(
        self, kind: BlockKind, lines: Sequence[Line], *, level: int = 0, rows: bool = False
    ) -> None:
        if kind is BlockKind.PARAGRAPH and len(lines) == 1 and TABLE_CAPTION.match(lines[0].text):
            kind = BlockKind.CAPTION if len(lines[0].text) < 60 else kind
        if kind is BlockKind.AUTHORS:
            joined = join_lines(lines, rows=True, cell_gap=WORD_GAP_EM)
        else:
            joined = join_lines(lines, rows=rows)
        self._piece(kind, _piece(joined), level)

    def _piece(self, kind: BlockKind, piece: Piece, level: int = 0) -> None:
        if not piece.spans:
            return
        language = "zh" if detect_language(piece.text) in _CHINESE else "en"
        marks = () if kind is BlockKind.FIGURE else piece.marks
        self.blocks.append(
            Block(kind, piece.text, self.section, piece.spans, marks, language, level)
        )

    def _without_article(self) -> None:
        """A document without an abstract or text behind its front matter is all text.

        Its contents are text only where it has nothing else.
        """
        notes = [
            at
            for at, block in enumerate(self.blocks)
            if block.kind is BlockKind.METADATA and len(block.text) > _LEAST_METADATA
        ]
        contents = [at for at in notes if is_contents(self.blocks[at].text)]
        for places, least in ((set(notes) - set(contents), 0), (set(contents), _LEAST_METADATA)):
            prose = sum(len(b.text) for b in self.blocks if b.kind is BlockKind.PARAGRAPH)
            if prose < (least or sum(len(self.blocks[at].text) for at in places)):
                for at in places:
                    self.blocks[at] = replace(self.blocks[at], kind=BlockKind.PARAGRAPH)


def _piece(joined: Joined) -> Piece:
    return Piece(joined.text, joined.spans, joined.marks)
