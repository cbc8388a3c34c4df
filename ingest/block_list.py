"""Lines, tables and figures in, the blocks of a document out, each with its section."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ingest.captions import TABLE_CAPTION
from ingest.contents import is_contents
from ingest.figures import Figure
from ingest.join import Joined, join_lines
from ingest.languages import detect_language
from ingest.layout import WORD_GAP_EM
from ingest.page_text import Line
from ingest.pieces import Piece, glue
from ingest.records import Block, BlockKind, Span
from ingest.tables import Table

_LEAST_METADATA = 20
# Text without words (numbers, signs) counts as the language of the journals.
_CHINESE = ("zh", "und", "ja")


class BlockList:
    """``blocks`` in reading order; a new one stands under the headings of ``section``."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.section: tuple[str, ...] = ()

    def add(
        self, kind: BlockKind, lines: Sequence[Line], *, level: int = 0, rows: bool = False
    ) -> None:
        """Append a block of whole lines; ``rows`` keeps each on a line of its own."""
        if kind is BlockKind.PARAGRAPH and len(lines) == 1 and TABLE_CAPTION.match(lines[0].text):
            kind = BlockKind.CAPTION if len(lines[0].text) < 60 else kind
        if kind is BlockKind.AUTHORS:
            joined = join_lines(lines, rows=True, cell_gap=WORD_GAP_EM)
        else:
            joined = join_lines(lines, rows=rows)
        self._append(kind, _piece(joined), level)

    def _append(self, kind: BlockKind, piece: Piece, level: int = 0) -> None:
        if not piece.spans:
            return
        language = "zh" if detect_language(piece.text) in _CHINESE else "en"
        marks = () if kind is BlockKind.FIGURE else piece.marks
        self.blocks.append(
            Block(kind, piece.text, self.section, piece.spans, marks, language, level)
        )

    def add_table(self, table: Table) -> None:
        """Append a table: its caption, its rows with tabs between cells, its notes."""
        pieces = [_piece(join_lines([line])) for line in table.caption]
        for row in table.rows:
            cells = [_piece(join_lines(cell)) for cell in row]
            pieces.append(glue(cells, "\t"))
        pieces += [_piece(join_lines(table.notes))] if table.notes else []
        piece = glue([piece for piece in pieces if piece.spans])
        if piece.text:
            self._append(BlockKind.TABLE, piece)

    def add_figure(self, figure: Figure) -> None:
        """Append a figure with its lettering, and its caption; nothing where it has neither."""
        inside = join_lines(figure.inside, rows=True) if figure.inside else None
        if figure.caption:
            box = figure.box
            anchor = Span(0, 0, box, (box.x0,))
            shown = _piece(inside) if inside else Piece("", (), ())
            self._append(BlockKind.FIGURE, replace(shown, spans=(anchor, *shown.spans)))
            self.add(BlockKind.CAPTION, figure.caption, rows=len(figure.caption) > 1)
        elif inside:
            self._append(BlockKind.FIGURE, _piece(inside))


def without_article(blocks: list[Block]) -> None:
    """Make a document without an abstract or text behind its front matter all text.

    Its contents are text only where it has nothing else.
    """
    notes = [
        at
        for at, block in enumerate(blocks)
        if block.kind is BlockKind.METADATA and len(block.text) > _LEAST_METADATA
    ]
    contents = [at for at in notes if is_contents(blocks[at].text)]
    for places, least in ((set(notes) - set(contents), 0), (set(contents), _LEAST_METADATA)):
        prose = sum(len(b.text) for b in blocks if b.kind is BlockKind.PARAGRAPH)
        if prose < (least or sum(len(blocks[at].text) for at in places)):
            for at in places:
                blocks[at] = replace(blocks[at], kind=BlockKind.PARAGRAPH)


def _piece(joined: Joined) -> Piece:
    return Piece(joined.text, joined.spans, joined.marks)
