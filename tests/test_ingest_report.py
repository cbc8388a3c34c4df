"""The report card counts what a document holds."""

from __future__ import annotations

from ingest.records import Block, BlockKind, Document, Mark, Page, Paper, Reference
from ingest.report import report


def test_report_card() -> None:
    def heading(text: str, *section: str, level: int = 0) -> Block:
        return Block(BlockKind.HEADING, text, section, (), level=level)

    body = Block(
        BlockKind.PARAGRAPH,
        "转移[1]。再[2]。",
        ("1 引言",),
        (),
        (Mark(2, 5, (1,)), Mark(7, 10, (2,))),
    )
    document = Document(
        Paper("a" * 64, "a.pdf", "题目", language="zh", page_count=4),
        (
            Page(1, 595, 842, 0, "pdfium", 2, hidden=3),
            Page(2, 595, 842, 0, "ocr", 1, confidence=0.9, warnings=("read by OCR",)),
            Page(3, 595, 842, 0, "ocr", 1, unknown=2, confidence=0.8),
        ),
        (
            heading("1 引言", "1 引言", level=1),
            body,
            heading("1.1 背景", "1 引言", "1.1 背景", level=2),
            Block(BlockKind.TABLE, "表1", ("1 引言",), ()),
        ),
        (Reference(1, "甲"),),
        failed_pages=(4,),
        warnings=("one page failed",),
    )
    card = report(document)
    assert card.pages == 4
    assert card.columns == (2, 1, 1)
    assert card.blocks == {"heading": 2, "paragraph": 1, "table": 1}
    assert card.headings == ("1 引言", "  1.1 背景")
    assert (card.references, card.marks, card.marks_resolved, card.tables) == (1, 2, 1, 1)
    assert (card.ocr_pages, card.failed_pages) == ((2, 3), (4,))
    assert (card.hidden, card.unknown) == (3, 2)
    assert card.engines == {"ocr": 2, "pdfium": 1}
    assert card.warnings == ("one page failed", "p. 2: read by OCR")
    assert card.confidence == 0.85


def test_report_of_a_text_paper_has_no_confidence() -> None:
    card = report(
        Document(Paper("a" * 64, "a.pdf", "题目"), (Page(1, 595, 842, 0, "pdfium", 1),), ())
    )
    assert card.confidence is None
    assert (card.pages, card.marks) == (1, 0)
